"""Rows that the sift can pass at once: one vehicle's ordinary fixes, each reached from the one before."""

import numpy as np
import numpy.typing as npt

from truckban.positions import CHINA_LAT, CHINA_LON
from truckban.traces.clean.frozen import MOVING_KMH
from truckban.traces.clean.jumps import FASTEST_MS, LEAST_M, METRES_A_DEGREE
from truckban.traces.in_or_out.drives import GAP_S
from truckban.traces.sifting.sift_rows import Piece
from zones.matching.compiled import compiled_inline

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
BLOCK = 64
"""So many are looked at together where the loop is compiled,"""
FEW = 4
"""and no fewer than this where it is not."""
# without a sign no index can count from an array's end: looking for that would keep loops from being done four rows at a time
_ONE, _MANY = np.uint64(1), np.uint64(BLOCK)
_TICK_S = 0.001
"""Times are kept to the millisecond."""
_LESS = 1.0 - 1e-9
"""Rows are passed only where rounding cannot matter."""
_DEGREES, _ALWAYS = FASTEST_MS * _LESS / METRES_A_DEGREE, (LEAST_M * _LESS / METRES_A_DEGREE) ** 2
_WEST, _EAST = CHINA_LON
_SOUTH, _NORTH = CHINA_LAT


@compiled_inline
def far(box: _Floats, piece: Piece, first: np.uint64) -> bool:
    """Return whether the rows of a block all lie on one side of the box.

    Comparisons are counted and not chosen by, here and below, since a processor makes many of those at once.
    """
    lon, lat = piece.lon, piece.lat
    west = east = south = north = 0
    for k in range(first, first + _MANY):
        west += lon[k] < box[0]
        east += lon[k] > box[2]
        south += lat[k] < box[1]
        north += lat[k] > box[3]
    return max(west, east, south, north) == BLOCK


@compiled_inline
def ordinary(piece: Piece, first: np.uint64) -> bool:
    """Return whether the rows of a block are one vehicle's ordinary fixes in China, each reached from the one before.

    Where this says no, they are looked at one by one. A NaN makes comparisons false.
    """
    vehicle, time, lon, lat = piece.vehicle, piece.time, piece.lon, piece.lat
    end = first + _MANY
    same = there = 0
    for k in range(first, end):
        same += vehicle[k] == vehicle[first]
    if same < BLOCK:
        return False
    scale = 1.0 if piece.ms == 0 else piece.ms / (1000.0 * piece.parts)
    least = most = time[first + _ONE] - time[first]
    for k in range(first + _ONE + _ONE, end):
        step = time[k] - time[k - _ONE]
        least, most = min(least, step), max(most, step)
    if least * scale < _TICK_S or most * scale > GAP_S:
        return False
    for k in range(first, end):
        there += (lon[k] >= _WEST) & (lon[k] <= _EAST) & (lat[k] >= _SOUTH) & (lat[k] < _NORTH)
    if there < BLOCK:
        return False
    # as `reachable` has it at first, but for what a tick is rounded by
    short = _TICK_S if piece.ms else 0.0
    reached = 1
    for k in range(first + _ONE, end):
        wide, high = lon[k] - lon[k - _ONE], lat[k] - lat[k - _ONE]
        within = _DEGREES * (float(time[k] - time[k - _ONE]) * scale - short)
        square = wide * wide + high * high
        reached += (square <= _ALWAYS) | (square <= within * within)
    return reached == BLOCK and not _frozen(piece, first)


@compiled_inline
def _frozen(piece: Piece, first: np.uint64) -> bool:
    """Return whether a terminal of a block says twice from one place that it drives."""
    speed, lon, lat = piece.speed_kmh, piece.lon, piece.lat
    if not len(speed):
        return False
    frozen = 0
    for k in range(first + _ONE, first + _MANY):
        still = (lon[k] == lon[k - _ONE]) & (lat[k] == lat[k - _ONE])
        frozen += still & (speed[k] >= MOVING_KMH) & (speed[k - _ONE] >= MOVING_KMH)
    return frozen > 0


def ordinary_ends(box: _Floats, piece: Piece) -> _Ints:
    """Return for each row where the rows end that `ordinary` and `far` would say yes to, the row itself first, shape (n,)."""
    vehicle, time, lon, lat = piece.vehicle, piece.time, piece.lon, piece.lat
    scale = 1.0 if piece.ms == 0 else piece.ms / (1000.0 * piece.parts)
    short = _TICK_S if piece.ms else 0.0
    with np.errstate(invalid="ignore", over="ignore"):  # rows that are no fixes are among them
        seconds = np.diff(time) * scale
        wide, high = np.diff(lon), np.diff(lat)
        square = wide * wide + high * high
        one_side = np.zeros_like(square, np.bool_)
        for beyond in (lon < box[0], lon > box[2], lat < box[1], lat > box[3]):
            one_side |= beyond[1:] & beyond[:-1]
        in_china = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat < _NORTH)
        goes_on = (
            (vehicle[1:] == vehicle[:-1])
            & (seconds >= _TICK_S)
            & (seconds <= GAP_S)
            & in_china[1:]
            & in_china[:-1]
            & one_side
            & ((square <= _ALWAYS) | (square <= (_DEGREES * (seconds - short)) ** 2))
        )
        if len(piece.speed_kmh):
            drives = piece.speed_kmh >= MOVING_KMH
            goes_on &= ~((wide == 0.0) & (high == 0.0) & drives[1:] & drives[:-1])
    stops = np.append(np.flatnonzero(~goes_on) + 1, len(vehicle))
    return stops[np.searchsorted(stops, np.arange(len(vehicle)), side="right")]
