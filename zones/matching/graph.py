"""Streets as a directed graph of edges from junction to junction, with their straight pieces.

Whatever a source calls its parts (arcs between nodes, segments with shape points), a chain of them without a choice on
the way is one edge here: a position has one candidate a road, and a route is a short list.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled, compiled_bare, compiled_inline

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

NONE = -1
BACK = 7.0
# the direction of a road at its end is that of its last metres: the very last piece may be a stub of a junction
_HEADING_M = 20.0
# straight back is to the left, whichever way it was rounded
_RIGHT_ABOUT = 1e-6 - np.pi


class Edges(NamedTuple):
    """Directed edges from junction to junction, as flat arrays.

    Attributes:
        length: metres.
        reverse: the edge that runs back along it, or -1.
        next_ptr: where the successors of each edge begin in `next_edge`.
        next_edge: the edges that begin where it ends.
        next_turn: by how much the direction changes there, -pi (right) to pi (left), 0 straight on; BACK where it is back along the same
            street although there is another way (at a dead end there is none).
        arc_ptr: where the arcs of each edge begin in `arc`.
        arc: the arcs of the source that it is made of, in travel order.
        arc_start: metres from the edge's start to the arc's.
        ends: (n, 4) x and y of its start and of its end.
    """

    length: Floats
    reverse: Ints
    next_ptr: Ints
    next_edge: Ints
    next_turn: Floats
    arc_ptr: Ints
    arc: Ints
    arc_start: Floats
    ends: Floats


@compiled
def _grouped(nodes: int, at: Ints) -> tuple[Ints, Ints]:
    """Return (pointers, arcs): the arcs at each node, in their order."""
    ptr = np.zeros(nodes + 1, np.int32)
    for a in range(len(at)):
        ptr[at[a] + 1] += 1
    for n in range(nodes):
        ptr[n + 1] += ptr[n]
    arcs = np.empty(len(at), np.int32)
    fill = ptr[:-1].copy()
    for a in range(len(at)):
        arcs[fill[at[a]]] = a
        fill[at[a]] += 1
    return ptr, arcs


@compiled
def _onward(nodes: int, start: Ints, end: Ints, label: Ints) -> Ints:
    """Return for each arc the one that must follow it, or -1 where there is a choice or an end.

    A node is passed where one arc comes in and one goes on, or where exactly two two-way streets meet, of one label.
    """
    out_ptr, outs = _grouped(nodes, start)
    in_ptr, ins = _grouped(nodes, end)
    follow = np.full(len(start), -1, np.int32)
    for n in range(nodes):
        o, i = out_ptr[n], in_ptr[n]
        degree = out_ptr[n + 1] - o
        if degree != in_ptr[n + 1] - i or degree < 1 or degree > 2:  # noqa: PLR2004
            continue
        a = end[outs[o]]
        p = start[ins[i]]
        if degree == 1:
            if a != p and a != n and label[ins[i]] == label[outs[o]]:
                follow[ins[i]] = outs[o]
            continue
        b = end[outs[o + 1]]
        q = start[ins[i + 1]]
        if a == b or a == n or b == n or label[outs[o]] != label[outs[o + 1]]:
            continue
        if label[ins[i]] != label[outs[o]] or label[ins[i + 1]] != label[outs[o]]:
            continue
        if a == p and b == q:
            follow[ins[i]], follow[ins[i + 1]] = outs[o + 1], outs[o]
        elif a == q and b == p:
            follow[ins[i]], follow[ins[i + 1]] = outs[o], outs[o + 1]
    return follow


@compiled
def chains_of(nodes: int, start: Ints, end: Ints, label: Ints) -> tuple[Ints, Ints]:
    """Join arcs between which there is no choice; returns (pointers, arcs in travel order)."""
    follow = _onward(nodes, start, end, label)
    arcs = len(start)
    led = np.zeros(arcs, np.bool_)
    for a in range(arcs):
        if follow[a] >= 0:
            led[follow[a]] = True
    ptr = np.zeros(arcs + 1, np.int32)
    chain = np.empty(arcs, np.int32)
    used = np.zeros(arcs, np.bool_)
    count, filled = 0, 0
    # first what begins at a junction; what is left are rings without one, which begin anywhere
    for ring in range(2):
        for first in range(arcs):
            if used[first] or (ring == 0 and led[first]):
                continue
            a = first
            if ring == 1:
                # both directions begin at the same node: the ring's first one
                on = follow[first]
                while on != first:
                    if start[on] < start[a]:
                        a = on
                    on = follow[on]
            while a >= 0 and not used[a]:
                used[a] = True
                chain[filled] = a
                filled += 1
                a = follow[a]
            count += 1
            ptr[count] = filled
    return ptr[: count + 1], chain


@compiled
def _headings(x: Floats, y: Floats, start: Ints, end: Ints, ptr: Ints, chain: Ints) -> Floats:
    """Return (n, 2): the direction of each chain at its start and at its end, radians."""
    count = len(ptr) - 1
    heading = np.zeros((count, 2))
    for e in range(count):
        first, last = ptr[e], ptr[e + 1]
        x0, y0 = x[start[chain[first]]], y[start[chain[first]]]
        for k in range(first, last):
            dx, dy = x[end[chain[k]]] - x0, y[end[chain[k]]] - y0
            if dx * dx + dy * dy > 0.0:
                heading[e, 0] = np.arctan2(dy, dx)
            if dx * dx + dy * dy >= _HEADING_M * _HEADING_M:
                break
        x1, y1 = x[end[chain[last - 1]]], y[end[chain[last - 1]]]
        for k in range(last - 1, first - 1, -1):
            dx, dy = x1 - x[start[chain[k]]], y1 - y[start[chain[k]]]
            if dx * dx + dy * dy > 0.0:
                heading[e, 1] = np.arctan2(dy, dx)
            if dx * dx + dy * dy >= _HEADING_M * _HEADING_M:
                break
    return heading


@compiled
def _linked(
    nodes: int, first: Ints, last: Ints, reverse: Ints, heading: Floats, length: Floats
) -> tuple[Ints, Ints, Floats]:
    """Return the successors of each edge with the turn into each."""
    count = len(first)
    out_ptr, out = _grouped(nodes, first)
    ptr = np.zeros(count + 1, np.int32)
    for e in range(count):
        ptr[e + 1] = ptr[e] + out_ptr[last[e] + 1] - out_ptr[last[e]]
    follow = np.empty(ptr[count], np.int32)
    turn = np.empty(ptr[count])
    for e in range(count):
        at = ptr[e]
        for k in range(out_ptr[last[e]], out_ptr[last[e] + 1]):
            f = out[k]
            angle = heading[f, 0] - heading[e, 1]
            follow[at] = f
            turn[at] = angle - 2 * np.pi * np.floor((angle + np.pi) / (2 * np.pi))
            if turn[at] < _RIGHT_ABOUT:
                turn[at] = np.pi
            if length[e] == 0.0 or length[f] == 0.0:
                # without a direction of its own
                turn[at] = 0.0
            if f == reverse[e]:
                turn[at] = np.pi if ptr[e + 1] - ptr[e] == 1 else BACK
            at += 1
    return ptr, follow, turn


@compiled
def _reverses(start: Ints, end: Ints, ptr: Ints, chain: Ints) -> Ints:
    """Return for each chain the one that runs back through the same nodes, or -1."""
    count = len(ptr) - 1
    arcs = len(start)
    owner = np.empty(arcs, np.int32)
    for e in range(count):
        for k in range(ptr[e], ptr[e + 1]):
            owner[chain[k]] = e
    # arcs sorted by their ends, to find the one that runs back
    key = start.astype(np.int64) * (max(start.max(), end.max()) + 1) + end
    back = end.astype(np.int64) * (max(start.max(), end.max()) + 1) + start
    order = np.argsort(key)
    place = np.searchsorted(key[order], back)
    reverse = np.full(count, -1, np.int32)
    for e in range(count):
        a, z = chain[ptr[e]], chain[ptr[e + 1] - 1]
        if place[a] == arcs or start[a] == end[a]:
            continue
        back_a = order[place[a]]
        if key[back_a] != back[a] or ptr[e + 1] - ptr[e] != ptr[owner[back_a] + 1] - ptr[owner[back_a]]:
            continue
        other = owner[back_a]
        if other != e and start[chain[ptr[other]]] == end[z] and end[chain[ptr[other + 1] - 1]] == start[a]:
            reverse[e] = other
    return reverse


def edges_of(x: Floats, y: Floats, start: Ints, end: Ints, label: Ints | None = None) -> Edges:
    """Return the edges of arcs between nodes.

    Args:
        x: metres east, a value a node.
        y: metres north.
        start: the node each arc begins at.
        end: the node it ends at. No two arcs may have the same start and end.
        label: arcs of different labels are never joined; None joins all.
    """
    ptr, chain = chains_of(len(x), start, end, np.zeros(len(start), np.int32) if label is None else label)
    arc_length = np.hypot(x[end] - x[start], y[end] - y[start])
    along = np.concatenate([[0.0], np.cumsum(arc_length[chain])])
    reverse = _reverses(start, end, ptr, chain) if len(start) else np.empty(0, np.int32)
    heading = _headings(x, y, start, end, ptr, chain)
    first, last = start[chain[ptr[:-1]]], end[chain[ptr[1:] - 1]]
    length = along[ptr[1:]] - along[ptr[:-1]]
    next_ptr, next_edge, next_turn = _linked(len(x), first, last, reverse, heading, length)
    return Edges(
        length=length,
        reverse=reverse,
        next_ptr=next_ptr,
        next_edge=next_edge,
        next_turn=next_turn,
        arc_ptr=ptr,
        arc=chain,
        arc_start=along[:-1] - np.repeat(along[ptr[:-1]], np.diff(ptr)),
        ends=np.column_stack([x[first], y[first], x[last], y[last]]),
    )


@compiled_inline
def arc_at(edges: Edges, e: int, offset: float) -> int:
    """Return the position in `edges.arc` of the arc that an offset lies on."""
    low, high = edges.arc_ptr[e], edges.arc_ptr[e + 1] - 1
    while low < high:
        middle = (low + high + 1) >> 1
        if edges.arc_start[middle] <= offset:
            low = middle
        else:
            high = middle - 1
    return int(low)


@compiled_bare
def arcs_at(edges: Edges, edge: Ints, offset: Floats, found: Ints) -> None:
    """Write the positions in `edges.arc` of the arcs that offsets along edges lie on."""
    for k in range(len(edge)):
        found[k] = arc_at(edges, edge[k], offset[k])
