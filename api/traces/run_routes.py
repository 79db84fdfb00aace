"""`/v1/traces/runs`: checks of uploaded traces, their progress and what they leave."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from api.access.guard import Caller, CallerReach
from api.bodies import EachOnce
from api.etags import etag_of, unchanged
from api.once import Made, do_once
from api.paging import Cursor, Limit, cut, read_cursor
from api.privacy import may_see_plates
from api.problems import Problem, language_of, not_found
from api.service import Service, service_of
from api.store import runs as stored
from api.store.audit import note
from api.store.tables.runs import Run
from api.traces import runs
from api.traces.files import REPORT_EN
from api.traces.schemas import NewRun, RunPage, RunState, RunView, Track, Ulid, Why
from api.traces.shown import run_shown
from api.traces.tracks import track_of
from api.traces.upload_routes import owner_of
from api.traces.watch import watch_of
from zones.text import Text

router = APIRouter(prefix="/traces/runs", tags=["traces"], route_class=EachOnce)
Id = Annotated[Ulid, Path(description="of the run")]
_NONE: dict[int | str, dict[str, Any]] = {404: {"description": "no such run"}}
_FORBIDDEN: dict[int | str, dict[str, Any]] = {403: {"description": "plates are not for this role or key"}}
FileName = Literal[
    "run.json",
    "report.html",
    "rejected.csv",
    "leads.csv",
    "leads.parquet",
    "leads.geojson",
    "passages.csv",
    "passages.parquet",
]
_PAGE_RULES = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
)


@router.post(
    "",
    operation_id="traces.create_run",
    summary="Check uploaded traces",
    status_code=201,
    response_model=RunView,
)
def create_run(request: Request, principal: Caller, reach: CallerReach, asked: NewRun) -> Response:
    """Queue a check of uploads; a worker does it. Follow it under `/events`."""
    service = service_of(request)

    def make(session: Any) -> Made:  # noqa: ANN401
        run = runs.create(session, principal, service, owner_of(principal, reach), asked)
        shown = run_shown(run, asked.uploads, None, language_of(request))
        headers = {"Location": f"/v1/traces/runs/{run.id}", "ETag": etag_of(run.id, run.version)}
        return Made(shown, 201, headers)

    return do_once(request, principal, asked, make)


@router.get("", operation_id="traces.list_runs", summary="The runs")
def list_runs(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    state: Annotated[RunState | None, Query(description="only these")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RunPage:
    """Return runs, the newest first."""
    key = read_cursor(cursor, str)
    service = service_of(request)
    with service.store.read() as session:
        rows = stored.runs_page(
            session, owner=owner_of(principal, reach), state=state, before=key[0] if key else None, limit=limit
        )
        shown, following = cut(rows, limit, lambda row: (row.id,))
        uploads = stored.uploads_of_each(session, [run.id for run in shown])
        lang = language_of(request)
        views = [run_shown(run, uploads[run.id], runs.folder_of(service, run), lang) for run in shown]
    return RunPage(runs=views, next=following)


@router.get(
    "/{run_id}",
    operation_id="traces.get_run",
    summary="One run",
    response_model=RunView,
    responses={304: {"description": "as you have it"}, **_NONE},
)
def get_run(request: Request, response: Response, principal: Caller, reach: CallerReach, run_id: Id) -> Any:  # noqa: ANN401
    """Return a run's state and progress, and, once done, its counts and files."""
    run, uploads = _found(service_of(request), run_id, owner_of(principal, reach))
    same = unchanged(request, response, etag_of(run.id, run.version))
    return same or run_shown(run, uploads, runs.folder_of(service_of(request), run), language_of(request))


@router.post(
    "/{run_id}/cancel",
    operation_id="traces.cancel_run",
    summary="Cancel a run",
    responses={409: {"description": "it is over"}, **_NONE},
)
def cancel_run(request: Request, principal: Caller, reach: CallerReach, run_id: Id) -> RunView:
    """End a run that is not over; its worker stops within seconds. A second time changes nothing."""
    service = service_of(request)
    with service.store.write() as session:
        run = runs.cancel(session, principal, run_id, owner_of(principal, reach))
        uploads = stored.uploads_of_each(session, [run.id])[run.id]
        return run_shown(run, uploads, None, language_of(request))


@router.get(
    "/{run_id}/events",
    operation_id="traces.run_events",
    summary="Follow a run",
    response_class=StreamingResponse,
    responses={
        200: {"description": "events `run`, each the run as it is then", "content": {"text/event-stream": {}}},
        204: {"description": "it is over, and you have its last event"},
        **_NONE,
    },
)
async def run_events(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    run_id: Id,
    last: Annotated[str | None, Header(alias="Last-Event-ID", max_length=20, pattern=r"^[0-9]*$")] = None,
) -> Response:
    """Return server-sent events until the run is over; `Last-Event-ID` goes on where a connection broke off."""
    from anyio.to_thread import run_sync  # noqa: PLC0415

    service = service_of(request)
    run, _ = await run_sync(_found, service, run_id, owner_of(principal, reach))
    after = int(last or 0)
    if run.state in stored.OVER and after >= run.version:
        return Response(status_code=204)
    watch = watch_of(request.app, service.store)
    lang = language_of(request)

    async def events() -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        async for seen in watch.changes(run_id, after):
            if seen is None:
                yield KEEPALIVE_COMMENT
                continue
            run, uploads = seen
            shown = run_shown(run, uploads, runs.folder_of(service, run), lang)
            data = json.dumps(shown.model_dump(mode="json"), ensure_ascii=False)
            yield format_sse_event(data_str=data, event="run", id=str(run.version))

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events(), media_type="text/event-stream", headers=headers)


@router.get(
    "/{run_id}/files/{name}",
    operation_id="traces.run_file",
    summary="What a run left",
    response_class=FileResponse,
    responses={
        200: {
            "description": "the file",
            "content": {media.partition(";")[0]: {} for media in dict.fromkeys(runs.FILES.values())},
        },
        206: {"description": "a part of it"},
        416: {"description": "no such part"},
        **_NONE,
        **_FORBIDDEN,
    },
)
def run_file(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    run_id: Id,
    name: FileName,
    why: Annotated[Why | None, Query()] = None,
) -> Response:
    """Return a file of a run that is done. Those with plates in full ask for `why`, which goes into the audit trail."""
    service = service_of(request)
    run, _ = _found(service, run_id, owner_of(principal, reach))
    folder = runs.folder_of(service, run)
    if folder is None or not (folder / name).is_file():
        not_found()
    if name not in runs.NO_PLATES:
        if not may_see_plates(principal):
            raise Problem(403, "plates", Text("您无权查看完整车牌", "plates in full are not for you"))
        if why is None:
            text = Text("请写明用途（why）", "state the purpose (why)")
            raise Problem(422, "invalid", text, errors=[("query.why", text)])
        with service.store.write() as session:
            note(session, principal.actor, "run.file", f"run:{run_id}", why=why, details={"file": name})
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    file = folder / name
    if name == "report.html":
        headers["Content-Security-Policy"] = _PAGE_RULES
        english = (
            language_of(request) == "en" and (folder / REPORT_EN).is_file()
        )  # checks of earlier versions left none
        file = folder / REPORT_EN if english else file
        headers["Content-Language"] = "en" if english else "zh-CN"
    kind: Literal["inline", "attachment"] = "inline" if name == "report.html" else "attachment"
    return FileResponse(
        file, media_type=runs.FILES[name], filename=name, content_disposition_type=kind, headers=headers
    )


@router.get(
    "/{run_id}/tracks/{vehicle_id}",
    operation_id="traces.track",
    summary="Look at the raw fixes of a vehicle",
    responses={
        410: {"description": "the raw fixes were deleted: their time was over"},
        503: {"description": "the files are too large to be read within a request"},
        **_NONE,
        **_FORBIDDEN,
    },
)
def track(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    run_id: Id,
    vehicle_id: Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00]+$")],
    why: Annotated[Why, Query()],
) -> Track:
    """Return where a vehicle was, in WGS 84. The look is noted before anything is shown: by whom, of what run, why."""
    service = service_of(request)
    run, _ = _found(service, run_id, owner_of(principal, reach))
    if not may_see_plates(principal):
        raise Problem(403, "plates", Text("您无权查看原始轨迹", "raw traces are not for you"))
    with service.store.write() as session:
        note(session, principal.actor, "trace.look", f"run:{run_id}", why=why)
        uploads = stored.uploads_of(session, run_id)
        session.expunge_all()
    if any(upload.kind == "traces" and upload.state != "complete" for upload in uploads):
        raise Problem(410, "gone", Text("原始轨迹已按保存期限删除", "the raw fixes were deleted: their time was over"))
    zone = ZoneInfo(service.law.shelf(run.notice).first.pack.timezone)
    return track_of(service.settings, run, uploads, vehicle_id, zone)


def _found(service: Service, run_id: str, owner: str | None) -> tuple[Run, list[str]]:
    with service.store.read() as session:
        run = stored.run_of(session, run_id, owner=owner)
        if run is None:
            not_found()
        uploads = stored.uploads_of_each(session, [run_id])[run_id]
        session.expunge_all()
    return run, uploads
