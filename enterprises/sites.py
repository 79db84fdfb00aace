"""Where an enterprise loads: a point or an area, with its coordinate system, who says so and of which day.

No list publishes positions. An operator imports them; an enterprise without one has none, and nothing is guessed.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from enterprises.errors import EnterpriseError, Text

Crs = Literal["wgs84", "gcj02", "bd09"]
CRS: tuple[str, ...] = get_args(Crs)
_LEAST_RING = 4


@dataclass(frozen=True, slots=True)
class Site:
    """One place of loading.

    Attributes:
        id: unique within a registry.
        enterprise: the enterprise's id.
        geometry: GeoJSON Point or Polygon, longitude before latitude, in `crs` as it was given.
        crs: `wgs84`, `gcj02` or `bd09`; never guessed.
        source: who says that it is there: a survey, a licence, a map.
        date: of which day that is known.
        radius_m: for a point, how far the site reaches from it, if known.
        name: the operator's word for it, such as 北门.
        invented: true for the demonstration area: nobody loads there.
    """

    id: str
    enterprise: str
    geometry: Mapping[str, Any]
    crs: Crs
    source: str
    date: dt.date
    radius_m: float | None = None
    name: str | None = None
    invented: bool = False


def read_crs(value: object) -> Crs:
    """Return a coordinate system by its name.

    Raises:
        EnterpriseError: none is given, or it is none of the three.
    """
    for known in get_args(Crs):
        if value == known:
            found: Crs = known
            return found
    raise EnterpriseError(
        Text(
            "坐标系要写明：wgs84、gcj02 或 bd09（相差可达数百米，不能猜）",
            "say which coordinate system: wgs84, gcj02 or bd09 (they lie hundreds of metres apart and are never guessed)",
        ),
        field="crs",
    )


def read_geometry(value: object) -> dict[str, Any]:
    """Return a GeoJSON Point or Polygon with plain finite coordinates.

    Raises:
        EnterpriseError: another type, a coordinate that is none, a ring that does not close.
    """
    fault = Text(
        "位置应为 GeoJSON 的 Point 或 Polygon，经度在前",
        "a position is a GeoJSON Point or Polygon, longitude before latitude",
    )
    if not isinstance(value, Mapping) or value.get("type") not in ("Point", "Polygon"):
        raise EnterpriseError(fault, field="geometry")
    given = value.get("coordinates")
    if value["type"] == "Point":
        return {"type": "Point", "coordinates": _position(given)}
    if not isinstance(given, list) or not given:
        raise EnterpriseError(fault, field="geometry")
    return {"type": "Polygon", "coordinates": [_ring(ring) for ring in given]}


def _position(value: object) -> list[float]:
    pair = value[:2] if isinstance(value, (list, tuple)) else []
    numbers = [float(number) for number in pair if isinstance(number, (int, float)) and not isinstance(number, bool)]
    if len(numbers) != 2 or not all(math.isfinite(number) for number in numbers):  # noqa: PLR2004
        raise EnterpriseError(
            Text("坐标应为 [经度, 纬度] 两个数", "a position is two numbers, [longitude, latitude]"), field="geometry"
        )
    lon, lat = numbers
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004
        raise EnterpriseError(
            Text(
                f"[{lon}, {lat}] 不在地球上；经度在前，纬度在后",
                f"[{lon}, {lat}] is not on the earth; longitude comes first",
            ),
            field="geometry",
        )
    return [lon, lat]


def _ring(value: object) -> list[list[float]]:
    ring = [_position(position) for position in value] if isinstance(value, list) else []
    if len(ring) < _LEAST_RING or ring[0] != ring[-1]:
        raise EnterpriseError(
            Text(
                "多边形的边界要首尾相接，至少三个不同的点",
                "the border of a polygon ends where it starts and has three corners at least",
            ),
            field="geometry",
        )
    return ring
