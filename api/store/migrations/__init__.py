"""How the store got from one shape to the next (Alembic)."""
