"""A drive of a few fixes from one parking place to another is a drive, however far from the streets the trucks park."""

from pathlib import Path

import pandas as pd
from driving import LAT_M, SOUTH, LonLat, accused, at, drive, judged, noisy, off, stay
from effort import times

STREET = 110.7595
"""A street inside runs north from the southern ring here."""
RUNS = times(20)


def moved(route: list[LonLat], name: str, *, every_s: float, kmh: float) -> pd.DataFrame:
    """Return a morning: parked where a route begins, driven, and parked where it ends."""
    parked = stay(route[0], at("09:00:00"), at("10:00:00"), every_s=every_s)
    there = drive(route, at("10:00:00"), every_s=every_s, kmh=kmh)
    after = stay(route[-1], float(there["t_s"].iloc[-1]) + every_s, at("11:00:00"), every_s=every_s)
    return pd.concat([parked, there, after], ignore_index=True).assign(vehicle_id=name)


def test_who_drives_in_within_one_report_and_parks_there_is_found(tmp_path: Path) -> None:
    gate, corner = off((STREET, SOUTH), 0, -35), (STREET, SOUTH)
    trips = [
        noisy(moved([gate, off(corner, 0, 300)], f"T{seed}", every_s=30.0, kmh=35.0), seed, 5.0) for seed in range(RUNS)
    ]
    assert len(accused(judged(tmp_path, *trips))) >= 0.9 * RUNS


def test_who_is_carried_off_and_comes_back_is_not(tmp_path: Path) -> None:
    gate, corner = off((STREET, SOUTH), 0, -35), (STREET, SOUTH)
    trips = []
    for seed in range(RUNS):
        fixes = stay(gate, at("09:00:00"), at("11:00:00"), every_s=30.0, name=f"T{seed}")
        fixes.loc[120 + seed, ["lon", "lat"]] = off(corner, 0, 150 + 150 * seed / RUNS)
        trips.append(noisy(fixes, seed, 5.0))
    assert accused(judged(tmp_path, *trips)) == []


def test_who_stops_at_the_kerb_of_a_boundary_road_in_a_burst_of_minutes_is_no_lead(tmp_path: Path) -> None:
    corner = (STREET, SOUTH)
    along = [off(corner, -2000, -12.5), off(corner, -40, -12.5), off(corner, 0, 12)]
    trips = []
    for seed in range(RUNS):
        there = drive(along, at("10:00:00"), every_s=30.0, kmh=42.0)
        arrived = float(there["t_s"].iloc[-1])
        after = stay(along[-1], arrived + 30, at("11:00:00"), every_s=30.0)
        carried = after["t_s"] < arrived + 240 + 600 * seed / RUNS
        after.loc[carried, "lat"] += 75 / LAT_M
        trips.append(noisy(pd.concat([there, after], ignore_index=True).assign(vehicle_id=f"T{seed}"), seed, 5.0))
    assert accused(judged(tmp_path, *trips)) == []


def test_yards_beside_the_street_are_no_error_of_the_receiver(tmp_path: Path) -> None:
    home = [off((STREET, SOUTH), 70, 330), off((STREET, SOUTH), 0, 330)]
    away = [off((STREET, SOUTH), 0, -12.5), off((STREET, SOUTH), 150, -12.5), off((STREET, SOUTH), 150, -90)]
    trips = [noisy(moved([*home, *away], f"T{seed}", every_s=30.0, kmh=42.0), seed, 5.0) for seed in range(RUNS)]
    assert len(accused(judged(tmp_path, *trips))) >= 0.9 * RUNS


def cut_short(route: list[LonLat], name: str, last: int, *, backwards: bool = False) -> pd.DataFrame:
    """Return the morning's drive along a route of a terminal that is silent after the fix with this number, or before it."""
    fixes = drive(route, at("09:00:00"), every_s=30.0, kmh=36.0, name=name)
    return fixes.iloc[-last - 1 :] if backwards else fixes.iloc[: last + 1]


def test_a_trace_that_ends_or_begins_while_the_truck_turns_deep_inside_shows_it_there(tmp_path: Path) -> None:
    corner = (STREET, SOUTH)
    along = off(corner, -2100, -12.5), off(corner, 0, -12.5)
    # a fix every 300 m: 300 m in, turned at 465 m, and 330 m deep on the way back
    turned = [*along, off(corner, 0, 453), off(corner, 0, 0)]
    trips = [noisy(cut_short(turned, f"T{seed}", 9), seed, 5.0) for seed in range(RUNS)]
    trips += [
        noisy(cut_short(turned[::-1], f"B{seed}", 9, backwards=True), seed, 5.0).assign(vehicle_id=f"B{seed}")
        for seed in range(RUNS)
    ]
    depths = (trips[0]["lat"].tail(2) - SOUTH) * LAT_M
    assert (depths > 200).all()
    assert len(accused(judged(tmp_path, *trips))) >= 0.9 * 2 * RUNS


def test_a_trace_that_ends_in_reflections_shows_nothing(tmp_path: Path) -> None:
    corner = (STREET, SOUTH)
    trips = []
    for seed in range(RUNS):
        fixes = cut_short([off(corner, -2100, -12.5), off(corner, 1000, -12.5)], f"T{seed}", 8)
        fixes.loc[fixes.index[-2:], "lat"] += 80 / LAT_M
        fixes.loc[fixes.index[-1], "lon"] = fixes["lon"].iloc[-2]
        trips.append(noisy(fixes, seed, 10.0))
    assert accused(judged(tmp_path, *trips)) == []
