"""Shortest ways from the end of one edge to the start of another: bounded search, and a table of its results.

The table is the upper-bounded origin-destination table of Yang & Gidofalvi 2018 (Fast Map Matching), over edges instead of
nodes, so that turns have a price.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.candidates import MOST
from zones.matching.compiled import compiled, compiled_bare, compiled_inline
from zones.matching.graph import BACK, NONE, Edges, Floats, Ints

Singles = npt.NDArray[np.float32]


# one edge in so many is searched from to guess the size of the table
_SAMPLE = 32
# a left turn crosses the oncoming traffic where one drives on the right; hardly more than a tie-break, for loops that are
# as long one way round as the other
_ACROSS = 1.02


class Prices(NamedTuple):
    """What a way costs beside its length, in metres.

    Attributes:
        turn: for a turn of half a circle, growing with the square of the angle.
        u_turn: for driving back along the same street.
    """

    turn: float = 220.0
    u_turn: float = 300.0


class Table(NamedTuple):
    """Ways from every edge to the edges that begin within `bound` of its end, as one hash table an edge.

    Attributes:
        ptr: where the slots of each edge begin; their number is a power of two.
        slots: (n, 4) the edge reached (-1: empty), metres from the end of the one to the start of the other, price of the
            turns on the way, and the slot of the edge before it (-1: the first).
        bound: metres.
    """

    ptr: npt.NDArray[np.int64]
    slots: Singles
    bound: float


class Scratch(NamedTuple):
    """What a search writes on: an entry an edge."""

    cost: Floats
    length: Floats
    before: Ints
    stamp: Ints
    settled: Ints
    heap_cost: Floats
    heap_edge: Ints
    state: Ints
    wanted: Ints
    order: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]
    how: npt.NDArray[np.int64]
    near_edge: Ints
    near_offset: Floats
    near_apart2: Floats
    piece_apart2: Floats
    piece: Ints
    target: Floats
    goal: Ints


@compiled
def scratch_for(edges: int, successors: int, crowd: int = 0) -> Scratch:
    """Return what a search needs; `successors` bounds how often an edge is pushed, `crowd` the pieces of a cell."""
    size = successors + edges + 2
    return Scratch(
        np.zeros(edges),
        np.zeros(edges),
        np.full(edges, -1, np.int32),
        np.zeros(edges, np.int32),
        np.empty(edges, np.int32),
        np.empty(size),
        np.empty(size, np.int32),
        np.zeros(2, np.int32),
        np.empty(MOST, np.int32),
        np.empty(MOST + 1, np.int64),
        np.empty(MOST + 1, np.int64),
        np.empty(MOST + 1, np.int64),
        np.empty(MOST, np.int32),
        np.empty(MOST),
        np.empty(MOST),
        np.empty(crowd),
        np.empty(crowd, np.int32),
        np.empty(4 * MOST),
        np.empty(MOST, np.int32),
    )


@compiled_inline
def turn_price(angle: float, turn: float, u_turn: float) -> float:
    """Return the price of a turn in metres."""
    if angle == BACK:
        return u_turn
    part = angle / np.pi
    price = turn * part * part
    return price * _ACROSS if angle > 0.0 else price


@compiled_bare
def search(edges: Edges, source: int, bound: float, turn: float, u_turn: float, work: Scratch) -> int:
    """Find the ways from the end of an edge that cost at most `bound`; see `search_for`."""
    return search_for(edges, source, bound, turn, u_turn, work, 0)


@compiled_bare
def search_for(edges: Edges, source: int, bound: float, turn: float, u_turn: float, work: Scratch, wanted: int) -> int:
    """Find the ways from the end of an edge that cost at most `bound`; returns how many edges it settled.

    If any are wanted it looks for the ways to the first `wanted` edges of `work.wanted` alone, towards them first (the
    A* of Hart, Nilsson & Raphael 1968: no way is shorter than a straight line), and ends when all are settled.

    `work.settled` holds the edges in the order in which they were settled; their `length` is from the end of `source` to their
    start, `cost` includes turns. `work.stamp` is `work.state[0]` where an edge was reached and the negative of that where it is settled.
    """
    work.state[0] += 1
    mark = work.state[0]
    heap_cost, heap_edge, ends = work.heap_cost, work.heap_edge, edges.ends
    size, found, left = 0, 0, wanted
    goal_x, goal_y, goal_radius = 0.0, 0.0, 0.0
    if wanted > 0:
        for k in range(wanted):
            goal_x += ends[work.wanted[k], 0] / wanted
            goal_y += ends[work.wanted[k], 1] / wanted
        for k in range(wanted):
            dx, dy = ends[work.wanted[k], 0] - goal_x, ends[work.wanted[k], 1] - goal_y
            goal_radius = max(goal_radius, np.sqrt(dx * dx + dy * dy))
    for k in range(edges.next_ptr[source], edges.next_ptr[source + 1]):
        price = turn_price(edges.next_turn[k], turn, u_turn)
        e = edges.next_edge[k]
        if work.stamp[e] == mark and work.cost[e] <= price:
            continue
        key = price
        if wanted > 0:
            dx, dy = ends[e, 0] - goal_x, ends[e, 1] - goal_y
            key += max(0.0, np.sqrt(dx * dx + dy * dy) - goal_radius)
        if key > bound:
            continue
        work.stamp[e], work.cost[e], work.length[e], work.before[e] = mark, price, 0.0, -1
        size = push(heap_cost, heap_edge, size, key, e)
    while size > 0:
        e = heap_edge[0]
        size = pop(heap_cost, heap_edge, size)
        if work.stamp[e] != mark:
            continue
        work.stamp[e] = -mark
        work.settled[found] = e
        found += 1
        if wanted > 0:
            for k in range(wanted):
                if work.wanted[k] == e:
                    left -= 1
            if left == 0:
                break
        onward = work.cost[e] + edges.length[e]
        if onward > bound:
            continue
        for k in range(edges.next_ptr[e], edges.next_ptr[e + 1]):
            f = edges.next_edge[k]
            if work.stamp[f] == -mark:
                continue
            price = onward + turn_price(edges.next_turn[k], turn, u_turn)
            if price > bound or (work.stamp[f] == mark and work.cost[f] <= price):
                continue
            key = price
            if wanted > 0:
                dx, dy = ends[f, 0] - goal_x, ends[f, 1] - goal_y
                key += max(0.0, np.sqrt(dx * dx + dy * dy) - goal_radius)
                if key > bound:
                    continue
            work.stamp[f], work.cost[f], work.before[f] = mark, price, e
            work.length[f] = work.length[e] + edges.length[e]
            size = push(heap_cost, heap_edge, size, key, f)
    return found


@compiled_inline
def push(cost: Floats, edge: Ints, size: int, price: float, e: int) -> int:
    """Put an edge into a heap of `size` by its price; return the new size."""
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if cost[up] <= price:
            break
        cost[at], edge[at] = cost[up], edge[up]
        at = up
    cost[at], edge[at] = price, e
    return size + 1


@compiled_inline
def pop(cost: Floats, edge: Ints, size: int) -> int:
    """Take the first entry out of a heap; return the new size."""
    size -= 1
    price, e = cost[size], edge[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and cost[child + 1] < cost[child]:
            child += 1
        if cost[child] >= price:
            break
        cost[at], edge[at] = cost[child], edge[child]
        at = child
    cost[at], edge[at] = price, e
    return size


@compiled_bare
def _slots_for(count: int) -> int:
    size = 2
    while size * 2 < count * 3:
        size *= 2
    return size


@compiled_inline
def first_slot(e: int, size: int) -> int:
    """Return where the search for an edge among `size` slots begins."""
    # Fibonacci hashing (Knuth, TAOCP 3, 6.4)
    return (((int(e) * 2654435769) & 0xFFFFFFFF) >> 7) & (size - 1)


@compiled_bare
def _room(edges: Edges, bound: float, turn: float, u_turn: float, work: Scratch) -> int:
    """Return a guess of how many slots a table needs."""
    room = 1024
    for source in range(0, len(edges.length), _SAMPLE):
        room += _SAMPLE * _slots_for(search(edges, source, bound, turn, u_turn, work)) * 3 // 2
    return room


@compiled_bare
def _put_ways(
    edges: Edges,
    bound: float,
    turn: float,
    u_turn: float,
    work: Scratch,
    since: int,
    ptr: npt.NDArray[np.int64],
    slots: Singles,
    place: Ints,
) -> int:
    """Write the ways from the edges from number `since` on; returns the edge for which there was no room any more."""
    count = len(edges.length)
    for source in range(since, count):
        found = search(edges, source, bound, turn, u_turn, work)
        size = _slots_for(found)
        base = ptr[source]
        if base + size > len(slots):
            return source
        for k in range(base, base + size):
            slots[k, 0] = -1.0
        for k in range(found):
            e = work.settled[k]
            at = first_slot(e, size)
            while slots[base + at, 0] >= 0.0:
                at = (at + 1) & (size - 1)
            place[e] = at
            slots[base + at, 0] = e
            slots[base + at, 1] = work.length[e]
            slots[base + at, 2] = work.cost[e] - work.length[e]
            # what comes before an edge is settled before it
            slots[base + at, 3] = place[work.before[e]] if work.before[e] >= 0 else -1
        ptr[source + 1] = base + size
    return count


def table_of(edges: Edges, *, bound_m: float, prices: Prices) -> Table:
    """Return the ways between all edges that cost at most `bound_m` metres."""
    count = len(edges.length)
    ptr, place = np.zeros(count + 1, np.int64), np.empty(count, np.int32)
    work = scratch_for(count, len(edges.next_edge))
    asked = (edges, bound_m, prices.turn, prices.u_turn, work)
    # room for all, so that it need not be copied: of memory that is not written to, none is taken. NumPy's memory and not
    # Numba's: NumPy asks for large pages, and a look at a random place of the table takes two thirds of the time
    slots = np.empty((_room(*asked), 4), np.float32)
    source = 0
    while True:
        source = _put_ways(*asked, source, ptr, slots, place)
        if source == count:
            return Table(ptr, slots[: ptr[count]], bound_m)
        grown = np.empty((2 * len(slots), 4), np.float32)
        grown[: ptr[source]] = slots[: ptr[source]]
        slots = grown


def no_table(edges: Edges) -> Table:
    """Return a table of nothing: every way is searched."""
    return Table(np.zeros(len(edges.length) + 1, np.int64), np.empty((0, 4), np.float32), 0.0)


@compiled_inline
def look_up(ptr: npt.NDArray[np.int64], slots: Singles, source: int, target: int) -> int:
    """Return the slot of a way, or -1 where the table has none."""
    return look_up_in(slots, ptr[source], ptr[source + 1] - ptr[source], target)


@compiled_inline
def look_up_in(slots: Singles, base: int, size: int, target: int) -> int:
    """Return the same, of the edge whose `size` slots begin at `base`."""
    if size == 0:
        return NONE
    wanted = np.float32(target)
    at = first_slot(target, size)
    while True:
        e = slots[base + at, 0]
        if e == wanted:
            return int(base + at)
        if e < 0.0:
            return NONE
        at = (at + 1) & (size - 1)
