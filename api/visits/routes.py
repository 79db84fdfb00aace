"""`/v1/visits`: stays of trucks at source enterprises, and the runs that find them in traces."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.access.principal import Principal
from api.bodies import EachOnce
from api.enterprises import freight_runs as runs
from api.enterprises.freight_runs import FreightPage, FreightView, RunPath
from api.enterprises.routes import within_of
from api.once import Key
from api.openapi import answers
from api.paging import Cursor, Limit, cut, instant_after, micros
from api.privacy import MASKED, Plates, may_see_plates
from api.problems import Problem, language_of, wrong_field
from api.service import Service, service_of
from api.store.tables.enterprises import Visit
from api.store.visits import VisitFilters, visits_page
from api.traces.runs import which_zone
from api.traces.schemas import Ulid
from api.traces.upload_routes import owner_of
from api.visits.schemas import Certainty, NewVisits, VisitPage, VisitShown
from api.written_times import WrittenTime
from truckban.moments import zone_of_time
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

router = APIRouter(prefix="/visits", tags=["visits"], route_class=EachOnce)
Enterprise = Annotated[str | None, Query(pattern=r"^[0-9A-Za-z._-]{1,200}$")]
Since = Annotated[WrittenTime | None, Query(alias="from", description="then or later")]
Until = Annotated[WrittenTime | None, Query(alias="to", description="before")]
PlateWord = Annotated[str | None, Query(max_length=20, pattern=r"^[^\x00]+$")]
_MOST = {"traces": 100, "vehicles": 1, "permits": 1, "sites": 1}
_A_VISIT = Text(
    "到访由轨迹推断：停在场内不等于装货", "visits are inferred from traces: standing in a yard is not loading there"
)


def plate_asked(principal: Principal, plate: str | None) -> str | None:
    """Return a plate that is searched by, as it is stored.

    Raises:
        Problem: 403 where the caller may not see plates, 422 for one that cannot be.
    """
    if plate is None:
        return None
    if not may_see_plates(principal):
        text = Text("您无权按车牌查找", "you may not search by plate")
        raise Problem(403, "plates", text, errors=[("query.plate", text)])
    try:
        return str(read_plate(plate).number)
    except InputError as error:
        raise Problem(422, "invalid", error.text, errors=[("query.plate", error.text)]) from None


def zone_of(service: Service) -> dt.tzinfo:
    """Return the zone of time that answers are given in."""
    return zone_of_time(service.law.shelf().first.pack.timezone)


@router.get("", operation_id="visits.list", summary="Visits, the newest first", responses=answers(401, 403, 422))
def list_visits(  # noqa: PLR0913, PLR0917  (one for each word of the address)
    request: Request,
    principal: Caller,
    reach: CallerReach,
    enterprise: Enterprise = None,
    since: Since = None,
    until: Until = None,
    certainty: Certainty | None = None,
    plate: PlateWord = None,
    run: Annotated[Ulid | None, Query(description="found by this run")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> VisitPage:
    """List visits. An enterprise sees those to its own sites; the trucks are others', so their plates are masked."""
    after = instant_after(cursor)
    plates = Plates(full=may_see_plates(principal))
    service, lang = service_of(request), language_of(request)
    filters = VisitFilters(
        enterprise=enterprise,
        within=within_of(principal, reach),
        since=since,
        until=until,
        certainty=certainty,
        plate=plate_asked(principal, plate),
        run_id=run,
    )
    zone = zone_of(service)
    with service.store.read() as session:
        rows, following = cut(
            visits_page(session, filters, after=after, limit=limit),
            limit,
            lambda row: (micros(row.arrived_at), row.visit_id),
        )
        says = [_A_VISIT, *([] if plates.full else [MASKED])]
        return VisitPage(
            visits=[_shown(row, plates, zone) for row in rows],
            next=following,
            plates="full" if plates.full else "masked",
            says=[text.of(lang) for text in says],
        )


def _shown(row: Visit, plates: Plates, zone: dt.tzinfo) -> VisitShown:
    same = (
        *("visit_id", "enterprise", "name", "listed", "site", "vehicle_class", "certainty", "probability"),
        *("invented", "run_id"),
    )
    facts = ("margin_m", "others", "load_before", "load_after", "silent_min", "came_unseen", "left_unseen")
    return VisitShown(
        **{name: getattr(row, name) for name in same},
        **{name: row.facts[name] for name in facts},
        vehicle_id=plates.vehicle(row.vehicle_id, row.plate),
        plate=plates.plate(row.plate),
        arrived_at=row.arrived_at.astimezone(zone),
        left_at=row.left_at.astimezone(zone),
        minutes=round((row.left_at - row.arrived_at).total_seconds() / 60, 1),
        sure=row.certainty == "inside",
    )


@router.post(
    "/runs",
    operation_id="visits.create_run",
    summary="Look for visits in uploaded traces",
    status_code=201,
    response_model=FreightView,
    responses=answers(400, 401, 403, 413, 422),
)
def create_run(request: Request, principal: Caller, reach: CallerReach, asked: NewVisits, _key: Key = None) -> Response:
    """Queue a search for visits, and for places on no list where trucks seem to load; a worker does it.

    Sites are those of the registry, or of an upload of the kind `sites`.
    """
    service = service_of(request)

    def options(session: Session) -> dict[str, Any]:
        uploads = runs.uploads_given(session, owner_of(principal, reach), asked.uploads, _MOST, ("traces", "vehicles"))
        try:
            notice = service.law.now.one(asked.notice)
            ground = service.law.ground(notice)
        except InputError as error:
            raise wrong_field("notice", error.text) from None
        if ground is None:
            raise wrong_field("notice", Text(f"通告 {notice} 没有区域", f"there is no zone for notice {notice}"))
        if asked.zone is not None and all(each.zone.sha256 != asked.zone for each in ground.each):
            raise wrong_field("zone", Text("通告没有这个区域", "the notice has no such zone"))
        if asked.zone is None and ground.others:
            raise which_zone(notice, ground)
        if not service.law.registry.sites and all(upload.kind != "sites" for upload in uploads):
            text = Text(
                "名录里没有位置：请先导入位置，或一并上传 sites",
                "the registry holds no site: import some first, or upload a file of the kind sites",
            )
            raise wrong_field("uploads", text)
        said = {upload.crs for upload in uploads if upload.kind == "traces" and upload.crs}
        if asked.crs is None and len(said) != 1:
            text = Text("请写明轨迹的坐标系", "say which coordinate system the traces are in")
            raise wrong_field("crs", text)
        return {
            "notice": notice,
            **({} if asked.zone is None else {"zone": asked.zone}),
            "crs": asked.crs or said.pop(),
            "columns": dict(asked.columns),
            "min_minutes": asked.min_minutes,
        }

    return runs.create(request, principal, asked, "visits", options)


@router.get("/runs", operation_id="visits.list_runs", summary="The searches", responses=answers(401, 403, 422))
def list_runs(
    request: Request, principal: Caller, reach: CallerReach, limit: Limit = 50, cursor: Cursor = None
) -> FreightPage:
    """Return searches for visits, the newest first."""
    return runs.page_of(request, principal, reach, "visits", limit, cursor)


@router.get(
    "/runs/{run_id}",
    operation_id="visits.get_run",
    summary="One search",
    response_model=FreightView,
    responses={304: {"description": "as you have it"}, **answers(401, 403, 404, 422)},
)
def get_run(request: Request, response: Response, principal: Caller, reach: CallerReach, run_id: RunPath) -> Any:  # noqa: ANN401
    """Return how far a search is, and what it counted."""
    return runs.one_of(request, response, principal, reach, "visits", run_id)


@router.post(
    "/runs/{run_id}/cancel",
    operation_id="visits.cancel_run",
    summary="Cancel a search",
    responses=answers(401, 403, 404, 409, 422),
)
def cancel_run(request: Request, principal: Caller, reach: CallerReach, run_id: RunPath) -> FreightView:
    """End a search that is not over. A second time changes nothing."""
    return runs.cancel(request, principal, reach, "visits", run_id)
