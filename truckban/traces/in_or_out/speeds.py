"""Reported speeds against positions: a fix to which the truck cannot have driven, by the speeds it sent, shows no drive.

A terminal's speed is measured by Doppler: an error of the position leaves it as it is. Where it says that a truck crawled or stood, and
one fix or a few lie two hundred metres away and the next ones back where it was, the receiver went there and not the truck.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.drives import FAR_M

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]

_KMH = 3.6
FASTEST_KMH = 200.0
"""What is more, or less than nothing, is no speed."""
_SPREAD = 0.06
"""Between two reports a truck speeds up and brakes: the way is the mean of both speeds times the time, with a standard deviation of so
many metres for each square second. 0.045 was seen where trucks speed up by 0.8 and brake by 1.1 m/s2; no way is 0.25 longer at 1 m/s2."""
_STANDS_MS = 0.5
_STOOD = 3
"""So many fixes of a drive, and all of it, do not say that it stands."""
_DROVE = 2.0
"""By so much in log-probability it is rare that a truck has driven between two reports that both say that it stands."""
_WITHIN = 2.0
"""So many errors of a fix are left to two of them before a way is too long: a sum over many must not grow by noise."""
_FIRST = 4.5
"""By so much in log-probability it is rare that a fix lies somewhere else,"""
_NEXT_STANDING, _NEXT_MOVING = 0.5, 2.5
"""and by so much for each that follows it: while the truck stands, since reflections last, and while it moves."""
_MOST_OUT = 16
"""No more in a row are left out."""
_AROUND = 8
"""So many fixes before and after a stretch are looked at with it."""
_MANY = 400
"""A stretch with more fixes inside does not rest on a few of them."""
_SOON_S = 65.0
"""Of longer silences nothing is known."""
_THIN_S = 15.0
"""Ways are held against speeds over at least about so long: over a second they are the receiver's error."""
_MOVES_MS = 3.0
_LEGS = 8
"""No fewer ways faster than this show whether speeds are alive:"""
_OFF = 0.25
"""the usual difference between what was said and what was driven from fix to fix, by the latter (units are farther off than this),"""
_FITS = 0.6
"""and the correlation of both."""


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """One visit's reports in order of time, shape (n,) each.

    Attributes:
        t_s: seconds.
        x_m: metres east.
        y_m: metres north.
        speed_ms: what was said, metres a second, NaN where nothing that can be one.
    """

    t_s: _Floats
    x_m: _Floats
    y_m: _Floats
    speed_ms: _Floats

    @classmethod
    def of(cls, t_s: _Floats, x_m: _Floats, y_m: _Floats, speed_kmh: _Floats) -> "Reports":
        """Return reports with speeds as terminals send them."""
        with np.errstate(invalid="ignore"):
            can_be = (speed_kmh >= 0.0) & (speed_kmh <= FASTEST_KMH)
        return cls(t_s, x_m, y_m, np.where(can_be, speed_kmh, np.nan) / _KMH)

    def some(self, rows: npt.NDArray[np.intp] | slice) -> "Reports":
        """Return some of them."""
        return Reports(self.t_s[rows], self.x_m[rows], self.y_m[rows], self.speed_ms[rows])


@dataclass(frozen=True, eq=False)
class Sent:
    """What one vehicle sent on a visit to a zone: rows `start` up to `stop` of some fixes.

    Attributes:
        fixes: of many visits.
        x_m: metres east, shape (n,).
        y_m: metres north, shape (n,).
        start: the visit's first row.
        stop: the row after its last.
    """

    fixes: Fixes
    x_m: _Floats
    y_m: _Floats
    start: int
    stop: int

    def denied(self, inside: npt.NDArray[np.intp], error_m: float) -> _Flags:
        """Return which rows of a stretch the speeds deny, shape of `inside`; see `denied`."""
        if self._reports is None:
            return np.zeros(len(inside), np.bool_)
        return denied(self._reports, inside - self.start, error_m)

    def stood(self, rows: npt.NDArray[np.intp]) -> bool:
        """Return whether the truck says at each of some fixes, which are in order and lie about one place, that it stands.

        Only where its speeds are alive as it drives: what a receiver does while it stands says nothing of them.
        """
        if self._reports is None or len(rows) < _STOOD:
            return False
        here = self._reports.some(rows - self.start)
        away = np.hypot(here.x_m - here.x_m.mean(), here.y_m - here.y_m.mean())
        if away.max() > FAR_M or not (here.speed_ms < _STANDS_MS).all():
            return False
        return self._lives

    @cached_property
    def _lives(self) -> bool:
        """Whether speeds are alive by what lies beside the fixes that say that the truck moves."""
        if self._reports is None:
            return False
        moves = np.concatenate([[False], self._reports.speed_ms >= _STANDS_MS, [False]])
        some = self._reports.some(np.flatnonzero(moves[:-2] | moves[1:-1] | moves[2:]))
        return alive(some, len(some.t_s), len(some.t_s))

    @cached_property
    def _reports(self) -> Reports | None:
        if self.fixes.speed_kmh is None:
            return None
        columns = (self.fixes.t_s, self.x_m, self.y_m, self.fixes.speed_kmh)
        reports = Reports.of(*(values[self.start : self.stop] for values in columns))
        return None if np.isnan(reports.speed_ms).all() else reports


def denied(reports: Reports, inside: npt.NDArray[np.intp], error_m: float) -> _Flags:
    """Return which fixes of a stretch the speeds deny, shape of `inside`; none where the speeds are not alive.

    Args:
        reports: of the whole visit.
        inside: rows of the stretch, in order.
        error_m: standard deviation of one axis of a fix.
    """
    none = np.zeros(len(inside), np.bool_)
    if not 0 < len(inside) <= _MANY:
        return none
    low, high = max(int(inside[0]) - _AROUND, 0), int(inside[-1]) + 1 + _AROUND
    legs = _Legs.of(reports.some(slice(low, high)))
    if not legs.strained(error_m) or not alive(reports, int(inside[0]), int(inside[-1])):
        return none
    return legs.left_out(error_m)[inside - low]


@dataclass(frozen=True, slots=True, eq=False)
class _Legs:
    """Reports in a row, and what their speeds say of the ways between them.

    Attributes:
        x_m: metres east, shape (n,).
        y_m: metres north, shape (n,).
        said_m: the way from the first one on by the speeds, shape (n,).
        spread_m2: its variance, shape (n,).
        moved: how many of the ways so far are not between two reports that it stood, shape (n,).
        more: what leaving each fix out costs where the one before is left out, summed from the first one on, shape (n,).
    """

    x_m: _Floats
    y_m: _Floats
    said_m: _Floats
    spread_m2: _Floats
    moved: npt.NDArray[np.intp]
    more: _Floats

    @classmethod
    def of(cls, reports: Reports) -> "_Legs":
        seconds = np.diff(reports.t_s)
        said = (reports.speed_ms[1:] + reports.speed_ms[:-1]) / 2.0 * seconds
        spread = (_SPREAD * seconds**2) ** 2
        unknown = np.isnan(said) | (seconds > _SOON_S)
        said[unknown], spread[unknown] = 0.0, 1e12
        with np.errstate(invalid="ignore"):
            stands = reports.speed_ms < _STANDS_MS
        moved = unknown | ~(stands[1:] & stands[:-1])
        said_m, spread_m2, count, more = (
            np.append(0, np.cumsum(values))
            for values in (said, spread, moved, np.where(moved, _NEXT_MOVING, _NEXT_STANDING))
        )
        return cls(reports.x_m, reports.y_m, said_m, spread_m2, count, more)

    def strain(self, a: npt.NDArray[np.intp] | slice, b: npt.NDArray[np.intp] | slice | int, error_m: float) -> _Floats:
        """Return how unlikely the ways from some to others are by the speeds: half the square of standard deviations too long."""
        metres = np.hypot(self.x_m[b] - self.x_m[a], self.y_m[b] - self.y_m[a])
        over = np.maximum(metres - (self.said_m[b] - self.said_m[a]) - _WITHIN * error_m, 0.0)
        errors = 2.0 * error_m**2
        drove = 0.5 * over**2 / (errors + self.spread_m2[b] - self.spread_m2[a])
        stood = self.moved[b] == self.moved[a]
        return np.asarray(np.where(stood, np.minimum(drove + _DROVE, 0.5 * over**2 / errors), drove))

    def strained(self, error_m: float) -> bool:
        """Return whether the ways are so unlikely that leaving any fix out can be likelier."""
        return bool(self.strain(slice(None, -1), slice(1, None), error_m).sum() > _FIRST)

    def left_out(self, error_m: float) -> _Flags:
        """Return the fixes without which the others are likeliest: what was there and back faster than the truck, shape (n,)."""
        n = len(self.x_m)
        best, before = _FIRST + self.more - self.more[0], np.full(n, -1)
        best = np.append(0.0, best[:-1])  # where a fix is the first that is not left out
        for here in range(1, n):
            from_ = np.arange(here - 1, max(here - 2 - _MOST_OUT, -1), -1)
            rare = _FIRST + self.more[here - 1] - self.more[from_ + 1]
            rare[0] = 0.0
            costs = best[from_] + self.strain(from_, here, error_m) + rare
            least = int(np.argmin(costs))
            if costs[least] <= best[here]:
                best[here], before[here] = costs[least], from_[least]
        ends = best[:-1] + _FIRST + self.more[-1] - self.more[1:]
        here = n - 1
        if n > 1 and ends.min() < best[-1]:
            here = n - 2 - int(np.argmin(ends[::-1]))
        out = np.ones(n, np.bool_)
        while here >= 0:
            out[here] = False
            here = int(before[here])
        return out


def alive(reports: Reports, first: int, last: int) -> bool:
    """Return whether the speeds are those of the truck, in km/h, by the rest of the visit: what is not from row `first` to `last`.

    Zeros, constants, other units, and speeds of another time than the positions' are not.
    """
    known = np.flatnonzero(np.isfinite(reports.speed_ms))
    _, begins = np.unique(np.floor(reports.t_s[known] / _THIN_S), return_index=True)
    rows = known[begins]
    some = reports.some(rows)
    seconds = np.diff(some.t_s)
    used = (seconds <= _SOON_S) & ((rows[1:] < first) | (rows[:-1] > last))
    with np.errstate(invalid="ignore", divide="ignore"):
        went = np.minimum(np.hypot(np.diff(some.x_m), np.diff(some.y_m)) / seconds, FASTEST_KMH / _KMH)[used]
    speed = some.speed_ms
    said = ((speed[1:] + speed[:-1]) / 2.0)[used]
    moves = went >= _MOVES_MS
    if moves.sum() < _LEGS or said.std() == 0.0 or went.std() == 0.0:
        return False
    off = np.abs(said - went)
    if np.median(off[moves]) > _OFF * np.median(went[moves]) or np.corrcoef(said, went)[0, 1] < _FITS:
        return False
    other = np.concatenate([speed[:1], speed, speed[-1:]])
    for shifted in (other[:-2], other[2:]):
        at_that_time = ((shifted[1:] + shifted[:-1]) / 2.0)[used]
        if np.minimum(np.abs(at_that_time - went), _MOVES_MS).sum() <= np.minimum(off, _MOVES_MS).sum():
            return False
    return True
