"""Enterprises, sites, visits, loads."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""
