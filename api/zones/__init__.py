"""The zones: where, how good, which ways in."""
