"""All ways through a small trellis, one by one: what the dynamic programmes must agree with."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from random_streets import Arcs, ways_from

from zones.matching.matcher import Match
from zones.matching.posterior import Ways, ways_between
from zones.matching.trellis import BACKWARDS, FIRST, NO_WAY, SAME_EDGE, SKIPPED, TURNED

# more sequences than this are not enumerated
MOST_SEQUENCES = 1000


@dataclass(frozen=True)
class Step:
    """What is driven from one candidate to the next: arcs entered, arcs left again backwards, and all arcs touched."""

    entered: tuple[int, ...]
    undone: tuple[int, ...]
    touched: frozenset[int]


@dataclass(frozen=True)
class Sequence:
    """One candidate a linked fix."""

    candidates: tuple[int, ...]
    log_p: float
    first: tuple[int, ...]
    steps: tuple[Step, ...]


def ways_of(m: Match) -> Ways:
    matcher = m.matcher
    return ways_between(matcher.packed, m.trellis, m.fixes)


class Enumeration:
    """Every sequence of candidates of a match on random arcs."""

    def __init__(self, arcs: Arcs, m: Match) -> None:
        self.arcs, self.m, self.edges, self.ways = arcs, m, m.graph.edges, ways_of(m)
        self.used = [i for i in range(len(m.x)) if m.trellis.link[i] != SKIPPED]
        self.choices = [range(m.trellis.ptr[i], m.trellis.ptr[i + 1]) for i in self.used]
        model = m.matcher.model
        self._between = {
            e: ways_from(arcs, self.edges, e, turn=model.turn, u_turn=model.u_turn)
            for e in range(len(self.edges.length))
        }

    @property
    def too_many(self) -> bool:
        return float(np.prod([float(len(c)) for c in self.choices])) > MOST_SEQUENCES

    def way(self, a: int, j: int, i: int) -> tuple[float, int]:
        """Return (log-probability, how) between candidates of the fix that `i` is linked to and of `i`."""
        ptr, last = self.m.trellis.ptr, self.m.trellis.link[i]
        k = self.ways.ptr[i] + (a - ptr[last]) * (ptr[i + 1] - ptr[i]) + j - ptr[i]
        return float(self.ways.log_p[k]), int(self.ways.how[k])

    def arcs_along(self, e: int) -> list[int]:
        return [int(a) for a in self.edges.arc[self.edges.arc_ptr[e] : self.edges.arc_ptr[e + 1]]]

    def number_at(self, e: int, offset: float) -> int:
        starts = self.edges.arc_start[self.edges.arc_ptr[e] : self.edges.arc_ptr[e + 1]]
        return max(0, int(np.searchsorted(starts, offset, side="right")) - 1)

    def step(self, a: int, j: int, how: int) -> Step:
        trellis = self.m.trellis
        e, f = int(trellis.edge[a]), int(trellis.edge[j])
        at, to = self.number_at(e, trellis.offset[a]), self.number_at(f, trellis.offset[j])
        on, beyond = self.arcs_along(e), self.arcs_along(f)
        if how == SAME_EDGE:
            return Step(tuple(on[at + 1 : to + 1]), (), frozenset(on[at : to + 1]))
        if how == BACKWARDS:
            return Step((), tuple(on[to + 1 : at + 1]), frozenset(on[to : at + 1]))
        if how == TURNED:
            turn = self.number_at(e, max(trellis.offset[a], self.edges.length[e] - trellis.offset[j]))
            back = len(on) - 1 - turn
            there, again = on[at + 1 : turn + 1], beyond[back : max(back, to) + 1]
            return Step((*there, *again), (), frozenset([on[at], *there, *again]))
        between = [arc for g in self._between[e][f][2] for arc in self.arcs_along(g)]
        entered = (*on[at + 1 :], *between, *beyond[: to + 1])
        return Step(entered, (), frozenset([on[at], *entered]))

    def sequences(self) -> Iterator[Sequence]:
        trellis, heat = self.m.trellis, self.m.matcher.model.heat
        steps: dict[tuple[int, int], Step] = {}
        for chosen in product(*self.choices):
            log_p, first, walked = 0.0, [], []
            before = dict(zip(self.used, chosen, strict=True))
            for i, j in zip(self.used, chosen, strict=True):
                log_p += trellis.emission[j] / heat
                if trellis.link[i] == FIRST:
                    first.append(self.arcs_along(trellis.edge[j])[self.number_at(trellis.edge[j], trellis.offset[j])])
                    continue
                a = before[int(trellis.link[i])]
                log_way, how = self.way(a, j, i)
                if how == NO_WAY:
                    break
                log_p += log_way / heat
                if (a, j) not in steps:
                    steps[a, j] = self.step(a, j, how)
                walked.append(steps[a, j])
            else:
                yield Sequence(chosen, log_p, tuple(first), tuple(walked))

    def expected(self) -> tuple[np.ndarray, list[tuple[float, frozenset[int]]]]:
        """Return how often each arc is entered, and the arcs touched with their probability, sequence by sequence."""
        found = list(self.sequences())
        weight = np.exp(np.array([s.log_p for s in found]) - max(s.log_p for s in found))
        weight /= weight.sum()
        entered = np.zeros(len(self.arcs.start))
        touched = []
        for s, w in zip(found, weight, strict=True):
            for arc in s.first:
                entered[arc] += w
            for step in s.steps:
                np.add.at(entered, list(step.entered), w)
                np.add.at(entered, list(step.undone), -w)
            touched.append((float(w), frozenset(s.first).union(*(step.touched for step in s.steps))))
        return entered, touched
