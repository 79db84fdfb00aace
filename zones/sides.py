"""Which of the faces between roads is the zone: the one on the stated side of every edge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from zones.errors import ZoneError
from zones.roads import TOUCH_M, Road, lines_through, polygon_parts
from zones.spec import Compass, Edge, Side
from zones.text import Text

# a corner alone is no edge
_MIN_CONTACT_M = 10.0
# a face narrower than this is a sliver between carriageways, not an area
_MIN_ACROSS_M = 40.0
# the road must run at least 10 degrees off the direction stated, and turn round the face by less than a full ring
_MIN_COS = 0.17
_MIN_NET = 0.1
_BORDER_STEP_M = 5.0
# one or two roads enclose islands at their own interchanges: a zone's border follows more of one of them than this
_FEW = 2
_MIN_SHARE = 0.05
_ON_ROAD_M = 0.05
_RUN_M = 0.5
# moved lines that turn by less than 15 degrees, or back by more than 165, get no pointed corner
_MIN_TURN = 0.26
_TINY = 1e-9
_Floats = npt.NDArray[np.float64]
_CONTRADICT = "sides_contradict"
TOWARD: dict[Compass, tuple[float, float]] = {
    "north": (0.0, 1.0),
    "south": (0.0, -1.0),
    "east": (1.0, 0.0),
    "west": (-1.0, 0.0),
}
_ZH: dict[Side, str] = {"north": "以北", "south": "以南", "east": "以东", "west": "以西", "inside": "以内"}


@dataclass(frozen=True, eq=False)
class Border:
    """A face's border in short pieces: `start` and `end` (n, 2) anticlockwise, and the `road` each follows (or -1)."""

    face: Polygon
    start: _Floats
    end: _Floats
    road: npt.NDArray[np.intp]

    def contact_m(self, road: int) -> float:
        """Return how much of the border follows a road."""
        step = (self.end - self.start)[self.road == road]
        return float(np.hypot(*step.T).sum())

    def facing(self, road: int) -> _Floats:
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
    # a face is always inside the roads around it
    if side is None or side == "inside":
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
    # a road that is an edge twice (X以北、以东) is one road
    first = [next(j for j, e in enumerate(edges) if (e.road, e.part) == (edge.road, edge.part)) for edge in edges]
    full = [b for b in borders if all(b.contact_m(i) >= _MIN_CONTACT_M for i in first) and not _island(b, first, roads)]
    if not full:
        return None
    wrong = [[i for i, e in enumerate(edges) if not _agrees(border, first[i], e.side)] for border in full]
    fitting = [border for border, bad in zip(full, wrong, strict=True) if not bad]
    if len(fitting) > 1:
        names = dict.fromkeys(edge.road for edge in edges)
        text = Text(
            f"{'、'.join(names)} 围出 {len(fitting)} 块都符合所述方位的区域，无法确定是哪一块",
            f"{', '.join(names)} enclose {len(fitting)} areas that all lie on the stated sides; which one is meant?",
        )
        raise ZoneError(_CONTRADICT, text)
    if not fitting:
        raise _contradiction(edges, min(wrong, key=len))
    return fitting[0]


def _island(border: Border, edges: Sequence[int], roads: Sequence[Road]) -> bool:
    """Tell whether a face lies within an interchange of the one or two roads that there are."""
    distinct = set(edges)
    if len(distinct) > _FEW:
        return False
    return max(border.contact_m(i) / roads[i].lines.length for i in distinct) < _MIN_SHARE


def _contradiction(edges: Sequence[Edge], bad: Sequence[int]) -> ZoneError:
    zh = "、".join(f"{edges[i].road}{_ZH[side]}" for i in bad if (side := edges[i].side))
    en = ", ".join(f"{edges[i].side} of {edges[i].road}" for i in bad)
    return ZoneError(
        _CONTRADICT,
        Text(f"道路围成的区域不在所述的一侧：{zh}", f"the area that the roads enclose does not lie {en}"),
    )


def centre_loop(border: Border, roads: Sequence[Road]) -> Polygon:
    """Widen a face to the centre lines of the roads around it.

    The face ends at the inner carriageway of each road. Every piece of its border is moved out by half of what the
    road measures there from its inner to its outer carriageway.
    """
    half = _half_thickness(border, roads)
    outward = _outward(border) * half[:, None]
    quads = np.stack([border.start, border.end, border.end + outward, border.start + outward], axis=1)
    corners = _corners(border.end, outward, np.roll(outward, -1, axis=0))
    pieces = shapely.make_valid(np.asarray(shapely.polygons(np.concatenate([quads, corners])), dtype=object))
    whole = max(polygon_parts(shapely.union_all([border.face, *pieces])), key=lambda part: part.area)
    return Polygon(whole.exterior)


def _outward(border: Border) -> _Floats:
    step = border.end - border.start
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), _TINY)
    return np.column_stack([step[:, 1], -step[:, 0]]) / length[:, None]


def _corners(at: _Floats, before: _Floats, after: _Floats) -> _Floats:
    """Return the quadrangles that fill the outer corners between neighbouring pieces moved out, shape (n, 4, 2).

    The outer corner is where both moved lines meet; where they hardly turn, or turn back sharply, it is the middle.
    """
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    squares = np.sum(before**2, axis=1), np.sum(after**2, axis=1)
    tip = (before + after) / 2
    sharp = turn > _MIN_TURN * np.sqrt(squares[0] * squares[1])
    a, b = before[sharp], after[sharp]
    # solve tip . a = |a|^2, tip . b = |b|^2
    x = (squares[0][sharp] * b[:, 1] - squares[1][sharp] * a[:, 1]) / turn[sharp]
    y = (squares[1][sharp] * a[:, 0] - squares[0][sharp] * b[:, 0]) / turn[sharp]
    tip[sharp] = np.column_stack([x, y])
    return np.stack([at, at + before, at + tip, at + after], axis=1)


def _half_thickness(border: Border, roads: Sequence[Road]) -> _Floats:
    """Return, for each piece of the border, half the thickness of the road it follows, measured outward (metres)."""
    step = border.end - border.start
    length = np.hypot(step[:, 0], step[:, 1])
    outward = _outward(border)
    middle = (border.start + border.end) / 2
    half = np.full(len(middle), TOUCH_M)
    for number, road in enumerate(roads):
        mine = np.flatnonzero((border.road == number) & (length > _RUN_M))
        if not len(mine) or not road.spacing_m:
            continue
        reach = 1.2 * road.spacing_m + 4 * TOUCH_M
        rays = lines_through(np.stack([middle[mine], middle[mine] + outward[mine] * reach], axis=1))
        hits = np.asarray(shapely.intersection(rays, road.body), dtype=object)
        half[mine] = [_first_run(hit, xy) / 2 for hit, xy in zip(hits, middle[mine], strict=True)]
    return half.clip(min=TOUCH_M)


def _first_run(hit: BaseGeometry, origin: _Floats) -> float:
    """Return the length of the part of a ray's hit that begins at its origin."""
    here = shapely.Point(origin)
    return max((p.length for p in shapely.get_parts(hit) if shapely.distance(p, here) < TOUCH_M), default=0.0)
