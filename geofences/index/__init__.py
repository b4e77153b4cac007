"""What answers positions: the indexes over zones and corridors, and the border."""
