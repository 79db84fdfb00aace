"""Two tracks under one number: two terminals that bear it, or a clock set back, so that the tracks of two times lie over each other."""

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.jumps import ASTRAY_S, FASTEST_MS, LEAST_M, METRES_A_DEGREE

_Floats = npt.NDArray[np.float64]
_Index = npt.NDArray[np.intp]
TWO_AT_ONCE = "two_tracks"
"""How `why_probability` says that two tracks lie over each other under the vehicle's number."""
TURNS = 10
"""So many times a second track comes up between fixes of the first; a receiver's slips do not follow each other as a drive does."""
_APART_M = 1000.0


def two_tracks_of(vehicle: _Index, t_s: _Floats, lon: _Floats, lat: _Floats) -> npt.NDArray[np.bool_]:
    """Return which fixes could not have been between the one before and the one after, which could, shape (n,).

    Where a receiver slips once, that is the slip, and `jumps_of` finds it too. Where two tracks alternate it is true of the fixes of
    both: which is the vehicle's nobody can tell, and `jumps_of` alone would keep whichever came first.

    Pairwise: it never fires on a vehicle without two consecutive fixes more than 150 m apart and faster than 50 m/s, then again two such.
    Beyond what `jumps_of` finds, it fires only on a fix directly after a jump from which the next fix cannot be reached either.

    Args:
        vehicle: index, sorted.
        t_s: seconds, in order for each vehicle.
        lon: WGS 84 degrees.
        lat: likewise.
    """
    found = np.zeros(len(t_s), np.bool_)
    if len(t_s) < 3:  # noqa: PLR2004 - a fix between two
        return found
    here = np.arange(len(t_s) - 1)
    far = _too_far(t_s, lon, lat, here, here + 1) & (vehicle[1:] == vehicle[:-1])
    middle = np.flatnonzero(far[1:] & far[:-1]) + 1
    found[middle[~_too_far(t_s, lon, lat, middle - 1, middle + 1)]] = True
    return found


def turns_of(
    vehicle: _Index, t_s: _Floats, lon: _Floats, lat: _Floats, out: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return at which fixes a second track comes up again, shape (n,).

    What cleaning takes out, as jumps or as fixes of two tracks, is a track of its own where each fix can be reached from the one that
    was taken out before, at most 10 minutes earlier, with a fix of the other track between them that is 1 km or more from either.
    Each such fix was taken out: a vehicle with fewer than n that were has fewer than n turns.

    Args:
        vehicle: index, sorted.
        t_s: seconds, in order for each vehicle.
        lon: WGS 84 degrees.
        lat: likewise.
        out: which were taken out.
    """
    found = np.zeros(len(t_s), np.bool_)
    rows = np.flatnonzero(out)
    a, b = rows[:-1], rows[1:]
    some = (vehicle[a] == vehicle[b]) & (b - a > 1) & (t_s[b] - t_s[a] <= ASTRAY_S)
    a, b = a[some], b[some]
    apart = (metres(lon, lat, a, a + 1) >= _APART_M) & (metres(lon, lat, b - 1, b) >= _APART_M)
    found[b[apart & ~_too_far(t_s, lon, lat, a, b)]] = True
    return found


def _too_far(t_s: _Floats, lon: _Floats, lat: _Floats, a: _Index, b: _Index) -> npt.NDArray[np.bool_]:
    return np.asarray(metres(lon, lat, a, b) > np.maximum(FASTEST_MS * (t_s[b] - t_s[a]), LEAST_M), np.bool_)


def metres(lon: _Floats, lat: _Floats, a: _Index, b: _Index) -> _Floats:
    """Return how far fixes `a` are from fixes `b`; on a sphere, which is near enough."""
    east = np.abs(lon[b] - lon[a])
    east = np.minimum(east, 360.0 - east) * np.cos(np.radians((lat[a] + lat[b]) / 2.0))
    return np.asarray(np.hypot(lat[b] - lat[a], east) * METRES_A_DEGREE, np.float64)
