"""Rows that were not used: kept in little room, and none is lost, doubled or put elsewhere."""

import pickle
import tracemalloc
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from truckban.traces.read.reasons import BAD_TIME, NO_NUMBER, ZERO
from truckban.traces.read.rejects import Rejects, reasons_of
from truckban.traces.read.tables import Reject

rows = st.builds(
    Reject,
    file=st.sampled_from(["b.csv", "a.csv"]),
    line=st.none() | st.integers(1, 12),
    field=st.sampled_from(["time", "lon"]),
    reason=st.sampled_from([BAD_TIME, NO_NUMBER]),
)
stretches = st.tuples(rows, st.integers(1, 6)).map(
    lambda one: [Reject(one[0].file, (one[0].line or 1) + k, one[0].field, one[0].reason) for k in range(one[1])]
)
found = st.lists(rows.map(lambda row: [row]) | stretches).map(lambda parts: [row for part in parts for row in part])


@given(found, found)
def test_they_are_those_that_were_put_in(first: list[Reject], more: list[Reject]) -> None:
    kept = Rejects(first)
    kept += Rejects(more)
    plain = first + more
    assert [*kept] == plain
    assert kept == plain == kept
    assert (len(kept), bool(kept)) == (len(plain), bool(plain))
    assert [kept[n] for n in range(-len(plain), len(plain))] == plain * 2
    assert kept[:3] + kept[3:] == plain
    assert kept[1:-1] == plain[1:-1]
    assert kept[::-2] == plain[::-2]
    assert pickle.loads(pickle.dumps(kept)) == plain  # noqa: S301 - our own
    assert kept != [*plain, Reject("c.csv", 1, "lon", ZERO)]


@given(found)
def test_by_line_they_are_sorted_and_those_of_one_line_stay_as_they_were_found(plain: list[Reject]) -> None:
    wanted = sorted(plain, key=lambda one: (one.file, one.line or 0))
    assert [*Rejects(plain).by_line()] == [(one.file, one.line, one.field, one.reason) for one in wanted]


@given(found)
def test_reasons_are_counted_in_the_order_in_which_they_were_met(plain: list[Reject]) -> None:
    wanted = Counter(one.reason for one in plain)
    assert [*reasons_of(Rejects(plain)).items()] == [*wanted.items()] == [*reasons_of(plain).items()]


def test_many_are_sorted_in_parts() -> None:
    """Long stretches that nothing interrupts, and single rows of another kind between and within them."""
    long = [Reject("a.csv", line, "time", BAD_TIME) for line in range(1, 200_000)]
    single = [Reject("a.csv", line, "lon", ZERO) for line in range(150_000, 400_000, 3)]
    wanted = sorted([*long, *single], key=lambda one: one.line or 0)
    assert [line for _, line, _, _ in Rejects([*long, *single]).by_line()] == [one.line for one in wanted]
    assert Counter(field for _, _, field, _ in Rejects([*single, *long]).by_line()) == Counter(
        one.field for one in wanted
    )


def test_a_file_of_nothing_but_garbage_takes_no_room() -> None:
    tracemalloc.start()
    try:
        kept = Rejects(Reject("a.csv", line, "time", BAD_TIME) for line in range(2, 300_002))
        assert sum(1 for _ in kept.by_line()) == len(kept) == 300_000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
