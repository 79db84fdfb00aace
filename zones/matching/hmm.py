"""The hidden Markov model of Newson & Krumm 2009: the likeliest way through all fixes."""

import numpy as np

from zones.matching.candidates import MOST, fetch_near, near
from zones.matching.compiled import compiled, compiled_bare, compiled_hint, compiled_inline, fetch
from zones.matching.graph import NONE
from zones.matching.ground import Ground
from zones.matching.routes import first_slot, look_up_in, search_for
from zones.matching.steps import ROUNDED_M, Step, how_between, log_p_of, reach_of, step_between, too_far, useful
from zones.matching.trellis import (
    FIRST,
    NEVER,
    NO_WAY,
    SEARCHED,
    SKIPPED,
    Fixes,
    Trellis,
    Wide,
)

# fixes in a row that no way leads to, before the drive is broken off
_MOST_SKIPPED = 3
# a candidate this much less likely than the best one is kept, but no way is looked for from it
_HOPELESS = 200.0
# where in `Scratch.target` are what of the candidates that ways are looked for to
_X, _Y, _OFFSET, _BEST = 0, MOST, 2 * MOST, 3 * MOST
# from so many of the likeliest candidates ways are fetched ahead; from others, few are asked for
_FETCHED = 3
# a bound on a log-probability may be wrong by so much in the last digits
_ROUNDED = 1e-6


@compiled_inline
def put_candidates(ground: Ground, trellis: Trellis, fixes: Fixes, i: int) -> int:
    """Write the candidates of fix `i`; returns how many there are."""
    model, work, sigma = ground.model, ground.work, fixes.sigma[i]
    edge, offset, apart2 = work.near_edge, work.near_offset, work.near_apart2
    further = model.spread * sigma
    count = near(ground.pieces, fixes.x[i], fixes.y[i], further, work.piece_apart2, work.piece, edge, offset, apart2)
    first = trellis.ptr[i]
    scale, half = 1.0 / (sigma * sigma * model.tail), -0.5 * (model.tail + 1.0)
    for k in range(count):
        trellis.edge[first + k], trellis.offset[first + k] = edge[k], offset[k]
        if k > 0 and apart2[k] == apart2[k - 1]:
            # both directions of a street
            trellis.emission[first + k] = trellis.emission[first + k - 1]
        else:
            # Student's distribution: like a Gaussian near by, but a burst of multipath does not rule a road out
            trellis.emission[first + k] = half * np.log(1.0 + apart2[k] * scale)
    trellis.ptr[i + 1] = first + count
    return count


@compiled_inline
def _put_order(trellis: Trellis, last: int, order: Wide) -> int:
    """Write the candidates of a fix, the likeliest first, of equals the first one; returns how many can be gone on from.

    They are few: counting those that are likelier needs no branches, which the processor would guess wrongly.
    """
    first = trellis.ptr[last]
    count = trellis.ptr[last + 1] - first
    alive = 0
    for a in range(count):
        best, rank = trellis.best[first + a], 0
        for b in range(count):
            other = trellis.best[first + b]
            rank += int((other > best) | ((other == best) & (b < a)))
        order[rank] = first + a
        alive += int(best > NEVER)
    return alive


@compiled_inline
def _reached(trellis: Trellis, a: int, j: int, log_p: float, how: int) -> None:
    """Go to candidate `j` from `a` if nothing better is known; of equals, the first candidate counts."""
    value = trellis.best[a] + log_p
    if value > trellis.best[j] or (value == trellis.best[j] and a < trellis.back[j]):
        trellis.best[j], trellis.back[j], trellis.how[j] = value, a, how


@compiled_inline
def _hopeful(ground: Ground, trellis: Trellis, step: Step, a: int, j: int) -> bool:
    """Return whether a way from candidate `a` may be better than what is known of `j`: at best it is straight."""
    margin = trellis.best[a] - step.log_beta - trellis.best[j] + _ROUNDED
    if margin < 0.0:
        return False
    e, f = trellis.edge[a], trellis.edge[j]
    if e == f or f == ground.edges.reverse[e]:
        return True
    return not too_far(ground, trellis, a, j, step.straight + step.beta * margin)


@compiled_inline
def _put_targets(ground: Ground, trellis: Trellis, i: int) -> int:
    """Copy what is asked of the candidates of fix `i` again and again to where it is at hand; returns how many there are."""
    target, goal, ends = ground.work.target, ground.work.goal, ground.edges.ends
    first = trellis.ptr[i]
    count = trellis.ptr[i + 1] - first
    for k in range(count):
        j = first + k
        f = trellis.edge[j]
        goal[k] = f
        target[_X + k], target[_Y + k] = ends[f, 0], ends[f, 1]
        target[_OFFSET + k], target[_BEST + k] = trellis.offset[j], NEVER
        trellis.best[j], trellis.back[j], trellis.how[j] = NEVER, -1, NO_WAY
    return int(count)


@compiled_inline
def _by_table(ground: Ground, trellis: Trellis, step: Step, a: int, first: int, count: int, bound: float) -> bool:
    """Go from candidate `a` to the `count` from number `first` on where that may be better than what is known.

    Returns whether a way lacks.
    """
    edges, table, hows, asked = ground.edges, ground.table, ground.work.how, ground.work.number
    target, goal = ground.work.target, ground.work.goal
    # what does not change from way to way is read once; the compiler cannot know that it does not
    e, offset = trellis.edge[a], trellis.offset[a]
    rest, end_x, end_y, back = edges.length[e] - offset, edges.ends[e, 2], edges.ends[e, 3], edges.reverse[e]
    base, size = table.ptr[e], table.ptr[e + 1] - table.ptr[e]
    most = trellis.best[a] - step.log_beta + _ROUNDED
    shortest = step.straight - rest + ROUNDED_M
    some, lacking = 0, False
    # three loops: the first one has no branches, which the processor would guess wrongly; what the second one looks up lies far
    # apart in memory, and the processor waits for all of it at once
    for k in range(count):
        f = goal[k]
        margin = most - target[_BEST + k]
        # as in `too_far`
        spare = shortest + step.beta * margin - target[_OFFSET + k]
        dx, dy = target[_X + k] - end_x, target[_Y + k] - end_y
        near = (spare >= 0.0) & (dx * dx + dy * dy <= spare * spare)
        asked[some] = k
        some += int((margin >= 0.0) & (near | (f == e) | (f == back)))
    for n in range(some):
        k = asked[n]
        f = goal[k]
        if f == e or f == back:
            hows[n] = how_between(ground, trellis, a, first + k, bound)
        else:
            hows[n] = look_up_in(table.slots, base, size, f)
    for n in range(some):
        how, j = hows[n], first + asked[n]
        if how == NONE or how == NO_WAY or (how >= 0 and table.slots[how, 1] + table.slots[how, 2] > bound):
            lacking = True
        else:
            _reached(trellis, a, j, log_p_of(ground, trellis, step, a, j, how), how)
            target[_BEST + asked[n]] = trellis.best[j]
    return lacking


@compiled_bare
def _by_search(ground: Ground, trellis: Trellis, step: Step, a: int, i: int, bound: float) -> None:
    """Go from candidate `a` to those of fix `i` to which the table has no way, as far as may be better than what is known."""
    first, end, work, model = trellis.ptr[i], trellis.ptr[i + 1], ground.work, ground.model
    most = trellis.best[a] - step.log_beta
    wanted, reach = 0, 0.0
    for j in range(first, end):
        if not _hopeful(ground, trellis, step, a, j):
            continue
        far = min(bound, useful(ground, trellis, step, a, j, most - trellis.best[j]))
        if far > ground.table.bound and how_between(ground, trellis, a, j, bound) == NO_WAY:
            work.wanted[wanted], work.number[wanted] = trellis.edge[j], j
            wanted += 1
            reach = max(reach, far)
    if wanted == 0:
        return
    search_for(ground.edges, trellis.edge[a], reach, model.turn, model.u_turn, work, wanted)
    for k in range(wanted):
        j = work.number[k]
        if work.stamp[trellis.edge[j]] == -work.state[0]:
            _reached(trellis, a, j, log_p_of(ground, trellis, step, a, j, SEARCHED), SEARCHED)


@compiled_inline
def linked(ground: Ground, trellis: Trellis, fixes: Fixes, last: int, i: int, alive: int) -> bool:
    """Find the best way from the candidates of fix `last` to those of fix `i`; returns whether there is any.

    `work.order` has the former as `_put_order` writes them, `alive` is how many can be gone on from.
    """
    first, end, order = trellis.ptr[i], trellis.ptr[i + 1], ground.work.order
    step = step_between(ground.model, fixes, last, i)
    found = False
    for attempt in range(2):
        if found:
            break
        bound = reach_of(ground.model, step, attempt)
        count = _put_targets(ground, trellis, i)
        hopeful, lacking, worst = 0, False, NEVER
        while hopeful < alive:
            a = order[hopeful]
            best = trellis.best[a]
            # where one cannot better any, nor can those after it
            if best - step.log_beta + _ROUNDED < worst or (attempt == 0 and best < trellis.best[order[0]] - _HOPELESS):
                break
            lacking |= _by_table(ground, trellis, step, a, first, count, bound)
            hopeful += 1
            worst = np.inf
            for k in range(count):
                known = ground.work.target[_BEST + k]
                worst = known if known < worst else worst  # noqa: FURB136 - `min` looks for NaN
        if lacking and bound > ground.table.bound:
            for n in range(hopeful):
                _by_search(ground, trellis, step, order[n], i, bound)
        for j in range(first, end):
            if trellis.back[j] >= 0:
                trellis.best[j] += trellis.emission[j]
                found = True
    return found


@compiled_hint
def _fetch_ways(ground: Ground, trellis: Trellis, i: int, alive: int) -> None:
    """Have the ways fetched that will be looked up first to fix `i`: memory is far, and now there is time."""
    ptr, slots = ground.table.ptr, ground.table.slots
    for n in range(min(alive, _FETCHED)):
        e = trellis.edge[ground.work.order[n]]
        base, size = ptr[e], ptr[e + 1] - ptr[e]
        for j in range(trellis.ptr[i], trellis.ptr[i + 1]):
            fetch(slots, base + first_slot(trellis.edge[j], size))


@compiled_inline
def unknown_between(ground: Ground, fixes: Fixes, last: int, i: int) -> bool:
    """Return whether too little is known of the way from fix `last` to fix `i` to link them."""
    model, x, y = ground.model, fixes.x, fixes.y
    if i == last + 1 and fixes.silent[i] <= model.silence:
        return False
    straight = np.hypot(x[i] - x[last], y[i] - y[last])
    away = 0.0
    for k in range(last + 1, i + 1):
        if fixes.silent[k] > model.silence and straight > model.silence_moved:
            return True
        away += np.hypot(x[k] - x[k - 1], y[k] - y[k - 1])
    return i > last + 1 and away > model.away


@compiled_bare
def run(ground: Ground, trellis: Trellis, fixes: Fixes, state: Wide) -> None:
    """Go on through the fixes from number `state[0]`; `state` is (next fix, last linked fix or -1, skipped in a row).

    A fix without a street near it, or that no way leads to, is skipped; after three in a row that no way leads to, the
    drive is broken off and begins anew at the first of them. It begins anew as well after a silence or away from all
    streets: a way that is only the shortest one is not what was driven.
    """
    i, last, skipped = state[0], state[1], state[2]
    count = len(fixes.x)
    alive = _put_order(trellis, last, ground.work.order) if last >= 0 else 0
    # candidates are looked for one fix ahead: meanwhile, ways are fetched
    known = i
    while i < count:
        while known < min(i + 2, count):
            fetch_near(ground.pieces, fixes.x, fixes.y, known)
            put_candidates(ground, trellis, fixes, known)
            known += 1
        if trellis.ptr[i + 1] == trellis.ptr[i]:
            trellis.link[i] = SKIPPED
            i += 1
            continue
        if last < 0 or unknown_between(ground, fixes, last, i):
            for j in range(trellis.ptr[i], trellis.ptr[i + 1]):
                trellis.best[j], trellis.back[j], trellis.how[j] = trellis.emission[j], -1, NO_WAY
            trellis.link[i] = FIRST
        elif linked(ground, trellis, fixes, last, i, alive):
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
            known = i
            continue
        last, skipped = i, 0
        alive = _put_order(trellis, last, ground.work.order)
        i += 1
        if i < count:
            _fetch_ways(ground, trellis, i, alive)
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
