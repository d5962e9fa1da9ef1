"""Commands: arguments in, files and text out."""
