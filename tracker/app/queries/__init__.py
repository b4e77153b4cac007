"""The read side: what people and programs ask of the journal. Nothing here changes anything."""
