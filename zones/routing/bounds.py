"""How long the rest of a way takes at least, whatever is closed when: what a search for timed ways is led by."""

from typing import NamedTuple

import numpy as np

from zones.matching.compiled import compiled_bare, compiled_inline
from zones.routing.search import Flags, Floats, Ints, Streets

_ROUNDING = 1.0 - 1e-9
_NONE = -1
# of the mean time along a street; the wider, the more streets are looked at twice, the narrower, the more buckets are empty
_WIDTH = 1.5
_MOST_BUCKETS = 1 << 16


@compiled_inline
def _take_out(head: Ints, after: Ints, before: Ints, bucket: int, e: int) -> None:
    """Take a street out of its bucket."""
    if before[e] == _NONE:
        head[bucket] = after[e]
    else:
        after[before[e]] = after[e]
    if after[e] != _NONE:
        before[after[e]] = before[e]


@compiled_inline
def _put_in(head: Ints, after: Ints, before: Ints, bucket: int, e: int) -> None:
    """Put a street into a bucket."""
    then = head[bucket]
    head[bucket], after[e], before[e] = e, then, _NONE
    if then != _NONE:
        before[then] = e


class _Buckets(NamedTuple):
    """Streets to leave, by when: a ring of buckets of a width of time.

    Attributes:
        head: of each bucket, one of its streets; their number is a power of two.
        after: of each street, the next one in its bucket.
        before: the one before it.
        within: the bucket that it is in.
    """

    head: Ints
    after: Ints
    before: Ints
    within: Ints


@compiled_inline
def _reached(streets: Streets, e: int, at: float, bucket: int, usable: Flags, buckets: _Buckets, found: Floats) -> int:
    """Note when the streets that may follow one are reached, and put them where they are left from; return how many wait more."""
    more = 0
    for n in range(streets.next_ptr[e], streets.next_ptr[e + 1]):
        f = streets.next[n]
        if at < found[f]:
            found[f] = at
            if usable[f]:
                if buckets.within[f] == _NONE:
                    more += 1
                else:
                    _take_out(buckets.head, buckets.after, buckets.before, buckets.within[f], f)
                buckets.within[f] = bucket
                _put_in(buckets.head, buckets.after, buckets.before, bucket, f)
    return more


@compiled_bare
def _settle(
    streets: Streets, first: Ints, take: Floats, usable: Flags, width: float, buckets: _Buckets, found: Floats
) -> int:
    """Write for each street the least time from a place to its beginning, on streets that may be used.

    Dijkstra's search with buckets of a width of time in a ring (Dial 1969; of a width that is more than a street takes, as Meyer and
    Sanders' delta-stepping 1998 has them): within a bucket streets are left in any order, again where they are reached sooner.
    Returns how often a street was left.
    """
    ring = len(buckets.head) - 1
    waiting = left = now = 0
    for k in range(len(first)):
        waiting += _reached(streets, first[k], take[k], int(take[k] / width) & ring, usable, buckets, found)
    while waiting > 0:
        e = buckets.head[now & ring]
        if e == _NONE:
            now += 1
            continue
        _take_out(buckets.head, buckets.after, buckets.before, now & ring, e)
        buckets.within[e] = _NONE
        onward = found[e] + streets.duration[e]
        waiting += _reached(streets, e, onward, int(onward / width) & ring, usable, buckets, found) - 1
        left += 1
    return left


def least_times(streets: Streets, first: Ints, take: Floats, usable: Flags) -> Floats:
    """Return for each street the least time from a place to its beginning; inf where there is no way.

    Given streets backwards, that is the least time from a street's end to the place.

    Args:
        streets: the streets, or the same backwards.
        first: streets on which the place lies.
        take: for each the time from the place to its end (backwards: from its beginning).
        usable: streets that are open at some time.
    """
    count = len(streets.duration)
    longest = max(float(streets.duration.max(initial=0.0)), float(take.max(initial=0.0)))
    width = max(float(streets.duration.sum()) / max(count, 1) * _WIDTH, longest / _MOST_BUCKETS)
    found = np.full(count, np.inf)
    if not width > 0.0:
        width = 1.0
    # from a street in the first bucket to the end of the longest, and a bucket more at either end
    buckets = 1 << (int(longest / width) + 3).bit_length()
    empty = _Buckets(*(np.full(size, _NONE, np.int32) for size in (buckets, count, count, count)))
    _settle(streets, first, take, usable, width, empty, found)
    return found * _ROUNDING
