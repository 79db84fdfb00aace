"""Cleaning: each fix once, in order, without those that cannot be; whatever order, files and repetitions the rows came in."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.clocks import hour_steps
from truckban.traces.clean.frozen import frozen_of
from truckban.traces.clean.jumps import jumps_of
from truckban.traces.clean.noted import FEW, Named
from truckban.traces.clean.two_tracks import TURNS, turns_of, two_tracks_of
from truckban.traces.read.reasons import FROZEN, JUMP, TWO_PLACES, TWO_TRACKS
from zones.text import Text

_Rows = npt.NDArray[np.bool_]
_Index = npt.NDArray[np.intp]
_Floats = npt.NDArray[np.float64]
Columns = dict[str, npt.NDArray[Any]]
_REASONS = {TWO_PLACES: "time", FROZEN: "lon", JUMP: "lon", TWO_TRACKS: "vehicle_id"}
"""With the field at fault; in what is taken out they are numbered from 1 in this order."""
_CODES = {reason: number for number, reason in enumerate(_REASONS, start=1)}
_ROUNDED_DEG = 1.1e-5
"""Positions of one instant no farther apart than this (1.2 m) are one, written with five digits here and six or seven there."""
_MINUTE_S = 60.0
# a vehicle with so many fixes of another track is counted; one or two may be a receiver's that slipped twice
_TWO_TRACKS = 3


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Fixes after cleaning, and what was taken out.

    Attributes:
        kept: in order of vehicle and time, each fix once.
        duplicates: rows that repeat a fix that was kept.
        out: rows taken out, with the field at fault and the reason; a row that repeats a fix is taken out with it.
        tally: rows that came `late`; rows rejected for two places whose times are whole `minutes`; vehicles with `two_tracks`, with a
            `clock_forward`, with a `clock_back`. Sums over vehicles.
        named: the first of the vehicles that are counted in it, by the same names.
        leapt: all with a `clock_forward`.
        doubled: all with `two_tracks`.
    """

    kept: Columns
    duplicates: int
    out: list[tuple[Columns, str, Text]]
    tally: Counter[str] = field(default_factory=Counter)
    named: Named = field(default_factory=Named)
    leapt: frozenset[str] = frozenset()
    doubled: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Rowed:
    """Columns of all rows, as arrays."""

    vehicle: _Index
    t_s: _Floats
    lon: _Floats
    lat: _Floats
    speed_kmh: _Floats

    def tracks(self, rows: _Index) -> tuple[_Index, _Floats, _Floats, _Floats]:
        """Return vehicle, time, longitude and latitude of some rows."""
        return self.vehicle[rows], self.t_s[rows], self.lon[rows], self.lat[rows]


def cleaned(frame: Columns) -> Cleaned:
    """Clean the fixes of any vehicles; what is kept of one does not depend on the others, nor on the order of the rows.

    First each fix once, then without frozen ones (a position that is minutes old looks like a jump where it comes to life again),
    then without jumps and without the fixes of two tracks.

    Args:
        frame: columns of `truckban.traces.read.typed`, positions in WGS 84, and `file`; the rows of a feature or message in its order.
    """
    names = ("time", "lon", "lat", "speed_kmh")
    vehicle, ids = numbered(frame["vehicle_id"])
    all_ = _Rowed(vehicle, *(np.asarray(frame[name], np.float64) for name in names))
    order = _in_order(frame, all_)
    fix_of, two_places = _each_once(all_, order)
    fixes = order[np.diff(fix_of, prepend=-1) > 0]
    why = np.where(two_places, _CODES[TWO_PLACES], 0)

    left = np.flatnonzero(why == 0)
    frozen = frozen_of(*all_.tracks(fixes[left]), all_.speed_kmh[fixes[left]])
    why[left[frozen]] = _CODES[FROZEN]

    left = np.flatnonzero(why == 0)
    tracks = all_.tracks(fixes[left])
    jump, between = jumps_of(*tracks), two_tracks_of(*tracks)
    why[left[between]] = _CODES[TWO_TRACKS]
    why[left[jump]] = _CODES[JUMP]
    doubled = np.bincount(vehicle[fixes[why == _CODES[TWO_TRACKS]]], minlength=len(ids)) >= _TWO_TRACKS
    turns = turns_of(*tracks, why[left] > 0)
    doubled |= np.bincount(tracks[0][turns], minlength=len(ids)) >= TURNS

    left = np.flatnonzero(why == 0)
    noted = {
        "two_tracks": np.flatnonzero(doubled),
        "clock_forward": np.unique(vehicle[fixes[left]][hour_steps(*all_.tracks(fixes[left]))]),
        "clock_back": _set_back(frame, all_, fixes[why != _CODES[TWO_PLACES]]),
    }
    tally = Counter(
        late=_late(frame, all_, order[why[fix_of] == 0]),
        minutes=int((two_places & (all_.t_s[fixes] % _MINUTE_S == 0))[fix_of].sum()),
        **{code: len(numbers) for code, numbers in noted.items()},
    )
    named = Named()
    for code, numbers in noted.items():
        named.put(code, (ids[number] for number in numbers[:FEW].tolist()))  # they are in order
    out = [(some_of(frame, order[why[fix_of] == _CODES[reason]]), name, reason) for reason, name in _REASONS.items()]
    leapt, two = (frozenset(ids[number] for number in noted[code].tolist()) for code in ("clock_forward", "two_tracks"))
    return Cleaned(
        some_of(frame, fixes[left]), int((why[fix_of] == 0).sum()) - len(left), out, tally, named, leapt, two
    )


def numbered(ids: npt.NDArray[np.object_]) -> tuple[_Index, list[str]]:
    """Return the number of each row's vehicle among the sorted ids, and these."""
    # rows of one vehicle mostly follow each other: a name is looked up where another one begins
    new = np.ones(len(ids), np.bool_)
    new[1:] = ids[1:] != ids[:-1]
    begins = np.flatnonzero(new)
    each = ids[begins].tolist()
    names = sorted(map(str, set(each)))
    number = {name: n for n, name in enumerate(names)}
    of_each = np.fromiter(map(number.__getitem__, each), np.intp, len(each))
    return np.repeat(of_each, np.diff(begins, append=len(ids))), names


def some_of(columns: Columns, rows: _Index) -> Columns:
    """Return some rows."""
    return {name: column[rows] for name, column in columns.items()}


def _in_order(frame: Columns, all_: _Rowed) -> _Index:
    """Return the rows in order of vehicle and time; which of several at one instant comes first is not by the order of files."""
    order = np.lexsort((all_.t_s, all_.vehicle))
    same = (np.diff(all_.vehicle[order]) == 0) & (np.diff(all_.t_s[order]) == 0)
    tied = np.zeros(len(order), np.bool_)
    tied[1:] |= same
    tied[:-1] |= same
    some = order[tied]
    names = (
        "line",
        "file",
        *(("load",) if "load" in frame else ()),
        "heading",
        "speed_kmh",
        "accuracy_m",
        "lat",
        "lon",
    )
    keys = (frame[name][some] for name in names)
    order[tied] = some[np.lexsort((*keys, all_.t_s[some], all_.vehicle[some]))]
    return order


def _each_once(all_: _Rowed, order: _Index) -> tuple[_Index, _Rows]:
    """Return of each row, in order, the number of its fix; and of each fix whether another is at the same instant.

    Where the positions of an instant differ by no more than their rounding they are one fix, and its first row stands for it.
    """
    if not len(order):
        return order, np.zeros(0, np.bool_)
    vehicle, t_s, lon, lat = all_.tracks(order)
    instant = np.ones(len(order), np.bool_)
    instant[1:] = (np.diff(vehicle) != 0) | (np.diff(t_s) != 0)
    begins = np.flatnonzero(instant)
    spread = [np.maximum.reduceat(axis, begins) - np.minimum.reduceat(axis, begins) for axis in (lon, lat)]
    apart = (np.maximum(*spread) > _ROUNDED_DEG)[np.cumsum(instant) - 1]
    fix = instant.copy()
    fix[1:] |= apart[1:] & ((np.diff(lon) != 0) | (np.diff(lat) != 0))
    instant_of = (np.cumsum(instant) - 1)[fix]
    return np.cumsum(fix) - 1, np.bincount(instant_of)[instant_of] > 1


def _late(frame: Columns, all_: _Rowed, used: _Index) -> int:
    """Return how many rows have an earlier time than one of the same vehicle before them in the same file."""
    rows, group = _in_file(frame, all_, used)
    if not len(rows):
        return 0
    begins = np.flatnonzero(np.diff(group, prepend=0))
    parts = np.split(all_.t_s[rows], begins[1:])
    return sum(int((part < np.maximum.accumulate(part)).sum()) for part in parts)


def _set_back(frame: Columns, all_: _Rowed, fixes: _Index) -> _Index:
    """Return the vehicles of which the clock was set back by whole hours, as the rows follow each other in a file."""
    rows, group = _in_file(frame, all_, fixes)
    _, t_s, lon, lat = all_.tracks(rows)
    steps = hour_steps(group, t_s, lon, lat)
    steps[:-1] &= np.diff(t_s) < 0
    return np.unique(all_.vehicle[rows][steps])


def _in_file(frame: Columns, all_: _Rowed, rows: _Index) -> tuple[_Index, _Index]:
    """Return rows in the order of their files, vehicle by vehicle, and a number for those of one vehicle in one file.

    Here the order of the rows is the evidence; what is found by it is counted and changes nothing.
    """
    rows = np.sort(rows)  # a feature or message of many positions has one line: they stay in their order
    file, line = (np.asarray(frame[name], np.int64)[rows] for name in ("file", "line"))
    by_file = np.lexsort((line, file, all_.vehicle[rows]))
    rows, file = rows[by_file], file[by_file]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (np.diff(all_.vehicle[rows]) != 0) | (np.diff(file) != 0)
    return rows, np.cumsum(new)
