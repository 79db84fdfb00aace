"""Notices: the legal text as data, its schema, its packs, and which one answers on a given day."""
