"""What commands share: the session, and how things are rendered."""
