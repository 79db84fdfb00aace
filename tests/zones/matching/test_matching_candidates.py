"""Candidates, against the nearest point of every edge."""

import numpy as np
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from random_streets import Arcs, arcs_of, networks
from shapely import LineString, Point

from zones.matching.candidates import MOST, near
from zones.matching.graph import Edges
from zones.matching.grid import Pieces, pieces_of

_law = settings(max_examples=times(35), deadline=None)
_REACH_M = 80.0


def found(pieces: Pieces, x: float, y: float) -> dict[int, tuple[float, float]]:
    """Return {edge: (metres away, metres from its start)}."""
    edge, offset, apart2 = np.empty(MOST, np.int32), np.empty(MOST), np.empty(MOST)
    count = near(pieces, x, y, np.inf, np.empty(pieces.crowd), np.empty(pieces.crowd, np.int32), edge, offset, apart2)
    assert len(set(edge[:count].tolist())) == count
    return {int(edge[k]): (float(apart2[k]) ** 0.5, float(offset[k])) for k in range(count)}


def by_force(arcs: Arcs, edges: Edges, x: float, y: float) -> dict[int, float]:
    """Return {edge: metres away} of those within reach."""
    apart = {}
    for e in range(len(edges.length)):
        chain = edges.arc[edges.arc_ptr[e] : edges.arc_ptr[e + 1]]
        points = [(arcs.x[arcs.start[chain[0]]], arcs.y[arcs.start[chain[0]]])]
        points += [(arcs.x[arcs.end[a]], arcs.y[arcs.end[a]]) for a in chain]
        apart[e] = LineString(points).distance(Point(x, y))
    return apart


def place_on(arcs: Arcs, edges: Edges, e: int, offset: float) -> tuple[float, float]:
    chain = edges.arc[edges.arc_ptr[e] : edges.arc_ptr[e + 1]]
    at = np.append(edges.arc_start[edges.arc_ptr[e] : edges.arc_ptr[e + 1]], edges.length[e])
    nodes = [int(arcs.start[chain[0]]), *arcs.end[chain].tolist()]
    return float(np.interp(offset, at, arcs.x[nodes])), float(np.interp(offset, at, arcs.y[nodes]))


@_law
@given(networks(), st.floats(-120, 520), st.floats(-120, 520))
def test_candidates_are_the_nearest_point_of_every_edge_within_reach(arcs: Arcs, x: float, y: float) -> None:
    edges = arcs.edges
    pieces = pieces_of(arcs.x, arcs.y, arcs.start, arcs.end, edges, reach_m=_REACH_M)
    is_found, apart = found(pieces, x, y), by_force(arcs, edges, x, y)
    within = sorted((d, e) for e, d in apart.items() if d <= _REACH_M + 1e-9)
    # at the very edge of the reach, and among those equally far, rounding decides
    sure = {e for d, e in within[:MOST] if d < min(_REACH_M - 1e-6, within[:MOST][-1][0] - 1e-6)}
    assert sure <= set(is_found) <= {e for _, e in within}
    assert len(is_found) >= min(MOST, sum(d < _REACH_M - 1e-6 for d, _ in within))
    for e, (d, offset) in is_found.items():
        assert d == pytest.approx(apart[e], abs=1e-6)
        assert -1e-9 <= offset <= edges.length[e] + 1e-6
        if edges.length[e] > 0:
            px, py = place_on(arcs, edges, e, offset)
            assert np.hypot(px - x, py - y) == pytest.approx(d, abs=1e-5)


def _cross() -> tuple[Arcs, Edges, Pieces]:
    arcs = arcs_of([(0, 0), (100, 0), (200, 0)], [(0, 1), (1, 2), (1, 0), (2, 1)])
    edges = arcs.edges
    return arcs, edges, pieces_of(arcs.x, arcs.y, arcs.start, arcs.end, edges, reach_m=_REACH_M)


@pytest.mark.parametrize(
    ("x", "y", "count"),
    [
        (-_REACH_M, 0, 2),
        (-_REACH_M - 0.01, 0, 0),
        (200 + _REACH_M, 0, 2),
        (200 + _REACH_M + 0.01, 0, 0),
        (100, -_REACH_M, 2),
        (100, _REACH_M, 2),
        (100, _REACH_M + 0.01, 0),
        (-_REACH_M, -_REACH_M, 0),
        (1e9, 0, 0),
        (-1e9, 1e9, 0),
        (np.nan, 0, 0),
        (np.inf, 0, 0),
    ],
)
def test_the_reach_ends_where_it_says(x: float, y: float, count: int) -> None:
    _, _, pieces = _cross()
    assert len(found(pieces, x, y)) == count


def test_a_two_way_street_is_two_candidates_whose_offsets_add_up_to_its_length() -> None:
    _, edges, pieces = _cross()
    (_, a), (_, b) = found(pieces, 130, 5).values()
    assert a + b == pytest.approx(edges.length[0]) == 200


@pytest.mark.parametrize(("x", "y", "offset"), [(50, 10, 50), (95, 50, 150), (50, 90, 250), (5, 50, 350)])
@pytest.mark.parametrize("first", range(4))
def test_of_a_street_that_bends_the_nearest_piece_counts(first: int, x: float, y: float, offset: float) -> None:
    # round a square; whichever piece comes first in the arrays
    corners = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 1)]
    arcs = arcs_of(corners, [((first + k) % 4, (first + k) % 4 + 1) for k in range(4)])
    edges = arcs.edges
    pieces = pieces_of(arcs.x, arcs.y, arcs.start, arcs.end, edges, reach_m=_REACH_M)
    assert found(pieces, x, y) == {0: pytest.approx((min(10, y, 5 if x != 50 else 99), offset), abs=1e-9)}


def test_of_very_many_roads_the_furthest_are_left_out() -> None:
    count = 3 * MOST
    nodes = [(x, float(y)) for y in range(count) for x in (0.0, 100.0)]
    arcs = arcs_of(nodes, [(2 * k, 2 * k + 1) for k in np.random.default_rng(1).permutation(count)])
    edges = arcs.edges
    pieces = pieces_of(arcs.x, arcs.y, arcs.start, arcs.end, edges, reach_m=_REACH_M)
    apart = sorted(d for d, _ in found(pieces, 50, -0.5).values())
    assert apart == pytest.approx([k + 0.5 for k in range(MOST)])


def test_a_network_of_one_place_has_a_grid() -> None:
    arcs = arcs_of([(5, 5), (5, 5)], [(0, 0), (0, 1)])
    edges = arcs.edges
    pieces = pieces_of(arcs.x, arcs.y, arcs.start, arcs.end, edges, reach_m=_REACH_M)
    assert {d for d, _ in found(pieces, 5, 8).values()} == {3.0}
