"""Private keys in files of their own."""
