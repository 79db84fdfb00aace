"""Uploads, check runs, the queue."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""
