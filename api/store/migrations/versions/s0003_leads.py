"""Leads, violations, retention."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    _bases_and_leads()
    _parts_of_leads()
    _acts()
    op.create_table(
        "lead_counts",
        sa.Column("dimension", sa.String(10), primary_key=True),
        sa.Column("value", sa.String(200), primary_key=True),
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("hour", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(10), primary_key=True),
        sa.Column("verdict", sa.String(20), primary_key=True),
        sa.Column("vehicle_class", sa.String(20), primary_key=True),
        sa.Column("leads", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )


def _bases_and_leads() -> None:
    op.create_table(
        "bases",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("notice", sa.String(100), nullable=False),
        sa.Column("notice_sha256", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(100), nullable=False),
        sa.Column("zone_sha256", sa.String(64), nullable=False),
        sa.Column("program", sa.String(40), nullable=False),
        sa.Column("options", JSON, nullable=False),
    )
    op.create_table(
        "leads",
        sa.Column("number", _NUMBER, primary_key=True),
        sa.Column("lead_id", sa.String(64), nullable=False),
        sa.Column("basis_id", sa.String(64), sa.ForeignKey("bases.id"), nullable=False),
        sa.Column("vehicle_id", sa.String(200), nullable=False),
        sa.Column("plate", sa.String(40)),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("offset_min", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("vehicle_class", sa.String(20), nullable=False),
        sa.Column("enterprise_id", sa.String(60)),
        sa.Column("entry_number", sa.Integer()),
        sa.Column("enforceable", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(20), nullable=False),
        sa.Column("notice", sa.String(100), nullable=False),
        sa.Column("incident_id", sa.String(64)),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("assignee", sa.String(60)),
        sa.Column("merged_into", sa.String(64)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("lead_id", name="uq_leads_lead_id"),
    )
    op.create_index("ix_leads_entered", "leads", ["entered_at", "number", "probability"])
    op.create_index("ix_leads_probability", "leads", ["probability", "number"])
    for name, column in (
        ("state", "state"),
        ("verdict", "verdict"),
        ("class", "vehicle_class"),
        ("enterprise", "enterprise_id"),
        ("assignee", "assignee"),
    ):
        op.create_index(f"ix_leads_{name}_entered", "leads", [column, "entered_at", "number"])
        op.create_index(f"ix_leads_{name}_probability", "leads", [column, "probability", "number"])
    op.create_index("ix_leads_plate", "leads", ["plate", "entered_at", "number"])
    op.create_index("ix_leads_closed", "leads", ["closed_at"])


def _parts_of_leads() -> None:
    op.create_table(
        "lead_facts",
        _part_of_a_lead(),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("line", JSON, nullable=False),
    )
    op.create_table(
        "lead_roads",
        sa.Column("road", sa.String(200), primary_key=True),
        sa.Column("entered_at", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lead_roads_probability", "lead_roads", ["road", "probability", "number"])
    op.create_table(
        "lead_runs",
        sa.Column("run_id", sa.String(60), primary_key=True),
        sa.Column("entered_at", sa.BigInteger(), primary_key=True, autoincrement=False),
        _part_of_a_lead(),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("basis_id", sa.String(64), sa.ForeignKey("bases.id"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lead_runs_probability", "lead_runs", ["run_id", "probability", "number"])
    op.create_index("ix_lead_runs_number", "lead_runs", ["number"])
    op.create_table(
        "lead_tracks",
        _part_of_a_lead(),
        sa.Column("fixes", sa.LargeBinary(), nullable=False),
        sa.Column("vehicle", JSON, nullable=False),
        sa.Column("permits", JSON, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False, index=True),
    )


def _acts() -> None:
    op.create_table(
        "lead_events",
        sa.Column("id", _NUMBER, primary_key=True),
        _of_a_lead(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40)),
        sa.Column("why", sa.String(2000)),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.Column("undone_by", _NUMBER),
    )
    op.create_table(
        "violations",
        sa.Column("id", sa.String(26), primary_key=True),
        _of_a_lead(),
        sa.Column("officer", sa.String(60), nullable=False),
        sa.Column("why", sa.String(2000), nullable=False),
        sa.Column("acknowledged", JSON, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.Column("revoked_by", sa.String(60)),
        sa.Column("revoked_why", sa.String(2000)),
    )
    op.create_index(
        "uq_violations_standing",
        "violations",
        ["number"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index("ix_violations_confirmed", "violations", ["confirmed_at", "id"])
    op.create_table(
        "holds",
        sa.Column("id", sa.String(26), primary_key=True),
        _of_a_lead(),
        sa.Column("why", sa.String(2000), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("released_at", sa.BigInteger()),
    )


def _part_of_a_lead() -> sa.Column[int]:
    lead = sa.ForeignKey("leads.number", ondelete="CASCADE")
    return sa.Column("number", _NUMBER, lead, primary_key=True, autoincrement=False)


def _of_a_lead() -> sa.Column[int]:
    return sa.Column("number", _NUMBER, sa.ForeignKey("leads.number", ondelete="CASCADE"), nullable=False, index=True)


def downgrade() -> None:
    """Go back."""
    for table in (
        *("lead_counts", "holds", "violations", "lead_events", "lead_tracks", "lead_runs", "lead_roads", "lead_facts"),
        *("leads", "bases"),
    ):
        op.drop_table(table)
