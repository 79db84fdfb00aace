"""What searches for visits and counts of loads have in common as jobs: files laid out, rows written in one transaction."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from api.jobs.kinds import Kind, Task
from api.law import Law
from api.settings import Settings
from api.store import enterprises as stored
from api.store.audit import WORKER, note
from api.store.base import now
from api.store.database import Store
from api.store.jobs import Lease
from api.store.tables.enterprises import FreightRun
from api.store.written import sync_tree
from api.traces.files import remove_tree, runs_folder
from api.traces.laying import laid_out
from enterprises.registry_file import written
from zones.errors import InputError
from zones.text import Text

REGISTRY = "registry.json"
_ROWS = "rows.json"
_LONGEST = 200


def held(text: str | None, most: int = _LONGEST) -> str | None:
    """Return a text of a file as a column holds it."""
    return None if text is None else text.replace("\0", "")[:most]


def row_id(*parts: object) -> str:
    """Return the id of a row, which the same parts always have: what is found again is not stored twice."""
    return hashlib.sha256("|".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:32]


class FreightKind(Kind):
    """One of the two kinds."""

    name: ClassVar[str]

    def count(self, task: Task, run: FreightRun, law: Law, folder: Path, given: Mapping[str, Path]) -> dict[str, Any]:
        """Read the files and return `rows`, `counts`, `basis` and `notes`, JSON.

        Args:
            task: the job.
            run: what was asked.
            law: the notices, the zones and the registry that count now.
            folder: for files of its own; the registry stands in it.
            given: the path of each kind of upload.
        """
        raise NotImplementedError

    def put(self, session: Session, run_id: str, rows: Mapping[str, Any]) -> None:
        """Write the rows."""
        raise NotImplementedError

    def work(self, task: Task) -> dict[str, Any]:
        """Count, and leave the rows in a file for the worker."""
        store = Store(task.settings.url)
        try:
            with store.read() as session:
                run = stored.run_of(session, task.lease.subject, self.name)
                uploads = stored.uploads_of(session, task.lease.subject)
                session.expunge_all()
            law = Law(task.settings.notices)
            law.refresh(store)
        finally:
            store.close()
        if run is None:
            raise InputError(Text("没有这项任务", "there is no such run"))
        out = runs_folder(task.settings) / run.id / str(task.lease.attempt)
        remove_tree(out)
        task.tell({"phase": "reading", "rows": 0})
        with laid_out(task.settings, uploads, out / "in") as given:
            (out / REGISTRY).write_bytes(written(law.registry))
            found = self.count(task, run, law, out, given)
        rows = found.pop("rows")
        (out / _ROWS).write_text(json.dumps(rows), "utf-8")
        sync_tree(out)
        found["basis"] |= {"uploads": {upload.id: upload.sha256 for upload in uploads}}
        return found

    def begun(self, session: Session, lease: Lease) -> None:
        """Write that it is worked on."""
        stored.change_run(session, lease.subject, state="running", started_at=now(), progress=dict(stored.WAITING))

    def moved(self, session: Session, lease: Lease, progress: Mapping[str, Any]) -> None:
        """Write how far it is."""
        stored.change_run(session, lease.subject, progress=dict(progress))

    def back(self, session: Session, lease: Lease) -> None:
        """Write that it waits again."""
        stored.change_run(session, lease.subject, state="queued", progress=dict(stored.WAITING))

    def ended(self, session: Session, settings: Settings, lease: Lease, result: Mapping[str, Any]) -> None:
        """Write what was found."""
        path = runs_folder(settings) / lease.subject / str(lease.attempt) / _ROWS
        if not stored.change_run(
            session,
            lease.subject,
            state="done",
            counts=result["counts"],
            notes=result["notes"],
            basis=result["basis"],
            progress={"phase": "done", "rows": result["read"]},
            finished_at=now(),
        ):
            return
        self.put(session, lease.subject, json.loads(path.read_text("utf-8")))
        note(session, WORKER, f"{self.name}.done", f"{self.name}:{lease.subject}", details=result["counts"])

    def failed(self, session: Session, lease: Lease, error: Mapping[str, Any]) -> None:
        """Write why nothing was found."""
        if stored.change_run(session, lease.subject, state="failed", error=dict(error), finished_at=now()):
            details = {"code": error["code"]}
            note(session, WORKER, f"{self.name}.failed", f"{self.name}:{lease.subject}", details=details)

    def cleared(self, settings: Settings, lease: Lease, *, kept: bool) -> None:
        """Remove the files: the rows are in the store, or are not wanted."""
        folder = runs_folder(settings) / lease.subject
        remove_tree(folder if kept else folder / str(lease.attempt))
