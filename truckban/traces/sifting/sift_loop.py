"""The loop of the sift: one look at each row, for Numba to compile."""

import numpy as np
import numpy.typing as npt

from truckban.positions import CHINA_LAT, CHINA_LON, MOST_LAT, MOST_LON
from truckban.traces.clean.frozen import MOVING_KMH
from truckban.traces.clean.jumps import METRES_A_DEGREE, SETTLED, reachable
from truckban.traces.in_or_out.drives import GAP_S
from truckban.traces.read.typed import EARLIEST_S
from truckban.traces.sifting.sift_blocks import BLOCK, FEW, far, ordinary
from truckban.traces.sifting.sift_rows import (
    ACCURACY,
    AFTER,
    DUPLICATES,
    FILE,
    FIRST,
    GAPS,
    HEADING,
    HELD,
    JUMPS,
    LAT,
    LINE,
    LON,
    NAIVE,
    OPEN,
    ROWS,
    SEEN,
    SPEED,
    TORN,
    Held,
    Kept,
    Piece,
    T,
)
from zones.matching.compiled import compiled_bare, compiled_inline

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
# bounds of what `hour_steps` looks for: the clock is off by whole hours, and for the rest the vehicle drives
_HOUR_S, _LONGEST_S, _REST_S, _SLOWEST_MS = 3600.0, 25 * 3600.0, 122.0, 2.5
_WEST, _EAST = CHINA_LON
_SOUTH, _NORTH = CHINA_LAT


@compiled_bare
def sift(
    box: _Floats, piece: Piece, held: Held, kept: Kept, count: int, jumps: _Ints, bad: npt.NDArray[np.intp], ends: _Ints
) -> tuple[int, int, int]:
    """Take in a piece; return how many rows are kept by now, how many jumps and bad rows there are.

    `count` rows are kept of the pieces before, and stay.
    Ordinary rows of one vehicle are passed at once: compiled by 64, as they stand up to the row that `ends` says (shape (n,) or (0,)
    where it is compiled).
    """
    jumped = wrong = 0
    k = single = 0
    while k < len(piece.vehicle):
        v = piece.codes[piece.vehicle[k]]
        t = _seconds(piece, k)
        end = ends[k] if len(ends) else min(k + BLOCK, len(piece.vehicle))
        if (
            k >= single
            and end - k >= (FEW if len(ends) else BLOCK)
            and v >= 0
            and held.state[v, SEEN] == 1
            and held.state[v, HELD] == 0
            and held.state[v, TORN] == 0
            and 0.0 < t - held.numbers[v, 0, T] <= GAP_S
            and _seconds(piece, end - 1) <= piece.latest_s
            and not _odd(piece, k, t, held, v, 0)
            and _reachable(held, v, 0, t, piece.lon[k], piece.lat[k])
            and (len(ends) > 0 or ordinary(piece, np.uint64(k)))
        ):
            held.state[v, ROWS] += end - k
            held.state[v, AFTER] = 0
            if (len(ends) > 0 or far(box, piece, np.uint64(k))) and not _touches(
                box, held, v, piece.lon[k], piece.lat[k]
            ):
                held.state[v, OPEN] = 0
            else:
                count = _pass(box, piece, k, end, t, v, held, kept, count)
            k = end
            _hold(piece, k - 1, _seconds(piece, k - 1), held, v, 0)
            continue
        if k >= single and not len(ends):
            single = k + BLOCK  # the row that is not ordinary would spoil the next blocks too
        if v < 0 or not _is_fix(t, piece.latest_s, piece.lon[k], piece.lat[k]):
            bad[wrong] = k
            wrong += 1
        else:
            held.state[v, ROWS] += 1
            if held.state[v, TORN] == 0:
                count, jumped = _take(box, piece, k, t, v, held, kept, count, jumps, jumped)
        k += 1
    return count, jumped, wrong


@compiled_inline
def _take(
    box: _Floats, piece: Piece, k: int, t: float, v: int, held: Held, kept: Kept, count: int, jumps: _Ints, jumped: int
) -> tuple[int, int]:
    """Take in a fix of a vehicle; return how many rows are kept and how many jumps there are by now."""
    here = held.state[v, HELD]
    lon, lat = piece.lon[k], piece.lat[k]
    if held.state[v, SEEN] == 0:
        held.state[v, SEEN], held.state[v, FIRST] = 1, piece.number
        _hold(piece, k, t, held, v, 0)
        return count, jumped
    if t <= held.numbers[v, here, T]:
        _repeat(piece, k, t, held, v, here)
        return count, jumped
    if _odd(piece, k, t, held, v, here) or (here > 0 and _odd(piece, k, t, held, v, 0)):  # what is held may be left out
        held.state[v, TORN] = 1
        return count, jumped
    if _reachable(held, v, 0, t, lon, lat):
        if here > 0 and _reachable(held, v, here, t, lon, lat):
            held.state[v, TORN] = 1  # it fits both: what is held may be where the vehicle is
            return count, jumped
        held.state[v, AFTER] = here
        jumped = _drop(held, v, jumps, jumped)
        count = _link(box, held, v, t, lon, lat, _accuracy(piece, k), _speed(piece, k), _heading(piece, k), kept, count)
        _hold(piece, k, t, held, v, 0)
    elif here > 0 and _reachable(held, v, here, t, lon, lat):
        if here + 1 == SETTLED:
            held.state[v, TORN] = 1  # it may come back, or not
            return count, jumped
        held.state[v, HELD] = here + 1
        _hold(piece, k, t, held, v, here + 1)
    elif here > 0 or held.state[v, AFTER] > 0:
        held.state[v, TORN] = 1  # one jump after another may be the fixes of two vehicles
    else:
        held.state[v, HELD] = 1
        _hold(piece, k, t, held, v, 1)
    return count, jumped


@compiled_inline
def _odd(piece: Piece, k: int, t: float, held: Held, v: int, slot: int) -> bool:
    """Return whether a fix and the one before it may be what `frozen_of` or `hour_steps` is about."""
    last = held.numbers
    north, east = piece.lat[k] - last[v, slot, LAT], piece.lon[k] - last[v, slot, LON]
    if len(piece.speed_kmh) and north == 0.0 and east == 0.0:
        return bool(piece.speed_kmh[k] >= MOVING_KMH and last[v, slot, SPEED] >= MOVING_KMH)
    seconds = t - last[v, slot, T]
    if not _HOUR_S <= seconds <= _LONGEST_S:
        return False
    rest = seconds % _HOUR_S
    slow = _SLOWEST_MS * rest / METRES_A_DEGREE
    return bool(0.0 < rest <= _REST_S and north * north + east * east >= slow * slow)


@compiled_inline
def _repeat(piece: Piece, k: int, t: float, held: Held, v: int, slot: int) -> None:
    """Note a fix that is no later than the newest: the same once more, or rows out of order."""
    if (
        slot == 0  # a row that repeats a jump is one
        and t == held.numbers[v, slot, T]
        and piece.lon[k] == held.numbers[v, slot, LON]
        and piece.lat[k] == held.numbers[v, slot, LAT]
        and _same(_accuracy(piece, k), held.numbers[v, slot, ACCURACY])
        and _same(_heading(piece, k), held.numbers[v, slot, HEADING])
        and (not len(piece.speed_kmh) or piece.speed_kmh[k] == held.numbers[v, slot, SPEED])
    ):
        held.state[v, DUPLICATES] += 1
    else:
        held.state[v, TORN] = 1


@compiled_inline
def _same(a: float, b: float) -> bool:
    return a == b or (np.isnan(a) and np.isnan(b))


@compiled_inline
def _reachable(held: Held, v: int, slot: int, t: float, lon: float, lat: float) -> bool:
    last = held.numbers
    return reachable(t - last[v, slot, T], last[v, slot, LON], last[v, slot, LAT], lon, lat)


@compiled_inline
def _link(
    box: _Floats,
    held: Held,
    v: int,
    t: float,
    lon: float,
    lat: float,
    accuracy: float,
    speed: float,
    heading: float,
    kept: Kept,
    count: int,
) -> int:
    """Go from the last fix to the next; return how many rows are kept by now."""
    last = held.numbers
    if t - last[v, 0, T] > GAP_S:
        held.state[v, GAPS] += 1
    if not _touches(box, held, v, lon, lat):
        held.state[v, OPEN] = 0
        return count
    if held.state[v, OPEN] == 0:
        held.state[v, OPEN] = 1
        a_t, a_lon, a_lat = last[v, 0, T], last[v, 0, LON], last[v, 0, LAT]
        a_accuracy, a_speed, a_heading = last[v, 0, ACCURACY], last[v, 0, SPEED], last[v, 0, HEADING]
        count = _keep(kept, count, v, a_t, a_lon, a_lat, a_accuracy, a_speed, a_heading, False)
    return _keep(kept, count, v, t, lon, lat, accuracy, speed, heading, True)


@compiled_inline
def _keep(
    kept: Kept,
    count: int,
    v: int,
    t: float,
    lon: float,
    lat: float,
    accuracy: float,
    speed: float,
    heading: float,
    joined: bool,
) -> int:
    kept.vehicle[count] = v
    kept.t_s[count] = t
    kept.lon[count] = lon
    kept.lat[count] = lat
    kept.accuracy_m[count] = accuracy
    if len(kept.speed_kmh):
        kept.speed_kmh[count] = speed
    if len(kept.heading):
        kept.heading[count] = heading
    kept.joined[count] = joined
    return count + 1


@compiled_inline
def _drop(held: Held, v: int, jumps: _Ints, jumped: int) -> int:
    """Give up the fixes that are held as jumps."""
    for slot in range(1, held.state[v, HELD] + 1):
        jumps[jumped, 0] = v
        for n in range(3):
            jumps[jumped, n + 1] = held.places[v, slot, n]
        jumped += 1
    held.state[v, JUMPS] += held.state[v, HELD]
    held.state[v, HELD] = 0
    return jumped


@compiled_inline
def _hold(piece: Piece, k: int, t: float, held: Held, v: int, slot: int) -> None:
    held.numbers[v, slot, T], held.numbers[v, slot, ACCURACY] = t, _accuracy(piece, k)
    held.numbers[v, slot, LON], held.numbers[v, slot, LAT] = piece.lon[k], piece.lat[k]
    held.places[v, slot, LINE] = piece.lines[k] if len(piece.lines) > 1 else piece.lines[0] + k
    held.places[v, slot, FILE] = piece.file
    held.places[v, slot, NAIVE] = piece.naive[k] if len(piece.naive) > 1 else piece.naive[0]
    held.numbers[v, slot, SPEED], held.numbers[v, slot, HEADING] = _speed(piece, k), _heading(piece, k)


@compiled_inline
def _seconds(piece: Piece, k: int) -> float:
    if piece.ms == 0:
        return float(piece.time[k])
    return float((piece.time[k] * piece.ms) // piece.parts + piece.shift_ms) / 1000.0


@compiled_bare
def read(piece: Piece, rows: npt.NDArray[np.intp], good: npt.NDArray[np.bool_], t_s: _Floats) -> None:
    """Fill in which rows of a piece are fixes, and their times (seconds since 1970-01-01 UTC)."""
    for n in range(len(rows)):
        k = rows[n]
        t_s[n] = _seconds(piece, k)
        good[n] = piece.codes[piece.vehicle[k]] >= 0 and _is_fix(t_s[n], piece.latest_s, piece.lon[k], piece.lat[k])


@compiled_inline
def _accuracy(piece: Piece, k: int) -> float:
    return piece.accuracy_m[k] if len(piece.accuracy_m) else np.nan


@compiled_inline
def _speed(piece: Piece, k: int) -> float:
    return piece.speed_kmh[k] if len(piece.speed_kmh) else np.nan


@compiled_inline
def _heading(piece: Piece, k: int) -> float:
    return piece.heading[k] if len(piece.heading) else np.nan


@compiled_inline
def _is_fix(t: float, latest_s: float, lon: float, lat: float) -> bool:
    """Return whether a row is a fix, by the rules of `truckban.traces.read.typed`, which gives the reasons."""
    return bool(
        EARLIEST_S <= t <= latest_s
        and abs(lon) <= MOST_LON
        and abs(lat) <= MOST_LAT
        and not (lon == 0.0 and lat == 0.0)
        and not (_SOUTH <= lon <= _NORTH and _WEST <= lat <= _EAST)
    )


@compiled_inline
def _touches(box: _Floats, held: Held, v: int, lon: float, lat: float) -> bool:
    """Return whether the way from the last fix may come into the box; the same as `touches`."""
    a_lon, a_lat = held.numbers[v, 0, LON], held.numbers[v, 0, LAT]
    return bool(
        max(a_lon, lon) >= box[0]
        and min(a_lon, lon) <= box[2]
        and max(a_lat, lat) >= box[1]
        and min(a_lat, lat) <= box[3]
    )


@compiled_inline
def _pass(
    box: _Floats, piece: Piece, first: int, end: int, t: float, v: int, held: Held, kept: Kept, count: int
) -> int:
    """Take in one vehicle's ordinary fixes, rows `first` to `end`; return how many rows are kept by now."""
    lon, lat = piece.lon, piece.lat
    accuracy, speed, heading = _accuracy(piece, first), _speed(piece, first), _heading(piece, first)
    count = _link(box, held, v, t, lon[first], lat[first], accuracy, speed, heading, kept, count)
    is_open = held.state[v, OPEN] == 1
    for k in range(first + 1, end):
        if not (
            max(lon[k - 1], lon[k]) >= box[0]
            and min(lon[k - 1], lon[k]) <= box[2]
            and max(lat[k - 1], lat[k]) >= box[1]
            and min(lat[k - 1], lat[k]) <= box[3]
        ):
            is_open = False
            continue
        if not is_open:
            is_open = True
            before = _seconds(piece, k - 1)
            accuracy, speed, heading = _accuracy(piece, k - 1), _speed(piece, k - 1), _heading(piece, k - 1)
            count = _keep(kept, count, v, before, lon[k - 1], lat[k - 1], accuracy, speed, heading, False)
        accuracy, speed, heading = _accuracy(piece, k), _speed(piece, k), _heading(piece, k)
        count = _keep(kept, count, v, _seconds(piece, k), lon[k], lat[k], accuracy, speed, heading, True)
    held.state[v, OPEN] = 1 if is_open else 0
    return count
