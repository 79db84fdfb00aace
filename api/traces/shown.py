"""Rows as callers see them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from api.store.tables.runs import Run, Upload
from api.traces.runs import FILES
from api.traces.schemas import Fault, Progress, RunView, UploadView


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


def run_shown(run: Run, uploads: Sequence[str], folder: Path | None, lang: str) -> RunView:
    """Return a run."""
    names = ("id", "state", "notice", "zone", "options", "counts", "basis", "version")
    times = ("created_at", "started_at", "finished_at")
    files = [] if folder is None else [name for name in FILES if (folder / name).is_file()]
    return RunView(
        **{name: getattr(run, name) for name in (*names, *times)},
        uploads=list(uploads),
        progress=Progress(**run.progress),
        error=fault_shown(run.error, lang),
        files=files,
    )
