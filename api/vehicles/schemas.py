"""Vehicles as they are sent and shown."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.paging import Page

Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*\S[^\x00]*$")]
Amount = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False, strict=True)]
_EXAMPLE: dict[str, Any] = {
    "plate": "晋M12345",
    "plate_color": "yellow",
    "vehicle_type": "重型自卸货车",
    "length_mm": 8600,
    "gross_mass_kg": 25000,
    "energy": "diesel",
}
FACTS = ("plate_color", "vehicle_type", "length_mm", "gross_mass_kg", "energy", "service")
"""What of the contract's vehicle lasts; `on_duty` is of the moment."""


class VehicleGiven(BaseModel):
    """A vehicle as its licence has it (contract, section 1); what is missing or null is unknown."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    plate: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]*$")]
    plate_color: Word | None = None
    vehicle_type: Word | None = Field(None, description="words of the licence or a GA 24.4 code")
    length_mm: Amount | None = None
    gross_mass_kg: Amount | None = None
    energy: Word | None = None
    service: Word | None = None
    name: Word | None = Field(None, description="what its fleet calls it")


class NewVehicle(VehicleGiven):
    """A vehicle, and whose it is."""

    owner_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,60}$")] | None = Field(
        None, description="an account: for officers and reviewers, who enter vehicles for others; else absent"
    )


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    why: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*\S[^\x00]*$")] = Field(
        examples=["行驶证原件已核对"]
    )


class VehicleWarning(BaseModel):
    """What is odd about a vehicle."""

    code: str
    message: str


class VehicleShown(BaseModel):
    """A vehicle of somebody."""

    id: str
    owner_id: str
    enterprise_id: str | None
    plate: str
    plates: Literal["full", "masked"]
    name: str | None
    plate_color: str | None
    vehicle_type: str | None
    length_mm: float | None
    gross_mass_kg: float | None
    energy: str | None
    service: str | None
    vehicle_class: str = Field(examples=["heavy"])
    body: str | None
    warnings: list[VehicleWarning] = Field(description="the licence's words and numbers disagree, an odd plate")
    confirmed_at: dt.datetime | None = Field(
        description="when an office saw the licence; before, its leads are not shown to the owner"
    )
    confirmed_by: str | None
    version: int
    added_at: dt.datetime


class VehicleActed(BaseModel):
    """Where a vehicle stands after a change; no plate in it, because answers are kept for a while."""

    id: str
    version: int
    vehicle_class: str
    confirmed: bool


class VehiclePage(Page):
    """Vehicles, the newest first."""

    vehicles: list[VehicleShown]
