"""An area made small enough for a QR code: rounded, with fewer corners, and how far that can put its border off."""

import json
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from zones.coords import LocalPlane
from zones.errors import InputError
from zones.text import Text

# a hundred-thousandth of a degree: 1.1 m north, 0.9 m east at 35 degrees
_A_DEGREE = 100_000
_ROUNDING_M = 2.0
_MOST_CORNERS = 60
_TOLERANCES_M = (0.0, 2.0, 5.0, 10.0, 20.0)
_PAIR = 2
_TRIANGLE = 3

Rings = list[list[list[int]]]


class SmallArea(NamedTuple):
    """An area with few corners.

    Attributes:
        area: WGS 84; None where no few corners would do.
        off_m: by how much its border may lie off.
    """

    area: BaseGeometry | None
    off_m: float


def small(area: Mapping[str, Any]) -> SmallArea:
    """Return a GeoJSON polygon with at most 60 corners, to within 20 m; None where that is not enough."""
    drawn = shape(dict(area.get("geometry") or area))
    plane = LocalPlane.around(drawn)
    flat = plane.to_xy(drawn)
    for tolerance in _TOLERANCES_M:
        fewer = plane.to_lonlat(shapely.simplify(flat, tolerance, preserve_topology=True)) if tolerance else drawn
        rounded = shapely.transform(fewer, lambda xy: (xy * _A_DEGREE).round() / _A_DEGREE)
        if rounded.is_valid and not rounded.is_empty and len(shapely.get_coordinates(rounded)) <= _MOST_CORNERS:
            return SmallArea(rounded, tolerance + _ROUNDING_M)
    return SmallArea(None, 0.0)


def packed(area: BaseGeometry) -> Rings:
    """Return the rings of each polygon: the first corner in hundred-thousandths of a degree, each other as steps from the one before."""
    return [
        [_steps(shapely.get_coordinates(ring)[:-1]) for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in shapely.get_parts(area)
    ]


def unpacked(rings: Any) -> BaseGeometry:  # noqa: ANN401
    """Return the area that `packed` wrote.

    Raises:
        InputError: it is none.
    """
    try:
        polygons = [shapely.Polygon(_corners(first), [_corners(hole) for hole in holes]) for first, *holes in rings]
        area = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    except (TypeError, ValueError, IndexError):
        raise InputError(Text("区域读不出来", "the area cannot be read"), field="area") from None
    if not area.is_valid or area.is_empty:
        raise InputError(Text("区域读不出来", "the area cannot be read"), field="area")
    return area


def geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """Return a geometry as GeoJSON, as it would be read back from a file."""
    found: dict[str, Any] = json.loads(shapely.to_geojson(geometry))
    return found


def side_of(area: BaseGeometry, off_m: float, lon: float, lat: float) -> bool | None:
    """Return whether a position lies in an area; None where it is too near its border to say."""
    plane = LocalPlane.around(area)
    flat, point = plane.to_xy(area), plane.to_xy(shapely.Point(lon, lat))
    if shapely.distance(shapely.boundary(flat), point) <= off_m:
        return None
    return bool(flat.covers(point))


def _steps(corners: Any) -> list[int]:  # noqa: ANN401
    whole = (corners * _A_DEGREE).round().astype(int)
    flat: list[int] = whole[0].tolist()
    for one, before in zip(whole[1:], whole[:-1], strict=True):
        flat += (one - before).tolist()
    return flat


def _corners(steps: Sequence[int]) -> list[tuple[float, float]]:
    if len(steps) < _PAIR * _TRIANGLE or len(steps) % _PAIR or any(type(step) is not int for step in steps):
        raise ValueError
    across, up = accumulate(steps[::2]), accumulate(steps[1::2])
    return [(x / _A_DEGREE, y / _A_DEGREE) for x, y in zip(across, up, strict=True)]
