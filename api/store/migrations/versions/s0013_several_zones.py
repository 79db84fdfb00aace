"""A notice in force with several zones: those beside the first."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Go forward; what was put in force before has one zone, or none."""
    op.add_column("enactments", sa.Column("other_zones_sha256", JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Go back."""
    op.drop_column("enactments", "other_zones_sha256")
