"""Uploads, check runs, the queue."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("file_name", sa.String(150), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64)),
        sa.Column("media_type", sa.String(100)),
        sa.Column("crs", sa.String(10)),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("fault", JSON),
        sa.Column("path", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("path", name="uq_uploads_path"),
    )
    op.create_index("ix_uploads_account_id", "uploads", ["account_id", "id"])
    op.create_index("ix_uploads_state", "uploads", ["state", "touched_at"])
    op.create_table(
        "runs",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("notice", sa.String(100), nullable=False),
        sa.Column("zone", sa.String(100)),
        sa.Column("options", JSON, nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.Column("counts", JSON),
        sa.Column("basis", JSON),
        sa.Column("error", JSON),
        sa.Column("folder", sa.String(100)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
    )
    op.create_index("ix_runs_account_id", "runs", ["account_id", "id"])
    op.create_index("ix_runs_state", "runs", ["state", "id"])
    op.create_table(
        "run_uploads",
        sa.Column("run_id", sa.String(26), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("upload_id", sa.String(26), sa.ForeignKey("uploads.id"), primary_key=True, index=True),
        sa.Column("place", sa.Integer(), nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False, index=True),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("once", sa.String(100)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(60)),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("error", JSON),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.UniqueConstraint("once", name="uq_jobs_once"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state", "priority", "id"])


def downgrade() -> None:
    """Go back."""
    for table in ("jobs", "run_uploads", "runs", "uploads"):
        op.drop_table(table)
