"""Where neighbouring edges do not meet, and what may honestly close the gap."""

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from zones.coords import LocalPlane
from zones.roads import TOUCH_M, Carriageway, Road, polygon_parts

BridgedBy = Literal["ways", "operator"]
# up to here all cyclic orders are tried; beyond, each next edge is the nearest one left
_MAX_ORDERED = 8
# an operator names a gap by a position at most this far from it
OPERATOR_REACH_M = 100.0
KEY_M = 0.01
# so many roads may enclose an area though a walk along them needs no jump
_FEW = 2


@dataclass(frozen=True, eq=False)
class Gap:
    """A place where the boundary is not drawn.

    Attributes:
        roads: indices of the two edges (twice the same where one road has a hole).
        ends: the two connected pieces of road that do not meet.
        line: straight from loose end to loose end, in metres of the plane.
        bridged_by: what closes it.
        path: the ways that close it, empty unless `bridged_by` is "ways".
    """

    roads: tuple[int, int]
    ends: tuple[BaseGeometry, BaseGeometry]
    line: LineString
    bridged_by: BridgedBy | None = None
    path: tuple[Carriageway, ...] = ()

    def as_json(self, roads: Sequence[Road], plane: LocalPlane) -> dict[str, Any]:
        """Return the gap as the zone file reports it: position of its middle, straight length."""
        middle = self.line.interpolate(0.5, normalized=True)
        lon, lat = plane.lonlat(middle.x, middle.y)
        return {
            "lon": round(float(lon), 7),
            "lat": round(float(lat), 7),
            "length_m": round(self.line.length, 1),
            "bridged_by": self.bridged_by,
            "between": [roads[i].name for i in self.roads],
        }


def cyclic_order(roads: Sequence[Road]) -> list[int]:
    """Return the order around the loop with the least total distance between neighbours."""
    count = len(roads)
    apart = np.array([[shapely.distance(a.body, b.body) for b in roads] for a in roads])

    def total(order: Iterable[int]) -> float:
        ring = list(order)
        return float(sum(apart[a, b] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)))

    if count <= _MAX_ORDERED:
        return list(min(((0, *rest) for rest in itertools.permutations(range(1, count))), key=total))
    order, left = [0], set(range(1, count))
    while left:
        order.append(min(left, key=lambda i: (apart[order[-1], i], i)))
        left.remove(order[-1])
    return order


@dataclass(frozen=True, eq=False)
class _Pieces:
    """The connected pieces of every edge's road: `road[i]` is the edge that piece i belongs to."""

    bodies: Sequence[BaseGeometry]
    road: list[int]
    apart: npt.NDArray[np.float64]

    @classmethod
    def of(cls, roads: Sequence[Road]) -> Self:
        found = [(body, i) for i, road in enumerate(roads) for body in polygon_parts(road.body)]
        bodies = [body for body, _ in found]
        column = np.array(bodies, dtype=object)
        apart = np.array([shapely.distance(body, column) for body in bodies])
        return cls(bodies, [i for _, i in found], apart)

    def of_road(self, road: int) -> list[int]:
        return [i for i, owner in enumerate(self.road) if owner == road]


def _links(pieces: _Pieces, order: Sequence[int], start: int) -> tuple[float, list[tuple[int, int]]]:
    """Return the least missing length of a closed walk along the edges from piece `start`, and the jumps it makes.

    The walk visits the roads in their order; within a road it may jump from piece to piece.
    """
    count = len(order)
    best: dict[tuple[int, int], float] = {(0, start): 0.0}
    came: dict[tuple[int, int], tuple[int, int]] = {}
    queue: list[tuple[float, int, int]] = [(0.0, 0, start)]
    while queue:
        cost, turn, piece = heapq.heappop(queue)
        if turn == count and piece == start:
            break
        if turn == count or cost > best[turn, piece]:
            continue
        onward = [(turn, other) for other in pieces.of_road(order[turn]) if other != piece]
        onward += [(turn + 1, other) for other in pieces.of_road(order[(turn + 1) % count])]
        for state in onward:
            length = cost + float(pieces.apart[piece, state[1]])
            if length < best.get(state, np.inf):
                best[state], came[state] = length, (turn, piece)
                heapq.heappush(queue, (length, *state))
    state, jumps = (count, start), []
    while state in came:
        before = came[state]
        jumps.append((before[1], state[1]))
        state = before
    return best.get((count, start), np.inf), jumps[::-1]


def find_gaps(roads: Sequence[Road], order: Sequence[int]) -> list[Gap]:
    """Return the gaps of the closed walk along the edges that misses least.

    One road, or two, can touch and still leave a ring open: then the gap is between the nearest loose ends.
    """
    pieces = _Pieces.of(roads)
    walks = [_links(pieces, order, start) for start in pieces.of_road(order[0])]
    _, jumps = min(walks, key=lambda walk: walk[0])
    gaps = []
    for a, b in jumps:
        if pieces.apart[a, b] > 0:
            ends = pieces.bodies[a], pieces.bodies[b]
            gaps.append(Gap((pieces.road[a], pieces.road[b]), ends, _inset(shapely.shortest_line(*ends))))
    return gaps or (_loose_ends(roads) if len(roads) <= _FEW else [])


def _loose_ends(roads: Sequence[Road]) -> list[Gap]:
    """Return the gap between the two nearest ends of lines that touch no other road, if there are two."""
    ends: list[tuple[int, Point]] = []
    for i, road in enumerate(roads):
        others = shapely.union_all([other.body for j, other in enumerate(roads) if j != i])
        loose = [p for p in shapely.get_parts(shapely.boundary(road.lines)) if not p.dwithin(others, 2 * TOUCH_M)]
        ends += [(i, p) for p in loose if isinstance(p, Point)]
    pairs = [(a, b) for a, b in itertools.combinations(ends, 2) if a[1].distance(b[1]) > 2 * TOUCH_M]
    if not pairs:
        return []
    (i, p), (j, q) = min(pairs, key=lambda pair: pair[0][1].distance(pair[1][1]))
    return [Gap((i, j), (p.buffer(TOUCH_M), q.buffer(TOUCH_M)), LineString([p, q]))]


def _inset(line: LineString) -> LineString:
    """Lengthen a line between two half-metre thick bodies to the centre lines inside them."""
    (x0, y0), (x1, y1) = line.coords
    dx, dy = (x1 - x0) / line.length * TOUCH_M, (y1 - y0) / line.length * TOUCH_M
    return LineString([(x0 - dx, y0 - dy), (x1 + dx, y1 + dy)])


def key_of(point: tuple[float, ...]) -> tuple[int, int]:
    """Return what is the same for positions in the plane that lie within a centimetre's cell."""
    return round(point[0] / KEY_M), round(point[1] / KEY_M)


@dataclass(frozen=True, eq=False)
class Ways:
    """All ways that vehicles use, to find paths on: they are joined where they share a point."""

    ways: tuple[Carriageway, ...]

    def near(self, place: BaseGeometry, reach_m: float) -> list[Carriageway]:
        """Return the ways within `reach_m` metres of a place."""
        lines = np.array([way.line for way in self.ways], dtype=object)
        return [self.ways[i] for i in np.flatnonzero(shapely.dwithin(lines, place, reach_m))]

    def path(self, gap: Gap, *, max_gap_m: float) -> tuple[Carriageway, ...]:
        """Return the shortest path from one loose end's road to the other's of at most `max_gap_m`, or nothing."""
        graph, places = _graph(self.near(gap.line, max_gap_m))
        if not places:
            return ()
        keys = list(places)
        points = shapely.points(np.array([places[key] for key in keys]))
        sources, targets = (
            {keys[i] for i in np.flatnonzero(shapely.dwithin(points, end, TOUCH_M))} for end in gap.ends
        )
        steps = _shortest(graph, sources, targets, max_gap_m)
        return tuple(Carriageway(LineString([places[u], places[v]]), half) for u, v, half in steps)


_Node = tuple[int, int]
_Graph = dict[_Node, list[tuple[_Node, float, float]]]


def _graph(ways: Iterable[Carriageway]) -> tuple[_Graph, dict[_Node, tuple[float, float]]]:
    graph: _Graph = {}
    places: dict[_Node, tuple[float, float]] = {}
    for way in ways:
        points = [(float(x), float(y)) for x, y in shapely.get_coordinates(way.line)]
        for p, q in itertools.pairwise(points):
            u, v = key_of(p), key_of(q)
            places.setdefault(u, p)
            places.setdefault(v, q)
            length = float(np.hypot(p[0] - q[0], p[1] - q[1]))
            graph.setdefault(u, []).append((v, length, way.half_width_m))
            graph.setdefault(v, []).append((u, length, way.half_width_m))
    return graph, places


def _shortest(
    graph: _Graph, sources: set[_Node], targets: set[_Node], limit_m: float
) -> list[tuple[_Node, _Node, float]]:
    """Return the steps (from, to, half width) of the shortest path of at most `limit_m`; empty where there is none."""
    best = dict.fromkeys(sources, 0.0)
    came: dict[_Node, tuple[_Node, float]] = {}
    queue = [(0.0, node) for node in sorted(sources)]
    heapq.heapify(queue)
    while queue:
        cost, node = heapq.heappop(queue)
        if node in targets:
            return _unwind(came, node)
        if cost > best[node]:
            continue
        for other, length, half in graph.get(node, ()):
            reached = cost + length
            if reached <= limit_m and reached < best.get(other, np.inf):
                best[other], came[other] = reached, (node, half)
                heapq.heappush(queue, (reached, other))
    return []


def _unwind(came: dict[_Node, tuple[_Node, float]], node: _Node) -> list[tuple[_Node, _Node, float]]:
    steps = []
    while node in came:
        before, half = came[node]
        steps.append((before, node, half))
        node = before
    return steps[::-1]


def bridge_gaps(gaps: Sequence[Gap], ways: Ways, *, max_gap_m: float, operator: Sequence[Point] = ()) -> list[Gap]:
    """Close each gap straight where the operator names it, else along drawn ways; leave the rest open.

    Args:
        gaps: from `find_gaps`.
        ways: every drawn way around.
        max_gap_m: the longest path along ways that may be taken.
        operator: positions in the plane; each names the nearest gap within 100 m.
    """
    named = set()
    for place in operator:
        apart = [gap.line.distance(place) for gap in gaps]
        if apart and min(apart) <= OPERATOR_REACH_M:
            named.add(apart.index(min(apart)))
    return [
        replace(gap, bridged_by="operator") if number in named else _along_ways(gap, ways, max_gap_m)
        for number, gap in enumerate(gaps)
    ]


def _along_ways(gap: Gap, ways: Ways, max_gap_m: float) -> Gap:
    path = ways.path(gap, max_gap_m=max_gap_m)
    return replace(gap, bridged_by="ways", path=path) if path else gap
