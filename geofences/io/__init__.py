"""From and to files, in any format: GeoJSON as it is written, and what others draw with."""
