"""Leads, violations, retention."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go forward."""


def downgrade() -> None:
    """Go back."""
