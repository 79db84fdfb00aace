"""Rows as callers see them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.store.tables.runs import Run, Upload
from api.traces.runs import FILES
from api.traces.schemas import Fault, Progress, RunView, UploadView
from zones.text import Text

_NOTHING_USED = Text(
    "轨迹里没有一行能用：这次核查说明不了任何车辆的情况",
    "no row of the traces could be used: this check shows nothing about any vehicle",
)


def fault_shown(said: Mapping[str, Any] | None, lang: str) -> Fault | None:
    """Return an error in one language."""
    if said is None:
        return None
    place = {name: said.get(name) for name in ("file", "line", "field")}
    return Fault(code=said["code"], message=said.get(lang) or said["code"], **place)


def upload_shown(upload: Upload, lang: str) -> UploadView:
    """Return an upload."""
    names = ("id", "kind", "file_name", "size", "state", "sha256", "media_type", "crs", "created_at")
    said = {name: getattr(upload, name) for name in names}
    return UploadView(**said, offset=upload.received, fault=fault_shown(upload.fault, lang))


def notes_shown(run: Run, lang: str) -> list[str]:
    """Return what a reader of a run's result must know: first of all that nothing of it could be read."""
    nothing = [_NOTHING_USED.of(lang)] if run.counts is not None and not run.counts["rows"]["used"] else []
    return [*nothing, *(each[lang] for each in run.notes or ())]


def run_shown(run: Run, uploads: Sequence[str], folder: Path | None, lang: str) -> RunView:
    """Return a run."""
    names = ("id", "state", "notice", "zone", "options", "counts", "basis", "version")
    times = ("created_at", "started_at", "finished_at")
    files = [] if folder is None else [name for name in FILES if (folder / name).is_file()]
    return RunView(
        **{name: getattr(run, name) for name in (*names, *times)},
        uploads=list(uploads),
        progress=Progress(**run.progress),
        notes=notes_shown(run, lang),
        error=fault_shown(run.error, lang),
        files=files,
    )
