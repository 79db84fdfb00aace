"""The likeliest way and the posteriors, against all ways one by one, on small random networks."""

import numpy as np
import pytest
from effort import times
from enumeration import Enumeration
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_streets import Arcs, arcs_of, networks
from street_map import PLANE

from zones.matching.calibration import MOST
from zones.matching.matcher import Match, Matcher
from zones.matching.model import Model

_law = settings(max_examples=times(16), deadline=None)
# ways less likely than 1e-5 are not walked, and there are a few of them
_NEAR = 2e-3


@st.composite
def drives(draw: st.DrawFn) -> tuple[Arcs, Match]:
    """Return a small network, and a short drive of fixes near it."""
    arcs = draw(networks(nodes=5, size_m=250, loops=False))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    count = draw(st.integers(1, 4))
    # near nodes and in the middle of arcs, so that most fixes lie on streets
    a = rng.integers(0, len(arcs.start), count)
    part = rng.uniform(0, 1, count)
    x = arcs.x[arcs.start[a]] + part * (arcs.x[arcs.end[a]] - arcs.x[arcs.start[a]]) + rng.normal(0, 12, count)
    y = arcs.y[arcs.start[a]] + part * (arcs.y[arcs.end[a]] - arcs.y[arcs.start[a]]) + rng.normal(0, 12, count)
    t = np.cumsum(rng.choice([5.0, 15.0, 30.0, 60.0], count))
    model = Model(sigma=12.0, heat=draw(st.sampled_from([1.0, 2.0, 6.0])))
    matcher = Matcher(arcs.graph, model=model)
    if draw(st.booleans()):
        matcher = matcher.tabled(5000.0)
    return arcs, matcher.match(*PLANE.lonlat(x, y), t)


@_law
@given(drives())
def test_the_way_chosen_is_the_likeliest_of_all(drive: tuple[Arcs, Match]) -> None:
    arcs, m = drive
    every = Enumeration(arcs, m)
    assume(every.used and not every.too_many)
    best = max(every.sequences(), key=lambda s: s.log_p)
    chosen = tuple(int(m.chosen[i]) for i in every.used)
    log_p = {s.candidates: s.log_p for s in every.sequences()}
    assert chosen in log_p
    assert log_p[chosen] == pytest.approx(best.log_p, abs=1e-6)


@_law
@given(drives())
def test_the_log_probability_of_every_end_is_that_of_the_best_way_to_it(drive: tuple[Arcs, Match]) -> None:
    arcs, m = drive
    every = Enumeration(arcs, m)
    assume(every.used and not every.too_many)
    assume(sum(m.trellis.link[i] < 0 for i in every.used) == 1)
    to_end: dict[int, float] = {}
    for s in every.sequences():
        to_end[s.candidates[-1]] = max(to_end.get(s.candidates[-1], -1e30), s.log_p * m.matcher.model.heat)
    shift = m.trellis.best[m.chosen[every.used[-1]]] - max(to_end.values())
    for j, log_p in to_end.items():
        assert m.trellis.best[j] == pytest.approx(log_p + shift, abs=1e-6)


@_law
@given(drives())
def test_posteriors_of_arcs_are_the_share_of_the_ways_that_enter_them(drive: tuple[Arcs, Match]) -> None:
    arcs, m = drive
    every = Enumeration(arcs, m)
    assume(every.used and not every.too_many)
    entered, _ = every.expected()
    assert m.arc_p == pytest.approx(np.clip(entered, 0.0, MOST), abs=_NEAR)


@_law
@given(drives(), st.integers(0, 1000))
def test_the_probability_of_arcs_is_at_most_the_share_of_the_cheapest_ways_that_use_any(
    drive: tuple[Arcs, Match], seed: int
) -> None:
    arcs, m = drive
    every = Enumeration(arcs, m)
    assume(every.used and not every.too_many)
    _, touched = every.expected()
    marked = np.random.default_rng(seed).random(len(arcs.start)) < 0.3
    wanted = sum(w for w, on in touched if any(marked[a] for a in on))
    # ways round them stand beside the cheapest ones, and take from their share
    assert m.probability(marked) <= min(wanted, MOST) + 1e-6
    assert m.probability(np.zeros_like(marked)) == 0.0
    assert m.probability(np.ones_like(marked)) == MOST


@_law
@given(drives(), st.integers(0, 1000), st.floats(0, 200), st.floats(0, 200))
def test_a_narrower_window_or_fewer_arcs_are_never_likelier(
    drive: tuple[Arcs, Match], seed: int, since: float, until: float
) -> None:
    _, m = drive
    rng = np.random.default_rng(seed)
    marked = rng.random(len(m.arc_p)) < 0.4
    fewer = marked & (rng.random(len(marked)) < 0.6)
    assert m.probability(fewer) <= m.probability(marked) + 1e-9
    assert m.probability(marked, since=since, until=until) <= m.probability(marked) + 1e-9
    assert m.probability(marked, since=m.t[-1] + 1) == 0.0
    assert m.probability(marked, until=m.t[0] - 1) == 0.0


def _street_with_shape() -> tuple[Arcs, Matcher]:
    """Return a street of four arcs each way, between two junctions with side streets."""
    nodes = [(0, 0), (200, 0), (400, 0), (600, 0), (800, 0), (800, 300), (800, -300), (0, 300), (0, -300)]
    streets = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (4, 6), (0, 7), (0, 8)]
    arcs = arcs_of(nodes, [arc for a, b in streets for arc in ((a, b), (b, a))])
    return arcs, Matcher(arcs.graph).tabled(3000)


def test_who_turns_back_halfway_has_not_driven_the_other_half() -> None:
    arcs, matcher = _street_with_shape()
    m = matcher.match(*PLANE.lonlat(np.array([20, 120, 220, 320, 250, 150, 50]), np.zeros(7)), np.arange(7) * 10.0)
    nodes = list(zip(arcs.start.tolist(), arcs.end.tolist(), strict=True))
    assert [nodes[a] for a in m.arcs] == [(0, 1), (1, 2), (2, 1), (1, 0)]
    for beyond in ((2, 3), (3, 4), (4, 3), (3, 2)):
        marked = np.array([n == beyond for n in nodes])
        assert m.probability(marked) < 0.05, beyond
        assert m.arc_p[nodes.index(beyond)] < 0.05
    for there in ((0, 1), (1, 2), (2, 1), (1, 0)):
        assert m.probability(np.array([n == there for n in nodes])) > 0.9, there


def test_jitter_between_two_parallel_streets_makes_neither_likelier() -> None:
    # 41 shape points each, 20 m apart; the truck crawls and its fixes drift back and forth midway
    count = 41
    nodes = [(25.0 * k, y) for y in (0.0, 20.0) for k in range(count)] + [(0.0, -300.0), (1000.0, -300.0)]
    streets = [(k, k + 1) for k in range(2 * count - 1) if k != count - 1]
    streets += [(0, count), (count - 1, 2 * count - 1), (0, 2 * count), (count - 1, 2 * count + 1)]
    arcs = arcs_of(nodes, [arc for a, b in streets for arc in ((a, b), (b, a))])
    x = np.array([130, 230, 330, 430, 512, 490, 514, 489, 513, 490, 600, 700, 800, 900.0])
    m = Matcher(arcs.graph).match(*PLANE.lonlat(x, np.full(len(x), 10.0)), np.arange(len(x)) * 10.0)
    lower = np.maximum(arcs.start, arcs.end) < count
    assert m.probability(lower) == pytest.approx(0.5, abs=0.1)
    assert m.arc_p[:160].max() < 0.6


def test_drifting_back_is_as_likely_as_all_the_ways_that_do() -> None:
    nodes = [(12.0 * k, 0.0) for k in range(20)]
    arcs = arcs_of(nodes, [arc for k in range(19) for arc in ((k, k + 1), (k + 1, k))])
    x = np.array([115.0, 100, 84, 97, 80, 66, 85])
    m = Matcher(arcs.graph, model=Model(heat=4.0)).match(*PLANE.lonlat(x, np.zeros(7)), np.arange(7) * 20.0)
    every = Enumeration(arcs, m)
    entered, touched = every.expected()
    assert m.arc_p == pytest.approx(np.clip(entered, 0.0, MOST), abs=_NEAR)
    for arc in range(len(arcs.start)):
        wanted = sum(w for w, on in touched if arc in on)
        assert m.probability(np.arange(len(arcs.start)) == arc) == pytest.approx(min(wanted, MOST), abs=1e-6), arc
