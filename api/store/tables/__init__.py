"""The tables, a subject a file; importing this registers every one of them."""

from api.store.tables import accounts, audit, replies

__all__ = ["accounts", "audit", "replies"]
