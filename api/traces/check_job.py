"""The job that checks traces: in a process of its own, into a folder of its own; then leads and run in one transaction."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from api.jobs.kinds import Kind, Task
from api.jobs.saying import both
from api.settings import Settings
from api.store import leads
from api.store import runs as stored
from api.store.audit import WORKER, note
from api.store.base import now
from api.store.database import Store
from api.store.jobs import Lease
from api.traces.files import EVIDENCE, remove_tree, runs_folder
from api.without_options import without_options
from zones.text import Text


class _Check(Kind):
    def work(self, task: Task) -> dict[str, Any]:
        # what takes long to import is for the process that checks alone
        from api.traces.check_work import checked_run  # noqa: PLC0415

        store = Store(task.settings.url)
        try:
            return checked_run(task, store)
        finally:
            store.close()

    def begun(self, session: Session, lease: Lease) -> None:
        stored.change_run(session, lease.subject, state="running", started_at=now(), progress=dict(stored.WAITING))

    def moved(self, session: Session, lease: Lease, progress: Mapping[str, Any]) -> None:
        stored.change_run(session, lease.subject, progress=dict(progress))

    def back(self, session: Session, lease: Lease) -> None:
        stored.change_run(session, lease.subject, state="queued", progress=dict(stored.WAITING))

    def ended(self, session: Session, settings: Settings, lease: Lease, result: Mapping[str, Any]) -> None:
        folder = runs_folder(settings) / result["folder"]
        run = json.loads((folder / "run.json").read_text("utf-8"))
        added = leads.add_leads(
            session,
            lease.subject,
            folder / "leads.parquet",
            basis=run,
            path_geojson=folder / "leads.geojson",
            tracks=_read_tracks(folder / EVIDENCE),
        )
        basis = {"notice": run["notice"]["sha256"], "zone": run["zone"]["sha256"], "program": run["truckban"]}
        stored.change_run(
            session,
            lease.subject,
            state="done",
            counts=run["counts"],
            notes=[both(without_options(Text(each["zh"], each["en"]))) for each in run["notes"]],
            basis=basis,
            folder=result["folder"],
            progress=dict(result["progress"]),
            finished_at=now(),
        )
        details = {"leads": run["counts"]["leads"], "new": added.new, **basis}
        note(session, WORKER, "run.done", f"run:{lease.subject}", details=details)

    def failed(self, session: Session, lease: Lease, error: Mapping[str, Any]) -> None:
        if stored.change_run(session, lease.subject, state="failed", error=dict(error), finished_at=now()):
            note(session, WORKER, "run.failed", f"run:{lease.subject}", details={"code": error["code"]})

    def cleared(self, settings: Settings, lease: Lease, *, kept: bool) -> None:
        folder = runs_folder(settings) / lease.subject
        if not kept:
            remove_tree(folder / str(lease.attempt))
            return
        (folder / str(lease.attempt) / EVIDENCE).unlink(missing_ok=True)  # it is in the store now
        for other in folder.iterdir():
            if other.name != str(lease.attempt):
                remove_tree(other)


CHECK = _Check()


def _read_tracks(path: Path) -> dict[str, leads.Track]:
    if not path.exists():
        return {}
    rows = pq.read_table(path).to_pylist()
    return {row["lead_id"]: leads.Track(row["fixes"], **json.loads(row["said"])) for row in rows}
