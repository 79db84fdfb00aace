"""A town that is made, not measured, and trucks that drive in it: the same ones every time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.graph import BACK, Edges
from zones.matching.streets import RoadGraph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WEST, SOUTH = 110.70, 35.10
METRES_LAT = 110_940.0
METRES_LON = METRES_LAT * float(np.cos(np.radians(SOUTH)))
BOTH, ALONG, AGAINST = 0, 1, 2
BLOCK_M, JITTER_M, CARRIAGEWAYS_M = 170.0, 18.0, 22.0
DUAL_EVERY, ONE_WAY_SHARE, MISSING_SHARE = 12, 0.2, 0.06
MOST_TURNS = 4


class Town(NamedTuple):
    """Streets, and where their nodes are.

    Attributes:
        graph: the streets.
        x, y: of the nodes, metres in the graph's plane.
        start, end: of the arcs.
    """

    graph: RoadGraph
    x: Floats
    y: Floats
    start: Ints
    end: Ints


def _lines(count: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Return where parallel streets lie and in which directions they are driven; dual carriageways are two of them."""
    place, ways = [0.0], [BOTH]
    while len(place) < count:
        step = BLOCK_M * rng.uniform(0.7, 1.3)
        if len(place) % DUAL_EVERY == 0:
            place += [place[-1] + step, place[-1] + step + CARRIAGEWAYS_M]
            ways += [ALONG, AGAINST]
        else:
            place.append(place[-1] + step)
            ways.append(int(rng.integers(1, 3)) if rng.random() < ONE_WAY_SHARE else BOTH)
    # round the town a truck can turn
    ways[-1] = BOTH
    return np.array(place), np.array(ways)


def _arcs(from_: Ints, to: Ints, middle: Ints, ways: Ints) -> Ints:
    """Return (from, to) of streets through a middle node, in the directions in which they are driven."""
    along, against = ways != AGAINST, ways != ALONG
    pairs = [(from_, middle, along), (middle, to, along), (to, middle, against), (middle, from_, against)]
    return np.concatenate([np.column_stack([a[driven], b[driven]]) for a, b, driven in pairs])


def town_of(streets: int, seed: int) -> Town:
    """Return a grid of so many streets each way: none quite straight, some one-way, some with two carriageways."""
    rng = np.random.default_rng(seed)
    (xs, across), (ys, along) = _lines(streets, rng), _lines(streets, rng)
    columns, rows = len(xs), len(ys)
    node = np.arange(columns * rows).reshape(rows, columns)
    x = np.tile(xs, rows) + JITTER_M * np.sin(np.repeat(ys, columns) / 500.0)
    y = np.repeat(ys, columns) + JITTER_M * np.sin(np.tile(xs, rows) / 700.0)
    a = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    b = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    ways = np.concatenate([np.repeat(along, columns - 1), np.tile(across, rows - 1)])
    # one-way streets go through, or nobody gets out of them
    there = (ways != BOTH) | (rng.random(len(a)) >= MISSING_SHARE)
    a, b, ways = a[there], b[there], ways[there]
    middle = len(x) + np.arange(len(a))
    x, y = (np.concatenate([v, (v[a] + v[b]) / 2 + rng.uniform(-6, 6, len(a))]) for v in (x, y))
    start, end = _arcs(a, b, middle, ways).T
    lon, lat = WEST + x / METRES_LON, SOUTH + y / METRES_LAT
    graph = RoadGraph.of_arcs(lon, lat, start, end)
    return Town(graph, *graph.plane.xy(lon, lat), start, end)


class Traces(NamedTuple):
    """Fixes of trucks in a graph's plane, all of the same number.

    Attributes:
        x, y: (trucks, fixes) metres.
        t: (fixes,) seconds.
        parked: share of the fixes at which the truck stood.
    """

    x: Floats
    y: Floats
    t: Floats
    parked: float


def _choices(edges: Edges) -> tuple[Ints, Floats]:
    """Return (edges, MOST_TURNS) where a truck may go on, and up to which random number it does; straight on is likelier."""
    count = len(edges.length)
    goes = np.zeros((count, MOST_TURNS), np.int64)
    weight = np.zeros((count, MOST_TURNS))
    for e in range(count):
        onward = slice(edges.next_ptr[e], edges.next_ptr[e + 1])
        n = onward.stop - onward.start
        goes[e, :n] = edges.next_edge[onward]
        weight[e, :n] = np.where(edges.next_turn[onward] == BACK, 0.0, np.exp(-edges.next_turn[onward]))
    return goes, np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)


def _placed(town: Town, edge: Ints, share: Floats) -> tuple[Floats, Floats]:
    """Return positions at a share of the length of edges."""
    edges = town.graph.edges
    metres = share * edges.length[edge]
    at, last = edges.arc_ptr[edge], edges.arc_ptr[edge + 1] - 1
    for _ in range(int(np.diff(edges.arc_ptr).max()) - 1):
        at = np.where((at < last) & (edges.arc_start[np.minimum(at + 1, last)] <= metres), at + 1, at)
    arc = town.graph.arc_source[edges.arc[at]]
    a, b = town.start[arc], town.end[arc]
    part = (metres - edges.arc_start[at]) / np.hypot(town.x[b] - town.x[a], town.y[b] - town.y[a])
    return town.x[a] + part * (town.x[b] - town.x[a]), town.y[a] + part * (town.y[b] - town.y[a])


def _noise(rng: np.random.Generator, standing: npt.NDArray[np.bool_], noise_m: float) -> Floats:
    """Return errors of one axis: from fix to fix anew where the truck drives, drifting slowly where it stands."""
    fresh = rng.normal(0.0, noise_m, standing.shape)
    kept = np.where(standing, 0.98, 0.3)
    out = fresh.copy()
    for i in range(1, out.shape[1]):
        out[:, i] = kept[:, i] * out[:, i - 1] + np.sqrt(1.0 - kept[:, i] ** 2) * fresh[:, i]
    return out


def drives(town: Town, *, trucks: int, fixes: int, parked: float, noise_m: float, seed: int) -> Traces:
    """Return trucks that wander through a town, one fix in 30 s.

    Args:
        town: where.
        trucks: how many.
        fixes: of each.
        parked: share of the time in which they stand, about.
        noise_m: error of a fix, one axis.
        seed: of everything that is drawn.
    """
    rng = np.random.default_rng(seed)
    edges, t = town.graph.edges, np.arange(fixes) * 30.0
    goes, until = _choices(edges)
    steps = int(t[-1] / 5.0) + 2
    edge = np.empty((trucks, steps), np.int64)
    edge[:, 0] = rng.integers(0, len(edges.length), trucks)
    for k in range(1, steps):
        turn = (rng.random((trucks, 1)) > until[edge[:, k - 1]]).sum(axis=1)
        edge[:, k] = goes[edge[:, k - 1], np.minimum(turn, MOST_TURNS - 1)]
    driven_s = edges.length[edge] / rng.uniform(5.0, 14.0, edge.shape)
    # a stop of 20 to 200 minutes, rarely enough for the share
    stop_s = rng.uniform(1200.0, 12000.0, edge.shape)
    often = parked / max(1.0 - parked, 1e-9) * float(driven_s.mean()) / 6600.0
    stop_s = np.where(rng.random(edge.shape) < often, stop_s, 0.0)
    left = np.cumsum(driven_s + stop_s, axis=1)
    x, y = np.empty((trucks, fixes)), np.empty((trucks, fixes))
    standing = np.zeros((trucks, fixes), np.bool_)
    # somewhere in the middle of the wandering: not all start with driving
    for n in range(trucks):
        at = np.minimum(np.searchsorted(left[n], t, side="right"), steps - 1)
        into = t - (left[n, at] - driven_s[n, at] - stop_s[n, at])
        moved = np.minimum(into, driven_s[n, at])
        standing[n] = into > driven_s[n, at]
        x[n], y[n] = _placed(town, edge[n, at], np.clip(moved / driven_s[n, at], 0.0, 1.0))
    return Traces(x + _noise(rng, standing, noise_m), y + _noise(rng, standing, noise_m), t, float(standing.mean()))
