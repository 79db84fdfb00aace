"""`/v1/trips`."""

from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response

from api.bodies import check_json, json_of, read_body
from api.openapi import answers
from api.service import service_of
from api.trips.links import LONGEST, MOST_DAYS, MOST_MARGIN_S, link_of, read_link
from api.trips.schemas import TripAnswered, TripAsked
from truckban.questions.asking import object_of
from truckban.questions.asking_bytes import encoded
from truckban.trips.model import Options

if TYPE_CHECKING:
    from api.trips.planner import Planner

router = APIRouter(prefix="/trips", tags=["trips"])
_EXAMPLE: dict[str, Any] = {
    "id": "t1",
    "vehicle": {"vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000},
    "origin": {"lon": 110.745, "lat": 35.14},
    "destination": {"lon": 110.785, "lat": 35.14},
    "depart": "2024-05-08T09:00:00+08:00",
    "permits": [],
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": f"#/components/schemas/{TripAsked.__name__}"},
                "examples": {"through the zone": {"value": _EXAMPLE}},
            }
        },
    }
}


@router.post(
    "",
    operation_id="trips.plan",
    summary="May this trip be made, and if not, what instead?",
    response_model=TripAnswered,
    responses=answers(400, 413, 415, 422, 503),
    openapi_extra=_BODY,
)
async def plan(
    request: Request,
    margin_s: Annotated[
        float, Query(ge=0, le=MOST_MARGIN_S, description="how far offered ways keep from a ban's beginning and end")
    ] = 120.0,
    days: Annotated[float, Query(ge=1, le=MOST_DAYS, description="how far ahead a lawful way is looked for")] = 7.0,
) -> Response:
    """Answer one trip: the way as asked, where it is first unlawful, and what would be lawful instead.

    The objects are those of `truckban trip`. `line` gives a planned way (GeoJSON, GPX, an encoded polyline).
    """
    check_json(request.headers.get("content-type"))
    asked = object_of(json_of(await read_body(request.receive, service_of(request).settings.body_bytes)))
    return await _answered(request, dict(asked), Options(margin_s=margin_s, ahead_s=days * 86_400))


@router.get(
    "",
    operation_id="trips.again",
    summary="The same answer by its link",
    response_model=TripAnswered,
    responses=answers(422, 503),
)
async def again(
    request: Request, trip: Annotated[str, Query(max_length=LONGEST, description="`link` of an answer")]
) -> Response:
    """Answer the trip that a link holds, by the law as it stands now. A link names no plate."""
    return await _answered(request, *read_link(trip))


async def _answered(request: Request, asked: dict[str, Any], options: Options) -> Response:
    planner = cast("Planner", request.app.state.planner)
    body = await planner.answer(asked, options)
    packed = link_of(asked, options)
    link = None if packed is None else f"/v1/trips?trip={packed}"
    # the answer is written where it is planned: only its end is opened here
    return Response(body[:-1] + b',"link":' + encoded(link) + b"}", media_type="application/json")


SCHEMAS = (TripAsked,)
