"""Vehicles and whose they are."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "vehicles",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("owner_id", sa.String(60), nullable=False),
        sa.Column("enterprise_id", sa.String(60)),
        sa.Column("plate", sa.String(40), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("name", sa.String(100)),
        sa.Column("vehicle_class", sa.String(20), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.Column("confirmed_by", sa.String(60)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("owner_id", "plate"),
    )
    confirmed = sa.text("confirmed_at IS NOT NULL")
    op.create_index(
        "uq_vehicles_confirmed", "vehicles", ["plate"], unique=True, sqlite_where=confirmed, postgresql_where=confirmed
    )
    for column in ("owner_id", "enterprise_id", "plate"):
        op.create_index(f"ix_vehicles_{column}_id", "vehicles", [column, "id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("vehicles")
