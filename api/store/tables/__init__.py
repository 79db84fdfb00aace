"""The tables, a subject a file; importing this registers every one of them."""

from api.store.tables import accounts, audit, documents, enterprises, leads, permits, replies, runs, vehicles

__all__ = ["accounts", "audit", "documents", "enterprises", "leads", "permits", "replies", "runs", "vehicles"]
