"""What to build, and in which order."""
