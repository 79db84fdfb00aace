"""Reported speeds: a fix to which the truck cannot have driven accuses nobody; columns that are not alive change nothing."""

import dataclasses
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from driving import BLOCK, HEAVY, LAT_M, LON_M, SOUTH, LonLat, accused, at, drive, judged, law, noisy, off, rows_of
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

from truckban.traces.check import Checked
from truckban.traces.in_or_out.speeds import Reports, alive, denied
from zones.locate import Locator

Floats = npt.NDArray[np.float64]
STREET = BLOCK[0][0]
"""A street inside runs north from the southern ring here."""
LANE_M = -12.5
RUNS = times(12)
FEW = settings(max_examples=times(40), deadline=None)


def track(route: Sequence[tuple[LonLat, LonLat, float]], start: float) -> pd.DataFrame:
    """Return a drive second by second with its speed: ways from and to, km/h; 0 km/h is a halt of 40 s."""
    parts = []
    for begin, end, kmh in route:
        if kmh:
            part = drive([begin, end], start, kmh=kmh, every_s=1.0)
        else:
            part = drive([begin, off(begin, 40.0)], start, kmh=3.6, every_s=1.0).assign(lon=begin[0], lat=begin[1])
        parts.append(part.assign(speed_kmh=float(kmh)))
        start = float(part["t_s"].iloc[-1]) + 1.0
    return pd.concat(parts, ignore_index=True)


def along_the_ring() -> pd.DataFrame:
    """Return a drive west and then east along the southern ring, with lights, that crawls by the street's corner."""
    west = [(2900.0, 45), (2300.0, 0), (2299.0, 40), (1500.0, 0), (1499.0, 50), (700.0, 0), (699.0, 35), (-100.0, 45)]
    east = [(-600.0, 40), (-250.0, 5), (250.0, 40), (800.0, 0), (801.0, 50), (1600.0, 0), (1601.0, 45), (2500.0, 0)]
    legs = [(off((STREET, SOUTH), x, LANE_M), float(kmh)) for x, kmh in (*west, *east)]
    return track([(a, b, kmh) for (a, kmh), (b, _) in pairwise(legs)], at("10:00:00"))


def in_and_back() -> pd.DataFrame:
    """Return a drive along the southern ring that goes 260 m into the street, turns there and comes back."""
    corner = off((STREET, SOUTH), 0.0, LANE_M)
    inside = off((STREET, SOUTH), 0.0, 260.0)
    west = [(2900.0, 45), (2300.0, 0), (2299.0, 40), (1500.0, 0), (1499.0, 50), (700.0, 0), (699.0, 35)]
    east = [(0.0, 45), (900.0, 0), (901.0, 50), (1600.0, 0), (1601.0, 45), (2500.0, 40)]
    before, after = ([(off(corner, x), float(kmh)) for x, kmh in way] for way in (west, east))
    legs = [*before, (corner, 25.0), (inside, 0.0), (off(inside, 0.0, -1.0), 25.0), *after]
    return track([(a, b, kmh) for (a, kmh), (b, _) in pairwise(legs)], at("10:00:00"))


def sent(whole: pd.DataFrame, every_s: int, seed: int, name: str) -> pd.DataFrame:
    """Return the fixes that a terminal sends of a drive, with an error of 4 m, and its speed in whole km/h."""
    fixes = whole.iloc[seed % every_s :: every_s].reset_index(drop=True).assign(vehicle_id=name)
    rng = np.random.default_rng(seed)
    said = np.round(np.abs(fixes["speed_kmh"] + rng.normal(0.0, 1.0, len(fixes)) * (fixes["speed_kmh"] > 0)))
    return noisy(fixes.assign(speed_kmh=said), seed, 4.0)


def crawling(every_s: int = 30, deep_m: float = 205.0) -> list[pd.DataFrame]:
    """Return drives of which one fix, at the street's corner, lies in that street."""
    trips = []
    for seed in range(RUNS):
        fixes = sent(along_the_ring(), every_s, seed, f"T{seed}")
        row = int((fixes["lon"] - STREET).abs().where(fixes["speed_kmh"].between(2, 9)).idxmin())
        fixes.loc[row, ["lon", "lat"]] = off((STREET, SOUTH), 0.0, deep_m + seed)
        trips.append(fixes)
    return trips


def without(trips: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    return [fixes.drop(columns="speed_kmh") for fixes in trips]


def why(checked: Checked) -> list[str]:
    return [str(row["why_probability"]) for row in rows_of(checked.parts)]


def test_a_crawling_truck_is_not_driven_inside_by_one_fix_far_off(tmp_path: Path) -> None:
    trips = crawling()
    assert len(accused(judged(tmp_path, *without(trips)))) >= RUNS / 2
    checked = judged(tmp_path, *trips)
    assert accused(checked) == []
    assert sum("denied_by_speed=1" in text for text in why(checked)) >= RUNS / 2
    assert checked.counts()["passages"]["unsure"] >= RUNS / 2
    assert max(part.probability for part in checked.parts) <= 0.85


def test_where_no_streets_are_known_speeds_deny_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notice, ground = law()
    monkeypatch.setattr("driving.law", lambda: (notice, Locator(dataclasses.replace(ground.zone, streets=()))))
    trips = []
    for fixes in crawling(deep_m=400.0):
        row = int(fixes["lat"].idxmax())
        fixes.loc[row + 1, ["lon", "lat"]] = off((STREET, SOUTH), 20.0, 395.0)
        trips.append(fixes)
    assert len(accused(judged(tmp_path, *without(trips)))) >= RUNS / 2
    checked = judged(tmp_path, *trips)
    assert accused(checked) == []
    assert any("denied_by_speed=2" in text for text in why(checked))


@pytest.mark.parametrize("every_s", [15, 30])
def test_who_goes_in_and_comes_back_is_found_with_speeds_as_without(tmp_path: Path, every_s: int) -> None:
    whole = in_and_back()
    trips = [sent(whole, every_s, seed, f"T{seed}") for seed in range(RUNS)]
    for fixes in trips:
        deep = int(fixes["lat"].idxmax())
        x, y = (fixes["lon"] - STREET) * LON_M, (fixes["lat"] - SOUTH) * LAT_M
        assert alive(
            Reports.of(*(column.to_numpy() for column in (fixes["t_s"], x, y, fixes["speed_kmh"]))), deep, deep
        )
    bare = judged(tmp_path, *without(trips))
    assert len(accused(bare)) >= RUNS - 1
    assert rows_of(judged(tmp_path, *trips).leads) == rows_of(bare.leads)


def dead(fixes: pd.DataFrame, kind: str) -> pd.DataFrame:
    speed = fixes["speed_kmh"]
    return fixes.assign(
        speed_kmh={
            "nothing": np.nan,
            "zeros": 0.0,
            "a constant": 12.0,
            "metres a second": speed / 3.6,
            "knots": speed / 1.852,
            "tenths": speed * 10.0,
            "of another time": np.roll(speed, 3),
            "less than nothing": -speed - 1.0,
        }[kind]
    )


@pytest.mark.parametrize(
    "kind",
    ["nothing", "zeros", "a constant", "metres a second", "knots", "tenths", "of another time", "less than nothing"],
)
def test_a_column_that_is_not_alive_changes_nothing(tmp_path: Path, kind: str) -> None:
    trips = crawling()[:6]
    found = judged(tmp_path, *(dead(fixes, kind) for fixes in trips))
    assert rows_of(found.parts) == rows_of(judged(tmp_path, *without(trips)).parts)


@settings(max_examples=times(3), deadline=None)
@given(seed=st.integers(0, 2**31 - 1), share=st.floats(0.2, 0.8))
def test_speeds_count_the_same_in_any_order_and_any_number_of_files(
    tmp_path_factory: pytest.TempPathFactory, seed: int, share: float
) -> None:
    folder = tmp_path_factory.mktemp("any")
    table = pd.concat(crawling()[:4], ignore_index=True).round({"lon": 6, "lat": 6, "t_s": 3})
    expected = judged(folder, table)
    assert any("denied_by_speed" in text for text in why(expected))
    mixed = table.sample(frac=1.0, random_state=seed)
    traces = folder / "in"
    traces.mkdir()
    cut = int(share * len(mixed))
    again = table.sample(frac=0.3, random_state=seed).drop(columns="speed_kmh")
    for number, part in enumerate((again, mixed.iloc[:cut], mixed.iloc[cut:])):
        part.assign(time=part["t_s"].map("{:.3f}".format)).drop(columns="t_s").to_csv(
            traces / f"{number}.csv", index=False
        )
    found = judged(folder, traces=traces, vehicles=dict.fromkeys(table["vehicle_id"].unique().tolist(), HEAVY))
    assert rows_of(found.parts) == rows_of(expected.parts)


def visit(seed: int, n: int = 60, every_s: float = 30.0) -> tuple[Floats, Floats, Floats, Floats]:
    """Return times, positions and speeds (km/h) of a truck in a town; it speeds up and brakes by 0.8 m/s2."""
    rng = np.random.default_rng(seed)
    second = np.arange(int(n * every_s) + 1)
    wanted = np.repeat(rng.choice([0.0, 5.0, 10.0, 15.0], len(second) // 40 + 1), 40)[: len(second)]
    speed = np.zeros(len(second))
    for k in second[1:]:
        speed[k] = speed[k - 1] + np.clip(wanted[k] - speed[k - 1], -0.8, 0.8)
    turn = np.cumsum(np.repeat(rng.choice([0.0, 0.0, np.pi / 2], len(second) // 120 + 1), 120)[: len(second)] / 120.0)
    rows = (np.arange(n) * every_s).astype(int)
    x, y = (np.cumsum(speed * wave(turn))[rows] + rng.normal(0.0, 8.0, n) for wave in (np.cos, np.sin))
    return rows + 1.7e9, x, y, np.round(speed[rows] * 3.6)


def with_slip(seed: int) -> tuple[Reports, int]:
    """Return a visit of which the slowest fix among the middle ones lies far off, and its row."""
    t_s, x, y, kmh = visit(seed)
    row = 20 + int(np.argmin(kmh[20:40] + kmh[19:39] + kmh[21:41]))
    y[row] += 900.0
    return Reports.of(t_s, x, y, kmh), row


@FEW
@given(seed=st.integers(0, 10**6))
def test_a_fix_far_off_is_denied_where_speeds_are_alive(seed: int) -> None:
    reports, row = with_slip(seed)
    inside = np.arange(row - 1, row + 2)
    if alive(reports, row - 1, row + 1) and reports.speed_ms[row - 1 : row + 2].max() <= 10.0:
        found = denied(reports, inside, 8.0)
        assert found[1]
        # of a truck that stood all three may go: which of them was carried off no speed can tell
        assert found.sum() <= 2 or not reports.speed_ms[inside].any()


def test_speeds_of_a_truck_that_drives_are_alive_and_deny_next_to_nothing() -> None:
    visits = [Reports.of(*visit(seed)) for seed in range(times(100))]
    assert np.mean([alive(reports, 28, 32) for reports in visits]) >= 0.95
    of_many = [denied(reports, np.arange(20, 40), 8.0) for reports in visits]
    assert np.mean(of_many) <= 0.002
    assert (
        np.mean([denied(Reports.of(*visit(seed, every_s=15.0)), np.arange(20, 40), 8.0) for seed in range(100)])
        <= 0.002
    )


@FEW
@given(seed=st.integers(0, 10**6), factor=st.one_of(st.floats(0.0, 0.7), st.floats(1.45, 1000.0)))
def test_speeds_in_another_unit_are_not_alive(seed: int, factor: float) -> None:
    t_s, x, y, kmh = visit(seed)
    assert not alive(Reports.of(t_s, x, y, kmh * factor), 28, 32)


@FEW
@given(seed=st.integers(0, 10**6), constant=st.floats(0.0, 200.0), later=st.integers(2, 30))
def test_constants_and_speeds_of_another_time_deny_nothing(seed: int, constant: float, later: int) -> None:
    reports, row = with_slip(seed)
    constants = dataclasses.replace(reports, speed_ms=np.full(len(reports.t_s), constant / 3.6))
    assert not denied(constants, np.array([row]), 8.0).any()
    shuffled = np.random.default_rng(later).permutation(reports.speed_ms)
    assert not alive(dataclasses.replace(reports, speed_ms=shuffled), row, row)


@pytest.mark.parametrize("late", [-1, 1])
def test_speeds_that_are_one_report_late_or_early_are_not_alive(late: int) -> None:
    known = []
    for seed in range(60):
        t_s, x, y, kmh = visit(seed, every_s=15.0)
        known.append(alive(Reports.of(t_s, x, y, np.roll(kmh, late)), 28, 32))
    assert np.mean(known) <= 0.02


def test_few_ways_do_not_show_that_speeds_are_alive() -> None:
    t_s, x, y, kmh = visit(3)
    assert alive(Reports.of(t_s, x, y, kmh), 30, 30)
    assert not alive(Reports.of(t_s[:8], x[:8], y[:8], kmh[:8]), 4, 4)


@FEW
@given(
    seed=st.integers(0, 10**6),
    east=st.integers(-(10**5), 10**5),
    hours=st.integers(-100, 100),
    turn=st.floats(0.0, 2 * np.pi),
)
def test_where_and_when_it_drives_does_not_matter(seed: int, east: int, hours: int, turn: float) -> None:
    reports, row = with_slip(seed)
    x, y = reports.x_m, reports.y_m
    moved = Reports(
        reports.t_s + 3600.0 * hours,
        np.cos(turn) * x - np.sin(turn) * y + east,
        np.sin(turn) * x + np.cos(turn) * y,
        reports.speed_ms,
    )
    inside = np.arange(row - 2, row + 3)
    assert denied(moved, inside, 8.0).tolist() == denied(reports, inside, 8.0).tolist()


@FEW
@given(seed=st.integers(0, 10**6), gone=st.sets(st.integers(0, 59)))
def test_speeds_that_are_not_said_deny_nothing_more(seed: int, gone: set[int]) -> None:
    """Knowing less of the stretch can only take denials away."""
    reports, row = with_slip(seed)
    inside = np.arange(row - 2, row + 3)
    said = reports.speed_ms.copy()
    said[[k for k in gone if row - 3 <= k <= row + 3]] = np.nan
    fewer = denied(dataclasses.replace(reports, speed_ms=said), inside, 8.0)
    assert fewer.sum() <= max(int(denied(reports, inside, 8.0).sum()), 0)
    nothing = dataclasses.replace(reports, speed_ms=np.full(60, np.nan))
    assert not denied(nothing, inside, 8.0).any()


def test_a_stretch_of_very_many_fixes_is_left_as_it_is() -> None:
    reports, _ = with_slip(1)
    many = 500
    whole = Reports(*(np.resize(column, many) for column in (reports.t_s, reports.x_m, reports.y_m, reports.speed_ms)))
    whole = dataclasses.replace(whole, t_s=np.arange(many) * 30.0)
    assert not denied(whole, np.arange(20, many - 20), 8.0).any()
