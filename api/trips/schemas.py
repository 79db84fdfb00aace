"""The objects of the contract's section 6, as the documentation shows them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.decide.schemas import Permit, ReasonShown, Vehicle, Verdict

Word = Literal["lawful", "unlawful", "undetermined"]


class End(BaseModel):
    """A position; an enterprise of the published list; a junction."""

    model_config = ConfigDict(extra="allow")

    lon: float | None = Field(None, examples=[110.74])
    lat: float | None = Field(None, examples=[35.14])
    crs: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    enterprise: str | None = None
    junction: list[str] | None = Field(None, description="two street names")


class TripAsked(BaseModel):
    """A trip. Exactly one of `depart` and `arrive` is given."""

    model_config = ConfigDict(extra="allow")

    id: Any = None
    vehicle: Vehicle | None = None
    origin: End | None = None
    destination: End | None = None
    depart: str | None = None
    arrive: str | None = None
    permits: list[Permit] | None = None
    alerts: list[str] | None = None
    fleet: list[Vehicle] | None = Field(None, description="other vehicles that could go instead")
    line: dict[str, Any] | None = Field(
        None, description='a planned way: GeoJSON, {"polyline", "precision"} or {"gpx"}, with `crs`'
    )
    geometry: bool | None = Field(None, description="answer with the lines and the times on them")


class EndShown(BaseModel):
    """Where a trip begins or ends."""

    lon: float
    lat: float
    place: str
    off_street_m: float


class SentenceShown(BaseModel):
    """A sentence for the driver."""

    code: str
    text: str
    text_en: str


class FirstUnlawful(BaseModel):
    """Where and when the trip is not lawful for the first time."""

    at: str
    road: str | None
    lon: float
    lat: float
    clause: str | None
    verdict: Verdict
    notice: str
    reasons: list[ReasonShown]
    missing: list[str]
    enforceable: bool


class Way(BaseModel):
    """A way as it would be driven."""

    model_config = ConfigDict(extra="allow")

    depart: str
    arrive: str
    length_m: float
    roads: list[str | None]
    steps: list[dict[str, Any]]


class Alternative(Way):
    """A way out."""

    kind: Literal["detour", "depart", "wait", "permit", "vehicle"]
    text: str
    text_en: str
    extra_s: float
    extra_m: float
    permit: dict[str, Any] | None


class TripAnswered(BaseModel):
    """The answer to a trip."""

    id: Any = None
    verdict: Word
    says: list[SentenceShown]
    origin: EndShown
    destination: EndShown
    first_unlawful: FirstUnlawful | None
    route: Way | None
    parts: list[dict[str, Any]]
    alternatives: list[Alternative]
    why_none: str | None
    why_none_en: str | None
    zones: list[dict[str, Any]] = Field(description="notices and zones with their hashes and grades")
    link: str | None = Field(
        description="an address with the same answer, without plates; null where it would be too long"
    )
