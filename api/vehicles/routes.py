"""`/v1/vehicles`."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from sqlalchemy.orm import Session

from api.access.guard import Caller, CallerReach
from api.access.principal import Principal
from api.bodies import EachOnce
from api.etags import etag_of, require_match, unchanged
from api.once import Key, Made, do_once
from api.openapi import answers
from api.paging import Cursor, Limit, cut, read_cursor
from api.privacy import may_see_plates, plates_for
from api.problems import Problem, language_of, not_found
from api.service import service_of
from api.store import vehicles as stored
from api.store.tables.vehicles import Vehicle
from api.vehicles import service as vehicles
from api.vehicles.schemas import NewVehicle, Reason, VehicleActed, VehicleGiven, VehiclePage, VehicleShown
from truckban.questions.asking import classify_json
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

router = APIRouter(prefix="/vehicles", tags=["vehicles"], route_class=EachOnce)
_EXAMPLES: dict[str, Any] = {
    "dump truck": {"value": {"id": "v1", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000}},
    "code": {"value": {"vehicle_type": "H22"}},
}
IdPath = Annotated[str, Path(pattern=r"^[0-9A-Z]{26}$")]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="the ETag of the vehicle as it was seen")]
PlateQuery = Annotated[str | None, Query(max_length=40, pattern=r"^[^\x00]+$", examples=["晋M12345"])]
_CHANGES = answers(400, 401, 403, 404, 409, 412, 413, 415, 422, 428)


@router.post("/classify", operation_id="vehicles.classify", summary="Which class a vehicle belongs to")
def classify(request: Request, vehicle: Annotated[dict[str, Any], Body(openapi_examples=_EXAMPLES)]) -> dict[str, Any]:
    """Return the class of the vehicle on a licence, and the rule that says so."""
    return classify_json(vehicle, language_of(request))


def plate_asked(principal: Principal, plate: str | None) -> str | None:
    """Return a plate that is looked for, in its usual form.

    Raises:
        Problem: 403 where the caller may not search by plate, 422 for what is none.
    """
    if plate is None:
        return None
    if not may_see_plates(principal) and principal.role not in vehicles.OWNERS:
        text = Text("您无权按车牌查找", "you may not search by plate")
        raise Problem(403, "plates", text, errors=[("query.plate", text)])
    try:
        number: str = read_plate(plate).number
    except InputError as error:
        raise Problem(422, "invalid", error.text, errors=[("query.plate", error.text)]) from None
    return number


@router.post(
    "", operation_id="vehicles.register", summary="Register a vehicle", status_code=201, response_model=VehicleActed,
    responses=answers(400, 401, 403, 409, 413, 415, 422),
)  # fmt: skip
def register(request: Request, principal: Caller, reach: CallerReach, given: NewVehicle, _key: Key = None) -> Response:
    """Register a vehicle of one's own. It counts as one's own where leads are concerned when an office has confirmed it.

    An officer or reviewer enters one for an account (`owner_id`), which confirms it.
    """

    def make(session: Session) -> Made:
        row = vehicles.register(session, principal, reach, given)
        return Made(vehicles.acted(row), 201, {"ETag": _etag(row), "Location": f"/v1/vehicles/{row.id}"})

    return do_once(request, principal, given, make)


@router.get(
    "", operation_id="vehicles.list", summary="Vehicles, the newest first", responses=answers(401, 403, 422),
)  # fmt: skip
def list_vehicles(
    request: Request,
    principal: Caller,
    reach: CallerReach,
    plate: PlateQuery = None,
    confirmed: Annotated[bool | None, Query(description="only those that an office has confirmed, or not")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> VehiclePage:
    """List one's own vehicles; officers, reviewers and auditors see everybody's."""
    plates, lang = plates_for(principal, reach), language_of(request)
    after = read_cursor(cursor, str)
    wanted = stored.Search(principal if reach == "own" else None, plate_asked(principal, plate), confirmed)
    with service_of(request).store.read() as session:
        rows, following = cut(
            stored.vehicles(session, wanted, after=after[0] if after else None, limit=limit),
            limit,
            lambda row: (row.id,),
        )
        return VehiclePage(vehicles=[vehicles.shown(row, plates, lang) for row in rows], next=following)


@router.get(
    "/{vehicle_id}", operation_id="vehicles.one", summary="One vehicle", response_model=VehicleShown,
    responses={304: {"description": "the caller has this state"}, **answers(401, 403, 404, 422)},
)  # fmt: skip
def one_vehicle(request: Request, response: Response, principal: Caller, reach: CallerReach, vehicle_id: IdPath) -> Any:  # noqa: ANN401
    """Show a vehicle with its class, and an ETag to change it with."""
    with service_of(request).store.read() as session:
        row = stored.vehicle(session, vehicle_id, whose=principal if reach == "own" else None) or not_found()
        return unchanged(request, response, _etag(row)) or vehicles.shown(
            row, plates_for(principal, reach), language_of(request)
        )


@router.put(
    "/{vehicle_id}", operation_id="vehicles.change", summary="Change a vehicle", responses=_CHANGES,
)  # fmt: skip
def change_vehicle(
    request: Request,
    response: Response,
    principal: Caller,
    reach: CallerReach,
    vehicle_id: IdPath,
    given: VehicleGiven,
    _match: IfMatch = None,
) -> VehicleShown:
    """Say anew what the licence says. Where anything but the name differs, an office has to confirm it again."""
    with service_of(request).store.write() as session:
        row = _changeable(request, session, principal, reach, vehicle_id)
        vehicles.change(session, principal, row, given)
        response.headers["ETag"] = _etag(row)
        return vehicles.shown(row, plates_for(principal, reach), language_of(request))


@router.delete(
    "/{vehicle_id}", operation_id="vehicles.delete", summary="Remove a vehicle", status_code=204,
    response_class=Response, responses=_CHANGES,
)  # fmt: skip
def delete_vehicle(
    request: Request, principal: Caller, reach: CallerReach, vehicle_id: IdPath, _match: IfMatch = None
) -> Response:
    """Remove a vehicle from the register. Applications that name it stay as they are."""
    with service_of(request).store.write() as session:
        vehicles.remove(session, principal, _changeable(request, session, principal, reach, vehicle_id))
    return Response(status_code=204)


@router.post(
    "/{vehicle_id}/confirm", operation_id="vehicles.confirm", summary="Confirm whose a vehicle is",
    response_model=VehicleActed, responses=_CHANGES,
)  # fmt: skip
def confirm(
    request: Request, principal: Caller, vehicle_id: IdPath, asked: Reason, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Say that the licence was seen and is the owner's: from then on the owner sees what concerns it."""
    return _acted(request, principal, vehicle_id, asked, "confirm", vehicles.confirm)


@router.post(
    "/{vehicle_id}/doubt", operation_id="vehicles.doubt", summary="Take a confirmation back",
    response_model=VehicleActed, responses=_CHANGES,
)  # fmt: skip
def doubt(
    request: Request, principal: Caller, vehicle_id: IdPath, asked: Reason, _match: IfMatch = None, _key: Key = None
) -> Response:
    """Say that a vehicle is not, or no longer, its owner's."""
    return _acted(request, principal, vehicle_id, asked, "doubt", vehicles.doubt)


def _acted(
    request: Request,
    principal: Principal,
    vehicle_id: str,
    asked: Reason,
    act: Literal["confirm", "doubt"],
    do: Callable[[Session, Principal, Vehicle, str], Vehicle],
) -> Response:
    def make(session: Session) -> Made:
        row = _changeable(request, session, principal, "all", vehicle_id)
        do(session, principal, row, asked.why)
        return Made(vehicles.acted(row), 200, {"ETag": _etag(row)})

    return do_once(request, principal, [act, asked], make)


def _changeable(request: Request, session: Session, principal: Principal, reach: str, id_: str) -> Vehicle:
    row = stored.vehicle(session, id_, whose=principal if reach == "own" else None, change=True) or not_found()
    require_match(request, _etag(row))
    return row


def _etag(row: Vehicle) -> str:
    return etag_of(row.id, row.version)
