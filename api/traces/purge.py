"""Files whose time is over: raw fixes and results of checks after so many days, uploads that nobody went on with, what a crash left."""

import datetime as dt
import time
from typing import TYPE_CHECKING

from api.settings import Settings
from api.store.audit import WORKER, note
from api.store.base import now
from api.store.database import Store
from api.store.runs import forget_results
from api.store.uploads import forgotten, known_paths, outlived, purged
from api.traces.files import remove_tree, runs_folder, uploads_folder
from api.traces.leftovers import remove_leftovers

if TYPE_CHECKING:
    from api.store.tables.runs import Upload

FORGOTTEN_H = 24
"""An upload that nobody went on with for so long is given up."""
_ORPHAN_S = 2 * 86400
_TOGETHER = 500


def purge_uploads(store: Store, settings: Settings) -> dict[str, int]:
    """Delete files whose time is over; return how many of each. It may be called again at any time.

    A row is changed first, and its file deleted after: what a crash leaves in between is deleted as nobody's the next time.
    """
    at = now()
    counts = {"raw": 0, "forgotten": 0, "results": _results(store, settings, at), "orphans": 0}
    while True:
        with store.write() as session:
            old = outlived(session, at - dt.timedelta(days=settings.raw_days), _TOGETHER)
            gone = forgotten(session, at - dt.timedelta(hours=FORGOTTEN_H), _TOGETHER)
            done: list[Upload] = []
            for reason, some in (("raw", old), ("forgotten", gone)):
                for upload in some:
                    if purged(session, upload.id):
                        note(session, WORKER, "upload.purge", f"upload:{upload.id}", details={"because": reason})
                        counts[reason] += 1
                        done.append(upload)
            paths = [upload.path for upload in done]
        for path in paths:
            (uploads_folder(settings) / path).unlink(missing_ok=True)
        if not paths:
            break
    counts["orphans"] = _orphans(store, settings) + remove_leftovers(store, settings, time.time() - _ORPHAN_S)
    return counts


def _results(store: Store, settings: Settings, at: dt.datetime) -> int:
    """Delete the files that checks made, with plates in them, after their time: the leads stand in the store."""
    removed = 0
    while True:
        with store.write() as session:
            ids = forget_results(session, at - dt.timedelta(days=settings.result_days), _TOGETHER)
            for id_ in ids:
                note(session, WORKER, "run.purge", f"run:{id_}", details={"result_days": settings.result_days})
        for id_ in ids:
            remove_tree(runs_folder(settings) / id_)
        removed += len(ids)
        if not ids:
            return removed


def _orphans(store: Store, settings: Settings) -> int:
    """Delete files that no row has, once they are old enough that none is about to."""
    before = time.time() - _ORPHAN_S
    removed = 0
    folder = uploads_folder(settings)
    names = [path.name for path in folder.iterdir() if path.stat().st_mtime < before] if folder.is_dir() else []
    for start in range(0, len(names), _TOGETHER):
        some = names[start : start + _TOGETHER]
        with store.read() as session:
            known = known_paths(session, some)
        for name in some:
            if name not in known:
                (folder / name).unlink(missing_ok=True)
                removed += 1
    looks = runs_folder(settings).glob(".look-*") if runs_folder(settings).is_dir() else ()
    for look in looks:
        if look.stat().st_mtime < before:
            remove_tree(look)
    return removed
