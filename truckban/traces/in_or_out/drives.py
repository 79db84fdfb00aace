"""Drives: what lies between two stops of one vehicle. A parked truck does not drive, however much its receiver drifts."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled_bare, compiled_inline

_Floats = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.intp]

STOP_S = 300.0
"""A stay of this long is parking; shorter ones (traffic lights, queues) belong to the drive."""
STOP_RADIUS_M = 40.0
"""Fixes of a parked truck stay this near to their centre: four standard deviations of a 10 m receiver."""
GAP_S = 600.0
"""Across a longer silence nothing is concluded."""
DRIFT_M = 80.0
"""A drive that never gets this far from where it began is drift of the receiver."""
AWAY_M = 120.0
"""So far from where it stood a truck has surely left,"""
AWAY_FIXES = 2
"""if so many fixes in a row are, or the last ones."""
CALM_S = 150.0
"""The error of a receiver that wanders by 30 m is less than 12 m in the mean of what it sends in so long a time before and after."""
LONG_STOP_S = 600.0
"""A stay that only such means show must last so long: they make a drive of a few minutes look like a stay."""
SLOW_MS = 0.8
"""Nor is one a drive that is slower than a person walks, unless it gets"""
FAR_M = 250.0
"""so far: receivers of parked trucks wander."""
WANDERING_M = 300.0
"""A shorter way through the zone that is slower than a walk may be a parked truck's receiver."""
PACE_MS = 10.0
"""How fast a truck may have left where it was parked, or come there."""


@dataclass(frozen=True, slots=True)
class Drive:
    """Fixes `first` to `last`, both included, of one vehicle; silent gaps end a drive."""

    first: int
    last: int


def drives_of(t_s: _Floats, x_m: _Floats, y_m: _Floats) -> tuple[list[Drive], int]:
    """Return the drives of one vehicle, and how many gaps its trace has.

    Args:
        t_s: times in order, shape (n,).
        x_m: position in a local plane, metres, shape (n,).
        y_m: likewise.
    """
    found, gaps = all_drives(t_s, x_m, y_m, np.array([0, len(t_s)]))
    return [Drive(first, last) for first, last in found.tolist()], gaps


def all_drives(t_s: _Floats, x_m: _Floats, y_m: _Floats, starts: npt.NDArray[np.intp]) -> tuple[_Rows, int]:
    """Return the drives of many traces as first and last row, shape (drives, 2), and how many gaps there are.

    Args:
        t_s: times, in order within each trace, shape (n,).
        x_m: position in a local plane, metres, shape (n,).
        y_m: likewise.
        starts: first row of each trace, and n.
    """
    found = np.empty((len(t_s), 2), np.intp)
    traces = Traces(t_s, x_m, y_m, np.empty(len(t_s)), np.empty(len(t_s)), found)
    count, gaps = _drives(traces, np.asarray(starts, np.intp))
    return found[:count].copy(), gaps


class Traces(NamedTuple):
    """Traces on their way into drives.

    Attributes:
        t_s: times, in order within each trace, shape (n,).
        x_m: position in a local plane, metres, shape (n,).
        y_m: likewise.
        calm_x_m: mean position of what was sent around each fix, shape (n,).
        calm_y_m: likewise.
        found: first and last row of each drive, shape (n, 2).
    """

    t_s: _Floats
    x_m: _Floats
    y_m: _Floats
    calm_x_m: _Floats
    calm_y_m: _Floats
    found: _Rows


@compiled_bare
def _drives(traces: Traces, starts: npt.NDArray[np.intp]) -> tuple[int, int]:
    t_s = traces.t_s
    count, gaps = 0, 0
    for trace in range(len(starts) - 1):
        begin = starts[trace]
        for k in range(starts[trace] + 1, starts[trace + 1] + 1):
            if k < starts[trace + 1] and t_s[k] - t_s[k - 1] <= GAP_S:
                continue
            gaps += k < starts[trace + 1]
            _smooth(traces, begin, k)
            count = _between_stops(traces, begin, k, count)
            begin = k
    return count, gaps


@compiled_inline
def _smooth(traces: Traces, start: int, end: int) -> None:
    """Fill in the mean positions of what was sent around each fix of a trace without gaps."""
    t_s, x_m, y_m, calm_x_m, calm_y_m = traces.t_s, traces.x_m, traces.y_m, traces.calm_x_m, traces.calm_y_m
    low = high = start
    sum_x = sum_y = 0.0
    for k in range(start, end):
        while high < end and t_s[high] - t_s[k] <= CALM_S:
            sum_x, sum_y, high = sum_x + x_m[high], sum_y + y_m[high], high + 1
        while t_s[k] - t_s[low] > CALM_S:
            sum_x, sum_y, low = sum_x - x_m[low], sum_y - y_m[low], low + 1
        calm_x_m[k], calm_y_m[k] = sum_x / (high - low), sum_y / (high - low)


@compiled_inline
def _between_stops(traces: Traces, start: int, end: int, count: int) -> int:
    """Add the drives between the stops of rows `start` to `end` (not included); a stop's last and first fix belong to them."""
    t_s, x_m, y_m = traces.t_s, traces.x_m, traces.y_m
    begin = here = start
    while here < end:
        stay = _stay_from(t_s, x_m, y_m, here, end, STOP_S)
        if stay > here:
            if here > begin:
                count = _between_wanderings(traces, start, end, begin, here + 1, count)
            begin = here = stay
            if stay == end - 1:
                return count
        here += 1
    if begin < end - 1:
        count = _between_wanderings(traces, start, end, begin, end, count)
    return count


@compiled_bare
def _between_wanderings(traces: Traces, low: int, high: int, start: int, end: int, count: int) -> int:
    """Add the drives between the longer stays that only the means of many fixes show, where the receiver wanders far.

    The trace without gaps is rows `low` to `high` (not included), the drive between two stops `start` to `end`.
    """
    t_s, x_m, y_m = traces.t_s, traces.calm_x_m, traces.calm_y_m
    begin = here = start
    while here < end:
        stay = _stay_from(t_s, x_m, y_m, here, end, LONG_STOP_S)
        if stay > here:
            if here > begin:
                count = _add(traces, low, high, begin, here, count)
            begin = here = stay
            if stay == end - 1:
                return count
        here += 1
    if begin < end - 1:
        count = _add(traces, low, high, begin, end - 1, count)
    return count


@compiled_bare
def _add(traces: Traces, low: int, high: int, first: int, last: int, count: int) -> int:
    """Add rows as a drive, unless they are the drift of a receiver that stands."""
    t_s, x_m, y_m = traces.t_s, traces.x_m, traces.y_m
    reach = 0.0
    for k in range(first, last + 1):
        east, north = x_m[k] - x_m[first], y_m[k] - y_m[first]
        reach = max(reach, east * east + north * north)
    reach = np.sqrt(reach)
    if reach >= DRIFT_M and (reach >= FAR_M or reach >= SLOW_MS * (t_s[last] - t_s[first])):
        left, came = _left(traces, low, high, first, last, 1), _left(traces, low, high, last, first, -1)
        traces.found[count, 0], traces.found[count, 1] = (left, came) if left < came else (first, last)
        return count + 1
    return count


@compiled_bare
def _left(traces: Traces, low: int, high: int, start: int, end: int, step: int) -> int:
    """Return the last row, from `start` on, at which a vehicle may still have stood where it was before.

    Until a truck is surely away, it may stand with a receiver that wanders: the drive begins where it was last seen near. Seen
    backwards, it ends where it was first seen near the place at which it then stays.
    """
    t_s, x_m, y_m = traces.t_s, traces.x_m, traces.y_m
    east = north = 0.0
    count = 0
    k = start
    while low <= k < high and abs(t_s[k] - t_s[start]) <= CALM_S:
        east, north, count, k = east + x_m[k], north + y_m[k], count + 1, k - step
    east, north = east / count, north / count
    near, away = start, 0
    for k in range(start, end + step, step):
        square = (x_m[k] - east) ** 2 + (y_m[k] - north) ** 2
        away = away + 1 if square > AWAY_M * AWAY_M else 0
        if away == AWAY_FIXES:
            return near
        if square <= DRIFT_M * DRIFT_M:
            near = k
    return near if away else start


@compiled_inline
def _stay_from(t_s: _Floats, x_m: _Floats, y_m: _Floats, first: int, end: int, least_s: float) -> int:
    """Return the last fix of the stay that begins at `first`, or `first` where it is none.

    A single fix out of the circle does not end a stay: receivers jump. Two in a row do.
    """
    sum_x, sum_y, inside = x_m[first], y_m[first], 1
    last, outside = first, 0
    for k in range(first + 1, end):
        east, north = x_m[k] - sum_x / inside, y_m[k] - sum_y / inside
        if east * east + north * north <= STOP_RADIUS_M * STOP_RADIUS_M:
            sum_x, sum_y, inside, last, outside = sum_x + x_m[k], sum_y + y_m[k], inside + 1, k, 0
        else:
            outside += 1
            if outside > 1 or t_s[last] - t_s[first] < least_s:
                break
    return last if t_s[last] - t_s[first] >= least_s else first


def moving_times(drives: _Rows, t_s: _Floats, x_m: _Floats, y_m: _Floats) -> tuple[_Floats, _Floats]:
    """Return when drives began at the latest and ended at the earliest, by their first and last fixes, each of shape (drives,).

    A parked terminal reports every few minutes: between its last report and the first one on the road nobody knows when the
    truck left, and it is not to be held to the earliest instant (06:00 or 22:00 may lie between).

    Args:
        drives: first and last row of each, shape (drives, 2).
        t_s: of all fixes, shape (n,).
        x_m: position in a local plane, metres, shape (n,).
        y_m: likewise.
    """
    a, z = drives.T
    out = np.hypot(x_m[a + 1] - x_m[a], y_m[a + 1] - y_m[a]) / PACE_MS
    back = np.hypot(x_m[z] - x_m[z - 1], y_m[z] - y_m[z - 1]) / PACE_MS
    return np.maximum(t_s[a], t_s[a + 1] - out), np.minimum(t_s[z], t_s[z - 1] + back)
