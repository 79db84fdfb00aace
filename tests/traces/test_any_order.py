"""Laws of a check: the same fixes give the same leads, in whatever order, files and repetitions their rows come in.

The fleet's data are as bad as they come: slips, frozen positions, repeated rows, two tracks under one number, rows that are no fixes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from driving import (
    BLOCK,
    HEAVY,
    IN_BY_SECOND_STREET,
    WUYI,
    at,
    drive,
    instant,
    judged,
    noisy,
    off,
    ring,
    rows_of,
    stay,
    written,
)
from effort import times
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from truckban.traces.check import Checked
from truckban.traces.fixes import Fixes, read_fixes

YARD = off(BLOCK[1], 30, 40)
NAMES = ("A1", "B2", "C3", "D4", "E5", "F6")
few = settings(
    max_examples=times(4),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # an example takes half a second: what fails is not made smaller
)


@dataclass(frozen=True)
class Outcome:
    """What a check said, and the fixes that its files hold."""

    checked: Checked
    fixes: Fixes


@cache
def fleet() -> pd.DataFrame:
    """Return six trucks' rows as a file has them, each truck in order of time."""
    twin = drive([off(place, 30_000, 0) for place in WUYI[:1]] + [off(WUYI[1], 30_000, 0)], at("11:00:07"), every_s=30)
    parts = [
        drive(WUYI, at("10:00:00"), every_s=30, name="A1"),
        drive(WUYI[::-1], at("10:20:00"), every_s=30, name="A1"),
        drive(IN_BY_SECOND_STREET, at("05:57:00"), every_s=30, name="B2"),
        stay(YARD, at("08:00:00"), at("09:00:00"), every_s=300, name="C3"),
        drive([YARD, BLOCK[2]], at("09:00:00"), every_s=30, name="C3"),
        drive(ring(16.0)["西环路"], at("12:00:00"), every_s=30, name="D4"),
        drive(WUYI, at("11:00:00"), every_s=30, name="E5"),
        twin.assign(vehicle_id="E5"),
        drive(IN_BY_SECOND_STREET, at("14:00:00"), every_s=15, name="F6"),
    ]
    table = noisy(pd.concat(parts, ignore_index=True), 11).assign(speed_kmh=36.0, heading=90.0)
    rng = np.random.default_rng(5)
    slips = rng.choice(np.flatnonzero(table["vehicle_id"].isin(["A1", "F6"])), 6, replace=False)
    table.loc[slips, "lon"] += 0.4
    frozen = np.flatnonzero(table["vehicle_id"] == "F6")[30:60]
    table.loc[frozen, ["lon", "lat"]] = table.loc[frozen[0], ["lon", "lat"]].to_numpy()
    accuracy = rng.choice([5.0, 12.0, np.nan], len(table))
    table = written(table.assign(lon=table["lon"].round(6), lat=table["lat"].round(6), accuracy_m=accuracy))
    bad = table.iloc[[3, 90]].assign(lon=0, lat=0)
    torn = table.iloc[[12]].assign(lat=35.2)
    said_otherwise = table.iloc[10:200:9].assign(accuracy_m=30.0, speed_kmh=0.0, heading=[270.0, np.nan] * 11)
    return pd.concat([table, bad, torn, said_otherwise], ignore_index=True)


def checked_as(folder: Path, *files: pd.DataFrame, fleet_names: Sequence[str] = NAMES) -> Outcome:
    """Check rows in so many files, each in its order."""
    folder.mkdir(parents=True, exist_ok=True)
    traces = folder / "in"
    traces.mkdir(exist_ok=True)
    for old in traces.iterdir():
        old.unlink()
    for number, table in enumerate(files):
        table.to_csv(traces / f"{number:03}.csv", index=False)
    vehicles = {name: {**HEAVY, "plate": f"晋M1000{n}"} for n, name in enumerate(fleet_names)}
    return Outcome(judged(folder, traces=traces, vehicles=vehicles), read_fixes(traces, timezone="Asia/Shanghai"))


def said(outcome: Outcome) -> tuple[list[dict[str, object]], list[dict[str, object]], dict[str, Any], list[str]]:
    """Return the leads, all parts of passages, the counts that do not depend on the order of rows, and the fixes."""
    checked, rows = outcome.checked, outcome.fixes
    counts = checked.counts()
    for name in ("rows", "duplicates", "rejected_by_reason", "times_without_zone"):
        counts.pop(name)
    counts["cleaning"] = {
        name: counts["cleaning"][name] for name in ("parked", "vehicles_clock_forward", "vehicles_two_tracks")
    }
    fixes = [repr(getattr(rows, name).tolist()) for name in ("vehicle", "t_s", "lon", "lat", "accuracy_m")]
    return rows_of(checked.leads), rows_of(checked.parts), counts, fixes


_PLAIN: dict[str, Outcome] = {}


def plain(folder: Path) -> Outcome:
    """Return what is found of the rows as they are."""
    if not _PLAIN:
        outcome = checked_as(folder / "plain", fleet())
        assert len(outcome.checked.leads) >= 4
        reasons = outcome.checked.counts()["rejected_by_reason"]
        assert {"jump", "frozen", "two_tracks", "two_places", "zero"} <= set(reasons)
        _PLAIN["plain"] = outcome
    return _PLAIN["plain"]


@few
@given(seed=st.integers(0, 2**31 - 1), cuts=st.lists(st.floats(0, 1), max_size=4), repeated=st.floats(0, 0.6))
def test_any_order_of_rows_any_number_of_files_and_any_repetition_say_the_same(
    tmp_path: Path, seed: int, cuts: Sequence[float], repeated: float
) -> None:
    table = fleet()
    again = table[np.random.default_rng(seed).random(len(table)) < repeated]
    mixed = pd.concat([table, again]).sample(frac=1.0, random_state=seed)
    edges = [0, *sorted(int(cut * len(mixed)) for cut in cuts), len(mixed)]
    files = [mixed.iloc[a:b] for a, b in pairwise(edges) if b > a]
    found, expected = checked_as(tmp_path, *files), plain(tmp_path)
    assert said(found) == said(expected)
    rows = found.checked.counts()["rows"]
    assert rows["read"] == len(mixed) == rows["used"] + rows["rejected"]


def test_rows_repeated_are_rejected_or_repeats_as_what_they_repeat_is(tmp_path: Path) -> None:
    once, twice = plain(tmp_path), checked_as(tmp_path, fleet(), fleet())
    assert said(twice) == said(once)
    one, two = once.checked.counts(), twice.checked.counts()
    assert two["rejected_by_reason"] == {code: 2 * count for code, count in one["rejected_by_reason"].items()}
    assert two["rows"]["used"] == 2 * one["rows"]["used"]
    assert two["cleaning"]["out_of_order"] == 2 * one["cleaning"]["out_of_order"]


@few
@given(late=st.sets(st.integers(0, 11), min_size=1), first=st.booleans())
def test_a_backlog_that_comes_in_a_file_of_its_own_says_the_same(
    tmp_path: Path, late: set[int], *, first: bool
) -> None:
    """Whole stretches of the day come late, as when a terminal was without a network, before or after the live rows."""
    table = fleet()
    stretch = (table["time"].astype(float) // 300).astype(int) % 12
    backlog, live = table[stretch.isin(late)], table[~stretch.isin(late)]
    files = [part for part in ((backlog, live) if first else (live, backlog)) if len(part)]
    assert said(checked_as(tmp_path, *files)) == said(plain(tmp_path))


@few
@given(names=st.permutations(NAMES))
def test_who_is_called_what_says_nothing_of_what_was_driven(tmp_path: Path, names: Sequence[str]) -> None:
    calls = dict(zip(NAMES, names, strict=True))
    table = fleet()
    found = checked_as(tmp_path, table.assign(vehicle_id=table["vehicle_id"].map(calls)), fleet_names=names)
    expected = plain(tmp_path)
    assert by_vehicle(found.checked, {}) == by_vehicle(expected.checked, calls)
    assert said(found)[2] == said(expected)[2]


def by_vehicle(checked: Checked, calls: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """Return all parts without their ids, in order of the vehicles' names as they are called elsewhere."""
    rows = [
        {**row, "vehicle_id": calls.get(str(row["vehicle_id"]), row["vehicle_id"])} for row in rows_of(checked.parts)
    ]
    return sorted(
        (row["vehicle_id"], *(str(value) for name, value in row.items() if not name.endswith("_id"))) for row in rows
    )


@few
@given(days=st.integers(-300, 500))
def test_whole_days_shift_the_leads_and_nothing_else(tmp_path: Path, days: int) -> None:
    table = fleet()
    moved = table.assign(time=(table["time"].astype(float) + days * 86_400).map("{:.3f}".format))
    after, before = checked_as(tmp_path, moved), plain(tmp_path)
    found, expected = after.checked, before.checked
    assert len(found.parts) == len(expected.parts)
    for one, other in zip(rows_of(found.parts), rows_of(expected.parts), strict=True):
        for end in ("entered_at", "left_at"):
            assert instant(str(one[end])) - instant(str(other[end])) == days * 86_400
        same = [name for name in one if name not in ("lead_id", "incident_id") and not _has_time(other[name])]
        assert [one[name] for name in same] == [other[name] for name in same]
    assert said(after)[2] == said(before)[2]


def _has_time(value: object) -> bool:
    return "2024-05-08" in str(value)
