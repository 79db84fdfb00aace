"""Violations: leads that an officer confirmed."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.tables.leads import Basis, Lead, Violation

Found = tuple[Violation, Lead, Basis]


def _asked(plates: Sequence[str] | None) -> sa.Select[Violation, Lead, Basis]:
    asked = (
        sa.select(Violation, Lead, Basis)
        .join(Lead, Lead.number == Violation.number)
        .join(Basis, Basis.id == Lead.basis_id)
    )
    return asked if plates is None else asked.where(Violation.plate.in_(tuple(plates)))


def violation_of(session: Session, id_: str, *, plates: Sequence[str] | None = None) -> Found | None:
    """Return a violation with its lead and what that was judged by."""
    row = session.execute(_asked(plates).where(Violation.id == id_)).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def violations_page(
    session: Session,
    *,
    plates: Sequence[str] | None,
    standing: bool | None,
    since: dt.datetime | None,
    until: dt.datetime | None,
    after: tuple[dt.datetime, str] | None,
    limit: int,
) -> list[Found]:
    """Return violations, the last confirmed first, one more than asked where there are more."""
    asked = _asked(plates).order_by(Violation.confirmed_at.desc(), Violation.id.desc()).limit(limit + 1)
    if standing is not None:
        asked = asked.where(Violation.revoked_at.is_(None) if standing else Violation.revoked_at.is_not(None))
    if since is not None:
        asked = asked.where(Violation.confirmed_at >= since)
    if until is not None:
        asked = asked.where(Violation.confirmed_at < until)
    if after is not None:
        key = sa.tuple_(Violation.confirmed_at, Violation.id)
        asked = asked.where(key < sa.tuple_(sa.literal(after[0], Violation.confirmed_at.type), sa.literal(after[1])))
    return [(row[0], row[1], row[2]) for row in session.execute(asked)]
