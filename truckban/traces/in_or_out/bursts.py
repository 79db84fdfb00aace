"""Reflections: whether a burst of multipath explains a drive as well as driving inside does.

Between buildings a receiver may be tens of metres off for minutes, always to the same side. A truck on a boundary road is then
seen to drive through the area, at a truck's speed and often along a street. What tells the two apart is the whole way: shifted
back by one offset, the fixes of a burst lie on streets outside the area, and the way over these is a plain one; whereas with that
offset on them they jump to and fro between streets. So both hypotheses are matched: the fixes as they stand on any street, and
with the best offset taken off on streets outside.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from truckban.traces.in_or_out import bursts_loop
from truckban.traces.in_or_out.bursts_loop import put_nearest, thinned
from truckban.traces.in_or_out.courses import worth
from truckban.traces.in_or_out.inside import MOST_PROBABLE
from truckban.traces.in_or_out.paths import ZoneMatcher, lasting_at, usual_interval
from zones.matching.compiled import ahead, quick
from zones.matching.matcher import Matcher
from zones.matching.weighing import Weight

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.intp]

REACH_M = 80.0
"""Reflections carry a fix up to about so far off."""
BEYOND_M = 170.0
"""What lies deeper than this is no burst: reach, the truck's lane, and four times an error that grows in a burst."""
_ERRORS = 8.0
"""Likewise, where the receiver errs more: four times an error that doubles in a burst."""
LASTS_S = 400.0
"""They last for some minutes:"""
_LONG_S = (45.0, 60.0, 80.0, 90.0, 120.0)
_LONG = (-3.0, -1.2, 0.0, 0.0, 1.4)
"""where fixes are sparse, by so much in log-probability is one that lasts so long likelier than the usual one, between them between."""
_SIZES_M = (20.0, 30.0, 40.0, 50.0, 60.0, 70.0, REACH_M)
_DIRECTIONS = 24
_APART_M = 25.0
"""Offsets nearer than this to each other are much the same."""
_TRIED = 3
_PROMISING = 12
_LONGER = np.array([0.5, 1.5, 4.0])
"""What a burst must gain by each fix more that it is said to have been at: along a straight street a shift costs nothing."""
_EVERY_S = 10.0
"""Fixes nearer in time than this say little more."""
_AROUND_S = 75.0
_ARCS_M = BEYOND_M + 50.0
_BROKEN = 8.0
"""What a way that is broken off, or a fix left out, is worth in log-likelihood: about one unlikely way."""
_RARE = (5.6, 6.3)
"""By so much in log-probability a burst at just that time, to just that side, is rarer than driving inside: one in 270 with a fix every
15 seconds or less, one in 540 with one every 30 or more, between them between. In a town with one an hour, one that begins
within a minute, to one of eight sides, has one chance in 480; few fixes show a ratio by chance more easily than many."""
_RARE_S = (15.0, 30.0)
_WELL_M = 30.0
_GAP_S = 60.0
_POINT_S = 4e-3
"""What a fix of a way that is matched and held against streets outside takes where the matcher is not compiled."""


@dataclass(frozen=True, eq=False)
class Seen:
    """The fixes of one drive in the plane of the streets, in order of time, shape (n,) each.

    Attributes:
        x: metres east.
        y: metres north.
        t_s: seconds.
        depth_m: distance to the area's border, positive inside.
        sigma: standard deviation of one axis of a single fix, metres.
        course: direction of travel that the terminal tells, radians from east, NaN where none; None where that is not to be believed.
    """

    x: _Floats
    y: _Floats
    t_s: _Floats
    depth_m: _Floats
    sigma: float
    course: _Floats | None = None


def burst_probability(streets: ZoneMatcher, seen: Seen, since: float, until: float) -> float:
    """Return the probability that a drive seen inside the area was outside all the time, in a burst.

    Args:
        streets: around the zone.
        seen: the whole drive.
        since: seconds, when it was seen to come in.
        until: when it was seen to go out.
    """
    first, stop = int(np.searchsorted(seen.t_s, since)), int(np.searchsorted(seen.t_s, until, side="right"))
    if first >= stop or seen.depth_m[first:stop].max() > beyond_m(seen.sigma):
        return 0.0
    # what the path has in pieces may be one burst
    ratio = max(log_ratio(streets, seen, *ends) for ends in {(first, stop - 1), _stretch(seen, first, stop - 1)})
    rare = float(np.interp(usual_interval(seen.t_s), _RARE_S, _RARE))
    return min(float(1.0 / (1.0 + np.exp(np.clip(rare - ratio, -50.0, 50.0)))), MOST_PROBABLE)


def beyond_m(sigma: float) -> float:
    """Return how deep reflections cannot carry a truck on a street outside, by the standard deviation of one axis of a fix, metres."""
    return max(BEYOND_M, REACH_M + _ERRORS * sigma)


def _stretch(seen: Seen, first: int, last: int) -> tuple[int, int]:
    """Return the first and last of the fixes beside some that lie well inside as well, without a gap."""
    well = seen.depth_m > _WELL_M
    near = np.diff(seen.t_s) <= _GAP_S
    while first > 0 and well[first - 1] and near[first - 1]:
        first -= 1
    while last + 1 < len(well) and well[last + 1] and near[last]:
        last += 1
    return first, last


def log_ratio(streets: ZoneMatcher, seen: Seen, first: int, last: int) -> float:
    """Return the log of the likelihood of the likeliest burst, over that of the fixes as they stand; -inf where there is none.

    Args:
        streets: around the zone.
        seen: the whole drive.
        first: of the fixes that were seen inside.
        last: of these.
    """
    times = float(seen.t_s[first]), float(seen.t_s[last])
    if times[1] - times[0] > LASTS_S:
        return -np.inf
    ends = seen.x[first : last + 1], seen.y[first : last + 1]
    arcs = _near(streets.outside_pieces, streets.outside_bounds, *ends)
    if not len(arcs):
        return -np.inf
    rows = thinned(seen.t_s, times[0] - LASTS_S - _AROUND_S, times[1] + LASTS_S + _AROUND_S, first, _EVERY_S)
    t_s = seen.t_s[rows]
    every_s = usual_interval(t_s)
    sigma = seen.sigma * lasting_at(every_s)
    scene = Scene(seen.x[rows], seen.y[rows], t_s, sigma, arcs)
    core = np.flatnonzero((t_s >= times[0]) & (t_s <= times[1]))
    tried = likely_bursts(scene, int(core[0]), int(core[-1]))
    begin, end = min(burst.first for burst in tried), max(burst.last for burst in tried)
    window = slice(
        int(np.searchsorted(t_s, t_s[begin] - _AROUND_S)), int(np.searchsorted(t_s, t_s[end] + _AROUND_S, "right"))
    )
    ahead(_POINT_S * (len(tried) + 1) * (window.stop - window.start))
    weighing = streets.weighing(every_s)
    as_seen = scene.weighed(weighing, streets.inside, window, since=_before(t_s, begin), until=_after(t_s, end))
    course = None if seen.course is None else seen.course[rows]
    on_any = arcs if course is None else _near(streets.pieces, streets.bounds, *ends)
    sparse = np.interp(every_s, _RARE_S, (0.0, 1.0))
    best = -np.inf
    for burst in tried:
        since, until = _before(t_s, burst.first), _after(t_s, burst.last)
        shifted = scene.without(burst).weighed(weighing, streets.inside, window, since=since, until=until)
        lasts = np.interp(t_s[burst.last] - t_s[burst.first] + every_s, _LONG_S, _LONG) * sparse
        told = 0.0 if course is None else _by_courses(course, scene, burst, on_any)
        best = max(best, shifted.without - _BROKEN * (shifted.faults - as_seen.faults) + float(lasts) + told)
    return float(best - as_seen.together)


def _before(t_s: _Floats, row: int) -> float:
    return float(t_s[max(row - 1, 0)])


def _after(t_s: _Floats, row: int) -> float:
    return float(t_s[min(row + 1, len(t_s) - 1)])


def _near(pieces: _Floats, bounds: tuple[_Floats, ...], x: _Floats, y: _Floats) -> _Floats:
    """Return the pieces of streets that fixes may have come from; `bounds` are west, south, east and north of each."""
    west, south, east, north = bounds
    on: npt.NDArray[np.bool_] = east >= x.min() - _ARCS_M
    on &= west <= x.max() + _ARCS_M
    on &= north >= y.min() - _ARCS_M
    on &= south <= y.max() + _ARCS_M
    return pieces[on]


def _by_courses(course: _Floats, scene: "Scene", burst: "Burst", pieces: _Floats) -> float:
    """Return by how much likelier the courses told during a burst are with it taken off, in log-probability; not less than 0.

    Courses make no burst less likely: who turns into a yard outside drives across the boundary road as well.

    Args:
        course: radians from east, NaN where none, shape (n,).
        scene: the fixes as seen, and the streets outside.
        burst: what is taken off.
        pieces: of all streets.
    """
    rows = np.flatnonzero((burst.weight > 0.0) & np.isfinite(course))
    shifted = scene.without(burst)
    outside = worth(course[rows], shifted.x[rows], shifted.y[rows], scene.arcs, scene.sigma)
    as_seen = worth(course[rows], scene.x[rows], scene.y[rows], pieces, scene.sigma)
    return max(float((outside - as_seen).sum()), 0.0)


def _offsets() -> _Floats:
    """Return metres east and north of the errors that are tried, shape (sizes * directions, 2)."""
    turn = np.arange(_DIRECTIONS) * (2.0 * np.pi / _DIRECTIONS)
    round_ = np.column_stack([np.cos(turn), np.sin(turn)])
    return np.concatenate([size * round_ for size in _SIZES_M])


_OFFSETS_M = _offsets()
_HALVES_M = 0.5 * _OFFSETS_M
_NO_OFFSET = np.zeros((1, 2))
_APART = (np.hypot(*(_OFFSETS_M[:, None] - _OFFSETS_M).T) >= _APART_M).tolist()
"""Of each two of them whether they are far from each other."""


class Burst(NamedTuple):
    """An error that is the same at some fixes.

    Attributes:
        offset: metres east and north, shape (2,).
        weight: how much of it is at each fix, 0 to 1, shape (n,).
        first: the first fix that it is at.
        last: the last one.
    """

    offset: _Floats
    weight: _Floats
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Scene:
    """Fixes, and the streets outside the area around them, pieces (k, 4) of x0, y0, x1, y1."""

    x: _Floats
    y: _Floats
    t_s: _Floats
    sigma: float
    arcs: _Floats

    def without(self, burst: Burst) -> "Scene":
        """Return the fixes with a burst taken off."""
        east, north = burst.offset.tolist()
        x, y = self.x - burst.weight * east, self.y - burst.weight * north
        return Scene(x, y, self.t_s, self.sigma, self.arcs)

    def weighed(
        self, weighing: Matcher, inside: npt.NDArray[np.bool_], window: slice, *, since: float, until: float
    ) -> Weight:
        """Return how likely some of the fixes are, on any street and on streets outside."""
        t_s = self.t_s[window]
        sigma = np.full(len(t_s), self.sigma)
        return weighing.weighed_xy(self.x[window], self.y[window], t_s, sigma, inside, since=since, until=until)

    def worth(self, rows: npt.NDArray[np.intp] | slice, offsets: _Floats) -> _Floats:
        """Return how well fixes with offsets taken off lie on the streets outside: log-likelihood, (offsets, fixes)."""
        x, y = self.x[rows] - offsets[:, :1], self.y[rows] - offsets[:, 1:]
        apart2 = nearest2(x, y, self.arcs)
        # as fixes are weighed in the matcher, whose distribution has 4.5 degrees of freedom
        return np.asarray(-2.75 * np.log1p(apart2 / (4.5 * self.sigma**2)))


def nearest2(x: _Floats, y: _Floats, pieces: _Floats) -> _Floats:
    """Return the square of the distance of positions to the nearest of some straight pieces, shape of `x`."""
    if quick():
        apart2 = np.empty(x.shape)
        put_nearest(x.ravel(), y.ravel(), pieces, apart2.ravel())
        return apart2
    x, y = x[..., None], y[..., None]
    x0, y0, x1, y1 = pieces.T
    dx, dy = x1 - x0, y1 - y0
    share = np.clip(((x - x0) * dx + (y - y0) * dy) / np.maximum(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
    return np.asarray(((x - x0 - share * dx) ** 2 + (y - y0 - share * dy) ** 2).min(axis=2))


def likely_bursts(scene: Scene, first: int, last: int) -> list[Burst]:
    """Return the bursts with which the fixes lie best on streets outside.

    A burst comes and goes within seconds: at one fix at each end it may be half of what it is. How far it reaches beyond the
    fixes that were seen inside (numbers `first` to `last`) is chosen so that what is outside lies best on streets.
    """
    core = scene.worth(slice(first, last + 1), _OFFSETS_M)
    # all but the worst fix at each end, which may be half-way
    ends = np.minimum(core[:, 0], 0.0) + (core[:, -1] if last > first else 0.0)
    promising = np.argsort(-(core.sum(axis=1) - 0.5 * ends), kind="stable")[:_PROMISING]
    offsets, number = _OFFSETS_M[promising], promising.tolist()
    shares = scene.worth(slice(None), np.concatenate([_NO_OFFSET, _HALVES_M[promising], offsets]))
    begin, stop, worth, at_begin, at_stop = best_ends(scene.t_s, shares, first, last)
    chosen: list[int] = []
    for k in np.argsort(-worth.max(axis=1), kind="stable").tolist():
        if len(chosen) < _TRIED and all(_APART[number[k]][number[other]] for other in chosen):
            chosen.append(k)
    n = len(scene.t_s)
    return [
        _burst(offsets[k], n, *ends)
        for k in chosen
        for ends in sorted(
            {*zip(begin[k].tolist(), stop[k].tolist(), at_begin[k].tolist(), at_stop[k].tolist(), strict=True)}
        )
    ]


def best_ends(t_s: _Floats, shares: _Floats, first: int, last: int) -> tuple[_Ints, _Ints, _Floats, _Floats, _Floats]:
    """Return the first and the last fix of the likeliest burst of each offset around fixes `first` to `last`, and its worth.

    Before it there is none of it, at its ends whatever suits, between them the whole.

    Args:
        t_s: seconds, shape (n,).
        shares: log-likelihoods of the fixes with no offset taken off, then with half of each, then with the whole of each, shape
            (1 + 2 * offsets, n).
        first: of the fixes that were seen inside.
        last: of these.

    Returns:
        First, last, worth, how much of it is at the first and at the last; each of shape (offsets, `_LONGER`), by what each fix beyond
        these must gain. The worth is the log-likelihood of all fixes.
    """
    none, half, whole = shares[0], shares[1 : len(shares) // 2 + 1], shares[len(shares) // 2 + 1 :]
    if quick():
        return bursts_loop.best_ends(t_s, none, half, whole, first, last, LASTS_S, _LONGER)
    longer = _LONGER[:, None]
    kinds = np.stack([np.broadcast_to(none, whole.shape), half, whole])
    edge = kinds.max(axis=0)[:, None]
    calm, shifted = upto = np.zeros((2, len(whole), 1, len(t_s) + 1))
    np.cumsum(kinds[::2, :, None], axis=-1, out=upto[..., 1:])
    begins = np.arange(int(np.searchsorted(t_s, t_s[last] - LASTS_S)), last + 1)
    before = calm[..., begins] + edge[..., begins] - shifted[..., begins + 1]
    begin = begins[np.argmax(before - longer * np.maximum(first - begins, 0), axis=-1)]
    stops = np.arange(first, len(t_s))
    after = shifted[..., stops] + edge[..., stops] - calm[..., stops + 1]
    possible = (stops >= begin[..., None]) & (t_s[stops] <= t_s[begin][..., None] + LASTS_S)
    after = np.where(possible, after - longer * np.maximum(stops - last, 0), -np.inf)
    stop = stops[np.argmax(after, axis=-1)]

    offset = np.arange(len(begin))[:, None]

    def at(values: _Floats, fix: _Ints) -> _Floats:
        return np.asarray(values[offset, 0, fix])

    inner = np.where(stop > begin, at(shifted, stop) - at(shifted, begin + 1) + at(edge, stop), 0.0)
    worth = at(calm, begin) + at(edge, begin) + inner + calm[..., -1] - at(calm, stop + 1)
    suits = kinds.argmax(axis=0) / 2.0
    return begin, stop, worth, suits[offset, begin], suits[offset, stop]


def _burst(offset: _Floats, n: int, begin: int, stop: int, at_begin: float, at_stop: float) -> Burst:
    """Return a burst at some of n fixes, the whole of it between its ends."""
    weight = np.zeros(n)
    weight[begin : stop + 1] = 1.0
    weight[begin], weight[stop] = at_begin, at_stop
    return Burst(offset, weight, begin, stop)
