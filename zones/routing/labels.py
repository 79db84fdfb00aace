"""The loop of a search for timed ways: what was reached when, and from where."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled, compiled_bare, compiled_inline
from zones.matching.routes import push

if TYPE_CHECKING:
    from zones.routing.search import Ends, Spells, Streets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

NONE = -1
# the arrays are full: go on with longer ones
_FULL = -2
NEVER = np.inf
# labels for each street, and for all, until ways that hardly differ are left out
_MANY, _FEW = 2, 2000
_FIRST_ROOM = 8192


class _Labels(NamedTuple):
    """What was reached: on which street and spell, from when to when its end can be reached, from which label.

    Attributes:
        street: of each label.
        low: the first instant at which the end of the street can be reached.
        high: the last one.
        before: the label that it follows.
        take: the time along the street.
        state: the street in one of its spells; of the goal `NONE`.
        chain: the label of the same state that was made before it.
        key: the heap of labels to follow: when the goal is reached by each at the earliest.
        heap: which label that is.
    """

    street: Ints
    low: Floats
    high: Floats
    before: Ints
    take: Floats
    state: Ints
    chain: Ints
    key: Floats
    heap: Ints


class _Reached(NamedTuple):
    """What is known of the streets' spells, and how far the search has come.

    Attributes:
        first: where the spells of each street begin among all states.
        newest: of each state, the last label made.
        until: of each state, until when arrivals are stood for by labels that were followed: what came later within them adds nothing.
        counts: labels made, labels in the heap, whether it has begun.
        floor: the earliest arrival at the goal so far.
    """

    first: Ints
    newest: Ints
    until: Floats
    counts: npt.NDArray[np.int64]
    floor: Floats


@compiled_inline
def _pop(key: Floats, heap: Ints, size: int) -> int:
    """Take the first label out of a heap: the least key, of equal ones the label made first; return the new size."""
    size -= 1
    last, item = key[size], heap[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (key[other] < key[below] or (key[other] == key[below] and heap[other] < heap[below])):
            below = other
        if last < key[below] or (last == key[below] and item < heap[below]):
            break
        key[at], heap[at] = key[below], heap[below]
        at = below
    key[at], heap[at] = last, item
    return size


@compiled_inline
def _begun(lows: Floats, highs: Floats, chain: Ints, known: int, low: float, high: float) -> float:
    """Return from when on a span of arrivals is not yet stood for by the labels of a chain; after `high` where all of it is.

    Only the beginning is cut off: of streets without a place to stand each way round the block ends the span a little later.
    """
    again = True
    while again:
        again, at = False, known
        while at >= 0:
            if lows[at] <= low <= highs[at]:
                if highs[at] >= high:
                    return NEVER
                # the rest may begin within a label that was passed
                again = again or highs[at] > low
                low = highs[at]
            at = chain[at]
    return low


@compiled
def _room(size: int, old: _Labels, made: int) -> _Labels:
    """Return longer arrays with what the old ones hold."""
    new = _Labels(
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size, np.int32),
        np.empty(size, np.int32),
        np.empty(size),
        np.empty(size, np.int32),
    )
    new.street[:made], new.low[:made], new.high[:made] = old.street[:made], old.low[:made], old.high[:made]
    new.before[:made], new.take[:made] = old.before[:made], old.take[:made]
    new.state[:made], new.chain[:made] = old.state[:made], old.chain[:made]
    new.key[:made], new.heap[:made] = old.key[:made], old.heap[:made]
    return new


@compiled_bare
def _followed(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one compiled loop
    streets: "Streets",
    spells: "Spells",
    ends: "Ends",
    ahead: Floats,
    back: bool,  # noqa: FBT001
    grain: float,
    labels: _Labels,
    reached: _Reached,
    most: int,
    settled: float,
) -> int:
    """Follow labels until the goal is reached first by one: that one; `NONE` where none does, `_FULL` where there is no room left.

    Args:
        streets: see `search`, as all up to `grain`.
        spells: likewise.
        ends: likewise.
        ahead: likewise.
        back: likewise.
        grain: likewise.
        labels: room for them.
        reached: what is known.
        most: spells of one street at most.
        settled: the last change of all spells: from then on nothing is gained by coming later.
    """
    room = len(labels.street)
    many = _MANY * len(streets.duration) + _FEW
    made, size = reached.counts[0], reached.counts[1]
    floor = reached.floor[0]
    found = NONE
    while True:
        begins = reached.counts[2] == 0
        if not begins and size == 0:
            break
        at = NONE if begins else labels.heap[0]
        if begins:
            first, options = 0, len(ends.start)
        else:
            first = streets.next_ptr[labels.street[at]]
            options = streets.next_ptr[labels.street[at] + 1] - first
        if made + 2 * options * most > room:
            found = _FULL
            break
        low, high = ends.earliest, ends.latest
        if begins:
            reached.counts[2] = 1
        else:
            size = _pop(labels.key, labels.heap, size)
            state = labels.state[at]
            if state == NONE:
                found = at
                break
            low, high = labels.low[at], labels.high[at]
            if high <= reached.until[state]:
                continue
            # after the last change nothing is gained by coming later, so no way goes round and round for ever
            reached.until[state] = NEVER if low >= settled else high
        for option in range(options):
            f = ends.start[option] if begins else streets.next[first + option]
            kind = spells.kind[f]
            first_spell, last_spell = spells.ptr[kind], spells.ptr[kind + 1]
            for to_goal in range(2):
                if to_goal == 1:
                    take = ends.direct[option] if begins else ends.goal_take[f]
                    if take == NEVER:
                        continue
                else:
                    take = ends.start_take[option] if begins else streets.duration[f]
                for spell in range(first_spell, last_spell):
                    begin, end = spells.start[spell], spells.end[spell]
                    if begin > high:
                        break
                    enter = max(low, begin)
                    last = end - take
                    if not (back and streets.stand[f]):
                        last = min(high, last)
                    if enter > last:
                        continue
                    arrive, latest, state, soonest, chain = enter + take, last + take, NONE, enter + take, NONE
                    if to_goal == 1:
                        if arrive >= floor:
                            break
                        floor = arrive
                    else:
                        if arrive + ahead[f] >= floor:
                            break
                        if not back and streets.stand[f]:
                            latest = end
                        state = reached.first[f] + spell - first_spell
                        if latest <= reached.until[state]:
                            continue
                        chain = reached.newest[state]
                        arrive = _begun(labels.low, labels.high, labels.chain, chain, arrive, latest)
                        if arrive + ahead[f] >= floor or (arrive > soonest and latest - arrive < grain and made > many):
                            continue
                        reached.newest[state] = made
                        soonest = arrive + ahead[f]
                    labels.street[made], labels.state[made] = f, state
                    labels.low[made], labels.high[made] = arrive, latest
                    labels.before[made], labels.take[made], labels.chain[made] = at, take, chain
                    size = push(labels.key, labels.heap, size, soonest, made)
                    made += 1
    reached.counts[0], reached.counts[1] = made, size
    reached.floor[0] = floor
    return found


@compiled
def reached_first(
    streets: "Streets",
    spells: "Spells",
    ends: "Ends",
    ahead: Floats,
    back: bool,  # noqa: FBT001
    grain: float,
) -> tuple[Ints, Floats, Floats]:
    """Return the way that reaches the goal first as `search` has it: streets, entered, left; empty where there is none.

    Backwards in time (`back`) a wait at the end of a street comes before driving it, not after. The times that labels leave open are
    settled, waits as late as can be.
    """
    count = len(streets.duration)
    first = np.zeros(count + 1, np.int32)
    most = 1
    for e in range(count):
        own = spells.ptr[spells.kind[e] + 1] - spells.ptr[spells.kind[e]]
        first[e + 1] = first[e] + own
        most = max(most, own)
    settled = ends.earliest
    for spell in range(len(spells.start)):
        if np.isfinite(spells.start[spell]):
            settled = max(settled, spells.start[spell])
        if np.isfinite(spells.end[spell]):
            settled = max(settled, spells.end[spell])
    reached = _Reached(
        first,
        np.full(first[count], NONE, np.int32),
        np.full(first[count], -NEVER),
        np.zeros(3, np.int64),
        np.full(1, NEVER),
    )
    nothing = np.empty(0, np.int32)
    none = np.empty(0)
    labels = _room(
        _FIRST_ROOM + 2 * most * len(ends.start),
        _Labels(nothing, none, none, nothing, none, nothing, nothing, none, nothing),
        0,
    )
    at = _followed(streets, spells, ends, ahead, back, grain, labels, reached, most, settled)
    while at == _FULL:
        # a label has no more ways on than there are streets
        wider = 2 * len(labels.street)
        labels = _room(wider, labels, reached.counts[0])
        at = _followed(streets, spells, ends, ahead, back, grain, labels, reached, most, settled)
    length, here = 0, at
    while here >= 0:
        length += 1
        here = labels.before[here]
    street, entered, left = np.empty(length, np.int32), np.empty(length), np.empty(length)
    if length == 0:
        return street, entered, left
    arrive = labels.low[at]
    for n in range(length - 1, -1, -1):
        enter = arrive - labels.take[at]
        street[n], entered[n], left[n] = labels.street[at], enter, arrive
        at = labels.before[at]
        if at >= 0:
            stands = not back and streets.stand[labels.street[at]]
            arrive = labels.low[at] if stands else min(enter, labels.high[at])
    return street, entered, left
