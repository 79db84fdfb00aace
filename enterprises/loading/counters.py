"""What the law counts over one year: how often a vehicle is over, and which share of a carrier's fleet is.

A record is what a weighbridge says, no decided case: a counter that is reached is a lead. Records whose verdict is undetermined,
or whose slip's number stands for two contents, count upwards only: the number lies between `low` and `high`.
"""

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from enterprises.loading.judging import OVER, UNDETERMINED, VERDICTS, Judged
from enterprises.loading.limits import Counter, Limits, Year
from enterprises.loading.records import NOTE, Records, Words
from enterprises.loading.times import local_seconds, one_year_on
from enterprises.naming.normal import normal

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]
Reached = Literal["yes", "no", "undetermined"]
_YEARS: tuple[Year, Year] = ("rolling", "calendar")


@dataclass(frozen=True, slots=True)
class VehicleCount:
    """One vehicle's records.

    Attributes:
        records, over, undetermined: how many there are.
        first, last: of all its records, seconds since 1970-01-01 UTC.
        low, high: the most that are over within one year, by kind of year: at least, at most.
        reached: whether the counter's number is exceeded, by the year that the data name.
        other_reached: the same by the other kind of year.
    """

    plate: str
    records: int
    over: int
    undetermined: int
    first: int
    last: int
    low: Mapping[Year, int]
    high: Mapping[Year, int]
    reached: Reached
    other_reached: Reached


@dataclass(frozen=True, slots=True)
class FirmCount:
    """One source enterprise's, or one carrier's, records.

    Attributes:
        role: `source` (it loaded) or `carrier` (it drove).
        enterprise_id: where a registry knows the name.
        vehicles, vehicles_over: different plates, and those with a record that is over.
        fleet: how many goods vehicles the carrier has, None where nobody says.
        low, high: the most different vehicles that are over within one year, by kind of year; carriers only.
        reached, other_reached: as of `VehicleCount`; None for a source, whom the rule does not name.
    """

    role: Literal["source", "carrier"]
    name: str
    enterprise_id: str | None
    records: int
    over: int
    within: int
    undetermined: int
    vehicles: int
    vehicles_over: int
    fleet: int | None = None
    low: Mapping[Year, int] | None = None
    high: Mapping[Year, int] | None = None
    reached: Reached | None = None
    other_reached: Reached | None = None


def counter_for(limits: Limits, who: str) -> Counter | None:
    """Return the counter for vehicles or for carriers, if the data have one."""
    return next((counter for counter in limits.counters.values() if counter.who == who), None)


def _sure(records: Records, judged: Judged) -> tuple[_Bools, _Bools]:
    """Return which records are over for sure, and which may be."""
    doubtful = (records.notes & NOTE["slip.conflict"]) != 0
    over = judged.verdict == OVER
    return over & ~doubtful, over | (judged.verdict == UNDETERMINED)


def vehicle_counts(records: Records, judged: Judged, limits: Limits, zone: ZoneInfo) -> list[VehicleCount]:
    """Return the vehicles with the numbers that the law asks for, the most often over first."""
    counter = counter_for(limits, "vehicle")
    local = local_seconds(records.time, zone)
    size = len(records.plate.texts)
    codes = records.plate.codes
    sure, maybe = _sure(records, judged)
    low = {year: _most_in_year(codes[sure], local[sure], size, year) for year in _YEARS}
    high = {year: _most_in_year(codes[maybe], local[maybe], size, year) for year in _YEARS}
    totals = [np.bincount(codes, judged.verdict == verdict, size).astype(np.int64) for verdict in range(len(VERDICTS))]
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.full(size, np.iinfo(np.int64).min)
    np.minimum.at(first, codes, records.time)
    np.maximum.at(last, codes, records.time)
    found = []
    for place in np.unique(codes).tolist():
        lows = {year: int(low[year][place]) for year in _YEARS}
        highs = {year: int(high[year][place]) for year in _YEARS}
        reached, other = (_reached(counter, lows, highs, 1, base=None, stated=stated) for stated in (True, False))
        found.append(
            VehicleCount(
                plate=records.plate.texts[place],
                records=int(sum(total[place] for total in totals)),
                over=int(totals[OVER][place]),
                undetermined=int(totals[UNDETERMINED][place]),
                first=int(first[place]),
                last=int(last[place]),
                low=lows,
                high=highs,
                reached=reached,
                other_reached=other,
            )
        )
    return sorted(found, key=lambda one: (-one.over, -one.undetermined, one.plate))


def _reached(
    counter: Counter | None,
    low: Mapping[Year, int],
    high: Mapping[Year, int],
    times: int,
    *,
    base: int | None,
    stated: bool,
) -> Reached:
    """Tell whether a number is exceeded; `times` and `base` put numbers and percentages on one scale."""
    if counter is None:
        return "undetermined"
    year: Year = counter.year if stated else "calendar" if counter.year == "rolling" else "rolling"
    bound = counter.more_than * (1 if base is None else base)
    if low[year] * times > bound:
        return "yes"
    return "no" if high[year] * times <= bound else "undetermined"


def _most_in_year(codes: _Ints, local: _Ints, size: int, year: Year) -> _Ints:
    """Return, for each code, the most events within one year."""
    most = np.zeros(size, np.int64)
    if not len(codes):
        return most
    if year == "calendar":
        years = local.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64)
        counts = pd.DataFrame({"code": codes, "year": years}).value_counts()
        np.maximum.at(most, counts.index.get_level_values("code").to_numpy(), counts.to_numpy())
        return most
    order = np.lexsort((local, codes))
    codes, local = codes[order], local[order]
    far = int(local.max()) + 2 * 366 * 86_400
    keys = codes * far + local  # below 2**63: a code is below 2**30, a time below 2**33
    ends = np.searchsorted(keys, codes * far + one_year_on(local), "left")
    np.maximum.at(most, codes, ends - np.arange(len(codes)))
    return most


def firm_counts(
    records: Records, judged: Judged, limits: Limits, zone: ZoneInfo, fleets: Mapping[str, int]
) -> list[FirmCount]:
    """Return source enterprises and carriers, those most often over first.

    Args:
        records: the records.
        judged: what the table says of them.
        limits: the counters.
        zone: whose calendar years count.
        fleets: how many goods vehicles a carrier has, by its name.
    """
    sizes = {normal(name): vehicles for name, vehicles in fleets.items()}
    counter = counter_for(limits, "carrier")
    sure, maybe = _sure(records, judged)
    local = local_seconds(records.time, zone)
    ids = {one for one in records.enterprise_id if one}
    found = []
    for key, group in _groups(records.enterprise_key.codes):
        own = records.enterprise_key.texts[key]
        if own:
            name = _name(records.enterprise, group)
            found.append(FirmCount("source", name, own if own in ids else None, **_totals(records, judged, group)))
    for key, group in _groups(records.carrier_key.codes):
        own = records.carrier_key.texts[key]
        if not own:
            continue
        fleet = sizes.get(own)
        low, high = (
            {year: _vehicles_in_year(records.plate.codes, local, group[rows[group]], year) for year in _YEARS}
            for rows in (sure, maybe)
        )
        reached, other = (_share(counter, low, high, fleet, stated=stated) for stated in (True, False))
        found.append(
            FirmCount(
                "carrier",
                _name(records.carrier, group),
                None,
                **_totals(records, judged, group),
                fleet=fleet,
                low=low,
                high=high,
                reached=reached,
                other_reached=other,
            )
        )
    return sorted(found, key=lambda one: (one.role != "source", -one.over, -one.undetermined, one.name))


def _share(
    counter: Counter | None, low: Mapping[Year, int], high: Mapping[Year, int], fleet: int | None, *, stated: bool
) -> Reached:
    """Tell whether more than so many percent are over; without the fleet's size only none over is none."""
    if fleet is None:
        return "no" if not any(high.values()) else "undetermined"
    return _reached(counter, low, high, 100, base=fleet, stated=stated)


def _groups(codes: _Ints) -> list[tuple[int, _Ints]]:
    order = np.argsort(codes, kind="stable")
    places, starts = np.unique(codes[order], return_index=True)
    return list(zip(places.tolist(), np.split(order, starts[1:]), strict=True)) if len(places) else []


def _name(words: Words, rows: _Ints) -> str:
    """Return one of the writings of a name, the same whatever the order of the rows."""
    places: list[int] = np.unique(words.codes[rows]).tolist()
    return min(words.texts[place] for place in places)


def _totals(records: Records, judged: Judged, rows: _Ints) -> dict[str, Any]:
    verdicts = np.bincount(judged.verdict[rows], minlength=len(VERDICTS)).tolist()
    plates = records.plate.codes[rows]
    return {
        "records": len(rows),
        **dict(zip(VERDICTS, verdicts, strict=True)),
        "vehicles": len(np.unique(plates)),
        "vehicles_over": len(np.unique(plates[judged.verdict[rows] == OVER])),
    }


def _vehicles_in_year(plates: _Ints, local: _Ints, rows: _Ints, year: Year) -> int:
    """Return the most different vehicles of some rows within one year."""
    if not len(rows):
        return 0
    rows = rows[np.argsort(local[rows], kind="stable")]
    times, codes = local[rows], plates[rows]
    if year == "calendar":
        years = times.astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64)
        pairs = np.unique(years * (1 << 32) + codes)  # a code is below 2**32
        return int(np.unique(pairs >> 32, return_counts=True)[1].max())
    if times[-1] < one_year_on(times[:1])[0]:
        return len(np.unique(codes))
    ends = np.searchsorted(times, one_year_on(times), "left").tolist()
    inside: Tally[int] = Tally()
    most = begin = 0
    listed = codes.tolist()
    done = 0
    for begin, end in enumerate(ends):
        for code in listed[done:end]:
            inside[code] += 1
        done = max(done, end)
        most = max(most, len(inside))
        inside[listed[begin]] -= 1
        if not inside[listed[begin]]:
            del inside[listed[begin]]
    return most
