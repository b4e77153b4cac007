"""Lines and edges in metres on the ground."""
