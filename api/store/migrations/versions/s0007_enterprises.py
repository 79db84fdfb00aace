"""The registry in its versions; visits, loads, places on no list, and the runs that found them."""

import sqlalchemy as sa
from alembic import op

from api.store.base import JSON

revision = "0007"
down_revision = "0006"
_REFUSED = "versions of the registry are only added"
_TABLES = (
    "unlisted_acts",
    "unlisted_places",
    "loads",
    "visits",
    "freight_uploads",
    "freight_runs",
    "registry_versions",
)


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "registry_versions",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String(64), nullable=False, index=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200)),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("before", sa.Integer()),
        sa.Column("same_as", sa.Integer()),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(2000)),
    )
    _only_added()
    op.create_table(
        "freight_runs",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("account_id", sa.String(60), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.Column("counts", JSON),
        sa.Column("notes", JSON),
        sa.Column("basis", JSON),
        sa.Column("error", JSON),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
    )
    op.create_index("ix_freight_runs_kind", "freight_runs", ["kind", "id"])
    op.create_index("ix_freight_runs_account_id", "freight_runs", ["account_id", "kind", "id"])
    op.create_index("ix_freight_runs_state", "freight_runs", ["state", "id"])
    op.create_table(
        "freight_uploads",
        sa.Column("run_id", sa.String(26), sa.ForeignKey("freight_runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("upload_id", sa.String(26), sa.ForeignKey("uploads.id"), primary_key=True, index=True),
        sa.Column("place", sa.Integer(), nullable=False),
    )
    _visits_and_loads()
    _places()


def _only_added() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER registry_versions_no_{act.lower()} BEFORE {act} ON registry_versions "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION registry_versions_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER registry_versions_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_versions "
        "FOR EACH STATEMENT EXECUTE FUNCTION registry_versions_refuse()"
    )


def _visits_and_loads() -> None:
    op.create_table(
        "visits",
        sa.Column("visit_id", sa.String(32), primary_key=True),
        sa.Column("run_id", sa.String(26), sa.ForeignKey("freight_runs.id"), nullable=False, index=True),
        sa.Column("enterprise", sa.String(200)),
        sa.Column("name", sa.String(200)),
        sa.Column("listed", sa.Boolean()),
        sa.Column("site", sa.String(200)),
        sa.Column("vehicle_id", sa.String(200), nullable=False),
        sa.Column("plate", sa.String(40)),
        sa.Column("vehicle_class", sa.String(20)),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("certainty", sa.String(12), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_visits_arrived_at", "visits", ["arrived_at", "visit_id"])
    op.create_index("ix_visits_enterprise", "visits", ["enterprise", "arrived_at", "visit_id"])
    op.create_index("ix_visits_enterprise_day", "visits", ["enterprise", "day"])
    op.create_index("ix_visits_added_at", "visits", ["added_at"])
    op.create_index("ix_visits_plate", "visits", ["plate", "arrived_at", "visit_id"])
    op.create_table(
        "loads",
        sa.Column("load_id", sa.String(32), primary_key=True),
        sa.Column("run_id", sa.String(26), sa.ForeignKey("freight_runs.id"), nullable=False, index=True),
        sa.Column("enterprise", sa.String(200)),
        sa.Column("written", sa.String(200)),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("slip", sa.String(100)),
        sa.Column("plate", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("axles", sa.Integer()),
        sa.Column("gross_g", sa.BigInteger(), nullable=False),
        sa.Column("limit_low_g", sa.BigInteger()),
        sa.Column("limit_high_g", sa.BigInteger()),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("over_low_g", sa.BigInteger(), nullable=False),
        sa.Column("over_high_g", sa.BigInteger(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_loads_at", "loads", ["at", "load_id"])
    op.create_index("ix_loads_verdict", "loads", ["verdict", "at", "load_id"])
    op.create_index("ix_loads_enterprise", "loads", ["enterprise", "at", "load_id"])
    op.create_index("ix_loads_enterprise_day", "loads", ["enterprise", "day", "verdict"])
    op.create_index("ix_loads_added_at", "loads", ["added_at"])
    op.create_index("ix_loads_plate", "loads", ["plate", "at", "load_id"])


def _places() -> None:
    op.create_table(
        "unlisted_places",
        sa.Column("id", sa.String(60), primary_key=True),
        sa.Column("run_id", sa.String(26), sa.ForeignKey("freight_runs.id"), nullable=False, index=True),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("vehicles", sa.Integer(), nullable=False),
        sa.Column("stops", sa.Integer(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("examples", JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first_found_at", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_unlisted_places_state", "unlisted_places", ["state", "vehicles", "id"])
    op.create_index("ix_unlisted_places_vehicles", "unlisted_places", ["vehicles", "id"])
    op.create_index("ix_unlisted_places_found_at", "unlisted_places", ["found_at"])
    op.create_table(
        "unlisted_acts",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("place", sa.String(60), sa.ForeignKey("unlisted_places.id", ondelete="CASCADE"), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("why", sa.String(2000), nullable=False),
        sa.Column("actor", sa.String(60), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("undone_by", sa.String(60)),
    )
    op.create_index("ix_unlisted_acts_place", "unlisted_acts", ["place", "id"])


def downgrade() -> None:
    """Go back."""
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION registry_versions_refuse()")
