"""Documents by their hash, and the pairs of notice and zone that are in force."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import hold_turn
from api.store.tables.documents import Document, Enactment

_CHANGES = "truckban:enactments"


def document(session: Session, sha256: str) -> bytes | None:
    """Return the bytes of a notice or a zone by their SHA-256; None where the store has no such file."""
    return session.scalars(sa.select(Document.content).where(Document.sha256 == sha256)).one_or_none()


def facts_of(session: Session, sha256: str) -> Document | None:
    """Return what is known of a document, without its bytes."""
    return session.get(Document, sha256)


def add_document(session: Session, **values: Any) -> bool:  # noqa: ANN401
    """Add a document; return False where the store has it already."""
    if session.get(Document, values["sha256"]) is not None:
        return False
    session.add(Document(**values))
    session.flush()
    return True


def documents(
    session: Session, *, limit: int, after: tuple[dt.datetime, str] | None = None, kind: str | None = None
) -> Sequence[Document]:
    """Return documents, the newest first, one more than asked where there are more."""
    asked = sa.select(Document).order_by(Document.added_at.desc(), Document.sha256.desc()).limit(limit + 1)
    if kind is not None:
        asked = asked.where(Document.kind == kind)
    if after is not None:
        at, sha256 = after
        asked = asked.where(sa.or_(Document.added_at < at, sa.and_(Document.added_at == at, Document.sha256 < sha256)))
    return session.scalars(asked).all()


def wait_for_turn(session: Session) -> None:
    """Wait until nobody else changes what is in force; until this transaction ends nobody does."""
    hold_turn(session, _CHANGES)


def standing_at(session: Session, at: dt.datetime) -> Sequence[Enactment]:
    """Return the pairs that answer at an instant, in the order in which they came into force."""
    return session.scalars(
        sa.select(Enactment)
        .where(
            Enactment.undone_at.is_(None),
            Enactment.since <= at,
            sa.or_(Enactment.until.is_(None), Enactment.until > at),
        )
        .order_by(Enactment.since, Enactment.id)
    ).all()


def last_change(session: Session, notice: str) -> Enactment | None:
    """Return the newest pair of a notice that was not undone."""
    return session.scalars(
        sa.select(Enactment)
        .where(Enactment.notice == notice, Enactment.undone_at.is_(None))
        .order_by(Enactment.since.desc(), Enactment.id.desc())
        .limit(1)
    ).one_or_none()


def ended_for(session: Session, id_: str) -> Enactment | None:
    """Return the pair that another one ended."""
    return session.scalars(sa.select(Enactment).where(Enactment.ended_by == id_)).one_or_none()


def enactment(session: Session, id_: str, *, changing: bool = False) -> Enactment | None:
    """Return one pair."""
    return session.get(Enactment, id_, with_for_update=changing or None)


def is_empty(session: Session) -> bool:
    """Tell whether nothing was ever put in force."""
    return session.scalars(sa.select(Enactment.id).limit(1)).first() is None


def enactments(
    session: Session, *, limit: int, after: tuple[dt.datetime, str] | None = None, at: dt.datetime | None = None
) -> Sequence[Enactment]:
    """Return pairs with their history, the newest first, one more than asked where there are more."""
    asked = sa.select(Enactment).order_by(Enactment.since.desc(), Enactment.id.desc()).limit(limit + 1)
    if at is not None:
        asked = asked.where(
            Enactment.undone_at.is_(None),
            Enactment.since <= at,
            sa.or_(Enactment.until.is_(None), Enactment.until > at),
        )
    if after is not None:
        since, id_ = after
        asked = asked.where(sa.or_(Enactment.since < since, sa.and_(Enactment.since == since, Enactment.id < id_)))
    return session.scalars(asked).all()
