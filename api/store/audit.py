"""The audit trail: adding to it, and holding it against itself."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import now
from api.store.tables.audit import AuditEntry, AuditHead

START = "0" * 64
_PIECE = 1000
_WHOLE = 1e15


class Actor(NamedTuple):
    """Who acts: an account's id, or a word for a part of the program."""

    id: str
    role: str


WORKER = Actor("worker", "program")


def note(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    *,
    why: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry to the trail, in the transaction of what it tells.

    Args:
        session: a transaction that writes.
        actor: who.
        action: what, as in `lead.confirm`.
        subject: to what, as in `lead:01J…`; never a plate or a name.
        why: the reason that the person gave.
        details: values before and after, JSON.
    """
    head = session.scalars(sa.select(AuditHead).where(AuditHead.id == "head").with_for_update()).one()
    entry = AuditEntry(
        number=head.number + 1,
        at=now(),
        actor=actor.id,
        role=actor.role,
        action=action,
        subject=subject,
        why=why,
        details=_plain(dict(details or {})),
        before_hash=head.hash,
    )
    entry.hash = hash_of(entry)
    head.number, head.hash = entry.number, entry.hash
    session.add(entry)
    session.flush()
    return entry


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return JSON as both databases give it back: PostgreSQL knows no -0.0 and writes 1e16 as a whole number."""
    match value:
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case float():
            return int(value) if abs(value) >= _WHOLE else value + 0.0
    return value


def hash_of(entry: AuditEntry) -> str:
    """Return the SHA-256 of an entry with the hash of the one before it."""
    told = [
        entry.number,
        entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        *(entry.actor, entry.role, entry.action, entry.subject, entry.why, entry.details, entry.before_hash),
    ]
    return hashlib.sha256(
        json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
    ).hexdigest()


Fault = Literal["changed", "removed", "unlinked", "cut", "head", "not_expected"]


class Mark(NamedTuple):
    """A place in the trail: an entry's number and hash. Kept elsewhere, it shows later that nothing before it was rewritten."""

    number: int
    hash: str


class Verified(NamedTuple):
    """What holding the trail against itself showed.

    Attributes:
        checked: how many entries hold.
        last: the last of them.
        head: what the trail says is its end.
        number: the first entry that does not hold, None where all do.
        fault: why it does not: `changed` (its hash is of another content), `removed` (it is not there), `unlinked` (it does not
            follow the one before it), `cut` (the trail ends before its head), `head` (it goes on after its head, or the head
            is of another entry), `not_expected` (it is not the one that was noted elsewhere).
        complete: was the trail held to its end.
    """

    checked: int
    last: Mark
    head: Mark
    number: int | None
    fault: Fault | None
    complete: bool


def head_of(session: Session) -> Mark:
    """Return where the trail ends."""
    head = session.execute(sa.select(AuditHead.number, AuditHead.hash).where(AuditHead.id == "head")).one_or_none()
    return Mark(-1, "") if head is None else Mark(*head)


def verify(  # noqa: PLR0911  (each fault ends it)
    session: Session, *, after: Mark | None = None, most: int | None = None, expect: Mark | None = None
) -> Verified:
    """Hold the trail against itself, in pieces: every entry's hash, every link, the end.

    Args:
        session: a transaction that reads.
        after: an entry that was found to hold before; begin behind it.
        most: hold so many entries at most.
        expect: a mark that was kept elsewhere; it must be in the trail.
    """
    highest = sa.select(sa.func.coalesce(sa.func.max(AuditEntry.number), 0)).scalar_subquery()
    row = session.execute(
        # one statement: what is added meanwhile is in both or in neither
        sa.select(AuditHead.number, AuditHead.hash, highest).where(AuditHead.id == "head")
    ).one_or_none()
    last = after or Mark(0, START)
    if row is None:
        return Verified(0, last, Mark(-1, ""), 0, "head", complete=True)
    head, end = Mark(row[0], row[1]), int(row[2])
    if after is not None and after.number and _hash_at(session, after.number) != after.hash:
        return Verified(0, last, head, after.number, "not_expected", complete=False)
    checked = 0
    for entry in _entries(session, last.number, end):
        if most is not None and checked == most:
            return Verified(checked, last, head, None, None, complete=False)
        fault = _fault(entry, last, expect)
        if fault is not None:
            return Verified(checked, last, head, last.number + 1, fault, complete=False)
        last = Mark(entry.number, entry.hash)
        checked += 1
    if expect is not None and expect.number > last.number:
        return Verified(checked, last, head, last.number + 1, "cut", complete=True)
    if head.number > last.number:
        return Verified(checked, last, head, last.number + 1, "cut", complete=True)
    if head != last:
        return Verified(checked, last, head, last.number, "head", complete=True)
    return Verified(checked, last, head, None, None, complete=True)


def _fault(entry: AuditEntry, before: Mark, expect: Mark | None) -> Fault | None:
    if entry.number != before.number + 1:
        return "removed"
    if hash_of(entry) != entry.hash:
        return "changed"
    if entry.before_hash != before.hash:
        return "unlinked"
    if expect is not None and entry.number == expect.number and entry.hash != expect.hash:
        return "not_expected"
    return None


def _hash_at(session: Session, number: int) -> str | None:
    return session.scalar(sa.select(AuditEntry.hash).where(AuditEntry.number == number))


def _entries(session: Session, after: int, until: int) -> Iterator[AuditEntry]:
    """Return entries in pieces, so that a trail of any length takes little memory."""
    while piece := entries_after(session, after, limit=_PIECE):
        for entry in piece:
            if entry.number > until:
                return
            yield entry
        after = piece[-1].number
        session.expunge_all()


def entries_after(session: Session, number: int, *, limit: int) -> Sequence[AuditEntry]:
    """Return the entries after a number, in their order."""
    query = sa.select(AuditEntry).where(AuditEntry.number > number).order_by(AuditEntry.number).limit(limit)
    return session.scalars(query).all()


class Search(NamedTuple):
    """Which entries are looked for; None is any."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def search(
    session: Session, wanted: Search, *, before: tuple[dt.datetime, int] | None, limit: int
) -> Sequence[AuditEntry]:
    """Return entries, newest first, one more than `limit` where there are more.

    Args:
        session: a transaction that reads.
        wanted: which; `since` is included, `until` is not.
        before: time and number of the last one seen.
        limit: how many.
    """
    query = sa.select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.number.desc()).limit(limit + 1)
    for column, value in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject, wanted.subject),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if before is not None:
        at, number = before
        query = query.where(AuditEntry.at <= at, sa.or_(AuditEntry.at < at, AuditEntry.number < number))
    return session.scalars(query).all()
