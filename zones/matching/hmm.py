"""The hidden Markov model of Newson & Krumm 2009: the likeliest way through all fixes."""

import numpy as np

from zones.matching.candidates import near
from zones.matching.compiled import compiled, compiled_bare
from zones.matching.graph import Edges, Floats
from zones.matching.grid import Pieces
from zones.matching.model import Model
from zones.matching.routes import Scratch, Table, search_for
from zones.matching.steps import Step, how_between, log_p_of, reach_of, step_of, useful
from zones.matching.trellis import FIRST, NEVER, NO_WAY, NOT_ASKED, SEARCHED, SKIPPED, Trellis, Wide

# fixes in a row that no way leads to, before the drive is broken off
_MOST_SKIPPED = 3
# a candidate this much less likely than the best one is kept, but no way is looked for from it
_HOPELESS = 200.0


@compiled_bare
def put_candidates(
    pieces: Pieces, model: Model, work: Scratch, trellis: Trellis, i: int, x: float, y: float, sigma: float
) -> int:
    """Write the candidates of fix `i`; returns how many there are."""
    edge, offset, apart2 = work.near_edge, work.near_offset, work.near_apart2
    count = near(pieces, x, y, edge, offset, apart2)
    nearest = 1e30
    for k in range(count):
        nearest = min(nearest, apart2[k])
    limit = (np.sqrt(nearest) + model.spread * sigma) ** 2
    at = trellis.ptr[i]
    for k in range(count):
        if apart2[k] <= limit:
            trellis.edge[at], trellis.offset[at] = edge[k], offset[k]
            # Student's distribution: like a Gaussian near by, but a burst of multipath does not rule a road out
            trellis.emission[at] = -0.5 * (model.tail + 1.0) * np.log(1.0 + apart2[k] / (sigma * sigma * model.tail))
            at += 1
    trellis.ptr[i + 1] = at
    return int(at - trellis.ptr[i])


@compiled_bare
def _likeliest_first(trellis: Trellis, first: int, end: int, order: Wide) -> int:
    """Write the candidates of a fix that can be gone on from, the likeliest first; returns how many there are."""
    count = 0
    for a in range(first, end):
        best = trellis.best[a]
        if best <= NEVER:
            continue
        at = count
        while at > 0 and trellis.best[order[at - 1]] < best:
            order[at] = order[at - 1]
            at -= 1
        order[at] = a
        count += 1
    return count


@compiled_bare
def _reached(trellis: Trellis, a: int, j: int, log_p: float, how: int) -> None:
    """Go to candidate `j` from `a` if nothing better is known; of equals, the first candidate counts."""
    value = trellis.best[a] + log_p
    if value > trellis.best[j] or (value == trellis.best[j] and a < trellis.back[j]):
        trellis.best[j], trellis.back[j], trellis.how[j] = value, a, how


@compiled_bare
def _by_table(
    edges: Edges, table: Table, model: Model, work: Scratch, trellis: Trellis, step: Step, a: int, i: int, bound: float
) -> bool:
    """Go from candidate `a` to those of fix `i` where that may be better than what is known; returns if a way lacks."""
    first, end = trellis.ptr[i], trellis.ptr[i + 1]
    # no way is likelier than a straight one
    most = trellis.best[a] - step.log_beta
    # two loops: what is looked up lies far apart in memory, and the processor waits for all of it at once
    for j in range(first, end):
        work.how[j - first] = NOT_ASKED
        if most >= trellis.best[j]:
            work.how[j - first] = how_between(
                edges, table, model, trellis.edge[a], trellis.offset[a], trellis.edge[j], trellis.offset[j], bound
            )
    lacking = False
    for j in range(first, end):
        how = work.how[j - first]
        if how == NO_WAY:
            lacking = True
        elif how != NOT_ASKED:
            _reached(trellis, a, j, log_p_of(edges, table, model, work, trellis, step, a, j, how), how)
    return lacking


@compiled_bare
def _by_search(
    edges: Edges, table: Table, model: Model, work: Scratch, trellis: Trellis, step: Step, a: int, i: int, bound: float
) -> None:
    """Go from candidate `a` to those of fix `i` to which the table has no way, as far as may be better than what is known."""
    first, end = trellis.ptr[i], trellis.ptr[i + 1]
    most = trellis.best[a] - step.log_beta
    wanted, reach = 0, 0.0
    for j in range(first, end):
        if most < trellis.best[j]:
            continue
        far = min(bound, useful(edges, trellis, step, a, j, most - trellis.best[j]))
        if far <= table.bound:
            continue
        how = how_between(
            edges, table, model, trellis.edge[a], trellis.offset[a], trellis.edge[j], trellis.offset[j], bound
        )
        if how == NO_WAY:
            work.wanted[wanted], work.number[wanted] = trellis.edge[j], j
            wanted += 1
            reach = max(reach, far)
    if wanted == 0:
        return
    search_for(edges, trellis.edge[a], reach, model.turn, model.u_turn, work, wanted)
    for k in range(wanted):
        j = work.number[k]
        if work.stamp[trellis.edge[j]] == -work.state[0]:
            _reached(trellis, a, j, log_p_of(edges, table, model, work, trellis, step, a, j, SEARCHED), SEARCHED)


@compiled_bare
def linked(
    edges: Edges,
    table: Table,
    model: Model,
    work: Scratch,
    trellis: Trellis,
    last: int,
    i: int,
    straight: float,
    seconds: float,
) -> bool:
    """Find the best way from the candidates of fix `last` to those of fix `i`; returns whether there is any."""
    first, end = trellis.ptr[i], trellis.ptr[i + 1]
    step = step_of(model, straight, seconds)
    count = _likeliest_first(trellis, trellis.ptr[last], trellis.ptr[last + 1], work.order)
    found = False
    for attempt in range(2):
        if found:
            break
        bound = reach_of(model, step, attempt)
        for j in range(first, end):
            trellis.best[j], trellis.back[j], trellis.how[j] = NEVER, -1, NO_WAY
        hopeful, lacking = 0, False
        while hopeful < count and (
            attempt > 0 or trellis.best[work.order[hopeful]] >= trellis.best[work.order[0]] - _HOPELESS
        ):
            lacking |= _by_table(edges, table, model, work, trellis, step, work.order[hopeful], i, bound)
            hopeful += 1
        if lacking and bound > table.bound:
            for n in range(hopeful):
                _by_search(edges, table, model, work, trellis, step, work.order[n], i, bound)
        for j in range(first, end):
            if trellis.back[j] >= 0:
                trellis.best[j] += trellis.emission[j]
                found = True
    return found


@compiled_bare
def unknown_between(model: Model, x: Floats, y: Floats, silent: Floats, last: int, i: int) -> bool:
    """Return whether too little is known of the way from fix `last` to fix `i` to link them."""
    straight = np.hypot(x[i] - x[last], y[i] - y[last])
    away = 0.0
    for k in range(last + 1, i + 1):
        if silent[k] > model.silence and straight > model.silence_moved:
            return True
        away += np.hypot(x[k] - x[k - 1], y[k] - y[k - 1])
    return i > last + 1 and away > model.away


@compiled_bare
def run(
    edges: Edges,
    pieces: Pieces,
    table: Table,
    model: Model,
    work: Scratch,
    trellis: Trellis,
    x: Floats,
    y: Floats,
    t: Floats,
    sigma: Floats,
    silent: Floats,
    state: Wide,
) -> None:
    """Go on through the fixes from number `state[0]`; `state` is (next fix, last linked fix or -1, skipped in a row).

    A fix without a street near it, or that no way leads to, is skipped; after three in a row that no way leads to, the
    drive is broken off and begins anew at the first of them. It begins anew as well after a silence or away from all
    streets: a way that is only the shortest one is not what was driven.
    """
    i, last, skipped = state[0], state[1], state[2]
    while i < len(x):
        if put_candidates(pieces, model, work, trellis, i, x[i], y[i], sigma[i]) == 0:
            trellis.link[i] = SKIPPED
            i += 1
            continue
        if last < 0 or unknown_between(model, x, y, silent, last, i):
            for j in range(trellis.ptr[i], trellis.ptr[i + 1]):
                trellis.best[j], trellis.back[j], trellis.how[j] = trellis.emission[j], -1, NO_WAY
            trellis.link[i] = FIRST
        elif linked(
            edges, table, model, work, trellis, last, i, np.hypot(x[i] - x[last], y[i] - y[last]), t[i] - t[last]
        ):
            trellis.link[i] = last
        else:
            skipped += 1
            if skipped > _MOST_SKIPPED:
                last, skipped = -1, 0
                while trellis.link[i - 1] == SKIPPED:
                    i -= 1
            else:
                trellis.link[i] = SKIPPED
                trellis.ptr[i + 1] = trellis.ptr[i]
                i += 1
            continue
        last, skipped = i, 0
        i += 1
    state[0], state[1], state[2] = i, last, skipped


@compiled
def decoded(trellis: Trellis, fixes: int) -> Wide:
    """Return the candidate of each fix on the likeliest way, -1 where a fix was skipped."""
    chosen = np.full(fixes, -1, np.int64)
    follow = -1
    for i in range(fixes - 1, -1, -1):
        if trellis.link[i] == SKIPPED:
            continue
        if follow < 0:
            follow = trellis.ptr[i]
            for j in range(trellis.ptr[i], trellis.ptr[i + 1]):
                if trellis.best[j] > trellis.best[follow]:
                    follow = j
        chosen[i] = follow
        follow = trellis.back[follow]
    return chosen
