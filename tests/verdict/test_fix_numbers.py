"""Numbers of a column come out as msgspec reads them, by whichever loop; what is no list of numbers is left to it."""

import json
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.questions import fix_numbers
from truckban.questions.fix_numbers import Column, read_numbers, read_plain
from zones.matching.compiled import FAST

PLAIN = ["[]", "[0]", "[1.5,-2.25, 3]", "[110.765123,110.76]", "[9007199254740992]", "[0.00000000000000001]"]
UNUSUAL = [
    *("[-0]", "[-0.0]", "[1e5,2E-3]", "[9007199254740993]", "[0.1234567890123456789]", "[ 1]", "[1 ,2]", "[1,\n2]"),
    "[0.000000000000000001]",
    "[0.0000000000000000000001]",
    # of 64 bits nothing, 5, and less than nothing are left of these
    *("[18446744073709551616]", "[18446744073709551621]", "[9223372036854775808]", "[1.8446744073709551621]"),
]
NONE = [
    "[01]",
    "[1.]",
    "[.5]",
    "[-]",
    "[1,]",
    "[,1]",
    "[1..2]",
    "[1.2.3]",
    "[--1]",
    '["1"]',
    "[null]",
    "[[1]]",
    "5",
    "{}",
]


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> Iterator[None]:
    before = fix_numbers.Reading.compiled
    fix_numbers.make_ready()
    yield
    fix_numbers.Reading.compiled = before


def read(raw: str) -> Column:
    """Read a list as fixes are, with two others beside it."""
    text = raw.encode()
    found = read_plain(b"[1,2,3]", text, text)
    assert (found[0] is not None) == FAST
    assert found[0] is None or same(found[0], as_listed("[1,2,3]"))
    one, other = (read_numbers(text) if column is None else column for column in found[1:])
    assert same(one, other)
    return one


def as_listed(raw: str) -> Column:
    return Column.of(np.array(msgspec.json.decode(raw, type=list[float]), np.float64))


def same(one: Column, other: Column) -> bool:
    return one.values.tobytes() == other.values.tobytes() and one[1:] == other[1:]


@pytest.mark.parametrize("raw", PLAIN + UNUSUAL)
def test_a_list_of_numbers_is_read_as_its_floats(raw: str) -> None:
    assert same(read(raw), as_listed(raw))


@pytest.mark.parametrize("raw", NONE)
def test_what_is_no_list_of_numbers_is_refused(raw: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(raw)


@pytest.mark.skipif(not FAST, reason="without Numba, msgspec reads all numbers")
def test_plain_numbers_are_read_by_the_loop_and_others_are_left_to_msgspec() -> None:
    raws = [raw.encode() for raw in PLAIN + UNUSUAL + NONE]
    by_loop = [read_plain(raw, raw, raw) for raw in raws]
    assert [None not in columns for columns in by_loop] == [raw.decode() in PLAIN for raw in raws]


def test_columns_of_several_lengths_are_read_beside_each_other() -> None:
    found = read_plain(b"[]", b"[1,2,3,4,5,6,7,8]", b"[-1.5,-3]")
    for raw, column in zip(("[]", "[1,2,3,4,5,6,7,8]", "[-1.5,-3]"), found, strict=True):
        assert column is None if not FAST else column is not None and same(column, as_listed(raw))


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False)
        | st.integers(-(10**17), 10**17)
        | st.builds(round, st.floats(-180, 180), st.integers(0, 15)),
        max_size=8,
    ),
    st.sampled_from([",", ", "]),
)
def test_every_float_comes_out_to_the_last_bit(values: list[float], comma: str) -> None:
    raw = json.dumps(values, separators=(comma, ":"))
    assert same(read(raw), as_listed(raw))


@pytest.mark.parametrize("raw", PLAIN + UNUSUAL + NONE[:10])
def test_the_loop_as_it_stands_does_what_the_compiled_one_does(raw: str) -> None:
    text = np.frombuffer(raw.encode(), np.uint8)
    compiled, plain = np.zeros((1, len(text))), np.zeros((1, len(text)))
    told = fix_numbers.plain_numbers(text, 0, len(text) - 1, compiled, 0)
    assert told == getattr(fix_numbers.plain_numbers, "plain", fix_numbers.plain_numbers)(
        text, 0, len(text) - 1, plain, 0
    )
    assert compiled[0, : told[0]].tobytes() == plain[0, : told[0]].tobytes()


@pytest.mark.parametrize("raw", PLAIN)
def test_without_the_compiled_loop_the_numbers_are_the_same(raw: str) -> None:
    with_it = read(raw)
    fix_numbers.Reading.compiled = False
    try:
        assert same(read_numbers(raw.encode()), with_it)
        assert read_plain(b"[1]", raw.encode(), b"[1]") == (None, None, None)
    finally:
        fix_numbers.make_ready()
