"""Roads with what lists filter by; by probability every index that is walked has it: leads that hardly ever fit are passed over unread."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
_FILTERED_BY = (
    *("state", "verdict", "vehicle_class", "enterprise_id", "assignee", "entry_number"),
    *("hour", "day"),
)
_FIRST = {
    "ix_leads_state_probability": "state",
    "ix_leads_verdict_probability": "verdict",
    "ix_leads_class_probability": "vehicle_class",
    "ix_leads_entry_probability": "entry_number",
    "ix_leads_enterprise_probability": "enterprise_id",
}
_BEFORE: Mapping[str, Sequence[str]] = {
    **{name: (first, "probability", "number") for name, first in _FIRST.items()},
    "ix_leads_enterprise_probability": ("enterprise_id", "probability", "number", "entered_at", "hour", "day"),
}
_AFTER: Mapping[str, Sequence[str]] = {
    name: (first, "probability", "number", "entered_at", *(each for each in _FILTERED_BY if each != first))
    for name, first in _FIRST.items()
}
_ROADS = "ix_lead_roads_probability"
_OF_ROADS = ("road", "probability", "number")


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("vehicle_class", sa.String(20), nullable=False),
        sa.Column("enterprise_id", sa.String(60)),
        sa.Column("assignee", sa.String(60)),
        sa.Column("entry_number", sa.Integer()),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
    ]


def upgrade() -> None:
    """Go forward."""
    _indexes(_AFTER)
    of_lead = ", ".join(f"leads.{name}" for name in _FILTERED_BY)
    _roads(
        _columns(),
        (*_OF_ROADS, "entered_at", *_FILTERED_BY),
        f"INSERT INTO lead_roads (road, entered_at, number, probability, {', '.join(_FILTERED_BY)}) "  # noqa: S608  (names of columns)
        f"SELECT old.road, old.entered_at, old.number, old.probability, {of_lead} FROM lead_roads_before AS old "
        "JOIN leads ON leads.number = old.number ORDER BY 1, 2, 3",
    )


def downgrade() -> None:
    """Go back."""
    _indexes(_BEFORE)
    _roads(
        [],
        _OF_ROADS,
        "INSERT INTO lead_roads (road, entered_at, number, probability) "
        "SELECT road, entered_at, number, probability FROM lead_roads_before ORDER BY 1, 2, 3",
    )


def _indexes(wanted: Mapping[str, Sequence[str]]) -> None:
    for name, columns in wanted.items():
        some = sa.text("enterprise_id IS NOT NULL") if columns[0] == "enterprise_id" else None
        op.drop_index(name, "leads")
        op.create_index(name, "leads", list(columns), sqlite_where=some, postgresql_where=some)


def _roads(more: list[sa.Column[object]], indexed: Sequence[str], filling: str) -> None:
    """Write the table anew: SQLite keeps it in the order of its key, and millions of changed rows would leave as many holes in PostgreSQL's."""
    op.drop_index(_ROADS, "lead_roads")
    op.rename_table("lead_roads", "lead_roads_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE lead_roads_before RENAME CONSTRAINT pk_lead_roads TO pk_lead_roads_before")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "lead_roads",
        sa.Column("road", sa.String(200), primary_key=True),
        sa.Column("entered_at", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", number, primary_key=True, autoincrement=False),
        sa.Column("probability", sa.Double(), nullable=False),
        *more,
        sqlite_with_rowid=False,
    )
    op.execute(filling)
    op.drop_table("lead_roads_before")
    op.create_index(_ROADS, "lead_roads", list(indexed))
