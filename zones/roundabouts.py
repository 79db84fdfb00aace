"""Roundabouts on the boundary: where they join two edges, or two pieces of one, they are part of the boundary road.

A source may say so (OSM `junction=roundabout`, `junction=circular`); not every one does, so else the shape tells: one-way
lines of one name (or none) that run round a small, round ring without a corner. The box in which two dual carriageways
cross has corners and is none.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from zones.network import Segment
from zones.roads import TOUCH_M, Carriageway, Road, polygon_parts

# the largest roundabouts of towns measure some 150 m across
_MAX_ROUND_M = 500.0
# of a circle's area with the same length of border; an octagon has 0.95, a square 0.79
_MIN_ROUNDNESS = 0.85
_MAX_TURN = math.radians(60)
_MIN_ARMS = 2


@dataclass(frozen=True, eq=False)
class Roundabout:
    """A roundabout: the lines it is drawn with, the ring they make, and the indices of the roads that it joins."""

    ways: tuple[Carriageway, ...]
    ring: Polygon
    roads: tuple[int, ...]

    @property
    def centre(self) -> Point:
        """The middle of its island."""
        return self.ring.centroid

    @property
    def surface(self) -> BaseGeometry:
        """The roundabout up to its outer kerb, with its island."""
        return shapely.buffer(self.ring, max(way.half_width_m for way in self.ways))


def roundabouts_of(
    segments: Sequence[Segment], ways: Sequence[Carriageway], roads: Sequence[Road], own: Collection[str]
) -> list[Roundabout]:
    """Return the roundabouts that join at least two edges, or two pieces of one.

    Args:
        segments: all driven streets.
        ways: the same in the plane.
        roads: the edges' roads.
        own: the ids of the segments that are part of these already.
    """
    bodies = [(i, piece) for i, road in enumerate(roads) for piece in polygon_parts(road.body)]
    pieces = np.array([piece for _, piece in bodies], dtype=object)
    near = _near(segments, ways, pieces, own)
    found = []
    for name in sorted({segments[i].name or "" for i in near}):
        group = [i for i in near if (segments[i].name or "") == name]
        lines = np.array([ways[i].line for i in group], dtype=object)
        for ring in _rings(lines):
            members = [i for i, on in zip(group, _on(ring, lines), strict=True) if on]
            touched = np.flatnonzero(shapely.dwithin(pieces, ring.exterior, TOUCH_M))
            said = bool(members) and all(segments[i].roundabout for i in members)
            if len(touched) >= _MIN_ARMS and (said or _looks_like_one(ring, [ways[i].line for i in members])):
                joined = tuple(sorted({bodies[i][0] for i in touched}))
                found.append(Roundabout(tuple(ways[i] for i in members), ring, joined))
    return sorted(found, key=lambda r: (r.centre.x, r.centre.y))


def _near(
    segments: Sequence[Segment], ways: Sequence[Carriageway], pieces: npt.NDArray[np.object_], own: Collection[str]
) -> list[int]:
    """Return the short one-way lines, and those said to be of a roundabout, near an edge and not named as one."""
    short = [
        i
        for i, (segment, way) in enumerate(zip(segments, ways, strict=True))
        if segment.id not in own and (segment.roundabout or (segment.oneway and way.line.length <= _MAX_ROUND_M))
    ]
    if not short:
        return []
    lines = np.array([ways[i].line for i in short], dtype=object)
    close = np.unique(shapely.STRtree(lines).query(pieces, predicate="dwithin", distance=_MAX_ROUND_M / 3)[1])
    return [short[i] for i in close]


def _rings(lines: npt.NDArray[np.object_]) -> list[Polygon]:
    return [part for part in shapely.get_parts(shapely.polygonize(lines)) if isinstance(part, Polygon)]


def _on(ring: Polygon, lines: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    return np.asarray(shapely.covers(shapely.buffer(ring.exterior, TOUCH_M), lines))


def _looks_like_one(ring: Polygon, lines: Sequence[BaseGeometry]) -> bool:
    return _is_round(ring) and _one_way_round(ring, lines)


def _is_round(ring: Polygon) -> bool:
    length = ring.exterior.length
    if ring.interiors or length > _MAX_ROUND_M or 4 * math.pi * ring.area < _MIN_ROUNDNESS * length**2:
        return False
    step = np.diff(shapely.get_coordinates(shapely.simplify(ring.exterior, TOUCH_M)), axis=0)
    heading = np.arctan2(step[:, 1], step[:, 0])
    turn = np.roll(heading, -1) - heading
    return bool((np.abs((turn + np.pi) % (2 * np.pi) - np.pi) < _MAX_TURN).all())


def _one_way_round(ring: Polygon, lines: Sequence[BaseGeometry]) -> bool:
    """Tell whether all lines run the same way round the ring, and together all of it."""
    middle = shapely.get_coordinates(ring.centroid)[0]

    def turned(line: BaseGeometry) -> float:
        arm = shapely.get_coordinates(line) - middle
        cross = arm[:-1, 0] * arm[1:, 1] - arm[:-1, 1] * arm[1:, 0]
        return float(cross.sum())

    signs = {turned(line) > 0 for line in lines}
    return len(signs) == 1 and sum(line.length for line in lines) > ring.exterior.length - TOUCH_M
