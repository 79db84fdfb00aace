"""Least time through streets that are open at some times only: exact, with waiting where a truck may stand.

Safe interval path planning (Phillips & Likhachev 2011, "SIPP"): a street is free in some spells of time, and of all ways to reach its end
within one spell only the set of times at which one can be there counts. Where a truck may wait at the end of a street that set runs on to
the end of the spell, and the earliest arrival stands for all; where it may not (a motorway, a roundabout) the set is kept as it is, so
that a wait further back can still put the arrival off. States are streets and spells, so turns can be forbidden.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.routing.labels import reached_first

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


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
    return Found(*reached_first(streets, spells, ends, ahead, back, grain))


def turned(found: Found) -> Found:
    """Return a way found backwards as it is driven."""
    return Found(found.street[::-1].copy(), -found.left[::-1], -found.entered[::-1])


def same_spells(one: Spells, other: Spells) -> bool:
    """Tell whether all streets are open at the same times, kind by kind."""
    return (
        np.array_equal(one.kind, other.kind)
        and np.array_equal(one.ptr, other.ptr)
        and np.array_equal(one.start, other.start)
        and np.array_equal(one.end, other.end)
    )


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
