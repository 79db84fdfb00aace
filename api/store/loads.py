"""Weighing records by time and enterprise."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.tables.enterprises import Load


@dataclass(frozen=True)
class LoadFilters:
    """Which records; as `VisitFilters`, with the verdict."""

    enterprise: str | None = None
    within: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    verdict: str | None = None
    plate: str | None = None
    run_id: str | None = None


def loads_page(
    session: Session, filters: LoadFilters, *, after: tuple[dt.datetime, str] | None, limit: int
) -> Sequence[Load]:
    """Return records, the newest first, one more than asked where there are more."""
    asked = sa.select(Load).order_by(Load.at.desc(), Load.load_id.desc()).limit(limit + 1)
    for name in ("enterprise", "verdict", "plate", "run_id"):
        if (wanted := getattr(filters, name)) is not None:
            asked = asked.where(getattr(Load, name) == wanted)
    if filters.within is not None:
        asked = asked.where(Load.enterprise == filters.within)
    if filters.since is not None:
        asked = asked.where(Load.at >= filters.since)
    if filters.until is not None:
        asked = asked.where(Load.at < filters.until)
    if after is not None:
        last = sa.tuple_(sa.literal(after[0], Load.at.type), sa.literal(after[1]))
        asked = asked.where(sa.tuple_(Load.at, Load.load_id) < last)
    return session.scalars(asked).all()


def loads_by_day(session: Session, enterprise: str, first: int, last: int) -> dict[tuple[int, str], int]:
    """Return how many records an enterprise has, by day (`date.toordinal()`) and verdict."""
    asked = (
        sa.select(Load.day, Load.verdict, sa.func.count())
        .where(Load.enterprise == enterprise, Load.day.between(first, last))
        .group_by(Load.day, Load.verdict)
    )
    return {(day, verdict): count for day, verdict, count in session.execute(asked)}


def purge_loads(session: Session, before: dt.datetime, together: int) -> int:
    """Remove some records that were added before then; return how many."""
    ids = list(session.scalars(sa.select(Load.load_id).where(Load.added_at < before).limit(together)))
    result: Any = session.execute(sa.delete(Load).where(Load.load_id.in_(ids)))
    return int(result.rowcount)
