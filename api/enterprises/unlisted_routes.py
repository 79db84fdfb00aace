"""`/v1/unlisted`: places on no list where trucks stand as if they loaded. Candidates for inspection, never an accusation."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.guard import Caller
from api.access.principal import Principal
from api.bodies import EachOnce
from api.enterprises.words import Asked, Why
from api.etags import etag_of, require_match, unchanged
from api.once import Key, Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, Page, cut, read_cursor
from api.privacy import MASKED, Plates, may_see_plates
from api.problems import Problem, language_of, not_found
from api.service import service_of
from api.store import enterprises as stored
from api.store.audit import note
from api.store.tables.enterprises import Candidate, CandidateAct
from api.visits.routes import zone_of
from truckban.freight.visit_files import CAUTION
from zones.text import Text

router = APIRouter(prefix="/unlisted", tags=["visits"], route_class=EachOnce)
State = Literal["new", "inspected", "dismissed"]
PlacePath = Annotated[str, Path(pattern=r"^[!-~]{1,60}$", description="of the place")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag of the place as it was seen")]
Only = Annotated[State | None, Query(description="only these")]
_CHANGES = answers(400, 401, 403, 404, 409, 412, 413, 422, 428)
_MOST_ON_MAP = 2000
_2_31 = 2**31 - 1


class StopShown(BaseModel):
    """One stop as an example."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    vehicle_id: str
    plate: str | None
    since: dt.datetime = Field(alias="from")
    to: dt.datetime


class Evidence(BaseModel):
    """What speaks for looking at a place, and what against."""

    model_config = ConfigDict(extra="allow")

    rank: int
    reach_m: float = Field(description="nine of ten stops lie so near to the middle")
    sprawls: bool = Field(description="it reaches further than any yard")
    overnight: int = Field(description="of the stops: rests, which are none of loading")
    vehicles_overnight: int
    days: int
    first_at: dt.datetime
    last_at: dt.datetime
    hours: list[int] = Field(description="arrivals by hour of the local day")
    median_min: float
    load_known: int = Field(description="stops of which the terminal says the load before and after")
    left_loaded: int = Field(description="of these: went more loaded than they came")
    near: str | None = Field(description="the nearest known place within 2 km")
    near_m: float | None


class ActOnPlace(BaseModel):
    """What somebody said of a place."""

    act: Literal["inspect", "dismiss"]
    why: str
    actor: str
    at: dt.datetime
    undone_at: dt.datetime | None
    undone_by: str | None


class PlaceShown(BaseModel):
    """A candidate for inspection."""

    id: str
    lon: float
    lat: float
    vehicles: int
    stops: int
    evidence: Evidence
    examples: list[StopShown] = Field(description="kept as long as raw fixes")
    state: State
    version: int
    first_found_at: dt.datetime
    found_at: dt.datetime
    run_id: str
    acts: list[ActOnPlace]


class PlacePage(Page):
    """Candidates, those with most trucks first."""

    places: list[PlaceShown]
    caution: str
    plates: Literal["full", "masked"]
    says: list[str]


class PlacePoint(BaseModel):
    """A candidate on a map."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: dict[str, Any]
    properties: dict[str, Any]


class PlaceMap(BaseModel):
    """Candidates as GeoJSON, WGS 84."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    caution: str
    features: list[PlacePoint]
    more: bool


class Look(Asked):
    """What was found at a place, or why nothing is to be looked at."""

    why: Why


@router.get(
    "", operation_id="unlisted.list", summary="Possible loading places on no list", responses=answers(401, 403, 422)
)
def list_places(
    request: Request, principal: Caller, state: Only = None, limit: Limit = 50, cursor: Cursor = None
) -> PlacePage:
    """List candidates for inspection with their evidence. A restaurant with a car park looks much like a stone yard."""
    key = read_cursor(cursor, int, str)
    after = None if key is None else (max(-_2_31, min(key[0], _2_31)), key[1])
    plates = Plates(full=may_see_plates(principal))
    service, lang = service_of(request), language_of(request)
    with service.store.read() as session:
        rows, following = cut(
            stored.candidates_page(session, state=state, after=after, limit=limit),
            limit,
            lambda row: (row.vehicles, row.id),
        )
        acts = stored.acts_of(session, [row.id for row in rows])
        zone = zone_of(service)
        return PlacePage(
            places=[_shown(row, acts[row.id], plates, zone) for row in rows],
            next=following,
            caution=CAUTION.of(lang),
            plates="full" if plates.full else "masked",
            says=[CAUTION.of(lang), *([] if plates.full else [MASKED.of(lang)])],
        )


@router.get("/map", operation_id="unlisted.map", summary="The same as GeoJSON", responses=answers(401, 403, 422))
def map_places(request: Request, _principal: Caller, state: Only = None) -> PlaceMap:
    """Return candidates as points, at most 2000, without examples of vehicles."""
    lang = language_of(request)
    with service_of(request).store.read() as session:
        rows = stored.candidates_page(session, state=state, after=None, limit=_MOST_ON_MAP)
        return PlaceMap(
            caution=CAUTION.of(lang),
            more=len(rows) > _MOST_ON_MAP,
            features=[
                PlacePoint(
                    id=row.id,
                    geometry={"type": "Point", "coordinates": [row.lon, row.lat]},
                    properties={
                        "id": row.id,
                        "state": row.state,
                        "vehicles": row.vehicles,
                        "stops": row.stops,
                        "reach_m": row.evidence["reach_m"],
                    },
                )
                for row in rows[:_MOST_ON_MAP]
            ],
        )


@router.get(
    "/{place}",
    operation_id="unlisted.one",
    summary="One candidate",
    response_model=PlaceShown,
    responses={304: {"description": "the caller has this state"}, **answers(401, 403, 404, 422)},
)
def one_place(request: Request, response: Response, principal: Caller, place: PlacePath) -> Any:  # noqa: ANN401
    """Show a candidate with its evidence, what was said of it, and an ETag to change it with."""
    service = service_of(request)
    with service.store.read() as session:
        row = stored.candidate_of(session, place) or not_found()
        shown = _shown(
            row, stored.acts_of(session, [place])[place], Plates(full=may_see_plates(principal)), zone_of(service)
        )
        return unchanged(request, response, _etag(row)) or shown


@router.post(
    "/{place}/inspect",
    operation_id="unlisted.inspect",
    summary="Say that somebody looked",
    response_model=PlaceShown,
    responses=_CHANGES,
)
def inspect(
    request: Request, principal: Caller, place: PlacePath, asked: Look, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Write down what was found on the spot."""
    return _act(request, principal, place, asked, ("inspect", "inspected"))


@router.post(
    "/{place}/dismiss",
    operation_id="unlisted.dismiss",
    summary="Say that it is no loading place",
    response_model=PlaceShown,
    responses=_CHANGES,
)
def dismiss(
    request: Request, principal: Caller, place: PlacePath, asked: Look, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Set a candidate aside, with the reason; a later search that finds it again leaves it aside."""
    return _act(request, principal, place, asked, ("dismiss", "dismissed"))


@router.post(
    "/{place}/undo",
    operation_id="unlisted.undo",
    summary="Take back the last word on a place",
    response_model=PlaceShown,
    responses=_CHANGES,
)
def undo(
    request: Request, principal: Caller, place: PlacePath, asked: Look, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Take back the last act that stands; it stays on record."""
    return _act(request, principal, place, asked, None)


def _act(request: Request, principal: Principal, place: str, asked: Look, act: tuple[str, str] | None) -> Response:
    service = service_of(request)

    def make(session: Session) -> Made:
        row = stored.candidate_of(session, place, changing=True) or not_found()
        require_match(request, _etag(row))
        if act is None:
            taken = stored.undo_on(session, row, actor=principal.actor.id)
            if taken is None:
                raise Problem(409, "nothing_to_undo", Text("没有可以撤回的操作", "there is nothing to take back"))
            details = {"act": taken.act, "state": row.state}
        else:
            if row.state == act[1]:
                raise Problem(409, "already", Text("已经这样记过了", "that is what it says already"))
            details = {"before": row.state, "state": act[1]}
            stored.act_on(session, row, act[0], act[1], why=asked.why, actor=principal.actor.id)
        name = "undo" if act is None else act[0]
        details["version"] = str(row.version)
        note(session, principal.actor, f"unlisted.{name}", f"unlisted:{place}", why=asked.why, details=details)
        plates = Plates(full=may_see_plates(principal))
        shown = _shown(row, stored.acts_of(session, [place])[place], plates, zone_of(service))
        return Made(shown, 200, {"ETag": _etag(row)})

    return do_once(request, principal, asked, make)


def _etag(row: Candidate) -> str:
    return etag_of(row.id, row.version)


def _shown(row: Candidate, acts: list[CandidateAct], plates: Plates, zone: dt.tzinfo) -> PlaceShown:
    def at(seconds: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(seconds, zone)

    times = {name: at(row.evidence[name]) for name in ("first_at", "last_at")}
    same = ("id", "lon", "lat", "vehicles", "stops", "state", "version", "first_found_at", "found_at", "run_id")
    return PlaceShown(
        **{name: getattr(row, name) for name in same},
        evidence=Evidence.model_validate({**row.evidence, **times}),
        examples=[
            StopShown.model_validate(
                {
                    "vehicle_id": plates.vehicle(each["vehicle_id"], each["plate"]),
                    "plate": plates.plate(each["plate"]),
                    "from": at(each["from"]),
                    "to": at(each["to"]),
                }
            )
            for each in row.examples
        ],
        acts=[
            ActOnPlace.model_validate({name: getattr(act, name) for name in ActOnPlace.model_fields}) for act in acts
        ],
    )
