"""`tracker demo`: the story, and the conductor that plays it."""
