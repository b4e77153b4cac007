"""One file a revision, in the order of their numbers. A released one is never edited."""
