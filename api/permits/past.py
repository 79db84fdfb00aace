"""Applications and permits whose time is over (PIPL 19: no longer than needed): removed with their files, and put on record."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import suppress

from api.permits import files
from api.settings import Settings
from api.store.audit import Actor, note
from api.store.database import Store
from api.store.permits_past import PastLimits, nobodys, remove_past

_TOGETHER = 100
_NAMES_TOGETHER = 500
_ORPHAN_S = 86_400.0


def permit_days(settings: Settings) -> int:
    """Return how long permits are kept: never shorter than the leads that a check finds where a permit is not there any more."""
    return max(settings.permit_days, settings.lead_days)


def past_limits(settings: Settings, at: dt.datetime) -> PastLimits:
    """Return before when what is past its time."""
    return PastLimits(at, at - dt.timedelta(days=permit_days(settings)), at - dt.timedelta(days=settings.draft_days))


def purge_permits(store: Store, settings: Settings, at: dt.datetime, by: Actor) -> dict[str, int]:
    """Remove what is past its time, some at a time; stopped half-way, the next purge goes on. It may be called again at any time.

    Rows go first, with an entry in the audit trail in their transaction, and files after: what a crash leaves in between is
    deleted as nobody's the next time.

    Args:
        store: the store.
        settings: `permit_days`, `draft_days`, `lead_days`; where the files are.
        at: the time that ages are reckoned to.
        by: who is on record.

    Returns:
        How many permits and applications, drafts, and files of neither are gone.
    """
    gone = {"permits": 0, "drafts": 0, "files": 0}
    limits = past_limits(settings, at)
    days = {"permit_days": permit_days(settings), "draft_days": settings.draft_days}
    for what in ("permits", "drafts"):
        while True:
            with store.write() as session:
                removed = remove_past(session, limits, _TOGETHER, drafts=what == "drafts")
                if not removed.ids:
                    break
                details = {
                    "what": what,
                    "removed": len(removed.ids),
                    "files": len(removed.paths),
                    "permits": removed.ids,
                    **days,
                }
                note(session, by, "retention.purge", "permits", details=details)
            for path in removed.paths:
                files.remove(settings, path)
            gone[what] += len(removed.ids)
    gone["files"] = _remove_nobodys(store, settings)
    return gone


def _remove_nobodys(store: Store, settings: Settings) -> int:
    """Delete files that no application has, once they are old enough that none is about to."""
    removed = 0
    for some in _old(settings):
        with store.read() as session:
            left = nobodys(session, some)
        for path in left:
            files.remove(settings, path)
        removed += len(left)
    return removed


def _old(settings: Settings) -> Iterator[list[str]]:
    before = time.time() - _ORPHAN_S
    folder = files.folder(settings)
    some: list[str] = []
    for part in sorted(folder.iterdir()) if folder.is_dir() else ():
        for path in list(part.iterdir()) if part.is_dir() else ():
            with suppress(FileNotFoundError):  # another purge was here first
                if path.stat().st_mtime < before:
                    some.append(f"{part.name}/{path.name}")
        while len(some) >= _NAMES_TOGETHER:
            yield some[:_NAMES_TOGETHER]
            del some[:_NAMES_TOGETHER]
    if some:
        yield some
