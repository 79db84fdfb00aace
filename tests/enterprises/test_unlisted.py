"""Candidates are places where several heavy trucks stand for long by day, on no list; everything else is counted, not hidden."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprises.density import clusters_of
from enterprises.places import Place, Places
from enterprises.plane import metres_a_degree
from enterprises.stops import EMPTY, FULL, UNKNOWN, Stops
from enterprises.unlisted import Search, Unlisted, unlisted_places

LON, LAT = 110.77, 35.15
EAST, NORTH = (float(value) for value in metres_a_degree(LAT))
MIDNIGHT = 1_715_097_600.0
"""2024-05-08 00:00 at GMT+8."""
HOUR = 3600.0
Row = tuple[str, float, float, float, float]
"""Whose, metres east and north, start in hours after midnight, hours it lasts."""
NOTHING = Places([])


def stops(rows: Sequence[Row], *, load: tuple[int, int] = (UNKNOWN, UNKNOWN)) -> Stops:
    ids = sorted({row[0] for row in rows})
    east, north, start, lasts = (np.array([row[k] for row in rows], np.float64) for k in range(1, 5))
    return Stops(
        ids,
        np.array([ids.index(row[0]) for row in rows], np.intp),
        MIDNIGHT + start * HOUR,
        MIDNIGHT + (start + lasts) * HOUR,
        LON + east / EAST,
        LAT + north / NORTH,
        load_before=np.full(len(rows), load[0], np.int8),
        load_after=np.full(len(rows), load[1], np.int8),
    )


def yard(
    trucks: int = 4, *, times: int = 3, east_m: float = 0.0, first_h: float = 8.0, lasts_h: float = 0.5
) -> list[Row]:
    """Return stops of trucks within a yard of some 40 m, `times` on days in a row."""
    spot = np.random.default_rng(7)
    return [
        (f"T{truck}", east_m + spot.uniform(-20, 20), spot.uniform(-20, 20), first_h + truck + 24 * day, lasts_h)
        for truck in range(trucks)
        for day in range(times)
    ]


def found(rows: Sequence[Row], known: Places = NOTHING, **how: Any) -> Unlisted:  # noqa: ANN401
    load = how.pop("load", (UNKNOWN, UNKNOWN))
    result = unlisted_places(stops(rows, load=load), known, **how)
    assert result.stops["all"] == len(rows) == sum(count for name, count in result.stops.items() if name != "all")
    assert result.clusters["all"] == sum(count for name, count in result.clusters.items() if name != "all")
    assert result.clusters["candidates"] == len(result.candidates)
    assert result.stops["candidates"] == sum(one.stops for one in result.candidates)
    return result


def test_a_yard_of_several_trucks_is_a_candidate_with_its_evidence() -> None:
    (one,) = found(yard(), load=(EMPTY, FULL)).candidates
    assert (one.rank, one.vehicles, one.stops, one.days, one.overnight) == (1, 4, 12, 3, 0)
    assert (one.median_min, one.load_known, one.left_loaded) == (30.0, 12, 12)
    assert [hour for hour, count in enumerate(one.hours) if count] == [8, 9, 10, 11]
    assert one.lon == pytest.approx(LON, abs=20 / EAST)
    assert one.reach_m < 30
    assert not one.sprawls
    assert {example.vehicle_id for example in one.examples} == {"T0", "T1", "T2", "T3"}
    assert (one.first_s, one.last_s) == (MIDNIGHT + 8 * HOUR, MIDNIGHT + 59.5 * HOUR)


def test_trucks_that_come_full_and_go_empty_do_not_load() -> None:
    (one,) = found(yard(), load=(FULL, EMPTY)).candidates
    assert (one.load_known, one.left_loaded) == (12, 0)
    (silent,) = found(yard()).candidates
    assert (silent.load_known, silent.left_loaded) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (yard(1, times=20), "few_vehicles"),
        (yard(2, times=10), "few_vehicles"),
        (yard(5, times=4, first_h=20, lasts_h=9), "overnight_only"),
        (yard(3, times=3), "few_stops"),
    ],
)
def test_what_is_no_candidate_is_counted_with_the_reason(rows: list[Row], why: str) -> None:
    result = found(rows)
    assert (result.candidates, result.clusters[why], result.stops[why]) == ([], 1, len(rows))


def test_a_truck_that_loads_where_it_sleeps_still_counts_by_day() -> None:
    (one,) = found([*yard(), *yard(4, times=2, first_h=18, lasts_h=10)]).candidates
    assert (one.stops, one.overnight, one.vehicles_overnight, one.median_min) == (20, 8, 4, 30.0)


def test_short_stops_at_night_are_no_rest() -> None:
    (one,) = found(yard(first_h=1.0, lasts_h=0.6)).candidates
    assert one.overnight == 0


def test_known_places_short_stops_and_other_vehicles_are_left_out() -> None:
    depot = Place("depot", None, shapely.Point(LON, LAT), radius_m=80, kind="depot")
    assert found(yard(), Places([depot])).stops["known_place"] == 12
    assert found(yard(lasts_h=0.2)).stops["short"] == 12
    light = found(yard(), heavy=np.array([True, True, False, False]))
    assert (light.stops["not_heavy"], light.candidates) == (6, [])


def test_a_stop_that_may_lie_in_a_known_place_is_nobodys_evidence() -> None:
    beside = Place("depot", None, shapely.Point(LON - 110 / EAST, LAT), radius_m=80, kind="depot")
    result = found(yard(), Places([beside]))
    assert result.stops["known_place"] > 0
    far = Place("far", None, shapely.Point(LON - 600 / EAST, LAT), radius_m=80, kind="depot")
    (one,) = found(yard(), Places([far])).candidates
    assert one.near == "far"
    assert one.near_m == pytest.approx(520, abs=20)


def test_two_yards_apart_are_two_candidates_and_the_busier_comes_first() -> None:
    result = found([*yard(3, times=4), *yard(5, times=4, east_m=300)])
    assert [(one.rank, one.vehicles) for one in result.candidates] == [(1, 5), (2, 3)]


def test_trucks_along_a_kilometre_of_road_sprawl() -> None:
    rows = [(f"T{k % 5}", k * 10.0, 0.0, 8 + k * 0.1, 0.5) for k in range(120)]
    (one,) = found(rows).candidates
    assert one.sprawls


def test_nothing_is_found_in_nothing() -> None:
    assert found([]).candidates == []
    assert found(yard(1, times=1)).stops["scattered"] == 1


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_says_nothing(chance: Any) -> None:  # noqa: ANN401
    rows = [*yard(), *yard(5, times=3, east_m=130), *yard(3, times=5, east_m=400)]
    straight = found(rows)
    chance.shuffle(rows)
    assert found(rows) == straight


def test_a_night_belongs_to_the_zone_of_time() -> None:
    rows = yard(5, times=4, first_h=20, lasts_h=7.5)
    assert found(rows, timezone="Asia/Shanghai").clusters["overnight_only"] == 1
    assert found(rows, timezone="America/New_York").clusters["overnight_only"] == 0


def plain_dbscan(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], radius: float, least: int) -> list[set[int]]:
    """Return the dense positions of each cluster, the slow way, on positions at the middle of their cells."""
    near = [[j for j in range(len(x)) if np.hypot(x[i] - x[j], y[i] - y[j]) <= radius] for i in range(len(x))]
    dense = [i for i in range(len(x)) if len(near[i]) >= least]
    clusters, left = [], set(dense)
    while left:
        group, todo = set(), [left.pop()]
        while todo:
            here = todo.pop()
            group.add(here)
            todo += [j for j in near[here] if j in left]
            left -= set(near[here])
        clusters.append(group)
    return clusters


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([30.0, 50.0, 70.0]), st.integers(1, 6))
def test_the_grid_finds_the_clusters_of_plain_dbscan(seed: int, radius: float, least: int) -> None:
    chance = np.random.default_rng(seed)
    x, y = (np.floor(chance.uniform(-300, 300, 70) / 10) * 10 + 5 for _ in "xy")
    label = clusters_of(x, y, radius_m=radius, least=least)
    groups = plain_dbscan(x, y, radius, least)
    assert sorted(map(sorted, groups)) == sorted(
        sorted(set(np.flatnonzero(label == k).tolist()) & set().union(*groups))
        for k in range(int(label.max(initial=-1)) + 1)
    )
    for k in np.flatnonzero(label >= 0).tolist():
        assert (
            min(np.hypot(x[k] - x[j], y[k] - y[j]) for group in groups for j in group if label[j] == label[k]) <= radius
        )
    seen = [min((np.hypot(x[k] - x[j], y[k] - y[j]) for g in groups for j in g), default=np.inf) for k in range(len(x))]
    assert [(label[k] >= 0) == (seen[k] <= radius) for k in range(len(x))] == [True] * len(x)


def test_what_is_looked_for_can_be_said() -> None:
    assert found(yard(3, times=3), search=Search(min_stops=9)).clusters["candidates"] == 1
