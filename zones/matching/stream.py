"""Matching while a drive goes on: what later fixes cannot change any more is given out, at the latest after a fixed lag."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from zones.errors import InputError
from zones.matching.candidates import MOST
from zones.matching.drive import go_on, put_sigma
from zones.matching.hmm import decoded
from zones.matching.lagged import Lagged, cut_off, enlarged, is_gone, needed_from
from zones.matching.matcher import Matcher
from zones.matching.plane import project
from zones.matching.trellis import FIRST, NEVER, Fixes, Wide, too_near, trellis_for
from zones.text import Text

_FIRST_ROOM = 64
# so many settled fixes are kept before the trellis is cut off behind them
_MOST_SETTLED = 256
_UNKNOWN = (None, None)


@dataclass(frozen=True, slots=True)
class Settled:
    """A fix whose place is settled.

    Attributes:
        fix: its number, from 0, in the order of `push`.
        source: index of the segment (or arc) it is on; None where no street is near or no way leads there.
        forward: whether it runs along the segment's line.
        along_m: metres from the segment's start, in the direction of travel.
        begins: whether a new piece of the drive begins with it.
        forced: settled by the lag alone: a later fix might have changed it.
        p: probability that it was on this road in this direction, given all fixes that came before it was given out; None where
            it has no place.
        p_inside: so for having been on any of the arcs that the stream was asked about; None where it was asked about none.
    """

    fix: int
    source: int | None
    forward: bool = True
    along_m: float = 0.0
    begins: bool = False
    forced: bool = False
    p: float | None = None
    p_inside: float | None = None


class Stream:
    """Takes the fixes of one drive one by one; gives them out as their places settle.

    What is given out is what `Matcher.match` says of the whole drive, except after a fix that was `forced`: from there on
    it is the likeliest way among those that go through that fix. Fixes nearer to the one before than the model's `apart`
    are left out, as they are there.

    Probabilities are those of `Match.fix_p` and `Match.fix_probability` with the fixes known by then: all before, and those after
    until it was given out. A forced fix closes no way for them.
    """

    def __init__(
        self,
        matcher: Matcher,
        *,
        lag: int = 20,
        early: bool = True,
        inside: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Begin a drive.

        Args:
            matcher: of the streets; no other thread may use it.
            lag: fixes that are used later at most before a fix is settled.
            early: a fix is given out as soon as no later one can change its place; otherwise after the lag and not before, when
                that many later fixes have had their say in its probabilities too.
            inside: (arcs of the graph,) which arcs `Settled.p_inside` is asked about, in the order of `RoadGraph.arc_source`.

        Raises:
            InputError: the lag is below 1, or there are not as many values as arcs.
        """
        if lag < 1:
            raise InputError(Text("滞后至少为 1 个定位点", "the lag is at least 1 fix"), field="lag")
        if inside is not None and len(inside) != len(matcher.graph.arc_source):
            raise InputError(Text("每条弧应有一个值", "there must be a value for each arc"), field="inside")
        self._matcher, self._lag, self._early, self._inside = matcher, lag, early, inside
        model = matcher.model
        self._sure = Lagged(matcher.graph, matcher.packed, heat=model.heat, away_m=model.away, room=_FIRST_ROOM)
        self._xyts = np.empty((_FIRST_ROOM, 5))
        self._latest = -np.inf
        self._trellis = trellis_for(_FIRST_ROOM, _FIRST_ROOM * MOST)
        self._numbers: list[int] = []
        self._state: Wide = np.array([0, -1, 0])
        self._pushed = 0
        # of the fixes in the trellis, how many have been given out
        self._given = 0
        self._waiting: tuple[int, float, float, float, float, float] | None = None

    def push(self, lon: float, lat: float, t: float, *, accuracy_m: float | None = None) -> list[Settled]:
        """Take the next fix; returns the fixes that are settled now, in order.

        Raises:
            InputError: it is no position, or its time is before that of the fix before.
        """
        number = self._pushed
        if not (abs(lon) <= 180 and abs(lat) <= 90 and np.isfinite(t)):  # noqa: PLR2004 - degrees
            raise InputError(Text(f"第 {number + 1} 个定位点不行", f"fix {number + 1} will not do"), field="fix")
        if t < self._latest:
            raise InputError(
                Text(
                    f"第 {number + 1} 个定位点的时间早于前一个",
                    f"the time of fix {number + 1} is before that of the one before",
                ),
                field="time",
            )
        silent = t - self._latest if self._pushed else 0.0
        self._pushed, self._latest = number + 1, t
        # not by pyproj, whose last digit differs: of two ways that are as good, it would take the other one
        place = np.empty(4)
        place[:2] = lon, lat
        project(self._matcher.plane, place[:1], place[1:2], place[2:3], place[3:])
        x, y = float(place[2]), float(place[3])
        sigma = np.empty(1)
        put_sigma(self._matcher.model, np.array([accuracy_m if accuracy_m is not None else np.nan]), sigma)
        if self._numbers:
            last = self._xyts[len(self._numbers) - 1]
            if too_near(self._matcher.model, x - float(last[0]), y - float(last[1]), t - float(last[2])):
                # too near; it counts only if it turns out to be the last
                self._waiting = (number, x, y, t, float(sigma[0]), silent)
                return []
        return self._take(number, x, y, t, float(sigma[0]), silent)

    def finish(self) -> list[Settled]:
        """End the drive; returns the fixes that were not settled yet."""
        settled: list[Settled] = []
        if self._waiting is not None:
            settled = self._take(*self._waiting)
        return settled + self._give(len(self._numbers), forced=False)

    def _take(self, number: int, x: float, y: float, t: float, sigma: float, silent: float) -> list[Settled]:
        self._waiting = None
        n = len(self._numbers)
        self._numbers.append(number)
        self._make_room(n + 1)
        self._xyts[n] = x, y, t, sigma, silent
        xs, ys, ts, sigmas, silences = self._xyts[: n + 1].T.copy()
        fixes = Fixes(xs, ys, ts, sigmas, silences)
        go_on(self._matcher.packed, self._trellis, fixes, self._state)
        self._sure.take(self._xyts, fixes)
        late = n + 1 - self._lag
        settled = self._give(self._agreed() if self._early else min(late, self._agreed()), forced=False)
        if is_gone(self._xyts, self._last(), n, self._matcher.model.away):
            settled += self._give(n + 1, forced=False)
            self._state[1:] = -1, 0
        if late > self._given:
            settled += self._force(late)
        self._forget()
        return settled

    def _make_room(self, fixes: int) -> None:
        room = len(self._xyts)
        if fixes <= room:
            return
        self._xyts = np.concatenate([self._xyts, np.empty_like(self._xyts)])
        self._trellis = enlarged(self._trellis, 2 * room)

    def _last(self) -> int:
        return int(self._state[1])

    def _ancestors(self, upto: int) -> tuple[Wide, Wide]:
        """Return the candidates of the last fix that are alive, and what each was at fix `upto`."""
        trellis, i = self._trellis, self._last()
        alive = np.arange(trellis.ptr[i], trellis.ptr[i + 1])
        alive = alive[trellis.best[alive] > NEVER]
        then = alive
        while i > upto and trellis.link[i] != FIRST:
            then = trellis.back[then]
            i = int(trellis.link[i])
        return alive, then

    def _agreed(self) -> int:
        """Return before which fix all ways that are still possible agree."""
        trellis, i = self._trellis, self._last()
        if i < 0:
            # what was skipped may yet begin a new piece
            return self._given
        then = np.arange(trellis.ptr[i], trellis.ptr[i + 1])
        then = then[trellis.best[then] > NEVER]
        while i >= self._given:
            if len(np.unique(then)) == 1:
                return i + 1
            if trellis.link[i] == FIRST:
                return i
            then, i = trellis.back[then], int(trellis.link[i])
        return self._given

    def _force(self, upto: int) -> list[Settled]:
        """Settle the fixes before number `upto` on the likeliest way, and close all other ways."""
        last = self._last()
        if last < 0:
            return self._give(upto, forced=True)
        # no way leads to what comes after the last one
        alive, then = self._ancestors(min(upto - 1, last))
        best = int(alive[np.argmax(self._trellis.best[alive])])
        same = then == then[alive == best][0]
        settled = self._give(upto, forced=True)
        self._trellis.best[alive[~same]] = NEVER
        return settled

    def _give(self, upto: int, *, forced: bool) -> list[Settled]:
        upto = min(upto, len(self._numbers))
        if upto <= self._given:
            return []
        trellis, graph = self._trellis, self._matcher.graph
        chosen = decoded(trellis, max(upto, self._last() + 1))
        both = self._sure.both(self._given)
        settled = []
        for i in range(self._given, upto):
            j = int(chosen[i])
            if j < 0:
                settled.append(Settled(self._numbers[i], None, forced=forced))
                continue
            place = self._sure.place(both, i, j - int(trellis.ptr[i]), self._inside) or _UNKNOWN
            arc, shift = graph.arc_at(int(trellis.edge[j]), float(trellis.offset[j]))
            settled.append(
                Settled(
                    self._numbers[i],
                    int(graph.arc_source[arc]),
                    bool(graph.arc_forward[arc]),
                    float(trellis.offset[j]) + shift,
                    bool(trellis.link[i] == FIRST),
                    forced,
                    *place,
                )
            )
        self._given = upto
        return settled

    def _forget(self) -> None:
        """Cut off what was given out long ago."""
        n = len(self._numbers)
        cut = min(
            needed_from(self._trellis, self._last(), self._given),
            needed_from(self._sure.trellis, self._sure.last, self._given),
        )
        if cut < _MOST_SETTLED:
            return
        self._trellis = cut_off(self._trellis, cut, n)
        self._sure.forget(cut)
        self._xyts[: n - cut] = self._xyts[cut:n].copy()
        self._numbers = self._numbers[cut:]
        self._state[0] -= cut
        self._state[1] = max(-1, self._last() - cut)
        self._given -= cut
