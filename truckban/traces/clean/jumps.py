"""Impossible jumps: fixes that no truck could have reached and come back from. A receiver's slip is no drive."""

import numpy as np
import numpy.typing as npt

from zones.coords import MEAN_RADIUS_M
from zones.matching.compiled import compiled, compiled_bare

_Floats = npt.NDArray[np.float64]
FASTEST_MS = 50.0
"""180 km/h between two fixes: no truck drives this fast, and no usual error of two fixes adds up to it."""
LEAST_M = 150.0
"""Fixes of one second can be this far apart by their errors alone."""
SETTLED = 3
"""So many fixes that fit each other are where the vehicle is, however it got there."""
METRES_A_DEGREE = MEAN_RADIUS_M * np.pi / 180.0
"""On a sphere."""


def jumps_of(vehicle: npt.NDArray[np.intp], t_s: _Floats, lon: _Floats, lat: _Floats) -> npt.NDArray[np.bool_]:
    """Return which fixes are jumps, shape (n,).

    From the last fix that fits, a fix is a jump if it could not have been reached in its time; three in a row that could be
    reached from each other are no jump but where the vehicle went (by ferry, or with its terminal switched off). No vehicle
    has one whose every fix could be reached from the one before.

    Args:
        vehicle: index, sorted.
        t_s: seconds, in order for each vehicle.
        lon: WGS 84 degrees.
        lat: likewise.
    """
    jump = np.zeros(len(t_s), np.bool_)
    edges = np.flatnonzero(np.diff(vehicle)) + 1
    _mark(np.concatenate([[0], edges, [len(t_s)]]).astype(np.intp), t_s, lon, lat, jump)
    return jump


@compiled
def _mark(starts: npt.NDArray[np.intp], t_s: _Floats, lon: _Floats, lat: _Floats, jump: npt.NDArray[np.bool_]) -> None:
    for one in range(len(starts) - 1):
        last, held = starts[one], 0
        for k in range(starts[one] + 1, starts[one + 1]):
            if reachable(t_s[k] - t_s[last], lon[last], lat[last], lon[k], lat[k]):
                jump[k - held : k] = True
                last, held = k, 0
            elif held and reachable(t_s[k] - t_s[k - 1], lon[k - 1], lat[k - 1], lon[k], lat[k]):
                held += 1
                if held == SETTLED:
                    last, held = k, 0
            else:
                jump[k - held : k] = True
                held = 1
        jump[starts[one + 1] - held : starts[one + 1]] = True


@compiled_bare
def reachable(seconds: float, from_lon: float, from_lat: float, lon: float, lat: float) -> bool:
    """Return whether a truck can have come from one position (WGS 84 degrees) to another; on a sphere, which is near enough."""
    within = max(FASTEST_MS * seconds, LEAST_M) / METRES_A_DEGREE
    north, east = lat - from_lat, abs(lon - from_lon)
    east = min(east, 360.0 - east)
    if north * north + east * east <= within * within:
        return True
    east *= np.cos(np.radians((from_lat + lat) / 2.0))
    return bool(north * north + east * east <= within * within)
