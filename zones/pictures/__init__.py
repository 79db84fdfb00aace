"""Pictures of zones: a sheet with a map and a key, drawn with matplotlib (extra `maps`)."""
