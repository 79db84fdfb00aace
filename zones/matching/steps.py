"""From one candidate to another: by which way, and how likely that is."""

from typing import NamedTuple

import numpy as np

from zones.matching.compiled import compiled_bare, compiled_inline
from zones.matching.ground import Ground
from zones.matching.model import Model
from zones.matching.routes import look_up
from zones.matching.trellis import BACKWARDS, NO_WAY, SAME_EDGE, TURNED, Fixes, Trellis

# between which the scales of detours and turns are given
_MIDDLE_S, _SPARSE_S = 30.0, 60.0
# metres by which a bound may be wrong: ways in the table are rounded to single precision
ROUNDED_M = 0.01


@compiled_bare
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


@compiled_bare
def turns_at(model: Model, seconds: float) -> float:
    """Return by what prices of turns are divided."""
    part = min(1.0, max(0.0, (seconds - _MIDDLE_S) / (_SPARSE_S - _MIDDLE_S)))
    return model.turns_30 + (model.turns_60 - model.turns_30) * part


class Step(NamedTuple):
    """What all ways between two fixes are measured by.

    Attributes:
        straight: metres between the fixes.
        beta, log_beta: scale of |driven - straight|.
        turns: by what prices of turns are divided.
        per_beta, per_turns: one over these.
        rare: what turning back costs more, since it is rare.
        fastest: metres that can be driven in the time.
    """

    straight: float
    beta: float
    log_beta: float
    turns: float
    per_beta: float
    per_turns: float
    rare: float
    fastest: float


@compiled_inline
def step_of(model: Model, straight: float, seconds: float) -> Step:
    """Return the measures of ways between fixes so far apart."""
    beta = beta_at(model, seconds)
    # so many turns a kilometre, not so many a fix
    rare = np.log(model.turn_every / max(straight, 1.0)) if straight < model.turn_every else 0.0
    turns = turns_at(model, seconds)
    return Step(straight, beta, np.log(beta), turns, 1.0 / beta, 1.0 / turns, rare, model.top_speed * max(seconds, 1.0))


@compiled_inline
def step_between(model: Model, fixes: Fixes, last: int, i: int) -> Step:
    """Return the measures of ways between two fixes."""
    return step_of(model, np.hypot(fixes.x[i] - fixes.x[last], fixes.y[i] - fixes.y[last]), fixes.t[i] - fixes.t[last])


@compiled_inline
def how_between(ground: Ground, trellis: Trellis, a: int, j: int, bound: float) -> int:
    """Return how to drive from one candidate to another, NO_WAY where the table has no way.

    Ways that cost more than `bound` are none, so that the answer does not hang on how far the table reaches.
    """
    e, f = trellis.edge[a], trellis.edge[j]
    if e == f:
        if trellis.offset[j] >= trellis.offset[a]:
            return SAME_EDGE
        if trellis.offset[a] - trellis.offset[j] <= ground.model.backwards:
            return BACKWARDS
    if f == ground.edges.reverse[e]:
        return TURNED
    slots = ground.table.slots
    k = look_up(ground.table.ptr, slots, e, f)
    return k if k >= 0 and slots[k, 1] + slots[k, 2] <= bound else NO_WAY


@compiled_inline
def too_far(ground: Ground, trellis: Trellis, a: int, j: int, most: float) -> bool:
    """Return whether every way over other edges is longer than `most` metres: a straight line between the edges is."""
    e, f = trellis.edge[a], trellis.edge[j]
    spare = most - (ground.edges.length[e] - trellis.offset[a]) - trellis.offset[j] + ROUNDED_M
    if spare < 0.0:
        return True
    ends = ground.edges.ends
    dx, dy = ends[f, 0] - ends[e, 2], ends[f, 1] - ends[e, 3]
    return bool(dx * dx + dy * dy > spare * spare)


@compiled_inline
def log_p_of(ground: Ground, trellis: Trellis, step: Step, a: int, j: int, how: int) -> float:
    """Return the log-probability of a way between two candidates."""
    model, table = ground.model, ground.table
    e, f = trellis.edge[a], trellis.edge[j]
    price, back = 0.0, False
    if how >= 0:
        driven = ground.edges.length[e] - trellis.offset[a] + table.slots[how, 1] + trellis.offset[j]
        price = float(table.slots[how, 2])
        back = price >= model.u_turn
    elif how == SAME_EDGE:
        driven = trellis.offset[j] - trellis.offset[a]
    elif how == BACKWARDS:
        driven = 0.0
    elif how == TURNED:
        edges = ground.edges
        driven = abs(edges.length[e] - trellis.offset[a] - trellis.offset[j])
        dead_end = edges.next_ptr[e + 1] - edges.next_ptr[e] == 1 and edges.next_edge[edges.next_ptr[e]] == f
        price = model.turn if dead_end else model.u_turn
        back = True
    else:
        driven = ground.edges.length[e] - trellis.offset[a] + ground.work.length[f] + trellis.offset[j]
        price = ground.work.cost[f] - ground.work.length[f]
        back = price >= model.u_turn
    log_p = -abs(driven - step.straight) * step.per_beta - price * step.per_turns - step.log_beta
    if back:
        log_p -= step.rare
    over = driven - step.fastest
    if over > 0.0:
        log_p -= over / model.overspeed
    return float(log_p)


@compiled_inline
def useful(ground: Ground, trellis: Trellis, step: Step, a: int, j: int, margin: float) -> float:
    """Return what a way between the ends of two edges may cost at most, to lose no more than `margin` by it."""
    on_edges = ground.edges.length[trellis.edge[a]] - trellis.offset[a] + trellis.offset[j]
    return float(step.straight - on_edges + max(step.beta, step.turns) * margin + 1.0)


@compiled_inline
def reach_of(model: Model, step: Step, attempt: int) -> float:
    """Return how long a way is looked for, metres: beyond, it is too unlikely; at a second attempt, much further."""
    bound = step.straight + model.detour * step.beta + 100.0
    return bound if attempt == 0 else 2.0 * bound + 3.0 * step.straight + 2000.0
