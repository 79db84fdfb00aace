"""Permits before they are in force and after: asked for, looked at, granted, carried along, taken back. Pure: the service stores and calls it."""
