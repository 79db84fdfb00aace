"""How long the rest of a way takes at least, whatever is closed when: what a search for timed ways is led by."""

import numpy as np

from zones.matching.compiled import compiled
from zones.matching.routes import pop, push
from zones.routing.search import Flags, Floats, Ints, Streets

_ROUNDING = 1.0 - 1e-9


@compiled
def _least(streets: Streets, first: Ints, take: Floats, usable: Flags) -> Floats:
    """Return for each street the least time from a place to its beginning, on streets that may be used (Dijkstra)."""
    count = len(streets.duration)
    found = np.full(count, np.inf)
    cost = np.empty(len(streets.next) + count + len(first) + 1)
    heap = np.empty(len(cost), np.int32)
    size = 0
    for k in range(len(first)):
        for n in range(streets.next_ptr[first[k]], streets.next_ptr[first[k] + 1]):
            f = streets.next[n]
            if take[k] < found[f]:
                found[f] = take[k]
                size = push(cost, heap, size, take[k], f)
    while size > 0:
        least, e = cost[0], heap[0]
        size = pop(cost, heap, size)
        if least > found[e] or not usable[e]:
            continue
        onward = least + streets.duration[e]
        for n in range(streets.next_ptr[e], streets.next_ptr[e + 1]):
            f = streets.next[n]
            if onward < found[f]:
                found[f] = onward
                size = push(cost, heap, size, onward, f)
    return found


def least_times(streets: Streets, first: Ints, take: Floats, usable: Flags) -> Floats:
    """Return for each street the least time from a place to its beginning; inf where there is no way.

    Given streets backwards, that is the least time from a street's end to the place.

    Args:
        streets: the streets, or the same backwards.
        first: streets on which the place lies.
        take: for each the time from the place to its end (backwards: from its beginning).
        usable: streets that are open at some time.
    """
    return _least(streets, first, take, usable) * _ROUNDING
