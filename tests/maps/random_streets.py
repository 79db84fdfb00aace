"""Small street networks of any shape, as arcs between nodes; and what they are, by brute force."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from street_map import PLANE

from zones.matching.graph import Edges, edges_of
from zones.matching.routes import turn_price
from zones.matching.streets import RoadGraph


@dataclass(frozen=True)
class Arcs:
    """Nodes in metres, and straight arcs between them, no two alike."""

    x: np.ndarray
    y: np.ndarray
    start: np.ndarray
    end: np.ndarray

    def __repr__(self) -> str:
        nodes = [(round(float(a), 1), round(float(b), 1)) for a, b in zip(self.x, self.y, strict=True)]
        return f"arcs_of({nodes}, {list(zip(self.start.tolist(), self.end.tolist(), strict=True))})"

    @property
    def length(self) -> np.ndarray:
        return np.hypot(self.x[self.end] - self.x[self.start], self.y[self.end] - self.y[self.start])

    @property
    def edges(self) -> Edges:
        return edges_of(self.x, self.y, self.start, self.end)

    @property
    def graph(self) -> RoadGraph:
        """The same on the ground, arc by arc."""
        return RoadGraph.of_arcs(*PLANE.lonlat(self.x, self.y), self.start, self.end)


def arcs_of(nodes: Sequence[tuple[float, float]], arcs: Sequence[tuple[int, int]]) -> Arcs:
    x, y = np.array(nodes, float).T
    start, end = np.array(arcs, np.int32).reshape(-1, 2).T
    return Arcs(x.copy(), y.copy(), start.copy(), end.copy())


@st.composite
def networks(draw: st.DrawFn, *, nodes: int = 7, size_m: int = 400, loops: bool = True) -> Arcs:
    """Return some nodes and arcs: islands, parallel streets, dead ends, zero-length arcs and self-loops among them."""
    count = draw(st.integers(2, nodes))
    number = st.integers(0, count - 1)
    place = st.tuples(st.integers(0, size_m), st.integers(0, size_m))
    where = draw(st.lists(place, min_size=count, max_size=count, unique=not loops))
    streets = draw(st.lists(st.tuples(number, number, st.booleans()), min_size=1, max_size=2 * nodes))
    arcs = {arc for a, b, two_way in streets for arc in ((a, b), (b, a))[: 1 + two_way] if loops or a != b}
    if not arcs:
        arcs = {(0, 1), (1, 0)}
    # a hair's breadth off the whole metres: no two ways are equally long
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    places = np.array(where, float)
    if not loops:
        places += rng.uniform(-0.3, 0.3, places.shape)
    return arcs_of([tuple(p) for p in places], sorted(arcs, key=lambda _: rng.random()))


def nodes_of(arcs: Arcs, edges: Edges, e: int) -> list[int]:
    """Return the nodes along an edge."""
    chain = edges.arc[edges.arc_ptr[e] : edges.arc_ptr[e + 1]]
    return [int(arcs.start[chain[0]]), *(int(arcs.end[a]) for a in chain)]


def ways_from(
    arcs: Arcs, edges: Edges, source: int, *, turn: float, u_turn: float
) -> dict[int, tuple[float, float, tuple[int, ...]]]:
    """Return (cost, length, edges between) from the end of an edge to the start of every edge that can be reached.

    Dijkstra's algorithm, from arc to arc instead of from edge to edge.
    """
    chains = [edges.arc[edges.arc_ptr[e] : edges.arc_ptr[e + 1]].tolist() for e in range(len(edges.length))]
    length = arcs.length
    onward: dict[int, list[tuple[int, float]]] = {}
    for e, chain in enumerate(chains):
        for a, b in pairwise(chain):
            onward[a] = [(b, 0.0)]
        onward[chain[-1]] = [
            (chains[edges.next_edge[k]][0], turn_price(edges.next_turn[k], turn, u_turn))
            for k in range(edges.next_ptr[e], edges.next_ptr[e + 1])
        ]
    owner = {arc: e for e, chain in enumerate(chains) for arc in chain}
    best: dict[int, tuple[float, float, tuple[int, ...]]] = {}
    heap = [(price, 0.0, arc, ()) for arc, price in onward[chains[source][-1]]]
    heapq.heapify(heap)
    while heap:
        cost, metres, arc, way = heapq.heappop(heap)
        if arc in best:
            continue
        best[arc] = cost, metres, way
        on = (*way, owner[arc]) if arc == chains[owner[arc]][-1] else way
        for after, price in onward[arc]:
            heapq.heappush(heap, (cost + length[arc] + price, metres + length[arc], after, on))
    return {e: best[chain[0]] for e, chain in enumerate(chains) if chain[0] in best}
