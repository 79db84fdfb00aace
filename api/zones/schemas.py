"""What is said of a zone."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from api.notices.schemas import ZoneNamed
from api.paging import Page
from zones.entries import Entry
from zones.zone import Zone

Grade = Literal["schematic", "osm", "survey"]


class ZoneShort(ZoneNamed):
    """A zone in a list."""

    area_km2: float
    loop_area_km2: float
    notices: list[str] = Field(description="the notices in force whose places are looked up in it")
    bbox: tuple[float, float, float, float] = Field(description="west, south, east, north; WGS 84")


class ZonePage(Page):
    """The zones in force."""

    zones: list[ZoneShort]


class GeoJson(BaseModel):
    """A FeatureCollection in WGS 84; `truckban` says of what grade it is."""

    type: Literal["FeatureCollection"]
    truckban: dict[str, Any]
    features: list[dict[str, Any]]


class EntryShown(BaseModel):
    """A place where a street crosses into the zone, or only out of it."""

    number: int
    kind: Literal["entry", "exit"]
    street: str | None
    from_road: str | None
    from_kind: Literal["boundary_road", "carve_out"] | None
    lon: float
    lat: float
    bearing_deg: float
    direction: str

    @classmethod
    def of(cls, entry: Entry) -> "EntryShown":
        """Return what is shown of an entry."""
        return cls.model_validate(entry, from_attributes=True)


class Entries(BaseModel):
    """All of them, clockwise from the north-west."""

    zone: ZoneNamed
    entries: list[EntryShown]


class RoadShown(BaseModel):
    """A boundary road, or a stretch that stays open."""

    role: Literal["boundary_road", "carve_out"]
    name: str
    boundary: Literal["included", "excluded", "unstated"] | None = Field(description="of a boundary road")
    found_as: str | None = Field(description="how its name was found in the streets")
    width_m: float | None
    width_from: str | None
    geometry: dict[str, Any] = Field(description="GeoJSON, WGS 84")


class Roads(BaseModel):
    """Boundary roads in the order of the notice, then stretches that stay open."""

    zone: ZoneNamed
    roads: list[RoadShown]


class Gap(BaseModel):
    """A gap of the ring, and what bridges it."""

    model_config = {"extra": "allow"}

    lon: float
    lat: float
    length_m: float
    bridged_by: str | None


class Quality(ZoneNamed):
    """How good a zone is, and what it was made of."""

    fit_for_enforcement: bool = Field(description="false for a schematic")
    area_km2: float
    loop_area_km2: float
    gaps: list[Gap]
    names: dict[str, str] = Field(description="for each road, how it was found")
    widths: dict[str, dict[str, Any]]
    streets: dict[str, int] = Field(description="how many, by where they run")
    warnings: list[str]
    source: dict[str, Any]
    notice: dict[str, Any]
    replaces: dict[str, Any]
    built_with: dict[str, Any]
    builder: int | None

    @classmethod
    def whole(cls, zone: Zone) -> "Quality":
        """Return the quality of a zone."""
        counts: dict[str, int] = {}
        for street in zone.streets:
            counts[street.place] = counts.get(street.place, 0) + 1
        return cls(
            **ZoneNamed.of(zone).model_dump(),
            fit_for_enforcement=zone.grade != "schematic",
            area_km2=zone.area_km2,
            loop_area_km2=zone.loop_area_km2,
            gaps=[Gap.model_validate(gap) for gap in zone.gaps],
            names=dict(zone.names),
            widths={name: dict(width) for name, width in zone.widths.items()},
            streets=counts,
            warnings=list(zone.warnings),
            source=dict(zone.source),
            notice=dict(zone.notice),
            replaces=dict(zone.replaces),
            built_with=dict(zone.built_with),
            builder=zone.builder,
        )
