"""`tracker simulate` and `tracker replay`."""
