"""Reported courses: a truck that drives along a boundary road is not on the street across it; what is not alive changes nothing."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from driving import HEAVY, LAT_M, LON_M, SOUTH, accused, at, judged, noisy, off, rows_of
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from test_speeds import LANE_M, STREET, in_and_back, track

from truckban.traces.in_or_out.courses import worth

Floats = npt.NDArray[np.float64]
RUNS = times(12)
FEW = settings(max_examples=times(60), deadline=None)
EAST_WEST = np.array([[-1000.0, 0.0, 1000.0, 0.0]])
NORTH_SOUTH = np.array([[0.0, 0.0, 0.0, 1000.0]])


def courses(fixes: pd.DataFrame) -> Floats:
    """Return degrees from north of a drive second by second; who stands keeps the last."""
    x, y = fixes["lon"].to_numpy() * LON_M, fixes["lat"].to_numpy() * LAT_M
    east, north = np.gradient(x), np.gradient(y)
    moves = np.hypot(east, north) > 0.5
    last = np.maximum.accumulate(np.where(moves, np.arange(len(x)), 0))
    return np.asarray(np.degrees(np.arctan2(east, north))[last] % 360.0)


def sent(whole: pd.DataFrame, every_s: int, seed: int, name: str) -> pd.DataFrame:
    """Return the fixes that a terminal sends of a drive, with an error of 4 m, and its course in whole degrees."""
    whole = whole.assign(heading=courses(whole))
    fixes = whole.iloc[seed % every_s :: every_s].reset_index(drop=True).assign(vehicle_id=name)
    said = fixes["heading"] + np.random.default_rng(seed).normal(0.0, 3.0, len(fixes))
    return noisy(fixes.assign(heading=np.round(said) % 360.0).drop(columns="speed_kmh"), seed, 4.0)


def along_the_ring() -> pd.DataFrame:
    """Return a drive along the southern ring, west and back east, that crawls by the street's corner and waits there."""
    west = [(2900.0, 45), (2300.0, 0), (2299.0, 40), (1500.0, 0), (1499.0, 50), (700.0, 0), (699.0, 35), (-100.0, 45)]
    east = [
        (-600.0, 40),
        (-200.0, 12),
        (0.0, 0),
        (1.0, 12),
        (200.0, 40),
        (800.0, 0),
        (801.0, 50),
        (1600.0, 0),
        (1601.0, 45),
    ]
    legs = [(off((STREET, SOUTH), x, LANE_M), float(kmh)) for x, kmh in (*west, *east, (2500.0, 0))]
    return track([(a, b, kmh) for (a, kmh), (b, _) in pairwise(legs)], at("10:00:00"))


def carried() -> list[pd.DataFrame]:
    """Return drives of which the fixes at the street's corner lie in that street, as a burst of reflections has them."""
    trips = []
    for seed in range(RUNS):
        fixes = sent(along_the_ring(), 30, seed, f"T{seed}")
        x = (fixes["lon"] - STREET) * LON_M
        way_back = fixes["t_s"] > fixes.loc[x.idxmin(), "t_s"]
        rows = fixes.index[way_back & (x.abs() < 120.0)]
        for row, deep_m in zip(rows, np.linspace(105.0, 125.0, len(rows)), strict=True):
            fixes.loc[row, ["lon", "lat"]] = off((STREET, SOUTH), 0.0, deep_m)
        trips.append(fixes)
    return trips


def without(trips: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    return [fixes.drop(columns="heading") for fixes in trips]


def test_a_truck_that_says_it_goes_along_the_ring_is_not_on_the_street_across(tmp_path: Path) -> None:
    trips = carried()
    assert len(accused(judged(tmp_path, *without(trips)))) >= RUNS / 2
    checked = judged(tmp_path, *trips)
    assert len(accused(checked)) <= RUNS / 4
    assert checked.counts()["passages"]["unsure"] >= RUNS / 2


@pytest.mark.parametrize("every_s", [15, 30])
def test_who_turns_into_the_street_and_comes_back_is_found_with_courses_as_without(
    tmp_path: Path, every_s: int
) -> None:
    whole = in_and_back()
    trips = [sent(whole, every_s, seed, f"T{seed}") for seed in range(RUNS)]
    found, bare = (len(accused(judged(tmp_path, *some))) for some in (trips, without(trips)))
    assert found >= bare >= RUNS - 1


def dead(fixes: pd.DataFrame, kind: str) -> pd.DataFrame:
    heading = fixes["heading"]
    x, y = fixes["lon"].to_numpy() * LON_M, fixes["lat"].to_numpy() * LAT_M
    before = np.degrees(np.arctan2(np.diff(x, prepend=x[0] - 1.0), np.diff(y, prepend=y[0]))) % 360.0
    return fixes.assign(
        heading={
            "nothing": np.nan,
            "zeros": 0.0,
            "a constant": 90.0,
            "from fix to fix": np.round(before),
            "from the east, to the left": (90.0 - heading) % 360.0,
            "backwards": (heading + 180.0) % 360.0,
            "radians": np.radians(heading),
            "of another time": np.roll(heading, 9),
            "more than a circle": heading + 361.0,
            "less than nothing": -heading - 1.0,
        }[kind]
    )


@pytest.mark.parametrize(
    "kind",
    [
        "nothing",
        "zeros",
        "a constant",
        "from fix to fix",
        "from the east, to the left",
        "backwards",
        "radians",
        "of another time",
        "more than a circle",
        "less than nothing",
    ],
)
def test_a_column_that_is_not_alive_changes_nothing(tmp_path: Path, kind: str) -> None:
    trips = carried()
    found = judged(tmp_path, *(dead(fixes, kind) for fixes in trips))
    assert rows_of(found.parts) == rows_of(judged(tmp_path, *without(trips)).parts)


@FEW
@given(
    x=st.floats(-300.0, 300.0),
    y=st.floats(-300.0, 300.0),
    course=st.floats(-7.0, 7.0),
    turn=st.floats(0.0, 2.0 * np.pi),
    sigma=st.floats(3.0, 60.0),
)
def test_how_streets_lie_does_not_matter_nor_which_way_they_are_driven(
    x: float, y: float, course: float, turn: float, sigma: float
) -> None:
    pieces = np.concatenate([EAST_WEST, NORTH_SOUTH])

    def turned(a: Floats, b: Floats) -> tuple[Floats, Floats]:
        return np.cos(turn) * a - np.sin(turn) * b, np.sin(turn) * a + np.cos(turn) * b

    [plain] = worth(np.array([course]), np.array([x]), np.array([y]), pieces, sigma)
    ends = [turned(pieces[:, k], pieces[:, k + 1]) for k in (0, 2)]
    other = np.column_stack([*ends[1], *ends[0]])
    [again] = worth(np.array([course + turn]), *turned(np.array([x]), np.array([y])), other, sigma)
    assert np.log(0.05) - 1e-9 <= plain <= 1e-9
    assert again == pytest.approx(plain, abs=1e-6)


def test_a_course_along_the_street_is_worth_more_than_one_across_and_at_a_crossing_both_do() -> None:
    along, across = np.array([0.1]), np.array([np.pi / 2.0])
    far, here = (np.array([200.0]), np.array([5.0])), (np.array([5.0]), np.array([5.0]))
    both = np.concatenate([EAST_WEST, NORTH_SOUTH])
    assert worth(along, *far, both, 10.0)[0] > -0.3
    assert worth(across, *far, both, 10.0)[0] < -2.5
    assert worth(across, *far, EAST_WEST, 10.0)[0] < -2.5
    assert min(worth(angle, *here, both, 10.0)[0] for angle in (along, across)) > -0.3


def test_courses_count_the_same_in_any_order_and_any_number_of_files(tmp_path: Path) -> None:
    table = pd.concat(carried()[:4], ignore_index=True).round({"lon": 6, "lat": 6, "t_s": 3})
    expected = judged(tmp_path, table)
    assert rows_of(expected.parts) != rows_of(judged(tmp_path, table.drop(columns="heading")).parts)
    mixed = table.sample(frac=1.0, random_state=1)
    traces = tmp_path / "in"
    traces.mkdir()
    for number, part in enumerate((table.iloc[::3].drop(columns="heading"), mixed.iloc[:50], mixed.iloc[50:])):
        stamped = part.assign(time=part["t_s"].map("{:.3f}".format)).drop(columns="t_s")
        stamped.to_csv(traces / f"{number}.csv", index=False)
    found = judged(tmp_path, traces=traces, vehicles=dict.fromkeys(table["vehicle_id"].unique().tolist(), HEAVY))
    assert rows_of(found.parts) == rows_of(expected.parts)
