"""Changing the registry: each change is a version of its own behind the others, and the newest counts."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fastapi import Request
from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.etags import require_match
from api.problems import Problem, not_found
from api.service import Service
from api.store import enterprises as stored
from api.store.audit import Actor, note
from api.store.base import now
from api.store.database import Store
from api.store.tables.enterprises import RegistryVersion
from enterprises.registry import Registry
from enterprises.registry_file import parse_registry, registry_named, written
from truckban.freight.enterprise_answers import told
from truckban.moments import zone_of_time
from zones.errors import InputError
from zones.text import Text

PROGRAM = Actor("program", "program")
_FILE = "registry.json"
_LONGEST = 200
_MOST_BYTES = 20_000_000


class Act(NamedTuple):
    """What is done to the registry.

    Attributes:
        name: as versions and the audit trail name it.
        subject: the id of the list or the enterprise; None for the whole.
        why: the reason that was given.
        facts: what it changes, in counts: no names.
    """

    name: str
    subject: str | None
    why: str | None
    facts: Mapping[str, Any] = {}


def today(service: Service) -> dt.date:
    """Return the day it is where the notice holds."""
    return now().astimezone(zone_of_time(service.law.shelf().first.pack.timezone)).date()


def etag_of_registry(sha256: str | None) -> str:
    """Return the ETag of a registry: its hash."""
    return f'"{sha256}"'


def seed(store: Store) -> None:
    """Put the built-in registry into a store that has none."""
    with store.read() as session:
        if stored.newest_version(session) is not None:
            return
    with store.write() as session:
        _seeded(session)


def _seeded(session: Session) -> RegistryVersion:
    stored.wait_for_turn(session)
    newest = stored.newest_version(session)
    if newest is not None:
        return newest
    with told():
        registry = registry_named(None)
    return _add(session, PROGRAM, registry, Act("seed", None, None), before=None)


def current(session: Session) -> tuple[RegistryVersion, Registry]:
    """Return the registry that counts, as it stands in the store, for somebody who is about to change it."""
    row = _seeded(session)
    return row, read(row.content)


def read(content: bytes) -> Registry:
    """Return the registry of a version."""
    with told():
        return parse_registry(content, file=_FILE)


def change(
    request: Request, session: Session, principal: Principal, act: Act, make: Callable[[Registry], Registry]
) -> RegistryVersion:
    """Change the registry that the caller has seen.

    Args:
        request: with If-Match: the hash of the registry that was seen.
        session: a transaction that writes.
        principal: who does it.
        act: what is done.
        make: returns the registry as it is after it.

    Raises:
        Problem: 412, 428; 409 where it changes nothing.
        InputError: it cannot be done.
    """
    row, registry = current(session)
    require_match(request, etag_of_registry(row.sha256))
    with told():
        after = make(registry)
    return _add(session, principal.actor, after, act, before=first_of(row))


def restore(request: Request, session: Session, principal: Principal, number: int, why: str) -> RegistryVersion:
    """Let an earlier version count again: it is put behind the others once more.

    Raises:
        Problem: 404, 412, 428; 409 where it is the one that counts.
    """
    stored.wait_for_turn(session)
    wanted = stored.version_of(session, number) or not_found()
    row, _ = current(session)
    require_match(request, etag_of_registry(row.sha256))
    act = Act("restore", None, why, {"version": number})
    first = first_of(wanted)
    earlier = stored.version_of(session, first) or wanted
    return _add(session, principal.actor, read(wanted.content), act, before=earlier.before, same_as=first)


def first_of(row: RegistryVersion) -> int:
    """Return the number under which a version stood first."""
    return row.same_as or row.number


def _add(
    session: Session,
    actor: Actor,
    registry: Registry,
    act: Act,
    *,
    before: int | None,
    same_as: int | None = None,
) -> RegistryVersion:
    content = written_safely(registry)
    sha256 = hashlib.sha256(content).hexdigest()
    newest = stored.newest_version(session)
    if newest is not None and newest.sha256 == sha256:
        text = Text("名录已经是这样，没有什么要改", "the registry is like that already: nothing would change")
        raise Problem(409, "nothing_changes", text)
    row = stored.add_version(
        session,
        sha256=sha256,
        size=len(content),
        content=content,
        act=act.name,
        subject=act.subject,
        facts={**act.facts, **counts(registry)},
        before=before,
        same_as=same_as,
        made_by=actor.id,
        made_at=now(),
        why=act.why,
    )
    details = {"version": row.number, "sha256": sha256, "before": newest and newest.sha256, **act.facts}
    subject = f"enterprise:{act.subject}" if act.name in OF_ENTERPRISES else f"registry:{row.number}"
    note(session, actor, f"enterprises.{act.name}", subject[:120], why=act.why, details=details)
    return row


OF_ENTERPRISES = ("alias", "alias.remove", "code", "code.remove")


def counts(registry: Registry) -> dict[str, int]:
    """Return how much is in a registry."""
    return {
        "lists": len(registry.lists),
        "listed": len(registry.lists[-1].lines) if registry.lists else 0,
        "enterprises": len(registry.enterprises),
        "sites": len(registry.sites),
    }


def written_safely(registry: Registry) -> bytes:
    """Return a registry as bytes that every part of the service can hold.

    Raises:
        InputError: it holds what is no text, or too much of it.
    """
    try:
        content = written(registry)
    except UnicodeEncodeError:
        raise _no_text() from None
    if b"\\u0000" in content:
        raise _no_text()
    if len(content) > _MOST_BYTES:
        raise InputError(Text("名录太大", "the registry would be too large"), field="body")
    texts = [
        *(text for document in registry.lists for text in (document.id, *(line.name for line in document.lines))),
        *(text for site in registry.sites for text in (site.id, site.enterprise, site.name or "", site.source)),
        *registry.enterprises,
    ]
    if too_long := next((text for text in texts if len(text) > _LONGEST), None):
        raise InputError(
            Text(
                f"“{too_long[:30]}…”太长：名称和编号最多 {_LONGEST} 个字",
                f"“{too_long[:30]}…” is too long: names and ids have at most {_LONGEST} characters",
            ),
            field="name",
        )
    return content


def _no_text() -> InputError:
    return InputError(Text("文件里有不是文字的字符", "the file has characters that are no text"), field="body")
