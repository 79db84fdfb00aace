"""Visits by time and enterprise."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.tables.enterprises import Visit
from api.store.tables.leads import Lead


@dataclass(frozen=True)
class VisitFilters:
    """Which visits.

    Attributes:
        enterprise: at whose sites.
        within: those of this enterprise alone, whatever else is asked; None for no such bound.
        since, until: arrived then or later, and before.
        certainty: how sure the stay is.
        plate: of one vehicle.
        run_id: found by one run.
    """

    enterprise: str | None = None
    within: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    certainty: str | None = None
    plate: str | None = None
    run_id: str | None = None


def visits_page(
    session: Session, filters: VisitFilters, *, after: tuple[dt.datetime, str] | None, limit: int
) -> Sequence[Visit]:
    """Return visits, the newest first, one more than asked where there are more."""
    asked = sa.select(Visit).order_by(Visit.arrived_at.desc(), Visit.visit_id.desc()).limit(limit + 1)
    for name in ("enterprise", "certainty", "plate", "run_id"):
        if (wanted := getattr(filters, name)) is not None:
            asked = asked.where(getattr(Visit, name) == wanted)
    if filters.within is not None:
        asked = asked.where(Visit.enterprise == filters.within)
    if filters.since is not None:
        asked = asked.where(Visit.arrived_at >= filters.since)
    if filters.until is not None:
        asked = asked.where(Visit.arrived_at < filters.until)
    if after is not None:
        last = sa.tuple_(sa.literal(after[0], Visit.arrived_at.type), sa.literal(after[1]))
        asked = asked.where(sa.tuple_(Visit.arrived_at, Visit.visit_id) < last)
    return session.scalars(asked).all()


def visits_by_day(session: Session, enterprise: str, first: int, last: int) -> dict[tuple[int, str], int]:
    """Return how many visits an enterprise had, by day (`date.toordinal()`) and certainty."""
    asked = (
        sa.select(Visit.day, Visit.certainty, sa.func.count())
        .where(Visit.enterprise == enterprise, Visit.day.between(first, last))
        .group_by(Visit.day, Visit.certainty)
    )
    return {(day, certainty): count for day, certainty, count in session.execute(asked)}


def leads_by_day(session: Session, enterprise: str, first: int, last: int) -> dict[tuple[int, str], int]:
    """Return how many leads began at an enterprise's sites, by day and verdict."""
    asked = (
        sa.select(Lead.day, Lead.verdict, sa.func.count())
        .where(Lead.enterprise_id == enterprise, Lead.day.between(first, last), Lead.state != "merged")
        .group_by(Lead.day, Lead.verdict)
    )
    return {(day, verdict): count for day, verdict, count in session.execute(asked)}


def purge_visits(session: Session, before: dt.datetime, together: int) -> int:
    """Remove some visits that were added before then; return how many."""
    ids = list(session.scalars(sa.select(Visit.visit_id).where(Visit.added_at < before).limit(together)))
    result: Any = session.execute(sa.delete(Visit).where(Visit.visit_id.in_(ids)))
    return int(result.rowcount)
