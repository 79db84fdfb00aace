"""Notices and zones by hash, and when they were in force."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "documents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("title", sa.String(500), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(60), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_documents_added_at", "documents", ["added_at", "sha256"])
    op.create_table(
        "enactments",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("notice", sa.String(200), nullable=False, index=True),
        sa.Column("notice_sha256", sa.String(64), sa.ForeignKey("documents.sha256"), nullable=False),
        sa.Column("zone_sha256", sa.String(64), sa.ForeignKey("documents.sha256")),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("ended_by", sa.String(26)),
        sa.Column("why", sa.String(2000), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", sa.String(60)),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_enactments_since", "enactments", ["since", "id"])


def downgrade() -> None:
    """Go back."""
    for table in ("enactments", "documents"):
        op.drop_table(table)
