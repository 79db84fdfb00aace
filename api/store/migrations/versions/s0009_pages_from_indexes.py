"""Pages of leads from indexes alone; violations of one's own vehicles, and those that were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
_FILTERED_BY = (
    *("state", "verdict", "vehicle_class", "enterprise_id", "assignee", "entry_number"),
    *("hour", "day"),
)
_BEFORE = {
    "ix_leads_entered": ("entered_at", "number", "probability"),
    "ix_leads_probability": ("probability", "number"),
    "ix_leads_plate": ("plate", "entered_at", "number"),
    "ix_leads_enterprise_entered": ("enterprise_id", "entered_at", "number"),
    "ix_leads_enterprise_probability": ("enterprise_id", "probability", "number"),
}
_AFTER = {
    "ix_leads_entered": ("entered_at", "number", "probability", *_FILTERED_BY),
    "ix_leads_probability": ("probability", "number", "entered_at", *_FILTERED_BY),
    "ix_leads_plate": ("plate", "entered_at", "number", "probability", *_FILTERED_BY),
    "ix_leads_enterprise_entered": ("enterprise_id", "entered_at", "number", "hour", "day"),
    "ix_leads_enterprise_probability": ("enterprise_id", "probability", "number", "hour", "day"),
}


def upgrade() -> None:
    """Go forward."""
    for name, columns in _AFTER.items():
        op.drop_index(name, "leads")
        op.create_index(name, "leads", list(columns))
    op.add_column("violations", sa.Column("plate", sa.String(40)))
    op.execute("UPDATE violations SET plate = (SELECT plate FROM leads WHERE leads.number = violations.number)")
    op.create_index("ix_violations_plate", "violations", ["plate", "confirmed_at", "id"])
    op.create_index(
        "ix_violations_revoked",
        "violations",
        ["confirmed_at", "id"],
        sqlite_where=sa.text("revoked_at IS NOT NULL"),
        postgresql_where=sa.text("revoked_at IS NOT NULL"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_violations_revoked", "violations")
    op.drop_index("ix_violations_plate", "violations")
    op.drop_column("violations", "plate")
    for name, columns in _BEFORE.items():
        op.drop_index(name, "leads")
        op.create_index(name, "leads", list(columns))
