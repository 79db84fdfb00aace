"""Least time through streets that are open at some times only: exact, with waiting where a truck may stand.

Safe interval path planning (Phillips & Likhachev 2011, "SIPP"): a street is free in some spells of time, and of all ways to reach its end
within one spell only the set of times at which one can be there counts. Where a truck may wait at the end of a street that set runs on to
the end of the spell, and the earliest arrival stands for all; where it may not (a motorway, a roundabout) the set is kept as it is, so
that a wait further back can still put the arrival off. States are streets and spells, so turns can be forbidden.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled, compiled_bare

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NONE = -1
NEVER = np.inf
# labels for each street, and for all, until ways that hardly differ are left out
_MANY, _FEW = 2, 2000


class Streets(NamedTuple):
    """Directed streets as flat arrays, n of them.

    Attributes:
        next_ptr: where the ones that may follow each begin in `next`, shape (n + 1,).
        next: streets that may follow.
        duration: time each takes, shape (n,); any unit, the same everywhere.
        stand: whether a truck may wait at the end of each.
    """

    next_ptr: Ints
    next: Ints
    duration: Floats
    stand: Flags


class Spells(NamedTuple):
    """When streets may be driven: each is of a kind, and each kind has spells in order that do not touch.

    Attributes:
        kind: of each street, shape (n,).
        ptr: where the spells of each kind begin, shape (kinds + 1,).
        start: of each spell; may be -inf.
        end: of each spell; a street may be left at this very instant.
    """

    kind: Ints
    ptr: Ints
    start: Floats
    end: Floats


class Ends(NamedTuple):
    """Where a way begins and ends.

    Attributes:
        start: streets it may begin on.
        start_take: the time from the position to the end of each.
        direct: the time from the start to the goal where both lie on this street in this order, else inf.
        goal_take: for each of all streets the time from its beginning to the goal, inf where the goal is not on it.
        earliest: the first instant at which the way may begin.
        latest: the last one.
    """

    start: Ints
    start_take: Floats
    direct: Floats
    goal_take: Floats
    earliest: float
    latest: float


class Found(NamedTuple):
    """A way: the streets in the order of the search, for each when it is entered and when it is left, and the wait before it.

    Empty where there is none.
    """

    street: Ints
    entered: Floats
    left: Floats

    @property
    def arrives(self) -> float:
        """When the goal is reached; NaN where there is no way."""
        return float(self.left[-1]) if len(self.left) else float("nan")


class _Labels(NamedTuple):
    """What was reached: on which street and spell, from when to when its end can be reached, from which label."""

    street: Ints
    low: Floats
    high: Floats
    before: Ints
    take: Floats
    state: Ints
    chain: Ints


@compiled_bare
def _lift(heap: Ints, key: Floats, at: int) -> None:
    """Bring the last entry of a heap of labels up to its place."""
    item = heap[at]
    while at > 0:
        above = (at - 1) >> 1
        if key[heap[above]] < key[item] or (key[heap[above]] == key[item] and heap[above] < item):
            break
        heap[at] = heap[above]
        at = above
    heap[at] = item


@compiled_bare
def _sink(heap: Ints, key: Floats, size: int) -> None:
    """Bring the first entry of a heap of labels down to its place."""
    item = heap[0]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (
            key[heap[other]] < key[heap[below]] or (key[heap[other]] == key[heap[below]] and heap[other] < heap[below])
        ):
            below = other
        if key[item] < key[heap[below]] or (key[item] == key[heap[below]] and item < heap[below]):
            break
        heap[at] = heap[below]
        at = below
    heap[at] = item


@compiled
def _room(size: int, old: _Labels, key: Floats, heap: Ints) -> tuple[_Labels, Floats, Ints]:
    """Return longer arrays with what the old ones hold."""
    new = _Labels(
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
    )
    n = len(key)
    new.street[:n], new.low[:n], new.high[:n], new.before[:n] = old.street, old.low, old.high, old.before
    new.take[:n], new.state[:n], new.chain[:n] = old.take, old.state, old.chain
    keys = np.empty(size)
    keys[:n] = key
    wider = np.empty(size, np.int32)
    wider[:n] = heap
    return new, keys, wider


@compiled
def _first_room() -> tuple[_Labels, Floats, Ints]:
    size = 4096
    labels = _Labels(
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
    )
    return labels, np.empty(size), np.empty(size, np.int32)


@compiled_bare
def _begun(labels: _Labels, known: int, low: float, high: float) -> float:
    """Return from when on a span of arrivals is not yet stood for by the labels of a chain; after `high` where all of it is.

    Only the beginning is cut off: of streets without a place to stand each way round the block ends the span a little later.
    """
    again = True
    while again:
        again, at = False, known
        while at >= 0:
            if labels.low[at] <= low <= labels.high[at]:
                if labels.high[at] >= high:
                    return NEVER
                # the rest may begin within a label that was passed
                again = again or labels.high[at] > low
                low = labels.high[at]
            at = labels.chain[at]
    return low


@compiled
def _search(  # noqa: C901, PLR0912, PLR0915 - one compiled loop
    streets: Streets,
    spells: Spells,
    ends: Ends,
    ahead: Floats,
    back: bool,  # noqa: FBT001
    grain: float,
) -> tuple[_Labels, int]:
    """Return the labels made, and the one that reaches the goal first, -1 where none does.

    `ahead` is a time that the rest of the way from each street's end takes at least. Backwards in time (`back`) a wait
    at the end of a street comes before driving it, not after.
    """
    count = len(streets.duration)
    state_ptr = np.zeros(count + 1, np.int32)
    for e in range(count):
        state_ptr[e + 1] = state_ptr[e] + spells.ptr[spells.kind[e] + 1] - spells.ptr[spells.kind[e]]
    newest = np.full(state_ptr[count], NONE, np.int32)
    # until when arrivals are stood for by labels that were followed: those that came later within them add nothing
    reached = np.full(state_ptr[count], -NEVER)
    # after the last change nothing is gained by coming later, so no way goes round and round for ever
    settled = ends.earliest
    for spell in range(len(spells.start)):
        if np.isfinite(spells.start[spell]):
            settled = max(settled, spells.start[spell])
        if np.isfinite(spells.end[spell]):
            settled = max(settled, spells.end[spell])
    many = _MANY * count + _FEW
    labels, key, heap = _first_room()
    made, size, at = 0, 0, NONE
    floor = NEVER
    while at == NONE or size > 0:
        if at == NONE:
            options = len(ends.start)
            low, high = ends.earliest, ends.latest
        else:
            at = heap[0]
            size -= 1
            heap[0] = heap[size]
            if size > 0:
                _sink(heap, key, size)
            if labels.state[at] == NONE:
                return labels, at
            e = labels.street[at]
            low, high = labels.low[at], labels.high[at]
            if high <= reached[labels.state[at]]:
                continue
            reached[labels.state[at]] = NEVER if low >= settled else high
            options = streets.next_ptr[e + 1] - streets.next_ptr[e]
        for option in range(options):
            f = ends.start[option] if at == NONE else streets.next[streets.next_ptr[labels.street[at]] + option]
            first_spell = spells.ptr[spells.kind[f]]
            for to_goal in range(2):
                if to_goal == 1:
                    take = ends.direct[option] if at == NONE else ends.goal_take[f]
                    if take == NEVER:
                        continue
                else:
                    take = ends.start_take[option] if at == NONE else streets.duration[f]
                for spell in range(first_spell, spells.ptr[spells.kind[f] + 1]):
                    begin, end = spells.start[spell], spells.end[spell]
                    if begin > high:
                        break
                    enter = max(low, begin)
                    last = end - take
                    if not (back and streets.stand[f]):
                        last = min(high, last)
                    if enter > last:
                        continue
                    arrive, latest, state = enter + take, last + take, NONE
                    if to_goal == 1:
                        if arrive >= floor:
                            break
                        floor = arrive
                    else:
                        if arrive + ahead[f] >= floor:
                            break
                        if not back and streets.stand[f]:
                            latest = end
                        state = state_ptr[f] + spell - first_spell
                        if latest <= reached[state]:
                            continue
                        whole = arrive
                        arrive = _begun(labels, newest[state], arrive, latest)
                        if arrive + ahead[f] >= floor or (arrive > whole and latest - arrive < grain and made > many):
                            continue
                    if made == len(key):
                        labels, key, heap = _room(2 * made, labels, key, heap)
                    labels.street[made], labels.state[made] = f, state
                    labels.low[made], labels.high[made] = arrive, latest
                    labels.before[made], labels.take[made] = at, take
                    key[made] = arrive
                    if to_goal == 0:
                        labels.chain[made] = newest[state]
                        newest[state] = made
                        key[made] = arrive + ahead[f]
                    heap[size] = made
                    size += 1
                    _lift(heap, key, size - 1)
                    made += 1
        if at == NONE:
            if size == 0:
                break
            at = 0
    return labels, NONE


def _unwound(labels: _Labels, at: int, streets: Streets, *, back: bool) -> Found:
    """Return the way that ends with a label, with the times that the labels leave open settled, waits as late as can be."""
    way = []
    arrive = float(labels.low[at])
    while at >= 0:
        enter = arrive - float(labels.take[at])
        way.append((int(labels.street[at]), enter, arrive))
        at = int(labels.before[at])
        if at < 0:
            break
        stands = not back and streets.stand[labels.street[at]]
        arrive = float(labels.low[at]) if stands else min(enter, float(labels.high[at]))
    way.reverse()
    street, entered, left = (np.array(column) for column in zip(*way, strict=True))
    return Found(street.astype(np.int32), entered, left)


_NOTHING = Found(np.empty(0, np.int32), np.empty(0), np.empty(0))


def search(
    streets: Streets,
    spells: Spells,
    ends: Ends,
    *,
    ahead: Floats | None = None,
    back: bool = False,
    grain: float = 0.0,
) -> Found:
    """Return the way that reaches the goal first among all that are on each street in one of its spells only.

    A truck may stand where it starts for as long as it likes and at the goal; on the way at the end of streets that allow it, while
    their spell lasts. No way that waits elsewhere is looked at, nor one that turns back in the middle of a street.

    Args:
        streets: with the ones that may follow each; for `back`, those that may come before.
        spells: when they are free.
        ends: start and goal.
        ahead: for each street a time that the way on from its end takes at least (consistent, as A* needs it); none if None.
        back: times run backwards: negated, so that the way that reaches the goal first is the one that starts last. The street
            a wait belongs to is then the one that is entered, not the one that was left. `ends.latest` must then be infinite.
        grain: exact with 0. Where nobody may stand, going round a block puts the arrival off by as much as it takes, again and
            again; once there are many such ways (more than two a street), those that gain less than this are not followed.

    Returns:
        Streets from start to goal with times in `streets`' unit; empty where there is no way.
    """
    if ahead is None:
        ahead = np.zeros(len(streets.duration))
    labels, at = _search(streets, spells, ends, ahead, back, grain)
    return _unwound(labels, at, streets, back=back) if at >= 0 else _NOTHING


def turned(found: Found) -> Found:
    """Return a way found backwards as it is driven."""
    return Found(found.street[::-1].copy(), -found.left[::-1], -found.entered[::-1])


def reversed_spells(spells: Spells) -> Spells:
    """Return spells in negated time."""
    ptr, sizes = spells.ptr, np.diff(spells.ptr)
    order = np.repeat(ptr[1:], sizes) - 1 - (np.arange(len(spells.start)) - np.repeat(ptr[:-1], sizes))
    return Spells(spells.kind, ptr, -spells.end[order], -spells.start[order])


def reversed_streets(streets: Streets) -> Streets:
    """Return streets with those that may come before each in place of those that may follow."""
    count = len(streets.duration)
    before = np.repeat(np.arange(count, dtype=np.int32), np.diff(streets.next_ptr))
    order = np.argsort(streets.next, kind="stable")
    ptr = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(streets.next, minlength=count), out=ptr[1:])
    return Streets(ptr, before[order], streets.duration, streets.stand)
