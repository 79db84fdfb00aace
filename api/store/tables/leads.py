"""Leads, what they were judged by, what officers did with them, and what follows: violations, holds, counts.

`docs/decisions/0014-leads-in-the-store.md` says why the columns and indexes are these.
"""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table, new_id, now

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by themselves only where the type is INTEGER."""
_LEAD = "leads.number"
FILTERED_BY = (
    *("state", "verdict", "vehicle_class", "enterprise_id", "assignee", "entry_number"),
    *("hour", "day"),
)
"""Beside the order in an index: a walk that passes over thousands of leads then reads none of them."""


def _by(first: str, second: str, third: str) -> tuple[str, ...]:
    """Return the columns of an index of one condition's leads in order, with all else that they are filtered by."""
    return first, second, "number", third, *(name for name in FILTERED_BY if name != first)


def _of_some(name: str, column: str, *more: str) -> Index:
    """Return an index of the leads that have a value in its first column: most have no assignee, many no enterprise."""
    has = text(f"{column} IS NOT NULL")
    return Index(name, column, *more, sqlite_where=has, postgresql_where=has)


class Basis(Table):
    """What leads were judged by: one row for all leads of the same kind."""

    __tablename__ = "bases"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of all that follows
    notice: Mapped[str] = mapped_column(String(100))
    notice_sha256: Mapped[str] = mapped_column(String(64))
    zone: Mapped[str] = mapped_column(String(100))
    zone_sha256: Mapped[str] = mapped_column(String(64))
    program: Mapped[str] = mapped_column(String(40))
    options: Mapped[dict[str, Any]]


class Lead(Table):
    """What lists are filtered and sorted by; the rest is in `lead_facts`, so that these rows stay short."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_entered", "entered_at", "number", "probability", *FILTERED_BY),
        Index("ix_leads_probability", "probability", "number", "entered_at", *FILTERED_BY),
        # in time the counts tell where leads lie that several conditions leave, by probability they have to be passed over
        *(
            index
            for name, column in (
                ("state", "state"),
                ("verdict", "verdict"),
                ("class", "vehicle_class"),
                ("entry", "entry_number"),
            )
            for index in (
                Index(f"ix_leads_{name}_entered", column, "entered_at", "number"),
                Index(f"ix_leads_{name}_probability", *_by(column, "probability", "entered_at")),
            )
        ),
        # an enterprise's leads at an hour are few of very many
        _of_some("ix_leads_enterprise_entered", "enterprise_id", "entered_at", "number", "hour", "day"),
        _of_some("ix_leads_enterprise_probability", *_by("enterprise_id", "probability", "entered_at")),
        _of_some("ix_leads_assignee_entered", "assignee", "entered_at", "number"),
        _of_some("ix_leads_assignee_probability", "assignee", "probability", "number", "entered_at"),
        Index("ix_leads_hour_entered", *_by("hour", "entered_at", "probability")),
        Index("ix_leads_hour_probability", *_by("hour", "probability", "entered_at")),
        Index("ix_leads_plate", "plate", "entered_at", "number", "probability", *FILTERED_BY),
        Index("ix_leads_closed", "closed_at"),
    )

    number: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    lead_id: Mapped[str] = mapped_column(String(64), unique=True)
    basis_id: Mapped[str] = mapped_column(ForeignKey("bases.id"))
    vehicle_id: Mapped[str] = mapped_column(String(200))
    plate: Mapped[str | None] = mapped_column(String(40))
    entered_at: Mapped[dt.datetime]
    left_at: Mapped[dt.datetime]
    offset_min: Mapped[int] = mapped_column(SmallInteger)  # of the notice's zone of time from UTC, then
    day: Mapped[int]  # of entering, there: `date.toordinal()`
    hour: Mapped[int] = mapped_column(SmallInteger)
    probability: Mapped[float]
    verdict: Mapped[str] = mapped_column(String(20))
    vehicle_class: Mapped[str] = mapped_column(String(20))
    enterprise_id: Mapped[str | None] = mapped_column(String(60))
    entry_number: Mapped[int | None]
    enforceable: Mapped[bool]
    grade: Mapped[str] = mapped_column(String(20))
    notice: Mapped[str] = mapped_column(String(100))
    incident_id: Mapped[str | None] = mapped_column(String(64))
    lon: Mapped[float]
    lat: Mapped[float]
    state: Mapped[str] = mapped_column(String(10), default="new")
    assignee: Mapped[str | None] = mapped_column(String(60))
    merged_into: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    closed_at: Mapped[dt.datetime | None]
    added_at: Mapped[dt.datetime] = mapped_column(default=now)


class LeadFacts(Table):
    """Everything else that the leads file says of a lead, and its line."""

    __tablename__ = "lead_facts"

    number: Mapped[int] = mapped_column(
        NUMBER, ForeignKey(_LEAD, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    facts: Mapped[dict[str, Any]]
    line: Mapped[list[Any]]  # [[lon, lat], …], WGS 84, along the streets where they are known


class LeadRoad(Table):
    """A road that a lead drove on, with what lists are sorted and filtered by: `lead_roads` keeps it as it is in `leads`."""

    __tablename__ = "lead_roads"
    __table_args__ = (
        Index("ix_lead_roads_probability", "road", "probability", "number", "entered_at", *FILTERED_BY),
        {"sqlite_with_rowid": False},
    )

    road: Mapped[str] = mapped_column(String(200), primary_key=True)
    entered_at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(NUMBER, primary_key=True, autoincrement=False)
    probability: Mapped[float]
    state: Mapped[str] = mapped_column(String(10))
    verdict: Mapped[str] = mapped_column(String(20))
    vehicle_class: Mapped[str] = mapped_column(String(20))
    enterprise_id: Mapped[str | None] = mapped_column(String(60))
    assignee: Mapped[str | None] = mapped_column(String(60))
    entry_number: Mapped[int | None]
    hour: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int]


class LeadRun(Table):
    """A run that found a lead. The same trace checked twice: one lead, two of these."""

    __tablename__ = "lead_runs"
    __table_args__ = (
        Index("ix_lead_runs_probability", "run_id", "probability", "number"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    entered_at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(
        NUMBER, ForeignKey(_LEAD, ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    probability: Mapped[float]
    basis_id: Mapped[str] = mapped_column(ForeignKey("bases.id"))


class LeadTrack(Table):
    """What is needed to decide a lead again: sensitive personal data, kept for a shorter time than the lead."""

    __tablename__ = "lead_tracks"

    number: Mapped[int] = mapped_column(
        NUMBER, ForeignKey(_LEAD, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    fixes: Mapped[bytes] = mapped_column(LargeBinary)  # Parquet: vehicle_id, time, lon, lat, …, WGS 84
    vehicle: Mapped[dict[str, Any]]  # as in the vehicles' file
    permits: Mapped[list[Any]]  # of its plate, as in the permits' file
    added_at: Mapped[dt.datetime] = mapped_column(default=now, index=True)


class LeadEvent(Table):
    """What somebody did with a lead; never changed but for being marked as undone."""

    __tablename__ = "lead_events"

    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    number: Mapped[int] = mapped_column(NUMBER, ForeignKey(_LEAD, ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=now)
    actor: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(20))
    act: Mapped[str] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(40))
    why: Mapped[str | None] = mapped_column(String(2000))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    undone_by: Mapped[int | None] = mapped_column(NUMBER)


class Violation(Table):
    """A lead that an officer confirmed. Taken back, the row stays and says so."""

    __tablename__ = "violations"
    __table_args__ = (
        Index(
            "uq_violations_standing",
            "number",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_violations_confirmed", "confirmed_at", "id"),
        Index("ix_violations_plate", "plate", "confirmed_at", "id"),
        Index(
            "ix_violations_revoked",
            "confirmed_at",
            "id",
            sqlite_where=text("revoked_at IS NOT NULL"),
            postgresql_where=text("revoked_at IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(NUMBER, ForeignKey(_LEAD, ondelete="CASCADE"), index=True)
    plate: Mapped[str | None] = mapped_column(String(40))  # of the lead
    officer: Mapped[str] = mapped_column(String(60))
    why: Mapped[str] = mapped_column(String(2000))
    acknowledged: Mapped[list[str]]  # doubts that the officer said to have seen
    confirmed_at: Mapped[dt.datetime] = mapped_column(default=now)
    revoked_at: Mapped[dt.datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(60))
    revoked_why: Mapped[str | None] = mapped_column(String(2000))


class Hold(Table):
    """A reason to keep a lead and its fixes beyond their time."""

    __tablename__ = "holds"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(NUMBER, ForeignKey(_LEAD, ondelete="CASCADE"), index=True)
    why: Mapped[str] = mapped_column(String(2000))
    until: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    released_at: Mapped[dt.datetime | None]


class LeadCount(Table):
    """How many leads there are of a kind; kept in the transaction that changes a lead."""

    __tablename__ = "lead_counts"
    __table_args__ = ({"sqlite_with_rowid": False},)

    dimension: Mapped[str] = mapped_column(String(10), primary_key=True)  # `all`, `road`, `entry`, `enterprise`
    value: Mapped[str] = mapped_column(String(200), primary_key=True)  # which; empty for `all` and for none
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hour: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(10), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(20), primary_key=True)
    vehicle_class: Mapped[str] = mapped_column(String(20), primary_key=True)
    leads: Mapped[int]
