"""Formats of traces that are no tables: each reader yields tables of bounded size, so that a file's size is no matter."""
