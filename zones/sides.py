"""Which of the faces between roads is the zone: the one on the stated side of every edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from zones.errors import ZoneError
from zones.roads import TOUCH_M, Road, polygon_parts
from zones.spec import Edge, Side
from zones.text import Text

# a corner alone is no edge
_MIN_CONTACT_M = 10.0
# a face narrower than this is a sliver between carriageways, not an area
_MIN_ACROSS_M = 40.0
# the road must run at least 10 degrees off the direction stated, and turn round the face by less than a full ring
_MIN_COS = 0.17
_MIN_NET = 0.1
_BORDER_STEP_M = 5.0
_ON_ROAD_M = 0.05
_RUN_M = 0.5
TOWARD: dict[Side, tuple[float, float]] = {
    "north": (0.0, 1.0),
    "south": (0.0, -1.0),
    "east": (1.0, 0.0),
    "west": (-1.0, 0.0),
}
_ZH: dict[Side, str] = {"north": "以北", "south": "以南", "east": "以东", "west": "以西"}


@dataclass(frozen=True, eq=False)
class Border:
    """A face's border in short pieces: `start` and `end` (n, 2) anticlockwise, and the `road` each follows (or -1)."""

    face: Polygon
    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    road: npt.NDArray[np.intp]

    def contact_m(self, road: int) -> float:
        """Return how much of the border follows a road."""
        step = (self.end - self.start)[self.road == road]
        return float(np.hypot(*step.T).sum())

    def facing(self, road: int) -> npt.NDArray[np.float64]:
        """Return the mean direction from a road into the face: a vector of length 1 where the road is straight."""
        step = (self.end - self.start)[self.road == road]
        inward = np.array([-step[:, 1].sum(), step[:, 0].sum()])
        return inward / max(self.contact_m(road), TOUCH_M)


def border_of(face: Polygon, roads: Sequence[Road]) -> Border:
    """Cut a face's border into pieces of at most 5 m and say which road each follows."""
    ring = shapely.segmentize(shapely.orient_polygons(Polygon(face.exterior)).exterior, _BORDER_STEP_M)
    points = shapely.get_coordinates(ring)
    start, end = points[:-1], points[1:]
    middle = shapely.points((start + end) / 2)
    distance = np.array([shapely.distance(middle, road.body) for road in roads])
    nearest = distance.argmin(axis=0)
    nearest[distance.min(axis=0) > _ON_ROAD_M] = -1
    return Border(face, start, end, nearest)


def faces(roads: Sequence[Road]) -> list[Polygon]:
    """Return what the roads enclose: the holes of their union, without the slivers between carriageways."""
    union = shapely.union_all([road.body for road in roads])
    holes = [Polygon(ring) for part in polygon_parts(union) for ring in part.interiors]
    return [hole for hole in holes if not shapely.buffer(hole, -_MIN_ACROSS_M / 2).is_empty]


def _agrees(border: Border, road: int, side: Side | None) -> bool:
    if side is None:
        return True
    facing = border.facing(road)
    net = float(np.hypot(*facing))
    return net > _MIN_NET and float(facing @ np.array(TOWARD[side])) / net > _MIN_COS


def choose(edges: Sequence[Edge], roads: Sequence[Road]) -> Border | None:
    """Return the border of the one face that follows every edge and lies on the stated side of each.

    Args:
        edges: the notice's edges.
        roads: their roads, in the same order; roads beyond them (bridged ways) may follow.

    Returns:
        None where no face follows every edge: the loop is open.

    Raises:
        ZoneError: `sides_contradict`: the roads enclose a face that is not on the stated sides, or several that are.
    """
    borders = [border_of(face, roads) for face in faces(roads)]
    full = [b for b in borders if all(b.contact_m(i) >= _MIN_CONTACT_M for i in range(len(edges)))]
    if not full:
        return None
    wrong = [[i for i, edge in enumerate(edges) if not _agrees(border, i, edge.side)] for border in full]
    fitting = [border for border, bad in zip(full, wrong, strict=True) if not bad]
    if len(fitting) > 1:
        raise ZoneError(
            "sides_contradict",
            Text(
                f"这些道路围出 {len(fitting)} 块都符合所述方位的区域，无法确定是哪一块",
                f"the roads enclose {len(fitting)} areas that all lie on the stated sides; which one is meant?",
            ),
        )
    if not fitting:
        raise _contradiction(edges, min(wrong, key=len))
    return fitting[0]


def _contradiction(edges: Sequence[Edge], bad: Sequence[int]) -> ZoneError:
    zh = "、".join(f"{edges[i].road}{_ZH[side]}" for i in bad if (side := edges[i].side))
    en = ", ".join(f"{edges[i].side} of {edges[i].road}" for i in bad)
    return ZoneError(
        "sides_contradict",
        Text(f"道路围成的区域不在所述的一侧：{zh}", f"the area that the roads enclose does not lie {en}"),
    )


def centre_loop(border: Border, roads: Sequence[Road]) -> Polygon:
    """Widen a face to the centre lines of the roads around it.

    The face ends at the inner carriageway of each road. Every piece of its border is moved out by half of what the
    road measures there from its inner to its outer carriageway.
    """
    half = _half_thickness(border, roads)
    steps = np.round(half / 0.25) * 0.25
    cuts = np.flatnonzero(np.diff(steps)) + 1
    runs = zip(np.split(np.arange(len(steps)), cuts), strict=True)
    out: list[BaseGeometry] = [border.face]
    for (run,) in runs:
        line = LineString(np.vstack([border.start[run], border.end[run][-1:]]))
        out.append(shapely.buffer(line, float(steps[run[0]]), join_style="round"))
    whole = max(polygon_parts(shapely.union_all(out)), key=lambda part: part.area)
    return Polygon(whole.exterior)


def _half_thickness(border: Border, roads: Sequence[Road]) -> npt.NDArray[np.float64]:
    """Return, for each piece of the border, half the thickness of the road it follows, measured outward (metres)."""
    step = border.end - border.start
    length = np.hypot(*step.T)
    outward = np.column_stack([step[:, 1], -step[:, 0]]) / np.maximum(length, 1e-9)[:, None]
    middle = (border.start + border.end) / 2
    half = np.full(len(middle), TOUCH_M)
    for number, road in enumerate(roads):
        mine = np.flatnonzero((border.road == number) & (length > _RUN_M))
        if not len(mine) or not road.spacing_m:
            continue
        reach = 1.2 * road.spacing_m + 4 * TOUCH_M
        rays = shapely.linestrings(np.stack([middle[mine], middle[mine] + outward[mine] * reach], axis=1))
        half[mine] = [_first_run(hit, xy) / 2 for hit, xy in _hits(rays, road.body, middle[mine])]
    return np.maximum(half, TOUCH_M)


def _hits(
    rays: npt.NDArray[np.object_], body: BaseGeometry, middle: npt.NDArray[np.float64]
) -> list[tuple[BaseGeometry, npt.NDArray[np.float64]]]:
    return list(zip(shapely.intersection(rays, body), middle, strict=True))


def _first_run(hit: BaseGeometry, origin: npt.NDArray[np.float64]) -> float:
    """Return the length of the part of a ray's hit that begins at its origin."""
    here = shapely.Point(origin)
    return max((p.length for p in shapely.get_parts(hit) if shapely.distance(p, here) < TOUCH_M), default=0.0)
