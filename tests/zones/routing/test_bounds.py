"""Least times of the rest of a way: exact but for rounding, never too long, whatever the streets' lengths."""

import numpy as np
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.routing.bounds import least_times
from zones.routing.search import Spells, Streets, same_spells


def by_repetition(streets: Streets, first: list[int], take: list[float], usable: list[bool]) -> np.ndarray:
    """Return the same times by going over all streets until nothing changes."""
    count = len(streets.duration)
    found = np.full(count, np.inf)
    follow = [streets.next[streets.next_ptr[e] : streets.next_ptr[e + 1]] for e in range(count)]
    for e, takes in zip(first, take, strict=True):
        found[follow[e]] = np.minimum(found[follow[e]], takes)
    for _ in range(count):
        for e in range(count):
            if usable[e]:
                found[follow[e]] = np.minimum(found[follow[e]], found[e] + streets.duration[e])
    return found


def drawn(follow: list[list[int]], takes: list[float]) -> Streets:
    ptr = np.cumsum([0, *map(len, follow)]).astype(np.int32)
    flat = np.array([f for own in follow for f in own], np.int32)
    return Streets(ptr, flat, np.array(takes), np.ones(len(takes), np.bool_))


@settings(max_examples=times(100), deadline=None)
@given(st.data())
def test_least_times_are_those_of_going_over_all_streets_again_and_again(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12), "streets")
    street = st.integers(0, count - 1)
    lists = st.lists(st.lists(street, max_size=4, unique=True), min_size=count, max_size=count)
    # a few metres beside a hundred kilometres: buckets that are left again and again, and many that stay empty
    time = st.sampled_from([0.0, 1e-9, 0.1, 1.0, 7.5, 3600.0, 1e7])
    streets = drawn(data.draw(lists, "follow"), data.draw(st.lists(time, min_size=count, max_size=count), "times"))
    first = data.draw(st.lists(street, min_size=1, max_size=3, unique=True), "first")
    take = [float(streets.duration[e]) * data.draw(st.floats(0, 1), "share") for e in first]
    usable = data.draw(st.lists(st.booleans(), min_size=count, max_size=count), "usable")
    found = least_times(streets, np.array(first, np.int32), np.array(take), np.array(usable))
    whole = by_repetition(streets, first, take, usable)
    assert (found <= whole).all()
    assert found == pytest.approx(whole, rel=2e-9)


def test_streets_that_take_no_time_end_the_search() -> None:
    streets = drawn([[1], [0, 2], [1]], [0.0, 0.0, 0.0])
    found = least_times(streets, np.array([0], np.int32), np.array([0.0]), np.ones(3, np.bool_))
    assert found.tolist() == [0.0, 0.0, 0.0]


def test_spells_are_the_same_only_where_every_street_is_open_at_the_same_times() -> None:
    one = Spells(np.array([0, 1], np.int32), np.array([0, 1, 2], np.int32), np.array([0.0, 5.0]), np.array([4.0, 9.0]))
    assert same_spells(one, one._replace(end=one.end.copy()))
    assert not same_spells(one, one._replace(end=np.array([4.0, 9.5])))
    assert not same_spells(one, one._replace(kind=np.array([1, 0], np.int32)))
    assert not same_spells(one, one._replace(start=one.start[:1]))
