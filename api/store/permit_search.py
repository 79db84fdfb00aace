"""Applications found by filters, a page at a time."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.permits import reached
from api.store.tables.permits import Permit, PermitPlate
from api.store.whose import Whose, belongs

_MOST_OWN = 200
_STANDING = ("approved", "suspended")


class Search(NamedTuple):
    """Which applications are looked for; None is any.

    Attributes:
        whose: whose own; None: of anybody, once handed in.
        state: `expired` is asked of the clock.
        overdue: a decision is due and late, or is not.
        at: the instant that `expired` and `overdue` are asked at.
    """

    whose: Whose | None
    at: dt.datetime
    state: str | None = None
    overdue: bool | None = None
    sponsor: str | None = None
    plate: str | None = None
    notice: str | None = None


class After(NamedTuple):
    """The last row seen."""

    due_at: dt.datetime | None
    id: str


def found(session: Session, wanted: Search, *, due: bool, after: After | None, limit: int) -> Sequence[Permit]:
    """Return applications, one more than `limit` where there are more.

    Args:
        session: a transaction.
        wanted: which.
        due: only those that wait for a decision, what is due first in front; else the newest first.
        after: the last one seen.
        limit: how many.
    """
    query = sa.select(Permit).where(*_conditions(wanted)).limit(limit + 1)
    if not due:
        query = query.order_by(Permit.id.desc())
        return session.scalars(query if after is None else query.where(Permit.id < after.id)).all()
    query = query.where(Permit.due_at.is_not(None)).order_by(Permit.due_at, Permit.id)
    if after is not None:
        query = query.where(Permit.due_at >= after.due_at, sa.or_(Permit.due_at > after.due_at, Permit.id > after.id))
    return session.scalars(query).all()


def _conditions(wanted: Search) -> list[sa.ColumnElement[bool]]:
    asked = [reached(wanted.whose)]
    if wanted.state == "expired":
        asked += [Permit.state.in_(_STANDING), Permit.ends_at <= wanted.at]
    elif wanted.state is not None:
        asked.append(Permit.state == wanted.state)
        if wanted.state in _STANDING:
            asked.append(Permit.ends_at > wanted.at)
    if wanted.overdue is True:
        asked.append(Permit.due_at <= wanted.at)
    elif wanted.overdue is False:
        asked.append(sa.or_(Permit.due_at.is_(None), Permit.due_at > wanted.at))
    if wanted.sponsor is not None:
        asked.append(Permit.sponsor == wanted.sponsor)
    if wanted.notice is not None:
        asked.append(Permit.notice == wanted.notice)
    if wanted.plate is not None:
        asked.append(Permit.id.in_(sa.select(PermitPlate.permit_id).where(PermitPlate.plate == wanted.plate)))
    return asked


def in_force_at(
    session: Session, at: dt.datetime, *, plate: str | None, notice: str | None, after: str | None, limit: int
) -> Sequence[Permit]:
    """Return permits whose days an instant lies in, the newest first; whether they were suspended then, their steps tell."""
    query = sa.select(Permit).where(Permit.ends_at > at, Permit.begins_at <= at).order_by(Permit.id.desc())
    if plate is not None:
        query = query.where(Permit.id.in_(sa.select(PermitPlate.permit_id).where(PermitPlate.plate == plate)))
    if notice is not None:
        query = query.where(Permit.notice == notice)
    if after is not None:
        query = query.where(Permit.id < after)
    return session.scalars(query.limit(limit + 1)).all()


def standing_own(session: Session, whose: Whose, at: dt.datetime) -> Sequence[Permit]:
    """Return somebody's own permits whose time is not over, the newest first."""
    return session.scalars(
        sa.select(Permit)
        .where(belongs(Permit.applicant_id, Permit.enterprise_id, whose), Permit.ends_at > at)
        .order_by(Permit.id.desc())
        .limit(_MOST_OWN)
    ).all()
