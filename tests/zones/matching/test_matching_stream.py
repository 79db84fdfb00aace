"""Fix by fix as with the whole drive at once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from drawn_drive import Drawn, Fixes, along, roads
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from street_map import PLANE, network_of, segment

from zones.errors import InputError
from zones.matching.matcher import Match, Matcher
from zones.matching.stream import Settled, Stream
from zones.matching.streets import RoadGraph
from zones.matching.trellis import FIRST

_TOWN = """
A----B----C----D
|    |    |    |
|    |    |    |
E----F----G----H

I----J----K----L
|    |    |    |
M----N----O----P
"""
_WAYS = {
    "ABCD": {"name": "一路"},
    "EFGH": {"name": "二路"},
    "IJKL": {"name": "三路"},
    "MNOP": {"name": "四路", "oneway": True},
    "AEIM": {"name": "西街"},
    "BFJN": {"name": "中西街"},
    "CGKO": {"name": "中东街", "oneway": True},
    "DHLP": {"name": "东街"},
}
_law = settings(max_examples=times(16), deadline=None)


@pytest.fixture(scope="module")
def town() -> Drawn:
    return roads(_TOWN, _WAYS, cell_m=(60.0, 60.0))


def streamed(
    matcher: Matcher, fixes: Fixes, *, lag: int, early: bool = True, inside: np.ndarray | None = None
) -> tuple[list[Settled], list[int]]:
    """Return what a stream gave out, and how many fixes had been pushed by then."""
    stream, given_out, when = Stream(matcher, lag=lag, early=early, inside=inside), [], []
    lon, lat = fixes.lonlat
    for k in range(len(fixes.t)):
        new = stream.push(float(lon[k]), float(lat[k]), float(fixes.t[k]))
        given_out += new
        when += [k] * len(new)
    last = stream.finish()
    return given_out + last, when + [len(fixes.t)] * len(last)


def offline(m: Match) -> list[Settled]:
    """Return the same of a whole drive."""
    found = []
    for i, j in enumerate(m.chosen.tolist()):
        if j < 0:
            found.append(Settled(int(m.kept[i]), None))
            continue
        arc, shift = m.graph.arc_at(int(m.trellis.edge[j]), float(m.trellis.offset[j]))
        source, forward = int(m.graph.arc_source[arc]), bool(m.graph.arc_forward[arc])
        at = float(m.trellis.offset[j]) + shift
        found.append(Settled(int(m.kept[i]), source, forward, at, bool(m.trellis.link[i] == FIRST)))
    return found


def same(one: list[Settled], other: list[Settled]) -> None:
    assert [s.fix for s in one] == [s.fix for s in other]
    assert [(s.source, s.forward, s.begins) for s in one] == [(s.source, s.forward, s.begins) for s in other]
    assert [s.along_m for s in one] == pytest.approx([s.along_m for s in other], abs=1e-3)


@st.composite
def trips(draw: st.DrawFn) -> Fixes:
    """Return a noisy drive over the town, on streets or off them, sometimes out of it and back, sometimes silent."""
    place = st.tuples(st.integers(-100, 1000), st.integers(-100, 500))
    line = draw(st.lists(place, min_size=2, max_size=6, unique=True))
    every, seed = draw(st.sampled_from([1.0, 5.0, 20.0, 60.0])), draw(st.integers(0, 999))
    noise = draw(st.sampled_from([0.5, 8.0, 25.0]))
    fixes = along(line, speed=draw(st.sampled_from([0.5, 8.0, 25.0])), every=every, noise=noise, seed=seed)
    fixes = Fixes(fixes.x[:400], fixes.y[:400], fixes.t[:400])
    if draw(st.booleans()):
        away = along([(5000, 5000), (6500, 5000)], speed=20, every=every)
        fixes = fixes.then(away, after=every).then(fixes, after=draw(st.sampled_from([1.0, 1000.0])))
    return fixes


@_law
@given(trips())
def test_with_a_long_lag_the_answer_is_that_of_the_whole_drive(town: Drawn, trip: Fixes) -> None:
    settled, _ = streamed(town.matcher, trip, lag=10_000)
    assert not any(s.forced for s in settled)
    same(settled, offline(town.match(trip)))


@_law
@given(trips(), st.integers(1, 12))
def test_up_to_the_first_forced_fix_the_answer_is_that_of_the_whole_drive(town: Drawn, trip: Fixes, lag: int) -> None:
    settled, when = streamed(town.matcher, trip, lag=lag)
    whole = offline(town.match(trip))
    assert [s.fix for s in settled] == [s.fix for s in whole]
    sure = next((k for k, s in enumerate(settled) if s.forced), len(settled))
    same(settled[:sure], whole[:sure])
    # nothing waits for longer than the lag: counted in fixes that are not left out
    kept = [s.fix for s in whole]
    for s, pushed in zip(settled, when, strict=True):
        assert sum(s.fix < k < pushed for k in kept[:-1]) <= lag


def test_forced_fixes_are_said_to_be() -> None:
    # two streets 20 m apart that meet 2 km on: nothing tells which one it is
    drawn = roads(
        "A---------------C\nB---------------D", {"AC": {}, "BD": {}, "AB": {}, "CD": {}}, cell_m=(100.0, 20.0)
    )
    fixes = along([(100, 10), (1500, 10)], speed=10, every=10, noise=2, seed=4)
    settled, _ = streamed(drawn.matcher, fixes, lag=3)
    assert any(s.forced for s in settled)
    assert not any(s.forced for s in streamed(drawn.matcher, fixes, lag=1000)[0])


def test_a_fix_is_given_out_once_all_ways_agree(town: Drawn) -> None:
    settled, when = streamed(town.matcher, town.drive("AEFJ", speed=10, every=10), lag=10_000)
    assert len(settled) > 5
    assert when[0] < len(settled) - 2


def _size(stream: Stream) -> int:
    held = [value for value in vars(stream).values() if isinstance(value, tuple)]
    return sum(part.nbytes for value in held for part in value if isinstance(part, np.ndarray))


@pytest.mark.parametrize("seed", range(5))
def test_after_a_forced_fix_no_way_is_taken_that_does_not_go_through_it(seed: int) -> None:
    drawn = roads("A-----C\nB-----D", {"AC": {"oneway": True}, "BD": {"oneway": True}}, cell_m=(500.0, 20.0))
    trip = along([(100, 10), (2900, 10)], speed=12, every=5, noise=6, seed=seed)
    settled, _ = streamed(drawn.matcher, trip, lag=1)
    assert any(s.forced for s in settled)
    # nobody can change from the one street to the other
    assert len({s.source for s in settled if s.source is not None}) == 1


@pytest.mark.parametrize("away_from", [0, 300])
@pytest.mark.parametrize("offset_m", [0.0, 300_000.0])
def test_five_thousand_fixes_take_no_more_memory_than_a_thousand(town: Drawn, offset_m: float, away_from: int) -> None:
    laps = [town.where[c] for c in "ADHE" * 90]
    trip = along(laps, speed=15, every=2.5, noise=6)
    trip = Fixes(trip.x + offset_m * (np.arange(len(trip.t)) >= away_from), trip.y, trip.t)
    assert len(trip.t) > 5000
    stream, sizes, lengths = Stream(town.matcher), [], []
    lon, lat = trip.lonlat
    for k in range(5000):
        stream.push(float(lon[k]), float(lat[k]), float(trip.t[k]))
        sizes.append(_size(stream))
        lengths.append(len(stream._numbers))  # noqa: SLF001 - what it holds is what is asked
    assert max(lengths) < 600
    assert max(sizes) == max(sizes[:1000])


def test_off_the_map_for_long_and_back_is_as_offline(town: Drawn) -> None:
    there = town.drive("ABCD", every=5, noise=5)
    away = along([(20_000, 0), (20_000, 30_000)], speed=10, every=5)
    trip = there.then(away, after=5).then(town.drive("HGFE", every=5, noise=5, seed=1), after=5)
    settled, _ = streamed(town.matcher, trip, lag=20)
    whole = offline(town.match(trip))
    assert [s.fix for s in settled] == [s.fix for s in whole]
    free = [k for k, s in enumerate(settled) if not s.forced]
    assert [settled[k].source for k in free] == [whole[k].source for k in free]
    assert sum(s.begins for s in settled) == 2


@pytest.mark.parametrize("phase", range(8))
def test_what_was_forgotten_is_not_missed_after_a_gap(phase: int) -> None:
    # midway between two streets with many links nothing is ever sure; every few fixes, some lie off them; the past is
    # cut off somewhere among these
    rails = [segment("路", [(60.0 * k, y), (60.0 * k + 60, y)]) for k in range(150) for y in (0.0, 20.0)]
    links = [segment("口", [(60.0 * k, 0.0), (60.0 * k, 20.0)]) for k in range(151)]
    matcher = Matcher(RoadGraph.of_streets(network_of(rails + links).segments, plane=PLANE)).tabled(1000.0)
    trip = along([(100, 10), (8900, 10)], speed=15, every=1, noise=3, seed=phase)
    off = (np.arange(len(trip.t)) + phase) % 8 >= 5
    trip = Fixes(trip.x, trip.y + 160.0 * off, trip.t)
    settled, _ = streamed(matcher, trip, lag=6)
    whole = offline(matcher.match(*trip.lonlat, trip.t))
    assert sum(s.forced for s in settled) > 100
    assert [s.fix for s in settled] == [s.fix for s in whole]
    assert [s.source is None for s in settled] == [s.source is None for s in whole]
    assert [s.begins for s in settled] == [s.begins for s in whole]


def test_the_end_of_no_drive_is_nothing(town: Drawn) -> None:
    stream = Stream(town.matcher)
    assert stream.finish() == []
    assert stream.finish() == []


def test_the_last_fix_counts_even_if_it_is_near_the_one_before(town: Drawn) -> None:
    fixes = along([(0, 300), (5, 300)], speed=1, every=1)
    settled, _ = streamed(town.matcher, fixes, lag=5)
    assert [s.fix for s in settled] == [0, len(fixes.t) - 1] == town.match(fixes).kept.tolist()


@pytest.mark.parametrize("track", ["00000004", "00000016", "00000050"])
def test_measured_tracks_stream_as_they_match(shared: Callable[[str], Path], track: str) -> None:
    folder = shared(f"matching/{track}")
    nodes = np.loadtxt(folder / f"{track}.nodes")
    arcs = np.loadtxt(folder / f"{track}.arcs", dtype=np.int32)
    lon, lat, t = np.loadtxt(folder / f"{track}.track").T
    keep, last = [], -np.inf
    for k, now in enumerate(t):
        if now - last >= 30:
            keep.append(k)
            last = now
    lon, lat, t = lon[keep], lat[keep], t[keep]
    matcher = Matcher(RoadGraph.of_arcs(nodes[:, 0], nodes[:, 1], arcs[:, 0], arcs[:, 1]))
    stream, settled = Stream(matcher, lag=40), []
    for k in range(len(t)):
        settled += stream.push(float(lon[k]), float(lat[k]), float(t[k]))
    settled += stream.finish()
    sure = next((k for k, s in enumerate(settled) if s.forced), len(settled))
    assert sure > len(settled) / 2
    same(settled[:sure], offline(matcher.match(lon, lat, t))[:sure])


def _inside(town: Drawn) -> np.ndarray:
    """Return which arcs are on 二路 and 三路 or between them."""
    arcs = town.matcher.graph.arc_ends
    middle = (arcs[:, 1] + arcs[:, 3]) / 2
    return (middle <= town.where["E"][1] + 1) & (middle >= town.where["I"][1] - 1)


def placed(m: Match, inside: np.ndarray) -> tuple[list[float | None], list[float | None]]:
    """Return what a whole drive says of its fixes: probabilities of their roads, and of the inside."""
    columns = (m.fix_p.tolist(), m.fix_probability(inside).tolist())
    return tuple([None if np.isnan(p) else p for p in column] for column in columns)  # type: ignore[return-value]


@_law
@given(trips())
def test_with_a_lag_as_long_as_the_drive_probabilities_are_those_of_the_whole_drive(town: Drawn, trip: Fixes) -> None:
    inside = _inside(town)
    settled, _ = streamed(town.matcher, trip, lag=10_000, early=False, inside=inside)
    p, p_inside = placed(town.match(trip), inside)
    assert [s.p for s in settled] == pytest.approx(p, abs=1e-9)
    assert [s.p_inside for s in settled] == pytest.approx(p_inside, abs=1e-9)
    assert all(0.0 <= p <= 0.99 for s in settled for p in (s.p, s.p_inside) if p is not None)


@_law
@given(trips(), st.integers(1, 12), st.sampled_from(["early", "late"]))
def test_probabilities_are_those_of_a_drive_that_ends_where_it_has_got_to(
    town: Drawn, trip: Fixes, lag: int, given_out: str
) -> None:
    inside = _inside(town)
    settled, when = streamed(town.matcher, trip, lag=lag, early=given_out == "early", inside=inside)
    for s, pushed in list(zip(settled, when, strict=True))[:: max(1, len(settled) // 12)]:
        if s.p_inside is None:
            continue
        upto = min(pushed + 1, len(trip.t))
        so_far = town.match(Fixes(trip.x[:upto], trip.y[:upto], trip.t[:upto]))
        at = so_far.kept.tolist().index(s.fix)
        # whatever was forced before
        assert s.p_inside == pytest.approx(so_far.fix_probability(inside)[at], abs=1e-9)


@_law
@given(trips(), st.integers(1, 12))
def test_with_time_to_wait_a_fix_is_given_out_after_the_lag_and_not_before(town: Drawn, trip: Fixes, lag: int) -> None:
    settled, when = streamed(town.matcher, trip, lag=lag, early=False)
    kept = [s.fix for s in settled]
    assert kept == town.match(trip).kept.tolist()
    piece = np.cumsum([s.begins for s in settled])
    for k, (s, pushed) in enumerate(zip(settled, when, strict=True)):
        if pushed < len(trip.t):
            waited = sum(s.fix < f <= pushed for f in kept)
            # nothing comes any more that it hangs on
            over = not any(
                piece[m] == piece[k] and t.source is not None for m, t in enumerate(settled) if t.fix > pushed
            )
            assert waited == lag or (waited < lag and over)


@pytest.mark.parametrize("every", [5.0, 30.0])
def test_after_a_lag_of_ten_probabilities_hardly_change_any_more(town: Drawn, every: float) -> None:
    inside, apart = _inside(town), []
    for seed in range(20):
        trip = along([town.where[c] for c in "AEFBCGHLKJIMNOP"], speed=8, every=every, noise=12, seed=seed)
        settled, _ = streamed(town.matcher, trip, lag=10, early=False, inside=inside)
        whole = town.match(trip).fix_probability(inside)
        apart += [abs(s.p_inside - p) for s, p in zip(settled, whole, strict=True) if s.p_inside is not None]
    assert len(apart) > 300
    assert max(apart) < 0.02


def test_a_wrong_number_of_arcs_is_said(town: Drawn) -> None:
    with pytest.raises(InputError, match="arc"):
        Stream(town.matcher, inside=np.zeros(3, np.bool_))
