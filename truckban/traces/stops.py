"""Stops: where and how long trucks stood, from fixes. What is between two drives, by the rules of `truckban.traces.in_or_out.drives`.

Between two drives of a trace without gaps a truck stands. Across a silence it is taken to have stood where it is met again at the
same place, and the silence is kept beside the stop: terminals of parked trucks sleep.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from enterprises.plane import apart_m, metres_a_degree
from enterprises.stops import EMPTY, FULL, HALF, UNKNOWN, Floats, Index, Stops
from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.drives import DRIFT_M, GAP_S, STOP_S, all_drives

MOST_SILENT_S = 86_400.0
"""After a longer silence nobody knows whether a truck that is met at the same place stood there."""
_NORMAL_OF_MEDIAN = 1.1774
"""Of a receiver's error, the same on both axes: the median distance from the middle by the standard deviation of an axis."""


def stops_of(fixes: Fixes, *, min_s: float = STOP_S) -> Stops:
    """Return where trucks stood, in order of vehicle and time.

    Args:
        fixes: of any vehicles, cleaned: whatever order their rows came in, these are the same.
        min_s: shorter stops are left out; drives know none below five minutes, but for those that a silence hides.
    """
    n = len(fixes.t_s)
    if not n:
        nothing = np.empty(0)
        return Stops(fixes.vehicle_ids, np.empty(0, np.intp), nothing, nothing, nothing, nothing)
    begins = np.flatnonzero(np.diff(fixes.vehicle, prepend=-1))
    x, y = _planes(fixes, begins)
    drives, _ = all_drives(fixes.t_s, x, y, np.append(begins, n))
    stand = np.cumsum(_new_stand(fixes, drives)) - 1
    first = np.flatnonzero(np.diff(stand, prepend=-1))
    last = np.append(first[1:], n) - 1
    where = pd.DataFrame({"lon": fixes.lon, "lat": fixes.lat}).groupby(stand).median()
    linked = _linked(fixes, first, last, where["lon"].to_numpy(), where["lat"].to_numpy())
    stop = np.cumsum(~linked) - 1
    begin, end = first[~linked], last[np.append(np.flatnonzero(~linked)[1:], len(first)) - 1]
    kept = np.flatnonzero((fixes.t_s[end] - fixes.t_s[begin] >= min_s) & (end > begin))
    return _described(fixes, stop[stand], begin, end, drives).taken(kept)


def _planes(fixes: Fixes, begins: Index) -> tuple[Floats, Floats]:
    """Return positions as the sum of the steps of each trace, in metres: true to scale at every latitude that it comes to."""
    east, north = metres_a_degree((fixes.lat[1:] + fixes.lat[:-1]) / 2)
    x, y = np.zeros(len(fixes.t_s)), np.zeros(len(fixes.t_s))
    x[1:], y[1:] = np.diff(fixes.lon) * east, np.diff(fixes.lat) * north
    x[begins] = y[begins] = 0.0
    x, y = np.cumsum(x), np.cumsum(y)
    fixes_of_each = np.diff(np.append(begins, len(x)))
    return x - np.repeat(x[begins], fixes_of_each), y - np.repeat(y[begins], fixes_of_each)


def _new_stand(fixes: Fixes, drives: Index) -> npt.NDArray[np.bool_]:
    """Return of each fix whether it does not stand together with the one before: another vehicle, a drive or a silence between."""
    new = np.ones(len(fixes.t_s), np.bool_)
    driven = np.zeros(len(new) + 1, np.int64)
    np.add.at(driven, drives[:, 0] + 1, 1)
    np.add.at(driven, drives[:, 1] + 1, -1)
    new[1:] = (np.diff(fixes.vehicle) != 0) | (np.diff(fixes.t_s) > GAP_S)
    return new | (np.cumsum(driven[:-1]) > 0)


def _linked(fixes: Fixes, first: Index, last: Index, lon: Floats, lat: Floats) -> npt.NDArray[np.bool_]:
    """Return of each stand whether it is the one before again, after a silence."""
    linked = np.zeros(len(first), np.bool_)
    silent = fixes.t_s[first[1:]] - fixes.t_s[last[:-1]]
    same = (np.diff(fixes.vehicle[first]) == 0) & (silent > GAP_S) & (silent <= MOST_SILENT_S)
    near = apart_m(lon[1:], lat[1:], lon[:-1], lat[:-1]) <= DRIFT_M
    linked[1:] = same & near  # no drive goes on over a silence
    return linked


def _described(fixes: Fixes, stop: Index, begin: Index, end: Index, drives: Index) -> Stops:
    n = len(fixes.t_s)
    middle = pd.DataFrame({"lon": fixes.lon, "lat": fixes.lat}).groupby(stop).median()
    lon, lat = middle["lon"].to_numpy(), middle["lat"].to_numpy()
    off = apart_m(fixes.lon, fixes.lat, lon[stop], lat[stop])
    spread = pd.Series(off).groupby(stop).median().to_numpy() / _NORMAL_OF_MEDIAN
    said = pd.Series(fixes.accuracy_m).groupby(stop).median().to_numpy()
    same = np.diff(stop) == 0
    silent = np.zeros(len(begin))
    np.maximum.at(silent, stop[1:][same], np.diff(fixes.t_s)[same])
    starts, ends = np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    starts[drives[:, 0]], ends[drives[:, 1]] = True, True
    load = _loads(fixes)
    after = np.minimum(end + 1, n - 1)
    after = np.where(fixes.vehicle[after] == fixes.vehicle[end], after, end)
    return Stops(
        fixes.vehicle_ids,
        fixes.vehicle[begin],
        fixes.t_s[begin],
        fixes.t_s[end],
        lon,
        lat,
        np.fmax(spread, said),
        load[begin],
        load[after],
        np.where(silent > GAP_S, silent, 0.0),
        ~ends[begin],
        ~starts[end],
    )


def _loads(fixes: Fixes) -> npt.NDArray[np.int8]:
    """Return what terminals say of their load; where one never says anything but 0, nothing is wired to it."""
    if fixes.load is None:
        return np.full(len(fixes.t_s), UNKNOWN, np.int8)
    said = np.isin(fixes.load, (HALF, FULL))
    wired = np.zeros(len(fixes.vehicle_ids), np.bool_)
    wired[fixes.vehicle[said]] = True
    known = (said | (fixes.load == EMPTY)) & wired[fixes.vehicle]
    return np.where(known, np.nan_to_num(fixes.load), UNKNOWN).astype(np.int8)
