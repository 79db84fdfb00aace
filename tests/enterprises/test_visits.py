"""A visit is a stay within a site as far as the receiver can tell; what it cannot tell is kept as unsure, never guessed."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprises.errors import EnterpriseError
from enterprises.places import Place, Places
from enterprises.plane import apart_m, metres_a_degree
from enterprises.stops import EMPTY, FULL, Stops
from enterprises.visits import Visited, visits_of

LON, LAT = 110.77, 35.15
EAST, NORTH = (float(value) for value in metres_a_degree(LAT))
TEN = 1_715_133_600.0
"""2024-05-08 10:00 at GMT+8."""
HOUR = 3600.0


def at(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    return LON + east_m / EAST, LAT + north_m / NORTH


def square(name: str, west_m: float, *, width_m: float = 200.0, owner: str | None = None, hole: bool = False) -> Place:
    """Return a square yard from a western border on, with a hole of half its width in the middle if asked."""
    shell = [at(west_m + x * width_m, (y - 0.5) * width_m) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    inner = [
        at(west_m + x * width_m, (y - 0.5) * width_m)
        for x, y in ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    ]
    return Place(name, owner or f"e-{name}", shapely.Polygon(shell, [inner] if hole else None))


def stops(
    *rows: tuple[float, float, float],
    names: Sequence[str] | None = None,
    spread_m: float = 0.0,
    **columns: Any,  # noqa: ANN401
) -> Stops:
    """Return stops by metres east, start and end in hours after ten; each of one truck unless `names` says whose."""
    table = np.array(rows, np.float64).reshape(-1, 3)
    whose = list(names) if names else ["T1"] * len(rows)
    ids = sorted(set(whose))
    return Stops(
        ids,
        np.array([ids.index(name) for name in whose], np.intp),
        TEN + table[:, 1] * HOUR,
        TEN + table[:, 2] * HOUR,
        LON + table[:, 0] / EAST,
        np.full(len(rows), LAT),
        np.full(len(rows), spread_m),
        **{name: np.array(value) for name, value in columns.items()},
    )


def found(given: Stops, *places: Place, **how: float) -> Visited:
    visited = visits_of(given, Places(places), **how)  # type: ignore[arg-type]
    counts = visited.counts
    parts = ("repeated", "outside", "too_short", "inside", "unsure", "ambiguous")
    assert counts["stops"] == len(given) == sum(counts[name] for name in parts)  # type: ignore[misc]
    assert counts["visits"]["all"] == len(visited.visits)  # type: ignore[index]
    return visited


def told(visited: Visited) -> list[tuple[str, str | None, str]]:
    return [(visit.vehicle_id, visit.enterprise, visit.certainty) for visit in visited.visits]


@pytest.mark.parametrize(
    ("east_m", "certainty"),
    [(100, "inside"), (13, "inside"), (12.5, "unsure"), (0, "unsure"), (-12.5, "unsure"), (-13, None), (-300, None)],
)
def test_near_a_border_a_stop_is_unsure_and_on_it_as_likely_in_as_out(east_m: float, certainty: str | None) -> None:
    visited = found(stops((east_m, 0, 1)), square("a", 0))
    assert told(visited) == ([("T1", "e-a", certainty)] if certainty else [])
    if visited.visits:
        (visit,) = visited.visits
        assert visit.margin_m == pytest.approx(min(east_m, 100), abs=0.1)
        assert (visit.probability > 0.5) is (east_m > 0) or east_m == 0
        assert east_m or visit.probability == 0.5


def test_a_receiver_that_drifts_makes_a_stop_unsure_that_a_still_one_places() -> None:
    for spread_m, certainty in ((5.0, "inside"), (40.0, "unsure")):
        assert told(found(stops((30, 0, 1), spread_m=spread_m), square("a", 0))) == [("T1", "e-a", certainty)]


def test_a_stop_in_the_hole_of_a_site_is_not_in_the_site() -> None:
    assert told(found(stops((100, 0, 1)), square("a", 0, hole=True))) == []
    assert told(found(stops((25, 0, 1)), square("a", 0, hole=True))) == [("T1", "e-a", "inside")]


def test_a_stop_in_two_overlapping_sites_is_ambiguous_and_names_both() -> None:
    visited = found(stops((150, 0, 1)), square("a", 0), square("b", 100))
    assert told(visited) == [("T1", None, "ambiguous")]
    assert (visited.visits[0].site, visited.visits[0].others) == (None, ("e-a", "e-b"))


def test_two_sites_of_one_enterprise_that_overlap_are_no_contradiction() -> None:
    visited = found(stops((150, 0, 1)), square("a", 0, owner="e"), square("b", 100, owner="e"))
    assert told(visited) == [("T1", "e", "inside")]


def test_between_two_yards_the_nearer_is_named_as_unsure_and_the_other_beside() -> None:
    (visit,) = found(stops((203, 0, 1)), square("a", 0), square("b", 210)).visits
    assert (visit.enterprise, visit.certainty, visit.others) == ("e-a", "unsure", ("e-b",))


def test_two_trucks_in_one_yard_at_one_time_are_two_visits() -> None:
    visited = found(stops((50, 0, 1), (52, 0.1, 0.9), names=["T2", "T1"]), square("a", 0))
    assert told(visited) == [("T1", "e-a", "inside"), ("T2", "e-a", "inside")]


def test_scales_queue_and_loader_are_one_visit_but_a_stop_elsewhere_ends_it() -> None:
    yard = square("a", 0)
    one = found(stops((5, 0, 0.2), (60, 0.3, 0.6), (100, 0.7, 0.8)), yard).visits
    assert [(v.arrived_s - TEN, v.left_s - TEN, v.stops, v.certainty) for v in one] == [(0, 0.8 * HOUR, 3, "inside")]
    two = found(stops((60, 0, 0.2), (900, 0.25, 0.3), (60, 0.35, 0.6)), yard).visits
    assert [visit.stops for visit in two] == [1, 1]
    assert len(found(stops((60, 0, 0.2), (60, 0.6, 0.9)), yard).visits) == 2


def test_a_stay_of_exactly_the_least_time_is_a_visit_and_a_second_less_is_none() -> None:
    assert len(found(stops((50, 0, 600 / HOUR)), square("a", 0)).visits) == 1
    visited = found(stops((50, 0, 599 / HOUR)), square("a", 0))
    assert (visited.visits, visited.counts["too_short"]) == ([], 1)


def test_a_visit_over_midnight_is_one() -> None:
    (visit,) = found(stops((50, 13.5, 15)), square("a", 0)).visits
    assert (visit.arrived_s - TEN, visit.left_s - TEN) == (13.5 * HOUR, 15 * HOUR)


def test_a_point_reaches_as_far_as_its_radius() -> None:
    point = Place("p", "e-p", shapely.Point(LON, LAT), radius_m=80)
    assert [told(found(stops((east, 0, 1)), point)) for east in (60, 75, 95)] == [
        [("T1", "e-p", "inside")],
        [("T1", "e-p", "unsure")],
        [],
    ]


def test_loads_are_those_of_coming_and_going() -> None:
    given_ = stops(
        (50, 0, 0.2), (60, 0.3, 0.6), load_before=np.array([EMPTY, 1], np.int8), load_after=np.array([1, FULL], np.int8)
    )
    (visit,) = found(given_, square("a", 0)).visits
    assert (visit.load_before, visit.load_after) == (EMPTY, FULL)
    (silent,) = found(stops((50, 0, 1)), square("a", 0)).visits
    assert (silent.load_before, silent.load_after) == (None, None)


def test_without_sites_nothing_is_a_visit() -> None:
    assert found(stops((50, 0, 1))).counts["outside"] == 1
    assert found(stops(), square("a", 0)).visits == []


def test_the_same_stop_told_twice_is_one() -> None:
    visited = found(stops((50, 0, 1), (50, 0, 1)), square("a", 0))
    assert (len(visited.visits), visited.visits[0].stops, visited.counts["repeated"]) == (1, 1, 1)


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_says_nothing(chance: Any) -> None:  # noqa: ANN401
    rows = [
        (chance.uniform(-300, 700), start := chance.uniform(0, 20), start + chance.uniform(0.05, 1)) for _ in range(30)
    ]
    names = [chance.choice(["T1", "T2", "T3"]) for _ in rows]
    yards = [square("a", 0), square("b", 150), square("c", 400, hole=True)]
    mixed = list(range(30))
    chance.shuffle(mixed)
    straight = found(stops(*rows, names=names), *yards)
    assert straight == found(stops(*(rows[k] for k in mixed), names=[names[k] for k in mixed]), *yards)
    assert straight.visits == found(stops(*rows, names=names), *reversed(yards)).visits


def test_a_border_that_crosses_itself_and_a_point_without_a_radius_are_refused() -> None:
    bow = shapely.Polygon([at(0), at(100, 100), at(100), at(0, 100)])
    for shape, word in ((bow, "crosses itself"), (shapely.Point(LON, LAT), "radius"), (shapely.Polygon(), "neither")):
        with pytest.raises(EnterpriseError, match=word):
            Places([Place("x", "e", shape)])


@pytest.mark.parametrize("broken", [{"end_s": np.array([TEN - 1])}, {"lon": np.array([np.nan])}, {"lat": np.empty(0)}])
def test_stops_that_cannot_be_are_refused(broken: dict[str, Any]) -> None:
    columns = {
        name: np.array([value]) for name, value in (("start_s", TEN), ("end_s", TEN + 1), ("lon", LON), ("lat", LAT))
    }
    with pytest.raises(ValueError, match=r"stop|columns"):
        Stops(["T1"], np.array([0]), **(columns | broken))  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.floats(-60, 60), st.floats(-179, 178), st.floats(0, 360), st.floats(1, 5000))
def test_metres_are_those_of_the_ellipsoid_within_a_few_kilometres(
    lat: float, lon: float, azimuth: float, far_m: float
) -> None:
    other_lon, other_lat, _ = pyproj.Geod(ellps="WGS84").fwd(lon, lat, azimuth, far_m)
    ends = (np.array([value]) for value in (lon, lat, other_lon, other_lat))
    assert apart_m(*ends)[0] == pytest.approx(far_m, rel=1e-4, abs=0.01)


def test_margins_of_a_yard_are_metres_of_the_ellipsoid() -> None:
    geod = pyproj.Geod(ellps="WGS84")
    yard = square("a", 0, width_m=2000)
    border = at(0)[0]
    for metres in (3.0, 40.0, 400.0):
        lon, lat, _ = geod.fwd(border, LAT, 90, metres)
        _, _, margin = Places([yard]).margins(np.array([lon]), np.array([lat]), 10)
        assert margin[0] == pytest.approx(metres, rel=1e-3, abs=0.02)


def test_a_visit_is_written_with_plain_values() -> None:
    (visit,) = found(stops((50, 0, 1)), square("a", 0)).visits
    json.dumps([visit.probability, visit.margin_m, visit.came_unseen, visit.stops, visit.silent_s])
