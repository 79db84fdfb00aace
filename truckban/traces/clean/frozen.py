"""Frozen positions: a terminal that says it drives and sends one position, to the last digit. The position is an old one."""

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]
MOVING_KMH = 20.0
"""Receivers of parked trucks say a few km/h; with tenths of km/h taken for km/h, a few tens of those."""
FROZEN_M = 150.0
"""More than positions rounded to three decimals (110 m, 140 m across) can hide."""
# no more is asked of a step; a speed can be any number
_MOST_M = 1e6


def frozen_of(
    vehicle: npt.NDArray[np.intp], t_s: _Floats, lon: _Floats, lat: _Floats, speed_kmh: _Floats
) -> npt.NDArray[np.bool_]:
    """Return which fixes are frozen, shape (n,).

    In a run of fixes with one position, the vehicle says to have driven from one to the next if both say 20 km/h or more: at least
    the lower of the two for the time between. From the fix on at which these ways add up to 150 m, the run is frozen. A
    parked truck whose terminal holds its position is left alone: its speed is 0, or it is silent about it.

    Pairwise: it never fires on a vehicle without two consecutive fixes of exactly one position that both say 20 km/h or more.

    Args:
        vehicle: index, sorted.
        t_s: seconds, in order for each vehicle.
        lon: degrees, as reported or converted.
        lat: likewise.
        speed_kmh: what the terminal says, NaN where nothing.
    """
    frozen = np.zeros(len(t_s), np.bool_)
    if len(t_s) < 2 or np.isnan(speed_kmh).all():  # noqa: PLR2004 - fixes
        return frozen
    same = (vehicle[1:] == vehicle[:-1]) & (lon[1:] == lon[:-1]) & (lat[1:] == lat[:-1])
    with np.errstate(invalid="ignore"):
        slower = np.fmin(speed_kmh[1:], speed_kmh[:-1])
        driving = same & (speed_kmh[1:] >= MOVING_KMH) & (speed_kmh[:-1] >= MOVING_KMH)
    if not driving.any():
        return frozen
    # in whole millimetres: sums of those are exact, and so what is found of a vehicle does not depend on those before it
    step = np.zeros(len(same), np.int64)
    with np.errstate(over="ignore"):  # 1e308 km/h are written as well
        step[driving] = np.minimum(slower[driving] / 3.6 * np.diff(t_s)[driving], _MOST_M) * 1000
    way = np.concatenate([[0], np.cumsum(step)])
    begins = np.concatenate([[True], ~same])
    start = np.maximum.accumulate(np.where(begins, np.arange(len(t_s)), 0))
    return np.asarray(way - way[start] >= FROZEN_M * 1000, np.bool_)
