"""How sure it is: the forward-backward algorithm over the trellis, and what it says of every arc.

All ways between two candidates stand for the cheapest one; a way that no trellis holds has no probability here.
"""

from typing import NamedTuple

import numpy as np

from zones.matching.compiled import compiled, compiled_bare, compiled_inline
from zones.matching.graph import NONE, Floats, Ints, arc_at
from zones.matching.ground import Ground, Packed, unpacked
from zones.matching.routes import Scratch, search_for
from zones.matching.steps import how_between, log_p_of, reach_of, step_between, useful
from zones.matching.trellis import (
    BACKWARDS,
    FIRST,
    NEVER,
    NO_WAY,
    SAME_EDGE,
    SEARCHED,
    SKIPPED,
    TURNED,
    Fixes,
    Trellis,
    Wide,
)

# ways less likely than this are not walked
_LEAST = 1e-5
# so much less in log-probability is nothing
NOTHING = 25.0
# and this is no way at all
CLOSED = 0.5 * NEVER


class Ways(NamedTuple):
    """All ways between the candidates of linked fixes.

    Attributes:
        ptr: (fixes + 1,) where the ways to each fix begin: (candidates before) x (candidates), row by row.
        log_p: of each.
        how: of each; see `hmm`.
        attempt: (fixes,) at which attempt ways were found.
        top: (fixes,) what was taken off `log_p`, so that the likeliest way to each fix has 0.
    """

    ptr: Wide
    log_p: Floats
    how: Wide
    attempt: Ints
    top: Floats


@compiled_bare
def put_ways(ground: Ground, trellis: Trellis, ways: Ways, fixes: Fixes, since: int) -> None:
    """Write the ways to each fix from number `since` on, over such that are none."""
    model, work = ground.model, ground.work
    for i in range(since, len(fixes.x)):
        last = trellis.link[i]
        if last < 0:
            continue
        step = step_between(model, fixes, last, i)
        first, end = trellis.ptr[i], trellis.ptr[i + 1]
        pairs = (trellis.ptr[last + 1] - trellis.ptr[last]) * (end - first)
        found = False
        for attempt in range(2):
            if found:
                break
            ways.attempt[i] = attempt
            bound = reach_of(model, step, attempt)
            at = ways.ptr[i]
            for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
                most = trellis.best[a] - step.log_beta + NOTHING * model.heat
                wanted, reach = 0, 0.0
                for j in range(first, end):
                    at += 1
                    least = trellis.best[j] - trellis.emission[j] if trellis.back[j] >= 0 else NEVER
                    if most < least:
                        continue
                    how = how_between(ground, trellis, a, j, bound)
                    if how != NO_WAY:
                        ways.log_p[at - 1] = log_p_of(ground, trellis, step, a, j, how)
                        ways.how[at - 1] = how
                        found = True
                        continue
                    far = min(bound, useful(ground, trellis, step, a, j, most - least))
                    if far > ground.table.bound:
                        work.wanted[wanted], work.number[wanted] = trellis.edge[j], j
                        wanted += 1
                        reach = max(reach, far)
                if wanted == 0:
                    continue
                search_for(ground.edges, trellis.edge[a], reach, model.turn, model.u_turn, work, wanted)
                for k in range(wanted):
                    j = work.number[k]
                    if work.stamp[trellis.edge[j]] == -work.state[0]:
                        ways.log_p[at - (end - j)] = log_p_of(ground, trellis, step, a, j, SEARCHED)
                        ways.how[at - (end - j)] = SEARCHED
                        found = True
        # only differences count, and these stay away from what is too small to be written
        top = NEVER
        for at in range(ways.ptr[i], ways.ptr[i] + pairs):
            top = max(top, ways.log_p[at])
        ways.top[i] = top
        for at in range(ways.ptr[i], ways.ptr[i] + pairs):
            ways.log_p[at] -= top


@compiled
def ways_between(kept: Packed, trellis: Trellis, fixes: Fixes) -> Ways:
    """Return the ways between all candidates of each fix and of the fix it is linked to.

    Of ways into a candidate, those that are nothing beside the best one are left out.
    """
    count = len(fixes.x)
    ptr = np.zeros(count + 1, np.int64)
    for i in range(count):
        last = trellis.link[i]
        pairs = 0
        if last >= 0:
            pairs = (trellis.ptr[last + 1] - trellis.ptr[last]) * (trellis.ptr[i + 1] - trellis.ptr[i])
        ptr[i + 1] = ptr[i] + pairs
    log_p = np.full(ptr[count], NEVER)
    hows = np.full(ptr[count], NO_WAY, np.int64)
    ways = Ways(ptr, log_p, hows, np.zeros(count, np.int32), np.zeros(count))
    put_ways(unpacked(kept), trellis, ways, fixes, 0)
    return ways


@compiled_bare
def scaled(values: Floats, first: int, end: int) -> float:
    """Turn log-probabilities into probabilities that add up to one, in place; returns the log of their sum before."""
    top = NEVER
    for k in range(first, end):
        top = max(top, values[k])
    if top <= NEVER:
        for k in range(first, end):
            values[k] = 0.0
        return NEVER
    total = 0.0
    for k in range(first, end):
        values[k] = np.exp(values[k] - top)
        total += values[k]
    for k in range(first, end):
        values[k] /= total
    return float(top + np.log(total))


@compiled_inline
def log_of(p: float) -> float:
    """Return the log of a probability, `NEVER` of none."""
    return float(np.log(p)) if p > 0.0 else NEVER


@compiled
def forward(trellis: Trellis, ways: Ways, heat: float, log_p: Floats, open_first: Wide) -> tuple[Floats, float]:
    """Return the probability of each candidate given the fixes up to its own, and the log-likelihood of all fixes.

    Args:
        trellis: of the drive.
        ways: of the drive.
        heat: log-probabilities are divided by it.
        log_p: of each way.
        open_first: for each candidate, whether a drive may begin there.
    """
    p = np.zeros(trellis.ptr[len(trellis.link)])
    return p, put_forward(trellis, ways, heat, log_p, open_first, p, 0, len(trellis.link))


@compiled_bare
def put_forward(
    trellis: Trellis, ways: Ways, heat: float, log_p: Floats, open_first: Wide, p: Floats, since: int, until: int
) -> float:
    """Write the probability of each candidate of the fixes `since` up to before `until`; returns the log-likelihood of these."""
    total = 0.0
    for i in range(since, until):
        last = trellis.link[i]
        if last == SKIPPED:
            continue
        first, end = trellis.ptr[i], trellis.ptr[i + 1]
        width = end - first
        for j in range(first, end):
            if last == FIRST:
                p[j] = trellis.emission[j] / heat if open_first[j] else NEVER
                continue
            reached = 0.0
            at = ways.ptr[i] + (j - first)
            for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
                if p[a] > 0.0 and log_p[at] > CLOSED:
                    reached += p[a] * np.exp(log_p[at] / heat)
                at += width
            p[j] = log_of(reached) + trellis.emission[j] / heat if reached > 0.0 else NEVER
        total += scaled(p, first, end)
        if total <= NEVER:
            return NEVER
    return total


@compiled
def backward(trellis: Trellis, ways: Ways, heat: float) -> Floats:
    """Return for each candidate what the fixes after its own say, up to a factor a fix."""
    q = np.ones(trellis.ptr[len(trellis.link)])
    put_backward(trellis, ways, heat, q, 0, len(trellis.link))
    return q


@compiled_bare
def put_backward(trellis: Trellis, ways: Ways, heat: float, q: Floats, since: int, until: int) -> None:
    """Write, over ones, what the fixes before number `until` say of the candidates of those from `since` on."""
    for i in range(until - 1, since, -1):
        last = trellis.link[i]
        if last < since:
            continue
        first, end = trellis.ptr[i], trellis.ptr[i + 1]
        top = NEVER
        for j in range(first, end):
            top = max(top, trellis.emission[j])
        at = ways.ptr[i]
        most = 0.0
        for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
            q[a] = 0.0
            for j in range(first, end):
                if ways.how[at] != NO_WAY:
                    q[a] += np.exp((ways.log_p[at] + trellis.emission[j] - top) / heat) * q[j]
                at += 1
            most = max(most, q[a])
        if most > 0.0:
            for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
                q[a] /= most


@compiled_inline
def want_searched(trellis: Trellis, ways: Ways, work: Scratch, at: int, j: int, end: int) -> int:
    """Want the ends of the ways from number `at` on, to candidate `j` and those after it, that were searched."""
    wanted = 0
    for k in range(end - j):
        if ways.how[at + k] == SEARCHED:
            work.wanted[wanted] = trellis.edge[j + k]
            wanted += 1
    return wanted


@compiled_inline
def edges_between(ground: Ground, how: int, a_edge: int, b_edge: int, out: Ints) -> int:
    """Write the edges between two on a way, last first; returns how many there are.

    Where the way was searched, `ground.work` holds the search from `a_edge`.
    """
    count, work, table = 0, ground.work, ground.table
    if how == SEARCHED:
        e = work.before[b_edge]
        while e != NONE:
            out[count] = e
            count += 1
            e = work.before[e]
    elif how >= 0:
        base = table.ptr[a_edge]
        k = int(table.slots[how, 3])
        while k >= 0:
            out[count] = int(table.slots[base + k, 0])
            count += 1
            k = int(table.slots[base + k, 3])
    return count


@compiled_inline
def _spread(gain: Floats, first: int, end: int, p: float) -> None:
    """Add `p` to the arcs at positions `first` up to before `end`, as differences."""
    if first < end:
        gain[first] += p
        gain[end] -= p


@compiled
def entries(kept: Packed, trellis: Trellis, ways: Ways, fixes: Fixes) -> Floats:
    """Return for each arc, in the order of `edges.arc`, how often it is expected to have been entered.

    For an arc that is driven once at most this is the probability that it was driven.
    """
    ground = unpacked(kept)
    heat = ground.model.heat
    p, _ = forward(trellis, ways, heat, ways.log_p, np.ones(trellis.ptr[len(fixes.x)], np.int64))
    q = backward(trellis, ways, heat)
    gain = np.zeros(len(ground.edges.arc) + 1)
    between = np.empty(len(ground.edges.length), np.int32)
    _put_entries(ground, trellis, ways, fixes, p, q, gain, between)
    return np.cumsum(gain)[:-1]


@compiled_bare
def _put_entries(
    ground: Ground, trellis: Trellis, ways: Ways, fixes: Fixes, p: Floats, q: Floats, gain: Floats, between: Ints
) -> None:
    """Add the entries of every way, as differences along `edges.arc`."""
    edges, model, work = ground.edges, ground.model, ground.work
    for i in range(len(fixes.x)):
        last = trellis.link[i]
        first, end = trellis.ptr[i], trellis.ptr[i + 1]
        if last == FIRST:
            total = 0.0
            for j in range(first, end):
                total += p[j] * q[j]
            for j in range(first, end):
                if total > 0.0 and p[j] * q[j] > _LEAST * total:
                    k = arc_at(edges, trellis.edge[j], trellis.offset[j])
                    _spread(gain, k, k + 1, p[j] * q[j] / total)
            continue
        if last < 0:
            continue
        total = 0.0
        at = ways.ptr[i]
        for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
            for j in range(first, end):
                if p[a] > 0.0 and ways.how[at] != NO_WAY:
                    total += p[a] * np.exp((ways.log_p[at] + trellis.emission[j]) / model.heat) * q[j]
                at += 1
        if not total > 0.0:
            continue
        at = ways.ptr[i] - 1
        for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
            searched = False
            for j in range(first, end):
                at += 1
                how = ways.how[at]
                if p[a] <= 0.0 or how == NO_WAY:
                    continue
                share = p[a] * np.exp((ways.log_p[at] + trellis.emission[j]) / model.heat) * q[j] / total
                if share < _LEAST:
                    continue
                e, f = trellis.edge[a], trellis.edge[j]
                after = arc_at(edges, e, trellis.offset[a]) + 1
                if how == BACKWARDS:
                    # what it drifts back over is entered once more on the way on
                    _spread(gain, arc_at(edges, f, trellis.offset[j]) + 1, after, -share)
                    continue
                if how == SAME_EDGE:
                    _spread(gain, after, arc_at(edges, f, trellis.offset[j]) + 1, share)
                    continue
                if how == TURNED:
                    length = edges.length[e]
                    turn = max(trellis.offset[a], length - trellis.offset[j])
                    _spread(gain, after, arc_at(edges, e, turn) + 1, share)
                    begin = edges.arc_ptr[f] + edges.arc_ptr[e + 1] - 1 - arc_at(edges, e, turn)
                    _spread(gain, begin, max(begin, arc_at(edges, f, trellis.offset[j])) + 1, share)
                    continue
                if how == SEARCHED and not searched:
                    bound = reach_of(model, step_between(model, fixes, last, i), ways.attempt[i])
                    wanted = want_searched(trellis, ways, work, at, j, end)
                    search_for(edges, e, bound, model.turn, model.u_turn, work, wanted)
                    searched = True
                _spread(gain, after, edges.arc_ptr[e + 1], share)
                for k in range(edges_between(ground, how, e, f, between)):
                    g = between[k]
                    _spread(gain, edges.arc_ptr[g], edges.arc_ptr[g + 1], share)
                _spread(gain, edges.arc_ptr[f], arc_at(edges, f, trellis.offset[j]) + 1, share)
