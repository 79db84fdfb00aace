"""The streets that the simulated trucks drive on: directed edges, what is lawful on each, and ways between them.

Made from a zone's file alone; nothing of the project's own matching or of its simulated day is used.
"""

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.polygon import orient

from zones import load_builtin
from zones.build import build_zone
from zones.coords import LocalPlane
from zones.spec import ZoneSpec
from zones.zone import Zone

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NANJING = {"中山路": "east", "珠江路": "south", "太平北路": "west", "中山东路": "north"}
LAWFUL = ("boundary_road", "carve_out", "outside")
STEP_M = 2.0
_LANE_M = 3.5
_NEAR_M, _NEAREST = 900.0, 50
_LEFT_M, _RIGHT_M = 60.0, 20.0
_TURN = 0.6
_SLIP_ROAD_M = 25.0


@dataclass(frozen=True, eq=False)
class Edge:
    """One direction of a street between two junctions.

    Attributes:
        index: its number.
        name: of the street.
        place: where the zone's file says it runs.
        half_width_m: from the line to the kerb.
        oneway: whether the line is a carriageway of its own.
        tail, head: junctions.
        xy: points at most 2 m apart in the direction of travel, shape (n, 2).
        length_m: its length.
        limit_kmh: how fast trucks go on it.
    """

    index: int
    name: str
    place: str
    half_width_m: float
    oneway: bool
    tail: int
    head: int
    xy: Floats
    length_m: float
    limit_kmh: float

    @cached_property
    def right(self) -> Floats:
        """Unit vectors to the right of travel, one a point."""
        along = np.gradient(self.xy, axis=0)
        along /= np.hypot(*along.T)[:, None]
        return np.column_stack([along[:, 1], -along[:, 0]])

    def lane_m(self, lane: int) -> float:
        """Return how far right of the line a lane's middle lies; lane 0 is at the kerb."""
        width = self.half_width_m * (2 if self.oneway else 1)
        lanes = max(1, int(width / _LANE_M + 0.01))
        return self.half_width_m - width / lanes * (min(lane, lanes - 1) + 0.5)


_LIMITS = {"trunk": 60.0, "primary": 50.0, "secondary": 45.0, "tertiary": 40.0, "unclassified": 45.0}


@dataclass(eq=False)
class Ground:
    """A zone and the graph of its streets.

    Attributes:
        name: for people.
        zone: as the check gets it, but for
        streets_told: whether it gets the streets too.
        plane: of metres.
        area: what is banned, in the plane.
        edges: both directions of two-way streets.
        twin: the other direction of each edge, -1 for none.
    """

    name: str
    zone: Zone
    streets_told: bool = True
    plane: LocalPlane = field(init=False)
    area: shapely.Geometry = field(init=False)
    edges: list[Edge] = field(init=False, default_factory=list)
    twin: list[int] = field(init=False, default_factory=list)
    _ways: dict[tuple[int, str], tuple[dict[int, float], dict[int, int]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Make the edges."""
        self.plane = LocalPlane.around(self.zone.area)
        self.area = self.plane.to_xy(self.zone.area)
        shapely.prepare(self.area)
        junctions: dict[tuple[int, int], int] = {}
        for street in self.zone.streets:
            xy = shapely.get_coordinates(self.plane.to_xy(street.geometry))
            line = shapely.LineString(xy)
            count = max(2, math.ceil(line.length / STEP_M) + 1)
            fine = shapely.get_coordinates(shapely.line_interpolate_point(line, np.linspace(0, line.length, count)))
            ends = [junctions.setdefault(_key(point), len(junctions)) for point in (xy[0], xy[-1])]
            if line.length < 0.5 or ends[0] == ends[1]:  # noqa: PLR2004 - loops and specks are not driven
                continue
            here = len(self.edges)
            for way in (1,) if street.oneway else (1, -1):
                self.edges.append(
                    Edge(
                        index=len(self.edges),
                        name=street.name or "",
                        place=street.place,
                        half_width_m=street.half_width_m,
                        oneway=street.oneway,
                        tail=ends[0 if way == 1 else 1],
                        head=ends[1 if way == 1 else 0],
                        xy=np.ascontiguousarray(fine[::way]),
                        length_m=float(line.length),
                        limit_kmh=_LIMITS.get(street.highway, 30.0),
                    )
                )
            self.twin += [-1] if street.oneway else [here + 1, here]

    def inside(self, xy: Floats) -> Bools:
        """Return which positions of the plane lie in the area."""
        return np.asarray(shapely.contains_xy(self.area, xy[:, 0], xy[:, 1]))

    def depth_m(self, xy: Floats) -> Floats:
        """Return how far in the area positions lie, negative outside."""
        away = shapely.distance(shapely.points(xy), self._border)
        return np.where(self.inside(xy), away, -away)

    @cached_property
    def _border(self) -> shapely.Geometry:
        border = shapely.boundary(self.area)
        shapely.prepare(border)
        return border

    @cached_property
    def leaving(self) -> dict[int, list[int]]:
        """The edges that begin at each junction."""
        found: dict[int, list[int]] = defaultdict(list)
        for edge in self.edges:
            found[edge.tail].append(edge.index)
        return found

    @cached_property
    def arms(self) -> dict[int, int]:
        """How many streets meet at each junction."""
        found: dict[int, set[frozenset[int]]] = defaultdict(set)
        for edge in self.edges:
            for node in (edge.tail, edge.head):
                found[node].add(frozenset({edge.index, self.twin[edge.index]} - {-1}))
        return {node: len(streets) for node, streets in found.items()}

    @cached_property
    def lawful(self) -> Bools:
        """Which edges may be driven by day and lead on to all others that may."""
        free = {edge.index for edge in self.edges if edge.place in LAWFUL}
        graph = nx.DiGraph()
        graph.add_nodes_from(free)
        graph.add_edges_from((k, after) for k in free for after in self._after(k) if after in free)
        whole = max(nx.strongly_connected_components(graph), key=len)
        return np.array([edge.index in whole for edge in self.edges])

    @cached_property
    def banned(self) -> Bools:
        """Which edges run inside."""
        return np.array([edge.place not in LAWFUL for edge in self.edges])

    @cached_property
    def ring(self) -> tuple[list[int], list[int]]:
        """The boundary roads' edges along the zone: with it on the right (clockwise), and the others (the other way)."""
        names = {road.name for road in self.zone.boundary_roads}
        shape = [self.area, *(self.plane.to_xy(road.geometry) for road in self.zone.boundary_roads)]
        shape += [self.plane.to_xy(carve_out.geometry) for carve_out in self.zone.carve_outs]
        hull = shapely.union_all(shape).buffer(5)
        whole = max(shapely.get_parts(hull), key=lambda part: part.area)
        around = orient(shapely.Polygon(whole.exterior), sign=-1).exterior
        beside, other = [], []
        for edge in self.edges:
            if edge.name not in names or edge.place != "boundary_road" or not self.lawful[edge.index]:
                continue
            middle, right = edge.xy[len(edge.xy) // 2], edge.right[len(edge.xy) // 2]
            at = around.project(shapely.Point(middle))
            if self.inside((middle + right * (edge.half_width_m + 3.0))[None])[0]:
                beside.append((at, edge.index))
            elif edge.length_m > 2 * _LANE_M:
                toward = around.interpolate(at + 5.0)
                ahead = np.array([toward.x, toward.y]) - middle
                if float(ahead @ np.array([right[1], -right[0]])) * -1 < 0 or edge.oneway:
                    other.append((-at, edge.index))
        return [k for _, k in sorted(beside)], [k for _, k in sorted(other)]

    @cached_property
    def near(self) -> list[int]:
        """Lawful edges outside, not far from the zone."""
        middles = np.array([edge.xy[len(edge.xy) // 2] for edge in self.edges])
        away = shapely.distance(shapely.points(middles), self.area)
        outside = np.array([edge.place == "outside" for edge in self.edges])
        found = np.flatnonzero(self.lawful & outside)
        found = found[np.argsort(away[found], kind="stable")]
        return found[: max(_NEAREST, int((away[found] < _NEAR_M).sum()))].tolist()

    @cached_property
    def doors(self) -> tuple[list[int], list[int]]:
        """Edges by which trucks come in from a lawful street, and by which they go out to one."""
        arriving = {edge.head for edge in self.edges if self.lawful[edge.index]}
        departing = {edge.tail for edge in self.edges if self.lawful[edge.index]}
        banned = [self.edges[k] for k in np.flatnonzero(self.banned)]
        return [e.index for e in banned if e.tail in arriving], [e.index for e in banned if e.head in departing]

    @cached_property
    def cuts(self) -> list[tuple[float, tuple[int, ...]]]:
        """Length and edges of the shortest ways inside from each door to each other, by length.

        A slip road at the corner of two boundary roads is none, though a zone's area may hold it.
        """
        entries, exits = self.doors
        found = []
        for entry in entries:
            far, _ = self._search(entry, "banned")
            for leave in exits:
                if leave in far and self.edges[leave].head != self.edges[entry].tail:
                    way = self.way(entry, leave, "banned") or []
                    if max(float(self.depth_m(self.edges[k].xy).max()) for k in way) < _SLIP_ROAD_M:
                        continue
                    found.append((sum(self.edges[k].length_m for k in way), tuple(way)))
        return sorted(found)

    def _after(self, index: int) -> list[int]:
        """Return the edges that can follow one; back only at a dead end."""
        ahead = [k for k in self.leaving[self.edges[index].head] if k != self.twin[index]]
        return ahead or ([self.twin[index]] if self.twin[index] >= 0 else [])

    def way(self, start: int, goal: int, use: str = "lawful") -> list[int] | None:
        """Return the edges of the best way from one edge to another, both included; None where there is none.

        Args:
            start: the first edge.
            goal: the last one.
            use: `lawful`, `banned` (only inside) or `any`.
        """
        if start == goal:
            return [start]
        far, before = self._search(start, use)
        if goal not in far:
            return None
        found = [goal]
        while found[-1] != start:
            found.append(before[found[-1]])
        return found[::-1]

    def _search(self, start: int, use: str) -> tuple[dict[int, float], dict[int, int]]:
        if (start, use) in self._ways:
            return self._ways[start, use]
        usable = {"lawful": self.lawful, "banned": self.banned}.get(use, self.lawful | self.banned)
        far, before = {start: 0.0}, {}
        queue = [(0.0, start)]
        while queue:
            so_far, here = heapq.heappop(queue)
            if so_far > far[here]:
                continue
            for after in self._after(here):
                total = so_far + self.edges[after].length_m + self._turn_m(here, after)
                if usable[after] and total < far.get(after, math.inf):
                    far[after], before[after] = total, here
                    heapq.heappush(queue, (total, after))
        self._ways[start, use] = far, before
        return far, before

    def _turn_m(self, before: int, after: int) -> float:
        one, other = self.edges[before].right[-1], self.edges[after].right[0]
        cross = float(one[0] * other[1] - one[1] * other[0])
        return _LEFT_M if cross > _TURN else _RIGHT_M if cross < -_TURN else 0.0


def schematic() -> Ground:
    """Return the built-in zone."""
    return Ground("schematic", load_builtin("linyi-schematic"))


def nanjing(osm: Path) -> Ground:
    """Return the zone between four streets of the centre of Nanjing, built from an OSM file."""
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in NANJING.items()]
    return Ground("nanjing", build_zone(osm, ZoneSpec.model_validate({"zone": "nanjing-centre", "edges": edges})))


def _key(point: Floats) -> tuple[int, int]:
    return round(float(point[0]) * 5), round(float(point[1]) * 5)
