"""From one candidate to another: by which way, and how likely that is."""

from typing import NamedTuple

import numpy as np

from zones.matching.compiled import compiled_bare
from zones.matching.graph import Edges
from zones.matching.model import Model
from zones.matching.routes import Scratch, Table, look_up
from zones.matching.trellis import BACKWARDS, NO_WAY, SAME_EDGE, SEARCHED, TURNED, Trellis

# between which the scales of detours and turns are given
_MIDDLE_S, _SPARSE_S = 30.0, 60.0
# between fixes this far apart, turning back has its price; between nearer ones it is rarer in proportion
_TURN_EVERY_M = 500.0


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
        rare: what turning back costs more, since it is rare.
        fastest: metres that can be driven in the time.
    """

    straight: float
    beta: float
    log_beta: float
    turns: float
    rare: float
    fastest: float


@compiled_bare
def step_of(model: Model, straight: float, seconds: float) -> Step:
    """Return the measures of ways between fixes so far apart."""
    beta = beta_at(model, seconds)
    # so many turns a kilometre, not so many a fix
    rare = np.log(max(1.0, _TURN_EVERY_M / max(straight, 1.0)))
    return Step(straight, beta, np.log(beta), turns_at(model, seconds), rare, model.top_speed * max(seconds, 1.0))


@compiled_bare
def how_between(
    edges: Edges, table: Table, model: Model, a_edge: int, a_offset: float, b_edge: int, b_offset: float, bound: float
) -> int:
    """Return how to drive from one candidate to another, NO_WAY where the table has no way.

    Ways that cost more than `bound` are none, so that the answer does not hang on how far the table reaches.
    """
    if a_edge == b_edge and b_offset >= a_offset:
        return SAME_EDGE
    if a_edge == b_edge and a_offset - b_offset <= model.backwards:
        return BACKWARDS
    if b_edge == edges.reverse[a_edge]:
        return TURNED
    k = look_up(table.ptr, table.slots, a_edge, b_edge)
    return k if k >= 0 and table.slots[k, 1] + table.slots[k, 2] <= bound else NO_WAY


@compiled_bare
def log_p_of(
    edges: Edges, table: Table, model: Model, work: Scratch, trellis: Trellis, step: Step, a: int, j: int, how: int
) -> float:
    """Return the log-probability of a way between two candidates."""
    e, f = trellis.edge[a], trellis.edge[j]
    length = edges.length[e]
    price = 0.0
    if how == SAME_EDGE:
        driven = trellis.offset[j] - trellis.offset[a]
    elif how == BACKWARDS:
        driven = 0.0
    elif how == TURNED:
        driven = abs(length - trellis.offset[a] - trellis.offset[j])
        dead_end = edges.next_ptr[e + 1] - edges.next_ptr[e] == 1 and edges.next_edge[edges.next_ptr[e]] == f
        price = model.turn if dead_end else model.u_turn
    elif how == SEARCHED:
        driven = length - trellis.offset[a] + work.length[f] + trellis.offset[j]
        price = work.cost[f] - work.length[f]
    else:
        driven = length - trellis.offset[a] + table.slots[how, 1] + trellis.offset[j]
        price = float(table.slots[how, 2])
    log_p = -abs(driven - step.straight) / step.beta - price / step.turns - step.log_beta
    if price >= model.u_turn or how == TURNED:
        log_p -= step.rare
    over = driven - step.fastest
    if over > 0.0:
        log_p -= over / model.overspeed
    return float(log_p)


@compiled_bare
def useful(edges: Edges, trellis: Trellis, step: Step, a: int, j: int, margin: float) -> float:
    """Return what a way between the ends of two edges may cost at most, to lose no more than `margin` by it."""
    on_edges = edges.length[trellis.edge[a]] - trellis.offset[a] + trellis.offset[j]
    return float(step.straight - on_edges + max(step.beta, step.turns) * margin + 1.0)


@compiled_bare
def reach_of(model: Model, step: Step, attempt: int) -> float:
    """Return how long a way is looked for, metres: beyond, it is too unlikely; at a second attempt, much further."""
    bound = step.straight + model.detour * step.beta + 100.0
    return bound if attempt == 0 else 2.0 * bound + 3.0 * step.straight + 2000.0
