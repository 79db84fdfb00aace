"""The zone's streets as a graph that keeps to one-way carriageways and turns nowhere back."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely

from zones.coords import LocalPlane
from zones.errors import InputError
from zones.text import Text
from zones.zone import Street, StreetPlace, Zone

Floats = npt.NDArray[np.float64]
Use = Callable[["Edge"], bool]

TOWARD = {"N": (0.0, 1.0), "E": (1.0, 0.0), "S": (0.0, -1.0), "W": (-1.0, 0.0)}
_LANE_M = 3.5
# a stretch between two carriageways: two turns over one are a U-turn
_SHORT_M = 40.0
_BACK = -0.9
_STRAIGHT = 0.7
_LEFT_M, _RIGHT_M = 150.0, 50.0
# vertices of one junction agree to the centimetre
_GRID_M = 0.5


@dataclass(frozen=True, eq=False)
class Edge:
    """One direction of a stretch of street, from junction to junction.

    Attributes:
        index: its number.
        name: of the street, empty where it has none.
        highway: OSM class.
        place: where the zone's file says it runs.
        oneway: whether it is a carriageway of its own.
        half_width_m: half of the carriageway (of both directions where not `oneway`).
        xy: vertices in metres, in the direction of travel, shape (n, 2).
    """

    index: int
    name: str
    highway: str
    place: StreetPlace
    oneway: bool
    half_width_m: float
    xy: Floats

    @cached_property
    def length_m(self) -> float:
        """Its length."""
        return float(np.hypot(*np.diff(self.xy, axis=0).T).sum())

    @cached_property
    def direction(self) -> Floats:
        """From its start to its end, length 1."""
        across = self.xy[-1] - self.xy[0]
        return np.asarray(across / np.hypot(*across))

    def lane_offset_m(self, lane: int) -> float:
        """Return how far right of the line a lane's middle lies; lane 0 is the rightmost, traffic keeps right."""
        width = self.half_width_m * (2 if self.oneway else 1)
        lanes = max(1, int(width / _LANE_M + 0.01))
        return self.half_width_m - width / lanes * (min(lane, lanes - 1) + 0.5)


def _anywhere(edge: Edge) -> bool:  # noqa: ARG001
    return True


class Streets:
    """The streets of a zone's file in a plane of metres."""

    def __init__(self, zone: Zone) -> None:
        """Take the streets of a zone."""
        self.zone = zone
        self.plane = LocalPlane.around(zone.area)
        self.edges: list[Edge] = []
        for street in zone.streets:
            xy = shapely.get_coordinates(self.plane.to_xy(street.geometry))
            self._add(street, xy)
            if not street.oneway:
                self._add(street, xy[::-1])

    def _add(self, street: Street, xy: Floats) -> None:
        self.edges.append(
            Edge(
                len(self.edges),
                street.name or "",
                street.highway,
                street.place,
                street.oneway,
                street.half_width_m,
                np.ascontiguousarray(xy),
            )
        )

    @cached_property
    def _after(self) -> list[list[Edge]]:
        """For each edge those that can follow it."""
        leaving: dict[tuple[int, int], list[Edge]] = {}
        for edge in self.edges:
            leaving.setdefault(_junction(edge.xy[0]), []).append(edge)
        return [
            [after for after in leaving.get(_junction(edge.xy[-1]), []) if _ahead(edge, after)] for edge in self.edges
        ]

    @cached_property
    def _graph(self) -> nx.DiGraph:
        """Edges as nodes (edge, edge before it where short, else -1); turns cost metres."""
        graph = nx.DiGraph()
        todo = [(edge.index, -1) for edge in self.edges]
        seen = set(todo)
        while todo:
            node = todo.pop()
            edge = self.edges[node[0]]
            for after in self._after[edge.index]:
                if node[1] >= 0 and not _ahead(self.edges[node[1]], after):
                    continue
                to = (after.index, edge.index if after.length_m < _SHORT_M else -1)
                graph.add_edge(node, to, cost=after.length_m + _turn_cost(edge, after))
                if to not in seen:
                    seen.add(to)
                    todo.append(to)
        return graph

    def crossing(self, edge: Edge) -> bool:
        """Whether an edge ends at a crossing with another street."""
        return any(after.name != edge.name for after in self._after[edge.index])

    def along(self, name: str, lon: float, lat: float, toward: str | None = None) -> list[Edge]:
        """Return the edges of a street nearest to a position, of those that head `toward` (N, E, S, W) if it is given."""
        (x,), (y,) = self.plane.xy([lon], [lat])
        here = shapely.Point(x, y)
        heads = None if toward is None else np.array(TOWARD[toward])
        named = [
            edge
            for edge in self.edges
            if edge.name == name and (heads is None or float(edge.direction @ heads) > _STRAIGHT)
        ]
        if not named:
            raise InputError(
                Text(f"区域的街道里没有 {name}，造不出这一天", f"the zone's streets have no {name}; the day needs it")
            )
        away = [float(here.distance(shapely.LineString(edge.xy))) for edge in named]
        nearest = min(away)
        return [edge for edge, metres in zip(named, away, strict=True) if metres <= nearest + _GRID_M]

    def route(self, stops: Sequence[Sequence[Edge]], use: Use = _anywhere) -> list[Edge]:
        """Return the cheapest way over one edge of each stop, in their order, without turning back.

        Args:
            stops: alternatives for each stop; the first and the last are where the way begins and ends.
            use: whether an edge may be used between the stops.

        Raises:
            InputError: there is none.
        """
        named = {edge.index for stop in stops for edge in stop}
        usable = [use(edge) or edge.index in named for edge in self.edges]

        def cost(_: object, to: tuple[int, int], data: dict[str, float]) -> float | None:
            return data["cost"] if usable[to[0]] else None

        best: dict[tuple[int, int], tuple[float, list[int]]] = {(e.index, -1): (0.0, [e.index]) for e in stops[0]}
        for stop in stops[1:]:
            wanted = {edge.index for edge in stop}
            reached: dict[tuple[int, int], tuple[float, list[int]]] = {}
            for start, (so_far, way) in best.items():
                lengths, ways = nx.single_source_dijkstra(self._graph, start, weight=cost)
                for node, metres in lengths.items():
                    total = so_far + metres
                    if node[0] in wanted and total < reached.get(node, (math.inf, []))[0]:
                        reached[node] = (total, way + [step[0] for step in ways[node][1:]])
            best = reached
        if not best:
            names = ", ".join(stop[0].name for stop in stops)
            raise InputError(Text(f"街道不连通：{names}", f"the streets do not connect: {names}"))
        return [self.edges[index] for index in min(best.values())[1]]


def _junction(point: Floats) -> tuple[int, int]:
    return round(float(point[0]) / _GRID_M), round(float(point[1]) / _GRID_M)


def _ahead(before: Edge, after: Edge) -> bool:
    return float(before.direction @ after.direction) > _BACK


def _turn_cost(before: Edge, after: Edge) -> float:
    cross = float(before.direction[0] * after.direction[1] - before.direction[1] * after.direction[0])
    return _LEFT_M if cross > _STRAIGHT else _RIGHT_M if cross < -_STRAIGHT else 0.0
