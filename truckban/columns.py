"""Verdicts on columns of cases: the same norms as `truckban.verdict`, asked of arrays."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from truckban.cases import Case
from truckban.hours import DAY_S
from truckban.logic import COLUMNS, UNKNOWN, Coded
from truckban.moments import zone_of_time
from truckban.norms import Notice
from truckban.permits import PermitList
from truckban.vehicle_facts import VehicleFacts, World

EPOCH_ORDINAL = 719_163  # 1970-01-01
# no zone of time has changed its clock twice within this since 1900 (tz database; closest: Africa/Freetown 1939, 344 400 s)
_ONE_OFFSET_S = 3 * DAY_S


@dataclass(frozen=True, slots=True)
class Questions:
    """Columns of cases, n rows.

    Attributes:
        vehicles: the distinct vehicles.
        vehicle: which of them each row is about, shape (n,).
        at_s: instants, seconds since 1970-01-01 UTC, shape (n,); fractions are cut off.
        zones: mask of possible parts (`truckban.zone_parts`), by zone, each of shape (n,).
        roads: the streets each row is on, None where not known.
        lon: WGS 84, NaN where not known, shape (n,).
        lat: likewise.
        permits: permits of any plates.
        alerts: alert levels in force.
    """

    vehicles: Sequence[VehicleFacts]
    vehicle: npt.NDArray[np.intp]
    at_s: npt.NDArray[np.int64]
    zones: Mapping[str, npt.NDArray[np.int64]]
    roads: Coded
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    permits: PermitList
    alerts: frozenset[str] = frozenset()


def decide_columns(notice: Notice, questions: Questions) -> npt.NDArray[np.int8]:
    """Return for each row whether a ban stands: 1 prohibited, -1 allowed, 0 undetermined; shape (n,)."""
    if not len(questions.at_s):
        return np.array([], np.int8)
    day, second = local_columns(questions.at_s, notice.pack.timezone)
    first = _case(notice, questions, [vehicle.worlds[0] for vehicle in questions.vehicles], day, second)
    trits = np.broadcast_to(np.asarray(notice.prohibited(first), np.int8), day.shape).copy()
    torn = np.array([len(vehicle.worlds) > 1 for vehicle in questions.vehicles], bool)
    rows = np.flatnonzero(torn[questions.vehicle]) if len(torn) else np.array([], np.intp)
    if len(rows):
        last = _case(notice, questions, [vehicle.worlds[-1] for vehicle in questions.vehicles], day, second).take(rows)
        other = np.asarray(notice.prohibited(last), np.int8)
        trits[rows] = np.where(trits[rows] == other, other, np.int8(UNKNOWN))
    return trits


def local_columns(at_s: npt.NDArray[np.int64], timezone: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the local dates' ordinals and the seconds of those days."""
    offset_s = one_offset_s(int(at_s.min()), int(at_s.max()), timezone) if len(at_s) else 0
    if offset_s is not None:
        seconds = at_s + offset_s
        return seconds // DAY_S + EPOCH_ORDINAL, seconds % DAY_S
    import pandas as pd  # noqa: PLC0415 - only where clocks are changed, and takes time to import

    local = pd.DatetimeIndex(at_s.astype("datetime64[s]")).tz_localize("UTC").tz_convert(timezone).tz_localize(None)
    seconds = local.to_numpy().astype("datetime64[s]").astype(np.int64)
    return seconds // DAY_S + EPOCH_ORDINAL, seconds % DAY_S


def one_offset_s(first_s: int, last_s: int, timezone: str) -> int | None:
    """Return how far ahead of UTC clocks are (seconds) at all instants from the first to the last; None where that cannot be told."""
    if last_s - first_s >= _ONE_OFFSET_S:
        return None
    all_day_s = _offset_of_days_s(first_s // DAY_S, last_s // DAY_S, timezone)
    return _same_offset_s(first_s, last_s, timezone) if all_day_s is None else all_day_s


@lru_cache(maxsize=1024)
def _offset_of_days_s(first: int, last: int, timezone: str) -> int | None:
    """Return what `one_offset_s` does, of whole days of UTC; None also where those are too many."""
    first_s, end_s = first * DAY_S, (last + 1) * DAY_S
    return _same_offset_s(first_s, end_s, timezone) if end_s - first_s < _ONE_OFFSET_S else None


def _same_offset_s(first_s: int, last_s: int, timezone: str) -> int | None:
    offset_s = _offset_s(first_s, timezone)
    return offset_s if offset_s == _offset_s(last_s, timezone) else None


def _offset_s(at_s: int, timezone: str) -> int:
    offset = dt.datetime.fromtimestamp(at_s, zone_of_time(timezone)).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _case(
    notice: Notice,
    questions: Questions,
    worlds: Sequence[World],
    day: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
) -> Case:
    index = questions.vehicle

    def spread(values: Sequence[Any], dtype: type) -> npt.NDArray[Any]:
        return np.array(values, dtype)[index]

    names = worlds[0].categories if worlds else {}
    numbers = worlds[0].numbers if worlds else {}
    return Case(
        logic=COLUMNS,
        day=day,
        second=second,
        categories={name: spread([world.categories[name] for world in worlds], np.int64) for name in names},
        numbers={
            name: (
                spread([world.numbers[name][0] for world in worlds], np.float64),
                spread([world.numbers[name][1] for world in worlds], np.float64),
            )
            for name in numbers
        },
        plate=Coded(index, [vehicle.plate for vehicle in questions.vehicles]),
        zones=questions.zones,
        roads=questions.roads,
        lon=questions.lon,
        lat=questions.lat,
        permits=questions.permits,
        readings=notice.settled,
        alerts=questions.alerts,
    )
