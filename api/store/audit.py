"""The audit trail: adding to it, and holding it against itself."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.store.base import now
from api.store.tables.audit import AuditEntry, AuditHead

START = "0" * 64


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
        details=dict(details or {}),
        before_hash=head.hash,
    )
    entry.hash = hash_of(entry)
    head.number, head.hash = entry.number, entry.hash
    session.add(entry)
    session.flush()
    return entry


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
