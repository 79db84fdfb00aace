"""Where streets are asked for: around a position, or within an area; one meaning for servers and for files."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GEOSException, MultiPolygon, Polygon

from zones.coords import LocalPlane
from zones.errors import InputError, not_readable
from zones.text import Text
from zones.turns import turns_among

if TYPE_CHECKING:
    from zones.network import StreetNetwork

Box = tuple[float, float, float, float]
_MOST_RADIUS_M = 25_000.0
# some 130 km: a county with what is around it, which a public server answers within its minutes. A prefecture is wider
_MOST_DEGREES = 1.2
_MOST_CORNERS = 300
_METRES_A_DEGREE = 110_500.0  # of latitude, at least (WGS 84: 110 574 m at the equator)


@dataclass(frozen=True, slots=True)
class Around:
    """Streets that come within `radius_m` of a WGS 84 position.

    Raises:
        InputError: it is no position, or the radius is not above 0 and at most 25 km.
    """

    lon: float
    lat: float
    radius_m: float

    def __post_init__(self) -> None:
        """Refuse what no server should be asked."""
        if not (abs(self.lon) <= 180 and abs(self.lat) <= 90):  # noqa: PLR2004 - degrees
            raise InputError(
                Text("不是经度、纬度（度）", "this is no longitude and latitude in degrees"), field="around"
            )
        if not 0 < self.radius_m <= _MOST_RADIUS_M:
            raise InputError(
                Text("半径应大于 0、不超过 25000 米", "the radius is above 0 and at most 25000 metres"), field="around"
            )

    def filters(self) -> list[str]:
        """Return Overpass's filters for it; OR between them."""
        return [f"(around:{self.radius_m:.1f},{self.lat:.7f},{self.lon:.7f})"]

    def said(self) -> dict[str, Any]:
        """Return it for a zone's source."""
        return {"around": [self.lon, self.lat, self.radius_m]}

    def box(self) -> Box:
        """Return west, south, east, north in degrees; nothing of the area lies outside."""
        high = self.radius_m / _METRES_A_DEGREE
        wide = high / max(0.01, math.cos(math.radians(min(90.0, abs(self.lat) + high))))
        return self.lon - wide, self.lat - high, self.lon + wide, self.lat + high

    def touches(self, lines: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
        """Say of each line in lon/lat whether it comes so near."""
        plane = LocalPlane(self.lon, self.lat)
        near = shapely.intersects(lines, shapely.box(*self.box()))
        near[near] = [shapely.distance(shapely.Point(0, 0), plane.to_xy(line)) <= self.radius_m for line in lines[near]]
        return near


@dataclass(frozen=True, slots=True)
class Within:
    """Streets that touch an area in WGS 84; holes in it are not left out.

    Attributes:
        area: at most 1.2 degrees wide and high.
        origin: where the area is from, for a zone's source.

    Raises:
        InputError: the area is empty or broken, or too wide.
    """

    area: Polygon | MultiPolygon
    origin: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no server should be asked."""
        west, south, east, north = self.area.bounds if not self.area.is_empty else (math.nan,) * 4
        fits = -180 <= west < east <= 180 and -90 <= south < north <= 90  # noqa: PLR2004 - degrees
        if not (fits and self.area.is_valid):
            raise InputError(
                Text("应为不自相交的面，经纬度以度计", "an area without self-intersections is needed, in degrees"),
                field="within",
            )
        if max(east - west, north - south) > _MOST_DEGREES:
            size = f"{east - west:.2f} × {north - south:.2f}"
            raise InputError(
                Text(
                    f"面太大：{size} 度，宽、高最多 {_MOST_DEGREES} 度",
                    f"the area is too large: {size} degrees, at most {_MOST_DEGREES} wide and high",
                ),
                field="within",
            )

    def filters(self) -> list[str]:
        """Return Overpass's filters for it; OR between them. They may hold more than the area, never less."""
        return [f'(poly:"{self._corners(part)}")' for part in self._parts()]

    def said(self) -> dict[str, Any]:
        """Return it for a zone's source."""
        digest = hashlib.sha256(shapely.to_wkb(shapely.normalize(self.area), byte_order=1)).hexdigest()
        return {**self.origin, "area_sha256": digest}

    def box(self) -> Box:
        """Return west, south, east, north in degrees."""
        west, south, east, north = self.area.bounds
        return west, south, east, north

    def touches(self, lines: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
        """Say of each line in lon/lat whether it touches the area."""
        filled = shapely.union_all([Polygon(part.exterior) for part in self._parts()])
        shapely.prepare(filled)
        return np.asarray(shapely.intersects(filled, lines))

    def _parts(self) -> list[Polygon]:
        return [part for part in shapely.get_parts([self.area]) if isinstance(part, Polygon)]

    @staticmethod
    def _corners(part: Polygon) -> str:
        # a server is slow with many corners; what lies outside the area is taken out of the answer
        few = len(part.exterior.coords) <= _MOST_CORNERS
        ring = part.exterior if few else shapely.convex_hull(part.exterior).boundary
        return " ".join(f"{lat:.7f} {lon:.7f}" for lon, lat in shapely.get_coordinates(ring)[:-1].tolist())


Area = Around | Within


def read_within(path: str | Path) -> Within:
    """Read the area of a GeoJSON file: a polygon, or all polygons of its features together.

    Raises:
        InputError: the file cannot be read, is not GeoJSON, or holds no polygon that can be used.
    """
    file = str(path)
    try:
        found = shapely.from_geojson(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        raise not_readable(file, error) from error
    except (UnicodeDecodeError, GEOSException) as error:
        raise InputError(Text("不是可读的 GeoJSON", "this is not readable as GeoJSON"), file=file) from error
    parts = [part for part in shapely.get_parts(shapely.get_parts([found])) if isinstance(part, Polygon)]
    if not parts or not all(part.is_valid for part in parts):
        raise InputError(
            Text("文件里没有面，或面自相交", "the file holds no polygon, or one that intersects itself"), file=file
        )
    area = shapely.union_all(parts)
    try:
        return Within(area if isinstance(area, Polygon | MultiPolygon) else MultiPolygon(), {"within": Path(path).name})
    except InputError as error:
        raise InputError(error.text, file=file) from None


def only_in(network: "StreetNetwork", area: Area) -> "StreetNetwork":
    """Return the streets that touch an area, OSM ways whole, as Overpass answers; the source says the area.

    Raises:
        InputError: none does.
    """
    touched = area.touches(np.array([segment.line for segment in network.segments], dtype=object))
    ways = {segment.way_id for segment, here in zip(network.segments, touched, strict=True) if here} - {None}
    kept = tuple(
        segment for segment, here in zip(network.segments, touched, strict=True) if here or segment.way_id in ways
    )
    if not kept:
        raise nothing_in(network.source.file)
    ids = {segment.id for segment in kept}
    return replace(
        network,
        segments=kept,
        source=replace(network.source, area=area.said()),
        turns=turns_among(network.turns, ids),
        turns_unread=tuple(turn for turn in network.turns_unread if not ways.isdisjoint(turn.ways)),
    )


def nothing_in(file: str) -> InputError:
    """Return the error of streets that all lie elsewhere."""
    return InputError(
        Text(
            "那里没有道路：请核对位置和范围，经度在前、纬度在后",
            "there are no streets there: check the position and the area; longitude comes before latitude",
        ),
        file=file,
        field="area",
    )
