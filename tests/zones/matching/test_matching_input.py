"""Any input: an answer, or an error that says which field."""

from typing import Any

import numpy as np
import pytest
from drawn_drive import Drawn, Fixes, driven, roads
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from random_streets import Arcs, arcs_of, networks
from street_map import PLANE

from zones.errors import InputError
from zones.matching.matcher import Match, Matcher
from zones.matching.stream import Stream
from zones.matching.words import as_geojson, in_words, streets_driven


@pytest.fixture(scope="module")
def street() -> Drawn:
    return roads("A----B----C", {"AB": {"name": "甲"}, "BC": {"name": "乙"}})


def sane(m: Match) -> None:
    """Check what must hold of any match."""
    assert np.isfinite(m.arc_p).all()
    assert m.arc_p.min() >= 0.0
    assert m.arc_p.max() <= 0.99
    assert set(m.skipped.tolist()) <= set(m.kept.tolist())
    for leg in m.legs:
        assert leg.begin_m <= leg.end_m + 1e-6
        assert leg.entered_at <= leg.left_at + 1e-6
        assert m.t[0] - 1e-6 <= leg.entered_at
        assert leg.left_at <= m.t[-1] + 1e-6
        assert 0.0 <= leg.p <= 0.99
    assert all(0 <= a < b < len(m.kept) or a in m.kept for a, b in m.breaks)
    assert 0.0 <= m.probability(np.arange(len(m.arc_p)) % 2 == 0) <= 0.99


_FIX = ([121.0], [31.0], [0.0])


@pytest.mark.parametrize(
    ("lon", "lat", "t", "field"),
    [
        ([], [], [], "lon"),
        ([121.0, 121.001], [31.0], [0.0, 1.0], "lat"),
        ([121.0], [31.0], [0.0, 1.0], "time"),
        ([np.nan], [31.0], [0.0], "lon"),
        ([121.0], [np.nan], [0.0], "lat"),
        ([121.0], [31.0], [np.nan], "time"),
        ([121.0], [31.0], [np.inf], "time"),
        ([np.inf], [31.0], [0.0], "lon"),
        ([181.0], [31.0], [0.0], "lon"),
        ([121.0], [-91.0], [0.0], "lat"),
        ([121.0] * 3, [31.0] * 3, [0.0, 5.0, 4.0], "time"),
    ],
)
def test_fixes_that_are_none_are_refused_by_field(
    street: Drawn, lon: list[float], lat: list[float], t: list[float], field: str
) -> None:
    with pytest.raises(InputError) as error:
        street.matcher.match(lon, lat, t)
    assert error.value.field == field
    assert error.value.text.zh != error.value.text.en


def test_the_fix_that_will_not_do_is_named_by_number(street: Drawn) -> None:
    with pytest.raises(InputError, match="fix 3"):
        street.matcher.match([121.0] * 3, [31.0] * 3, [0.0, 5.0, 4.0])
    with pytest.raises(InputError, match="fix 2"):
        street.matcher.match([121.0, np.nan], [31.0] * 2, [0.0, 5.0])


def test_an_accuracy_for_some_fixes_only_is_refused(street: Drawn) -> None:
    with pytest.raises(InputError) as error:
        street.matcher.match([121.0, 121.001], [31.0] * 2, [0.0, 5.0], accuracy_m=[5.0])
    assert error.value.field == "accuracy_m"


@pytest.mark.parametrize("accuracy", [np.nan, 0.0, -3.0, 0.001, 1e9, np.inf])
def test_any_accuracy_a_receiver_may_say_gives_an_answer(street: Drawn, accuracy: float) -> None:
    fixes = street.drive("ABC", every=15)
    m = street.matcher.match(*fixes.lonlat, fixes.t, accuracy_m=np.full(len(fixes.t), accuracy))
    sane(m)
    assert driven(m) == ["甲", "乙"]


@pytest.mark.parametrize("fixes", [1, 2, 1000])
def test_one_place_is_a_place_and_no_drive(street: Drawn, fixes: int) -> None:
    m = street.match(Fixes(np.full(fixes, 250.0), np.full(fixes, 3.0), np.arange(fixes) * 1.0))
    sane(m)
    assert driven(m) == []
    assert len(m.arcs) == 1
    assert in_words(streets_driven(m)).zh == "甲"
    assert len(as_geojson(streets_driven(m))["features"]) == 1
    assert m.breaks == []


def test_equal_times_are_allowed(street: Drawn) -> None:
    fixes = street.drive("ABC", every=5)
    m = street.match(Fixes(fixes.x, fixes.y, np.zeros_like(fixes.t)))
    sane(m)
    assert driven(m) == ["甲", "乙"]


def test_outside_the_network_nothing_is_matched(street: Drawn) -> None:
    m = street.match(Fixes(np.arange(9) * 50.0, np.full(9, 4000.0), np.arange(9) * 5.0))
    sane(m)
    assert m.legs == ()
    assert m.arcs.tolist() == []
    assert m.skipped.tolist() == m.kept.tolist()
    assert m.probability(np.ones(len(m.arc_p), np.bool_)) == 0.0
    assert as_geojson(streets_driven(m))["features"] == []
    assert in_words(streets_driven(m)).zh == ""


def test_far_from_the_planes_centre_nothing_breaks(street: Drawn) -> None:
    sane(street.matcher.match([0.0, 180.0, -180.0, 121.0], [-90.0, 90.0, 0.0, 31.0], [0.0, 1.0, 2.0, 3.0]))


def test_a_jump_to_the_other_end_within_a_second_is_survived(street: Drawn) -> None:
    sane(street.match(Fixes(np.array([20.0, 60, 940, 100, 140]), np.zeros(5), np.arange(5.0))))


_RING = arcs_of([(0, 0), (300, 0), (300, 300), (0, 300)], [(0, 1), (1, 2), (2, 3), (3, 0)])
_ISLANDS = arcs_of([(0, 0), (300, 0), (600, 0), (900, 0)], [(0, 1), (1, 0), (2, 3), (3, 2)])


def matched(arcs: Arcs, x: Any, y: Any, every: float) -> Match:  # noqa: ANN401 - whatever makes an array
    m = Matcher(arcs.graph).match(*PLANE.lonlat(np.array(x, float), np.array(y, float)), np.arange(len(x)) * every)
    sane(m)
    return m


def test_round_a_one_way_ring_without_a_junction_goes_round() -> None:
    m = matched(_RING, [150, 300, 150, 0, 150, 300], [0, 150, 300, 150, 0, 150], 25.0)
    assert m.arcs.tolist() == [0, 1, 2, 3, 0, 1]
    assert m.breaks == []


def test_between_islands_the_drive_is_broken_off() -> None:
    m = matched(_ISLANDS, [20, 120, 220, 290, 610, 700, 800, 890], [0.0] * 8, 10.0)
    assert m.arcs.tolist() == [0, 2]
    assert m.breaks == [(3, 4)]
    assert {leg.piece for leg in m.legs} == {0, 1}


def test_stubs_without_length_and_self_loops_change_nothing() -> None:
    nodes = [(0, 0), (300, 0), (300, 0), (600, 0)]
    plain = arcs_of([nodes[0], nodes[1], nodes[3]], [(0, 1), (1, 2), (1, 0), (2, 1)])
    odd = arcs_of(nodes, [(0, 1), (1, 2), (2, 3), (1, 0), (2, 1), (3, 2), (1, 1), (0, 0)])
    x, y = [20, 150, 280, 420, 560], [4.0, -6, 5, 3, -4]
    assert matched(plain, x, y, 10.0).arcs.tolist() == [0, 1]
    assert [a for a in matched(odd, x, y, 10.0).arcs.tolist() if odd.length[a]] == [0, 2]


@settings(max_examples=times(35), deadline=None)
@given(networks(), st.integers(0, 10_000), st.booleans())
def test_any_network_and_any_trace_give_a_sane_answer(arcs: Arcs, seed: int, tabled: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 12))
    matcher = Matcher(arcs.graph)
    if tabled:
        matcher = matcher.tabled(800.0)
    x, y = rng.uniform(-150, 550, (2, count))
    t = np.cumsum(rng.choice([0.0, 1.0, 30.0, 700.0], count))
    sane(matcher.match(*PLANE.lonlat(x, y), t))


@pytest.mark.parametrize("fix", [(np.nan, 31.0, 0.0), (121.0, np.nan, 0.0), (121.0, 31.0, np.nan), (200.0, 31.0, 0.0)])
def test_a_stream_refuses_what_is_no_fix_and_goes_on(street: Drawn, fix: tuple[float, float, float]) -> None:
    stream = Stream(street.matcher)
    with pytest.raises(InputError) as error:
        stream.push(*fix)
    assert error.value.field == "fix"
    stream.push(*(float(v) for v in PLANE.lonlat(250.0, 0.0)), 5.0)
    with pytest.raises(InputError) as error:
        stream.push(*(float(v) for v in PLANE.lonlat(300.0, 0.0)), 4.0)
    assert error.value.field == "time"
    assert [s.fix for s in stream.finish()] == [0]


def test_a_lag_of_nothing_is_refused(street: Drawn) -> None:
    with pytest.raises(InputError) as error:
        Stream(street.matcher, lag=0)
    assert error.value.field == "lag"
