"""What is past its time: found, and removed some at a time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import count_of, now
from api.store.lead_counts import recount
from api.store.leads import OPEN
from api.store.tables.leads import Hold, Lead, LeadFacts, LeadRoad, LeadTrack
from api.store.tables.runs import Job


@dataclass(frozen=True)
class Limits:
    """Before when what is past its time.

    Attributes:
        at: now.
        raw: fixes stored, and their lead closed, before then.
        lead: leads closed before then.
    """

    at: dt.datetime
    raw: dt.datetime
    lead: dt.datetime


def _held(limits: Limits) -> sa.ColumnElement[bool]:
    active = sa.and_(Hold.number == Lead.number, Hold.released_at.is_(None), Hold.until > limits.at)
    return sa.exists().where(active)


def _lapsed(limits: Limits) -> sa.ColumnElement[bool]:
    return sa.and_(Lead.state.in_(OPEN), Lead.entered_at < limits.lead)


def _tracks(limits: Limits) -> sa.Select[Any]:
    """Return the fixes that are past their time: of leads that are closed, or were left open until nothing can follow."""
    over = sa.or_(Lead.closed_at < limits.raw, _lapsed(limits))
    return (
        sa.select(LeadTrack.number)
        .join(Lead, Lead.number == LeadTrack.number)
        .where(LeadTrack.added_at < limits.raw, over, ~_held(limits))
    )


def _closed(limits: Limits) -> sa.Select[Any]:
    return sa.select(Lead.number).where(Lead.closed_at < limits.lead, ~_held(limits))


def _left_open(limits: Limits) -> sa.Select[Any]:
    # stored a while ago too: what was found in an old trace today is looked at first
    return sa.select(Lead.number).where(_lapsed(limits), Lead.added_at < limits.raw, ~_held(limits))


def past_their_time(session: Session, limits: Limits) -> dict[str, int]:
    """Return how much is past its time, and how much is held back."""
    active = sa.select(Hold.id).where(Hold.released_at.is_(None), Hold.until > limits.at)
    return {
        "tracks": count_of(session, _tracks(limits)),
        "closed_leads": count_of(session, _closed(limits)),
        "lapsed_leads": count_of(session, _left_open(limits)),
        "holds": count_of(session, active),
    }


def purge_waits(session: Session) -> bool:
    """Tell whether a purge waits or is under way."""
    asked = sa.select(Job.id).where(Job.kind == "retention", Job.state.in_(("queued", "running"))).limit(1)
    return session.scalar(asked) is not None


def purge_tracks(session: Session, limits: Limits, together: int) -> int:
    """Remove some fixes that are past their time; return of how many leads."""
    numbers = list(session.scalars(_tracks(limits).order_by(LeadTrack.number).limit(together)))
    _lock(session, numbers)
    # who has put a hold on one of them meanwhile keeps it
    numbers = list(session.scalars(_tracks(limits).where(LeadTrack.number.in_(numbers))))
    session.execute(sa.delete(LeadTrack).where(LeadTrack.number.in_(numbers)))
    return len(numbers)


def purge_leads(session: Session, limits: Limits, together: int, *, lapsed: bool) -> int:
    """Remove some leads that are past their time with all that belongs to them; return how many."""
    asked = _left_open(limits) if lapsed else _closed(limits)
    numbers = list(session.scalars(asked.limit(together)))
    _lock(session, numbers)
    numbers = list(session.scalars(asked.where(Lead.number.in_(numbers))))
    if not numbers:
        return 0
    recount(session, numbers, -1)
    facts = session.execute(
        sa.select(Lead.number, Lead.entered_at, LeadFacts.facts)
        .join(LeadFacts, LeadFacts.number == Lead.number)
        .where(Lead.number.in_(numbers))
    )
    keys = [
        {"b_road": road, "b_entered": entered, "b_number": number}
        for number, entered, said in facts
        for road in set(said["roads"])
    ]
    if keys:
        session.execute(
            sa.delete(LeadRoad.__table__).where(  # type: ignore[arg-type]
                LeadRoad.__table__.c.road == sa.bindparam("b_road"),
                LeadRoad.__table__.c.entered_at == sa.bindparam("b_entered"),
                LeadRoad.__table__.c.number == sa.bindparam("b_number"),
            ),
            keys,
        )
    session.execute(sa.delete(Lead).where(Lead.number.in_(numbers)).execution_options(synchronize_session=False))
    return len(numbers)


def _lock(session: Session, numbers: Sequence[int]) -> None:
    session.execute(sa.select(Lead.number).where(Lead.number.in_(numbers)).order_by(Lead.number).with_for_update())


def add_hold(session: Session, lead: Lead, *, why: str, until: dt.datetime, actor: str) -> Hold:
    """Hold a lead and its fixes back until a time."""
    hold = Hold(number=lead.number, why=why, until=until, actor=actor)
    session.add(hold)
    session.flush()
    return hold


def hold_of(session: Session, id_: str) -> tuple[Hold, Lead] | None:
    """Return a hold with its lead, locked."""
    asked = sa.select(Hold, Lead).join(Lead, Lead.number == Hold.number).where(Hold.id == id_)
    row = session.execute(asked.with_for_update()).one_or_none()
    return None if row is None else (row[0], row[1])


def release(session: Session, hold: Hold) -> None:
    """End a hold."""
    hold.released_at = now()
    session.flush()


def holds_page(session: Session, *, limit: int, after: str | None) -> list[tuple[Hold, Lead]]:
    """Return the holds that stand, the newest first, one more than asked where there are more."""
    asked = (
        sa.select(Hold, Lead)
        .join(Lead, Lead.number == Hold.number)
        .where(Hold.released_at.is_(None), Hold.until > now())
        .order_by(Hold.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        asked = asked.where(Hold.id < after)
    return [(row[0], row[1]) for row in session.execute(asked)]
