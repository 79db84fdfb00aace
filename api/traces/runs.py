"""Runs: asked for, looked at, cancelled."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.problems import Problem, not_found, wrong_field
from api.service import Service
from api.store import runs as stored
from api.store.audit import note
from api.store.documents import document
from api.store.tables.runs import Run, Upload
from api.traces.files import runs_folder
from api.traces.media import ending_of
from api.traces.schemas import NewRun
from api.traces.uploads import uploads_named
from truckban.alert_times import read_alert_times
from truckban.traces.read.tables import IN_FOLDERS
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text

FILES = {
    "run.json": "application/json",
    "report.html": "text/html; charset=utf-8",
    "rejected.csv": "text/csv; charset=utf-8",
    "leads.csv": "text/csv; charset=utf-8",
    "leads.parquet": "application/vnd.apache.parquet",
    "leads.geojson": "application/geo+json",
    "passages.csv": "text/csv; charset=utf-8",
    "passages.parquet": "application/vnd.apache.parquet",
}
"""What a run can leave, and what each is."""
NO_PLATES = frozenset(("run.json", "report.html"))
"""Files in which plates are masked or do not occur."""
_AT_MOST = {"vehicles": 1, "permits": 1, "sites": 1, "loads": 0}


def create(session: Session, principal: Principal, service: Service, owner: str | None, asked: NewRun) -> Run:
    """Take a run in, with the job that does it, in one transaction."""
    uploads = _uploads(session, owner, asked.uploads)
    try:
        notice = service.law.now.one(asked.notice)
        ground = service.law.ground(notice)
    except InputError as error:
        raise Problem(422, "invalid", error.text, errors=[("body.notice", error.text)]) from None
    if asked.zone is not None and document(session, asked.zone) is None:
        if ground is None or all(each.zone.sha256 != asked.zone for each in ground.each):
            raise wrong_field("zone", Text("没有这个区域", "there is no such zone"))
    elif asked.zone is None and ground is not None and ground.others:
        raise which_zone(notice, ground)
    elif asked.zone is None and ground is None:
        raise wrong_field(
            "zone", Text(f"通告 {notice} 没有区域，请给出", f"notice {notice} comes with no zone; give one")
        )
    crs = asked.crs or _crs(uploads)
    options: dict[str, Any] = {
        "min_probability": asked.min_probability,
        "crs": crs,
        "columns": dict(asked.columns),
        "all_passages": asked.all_passages,
        "permits": asked.permits,
    }
    if asked.alerts is not None:
        said = [each.model_dump(by_alias=True) for each in asked.alerts]
        try:
            pack = service.law.now.pairs[notice].notice.pack
            options["alerts"] = read_alert_times(said, pack.alerts, pack.timezone).as_json()
        except InputError as error:
            raise wrong_field(error.field or "alerts", error.text) from None
    run = stored.add_run(
        session,
        account_id=principal.actor.id,
        notice=notice,
        zone=asked.zone,
        options=options,
        why=asked.why,
        uploads=asked.uploads,
    )
    note(session, principal.actor, "run.create", f"run:{run.id}", why=asked.why, details={"uploads": asked.uploads})
    return run


def which_zone(notice: str, ground: Locator) -> Problem:
    """Return the question which zone of several is meant, with the hash of each."""
    listed = ", ".join(f"{each.zone.id} {each.zone.sha256}" for each in ground.each)
    text = Text(
        f"通告 {notice} 有几个区域，一次核查查一个，请写明是哪个：{listed}",
        f"notice {notice} has several zones and a check is about one; say which: {listed}",
    )
    return wrong_field("zone", text)


def cancel(session: Session, principal: Principal, id_: str, owner: str | None) -> Run:
    """Cancel a run that is not over.

    Raises:
        Problem: 404; 409 where it is over.
    """
    if stored.run_of(session, id_, owner=owner) is None:
        not_found()
    done = stored.cancel_run(session, id_)
    session.expire_all()
    run = stored.run_of(session, id_)
    assert run is not None  # noqa: S101  (runs are not deleted)
    if done:
        note(session, principal.actor, "run.cancel", f"run:{id_}")
    elif run.state != "cancelled":
        text = Text("核查已结束，不能取消", "the run is over and cannot be cancelled")
        raise Problem(409, "over", text, more={"state": run.state})
    return run


def folder_of(service: Service, run: Run) -> Path | None:
    """Return the folder of what a run left; None where it has left nothing, or nothing any more."""
    folder = None if run.folder is None else runs_folder(service.settings) / run.folder
    return folder if folder is not None and folder.is_dir() else None


def _uploads(session: Session, owner: str | None, ids: Sequence[str]) -> list[Upload]:
    uploads = uploads_named(session, owner, ids)
    counts = Counter(upload.kind for upload in uploads)
    if not counts["traces"]:
        raise wrong_field("uploads", Text("缺少轨迹", "there are no traces among them"))
    if not counts["vehicles"]:
        raise wrong_field("uploads", Text("缺少车辆表", "there is no vehicles' file among them"))
    for kind, most in _AT_MOST.items():
        if counts[kind] > most:
            raise wrong_field("uploads", Text(f"{kind} 最多 {most} 个", f"at most {most} of {kind}"))
    together = {".csv", ".parquet"} | IN_FOLDERS
    for number, upload in enumerate(uploads):
        if upload.kind == "traces" and counts["traces"] > 1 and ending_of(upload.file_name) not in together:
            kinds = ", ".join(sorted(together))
            text = Text(f"多个轨迹文件一起查时可以是 {kinds}", f"of several files of traces each is one of {kinds}")
            raise wrong_field(f"uploads.{number}", text)
    return uploads


def _crs(uploads: Sequence[Upload]) -> str:
    said = {upload.crs for upload in uploads if upload.kind == "traces" and upload.crs}
    if len(said) > 1:
        raise wrong_field(
            "crs", Text("轨迹的坐标系不同，请分开查", "the traces are in different systems; check them apart")
        )
    return said.pop() if said else "wgs84"
