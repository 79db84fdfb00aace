"""`/v1/decide`: as they are described; as a rule the short way (`api.decide.fast`) answers."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.decide.answering import answered
from api.decide.schemas import Case, CaseUnreadable, FixesAnswered, FixesAsked, VerdictShown
from api.openapi import answers
from api.service import service_of

router = APIRouter(prefix="/decide", tags=["decide"])
Notice = Annotated[
    str | None,
    Query(description="a notice in force; without one, those of the place asked about answer", max_length=200),
]
_CASE: dict[str, Any] = {
    "id": "c1",
    "vehicle": {"plate": "晋M12345", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000},
    "at": "2024-05-08T10:00:00+08:00",
    "place": {"lon": 110.765, "lat": 35.14, "crs": "wgs84"},
    "permits": [],
}
_FIXES: dict[str, Any] = {
    "id": "t1",
    "vehicle": {"vehicle_type": "重型自卸货车", "gross_mass_kg": 25000},
    "crs": "wgs84",
    "fixes": {
        "time": ["2024-05-08T10:00:00+08:00", "2024-05-08T10:00:30+08:00"],
        "lon": [110.765, 110.766],
        "lat": [35.14, 35.14],
    },
}


def _body(schema: dict[str, Any], examples: dict[str, Any]) -> dict[str, Any]:
    named = {name: {"value": value} for name, value in examples.items()}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


@router.post(
    "",
    operation_id="decide.ask",
    summary="May this truck be there, then?",
    response_model=VerdictShown | list[VerdictShown | CaseUnreadable],
    responses=answers(400, 413, 415, 422),
    openapi_extra=_body(
        {"oneOf": [_ref(Case.__name__), {"type": "array", "items": {}}]},
        {"one case": _CASE, "a list": [_CASE, {**_CASE, "id": "c2", "at": "2024-05-08T23:00:00+08:00"}]},
    ),
)
async def ask(request: Request, notice: Notice = None) -> Response:  # noqa: ARG001 - read from the request
    """Answer one case, or a list of cases in their order.

    The objects are those of `truckban decide`. One case that cannot be read is refused with its field; in a list it is
    answered with its error, and the rest is answered.
    """
    return Response(await answered(request, service_of(request), "case"), media_type="application/json")


@router.post(
    "/fixes",
    operation_id="decide.fixes",
    summary="May this truck have been there, fix by fix?",
    response_model=FixesAnswered,
    responses=answers(400, 413, 415, 422),
    openapi_extra=_body(_ref(FixesAsked.__name__), {"two fixes": _FIXES}),
)
async def fixes(request: Request, notice: Notice = None) -> Response:  # noqa: ARG001 - read from the request
    """Answer for each fix of one vehicle, in columns: runs of fixes and the answers that they share.

    Fixes are judged as they stand, not the path between them: a lead is made from a whole trace (`/v1/runs`).
    """
    return Response(await answered(request, service_of(request), "fixes"), media_type="application/json")


SCHEMAS = (Case, FixesAsked)
