"""The likeliest way as a list of stretches: which edge, from where to where, from when to when."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled, compiled_hint, fetch
from zones.matching.graph import Edges, Floats, Ints, arc_at
from zones.matching.ground import Ground, Packed, unpacked
from zones.matching.posterior import edges_between
from zones.matching.routes import search_for
from zones.matching.steps import reach_of, step_between
from zones.matching.trellis import BACKWARDS, FIRST, SAME_EDGE, SEARCHED, TURNED, Fixes, Trellis, Wide

_TOUCH_M = 1e-6
# so many fixes ahead, ways are fetched from memory
_AHEAD = 4


class Stretches(NamedTuple):
    """Edges in the order in which they were driven.

    Attributes:
        edge: the edge.
        begin, end: metres from its start; from where to where it was driven.
        entered, left: seconds; between fixes, as if the speed had been even.
        piece: counts from 0; a new one begins where the drive was broken off.
    """

    edge: Ints
    begin: Floats
    end: Floats
    entered: Floats
    left: Floats
    piece: Ints


@compiled
def _grown(values: Floats, rows: int) -> Floats:
    more = np.empty((rows, values.shape[1]))
    for n in range(len(values)):  # one by one: assigning a slice takes three seconds to compile
        for k in range(values.shape[1]):
            more[n, k] = values[n, k]
    return more


@compiled_hint
def _fetch_way(ground: Ground, trellis: Trellis, chosen: Wide, i: int) -> None:
    """Have the way to fix `i` fetched."""
    if i < len(chosen) and chosen[i] >= 0 and trellis.how[chosen[i]] >= 0:
        fetch(ground.table.slots, trellis.how[chosen[i]])


@compiled
def walked(
    ground: Ground,
    trellis: Trellis,
    fixes: Fixes,
    chosen: Wide,
) -> Floats:
    """Return (n, 6): edge, begin, end, entered, left, piece."""
    edges, model, work, t = ground.edges, ground.model, ground.work, fixes.t
    out = np.empty((2 * len(chosen) + 16, 6))
    between = np.empty(len(edges.length), np.int32)
    n, piece = 0, -1
    for i in range(len(chosen)):
        j = chosen[i]
        if j < 0:
            continue
        if n + 4 > len(out):
            out = _grown(out, 2 * len(out))
        f, to = trellis.edge[j], trellis.offset[j]
        last = trellis.link[i]
        _fetch_way(ground, trellis, chosen, i + _AHEAD)
        if last == FIRST:
            piece += 1
            out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4], out[n, 5] = f, to, to, t[i], t[i], piece
            n += 1
            continue
        how = trellis.how[j]
        # fixes too near to the one kept before them (`thinned`) say how long it stood there
        since = t[i] - fixes.silent[i] if last == i - 1 else t[last]
        a = chosen[last]
        e = trellis.edge[a]
        at = out[n - 1, 2]
        if how in (SAME_EDGE, BACKWARDS):
            out[n - 1, 2], out[n - 1, 4] = max(at, to), t[i]
            continue
        if how == TURNED:
            # the arc on which it turned is driven both ways
            turn = max(at, edges.length[e] - to)
            back = edges.length[e] - turn
            driven = max(turn - at + to - back, 1e-9)
            when = since + (turn - at) / driven * (t[i] - since)
            out[n - 1, 2], out[n - 1, 4] = turn, when
            out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4], out[n, 5] = f, back, to, when, t[i], piece
            n += 1
            continue
        if how == SEARCHED:
            # the way was found at the first or at the second attempt; the longer search finds the same
            work.wanted[0] = f
            search_for(
                edges, e, reach_of(model, step_between(model, fixes, last, i), 1), model.turn, model.u_turn, work, 1
            )
        count = edges_between(ground, how, e, f, between)
        while n + count + 4 > len(out):
            out = _grown(out, 2 * len(out))
        driven = edges.length[e] - at + to
        for k in range(count):
            driven += edges.length[between[k]]
        pace = (t[i] - since) / max(driven, 1e-9)
        when = since + (edges.length[e] - at) * pace
        out[n - 1, 2], out[n - 1, 4] = edges.length[e], when
        for k in range(count - 1, -1, -1):
            g = between[k]
            out[n, 0], out[n, 1], out[n, 2], out[n, 3] = g, 0.0, edges.length[g], when
            when += edges.length[g] * pace
            out[n, 4], out[n, 5] = when, piece
            n += 1
        out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4], out[n, 5] = f, 0.0, to, when, t[i], piece
        n += 1
    return out[:n]


def stretches_of(rows: Floats) -> Stretches:
    """Return the rows of `walked` by name."""
    return Stretches(
        rows[:, 0].astype(np.int32), rows[:, 1], rows[:, 2], rows[:, 3], rows[:, 4], rows[:, 5].astype(np.int32)
    )


@compiled
def arcs_of(edges: Edges, rows: Floats) -> Ints:
    """Return the arcs of stretches in the order in which they were driven, the first and the last one whole."""
    count = 0
    for s in range(len(rows)):
        e = int(rows[s, 0])
        count += edges.arc_ptr[e + 1] - edges.arc_ptr[e]
    out = np.empty(count, np.int32)
    n = 0
    for s in range(len(rows)):
        e = int(rows[s, 0])
        # an arc that is only touched is not driven
        first = edges.arc_ptr[e] if rows[s, 1] == 0.0 else arc_at(edges, e, rows[s, 1] + _TOUCH_M)
        last = edges.arc_ptr[e + 1] - 1 if rows[s, 2] == edges.length[e] else arc_at(edges, e, rows[s, 2] - _TOUCH_M)
        for k in range(first, max(first, last) + 1):
            out[n] = edges.arc[k]
            n += 1
    return out[:n]


@compiled
def legs_of(
    known: Packed, arc_source: Ints, arc_forward: npt.NDArray[np.bool_], arc_along: Floats, arc_p: Floats, rows: Floats
) -> Floats:
    """Return (n, 8): source, forward, begin, end, entered, left, p, piece of each stretch of one source.

    Args:
        known: the streets.
        arc_source, arc_forward, arc_along: of `RoadGraph`.
        arc_p: of each arc; empty where nobody asks.
        rows: of `walked`.
    """
    edges = unpacked(known).edges
    count = 0
    for s in range(len(rows)):
        e = int(rows[s, 0])
        count += edges.arc_ptr[e + 1] - edges.arc_ptr[e]
    out = np.empty((count, 8))
    n = 0
    for s in range(len(rows)):
        e, begin, stop, entered = int(rows[s, 0]), rows[s, 1], rows[s, 2], rows[s, 3]
        pace = (rows[s, 4] - entered) / max(stop - begin, 1e-9)
        source, shift = -1, 0.0
        for k in range(edges.arc_ptr[e], edges.arc_ptr[e + 1]):
            start = edges.arc_start[k]
            end = edges.arc_start[k + 1] if k + 1 < edges.arc_ptr[e + 1] else edges.length[e]
            if start >= stop or end <= begin:
                continue
            arc = edges.arc[k]
            low, high, p = max(begin, start), min(stop, end), arc_p[arc] if len(arc_p) > 0 else np.nan
            if arc_source[arc] == source:
                p = max(out[n - 1, 6], p)
            else:
                source, shift = arc_source[arc], arc_along[arc] - start
                out[n, 0], out[n, 1], out[n, 2] = source, arc_forward[arc], low + shift
                out[n, 4], out[n, 7] = entered + (low - begin) * pace, rows[s, 5]
                n += 1
            out[n - 1, 3], out[n - 1, 5], out[n - 1, 6] = high + shift, entered + (high - begin) * pace, p
    return out[:n]
