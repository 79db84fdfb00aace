"""What must not matter: where the map lies, how it is cut into arcs, and how these are numbered."""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from effort import times
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_streets import Arcs, arcs_of, networks
from street_map import PLANE

from zones.matching.matcher import Match, Matcher

_law = settings(max_examples=times(12), deadline=None)


@dataclass(frozen=True)
class Trip:
    """A network and fixes on its plane."""

    arcs: Arcs
    x: np.ndarray
    y: np.ndarray
    t: np.ndarray

    def match(self) -> Match:
        return Matcher(self.arcs.graph).match(*PLANE.lonlat(self.x, self.y), self.t)


def _has_ring(arcs: Arcs) -> bool:
    """Return whether there is a ring without a junction: where it begins hangs on the numbers of its nodes."""
    edges = arcs.edges
    for e in range(len(edges.length)):
        on = edges.next_edge[edges.next_ptr[e] : edges.next_ptr[e + 1]].tolist()
        if e in on and set(on) <= {e, int(edges.reverse[e])}:
            return True
    return False


@st.composite
def trips(draw: st.DrawFn) -> Trip:
    arcs = draw(networks(nodes=8, size_m=700, loops=False))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    x, y, at = [], [], int(rng.integers(len(arcs.start)))
    every = draw(st.sampled_from([40.0, 150.0, 350.0]))
    rest = 0.0
    for _ in range(6):
        length = arcs.length[at]
        for metres in np.arange(rest, length, every):
            for values, nodes in ((x, arcs.x), (y, arcs.y)):
                a, b = nodes[arcs.start[at]], nodes[arcs.end[at]]
                values.append(a + metres / length * (b - a) + rng.normal(0, 6))
        rest = (rest - length) % every
        onward = np.flatnonzero(arcs.start == arcs.end[at])
        if not len(onward):
            break
        at = int(rng.choice(onward))
    assume(len(x) >= 2 and not _has_ring(arcs))
    return Trip(arcs, np.array(x), np.array(y), np.arange(len(x)) * every / 10)


def summary(m: Match, least_m: float = 1.0) -> list[tuple[int, float, float, int]]:
    """Return the arcs driven for more than a metre, from where to where, and the piece."""
    return [
        (leg.source, round(leg.begin_m, 1), round(leg.end_m, 1), leg.piece) for leg in m.legs if leg.length_m >= least_m
    ]


@_law
@given(trips(), st.floats(-2000, 2000), st.floats(-2000, 2000), st.floats(0, 360))
def test_moving_and_turning_the_map_with_the_trace_changes_nothing(
    trip: Trip, east: float, north: float, degrees: float
) -> None:
    turn = np.exp(1j * np.radians(degrees))

    def moved(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = (x + 1j * y) * turn
        return z.real + east, z.imag + north

    nodes = moved(trip.arcs.x, trip.arcs.y)
    fixes = moved(trip.x, trip.y)
    there = Trip(Arcs(*nodes, trip.arcs.start, trip.arcs.end), *fixes, trip.t)
    here, away = trip.match(), there.match()
    _same_way(here, away)
    # of `arc_p` nothing is said: at a shape point and at a turn, rounding decides which arc is touched


def _same_way(one: Match, other: Match) -> None:
    a, b = summary(one), summary(other)
    assert [s for s, *_ in a] == [s for s, *_ in b]
    for (_, *here), (_, *there) in zip(a, b, strict=True):
        assert here == pytest.approx(there, abs=0.2)
    assert one.breaks == other.breaks


@_law
@given(trips(), st.integers(0, 9999))
def test_numbering_nodes_and_arcs_otherwise_changes_nothing(trip: Trip, seed: int) -> None:
    rng, arcs = np.random.default_rng(seed), trip.arcs
    node, arc = rng.permutation(len(arcs.x)), rng.permutation(len(arcs.start))
    place = np.argsort(node)
    # node k of the one is node `node[k]` of the other; arc k of the other is arc `arc[k]` of the one
    other = Arcs(
        arcs.x[place], arcs.y[place], node[arcs.start][arc].astype(np.int32), node[arcs.end][arc].astype(np.int32)
    )
    here, there = trip.match(), replace(trip, arcs=other).match()
    a, b = summary(here), [(int(arc[s]), *v) for s, *v in summary(there)]
    assert [s for s, *_ in a] == [s for s, *_ in b]
    assert here.breaks == there.breaks


@_law
@given(trips(), st.integers(0, 9999))
def test_cutting_arcs_into_pieces_changes_no_street_driven(trip: Trip, seed: int) -> None:
    rng, arcs = np.random.default_rng(seed), trip.arcs
    nodes = list(zip(arcs.x.tolist(), arcs.y.tolist(), strict=True))
    cuts: dict[tuple[int, int], list[int]] = {}
    pieces, owner = [], []
    for k, (a, b) in enumerate(zip(arcs.start.tolist(), arcs.end.tolist(), strict=True)):
        street = (min(a, b), max(a, b))
        if street not in cuts:
            (ax, ay), (bx, by) = nodes[street[0]], nodes[street[1]]
            cuts[street] = []
            for part in np.sort(rng.uniform(0.1, 0.9, int(rng.integers(0, 4)))):
                cuts[street].append(len(nodes))
                nodes.append((ax + part * (bx - ax), ay + part * (by - ay)))
        between = cuts[street] if a < b else cuts[street][::-1]
        along = [a, *between, b]
        pieces += list(itertools.pairwise(along))
        owner += [k] * (len(along) - 1)
    here, there = trip.match(), replace(trip, arcs=arcs_of(nodes, pieces)).match()
    streets = [s for s, *_ in summary(here)]
    found = [owner[s] for s, *_ in summary(there)]
    once = [s for k, s in enumerate(found) if k == 0 or found[k - 1] != s]
    assert once == [s for k, s in enumerate(streets) if k == 0 or streets[k - 1] != s]
    assert sum(leg.length_m for leg in there.legs) == pytest.approx(sum(leg.length_m for leg in here.legs), abs=0.5)
    assert there.breaks == here.breaks


@_law
@given(trips(), st.floats(-1e6, 1e6))
def test_another_clock_changes_nothing(trip: Trip, later: float) -> None:
    here, there = trip.match(), replace(trip, t=trip.t + later).match()
    _same_way(here, there)
    assert there.arc_p == pytest.approx(here.arc_p, abs=1e-4)


@_law
@given(trips())
def test_probabilities_are_never_above_what_can_be_claimed(trip: Trip) -> None:
    m = trip.match()
    assert m.arc_p.min() >= 0.0
    assert m.arc_p.max() <= 0.99
    assert all(0.0 <= leg.p <= 0.99 for leg in m.legs)
    for arc in range(min(6, len(m.arc_p))):
        assert 0.0 <= m.probability(np.arange(len(m.arc_p)) == arc) <= 0.99


@_law
@given(trips())
def test_a_table_changes_no_street_driven(trip: Trip) -> None:
    here = trip.match()
    for bound in (50.0, 600.0, 20_000.0):
        there = here.matcher.tabled(bound).match(*PLANE.lonlat(trip.x, trip.y), trip.t)
        _same_way(here, there)
        assert there.arc_p == pytest.approx(here.arc_p, abs=1e-4)
