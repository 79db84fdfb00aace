"""Ways that keep off some arcs: what is left of a drive's likelihood without them."""

import numpy as np

from zones.matching.compiled import compiled, compiled_bare
from zones.matching.graph import Edges, Floats, Ints, arc_at
from zones.matching.ground import Ground, Packed, unpacked
from zones.matching.posterior import CLOSED, NOTHING, Ways, edges_between, log_of, scaled, want_searched
from zones.matching.routes import search, search_for
from zones.matching.steps import log_p_of, reach_of, step_between
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


@compiled
def likelihoods(
    kept: Packed,
    trellis: Trellis,
    ways: Ways,
    fixes: Fixes,
    marked: Wide,
    around: Edges,
    since: float,
    until: float,
) -> tuple[float, float]:
    """Return the log-likelihood of all fixes on ways that avoid the marked arcs, and on these and all others together.

    Args:
        kept, trellis, ways, fixes: of the drive.
        marked, around: of `avoiding`.
        since: only ways to fixes from this time on are closed, seconds.
        until: up to this one.
    """
    heat = unpacked(kept).model.heat
    low, high = int(np.searchsorted(fixes.t, since, side="left")), int(np.searchsorted(fixes.t, until, side="right"))
    without, together, starts = avoiding(kept, trellis, ways, fixes, marked, around, low, high)
    count = trellis.ptr[len(trellis.link)]
    return _forwards(trellis, ways, heat, without, together, starts, np.zeros(count), np.zeros(count), low)


@compiled_bare
def _forwards(
    trellis: Trellis,
    ways: Ways,
    heat: float,
    without: Floats,
    together: Floats,
    starts: Wide,
    p: Floats,
    q: Floats,
    since: int,
) -> tuple[float, float]:
    """Return the log-likelihood of all fixes by `without` (and `starts`), and by `together` (and all starts), as `forward` has both.

    They are the same before fix `since`, and most ways of both are later on: what is the same is reckoned once.

    Args:
        trellis, ways, heat: of the drive.
        without, together: log_p of each way; `without` has no other than `together` but such as are never, or one that stands beside.
        starts: for each candidate, whether a drive may begin there without.
        p, q: to work on, zeros: without, together.
        since: the first fix at which they may differ.
    """
    left = all_ = 0.0
    for i in range(len(trellis.link)):
        last = trellis.link[i]
        if last == SKIPPED:
            continue
        first, end = trellis.ptr[i], trellis.ptr[i + 1]
        width, apart = end - first, i >= since
        for j in range(first, end):
            here = trellis.emission[j] / heat
            if last == FIRST:
                q[j] = here
                p[j] = here if starts[j] else NEVER
                continue
            reached = reached_without = 0.0
            at = ways.ptr[i] + (j - first)
            for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
                share = 0.0
                if q[a] > 0.0 and together[at] > CLOSED:
                    share = np.exp(together[at] / heat)
                    reached += q[a] * share
                if apart and p[a] > 0.0 and without[at] > CLOSED:
                    if not (q[a] > 0.0 and without[at] == together[at]):
                        share = np.exp(without[at] / heat)
                    reached_without += p[a] * share
                at += width
            q[j] = log_of(reached) + here if reached > 0.0 else NEVER
            p[j] = log_of(reached_without) + here if reached_without > 0.0 else NEVER
        # what is impossible once stays so
        all_ = max(all_ + scaled(q, first, end), NEVER) if all_ > NEVER else NEVER
        if apart:
            left = max(left + scaled(p, first, end), NEVER) if left > NEVER else NEVER
        else:
            left = all_
            for j in range(first, end):
                p[j] = q[j]
    return left, all_


@compiled
def avoiding(
    kept: Packed,
    trellis: Trellis,
    ways: Ways,
    fixes: Fixes,
    marked: Wide,
    around: Edges,
    since: int,
    until: int,
) -> tuple[Floats, Floats, Wide]:
    """Return (log_p of ways that avoid the marked arcs, log_p of these and all others together, starts that avoid them).

    Where the cheapest way between two candidates drives on a marked arc, the cheapest one that does not stands beside it:
    of two ways that are as good as each other, neither is sure.

    Args:
        kept, trellis, ways, fixes: of the drive.
        marked: (arcs + 1,) how many arcs before a position in `edges.arc` are marked.
        around: the edges, those with a marked arc endlessly long.
        since: ways to fixes before this one are open whatever they drive on.
        until: and so are ways to fixes from this one on.
    """
    ground = unpacked(kept)
    without, together = ways.log_p.copy(), ways.log_p.copy()
    starts = np.ones(trellis.ptr[len(fixes.x)], np.int64)
    between = np.empty(len(ground.edges.length), np.int32)
    for i in range(max(0, since), min(len(fixes.x), until)):
        _close(ground, trellis, ways, fixes, marked, around, i, without, together, starts, between)
    return without, together, starts


@compiled_bare
def _close(
    ground: Ground,
    trellis: Trellis,
    ways: Ways,
    fixes: Fixes,
    marked: Wide,
    around: Edges,
    i: int,
    without: Floats,
    together: Floats,
    starts: Wide,
    between: Ints,
) -> None:
    """Close the ways and starts at fix `i` that drive on a marked arc, and open the ways round it."""
    edges, model, work = ground.edges, ground.model, ground.work
    last = trellis.link[i]
    first, end = trellis.ptr[i], trellis.ptr[i + 1]
    if last == FIRST:
        for j in range(first, end):
            k = arc_at(edges, trellis.edge[j], trellis.offset[j])
            starts[j] = 1 if marked[k + 1] == marked[k] else 0
        return
    if last < 0:
        return
    step = step_between(model, fixes, last, i)
    bound = reach_of(model, step, ways.attempt[i])
    at = ways.ptr[i]
    for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
        searched, rounds = False, 0
        e = trellis.edge[a]
        after = arc_at(edges, e, trellis.offset[a])
        ahead = marked[edges.arc_ptr[e + 1]] - marked[after]
        for j in range(first, end):
            how, f = ways.how[at + j - first], trellis.edge[j]
            if how == NO_WAY:
                continue
            to = arc_at(edges, f, trellis.offset[j])
            if how in (SAME_EDGE, BACKWARDS):
                low, high = min(after, to), max(after, to)
                met = marked[high + 1] - marked[low]
            elif how == TURNED:
                turn = arc_at(edges, e, max(trellis.offset[a], edges.length[e] - trellis.offset[j]))
                begin = edges.arc_ptr[f] + edges.arc_ptr[e + 1] - 1 - max(after, turn)
                met = marked[max(after, turn) + 1] - marked[after] + marked[max(begin, to) + 1] - marked[begin]
            else:
                if how == SEARCHED and not searched:
                    wanted = want_searched(trellis, ways, work, at + j - first, j, end)
                    search_for(edges, e, bound, model.turn, model.u_turn, work, wanted)
                    searched = True
                own = ahead + marked[to + 1] - marked[edges.arc_ptr[f]]
                met = own
                for k in range(edges_between(ground, how, e, f, between)):
                    g = between[k]
                    met += marked[edges.arc_ptr[g + 1]] - marked[edges.arc_ptr[g]]
                if met > 0 and own == 0 and ways.log_p[at + j - first] > -NOTHING:
                    # ways round it are looked for when the search that this one may hang on is done with
                    work.order[rounds] = j
                    rounds += 1
            if met > 0:
                without[at + j - first] = NEVER
        if rounds > 0:
            search(around, e, bound, model.turn, model.u_turn, work)
            for n in range(rounds):
                j = work.order[n]
                if work.stamp[trellis.edge[j]] == -work.state[0]:
                    k = at + j - first
                    without[k] = log_p_of(ground, trellis, step, a, j, SEARCHED) - ways.top[i]
                    together[k] = np.logaddexp(ways.log_p[k], without[k])
        at += end - first
