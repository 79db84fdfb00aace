"""Streets cut where the graph needs a node: at a zone's border, and where lines of a survey cross or touch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point
from shapely.ops import substring

from zones.coords import LocalPlane
from zones.network import Segment
from zones.roads import line_parts
from zones.zone import Zone

_Rows = npt.NDArray[np.intp]
# cuts nearer than this to each other or to an end are that end
_SHORTEST_M = 0.05
# an end that misses a line by less was meant to meet it
SNAP_M = 1.0
_REACH_M = 10.0
"""So near to another street a drive with a receiver ends that went from there: both lines are off by some metres."""


def zone_streets(zone: Zone) -> tuple[tuple[Segment, ...], npt.NDArray[np.bool_]]:
    """Return the streets around a zone, cut at the area's border, and whether each part lies in the area.

    Parts of one street keep its id with `#1`, `#2` ... after it.
    """
    plane = LocalPlane.around(zone.area)
    streets, _ = with_nodes(_streets_of(zone), plane, drawn=zone.grade == "survey")
    lines = np.array([plane.to_xy(s.line) for s in streets], dtype=object)
    area = plane.to_xy(zone.area)
    shapely.prepare(area)
    border = shapely.boundary(area)
    cut: list[Segment] = []
    for number in range(len(streets)):
        points = shapely.get_coordinates(shapely.intersection(lines[number], border))
        along = shapely.line_locate_point(lines[number], shapely.points(points))
        cut += parts_of(streets[number], lines[number], along, plane)
    middles = shapely.line_interpolate_point(
        np.array([plane.to_xy(s.line) for s in cut], dtype=object), 0.5, normalized=True
    )
    return tuple(cut), np.asarray(shapely.contains(area, middles), np.bool_)


def _streets_of(zone: Zone) -> list[Segment]:
    return [
        Segment(
            id=s.id,
            name=s.name,
            highway=s.highway,
            line=line,
            oneway=s.oneway,
            roundabout=("junction", "roundabout") in s.truck_tags or ("junction", "circular") in s.truck_tags,
            truck_tags=s.truck_tags,
        )
        for s in zone.streets
        for line in line_parts(s.geometry)
    ]


def with_nodes(segments: Sequence[Segment], plane: LocalPlane, *, drawn: bool) -> tuple[list[Segment], _Rows]:
    """Return segments with nodes where they meet, and the index of the one that each is of; see `noded`.

    Args:
        segments: in WGS 84.
        plane: in which metres are measured.
        drawn: whether none of them has nodes; else only drives with a receiver (`zones.track_streets`) have none.
    """
    some = np.array([drawn or segment.is_track for segment in segments], np.bool_)
    if not some.any():
        return [*segments], np.arange(len(segments))
    return _noded(segments if drawn else _reaching(segments, some, plane), plane, some)


def crossings_made(zone: Zone) -> list[tuple[float, float]]:
    """Return where streets without nodes cross in the midst of both, which makes junctions of these places: WGS 84 lon, lat.

    Where one passes over the other and neither is tagged as a bridge or a tunnel, there is none.
    """
    plane = LocalPlane.around(zone.area)
    segments = _streets_of(zone)
    some = np.array([zone.grade == "survey" or s.is_track for s in segments], np.bool_)
    if not some.any():
        return []
    lines = np.array([plane.to_xy(s.line) for s in segments], dtype=object)
    found: dict[tuple[float, float], None] = {}
    for a, b in _meeting(segments, lines, some):
        for point in shapely.get_parts(shapely.intersection(lines[a], lines[b])):
            if isinstance(point, Point) and all(_within(lines[n], point) for n in (a, b)):
                lon, lat = plane.lonlat(point.x, point.y)
                found[round(float(lon), 6), round(float(lat), 6)] = None
    return sorted(found)


def _within(line: LineString, point: Point) -> bool:
    along = line.project(point)
    return bool(SNAP_M < along < line.length - SNAP_M)


def _meeting(
    segments: Sequence[Segment], lines: npt.NDArray[np.object_], some: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, int]]:
    """Yield pairs of lines on one level that intersect, of which one at least is of some."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    levels = [_level(segment) for segment in segments]
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        if levels[a] == levels[b] and (some[a] or some[b]):
            yield a, b


def noded(segments: Sequence[Segment], plane: LocalPlane) -> tuple[Segment, ...]:
    """Return segments cut where they cross, and where an end of one comes within a metre of another.

    For lines that people drew, and for extracts as files of lines: OpenStreetMap says by shared nodes where streets meet, these
    do not. A bridge or a tunnel that is marked as one meets other streets at its ends alone; one that is not becomes a crossing.
    """
    return tuple(_noded(segments, plane, np.ones(len(segments), np.bool_))[0])


def _reaching(segments: Sequence[Segment], some: npt.NDArray[np.bool_], plane: LocalPlane) -> list[Segment]:
    """Return segments of which some go on from an end to the nearest other line, where that is near."""
    lines = np.array([plane.to_xy(s.line) for s in segments], dtype=object)
    found = [*segments]
    for number in np.flatnonzero(some).tolist():
        others = np.delete(lines, number)
        points = shapely.get_coordinates(lines[number]).tolist()
        for at in (0, -1):
            end = Point(points[at])
            if not len(others) or not SNAP_M < (apart := shapely.distance(others, end)).min() <= _REACH_M:
                continue
            nearest = others[int(apart.argmin())]
            met = nearest.interpolate(nearest.project(end)).coords[0]
            points.insert(0 if at == 0 else len(points), list(met))
        found[number] = replace(segments[number], line=plane.to_lonlat(LineString(points)))
    return found


def _noded(segments: Sequence[Segment], plane: LocalPlane, some: npt.NDArray[np.bool_]) -> tuple[list[Segment], _Rows]:
    """Return segments cut where some of them meet others, see `noded`, and the index of the one that each is of."""
    lines = np.array([plane.to_xy(s.line) for s in segments], dtype=object)
    cuts: list[list[float]] = [[] for _ in segments]
    tree = shapely.STRtree(lines)
    for a, b in _meeting(segments, lines, some):
        points = shapely.points(shapely.get_coordinates(shapely.intersection(lines[a], lines[b])))
        for number in (a, b):
            cuts[number] += shapely.line_locate_point(lines[number], points).tolist()
    ends = [Point(shapely.get_coordinates(line)[at]) for line in lines for at in (0, -1)]
    end, near = tree.query(ends, predicate="dwithin", distance=SNAP_M)
    for k, number in zip(end.tolist(), near.tolist(), strict=True):
        if k // 2 != number and (some[k // 2] or some[number]):
            cuts[number].append(float(shapely.line_locate_point(lines[number], ends[k])))
    parts = [parts_of(segment, lines[n], np.array(cuts[n]), plane) for n, segment in enumerate(segments)]
    origin = np.repeat(np.arange(len(segments)), [len(of_one) for of_one in parts])
    return _joined([part for of_one in parts for part in of_one], plane, some[origin]), origin


def _level(segment: Segment) -> frozenset[str]:
    """Return whether a street is a bridge or a tunnel, by its tags."""
    return frozenset(name for name, value in segment.truck_tags if name in ("bridge", "tunnel") and value != "no")


def _joined(parts: Sequence[Segment], plane: LocalPlane, some: npt.NDArray[np.bool_]) -> list[Segment]:
    """Return segments whose ends are the same position where they are nearer than `SNAP_M` to those of some of them."""
    corners = [shapely.get_coordinates(plane.to_xy(part.line)) for part in parts]
    ends = np.array([points[at] for points in corners for at in (0, -1)])
    places = [Point(place) for place in ends]
    one, other = shapely.STRtree(places).query(places, predicate="dwithin", distance=SNAP_M)
    meet = some[one // 2] | some[other // 2]
    one, other = one[meet], other[meet]
    first = np.arange(len(ends))
    while True:
        lower = first.copy()
        np.minimum.at(lower, one, first[other])
        if (lower == first).all():
            break
        first = lower
    joined = []
    for n, part in enumerate(parts):
        points = corners[n].copy()
        points[0], points[-1] = ends[first[2 * n]], ends[first[2 * n + 1]]
        moved = some.all() or (points != corners[n]).any()  # what nobody joins stays as it is in every digit
        joined.append(replace(part, line=plane.to_lonlat(LineString(points))) if moved else part)
    return joined


def parts_of(segment: Segment, line: LineString, along: npt.NDArray[np.float64], plane: LocalPlane) -> list[Segment]:
    """Return a segment cut at some metres along its line in the plane; the parts keep its id, with `#1`, `#2` ... after it."""
    stops = np.unique(along[(along > _SHORTEST_M) & (along < line.length - _SHORTEST_M)])
    stops = stops[np.append(True, np.diff(stops) > _SHORTEST_M)] if len(stops) else stops
    if not len(stops):
        return [segment]
    bounds = [0.0, *stops.tolist(), line.length]
    return [
        replace(segment, id=f"{segment.id}#{n}", line=_between(line, low, high, plane))
        for n, (low, high) in enumerate(pairwise(bounds), start=1)
    ]


def _between(line: LineString, low: float, high: float, plane: LocalPlane) -> LineString:
    return LineString(shapely.get_coordinates(plane.to_lonlat(substring(line, low, high))))
