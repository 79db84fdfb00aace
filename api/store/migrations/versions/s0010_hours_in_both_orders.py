"""An hour's leads in both orders, unread; assignees and enterprises indexed only where leads have one, with when these entered."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
_OF_AN_HOUR = ("state", "verdict", "vehicle_class", "enterprise_id", "assignee", "entry_number", "day")
_HOUR = "ix_leads_hour_probability"
_BEFORE = {
    "ix_leads_hour_entered": ("hour", "entered_at", "number"),
    "ix_leads_assignee_entered": ("assignee", "entered_at", "number"),
    "ix_leads_assignee_probability": ("assignee", "probability", "number"),
    "ix_leads_enterprise_entered": ("enterprise_id", "entered_at", "number", "hour", "day"),
    "ix_leads_enterprise_probability": ("enterprise_id", "probability", "number", "hour", "day"),
}
_AFTER = {
    **_BEFORE,
    "ix_leads_hour_entered": ("hour", "entered_at", "number", "probability", *_OF_AN_HOUR),
    "ix_leads_assignee_probability": ("assignee", "probability", "number", "entered_at"),
    "ix_leads_enterprise_probability": ("enterprise_id", "probability", "number", "entered_at", "hour", "day"),
}


def upgrade() -> None:
    """Go forward."""
    for name, columns in _AFTER.items():
        some = None if columns[0] == "hour" else sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "leads")
        op.create_index(name, "leads", list(columns), sqlite_where=some, postgresql_where=some)
    op.create_index(_HOUR, "leads", ["hour", "probability", "number", "entered_at", *_OF_AN_HOUR])


def downgrade() -> None:
    """Go back."""
    op.drop_index(_HOUR, "leads")
    for name, columns in _BEFORE.items():
        op.drop_index(name, "leads")
        op.create_index(name, "leads", list(columns))
