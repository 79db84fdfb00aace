"""A parked truck's receiver can wander for hours by more than its usual error: a terminal that says all the while that it stands is believed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import (
    IN_BY_SECOND_STREET,
    LAT_M,
    LON_M,
    LonLat,
    accused,
    at,
    drive,
    frame,
    judged,
    length_m,
    noisy,
    stay,
    where,
)

from truckban.traces.in_or_out import speeds

YARD = IN_BY_SECOND_STREET[-1]
SEEDS = range(6)


def lively(route: list[LonLat], start: float, seed: int) -> pd.DataFrame:
    """Return a drive that is now faster and now slower, as its speeds say."""
    seconds = np.arange(0.0, length_m(route) / 10.0 - 20.0)
    speed_ms = 10.0 + 5.0 * np.sin(seconds / 40.0)
    metres = np.cumsum(speed_ms)
    some = np.arange(0, len(seconds), 15)[metres[::15] < length_m(route)]
    trip = frame("T", start + seconds[some], *where(route, metres[some]))
    return noisy(trip, seed, 5).assign(speed_kmh=speed_ms[some] * 3.6)


def by_night(name: str, seed: int, stood: pd.DataFrame) -> pd.DataFrame:
    """Return a day of a truck that comes to the yard before six and leaves after ten at night, by what it sends between."""
    come, leave = (
        lively(way, at(clock), seed)
        for way, clock in ((IN_BY_SECOND_STREET, "05:00:00"), (IN_BY_SECOND_STREET[::-1], "22:30:00"))
    )
    return pd.concat([come, stood, leave], ignore_index=True).assign(vehicle_id=name)


def wandering(seed: int) -> pd.DataFrame:
    """Return what a truck sends that stands in the yard, where its receiver is off by 50 m an axis, another way every half minute."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(at("05:30:00"), at("22:30:00"), 15.0)
    off_m = np.zeros((len(t_s), 2))
    keep = np.exp(-15.0 / 20.0)
    for k, step in enumerate(rng.normal(0, 50.0 * np.sqrt(1 - keep**2), (len(t_s), 2))):
        off_m[k] = keep * off_m[k - 1] + step
    lon, lat = YARD[0] + off_m[:, 0] / LON_M, YARD[1] + off_m[:, 1] / LAT_M
    return pd.DataFrame({"vehicle_id": "T", "t_s": t_s, "lon": lon, "lat": lat, "speed_kmh": 0.0})


def test_a_parked_truck_that_says_it_stands_is_not_accused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [by_night(f"T{seed}", seed, wandering(seed)) for seed in SEEDS]
    assert accused(judged(tmp_path, *days)) == []
    monkeypatch.setattr(speeds, "_STOOD", 1_000_000)
    assert len({name for name, *_ in accused(judged(tmp_path, *days))}) >= 3


@pytest.mark.parametrize("dead", [True, False], ids=["a dead speed", "a live speed"])
def test_a_short_drive_from_one_yard_to_the_next_is_found(tmp_path: Path, *, dead: bool) -> None:
    other = (YARD[0] + 240 / LON_M, YARD[1])
    days = []
    for seed in SEEDS:
        way = drive([YARD, other], at("12:00:00"), kmh=15).assign(speed_kmh=15.0)
        way.loc[0, "speed_kmh"] = 0.0
        before = stay(YARD, at("05:30:00"), at("12:00:00"), every_s=15).assign(speed_kmh=0.0)
        after = stay(other, way["t_s"].iloc[-1] + 15, at("22:00:00"), every_s=15).assign(speed_kmh=0.0)
        day = by_night(f"T{seed}", seed, noisy(pd.concat([before, way, after], ignore_index=True), seed, 5))
        days.append(day.assign(speed_kmh=0.0) if dead else day)
    assert {name for name, *_ in accused(judged(tmp_path, *days))} == {f"T{seed}" for seed in SEEDS}
