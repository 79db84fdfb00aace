"""The objects of the contract's section 1, as the documentation shows them; they are read and written as bytes."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Crs = Literal["wgs84", "gcj02", "bd09"]
Verdict = Literal["prohibited", "allowed", "undetermined"]
Amount = Annotated[float, Field(gt=0)]


class Vehicle(BaseModel):
    """What is known of a vehicle; what is missing or null is unknown. A notice may ask for further fields."""

    model_config = ConfigDict(extra="allow")

    plate: str | None = Field(None, examples=["晋M12345"])
    plate_color: str | None = Field(None, examples=["yellow"])
    vehicle_type: str | None = Field(
        None, description="words of the licence or a GA 24.4 code", examples=["重型自卸货车"]
    )
    length_mm: Amount | None = None
    gross_mass_kg: Amount | None = None
    energy: str | None = Field(None, examples=["diesel"])
    service: str | None = None
    on_duty: bool | None = None


class Place(BaseModel):
    """A position; or a road of the zone's network; or a side of it."""

    model_config = ConfigDict(extra="allow")

    lon: float | None = Field(None, examples=[110.765])
    lat: float | None = Field(None, examples=[35.14])
    crs: Crs = "wgs84"
    accuracy_m: float | None = None
    road: str | None = None
    segment: str | None = None
    zone: Literal["inside", "outside"] | None = None
    zones: dict[str, Literal["inside", "outside", "carve_out", "boundary_road"]] | None = Field(
        None, description="of a notice with several zones, by their ids"
    )


class Permit(BaseModel):
    """A permit that the vehicle has."""

    model_config = ConfigDict(extra="allow")

    plate: str | None = None
    valid_from: str | None = None
    valid_to: str | None = Field(None, description="a day, included")
    windows: list[str] | None = Field(None, examples=[["22:00-07:00"]])
    roads: list[str] | None = None
    area: dict[str, Any] | None = Field(None, description="GeoJSON")
    status: str | None = Field(None, examples=["active"])


class Case(BaseModel):
    """One question."""

    model_config = ConfigDict(extra="allow")

    id: Any = None
    vehicle: Vehicle | None = None
    at: str = Field(description="RFC 3339; without an offset it is read in the notice's zone of time")
    place: Place | None = None
    permits: list[Permit] | None = None
    alerts: list[str] | None = None


class Columns(BaseModel):
    """Fixes as columns of one length."""

    time: list[str] | list[float] = Field(description="RFC 3339, or seconds since 1970-01-01 UTC")
    lon: list[float]
    lat: list[float]


class FixesAsked(BaseModel):
    """One vehicle and where it was when."""

    model_config = ConfigDict(extra="allow")

    id: Any = None
    vehicle: Vehicle | None = None
    permits: list[Permit] | None = None
    alerts: list[str] | None = None
    crs: Crs = "wgs84"
    fixes: Columns


class ReasonShown(BaseModel):
    """Why, with the clause verbatim."""

    code: str
    clause: str | None
    text: str | None
    facts: dict[str, Any]


class OtherReading(BaseModel):
    """What the verdict would be if the text were read otherwise."""

    model_config = ConfigDict(extra="allow")

    reading: str
    verdict: Verdict
    why: str


class WarningShown(BaseModel):
    """What the reader should know."""

    code: str
    text: str
    text_en: str


class ZoneUsed(BaseModel):
    """The map that the place was looked up in; `schematic` is not fit for enforcement."""

    id: str
    grade: Literal["schematic", "osm", "survey"]
    sha256: str
    others: list["ZoneUsed"] = Field(
        default_factory=list,
        description="the maps of the further zones of a notice that has several; absent where it has one",
    )


class VerdictWithoutId(BaseModel):
    """The verdict on a case."""

    verdict: Verdict
    enforceable: bool
    notice: str
    vehicle_class: str
    place: Literal["inside", "boundary_road", "carve_out", "outside", "unsure"]
    reasons: list[ReasonShown]
    missing: list[str]
    other_readings: list[OtherReading]
    penalty: dict[str, Any] | None = Field(None, description="only with `prohibited`")
    advice: list[dict[str, Any]]
    warnings: list[WarningShown]
    zone: ZoneUsed | None = None


class VerdictShown(VerdictWithoutId):
    """The verdict on a case, with the case's id."""

    id: Any = None


class Unreadable(BaseModel):
    """What is wrong with a case of a list."""

    line: int
    field: str | None
    message: str


class CaseUnreadable(BaseModel):
    """A case of a list that cannot be read; the others are answered."""

    id: Any = None
    error: Unreadable


class Run(BaseModel):
    """Fixes in a row under one answer: their first and last number, both included."""

    first: int
    last: int
    place: Literal["inside", "boundary_road", "carve_out", "outside", "unsure"]
    verdict: Verdict
    answer: int = Field(description="number in `answers`")


class FixesAnswered(BaseModel):
    """Runs of fixes, and the answers that they share."""

    id: Any = None
    vehicle_class: str
    fixes: int
    runs: list[Run]
    answers: list[VerdictWithoutId]
