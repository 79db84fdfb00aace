"""Applications and permits that are past their time: found, and removed some at a time."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import count_of
from api.store.leads import OPEN
from api.store.tables.leads import Hold, Lead
from api.store.tables.permits import Attachment, Permit, PermitAssessment, PermitEvent, PermitPlate

_DAY_US = 86_400_000_000
_GRANTED = ("approved", "suspended", "revoked")
_NOT_GRANTED = ("refused", "withdrawn", "returned")
_NEVER_HANDED_IN = ("draft", "withdrawn")


class PastLimits(NamedTuple):
    """Before when what is past its time.

    Attributes:
        at: now: holds that are over by then hold nothing.
        permit: permits that were over, and applications with which nothing more was done, before then.
        draft: drafts that nobody went on with since before then.
    """

    at: dt.datetime
    permit: dt.datetime
    draft: dt.datetime


class Removed(NamedTuple):
    """Applications that are gone.

    Attributes:
        ids: which.
        paths: their files, which nothing names any more.
    """

    ids: list[str]
    paths: list[str]


def _needed(at: dt.datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a lead of one of its vehicles in its days, or a day beside them, is open, confirmed or held."""
    entered = sa.type_coerce(Lead.entered_at, sa.BigInteger)
    held = sa.exists().where(Hold.number == Lead.number, Hold.released_at.is_(None), Hold.until > at)
    return sa.exists().where(
        PermitPlate.permit_id == Permit.id,
        Lead.plate == PermitPlate.plate,
        entered >= sa.type_coerce(Permit.begins_at, sa.BigInteger) - _DAY_US,
        entered < sa.type_coerce(Permit.ends_at, sa.BigInteger) + _DAY_US,
        sa.or_(Lead.state.in_((*OPEN, "confirmed")), held),
    )


def _handed_in(limits: PastLimits) -> sa.Select[Any]:
    """Return applications that are past their time; one that waits for its decision is not, however long."""
    over = sa.and_(Permit.state.in_(_GRANTED), Permit.ends_at < limits.permit)
    not_granted = sa.and_(Permit.state.in_(_NOT_GRANTED), Permit.submitted_at.is_not(None))
    return sa.select(Permit.id).where(sa.or_(over, not_granted), Permit.changed_at < limits.permit, ~_needed(limits.at))


def _drafts(limits: PastLimits) -> sa.Select[Any]:
    return sa.select(Permit.id).where(
        Permit.state.in_(_NEVER_HANDED_IN), Permit.submitted_at.is_(None), Permit.changed_at < limits.draft
    )


def past_permits(session: Session, limits: PastLimits) -> dict[str, int]:
    """Return how many permits and applications, and how many drafts, are past their time."""
    return {"permits": count_of(session, _handed_in(limits)), "drafts": count_of(session, _drafts(limits))}


def remove_past(session: Session, limits: PastLimits, together: int, *, drafts: bool) -> Removed:
    """Remove some that are past their time, with their vehicles, steps, assessments and what is known of their files.

    The files are for the caller to delete, after the transaction.
    """
    asked = _drafts(limits) if drafts else _handed_in(limits)
    some = session.scalars(asked.order_by(Permit.id).limit(together)).all()
    session.execute(sa.select(Permit.id).where(Permit.id.in_(some)).order_by(Permit.id).with_for_update())
    # who has changed one of them meanwhile, or put a hold on a lead, keeps it
    ids = list(session.scalars(asked.where(Permit.id.in_(some)).order_by(Permit.id)))
    paths = list(session.scalars(sa.select(Attachment.path).where(Attachment.permit_id.in_(ids))))
    # steps name assessments: they go first
    for table in (PermitEvent, PermitAssessment, Attachment, PermitPlate):
        _delete(session, sa.delete(table).where(table.permit_id.in_(ids)))
    _delete(session, sa.delete(Permit).where(Permit.id.in_(ids)))
    return Removed(ids, paths)


def _delete(session: Session, what: sa.Delete) -> None:
    session.execute(what.execution_options(synchronize_session=False))


def nobodys(session: Session, paths: Sequence[str]) -> set[str]:
    """Return those of some files that no application has."""
    return set(paths) - set(session.scalars(sa.select(Attachment.path).where(Attachment.path.in_(paths))))
