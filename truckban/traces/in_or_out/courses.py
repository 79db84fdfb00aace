"""Reported courses against streets: whether a truck drove as the street runs on which a fix would have it.

A terminal's course over ground is measured by Doppler, as its speed is: an error of the position leaves it as it is. A truck that
reflections carry from a boundary road onto a street across goes on saying that it drives along the boundary road.
"""

import numpy as np
import numpy.typing as npt

from truckban.traces.in_or_out.slips import Visit
from truckban.traces.in_or_out.speeds import FASTEST_KMH

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]

_SPREAD = np.radians(12.0)
"""Standard deviation of a course about the direction of the street: of the terminal, of lanes, and of a street's pieces."""
_ODD = 0.05
"""So rarely a course is any, whatever the street: at a crossing, in a yard, while turning about."""
_MOVES_KMH = 10.0
"""A course is known only of who drives: standing receivers say the last one, or any. Where no speed is told,"""
_MOVES_MS = 3.0
"""by the fixes before and after, which are no farther apart than"""
_SOON_S = 130.0
_FIXES = 8
"""No fewer fixes elsewhere on the visit show whether courses are alive, of which"""
_FIT = 0.85
"""this share at least lies along the streets they are on, and forward along the way from fix to fix."""
_STOPS = 4
"""Of no fewer stops it is asked whether a standing terminal keeps its course; if not, that of who stands is not known."""
_ALONG = np.radians(30.0)
_FORWARD = np.radians(60.0)
_KINDS = 3
"""Fewer different courses are no measurement, nor are those that"""
_COPIED = np.radians(1.0)
"""are mostly no farther off than this from the line from the fix before: they know no more than the positions."""
_MOST = 200
"""Of so many fixes elsewhere it is asked."""
_NEAR_M = 40.0


def courses(visit: Visit, first: int, last: int) -> _Floats | None:
    """Return the direction of travel that each fix of a visit tells, radians from east, NaN where none; None where that is not alive.

    Args:
        visit: one vehicle's.
        first: row of the first fix of the stretch that is doubted: whether courses are alive is asked of the others.
        last: row of its last one.
    """
    rows = slice(visit.start, visit.stop)
    if visit.fixes.heading is None:
        return None
    heading = visit.fixes.heading[rows]
    with np.errstate(invalid="ignore"):
        told = (heading >= 0.0) & (heading <= 360.0)  # noqa: PLR2004 - degrees
    course = np.where(told, np.pi / 2.0 - np.radians(heading), np.nan)
    elsewhere = np.ones(len(course), np.bool_)
    elsewhere[max(first - visit.start - 1, 0) : last - visit.start + 2] = False
    elsewhere[:1] = elsewhere[-1:] = False
    moves = _moves(visit, rows)
    if not _alive(visit, course, np.flatnonzero(told & moves & elsewhere)):
        return None
    stops = told & elsewhere & ~moves
    stops[1:] &= moves[:-1]  # of each stop its first fix
    on, along = _along_streets(visit, course, visit.start + np.flatnonzero(stops))
    return course if on >= _STOPS and along >= _FIT * on else np.where(moves, course, np.nan)


def worth(course: _Floats, x: _Floats, y: _Floats, pieces: _Floats, sigma: float) -> _Floats:
    """Return the log-probability of courses where fixes are on some streets, by the street that suits place and course best.

    Args:
        course: radians from east, shape (n,).
        x: metres east of the fixes.
        y: metres north.
        pieces: straight pieces of the streets, shape (k, 4) of x0, y0, x1, y1.
        sigma: standard deviation of one axis of a fix, metres.

    Returns:
        0 where the likeliest street runs so, at least the logarithm of `_ODD`; shape (n,).
    """
    x0, y0, x1, y1 = pieces.T
    dx, dy = x1 - x0, y1 - y0
    px, py = x[:, None] - x0, y[:, None] - y0
    share = np.clip((px * dx + py * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    apart2 = (px - share * dx) ** 2 + (py - share * dy) ** 2
    # as fixes are weighed in the matcher, whose distribution has 4.5 degrees of freedom
    place = -2.75 * np.log1p(apart2 / (4.5 * sigma**2))
    along = np.log((1.0 - _ODD) * np.exp(-0.5 * (_across(course[:, None] - np.arctan2(dy, dx)) / _SPREAD) ** 2) + _ODD)
    return np.asarray((place + along).max(axis=1) - place.max(axis=1))


def _moves(visit: Visit, rows: slice) -> _Flags:
    """Return of which fixes the truck drives, by the speeds that it tells, or by the ways from fix to fix."""
    t_s, x, y = (values[rows] for values in (visit.fixes.t_s, visit.x_m, visit.y_m))
    moves = np.zeros(len(t_s), np.bool_)
    with np.errstate(invalid="ignore", divide="ignore"):
        seconds = t_s[2:] - t_s[:-2]
        went = np.hypot(x[2:] - x[:-2], y[2:] - y[:-2]) / seconds
        moves[1:-1] = (went >= _MOVES_MS) & (seconds <= _SOON_S)
    speed = None if visit.fixes.speed_kmh is None else visit.fixes.speed_kmh[rows]
    if speed is None:
        return moves
    with np.errstate(invalid="ignore"):
        said = (speed >= 0.0) & (speed <= FASTEST_KMH)
        if len(np.unique(speed[said])) < _KINDS:
            return moves
        return np.where(said, speed >= _MOVES_KMH, moves)


def _alive(visit: Visit, course: _Floats, rows: npt.NDArray[np.intp]) -> bool:
    """Return whether courses are those of the truck, by some of a visit's rows at which it drives."""
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), _MOST)).astype(np.intp)]
    if len(rows) < _FIXES or len(np.unique(course[rows])) < _KINDS:
        return False
    t_s, x, y = (values[visit.start : visit.stop] for values in (visit.fixes.t_s, visit.x_m, visit.y_m))
    since = np.arctan2(y[rows] - y[rows - 1], x[rows] - x[rows - 1])
    if np.median(np.abs(_turn(course[rows] - since))) <= _COPIED:
        return False
    near = t_s[rows + 1] - t_s[rows - 1] <= _SOON_S
    way = np.arctan2(y[rows + 1] - y[rows - 1], x[rows + 1] - x[rows - 1])
    forward = np.abs(_turn(course[rows] - way))[near] <= _FORWARD
    on, along = _along_streets(visit, course, visit.start + rows)
    return bool(len(forward) >= _FIXES and forward.mean() >= _FIT and on >= _FIXES and along >= _FIT * on)


def _along_streets(visit: Visit, course: _Floats, rows: npt.NDArray[np.intp]) -> tuple[int, int]:
    """Return how many of some fixes are near a street, and how many of these go along any that is."""
    import shapely  # noqa: PLC0415 - only where a lead is doubted

    plane, tree = visit.streets.matcher.graph.plane, visit.streets.lines
    points = np.asarray(shapely.points(*plane.xy(visit.fixes.lon[rows], visit.fixes.lat[rows])), dtype=object)
    fix, line = tree.query(points, predicate="dwithin", distance=_NEAR_M)
    ends = visit.streets.pieces[line]
    runs = np.arctan2(ends[:, 3] - ends[:, 1], ends[:, 2] - ends[:, 0])
    fits = _across(course[rows - visit.start][fix] - runs) <= _ALONG
    return len(np.unique(fix)), len(np.unique(fix[fits]))


def _turn(angle: _Floats) -> _Floats:
    """Return angles between -pi and pi."""
    return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)


def _across(angle: _Floats) -> _Floats:
    """Return how far directions are from lying along each other, either way, 0 to pi / 2."""
    return np.asarray(np.abs((angle + np.pi / 2.0) % np.pi - np.pi / 2.0))
