"""Clocks that are wrong: times that cannot be, and times that jump by whole hours while the vehicle drives on.

A time is never shifted. What is shown by the row itself is rejected; what only looks so is counted for a note.
"""

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.two_tracks import metres
from truckban.traces.read.reasons import AFTER_RECEIPT, EIGHT_HOURS, FUTURE
from zones.text import Text

_Floats = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.bool_]
LEAPS = "clock_leaps"
"""How `why_probability` says that a vehicle's clock leapt by whole hours as it drove."""
TOLERANCE_S = 600.0
"""Servers are minutes off, terminals take their time from satellites; wrong clocks and wrong zones of time are hours off."""
_HOUR_S = 3600.0
_BEIJING_S = 8 * _HOUR_S
_SOON_S = 60.0
_MOST_HOURS = 24
_USUAL_S = 120.0
"""Longer intervals between reports say too little of how the vehicle drove."""
_ALIKE_S = 2.0
_DRIVING_MS = 5.0
_PACE = (0.5, 1.5)


def impossible_times(t_s: _Floats, received_s: _Floats | None, now_s: float | None) -> list[tuple[Text, _Rows]]:
    """Return which rows have a time that cannot be, with the reason.

    Row by row: no row fires whose time is at most 10 minutes after its receipt and after `now_s`. Earlier than its receipt is a
    backlog, however long, and is used.

    Args:
        t_s: seconds since 1970-01-01 UTC, NaN where there is none.
        received_s: when the platform received the report, NaN where not given; None where the table has no such column.
        now_s: when the check is made, None for no test.
    """
    faults = []
    with np.errstate(invalid="ignore"):
        if received_s is not None:
            ahead = t_s - received_s
            faults.append((EIGHT_HOURS, np.abs(ahead - _BEIJING_S) <= TOLERANCE_S))
            faults.append((AFTER_RECEIPT, ahead > TOLERANCE_S))
        if now_s is not None:
            faults.append((FUTURE, t_s > now_s + TOLERANCE_S))
    return faults


def eight_hours_late(t_s: _Floats, received_s: _Floats) -> _Rows:
    """Return which rows were received 8 hours after their time, give or take what a report needs to arrive.

    One such row is a backlog; a file of them has its times in UTC and they were read as Beijing's.
    """
    with np.errstate(invalid="ignore"):
        behind = received_s - t_s - _BEIJING_S
        return np.asarray((behind >= -_SOON_S) & (behind <= TOLERANCE_S), np.bool_)


def hour_steps(group: npt.NDArray[np.intp], t_s: _Floats, lon: _Floats, lat: _Floats) -> _Rows:
    """Return after which rows the clock jumps by whole hours while the vehicle drives on, shape (n,).

    Four rows a, b, c, d of one group: from a to b and from c to d the vehicle drives (5 m/s or more, at most 120 s apart); from b
    to c the time changes by k hours, k not 0, and by what is between a and b or c and d to within 2 s; and the way from b to
    c is what it would have driven in that remainder (half to one and a half times). A truck that stood for hours and happens to
    report so is no proof of a wrong clock, hence such rows are counted, not rejected.

    Pairwise: it never fires on a vehicle without two consecutive rows whose times differ by k hours (k not 0, at most 24 either
    way) and at most 122 s more, and which are at least 2 m apart.

    Args:
        group: rows of one vehicle, and of one file where the order is that of a file; equal values stand together.
        t_s: seconds.
        lon: WGS 84 degrees.
        lat: likewise.
    """
    found = np.zeros(len(t_s), np.bool_)
    if len(t_s) < 4:  # noqa: PLR2004 - a, b, c, d
        return found
    gap = np.diff(t_s)
    hours = np.floor(gap / _HOUR_S)
    rest = gap - hours * _HOUR_S
    jumps = (hours != 0) & (np.abs(hours) <= _MOST_HOURS) & (rest > 0) & (rest <= _USUAL_S + _ALIKE_S)
    b = np.flatnonzero(jumps)
    b = b[(b > 0) & (b < len(t_s) - 2)]
    b = b[group[b - 1] == group[b + 2]]
    before, after, rest = gap[b - 1], gap[b + 1], rest[b]
    ok = (before > 0) & (before <= _USUAL_S) & (after > 0) & (after <= _USUAL_S)
    ok &= (np.abs(rest - before) <= _ALIKE_S) | (np.abs(rest - after) <= _ALIKE_S)
    b, before, after, rest = b[ok], before[ok], after[ok], rest[ok]
    into, out = metres(lon, lat, b - 1, b) / before, metres(lon, lat, b + 1, b + 2) / after
    pace = metres(lon, lat, b, b + 1) / rest / np.maximum((into + out) / 2, 1e-9)
    found[b[(into >= _DRIVING_MS) & (out >= _DRIVING_MS) & (pace >= _PACE[0]) & (pace <= _PACE[1])]] = True
    return found
