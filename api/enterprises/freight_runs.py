"""Searches for visits and counts of loads: asked for, looked at, cancelled."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.access.principal import Principal
from api.access.table import Reach
from api.enterprises.words import Asked
from api.etags import etag_of, unchanged
from api.once import Made, do_once
from api.paging import Page, cut, read_cursor
from api.problems import Problem, language_of, not_found, wrong_field
from api.service import service_of
from api.store import enterprises as stored
from api.store.audit import note
from api.store.tables.enterprises import FreightRun
from api.store.tables.runs import Upload
from api.traces.schemas import Fault, RunState, Ulid, Why
from api.traces.shown import fault_shown
from api.traces.upload_routes import owner_of
from api.traces.uploads import uploads_named
from zones.text import Text

RunPath = Annotated[Ulid, Path(description="of the run")]


class NewFreight(Asked):
    """What both kinds are asked with."""

    uploads: Annotated[list[Ulid], Field(min_length=1, max_length=100)]
    why: Why


class FreightProgress(BaseModel):
    """How far a run is."""

    phase: str = Field(description="`waiting`, `reading`, `visits`, `writing`, `done`")
    rows: int


class FreightView(BaseModel):
    """A run."""

    id: str
    kind: Literal["visits", "loads"]
    state: RunState
    uploads: list[str]
    options: dict[str, Any]
    progress: FreightProgress
    counts: dict[str, Any] | None = Field(description="once done; they add up")
    notes: list[str] = Field(description="what a reader must know")
    basis: dict[str, Any] | None = Field(description="hashes of what it was counted by, and of the uploads")
    error: Fault | None
    version: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None


class FreightPage(Page):
    """Runs, the newest first."""

    runs: list[FreightView]


def view_of(run: FreightRun, uploads: Sequence[str], lang: str) -> FreightView:
    """Return a run in one language."""
    same = ("id", "kind", "state", "options", "basis", "version", "created_at", "started_at", "finished_at")
    counts = run.counts
    if counts is not None and "rejects" in counts:
        rejects = [{**each, "reason": each[lang]} for each in counts["rejects"]]
        counts = {**counts, "rejects": [_without_tongues(each) for each in rejects]}
    return FreightView(
        **{name: getattr(run, name) for name in same},
        counts=counts,
        uploads=list(uploads),
        progress=FreightProgress(**run.progress),
        notes=[each[lang] for each in run.notes or ()],
        error=fault_shown(run.error, lang),
    )


def _without_tongues(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("zh", "en")}


def uploads_given(
    session: Session, owner: str | None, ids: Sequence[str], most: Mapping[str, int], needed: Sequence[str]
) -> list[Upload]:
    """Return the uploads that a run is to read.

    Args:
        session: a transaction.
        owner: whose they have to be.
        ids: of the uploads.
        most: how many of each kind there may be; other kinds are refused.
        needed: kinds that have to be there.

    Raises:
        Problem: 422 with the number of the upload at fault.
    """
    uploads = uploads_named(session, owner, ids)
    counts = Counter(upload.kind for upload in uploads)
    for kind in needed:
        if not counts[kind]:
            raise wrong_field("uploads", Text(f"缺少 {kind}", f"there is no {kind} among them"))
    for kind, count in counts.items():
        if count > most.get(kind, 0):
            raise wrong_field(
                "uploads", Text(f"{kind} 最多 {most.get(kind, 0)} 个", f"at most {most.get(kind, 0)} of {kind}")
            )
    return uploads


def create(
    request: Request,
    principal: Principal,
    asked: NewFreight,
    kind: str,
    options: Any,  # noqa: ANN401
) -> Response:
    """Take a run in, once; `options` returns them from a session, or refuses."""

    def make(session: Session) -> Made:
        run = stored.add_run(
            session,
            kind,
            account_id=principal.actor.id,
            options=options(session),
            why=asked.why,
            uploads=asked.uploads,
        )
        details = {"uploads": asked.uploads}
        note(session, principal.actor, f"{kind}.create", f"{kind}:{run.id}", why=asked.why, details=details)
        headers = {"Location": f"/v1/{kind}/runs/{run.id}", "ETag": etag_of(run.id, run.version)}
        return Made(view_of(run, asked.uploads, language_of(request)), 201, headers)

    return do_once(request, principal, asked, make)


def page_of(
    request: Request, principal: Principal, reach: Reach, kind: str, limit: int, cursor: str | None
) -> FreightPage:
    """Return runs, the newest first."""
    key = read_cursor(cursor, str)
    lang = language_of(request)
    with service_of(request).store.read() as session:
        rows = stored.runs_page(
            session, kind, owner=owner_of(principal, reach), before=None if key is None else key[0], limit=limit
        )
        shown, following = cut(rows, limit, lambda row: (row.id,))
        uploads = stored.uploads_of_each(session, [run.id for run in shown])
        return FreightPage(runs=[view_of(run, uploads[run.id], lang) for run in shown], next=following)


def one_of(
    request: Request, response: Response, principal: Principal, reach: Reach, kind: str, run_id: str
) -> FreightView | Response:
    """Return a run; 304 where the caller has it as it is."""
    with service_of(request).store.read() as session:
        run = stored.run_of(session, run_id, kind, owner=owner_of(principal, reach)) or not_found()
        uploads = stored.uploads_of_each(session, [run_id])[run_id]
        same = unchanged(request, response, etag_of(run.id, run.version))
        return same or view_of(run, uploads, language_of(request))


def cancel(request: Request, principal: Principal, reach: Reach, kind: str, run_id: str) -> FreightView:
    """Cancel a run that is not over; a second time changes nothing.

    Raises:
        Problem: 404; 409 where it is over.
    """
    with service_of(request).store.write() as session:
        if stored.run_of(session, run_id, kind, owner=owner_of(principal, reach)) is None:
            not_found()
        done = stored.cancel_run(session, run_id)
        session.expire_all()
        run = stored.run_of(session, run_id, kind) or not_found()
        if done:
            note(session, principal.actor, f"{kind}.cancel", f"{kind}:{run_id}")
        elif run.state != "cancelled":
            text = Text("已经结束，不能取消", "it is over and cannot be cancelled")
            raise Problem(409, "over", text, more={"state": run.state})
        uploads = stored.uploads_of_each(session, [run_id])[run_id]
        return view_of(run, uploads, language_of(request))
