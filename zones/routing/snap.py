"""From a position, or the names of streets that cross, to places on edges where a way can begin or end."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from zones.routing.ground import TripStreets
from zones.routing.search import Flags, Floats, Ints

# both directions of a street, and streets that meet there, lie this near to each other
_SAME_M = 0.05


class Spot(NamedTuple):
    """A place on an edge: metres from its beginning."""

    edge: int
    along_m: float


class Snapped(NamedTuple):
    """Where on the streets a position is taken to be.

    Attributes:
        spots: on each edge that it may begin or end on: the directions of one street.
        off_m: how far the position is from there.
    """

    spots: tuple[Spot, ...]
    off_m: float


def snapped(streets: TripStreets, lon: float, lat: float, usable: Flags, *, reach_m: float) -> Snapped | None:
    """Return the nearest place on a street that may be used; None where there is none within reach.

    Args:
        streets: the edges.
        lon: WGS 84 degrees.
        lat: likewise.
        usable: which of the edges may be used, shape (n,).
        reach_m: how far a street may be.
    """
    x, y = (float(value[0]) for value in streets.graph.plane.xy(np.array([lon]), np.array([lat])))
    here = shapely.Point(x, y)
    near = streets.tree.query(here, predicate="dwithin", distance=reach_m)
    near = near[usable[near]]
    if not len(near):
        return None
    distance = shapely.distance(streets.lines[near], here)
    least = float(distance.min())
    edges = np.sort(near[distance <= least + _SAME_M])
    along = shapely.line_locate_point(streets.lines[edges], here)
    return Snapped(tuple(Spot(int(e), float(m)) for e, m in zip(edges, along, strict=True)), least)


class Crossing(NamedTuple):
    """Where two streets meet: one place, or the few of a crossing of dual carriageways.

    Attributes:
        nodes: x and y in the plane, shape (n, 2).
        lon: of their middle, WGS 84 degrees.
        lat: likewise.
    """

    nodes: Floats
    lon: float
    lat: float


def crossings(streets: TripStreets, one: str, other: str, *, within_m: float = 150.0) -> list[Crossing]:
    """Return the places where two streets meet; nodes nearer to each other than `within_m` are one place."""
    ends = streets.graph.edges.ends
    both = []
    for name in (one, other):
        mine = [number for number, stretch in enumerate(streets.stretches) if stretch.name == name]
        edges = np.isin(streets.stretch[: len(ends)], mine)
        both.append(set(map(tuple, np.round(np.concatenate([ends[edges, :2], ends[edges, 2:]]), 2).tolist())))
    nodes = sorted(both[0] & both[1])
    groups: list[list[tuple[float, ...]]] = []
    for node in nodes:
        near = [group for group in groups if any(np.hypot(*np.subtract(node, other)) <= within_m for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([node, *(member for group in near for member in group)])
    found = []
    for group in groups:
        points = np.array(sorted(group))
        lon, lat = streets.graph.plane.lonlat(points[:, :1].mean(axis=0), points[:, 1:].mean(axis=0))
        found.append(Crossing(points, float(lon[0]), float(lat[0])))
    return found


def spots_at(streets: TripStreets, nodes: Floats, usable: Flags, *, leaving: bool) -> tuple[Spot, ...]:
    """Return the beginnings (`leaving`) or ends of the edges at some nodes that may be used."""
    edges = streets.graph.edges
    column = 0 if leaving else 2
    found: list[Spot] = []
    for node in nodes:
        at = np.flatnonzero(np.hypot(*(edges.ends[:, column : column + 2] - node).T) <= _SAME_M)
        found += [Spot(int(e), 0.0 if leaving else float(edges.length[e])) for e in at if usable[e]]
    return tuple(dict.fromkeys(found))


def middle_of(streets: TripStreets, name: str) -> tuple[float, float, float] | None:
    """Return lon, lat and the length (metres, one direction) of the middle of all edges of a name; None without one."""
    mine = [number for number, stretch in enumerate(streets.stretches) if stretch.name == name]
    edges: Ints = np.flatnonzero(np.isin(streets.stretch[: len(streets.lines)], mine)).astype(np.int32)
    if not len(edges):
        return None
    lines = streets.lines[edges]
    whole = shapely.line_merge(shapely.union_all(lines))
    longest = max(shapely.get_parts(whole).tolist(), key=lambda line: line.length)
    point = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    lon, lat = streets.graph.plane.lonlat(np.array([point.x]), np.array([point.y]))
    return float(lon[0]), float(lat[0]), float(whole.length)


def names_of(streets: TripStreets) -> Sequence[str]:
    """Return the names of all streets, in alphabetical order."""
    return sorted({stretch.name for stretch in streets.stretches if stretch.name is not None})
