"""The hidden Markov model of Newson & Krumm 2009: the likeliest way through all fixes."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.candidates import MOST, near
from zones.matching.compiled import compiled
from zones.matching.graph import Edges, Floats, Ints
from zones.matching.grid import Pieces
from zones.matching.model import Model
from zones.matching.routes import Scratch, Table, look_up, search

Wide = npt.NDArray[np.int64]

NEVER = -1e30
# how a fix is linked to those before it; otherwise the number of the fix before
FIRST, SKIPPED = -1, -2
# how one candidate is reached from another; otherwise the slot of the way in the table
SAME_EDGE, BACKWARDS, TURNED, SEARCHED, NO_WAY = -2, -3, -4, -5, -6
# fixes in a row that no way leads to, before the drive is broken off
_MOST_SKIPPED = 3
# a candidate this much less likely than the best one is kept, but no way is looked for from it
_HOPELESS = 200.0
# between which the scales of detours and turns are given
_MIDDLE_S, _SPARSE_S = 30.0, 60.0
# between fixes this far apart, turning back has its price; between nearer ones it is rarer in proportion
_TURN_EVERY_M = 500.0


class Trellis(NamedTuple):
    """Candidates of all fixes, and the best way to each.

    Attributes:
        ptr: (fixes + 1,) where the candidates of each fix begin.
        edge: the road.
        offset: metres from its start.
        emission: log-probability of the fix.
        best: log-probability of the best way up to it.
        back: the candidate before it on that way, -1 at a start.
        how: how it is reached from there.
        link: (fixes,) the fix before, or FIRST or SKIPPED.
    """

    ptr: Wide
    edge: Ints
    offset: Floats
    emission: Floats
    best: Floats
    back: Wide
    how: Wide
    link: Wide


def trellis_for(fixes: int, candidates: int) -> Trellis:
    """Return an empty trellis with room for so many."""
    return Trellis(
        np.zeros(fixes + 1, np.int64),
        np.empty(candidates, np.int32),
        np.empty(candidates),
        np.empty(candidates),
        np.empty(candidates),
        np.empty(candidates, np.int64),
        np.empty(candidates, np.int64),
        np.full(fixes, SKIPPED, np.int64),
    )


@compiled
def too_near(model: Model, dx: float, dy: float, seconds: float) -> bool:
    """Return whether a fix says nothing new after one so far away: within seconds, their errors are the same."""
    apart = model.apart if seconds < model.alike else 0.5 * model.apart
    return dx * dx + dy * dy < apart * apart


@compiled
def thinned(x: Floats, y: Floats, t: Floats, model: Model) -> Wide:
    """Return the fixes that are not `too_near` to the one kept before them, and the last."""
    keep = np.empty(len(x), np.int64)
    count = 0
    for i in range(len(x)):
        if count > 0 and i < len(x) - 1:
            k = keep[count - 1]
            if too_near(model, x[i] - x[k], y[i] - y[k], t[i] - t[k]):
                continue
        keep[count] = i
        count += 1
    return keep[:count]


@compiled
def beta_at(model: Model, seconds: float) -> float:
    """Return the scale of |route - straight distance| in metres."""
    if seconds <= 1.0:
        beta = model.beta_1
    elif seconds >= _SPARSE_S:
        beta = model.beta_60
    elif seconds <= _MIDDLE_S:
        beta = model.beta_1 + (model.beta_30 - model.beta_1) * (seconds - 1.0) / (_MIDDLE_S - 1.0)
    else:
        beta = model.beta_30 + (model.beta_60 - model.beta_30) * (seconds - _MIDDLE_S) / (_SPARSE_S - _MIDDLE_S)
    return beta


@compiled
def turns_at(model: Model, seconds: float) -> float:
    """Return by what prices of turns are divided."""
    part = min(1.0, max(0.0, (seconds - _MIDDLE_S) / (_SPARSE_S - _MIDDLE_S)))
    return model.turns_30 + (model.turns_60 - model.turns_30) * part


@compiled
def transition(
    edges: Edges,
    table: Table,
    model: Model,
    work: Scratch,
    searched: bool,  # noqa: FBT001 - compiled functions take no keywords
    a_edge: int,
    a_offset: float,
    b_edge: int,
    b_offset: float,
    straight: float,
    seconds: float,
    bound: float,
) -> tuple[float, int]:
    """Return (log-probability, how) of driving from one candidate to another; (NEVER, NO_WAY) where there is no way.

    Ways that cost more than `bound` are none, so that the answer does not hang on how far the table reaches. `searched`
    says that `work` holds a search from the end of `a_edge`.
    """
    length = edges.length[a_edge]
    if a_edge == b_edge and b_offset >= a_offset:
        driven, price, how = b_offset - a_offset, 0.0, SAME_EDGE
    elif a_edge == b_edge and a_offset - b_offset <= model.backwards:
        driven, price, how = 0.0, 0.0, BACKWARDS
    elif b_edge == edges.reverse[a_edge]:
        driven, how = abs(length - a_offset - b_offset), TURNED
        dead_end = (
            edges.next_ptr[a_edge + 1] - edges.next_ptr[a_edge] == 1
            and edges.next_edge[edges.next_ptr[a_edge]] == b_edge
        )
        price = model.turn if dead_end else model.u_turn
    else:
        k = look_up(table.ptr, table.slots, a_edge, b_edge)
        if k >= 0 and table.slots[k, 1] + table.slots[k, 2] <= bound:
            driven, price, how = length - a_offset + table.slots[k, 1] + b_offset, float(table.slots[k, 2]), k
        elif searched and work.stamp[b_edge] == -work.state[0]:
            driven = length - a_offset + work.length[b_edge] + b_offset
            price, how = work.cost[b_edge] - work.length[b_edge], SEARCHED
        else:
            return NEVER, NO_WAY
    beta = beta_at(model, seconds)
    log_p = -abs(driven - straight) / beta - price / turns_at(model, seconds) - np.log(beta)
    if price >= model.u_turn or how == TURNED:
        # so many turns a kilometre, not so many a fix
        log_p -= np.log(max(1.0, _TURN_EVERY_M / max(straight, 1.0)))
    over = driven - model.top_speed * max(seconds, 1.0)
    if over > 0.0:
        log_p -= over / model.overspeed
    return log_p, how


@compiled
def search_needed(
    edges: Edges, table: Table, model: Model, trellis: Trellis, a: int, first: int, last: int, bound: float
) -> bool:
    """Return whether the table lacks a way from a candidate to one of others that could be within `bound`."""
    if bound <= table.bound:
        return False
    e = trellis.edge[a]
    for j in range(first, last):
        f = trellis.edge[j]
        if e == f:
            if trellis.offset[j] < trellis.offset[a] - model.backwards:
                return True
        elif f != edges.reverse[e] and look_up(table.ptr, table.slots, e, f) < 0:
            return True
    return False


@compiled
def reach_of(model: Model, straight: float, seconds: float, attempt: int) -> float:
    """Return how long a way is looked for, metres: beyond, it is too unlikely; at a second attempt, much further."""
    bound = straight + model.detour * beta_at(model, seconds) + 100.0
    return bound if attempt == 0 else 2.0 * bound + 3.0 * straight + 2000.0


@compiled
def put_candidates(pieces: Pieces, model: Model, trellis: Trellis, i: int, x: float, y: float, sigma: float) -> int:
    """Write the candidates of fix `i`; returns how many there are."""
    edge, offset, apart2 = np.empty(MOST, np.int32), np.empty(MOST), np.empty(MOST)
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


@compiled
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
    top = NEVER
    for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
        top = max(top, trellis.best[a])
    found = False
    for attempt in range(2):
        if found:
            break
        bound = reach_of(model, straight, seconds, attempt)
        for j in range(first, end):
            trellis.best[j], trellis.back[j], trellis.how[j] = NEVER, -1, NO_WAY
        for a in range(trellis.ptr[last], trellis.ptr[last + 1]):
            if trellis.best[a] <= NEVER or (attempt == 0 and trellis.best[a] < top - _HOPELESS):
                continue
            searched = search_needed(edges, table, model, trellis, a, first, end, bound)
            if searched:
                search(edges, trellis.edge[a], bound, model.turn, model.u_turn, work)
            for j in range(first, end):
                log_p, how = transition(
                    edges,
                    table,
                    model,
                    work,
                    searched,
                    trellis.edge[a],
                    trellis.offset[a],
                    trellis.edge[j],
                    trellis.offset[j],
                    straight,
                    seconds,
                    bound,
                )
                if how != NO_WAY and trellis.best[a] + log_p > trellis.best[j]:
                    trellis.best[j], trellis.back[j], trellis.how[j] = trellis.best[a] + log_p, a, how
                    found = True
        for j in range(first, end):
            if trellis.back[j] >= 0:
                trellis.best[j] += trellis.emission[j]
    return found


@compiled
def unknown_between(model: Model, x: Floats, y: Floats, silent: Floats, last: int, i: int) -> bool:
    """Return whether too little is known of the way from fix `last` to fix `i` to link them."""
    straight = np.hypot(x[i] - x[last], y[i] - y[last])
    away = 0.0
    for k in range(last + 1, i + 1):
        if silent[k] > model.silence and straight > model.silence_moved:
            return True
        away += np.hypot(x[k] - x[k - 1], y[k] - y[k - 1])
    return i > last + 1 and away > model.away


@compiled
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
        if put_candidates(pieces, model, trellis, i, x[i], y[i], sigma[i]) == 0:
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
