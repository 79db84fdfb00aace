"""How sure the places of single fixes are: for a whole drive, and while it goes on."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.calibration import calibrated
from zones.matching.candidates import MOST
from zones.matching.compiled import compiled, compiled_bare
from zones.matching.drive import go_on
from zones.matching.graph import Floats, Ints, arcs_at
from zones.matching.ground import Packed, unpacked
from zones.matching.posterior import Ways, backward, forward, put_backward, put_forward, put_ways
from zones.matching.streets import RoadGraph
from zones.matching.trellis import FIRST, NEVER, NO_WAY, SKIPPED, Fixes, Trellis, Wide, trellis_for

_PAIRS = MOST * MOST


@compiled
def candidates_p(trellis: Trellis, ways: Ways, heat: float) -> Floats:
    """Return the probability of each candidate given all fixes of a drive; those of one fix add up to one."""
    count = len(trellis.link)
    p, _ = forward(trellis, ways, heat, ways.log_p, np.ones(trellis.ptr[count], np.int64))
    _put_both(trellis, p, backward(trellis, ways, heat), 0, count)
    return p


@compiled_bare
def _put_both(trellis: Trellis, p: Floats, q: Floats, since: int, until: int) -> None:
    """Write over `p`, what earlier fixes say of candidates, what these and later ones (`q`) say together."""
    for i in range(since, until):
        total = 0.0
        for j in range(trellis.ptr[i], trellis.ptr[i + 1]):
            p[j] *= q[j]
            total += p[j]
        for j in range(trellis.ptr[i], trellis.ptr[i + 1]):
            p[j] = p[j] / total if total > 0.0 else 0.0


@compiled
def _take(known: Packed, trellis: Trellis, ways: Ways, fixes: Fixes, p: Floats, since: int) -> None:
    """Write the ways to the fixes from number `since` on, and what fixes up to its own say of each candidate of theirs."""
    ground = unpacked(known)
    count = len(fixes.x)
    ways.log_p[since * _PAIRS : count * _PAIRS] = NEVER
    ways.how[since * _PAIRS : count * _PAIRS] = NO_WAY
    put_ways(ground, trellis, ways, fixes, since)
    starts = np.ones(trellis.ptr[count], np.int64)
    put_forward(trellis, ways, ground.model.heat, ways.log_p, starts, p, since, count)


@compiled
def _looked_back(trellis: Trellis, ways: Ways, heat: float, p: Floats, since: int, until: int) -> Floats:
    """Return the probability of each candidate of the fixes from number `since` on, given all before number `until`."""
    both, q = p[: trellis.ptr[until]].copy(), np.ones(trellis.ptr[until])
    put_backward(trellis, ways, heat, q, since, until)
    _put_both(trellis, both, q, since, until)
    return both


def on_arcs(
    graph: RoadGraph, trellis: Trellis, of: npt.NDArray[np.bool_], first: int, end: int
) -> npt.NDArray[np.bool_]:
    """Return for the candidates `first` up to before `end` whether they lie on some arcs.

    Args:
        graph: the streets.
        trellis: of the drive.
        of: (arcs of the graph,) which ones, in the order of `arc_source`.
        first, end: numbers of candidates.
    """
    arcs: Ints = np.empty(end - first, np.int32)
    arcs_at(graph.edges, trellis.edge[first:end], trellis.offset[first:end], arcs)
    return of[graph.edges.arc[arcs]]


def enlarged(trellis: Trellis, fixes: int) -> Trellis:
    """Return the same with room for so many fixes."""
    larger = trellis_for(fixes, fixes * MOST)
    for name in Trellis._fields:
        old = getattr(trellis, name)
        getattr(larger, name)[: len(old)] = old
    return larger


def needed_from(trellis: Trellis, last: int, since: int) -> int:
    """Return the first fix, `since` at most, that a later one is linked to: those before it are needed no more.

    Args:
        trellis: of the drive.
        last: the last fix that is linked, or -1.
        since: all before it was given out.
    """
    cut = last
    while cut >= since and trellis.link[cut] >= 0:
        cut = int(trellis.link[cut])
    return since if cut < 0 else min(cut, since)


def cut_off(trellis: Trellis, cut: int, fixes: int) -> Trellis:
    """Return a trellis of as much room without the fixes before number `cut`, of so many; see `needed_from`."""
    base = int(trellis.ptr[cut])
    kept = trellis_for(len(trellis.link), len(trellis.edge))
    kept.ptr[: fixes + 1 - cut] = trellis.ptr[cut : fixes + 1] - base
    count = int(trellis.ptr[fixes]) - base
    for name in ("edge", "offset", "emission", "best", "how"):
        getattr(kept, name)[:count] = getattr(trellis, name)[base : base + count]
    kept.back[:count] = trellis.back[base : base + count] - base
    kept.back[:count][kept.back[:count] < 0] = -1
    link = trellis.link[cut:fixes].copy()
    link[link >= 0] -= cut
    # the fix it was linked to is gone
    link[:1][link[:1] != SKIPPED] = FIRST
    kept.link[: fixes - cut] = link
    return kept


def is_gone(xyts: Floats, last: int, n: int, away_m: float) -> bool:
    """Return whether a drive is so far from all streets that it begins anew with whatever comes after fix `n`."""
    if last < 0 or last == n:
        return False
    steps = np.diff(xyts[last : n + 1, :2], axis=0)
    return bool(np.hypot(steps[:, 0], steps[:, 1]).sum() > away_m)


def _room_for(fixes: int) -> Ways:
    """Return room for the ways to so many fixes, as many to each as there may be."""
    return Ways(
        np.arange(fixes + 1) * _PAIRS,
        np.full(fixes * _PAIRS, NEVER),
        np.full(fixes * _PAIRS, NO_WAY, np.int64),
        np.zeros(fixes, np.int32),
        np.zeros(fixes),
    )


class Place(NamedTuple):
    """How sure the place of a fix is.

    Attributes:
        p: probability that it was on the road it is said to be on, in that direction.
        inside: probability that it was on any of the arcs asked about; None where none are asked about.
    """

    p: float
    inside: float | None


class Lagged:
    """What the fixes of a drive say, up to now, of where each of the last ones was.

    It has a trellis of its own, in which no way is closed by what was given out: were a wrong street given out for sure, what
    comes after would look as if it could be nowhere else.
    """

    def __init__(self, graph: RoadGraph, known: Packed, *, heat: float, away_m: float, room: int) -> None:
        """Begin a drive.

        Args:
            graph: the streets.
            known: the same for compiled loops.
            heat: of the model.
            away_m: of the model.
            room: for so many fixes at first.
        """
        self._graph, self._known, self._heat, self._away_m = graph, known, heat, away_m
        self.trellis = trellis_for(room, room * MOST)
        self._ways = _room_for(room)
        self._p = np.zeros(room * MOST)
        self._state: Wide = np.array([0, -1, 0])
        self._count = 0

    @property
    def last(self) -> int:
        """The last fix that is linked to others, or -1."""
        return int(self._state[1])

    def take(self, xyts: Floats, fixes: Fixes) -> None:
        """Go on through the fixes that came since."""
        self._count = len(fixes.x)
        room = len(self.trellis.link)
        if self._count > room:
            self.trellis = enlarged(self.trellis, 2 * room)
            old, self._ways = self._ways, _room_for(2 * room)
            for name in ("log_p", "how", "attempt", "top"):
                values = getattr(old, name)
                getattr(self._ways, name)[: len(values)] = values
            self._p = np.concatenate([self._p, np.zeros(room * MOST)])
        # a break may change what the fixes after the last one that is linked are linked to
        since = self.last + 1 if self.last >= 0 else int(self._state[0])
        go_on(self._known, self.trellis, fixes, self._state)
        _take(self._known, self.trellis, self._ways, fixes, self._p, since)
        if is_gone(xyts, self.last, self._count - 1, self._away_m):
            self._state[1:] = -1, 0

    def both(self, since: int) -> Floats:
        """Return the probability of each candidate of the fixes from number `since` on, given all that were taken."""
        return np.asarray(_looked_back(self.trellis, self._ways, self._heat, self._p, since, self._count))

    def place(self, both: Floats, i: int, number: int, inside: npt.NDArray[np.bool_] | None) -> Place | None:
        """Return how sure it is that fix `i` was at its candidate `number`; None where it is linked to nothing."""
        first, end = int(self.trellis.ptr[i]), int(self.trellis.ptr[i + 1])
        if self.trellis.link[i] == SKIPPED or number >= end - first:
            return None
        within = None
        if inside is not None:
            share = both[first:end][on_arcs(self._graph, self.trellis, inside, first, end)].sum()
            within = float(calibrated(np.array([share]))[0])
        return Place(float(calibrated(both[first + number : first + number + 1])[0]), within)

    def forget(self, cut: int) -> None:
        """Cut off the fixes before number `cut`; see `needed_from`."""
        base, end = int(self.trellis.ptr[cut]), int(self.trellis.ptr[self._count])
        self._p[: end - base] = self._p[base:end].copy()
        ways, left = self._ways, self._count - cut
        for values, each in ((ways.log_p, _PAIRS), (ways.how, _PAIRS), (ways.attempt, 1), (ways.top, 1)):
            values[: left * each] = values[cut * each : self._count * each].copy()
        self.trellis = cut_off(self.trellis, cut, self._count)
        self._count = left
        self._state[0] -= cut
        self._state[1] = max(-1, self.last - cut)
