"""Notices and zones as files, and which of them answer from when to when."""
