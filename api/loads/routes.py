"""`/v1/loads`: weighing and loading-slip records against the limits, and the runs that count them."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.bodies import EachOnce
from api.enterprises import freight_runs as runs
from api.enterprises.freight_runs import FreightPage, FreightView, RunPath
from api.enterprises.routes import within_of
from api.loads.schemas import LoadPage, LoadShown, NewLoads, Verdict
from api.once import Key
from api.openapi import answers
from api.paging import Cursor, Limit, cut, instant_after, micros
from api.privacy import MASKED, Plates, may_see_plates
from api.problems import language_of, wrong_field
from api.service import service_of
from api.store.loads import LoadFilters, loads_page
from api.store.tables.enterprises import Load
from api.traces.schemas import Ulid
from api.traces.upload_routes import owner_of
from api.visits.routes import Enterprise, PlateWord, Since, Until, plate_asked, zone_of
from enterprises.loading.columns import COLUMNS
from enterprises.loading.times import zone_named
from truckban.freight.enterprise_answers import told
from truckban.report.masking import Masker
from zones.errors import InputError
from zones.text import Text

router = APIRouter(prefix="/loads", tags=["loads"], route_class=EachOnce)
_G = 1000
_A_LOAD = Text(
    "超限记录是线索，须经人工核实；秤的误差、轴数写错都会造成超限",
    "a record that is over is a lead for a person to verify: scales err, and axles are written down wrongly",
)


@router.get("", operation_id="loads.list", summary="Records, the newest first", responses=answers(401, 403, 422))
def list_loads(  # noqa: PLR0913, PLR0917  (one for each word of the address)
    request: Request,
    principal: Caller,
    reach: CallerReach,
    enterprise: Enterprise = None,
    since: Since = None,
    until: Until = None,
    verdict: Verdict | None = None,
    plate: PlateWord = None,
    run: Annotated[Ulid | None, Query(description="counted by this run")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> LoadPage:
    """List records. An enterprise sees those that name it; the trucks are others', so their plates are masked."""
    after = instant_after(cursor)
    plates = Plates(full=may_see_plates(principal))
    service, lang = service_of(request), language_of(request)
    filters = LoadFilters(
        enterprise=enterprise,
        within=within_of(principal, reach),
        since=since,
        until=until,
        verdict=verdict,
        plate=plate_asked(principal, plate),
        run_id=run,
    )
    zone = zone_of(service)
    with service.store.read() as session:
        rows, following = cut(
            loads_page(session, filters, after=after, limit=limit), limit, lambda row: (micros(row.at), row.load_id)
        )
        says = [_A_LOAD, *([] if plates.full else [MASKED])]
        return LoadPage(
            loads=[_shown(row, plates, zone) for row in rows],
            next=following,
            plates="full" if plates.full else "masked",
            says=[text.of(lang) for text in says],
        )


def _shown(row: Load, plates: Plates, zone: dt.tzinfo) -> LoadShown:
    same = ("load_id", "enterprise", "line", "axles", "verdict", "run_id")
    masker = Masker([row.plate])

    def text(value: str | None) -> str | None:
        return value if plates.full or value is None else masker.name(value)

    return LoadShown(
        **{name: getattr(row, name) for name in same},
        written=text(row.written),
        file=text(row.file) or "",
        slip=text(row.slip),
        plate=plates.plate(row.plate) or "",
        at=row.at.astimezone(zone),
        gross_kg=row.gross_g / _G,
        limit_low_kg=_kg(row.limit_low_g),
        limit_high_kg=_kg(row.limit_high_g),
        over_low_kg=row.over_low_g / _G,
        over_high_kg=row.over_high_g / _G,
        article=row.facts["article"],
        missing=row.facts["missing"],
        notes=row.facts["notes"],
        cargo_kg=_kg(row.facts["cargo_g"]),
        payload_over_kg=row.facts["payload_over_g"] / _G,
    )


def _kg(grams: int | None) -> float | None:
    return None if grams is None else grams / _G


@router.post(
    "/runs",
    operation_id="loads.create_run",
    summary="Hold uploaded records against the limits",
    status_code=201,
    response_model=FreightView,
    responses=answers(400, 401, 403, 413, 422),
)
def create_run(request: Request, principal: Caller, reach: CallerReach, asked: NewLoads, _key: Key = None) -> Response:
    """Queue a count; a worker does it. What is not known of a vehicle is taken for neither side."""

    def options(session: Session) -> dict[str, Any]:
        runs.uploads_given(session, owner_of(principal, reach), asked.uploads, {"loads": 100}, ("loads",))
        try:
            with told():
                zone_named(asked.time_zone)
        except InputError as error:
            raise wrong_field("time_zone", error.text) from None
        if unknown := set(asked.columns) - set(COLUMNS):
            listed, known = ", ".join(sorted(unknown)), ", ".join(COLUMNS)
            text = Text(f"没有列 {listed}；有：{known}", f"there is no column {listed}; there are: {known}")
            raise wrong_field("columns", text)
        return asked.model_dump(include={"time_zone", "columns", "drive_axles", "tyres"})

    return runs.create(request, principal, asked, "loads", options)


@router.get("/runs", operation_id="loads.list_runs", summary="The counts", responses=answers(401, 403, 422))
def list_runs(
    request: Request, principal: Caller, reach: CallerReach, limit: Limit = 50, cursor: Cursor = None
) -> FreightPage:
    """Return counts of records, the newest first."""
    return runs.page_of(request, principal, reach, "loads", limit, cursor)


@router.get(
    "/runs/{run_id}",
    operation_id="loads.get_run",
    summary="One count",
    response_model=FreightView,
    responses={304: {"description": "as you have it"}, **answers(401, 403, 404, 422)},
)
def get_run(request: Request, response: Response, principal: Caller, reach: CallerReach, run_id: RunPath) -> Any:  # noqa: ANN401
    """Return how far a count is, what it came to, and the first hundred rows that could not be used."""
    return runs.one_of(request, response, principal, reach, "loads", run_id)


@router.post(
    "/runs/{run_id}/cancel",
    operation_id="loads.cancel_run",
    summary="Cancel a count",
    responses=answers(401, 403, 404, 409, 422),
)
def cancel_run(request: Request, principal: Caller, reach: CallerReach, run_id: RunPath) -> FreightView:
    """End a count that is not over. A second time changes nothing."""
    return runs.cancel(request, principal, reach, "loads", run_id)
