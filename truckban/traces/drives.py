"""Drives: what lies between two stops of one vehicle. A parked truck does not drive, however much its receiver drifts."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

STOP_S = 300.0
"""A stay of this long is parking; shorter ones (traffic lights, queues) belong to the drive."""
STOP_RADIUS_M = 40.0
"""Fixes of a parked truck stay this near to their centre: four standard deviations of a 10 m receiver."""
GAP_S = 600.0
"""Across a longer silence nothing is concluded."""
DRIFT_M = 80.0
"""A drive that never gets this far from where it began is drift of the receiver."""
SLOW_MS = 0.8
"""Nor is one a drive that is slower than a person walks, unless it gets"""
FAR_M = 250.0
"""so far: receivers of parked trucks wander."""
PACE_MS = 10.0
"""How fast a truck may have left where it was parked, or come there."""


@dataclass(frozen=True, slots=True)
class Drive:
    """Fixes `first` to `last`, both included, of one vehicle; silent gaps end a drive."""

    first: int
    last: int


def drives_of(
    t_s: npt.NDArray[np.float64], x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64]
) -> tuple[list[Drive], int]:
    """Return the drives of one vehicle, and how many gaps its trace has.

    Args:
        t_s: times in order, shape (n,).
        x_m: position in a local plane, metres, shape (n,).
        y_m: likewise.
    """
    if len(t_s) == 0:
        return [], 0
    breaks = np.flatnonzero(np.diff(t_s) > GAP_S) + 1
    drives: list[Drive] = []
    edges = [0, *breaks.tolist(), len(t_s)]
    for start, end in pairwise(edges):
        for drive in _between_stops(t_s, x_m, y_m, start, end):
            reach = np.hypot(
                x_m[drive.first : drive.last + 1] - x_m[drive.first],
                y_m[drive.first : drive.last + 1] - y_m[drive.first],
            )
            if drive.last > drive.first and _moved(float(reach.max()), float(t_s[drive.last] - t_s[drive.first])):
                drives.append(drive)
    return drives, len(breaks)


def _moved(reach_m: float, seconds: float) -> bool:
    return reach_m >= DRIFT_M and (reach_m >= FAR_M or reach_m >= SLOW_MS * seconds)


def moving_times(
    drive: Drive, t_s: npt.NDArray[np.float64], x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """Return when a drive began at the latest and ended at the earliest, by its first and last fix.

    A parked terminal reports every few minutes: between its last report and the first one on the road nobody knows when the
    truck left, and it is not to be held to the earliest instant (06:00 or 22:00 may lie between).
    """
    a, z = drive.first, drive.last
    out = float(np.hypot(x_m[a + 1] - x_m[a], y_m[a + 1] - y_m[a])) / PACE_MS
    back = float(np.hypot(x_m[z] - x_m[z - 1], y_m[z] - y_m[z - 1])) / PACE_MS
    return max(float(t_s[a]), float(t_s[a + 1]) - out), min(float(t_s[z]), float(t_s[z - 1]) + back)


def _between_stops(
    t_s: npt.NDArray[np.float64], x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64], start: int, end: int
) -> list[Drive]:
    """Cut fixes `start` to `end` (not included) at their stops; a stop's last and first fix belong to the drives beside it."""
    drives = []
    begin = here = start
    while here < end:
        stay = _stay_from(t_s, x_m, y_m, here, end)
        if stay > here:
            if here > begin:
                drives.append(Drive(begin, here))
            begin = here = stay
            if stay == end - 1:
                return drives
        here += 1
    if begin < end - 1:
        drives.append(Drive(begin, end - 1))
    return drives


def _stay_from(
    t_s: npt.NDArray[np.float64], x_m: npt.NDArray[np.float64], y_m: npt.NDArray[np.float64], first: int, end: int
) -> int:
    """Return the last fix of the stay that begins at `first`, or `first` where it is none.

    A single fix out of the circle does not end a stay: receivers jump. Two in a row do.
    """
    sum_x, sum_y, inside = float(x_m[first]), float(y_m[first]), 1
    last, outside = first, 0
    for k in range(first + 1, end):
        if np.hypot(x_m[k] - sum_x / inside, y_m[k] - sum_y / inside) <= STOP_RADIUS_M:
            sum_x, sum_y, inside, last, outside = sum_x + float(x_m[k]), sum_y + float(y_m[k]), inside + 1, k, 0
        else:
            outside += 1
            if outside > 1 or t_s[last] - t_s[first] < STOP_S:
                break
    return last if t_s[last] - t_s[first] >= STOP_S else first
