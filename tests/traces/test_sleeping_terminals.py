"""A parked terminal reports every few minutes: between its last report and the first on the road the hours of the ban may begin or end."""

from pathlib import Path

import pandas as pd
import pytest
from driving import BLOCK, EAST, SOUTH, accused, at, drive, judged, length_m, noisy, off, stay
from effort import times

YARD = off((BLOCK[0][0], SOUTH), 6.0, 420.0)
"""On a street inside that runs south to the southern ring."""
MOUTH = (BLOCK[0][0], SOUTH)
WAY_OUT = [YARD, (BLOCK[0][0], SOUTH + 0.0005), off(MOUTH, 0.0, -12.5), off((EAST, SOUTH), 0.0, -12.5)]
WAY_IN = [off(place, 0.0, -1.75) for place in WAY_OUT[::-1]]
SEEDS = range(times(8))


def trip(before: pd.DataFrame, road: pd.DataFrame, after: pd.DataFrame, seed: int) -> pd.DataFrame:
    return noisy(pd.concat([before, road, after], ignore_index=True), seed, 5.0).assign(vehicle_id=f"T{seed}")


def asleep(first: str, last: str) -> pd.DataFrame:
    """Return the reports of a truck parked in the yard, one every five minutes, the last one at an instant."""
    fixes = stay(YARD, at(first), at(last) + 1.0, every_s=300.0)
    return fixes.assign(t_s=fixes["t_s"] + at(last) - fixes["t_s"].iloc[-1])


def out(left: float, since: float, every_s: float = 15.0) -> pd.DataFrame:
    """Return what is sent of the way out after an instant; the truck left at another."""
    fixes = drive(WAY_OUT, left, kmh=32.0, every_s=every_s)
    return fixes[fixes["t_s"] >= since]


@pytest.mark.parametrize("seen", ["06:00:10", "06:00:50", "06:01:10", "06:02:00"])
def test_who_leaves_before_six_and_is_seen_next_after_six_drove_out_before(tmp_path: Path, seen: str) -> None:
    """It drove out of the street at 05:59:40 at the latest, and waits at the light."""
    light = off(MOUTH, 60.0, -12.5)
    waits = stay(light, at(seen), at("06:03:00"), every_s=15.0)
    goes_on = drive([light, WAY_OUT[-1]], at("06:03:00"))
    trips = [
        trip(
            asleep("01:00:00", "05:57:00"),
            pd.concat([waits, goes_on]),
            stay(WAY_OUT[-1], at("06:12:00"), at("07:00:00")),
            seed,
        )
        for seed in SEEDS
    ]
    assert accused(judged(tmp_path, *trips)) == []


def test_who_is_seen_on_the_street_after_six_drove_there_whenever_he_left(tmp_path: Path) -> None:
    trips = [
        trip(
            asleep("01:00:00", "05:58:00"),
            out(at("06:01:00"), at("06:01:10")),
            stay(WAY_OUT[-1], at("06:10:00"), at("07:00:00")),
            seed,
        )
        for seed in SEEDS
    ]
    assert len(accused(judged(tmp_path, *trips))) == len(trips)


def test_who_waits_for_ten_and_is_seen_next_in_his_yard_drove_in_after_ten(tmp_path: Path) -> None:
    waits = off(MOUTH, 60.0, -14.0)
    trips = []
    for seed in SEEDS:
        ring = [off((EAST, SOUTH), 0.0, -14.0), waits]
        road = drive(ring, at("21:59:15") - length_m(ring) / 10.0)
        parked = asleep("22:04:00", "23:44:00")
        trips.append(trip(stay(ring[0], at("21:00:00"), at("21:50:00")), road, parked, seed))
    assert accused(judged(tmp_path, *trips)) == []


def test_who_is_seen_on_the_street_before_ten_drove_there_whenever_he_parked(tmp_path: Path) -> None:
    trips = []
    for seed in SEEDS:
        road = drive(WAY_IN, at("21:58:50") - length_m(WAY_IN) / (32.0 / 3.6), kmh=32.0)
        parked = asleep("22:02:00", "23:42:00")
        trips.append(trip(stay(WAY_IN[0], at("21:00:00"), at("21:40:00")), road, parked, seed))
    assert len(accused(judged(tmp_path, *trips))) == len(trips)


def test_a_report_of_the_yard_within_the_hours_shows_that_it_left_within_them(tmp_path: Path) -> None:
    """The hours begin before the last report: nothing is open then, and one fix on the boundary road is enough."""
    trips = [
        trip(
            asleep("01:00:00", "06:01:00"),
            out(at("06:01:20"), at("06:02:40")),
            stay(WAY_OUT[-1], at("06:12:00"), at("07:00:00")),
            seed,
        )
        for seed in SEEDS
    ]
    assert len(accused(judged(tmp_path, *trips))) == len(trips)
