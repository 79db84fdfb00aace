"""Slips: fixes that a receiver put somewhere else, once, and then back. Where it does that, one fix alone shows no drive.

Hops: ways between two fixes that no truck drives, as where a terminal falls back for minutes on the place of the cell it is in.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from truckban.traces.clean.jumps import FASTEST_MS
from truckban.traces.in_or_out.drives import SLOW_MS, STOP_RADIUS_M
from truckban.traces.in_or_out.paths import ZoneMatcher
from truckban.traces.in_or_out.speeds import Sent

_Floats = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.intp]

_SLIP_M = 60.0
"""So far there and back again in two reports,"""
_WITHIN_S = 65.0
"""each so soon after the one before,"""
_BACK = 0.5
"""to no farther than this share of it from where it was,"""
_OFF_M = 35.0
"""and so far from any street: there no truck went."""
_HOP_M = 300.0
"""A way from one fix to the next that is longer, beyond what reflections and a wandering receiver do,"""
_HOP_MS = 28.0
"""faster than a truck may drive on any road (道路交通安全法实施条例, art. 78: 100 km/h, on motorways),"""
_TIMES = 2.0
"""and so many times as fast as the vehicle usually drives there: its fixes, or those around, are somewhere else than it was. What no
truck drives (`FASTEST_MS`) is a hop however fast the others are: a terminal that comes near the zone only while it is astray has no others."""
_NEAR_S = 120.0
"""Where that happens so many seconds before or after a drive inside, or less, it shows none."""
_FASTEST = 0.9
_FASTER, _FASTER_MS = 1.2, 2.0
"""A truck is nowhere faster than this share of its ways, by so much and so many m/s for what speeds differ by and for the receiver's error;"""
_TOWN_MS = 50.0 / 3.6
"""but who was only seen to creep may drive as fast as any in a town (道路交通安全法实施条例, art. 45)."""
_STAYS_S = 300.0
STAYED = 2
"""So many fixes there, for so long, show that a truck is parked where it was seen first; a terminal without satellites is back sooner."""


@dataclass(frozen=True, eq=False)
class Visit(Sent):
    """One vehicle's visit to a zone whose streets are known.

    Attributes:
        streets: around the zone.
        leaps: of `leaps_of` all the fixes.
    """

    streets: ZoneMatcher
    leaps: _Rows

    def slips_beside(self, row: int) -> bool:
        """Return whether any fix slipped, but for one and those next to it."""
        return bool((np.abs(self.slips - row) > 1).any())

    def between(self, row: int) -> float:
        """Return how far the fixes before and after one are from each other, metres; infinite where one of them is not there."""
        if not self.start < row < self.stop - 1:
            return np.inf
        return float(np.hypot(self.x_m[row + 1] - self.x_m[row - 1], self.y_m[row + 1] - self.y_m[row - 1]))

    def stays(self, row: int, within_m: float) -> bool:
        """Return whether a fix is where the truck stays: the two after it are there, and all of the next five minutes, no farther from it."""
        t_s = self.fixes.t_s[row : self.stop]
        after = slice(row + 1, row + int(np.searchsorted(t_s, t_s[0] + _STAYS_S, side="right")))
        away = np.hypot(self.x_m[after] - self.x_m[row], self.y_m[after] - self.y_m[row])
        return len(away) >= STAYED and bool((away <= within_m).all())

    def standing(self, row: int, step: int, lasts_s: float) -> _Rows:
        """Return the fixes of so many seconds after one (`step` 1) or before it (-1), and the next two, if the truck stood there, else none."""
        rows = np.arange(row, self.stop if step > 0 else self.start - 1, step)
        count = int(np.searchsorted(np.abs(self.fixes.t_s[rows] - self.fixes.t_s[row]), lasts_s))
        beside = rows[1 : count + STAYED]
        if len(rows) < count + STAYED or count <= STAYED:
            return rows[:0]
        x, y = self.x_m[beside], self.y_m[beside]
        return beside if np.median(np.hypot(x - x.mean(), y - y.mean())) <= STOP_RADIUS_M else rows[:0]

    def hops_near(self, since: float, until: float) -> bool:
        """Return whether fixes hop to another place or back about the time between two instants, seconds.

        So do those between two hops that cannot be, however long they stayed there.
        """
        begin, end, sure = self.hops
        about = (end >= since - _NEAR_S) & (begin <= until + _NEAR_S)
        return bool(about.any() or ((end[sure] <= since).any() and (begin[sure] >= until).any()))

    def faster(self, ways: _Rows) -> bool:
        """Return whether it came somewhere faster than it drives elsewhere.

        A terminal that lost its satellites and reckons its way from the last speed and course leaves the road gently, and is back on it at once.

        Args:
            ways: the rows from which they go to the next.
        """
        x, y, t_s = (values[self.start : self.stop] for values in (self.x_m, self.y_m, self.fixes.t_s))
        speed = _speed(np.hypot(np.diff(x), np.diff(y)), np.diff(t_s))
        others = np.delete(speed, ways - self.start)
        others = others[others > SLOW_MS]
        usual = max(float(np.quantile(others, _FASTEST)), _TOWN_MS) if len(others) else _TOWN_MS
        return bool(speed[ways - self.start].max(initial=0.0) > _FASTER * usual + _FASTER_MS)

    @cached_property
    def hops(self) -> tuple[_Floats, _Floats, npt.NDArray[np.bool_]]:
        """When each hop began and ended, and which are faster than any truck."""
        begin, end = np.searchsorted(self.leaps, (self.start, self.stop - 1)).tolist()
        found = self.leaps[begin:end] - self.start
        x, y, t_s = (values[self.start : self.stop] for values in (self.x_m, self.y_m, self.fixes.t_s))
        if len(found):
            speed = _speed(np.hypot(np.diff(x), np.diff(y)), np.diff(t_s))
            found = found[speed[found] > min(_TIMES * np.median(speed[speed > SLOW_MS]), FASTEST_MS)]
            return t_s[found], t_s[found + 1], speed[found] > FASTEST_MS
        return t_s[found], t_s[found], np.zeros(0, np.bool_)

    @cached_property
    def slips(self) -> _Rows:
        """The rows of fixes that slipped."""
        x, y, t_s = (values[self.start : self.stop] for values in (self.x_m, self.y_m, self.fixes.t_s))
        step = np.hypot(np.diff(x), np.diff(y))
        soon = np.diff(t_s) <= _WITHIN_S
        least = np.minimum(step[:-1], step[1:])
        over = np.hypot(x[2:] - x[:-2], y[2:] - y[:-2])
        found = np.flatnonzero(soon[:-1] & soon[1:] & (least >= _SLIP_M) & (over <= _BACK * least))
        rows = self.start + 1 + found
        plane = self.streets.matcher.graph.plane
        points = np.asarray(shapely.points(*plane.xy(self.fixes.lon[rows], self.fixes.lat[rows])), dtype=object)
        near = self.streets.lines.query(points, predicate="dwithin", distance=_OFF_M)[0]
        return np.delete(rows, near)


def leaps_of(t_s: _Floats, x_m: _Floats, y_m: _Floats, square_m2: _Floats) -> _Rows:
    """Return the rows from which the way to the next is longer and faster than any truck's, whosever both are.

    Args:
        t_s: seconds, shape (n,).
        x_m: metres east, shape (n,).
        y_m: metres north, shape (n,).
        square_m2: the squares of these ways, shape (n - 1,).
    """
    long = np.flatnonzero(square_m2 > (0.9 * _HOP_M) ** 2)
    step = np.hypot(x_m[long + 1] - x_m[long], y_m[long + 1] - y_m[long])
    return long[(step > _HOP_M) & (_speed(step, t_s[long + 1] - t_s[long]) > _HOP_MS)]


def _speed(step_m: _Floats, seconds: _Floats) -> _Floats:
    return step_m / np.maximum(seconds, 1.0)
