"""`/v1/vehicles`."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from api.problems import language_of
from truckban.asking import classify_json

router = APIRouter(prefix="/vehicles", tags=["vehicles"])
_EXAMPLES: dict[str, Any] = {
    "dump truck": {"value": {"id": "v1", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25000}},
    "code": {"value": {"vehicle_type": "H22"}},
}


@router.post("/classify", operation_id="vehicles.classify", summary="Which class a vehicle belongs to")
def classify(request: Request, vehicle: Annotated[dict[str, Any], Body(openapi_examples=_EXAMPLES)]) -> dict[str, Any]:
    """Return the class of the vehicle on a licence, and the rule that says so."""
    return classify_json(vehicle, language_of(request))
