"""What must not make a difference makes none: how readings arrive, batches, restarts, a mirror."""
