"""A drive of a few fixes from one parking place to another is a drive, however far from the streets the trucks park."""

from pathlib import Path

import pandas as pd
from driving import SOUTH, LonLat, accused, at, drive, judged, noisy, off, stay
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


def test_yards_beside_the_street_are_no_error_of_the_receiver(tmp_path: Path) -> None:
    home = [off((STREET, SOUTH), 70, 330), off((STREET, SOUTH), 0, 330)]
    away = [off((STREET, SOUTH), 0, -12.5), off((STREET, SOUTH), 150, -12.5), off((STREET, SOUTH), 150, -90)]
    trips = [noisy(moved([*home, *away], f"T{seed}", every_s=30.0, kmh=42.0), seed, 5.0) for seed in range(RUNS)]
    assert len(accused(judged(tmp_path, *trips))) >= 0.9 * RUNS
