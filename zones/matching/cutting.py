"""Streets cut where the graph needs a node: at a zone's border, and where lines of a survey cross or touch."""

from collections.abc import Sequence
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

# cuts nearer than this to each other or to an end are that end
_SHORTEST_M = 0.05
# an end that misses a line by less was meant to meet it
SNAP_M = 1.0


def zone_streets(zone: Zone) -> tuple[tuple[Segment, ...], npt.NDArray[np.bool_]]:
    """Return the streets around a zone, cut at the area's border, and whether each part lies in the area.

    Parts of one street keep its id with `#1`, `#2` ... after it.
    """
    streets = [
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
    plane = LocalPlane.around(zone.area)
    if zone.grade == "survey":
        streets = [*noded(streets, plane)]
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


def noded(segments: Sequence[Segment], plane: LocalPlane) -> tuple[Segment, ...]:
    """Return segments cut where they cross, and where an end of one comes within a metre of another.

    For lines that people drew, and for extracts as files of lines: OpenStreetMap says by shared nodes where streets meet, these
    do not. A bridge or a tunnel that is marked as one meets other streets at its ends alone; one that is not becomes a crossing.
    """
    lines = np.array([plane.to_xy(s.line) for s in segments], dtype=object)
    cuts: list[list[float]] = [[] for _ in segments]
    tree = shapely.STRtree(lines)
    one, other = tree.query(lines, predicate="intersects")
    levels = [_level(segment) for segment in segments]
    for a, b in zip(one[one < other].tolist(), other[one < other].tolist(), strict=True):
        if levels[a] != levels[b]:
            continue
        points = shapely.points(shapely.get_coordinates(shapely.intersection(lines[a], lines[b])))
        for number in (a, b):
            cuts[number] += shapely.line_locate_point(lines[number], points).tolist()
    ends = [Point(shapely.get_coordinates(line)[at]) for line in lines for at in (0, -1)]
    end, near = tree.query(ends, predicate="dwithin", distance=SNAP_M)
    for k, number in zip(end.tolist(), near.tolist(), strict=True):
        if k // 2 != number:
            cuts[number].append(float(shapely.line_locate_point(lines[number], ends[k])))
    parts = [
        part for n, segment in enumerate(segments) for part in parts_of(segment, lines[n], np.array(cuts[n]), plane)
    ]
    return _joined(parts, plane)


def _level(segment: Segment) -> frozenset[str]:
    """Return whether a street is a bridge or a tunnel, by its tags."""
    return frozenset(name for name, value in segment.truck_tags if name in ("bridge", "tunnel") and value != "no")


def _joined(parts: Sequence[Segment], plane: LocalPlane) -> tuple[Segment, ...]:
    """Return segments whose ends are the same position where they are nearer than `SNAP_M`."""
    corners = [shapely.get_coordinates(plane.to_xy(part.line)) for part in parts]
    ends = np.array([points[at] for points in corners for at in (0, -1)])
    places = [Point(place) for place in ends]
    one, other = shapely.STRtree(places).query(places, predicate="dwithin", distance=SNAP_M)
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
        joined.append(replace(part, line=plane.to_lonlat(LineString(points))))
    return tuple(joined)


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
