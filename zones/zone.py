"""The artefact: a zone with its streets, its quality report and its hash, as a GeoJSON file.

One geometry, one file, one hash: the same streets and the same words give the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from zones.network import TurnRule
from zones.spec import Boundary, ZoneSpec

Grade = Literal["schematic", "osm", "survey"]
StreetPlace = Literal["inside", "boundary_road", "carve_out", "outside", "crosses"]
# raised whenever the same input gives another zone
BUILDER_VERSION = 1
# of zones that carry what OSM says of trucks, which version 1 left out; all others are as they were
BUILDER_WITH_TRUCKS = 2
_DECIMALS = 7
_GRID_DEG = 1e-7


@dataclass(frozen=True)
class BoundaryRoad:
    """An edge's road along the zone, from kerb to kerb; `boundary` says whether it belongs to the area."""

    name: str
    boundary: Boundary
    geometry: BaseGeometry


@dataclass(frozen=True)
class CarveOut:
    """A stretch inside that stays open, from kerb to kerb."""

    name: str
    geometry: BaseGeometry


@dataclass(frozen=True)
class Street:
    """A stretch of a street on or near the zone.

    Attributes:
        id: as in the street network.
        name: None where the street has none.
        highway: OSM `highway`.
        place: where it runs; `crosses` where it is partly banned and partly not.
        half_width_m: half of its carriageway.
        oneway: whether traffic flows along the line only.
        geometry: its centre line.
        truck_tags: what OSM says of trucks on it, as in the street network.
    """

    id: str
    name: str | None
    highway: str
    place: StreetPlace
    half_width_m: float
    oneway: bool
    geometry: BaseGeometry
    truck_tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Zone:
    """A banned area as built; all geometry in WGS 84 lon/lat on a grid of 1e-7 degrees.

    Attributes:
        id: the specification's name for it.
        grade: what it is built from: an invented network, OpenStreetMap, other lines.
        area: what is banned.
        loop_area_km2: enclosed by the edges' centre lines, before any road's width is taken out.
        area_km2: of `area`.
        boundary_roads: in the order of the edges.
        carve_outs: in the order of the specification.
        streets: about 2.5 km around.
        gaps: `{"lon", "lat", "length_m", "bridged_by", "between"}` each.
        names: for each road, how it was found.
        widths: for each road, `{"width_m", "from"}`.
        warnings: sentences for the person who uses it.
        source: `{"file", "sha256", "date"}` of the streets.
        spec: the words it was built from.
        builder: the version of the rules that built it.
        notice: `{"id", "sha256"}` of the notice it was built for; empty where it was not built for one.
        replaces: `{"zone", "sha256"}` of the zone before, the hash that of its file; empty where it is the first.
        built_with: the options of the build that were set; members as in `provenance.BuiltWith`.
        turns: what signs say of turns between its streets; the ids are those of `streets`.
    """

    id: str
    grade: Grade
    area: BaseGeometry
    loop_area_km2: float
    area_km2: float
    boundary_roads: tuple[BoundaryRoad, ...] = ()
    carve_outs: tuple[CarveOut, ...] = ()
    streets: tuple[Street, ...] = ()
    gaps: tuple[dict[str, Any], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)
    spec: ZoneSpec | None = None
    builder: int | None = BUILDER_VERSION
    notice: Mapping[str, Any] = field(default_factory=dict)
    replaces: Mapping[str, Any] = field(default_factory=dict)
    built_with: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[TurnRule, ...] = ()

    def __post_init__(self) -> None:
        """Put all geometry on the file's grid, so that a zone equals what is read back from its file."""
        put = object.__setattr__
        put(self, "area", on_grid(self.area))
        for name in ("boundary_roads", "carve_outs", "streets"):
            put(self, name, tuple(_gridded(feature) for feature in getattr(self, name)))
        places = (replace(t, lon=round(t.lon, _DECIMALS), lat=round(t.lat, _DECIMALS)) for t in self.turns)
        put(self, "turns", tuple(places))

    @cached_property
    def text(self) -> str:
        """The zone's file."""
        return dump(self.head(), self.features())

    @cached_property
    def sha256(self) -> str:
        """The hash of the zone's file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def write(self, path: str | Path) -> None:
        """Write the zone as GeoJSON; the same zone gives the same bytes."""
        Path(path).write_text(self.text, encoding="utf-8", newline="\n")

    def head(self) -> dict[str, Any]:
        """Return the `truckban` member of the file."""
        # only where set: a zone that has no more to say keeps the bytes it always had
        more = {"notice": self.notice, "replaces": self.replaces, "built_with": self.built_with}
        return {
            "zone": self.id,
            "grade": self.grade,
            "loop_area_km2": self.loop_area_km2,
            "area_km2": self.area_km2,
            "gaps": list(self.gaps),
            "names": dict(self.names),
            "widths": dict(self.widths),
            "warnings": list(self.warnings),
            "source": dict(self.source),
            "builder": self.builder,
            "spec": self.spec.model_dump(mode="json", by_alias=True, exclude_none=True) if self.spec else None,
            **{name: dict(value) for name, value in more.items() if value},
            **({"turns": [_turn(turn) for turn in self.turns]} if self.turns else {}),
        }

    def features(self) -> Iterator[tuple[dict[str, Any], BaseGeometry]]:
        """Yield the properties and the geometry of every feature of the file, in its order."""
        yield {"role": "area", "zone": self.id}, self.area
        for road in self.boundary_roads:
            yield {"role": "boundary_road", "name": road.name, "boundary": road.boundary}, road.geometry
        for carve_out in self.carve_outs:
            yield {"role": "carve_out", "name": carve_out.name}, carve_out.geometry
        for street in self.streets:
            values = {name: value for name, value in vars(street).items() if name not in ("geometry", "truck_tags")}
            tags = {"truck_tags": dict(street.truck_tags)} if street.truck_tags else {}
            yield {"role": "street", **values, **tags}, street.geometry


def _turn(turn: TurnRule) -> dict[str, Any]:
    """Return a turn rule without the members that say nothing."""
    return {
        name: value for name, value in asdict(turn).items() if value is not None and value is not False and value != ()
    }


_Feature = TypeVar("_Feature", BoundaryRoad, CarveOut, Street)


def _gridded(feature: _Feature) -> _Feature:
    return replace(feature, geometry=on_grid(feature.geometry))


def on_grid(geometry: BaseGeometry) -> BaseGeometry:
    """Put a geometry on the file's grid (1e-7 degrees, about a centimetre) in canonical order, still valid."""
    if geometry.area:
        # parts that meet in one point may cross each other there by a rounding
        sound = geometry if shapely.is_valid(geometry) else shapely.buffer(geometry, 0)
        placed = shapely.set_precision(sound, _GRID_DEG)
        if placed.geom_type == "GeometryCollection":  # a line that a carve-out left is no area
            placed = shapely.union_all([part for part in shapely.get_parts(placed) if part.area])
        return shapely.normalize(placed)
    return shapely.set_precision(geometry, _GRID_DEG, mode="pointwise")


def dump(head: Mapping[str, Any], features: Iterable[tuple[Mapping[str, Any], BaseGeometry]]) -> str:
    """Return a GeoJSON FeatureCollection with a `truckban` member, a line a feature."""
    lines = ",\n".join(
        _json({"type": "Feature", "properties": properties, "geometry": _mapping(geometry)})
        for properties, geometry in features
    )
    return f'{{"type": "FeatureCollection",\n"truckban": {_json(head)},\n"features": [\n{lines}\n]}}\n'


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _mapping(geometry: BaseGeometry) -> dict[str, Any]:
    plain = json.loads(shapely.to_geojson(geometry))
    return {"type": plain["type"], "coordinates": _rounded(plain["coordinates"])}


def _rounded(coordinates: Any) -> Any:  # noqa: ANN401 - numbers, nested as deep as the geometry says
    if isinstance(coordinates, list):
        return [_rounded(item) for item in coordinates]
    return round(coordinates, _DECIMALS)
