"""Impossible jumps: fixes that no truck could have reached and come back from. A receiver's slip is no drive."""

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]
FASTEST_MS = 50.0
"""180 km/h between two fixes: no truck drives this fast, and no usual error of two fixes adds up to it."""
LEAST_M = 150.0
"""Fixes of one second can be this far apart by their errors alone."""
_RADIUS_M = 6371008.8
# so many fixes that fit each other are where the vehicle is, however it got there
_SETTLED = 3


def jumps_of(vehicle: npt.NDArray[np.intp], t_s: _Floats, lon: _Floats, lat: _Floats) -> npt.NDArray[np.bool_]:
    """Return which fixes are jumps, shape (n,).

    From the last fix that fits, a fix is a jump if it could not have been reached in its time; three in a row that could be
    reached from each other are no jump but where the vehicle went (by ferry, or with its terminal switched off).

    Args:
        vehicle: index, sorted.
        t_s: seconds, in order for each vehicle.
        lon: WGS 84 degrees.
        lat: likewise.
    """
    jump = np.zeros(len(t_s), np.bool_)
    if len(t_s) < 2:  # noqa: PLR2004 - fixes
        return jump
    far = ~_reachable(t_s, lon, lat, np.arange(len(t_s) - 1), np.arange(1, len(t_s))) & (vehicle[1:] == vehicle[:-1])
    for here in np.unique(vehicle[1:][far]).tolist():
        first, end = np.searchsorted(vehicle, [here, here + 1]).tolist()
        _mark(t_s, lon, lat, jump, first, end)
    return jump


def _mark(t_s: _Floats, lon: _Floats, lat: _Floats, jump: npt.NDArray[np.bool_], first: int, end: int) -> None:
    last, held = first, list[int]()
    for k in range(first + 1, end):
        if bool(_reachable(t_s, lon, lat, last, k)):
            jump[held] = True
            last, held = k, []
        elif held and bool(_reachable(t_s, lon, lat, held[-1], k)):
            held.append(k)
            if len(held) == _SETTLED:
                last, held = k, []
        else:
            jump[held] = True
            held = [k]
    jump[held] = True


def _reachable(
    t_s: _Floats, lon: _Floats, lat: _Floats, a: int | npt.NDArray[np.intp], b: int | npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Return whether fix `b` could have been reached from fix `a`; on a sphere, which is near enough."""
    north = np.radians(lat[b] - lat[a])
    east = np.radians((lon[b] - lon[a] + 180.0) % 360.0 - 180.0) * np.cos(np.radians((lat[a] + lat[b]) / 2))
    within = np.hypot(north, east) * _RADIUS_M <= np.maximum(FASTEST_MS * (t_s[b] - t_s[a]), LEAST_M)
    return np.asarray(within, np.bool_)
