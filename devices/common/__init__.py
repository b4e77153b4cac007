"""What the dialects share: nothing here knows of any of them."""
