"""What people do with leads: one lead locked, changed, counted again, and told as an event."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.audit import Actor
from api.store.base import now
from api.store.lead_counts import recount
from api.store.lead_roads import CHANGING, follow
from api.store.runs import notes_of
from api.store.tables.leads import Basis, Lead, LeadEvent, LeadFacts, LeadRun, LeadTrack, Violation

_CHANGING = ("state", "assignee", "merged_into")


class Reason(NamedTuple):
    """Why something is done.

    Attributes:
        code: of a short list, where there is one.
        text: in the person's words.
    """

    code: str | None = None
    text: str | None = None


def lead_of(
    session: Session, lead_id: str, *, plates: Sequence[str] | None = None, locked: bool = False
) -> Lead | None:
    """Return a lead; None where there is none, or it is of none of these plates."""
    asked = sa.select(Lead).where(Lead.lead_id == lead_id)
    if plates is not None:
        asked = asked.where(Lead.plate.in_(tuple(plates)))
    return session.scalars(asked.with_for_update() if locked else asked).one_or_none()


def leads_of(session: Session, ids: Sequence[str]) -> dict[str, Lead]:
    """Return some leads, locked in one order, by id."""
    asked = sa.select(Lead).where(Lead.lead_id.in_(ids)).order_by(Lead.number).with_for_update()
    return {lead.lead_id: lead for lead in session.scalars(asked)}


def change(session: Session, lead: Lead, act: str, actor: Actor, reason: Reason, **values: Any) -> LeadEvent:  # noqa: ANN401
    """Change a lead that is locked, and tell it as an event.

    Args:
        session: a transaction that writes.
        lead: which.
        act: what is done, as in `confirm`.
        actor: by whom.
        reason: why.
        values: `state`, `assignee`, `merged_into`: what they become.
    """
    before = {name: getattr(lead, name) for name in _CHANGING}
    moves = values.get("state", lead.state) != lead.state
    if moves:
        recount(session, [lead.number], -1)
    at = now()
    for name, value in values.items():
        setattr(lead, name, value)
    if moves:
        lead.closed_at = at if lead.state in ("confirmed", "dismissed", "merged") else None
    lead.version += 1
    session.flush()
    if any(before[name] != getattr(lead, name) for name in CHANGING):
        follow(session, lead)
    if moves:
        recount(session, [lead.number], 1)
    event = LeadEvent(
        number=lead.number,
        at=at,
        actor=actor.id,
        role=actor.role,
        act=act,
        code=reason.code,
        why=reason.text,
        before=before,
        after={name: getattr(lead, name) for name in _CHANGING},
    )
    session.add(event)
    session.flush()
    return event


def confirm(session: Session, lead: Lead, actor: Actor, why: str, acknowledged: Sequence[str]) -> Violation:
    """Make a lead a violation."""
    change(session, lead, "confirm", actor, Reason(text=why), state="confirmed")
    violation = Violation(
        number=lead.number, plate=lead.plate, officer=actor.id, why=why, acknowledged=list(acknowledged)
    )
    session.add(violation)
    session.flush()
    return violation


def undo(session: Session, lead: Lead, actor: Actor, why: str) -> LeadEvent | None:
    """Take back the last act that was not taken back yet; return it, or None where there is none."""
    last = session.scalars(
        sa.select(LeadEvent)
        .where(LeadEvent.number == lead.number, LeadEvent.undone_by.is_(None), LeadEvent.act != "undo")
        .order_by(LeadEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return None
    if last.act == "confirm":
        _revoke(session, lead, actor, why)
    told = change(session, lead, "undo", actor, Reason(last.act, why), **last.before)
    last.undone_by = told.id
    session.flush()
    return last


def _revoke(session: Session, lead: Lead, actor: Actor, why: str) -> None:
    session.execute(
        sa.update(Violation)
        .where(Violation.number == lead.number, Violation.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_by=actor.id, revoked_why=why)
    )


class Whole(NamedTuple):
    """All that the store has of a lead."""

    facts: LeadFacts
    basis: Basis
    runs: list[str]
    notes: list[dict[str, str]]
    events: list[LeadEvent]
    violation: Violation | None
    track_since: dt.datetime | None


def runs_of(session: Session, lead: Lead) -> list[str]:
    """Return the runs that found a lead."""
    asked = sa.select(LeadRun.run_id).where(LeadRun.number == lead.number).order_by(LeadRun.run_id)
    return list(session.scalars(asked))


def whole(session: Session, lead: Lead) -> Whole:
    """Return all that the store has of a lead, but for the fixes."""
    facts, basis = session.get(LeadFacts, lead.number), session.get(Basis, lead.basis_id)
    assert facts is not None and basis is not None  # noqa: S101, PT018  (added together)
    own = LeadEvent.number == lead.number
    runs = runs_of(session, lead)
    return Whole(
        facts,
        basis,
        runs,
        notes_of(session, runs),
        list(session.scalars(sa.select(LeadEvent).where(own).order_by(LeadEvent.id))),
        session.scalars(
            sa.select(Violation).where(Violation.number == lead.number, Violation.revoked_at.is_(None))
        ).one_or_none(),
        session.scalars(sa.select(LeadTrack.added_at).where(LeadTrack.number == lead.number)).one_or_none(),
    )


def track_of(session: Session, lead: Lead) -> LeadTrack | None:
    """Return what a lead can be decided again from; None where that is no longer kept."""
    return session.get(LeadTrack, lead.number)


def basis_of(session: Session, id_: str) -> Basis:
    """Return what leads were judged by."""
    return session.get_one(Basis, id_)
