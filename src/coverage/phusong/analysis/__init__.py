"""What is covered, and who is not."""
