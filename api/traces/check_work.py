"""What the process of a check does: from the files that were handed in to a folder of what was found."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from api.jobs.kinds import Task
from api.law import Law
from api.law_in_force import zone_of
from api.leads.evidence import tracks_of, tracks_table
from api.settings import Settings
from api.store import runs as stored
from api.store.base import now
from api.store.database import Store
from api.store.documents import document
from api.store.permits_judged import permits_for_check
from api.store.tables.runs import Run
from api.store.written import sync_tree
from api.traces.files import EVIDENCE, REPORT_EN, remove_tree, runs_folder
from api.traces.laying import laid_out
from truckban.norms import Notice
from truckban.report import write_report
from truckban.traces.check import Checked, Inputs, check
from truckban.traces.output import write_outputs, write_run
from truckban.traces.read.arrow_table import rows_said
from truckban.traces.read.fleet import read_fleet
from truckban.traces.zone_notice import told_alerts
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text

_INPUTS = "in"
_TELL_S = 0.3
_FIRST_DAY = dt.date(1990, 1, 1)


class _Progress:
    """Tells how far it is, not more often than anybody looks."""

    def __init__(self, tell: Callable[[Mapping[str, Any]], None]) -> None:
        self._tell = tell
        self._at = 0.0
        self.now: dict[str, Any] = dict(stored.WAITING)

    def phase(self, phase: str, share: float | None) -> None:
        self.now |= {"phase": phase, "share": share}
        self._tell(self.now)

    def seen(self, rows: int, vehicles: int, found: int, total: int | None) -> None:
        share = None if not total else round(min(rows / total, 1.0) * 0.9, 4)
        self.now |= {"phase": "traces", "rows": rows, "vehicles": vehicles, "leads": found, "share": share}
        if time.monotonic() - self._at > _TELL_S:
            self._at = time.monotonic()
            self._tell(self.now)


def checked_run(task: Task, store: Store) -> dict[str, Any]:
    """Check the traces of a run; return where what was found lies, and how far it is.

    Raises:
        InputError: what was handed in cannot be used.
    """
    progress = _Progress(task.tell)
    progress.phase("vehicles", 0.0)
    with store.read() as session:
        run = stored.run_of(session, task.lease.subject)
        uploads = stored.uploads_of(session, task.lease.subject)
        session.expunge_all()
    if run is None:
        raise InputError(Text("没有这次核查", "there is no such run"))
    notice, ground = _law(task.settings, store, run)
    out = runs_folder(task.settings) / run.id / str(task.lease.attempt)
    remove_tree(out)
    with laid_out(task.settings, uploads, out / _INPUTS) as given:
        inputs = Inputs(
            given["traces"],
            given["vehicles"],
            given.get("permits"),
            run.options["crs"],
            run.options["columns"],
            run.options["min_probability"],
            dt.datetime.now(dt.UTC),
            _granted(store, run, notice, given["vehicles"]),
        )
        total = rows_said(inputs.traces)
        checked = check(
            inputs, notice, ground, watch=lambda rows, vehicles, found: progress.seen(rows, vehicles, found, total)
        )
        progress.now |= {"rows": checked.fixes.read, "leads": len(checked.leads)}
        if "sites" in given:
            progress.phase("origins", 0.9)
            checked = _with_origins(checked, inputs, given["sites"])
        progress.phase("writing", 0.95)
        tracks = tracks_of(checked, inputs)
        write_outputs(checked, out, all_passages=run.options["all_passages"], excel=True, lang="zh")
        write_report(checked, out / "report.html", lang="zh")
        write_report(checked, out / REPORT_EN, lang="en")
        pq.write_table(tracks_table(tracks), out / EVIDENCE)
        write_run(checked, out)
    sync_tree(out)
    progress.phase("storing", 0.98)
    return {"folder": f"{run.id}/{task.lease.attempt}", "progress": {**progress.now, "phase": "done", "share": 1.0}}


def _law(settings: Settings, store: Store, run: Run) -> tuple[Notice, Locator]:
    """Return the notice and the zone that a run is judged by.

    Raises:
        InputError: they are not there any more.
    """
    law = Law(settings.notices)
    law.refresh(store)
    ground = law.ground(run.notice)
    if run.zone is not None and (ground is None or ground.zone.sha256 != run.zone):
        ground = law.now.map_by(run.zone)
    if run.zone is not None and ground is None:
        with store.read() as session:
            text = document(session, run.zone)
        ground = None if text is None else Locator(zone_of(text))
    if ground is None:
        raise InputError(Text(f"通告 {run.notice} 没有区域", f"there is no zone for notice {run.notice}"), field="zone")
    return told_alerts(law.now.pairs[run.notice].notice, run.options), ground


def _granted(store: Store, run: Run, notice: Notice, vehicles: Path) -> list[dict[str, Any]]:
    """Return the permits of the store that a run asks for: those that matter for its vehicles.

    They are of all days: which ones count is known when the traces are read. So it is of vehicles that are not on the list.
    """
    if run.options.get("permits") != "store":
        return []
    plates = {plate for plate in read_fleet(vehicles, notice.facts).plates.values() if plate}
    under = (notice.id, *notice.pack.replaces, *notice.pack.amends)
    with store.read() as session:
        return permits_for_check(session, (_FIRST_DAY, now().date()), notices=under, plates=plates)


def _with_origins(checked: Checked, inputs: Inputs, sites: Path) -> Checked:
    from truckban.freight.sites_given import read_given_sites  # noqa: PLC0415
    from truckban.freight.visiting import visiting, with_sites  # noqa: PLC0415

    found = visiting(inputs, checked.notice.pack.timezone, read_given_sites(str(sites)), checked.fleet.plates)
    return with_sites(checked, found)[0]
