"""Stops are the same whatever order the rows came in; a silence at one place is standing, a drift is not driving."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import LonLat, at, drive, noisy, off, stay, written
from jt808_messages import LOCATED, in_hex, message, position
from reading import read

from enterprises.plane import apart_m
from enterprises.stops import EMPTY, FULL, UNKNOWN, Stops
from truckban.traces.stops import stops_of

YARD: LonLat = (110.70, 35.20)
ROAD = [YARD, off(YARD, 3000), off(YARD, 3000, 3000)]
HOUR = 3600.0


def seen(folder: Path, *fixes: pd.DataFrame, shuffle: int | None = None, twice: bool = False) -> Stops:
    table = written(pd.concat(fixes, ignore_index=True))
    if twice:
        table = pd.concat([table, table.sample(frac=0.5, random_state=1)], ignore_index=True)
    if shuffle is not None:
        table = table.sample(frac=1, random_state=shuffle)
    path = folder / "traces.csv"
    table.to_csv(path, index=False)
    return stops_of(read(path))


def spans(stops: Stops) -> list[tuple[str, float, float]]:
    return [
        (stops.vehicle_ids[vehicle], start, end)
        for vehicle, start, end in zip(
            stops.vehicle.tolist(), stops.start_s.tolist(), stops.end_s.tolist(), strict=True
        )
    ]


def loading(start: float, *, minutes: float = 30, name: str = "T1", every_s: float = 30.0) -> list[pd.DataFrame]:
    """Return a drive to the yard, a stay, and the way back."""
    there = drive(ROAD[::-1], start, name=name)
    come = float(there["t_s"].max()) + 15
    stood = stay(YARD, come, come + minutes * 60, every_s=every_s, name=name)
    return [there, stood, drive(ROAD, float(stood["t_s"].max()) + 15, name=name)]


def test_a_stay_between_two_drives_is_a_stop_with_its_place_and_times(tmp_path: Path) -> None:
    way = loading(at("09:00:00"))
    stops = seen(tmp_path, *way)
    assert len(stops) == 1
    assert stops.start_s[0] == pytest.approx(way[1]["t_s"].min(), abs=60)
    assert stops.end_s[0] == pytest.approx(way[1]["t_s"].max(), abs=60)
    assert apart_m(stops.lon, stops.lat, np.array([YARD[0]]), np.array([YARD[1]]))[0] < 5
    assert (stops.came_unseen.tolist(), stops.left_unseen.tolist(), stops.silent_s.tolist()) == (
        [False],
        [False],
        [0.0],
    )


@pytest.mark.parametrize("sigma_m", [8.0, 15.0])
def test_drift_while_parked_is_one_stop_near_the_place_with_its_spread(tmp_path: Path, sigma_m: float) -> None:
    way = loading(at("09:00:00"), minutes=60)
    stops = seen(tmp_path, way[0], noisy(way[1], 3, sigma_m), way[2])
    assert len(stops) == 1
    assert stops.spread_m[0] == pytest.approx(sigma_m, rel=0.35)
    assert apart_m(stops.lon, stops.lat, np.array([YARD[0]]), np.array([YARD[1]]))[0] < sigma_m


def test_order_repetition_and_backlog_change_nothing(tmp_path: Path) -> None:
    fixes = [*loading(at("09:00:00")), *loading(at("11:00:00"), name="T2"), *loading(at("14:00:00"), minutes=20)]
    straight = seen(tmp_path, *fixes)
    assert len(straight) >= 3
    for seed in range(3):
        mixed = seen(tmp_path, *fixes, shuffle=seed, twice=True)
        assert spans(mixed) == spans(straight)
        for name in ("lon", "lat", "spread_m", "silent_s", "came_unseen", "left_unseen", "load_before"):
            assert getattr(mixed, name).tolist() == getattr(straight, name).tolist(), name


def test_a_terminal_that_sleeps_while_parked_leaves_one_stop_and_says_how_long_it_slept(tmp_path: Path) -> None:
    night = loading(at("21:00:00"), minutes=600, every_s=1800.0)
    (stops,) = [seen(tmp_path, *night)]
    assert len(stops) == 1
    assert stops.silent_s[0] == 1800.0
    assert stops.end_s[0] - stops.start_s[0] > 9 * HOUR


def test_a_truck_met_elsewhere_after_a_silence_has_not_stood(tmp_path: Path) -> None:
    first = stay(YARD, at("09:00:00"), at("09:20:00"))
    second = stay(off(YARD, 2000), at("11:00:00"), at("11:20:00"))
    stops = seen(tmp_path, first, second)
    assert [round(end - start) for _, start, end in spans(stops)] == [1140, 1140]
    assert (stops.came_unseen.tolist(), stops.left_unseen.tolist()) == ([True, True], [True, True])


def test_after_more_than_a_day_of_silence_nobody_knows(tmp_path: Path) -> None:
    stops = seen(
        tmp_path,
        stay(YARD, at("09:00:00"), at("09:20:00")),
        stay(YARD, at("10:00:00", "2024-05-09"), at("10:20:00", "2024-05-09")),
    )
    assert len(stops) == 2


def test_a_traffic_light_and_a_slow_queue_are_no_stop(tmp_path: Path) -> None:
    there = drive(ROAD[:2], at("09:00:00"))
    light = stay(ROAD[1], float(there["t_s"].max()) + 15, float(there["t_s"].max()) + 200)
    on = drive(ROAD[1:], float(light["t_s"].max()) + 15)
    assert len(seen(tmp_path, there, light, on)) == 0


def test_two_trucks_in_one_yard_are_two_stops(tmp_path: Path) -> None:
    stops = seen(tmp_path, *loading(at("09:00:00")), *loading(at("09:05:00"), name="T2"))
    assert [name for name, *_ in spans(stops)] == ["T1", "T2"]


def test_a_stay_over_midnight_is_one_stop(tmp_path: Path) -> None:
    assert len(seen(tmp_path, *loading(at("23:30:00"), minutes=90))) == 1


def test_nothing_read_is_no_stop(write: Callable[..., Path]) -> None:
    assert len(stops_of(read(write("vehicle_id,time,lon,lat\n")))) == 0


def logged(write: Callable[..., Path], come: int, go: int, *, new: bool) -> Stops:
    """Return the stops of a log of a truck that comes, stands for half an hour and goes, with bits 8 and 9 as it comes and goes."""
    there, stood, back = loading(at("09:00:00"))
    messages = []
    for part, load, kmh in ((there, come, 36.0), (stood, come, 0.0), (back, go, 36.0)):
        for t_s, lon, lat in part[["t_s", "lon", "lat"]].itertuples(index=False):
            when = dt.datetime.fromtimestamp(t_s, dt.UTC)
            messages.append(message(position(lon, lat, at=when, status=LOCATED | 1 | load << 8, kmh=kmh), new=new))
    return stops_of(read(write(in_hex(*messages), "t.jt808")))


@pytest.mark.parametrize("new", [False, True])
@pytest.mark.parametrize(
    ("come", "go", "said"),
    [
        (EMPTY, FULL, (EMPTY, FULL)),
        (FULL, EMPTY, (FULL, EMPTY)),
        (0, 0, (UNKNOWN, UNKNOWN)),  # nothing is wired to the bits of a terminal that always says 0
        (2, FULL, (UNKNOWN, FULL)),  # reserved
    ],
)
def test_the_load_is_what_the_terminal_says_as_it_comes_and_goes(
    write: Callable[..., Path], come: int, go: int, said: tuple[int, int], *, new: bool
) -> None:
    stops = logged(write, come, go, new=new)
    assert list(zip(stops.load_before.tolist(), stops.load_after.tolist(), strict=True)) == [said]


def test_formats_without_load_bits_say_nothing_of_a_load(tmp_path: Path) -> None:
    stops = seen(tmp_path, *loading(at("09:00:00")))
    assert (stops.load_before.tolist(), stops.load_after.tolist()) == ([UNKNOWN], [UNKNOWN])


def test_a_column_called_load_in_a_fleets_own_file_is_not_taken_for_the_terminals(tmp_path: Path) -> None:
    table = written(pd.concat(loading(at("09:00:00")))).assign(load=3)
    table.to_csv(tmp_path / "t.csv", index=False)
    assert stops_of(read(tmp_path / "t.csv")).load_after.tolist() == [UNKNOWN]
