"""Permits."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0006"
down_revision = "0005"
_INDEXES = {
    "applicant_id": ["applicant_id", "id"],
    "enterprise_id": ["enterprise_id", "id"],
    "state": ["state", "id"],
    "sponsor": ["sponsor", "id"],
    "due_at": ["due_at", "id"],
    "ends_at": ["ends_at", "begins_at"],
    "notice": ["notice", "state", "id"],
}


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "permits",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("applicant_id", sa.String(60), nullable=False),
        sa.Column("enterprise_id", sa.String(60)),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("notice", sa.String(200)),
        sa.Column("permit_kind", sa.String(200)),
        sa.Column("sponsor", sa.String(200)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("copied_from", sa.String(26)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger()),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("permit_no", sa.String(64), unique=True),
        sa.Column("approval", JSON),
        sa.Column("timezone", sa.String(60)),
        sa.Column("begins_at", sa.BigInteger()),
        sa.Column("ends_at", sa.BigInteger()),
    )
    for name, columns in _INDEXES.items():
        op.create_index(f"ix_permits_{name}", "permits", columns)
    op.create_table(
        "permit_plates",
        sa.Column("plate", sa.String(40), primary_key=True),
        sa.Column("permit_id", sa.String(26), sa.ForeignKey("permits.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("ix_permit_plates_permit_id", "permit_plates", ["permit_id"])
    op.create_table(
        "permit_assessments",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("permit_id", sa.String(26), sa.ForeignKey("permits.id", ondelete="CASCADE"), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("uq_permit_assessments_state", "permit_assessments", ["permit_id", "content", "basis"], unique=True)
    op.create_table(
        "permit_events",
        sa.Column("permit_id", sa.String(26), sa.ForeignKey("permits.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("action", sa.String(12), nullable=False),
        sa.Column("from_state", sa.String(12), nullable=False),
        sa.Column("to_state", sa.String(12), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(2000)),
        sa.Column("codes", JSON, nullable=False),
        sa.Column("batch", sa.String(26)),
        sa.Column("undoes", sa.Integer()),
        sa.Column("assessment_id", sa.String(26), sa.ForeignKey("permit_assessments.id")),
    )
    op.create_index("ix_permit_events_batch", "permit_events", ["batch", "permit_id"])
    op.create_table(
        "permit_suspensions",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("notice", sa.String(200), nullable=False),
        sa.Column("permit_kind", sa.String(200)),
        sa.Column("reason", sa.String(2000), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_by", sa.String(60)),
        sa.Column("lifted_at", sa.BigInteger()),
        sa.Column("lifted_reason", sa.String(2000)),
        sa.Column("lifted_count", sa.Integer()),
    )
    op.create_table(
        "permit_numbers",
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.create_table(
        "permit_keys",
        sa.Column("id", sa.String(12), primary_key=True),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "permit_attachments",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("permit_id", sa.String(26), sa.ForeignKey("permits.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(60)),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("path", sa.String(40), nullable=False, unique=True),
        sa.Column("added_by", sa.String(60), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_permit_attachments_permit_id", "permit_attachments", ["permit_id"])


def downgrade() -> None:
    """Go back."""
    for table in (
        *("permit_attachments", "permit_keys", "permit_numbers", "permit_suspensions", "permit_events"),
        *("permit_assessments", "permit_plates", "permits"),
    ):
        op.drop_table(table)
