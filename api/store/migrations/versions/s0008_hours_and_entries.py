"""Leads by hour of day and by where they came in: what the cells of the overview lead to."""

from alembic import op

revision = "0008"
down_revision = "0007"
_INDEXES = {
    "ix_leads_hour_entered": ("hour", "entered_at", "number"),
    "ix_leads_entry_entered": ("entry_number", "entered_at", "number"),
    "ix_leads_entry_probability": ("entry_number", "probability", "number"),
}


def upgrade() -> None:
    """Go forward."""
    for name, columns in _INDEXES.items():
        op.create_index(name, "leads", list(columns))


def downgrade() -> None:
    """Go back."""
    for name in _INDEXES:
        op.drop_index(name, "leads")
