"""What a reader of a check must know: beside its counts, in both languages."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Go forward; checks made before have none."""
    op.add_column("runs", sa.Column("notes", JSON))


def downgrade() -> None:
    """Go back."""
    op.drop_column("runs", "notes")
