"""Impossible jumps: fixes that no truck could have reached and come back from. A receiver's slip is no drive."""

import numpy as np
import numpy.typing as npt

from zones.coords import MEAN_RADIUS_M
from zones.matching.compiled import compiled, compiled_bare

_Floats = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.intp]
FASTEST_MS = 50.0
"""180 km/h between two fixes: no truck drives this fast, and no usual error of two fixes adds up to it."""
LEAST_M = 150.0
"""Fixes of one second can be this far apart by their errors alone."""
SETTLED = 3
"""So many fixes that fit each other are where the vehicle is, however it got there, unless it is soon back."""
PLAIN = 10
"""After so many it is plain that one or two before them, where a terminal woke, were none."""
ASTRAY_S = 600.0
"""Soon: a receiver is led astray for minutes."""
METRES_A_DEGREE = MEAN_RADIUS_M * np.pi / 180.0
"""On a sphere."""


def jumps_of(vehicle: npt.NDArray[np.intp], t_s: _Floats, lon: _Floats, lat: _Floats) -> npt.NDArray[np.bool_]:
    """Return which fixes are jumps, shape (n,).

    Where a fix could not have been reached from the one before, the track breaks into pieces. A piece between two that fit each other,
    no more than 10 minutes apart, and with fewer fixes than one of them, is jumps. So are one or two fixes with which a track begins,
    if ten or more follow. Of what is left a fix is a jump if it could not have been reached from the last one that fits; three in a
    row that could be reached from each other are no jump but where the vehicle went (by ferry, or with its terminal switched off). No
    vehicle has one whose every fix could be reached from the one before.

    Args:
        vehicle: index, sorted.
        t_s: seconds, in order for each vehicle.
        lon: WGS 84 degrees.
        lat: likewise.
    """
    jump = np.zeros(len(t_s), np.bool_)
    rows = np.arange(max(len(t_s) - 1, 0))
    other = np.diff(vehicle) != 0
    breaks = ~_reachable(t_s, lon, lat, rows, rows + 1) & ~other
    if not breaks.any():
        return jump
    begins = np.concatenate([[0], np.flatnonzero(breaks | other) + 1])
    pieces = np.stack([begins, np.append(begins[1:], len(t_s))], axis=1)
    pieces = pieces[np.isin(vehicle[begins], vehicle[rows[breaks]])]
    for own in np.split(pieces, np.flatnonzero(np.diff(vehicle[pieces[:, 0]])) + 1):
        _stray(own, t_s, lon, lat, jump)
    left = np.flatnonzero(~jump)
    vehicle, t_s, lon, lat = vehicle[left], t_s[left], lon[left], lat[left]
    marked = np.zeros(len(left), np.bool_)
    edges = np.flatnonzero(np.diff(vehicle)) + 1
    _mark(np.concatenate([[0], edges, [len(left)]]).astype(np.intp), t_s, lon, lat, marked)
    jump[left] = marked
    return jump


def _stray(pieces: _Rows, t_s: _Floats, lon: _Floats, lat: _Floats, jump: npt.NDArray[np.bool_]) -> None:
    """Mark the pieces of one vehicle's track (rows from, to; shape (n, 2)) that lie astray, between others or before them."""
    kept: list[tuple[int, int, int]] = []  # first row, last row, fixes
    for begin, end in pieces.tolist():
        piece = (begin, end - 1, end - begin)
        if len(kept) > 1:
            (first, before, many), (gone, last, few) = kept[-2:]
            back = t_s[begin] - t_s[before] <= ASTRAY_S and few < max(many, end - begin)
            if back and reachable(t_s[begin] - t_s[before], lon[before], lat[before], lon[begin], lat[begin]):
                jump[gone : last + 1] = True
                kept[-2:] = []
                piece = (first, end - 1, many + end - begin)
        kept.append(piece)
    if len(kept) > 1:
        (first, last, few), (begin, _, many) = kept[:2]
        wakes = few < SETTLED and many >= PLAIN
        if wakes and not reachable(t_s[begin] - t_s[last], lon[last], lat[last], lon[begin], lat[begin]):
            jump[first : last + 1] = True


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


def _reachable(t_s: _Floats, lon: _Floats, lat: _Floats, a: _Rows, b: _Rows) -> npt.NDArray[np.bool_]:
    """Return `reachable` of many: from fixes `a` to fixes `b`."""
    within = np.maximum(FASTEST_MS * (t_s[b] - t_s[a]), LEAST_M) / METRES_A_DEGREE
    north, east = lat[b] - lat[a], np.abs(lon[b] - lon[a])
    east = np.minimum(east, 360.0 - east) * np.cos(np.radians((lat[a] + lat[b]) / 2.0))
    return np.asarray(north * north + east * east <= within * within, np.bool_)
