"""What a truck's terminal would have sent: thinned, noisy, with losses, repeats and rows out of order."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from truckban.demo.drives import DAY_S, DayOfTruck
from truckban.demo.streets import Floats

COLUMNS = ("vehicle_id", "time", "lon", "lat", "speed_kmh", "heading")
NOISE_M = 8.0
_MOVING_S, _PARKED_S = (15, 31), 300
_MARGIN_S = 20 * 60
_ALL_DAY_SHARE = 0.4
_DRIFT = 0.8
_LOST, _REPEATED, _LATE = 0.02, 0.005, 0.01
_LATE_S = (60, 900)
_SPEED_NOISE_KMH, _HEADING_NOISE = 1.0, 4.0


@dataclass(frozen=True, eq=False)
class Sent:
    """Fixes in metres, one row each, in order of time; `true_xy` is where the truck was."""

    second: npt.NDArray[np.int64]
    true_xy: Floats
    xy: Floats
    speed_kmh: Floats
    heading: Floats
    moving: npt.NDArray[np.bool_]


def noise(count: int, rng: np.random.Generator, *, sigma_m: float = NOISE_M, persistence: float = 0.0) -> Floats:
    """Return errors of two axes, shape (count, 2).

    Args:
        count: of fixes.
        rng: where they come from.
        sigma_m: standard deviation of each axis.
        persistence: correlation of an error with the one before, 0 (independent) up to but not including 1.
    """
    white = rng.standard_normal((count, 2)) * sigma_m
    if persistence:
        fresh = np.sqrt(1 - persistence**2)
        for row in range(1, count):
            white[row] = persistence * white[row - 1] + fresh * white[row]
    return white


def send(day: DayOfTruck, rng: np.random.Generator, *, persistence: float = 0.0) -> Sent:
    """Return the fixes of one truck's day, before any is lost or repeated."""
    every = int(rng.integers(*_MOVING_S))
    stays, moves = _stays(day, all_day=not day.trips or bool(rng.random() < _ALL_DAY_SHARE)), []
    for trip in day.trips:
        at = np.arange(0, len(trip.drive), every)
        moves.append((trip.start + at, trip.drive.xy[at], trip.drive.speed_kmh[at], trip.drive.heading[at]))
    parts = []
    heading = float(rng.uniform(0, 360))
    for number, (start, end, xy) in enumerate(stays):
        at = np.arange(start, end, _PARKED_S)
        errors = noise(len(at), rng, persistence=_DRIFT)
        zeros = np.zeros(len(at))
        true = np.broadcast_to(xy, (len(at), 2))
        parts.append((at, true, true + errors, zeros, zeros + heading, zeros.astype(bool)))
        if number < len(moves):
            second, true, speed, headings = moves[number]
            errors = noise(len(second), rng, persistence=persistence)
            said = np.maximum(speed + rng.normal(0, _SPEED_NOISE_KMH, len(speed)), 0) * (speed > 0)
            turned = headings + rng.normal(0, _HEADING_NOISE, len(speed))
            parts.append((second, true, true + errors, said, turned, np.ones(len(second), dtype=bool)))
            heading = float(headings[-1])
    second, true, seen, speed, heading_, moving = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = (second >= 0) & (second < DAY_S)
    return Sent(second[kept], true[kept], seen[kept], speed[kept], heading_[kept] % 360, moving[kept])


def _stays(day: DayOfTruck, *, all_day: bool) -> list[tuple[int, int, Floats]]:
    """Return when and where the truck stands with its terminal on: before, between and after the trips."""
    starts, ends = [trip.start for trip in day.trips], [trip.end for trip in day.trips]
    first = 0 if all_day else max(starts[0] - _MARGIN_S, 0)
    last = DAY_S if all_day else min(ends[-1] + _MARGIN_S, DAY_S)
    where = [day.first, *(trip.drive.xy[-1] for trip in day.trips)]
    return list(zip([first, *ends], [*starts, last], where, strict=True))


def received(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return fixes (with the column `second`) as a server got them: some lost, some twice, some late."""
    kept = table[rng.random(len(table)) >= _LOST]
    twice = kept[rng.random(len(kept)) < _REPEATED]
    rows = pd.concat([kept, twice], ignore_index=True)
    late = (rng.random(len(rows)) < _LATE) * rng.integers(*_LATE_S, len(rows))
    arrived = rows["second"].to_numpy() + late + rng.integers(1, 5, len(rows))
    return rows.iloc[np.argsort(arrived, kind="stable")].reset_index(drop=True)
