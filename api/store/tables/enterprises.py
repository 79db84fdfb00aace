"""The registry of source enterprises in its versions; visits, loads, places on no list, and the runs that found them."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.base import ID, Table, new_id, now

_RUN = "freight_runs.id"


class RegistryVersion(Table):
    """The whole registry as it stood from one change to the next; never changed, never removed."""

    __tablename__ = "registry_versions"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    act: Mapped[str] = mapped_column(String(20))  # seed, import, sites, alias, code, withdraw, restore, …
    subject: Mapped[str | None] = mapped_column(String(200))  # the list's or enterprise's id
    facts: Mapped[dict[str, Any]]  # what it changed, in counts
    before: Mapped[int | None]  # the version that was changed, by its first number
    same_as: Mapped[int | None]  # an earlier version that counts again
    made_by: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[dt.datetime] = mapped_column(default=now)
    why: Mapped[str | None] = mapped_column(String(2000))


class FreightRun(Table):
    """One search for visits in uploaded traces, or one count of uploaded weighing records."""

    __tablename__ = "freight_runs"
    __table_args__ = (
        Index("ix_freight_runs_kind", "kind", "id"),
        Index("ix_freight_runs_account_id", "account_id", "kind", "id"),
        Index("ix_freight_runs_state", "state", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))  # visits, loads
    account_id: Mapped[str] = mapped_column(String(60))
    options: Mapped[dict[str, Any]]
    why: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(20), default="queued")  # queued, running, done, failed, cancelled
    progress: Mapped[dict[str, Any]]
    counts: Mapped[dict[str, Any] | None]
    notes: Mapped[list[Any] | None]  # {"zh", "en"}: what a reader must know
    basis: Mapped[dict[str, Any] | None]  # hashes of what it was counted by
    error: Mapped[dict[str, Any] | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]


class FreightUpload(Table):
    """A file that such a run reads."""

    __tablename__ = "freight_uploads"

    run_id: Mapped[str] = mapped_column(ForeignKey(_RUN, ondelete="CASCADE"), primary_key=True)
    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id"), primary_key=True, index=True)
    place: Mapped[int]


class Visit(Table):
    """A stay of a truck at an enterprise's site; the same stay found again is the same row."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_arrived_at", "arrived_at", "visit_id"),
        Index("ix_visits_enterprise", "enterprise", "arrived_at", "visit_id"),
        Index("ix_visits_enterprise_day", "enterprise", "day"),
        Index("ix_visits_added_at", "added_at"),
        Index("ix_visits_plate", "plate", "arrived_at", "visit_id"),
    )

    visit_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey(_RUN), index=True)
    enterprise: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str | None] = mapped_column(String(200))  # of the enterprise, on the day of arrival
    listed: Mapped[bool | None]  # on that day; null where no list of it is known
    site: Mapped[str | None] = mapped_column(String(200))
    vehicle_id: Mapped[str] = mapped_column(String(200))
    plate: Mapped[str | None] = mapped_column(String(40))
    vehicle_class: Mapped[str | None] = mapped_column(String(20))
    arrived_at: Mapped[dt.datetime]
    left_at: Mapped[dt.datetime]
    day: Mapped[int]  # of arrival where the notice holds: `date.toordinal()`
    certainty: Mapped[str] = mapped_column(String(12))  # inside, unsure, ambiguous
    probability: Mapped[float]
    facts: Mapped[dict[str, Any]]  # margin, other enterprises, loads, silences
    invented: Mapped[bool]  # the registry is one of a demonstration
    added_at: Mapped[dt.datetime] = mapped_column(default=now)


class Load(Table):
    """A weighing or loading-slip record, held against what the vehicle may weigh."""

    __tablename__ = "loads"
    __table_args__ = (
        Index("ix_loads_at", "at", "load_id"),
        Index("ix_loads_verdict", "verdict", "at", "load_id"),
        Index("ix_loads_enterprise", "enterprise", "at", "load_id"),
        Index("ix_loads_enterprise_day", "enterprise", "day", "verdict"),
        Index("ix_loads_added_at", "added_at"),
        Index("ix_loads_plate", "plate", "at", "load_id"),
    )

    load_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey(_RUN), index=True)
    enterprise: Mapped[str | None] = mapped_column(String(200))  # whose site, where the name is a known one's
    written: Mapped[str | None] = mapped_column(String(200))  # the enterprise as the record writes it
    file: Mapped[str] = mapped_column(String(200))
    line: Mapped[int]
    slip: Mapped[str | None] = mapped_column(String(100))
    plate: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime]
    day: Mapped[int]
    axles: Mapped[int | None]
    gross_g: Mapped[int] = mapped_column(BigInteger)  # grams: what is compared is exact
    limit_low_g: Mapped[int | None] = mapped_column(BigInteger)
    limit_high_g: Mapped[int | None] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(String(12))  # within, over, undetermined
    over_low_g: Mapped[int] = mapped_column(BigInteger)
    over_high_g: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]]  # the article, what is missing, how the row was read
    added_at: Mapped[dt.datetime] = mapped_column(default=now)


class Candidate(Table):
    """A place on no list where trucks stand as if they loaded: to be looked at, no accusation."""

    __tablename__ = "unlisted_places"
    __table_args__ = (
        Index("ix_unlisted_places_state", "state", "vehicles", "id"),
        Index("ix_unlisted_places_vehicles", "vehicles", "id"),
        Index("ix_unlisted_places_found_at", "found_at"),
    )

    id: Mapped[str] = mapped_column(String(60), primary_key=True)  # by its position
    run_id: Mapped[str] = mapped_column(ForeignKey(_RUN), index=True)  # the newest that found it
    lon: Mapped[float]
    lat: Mapped[float]
    vehicles: Mapped[int]
    stops: Mapped[int]
    evidence: Mapped[dict[str, Any]]
    examples: Mapped[list[Any]]  # single stops of vehicles: kept as long as raw fixes
    state: Mapped[str] = mapped_column(String(10), default="new")  # new, inspected, dismissed
    version: Mapped[int] = mapped_column(default=1)
    first_found_at: Mapped[dt.datetime] = mapped_column(default=now)
    found_at: Mapped[dt.datetime] = mapped_column(default=now)


class CandidateAct(Table):
    """What somebody did about such a place; taken back, it stays."""

    __tablename__ = "unlisted_acts"
    __table_args__ = (Index("ix_unlisted_acts_place", "place", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    place: Mapped[str] = mapped_column(ForeignKey("unlisted_places.id", ondelete="CASCADE"))
    act: Mapped[str] = mapped_column(String(10))  # inspect, dismiss
    before: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(2000))
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[dt.datetime] = mapped_column(default=now)
    undone_at: Mapped[dt.datetime | None]
    undone_by: Mapped[str | None] = mapped_column(String(60))
