"""Columns of numbers as JSON has them, to arrays: by a compiled loop where Numba is there, else by msgspec; to the same floats."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from zones.matching.compiled import FAST, compiled_bare, compiled_inline

_Floats = npt.NDArray[np.float64]
_Bytes = npt.NDArray[np.uint8]
_Raw = bytes | msgspec.Raw
_Told = tuple[int, float, float]

_listed = msgspec.json.Decoder(list[float]).decode
# whole numbers up to here and powers of ten up to the last are floats without rounding, so that their quotient is rounded once
_MOST_WHOLE = 2**53
_POWERS = np.array([float(10**power) for power in range(19)])
# of so many digits a whole number fits into 64 bits, and their power is exact: that they are too many is seen after all are read
_MOST_DIGITS = len(_POWERS) - 1
_COMMA, _POINT, _MINUS, _ZERO, _SPACE, _BEGIN, _END = b",.-0 []"
_LAST_DIGIT = 9
_NOT_PLAIN = -1, 0.0, 0.0
# an index with a sign may count from the end: compiled, each look-up would ask whether it does, and half of all time goes there
_NONE, _ONE = np.uint64(0), np.uint64(1)


class Column(NamedTuple):
    """Numbers, with bounds of them.

    Attributes:
        values: shape (n,); not to be written to.
        least: none is less; 0 where there is none.
        most: none is greater; 0 where there is none.
    """

    values: _Floats
    least: float
    most: float

    @classmethod
    def of(cls, values: _Floats) -> "Column":
        """Look for the least and the greatest."""
        return cls(values, float(values.min()), float(values.max())) if len(values) else cls(values, 0.0, 0.0)

    def take(self, rows: npt.NDArray[np.intp]) -> "Column":
        """Return some rows, with the bounds of all."""
        return self._replace(values=self.values[rows])


class Reading:
    """How columns are read."""

    compiled = False


def make_ready() -> None:
    """Load the compiled loop, where there is one: columns are read by it from now on. It takes a second and more."""
    if FAST and not Reading.compiled:
        plain_columns(np.frombuffer(b"[][][]", np.uint8), 2, 4, np.empty((3, 1)))
        Reading.compiled = True


def read_plain(lon: _Raw, lat: _Raw, time: _Raw) -> tuple[Column | None, Column | None, Column | None]:
    """Read three JSON lists, without white space around them, in one compiled loop.

    Returns:
        a column of each; None where one is anything but numbers written plainly, and where there is no loop or it is not ready:
        `read_numbers` says the same of all numbers, and what is none.
    """
    if not Reading.compiled:
        return None, None, None
    text = b"".join((lon, lat, time))
    first, second = len(lon), len(lon) + len(lat)
    # "[1,2]": no number takes less than two characters
    values = np.empty((3, max(first, second - first, len(text) - second) // 2))
    read = plain_columns(np.frombuffer(text, np.uint8), first, second, values)
    (lons, west, east), (lats, south, north), (times, begins, ends) = read
    return (
        None if lons < 0 else Column(values[0, :lons], west, east),
        None if lats < 0 else Column(values[1, :lats], south, north),
        None if times < 0 else Column(values[2, :times], begins, ends),
    )


def read_numbers(raw: _Raw) -> Column:
    """Read a JSON list of numbers, without white space around it.

    Raises:
        msgspec.DecodeError: it is anything else.
    """
    return Column.of(floats(_listed(raw)))


def floats(listed: Sequence[float]) -> _Floats:
    """Return a list of floats as an array; numpy takes three times as long."""
    values = np.empty(len(listed))
    struct.pack_into(f"{len(listed)}d", values.data, 0, *listed)
    return values


@compiled_inline
def _digits(text: _Bytes, at: np.uint64, whole: int) -> tuple[np.uint64, int]:
    """Return where digits end, and the whole number that they make after those before; of too many, some number."""
    digit = int(text[at]) - _ZERO
    while 0 <= digit <= _LAST_DIGIT:
        whole = whole * 10 + digit
        at += _ONE
        digit = int(text[at]) - _ZERO
    return at, whole


@compiled_inline
def _plain_number(text: _Bytes, begins: np.uint64) -> tuple[np.uint64, float]:
    """Return where a plain number ends, and its value; 0 where it is none."""
    at, whole = _digits(text, begins, 0)
    if at == begins or (text[begins] == _ZERO and at > begins + _ONE):
        return _NONE, 0.0
    digits, decimals = at - begins, _NONE
    if text[at] == _POINT:
        ends, whole = _digits(text, at + _ONE, whole)
        decimals = ends - at - _ONE
        digits += decimals
        at = ends
        if decimals == 0:
            return _NONE, 0.0
    if digits > _MOST_DIGITS or whole > _MOST_WHOLE:
        return _NONE, 0.0
    return at, whole / _POWERS[decimals]


@compiled_bare
def plain_columns(text: _Bytes, second: int, third: int, values: _Floats) -> tuple[_Told, _Told, _Told]:
    """Read three lists of plain numbers that stand one behind the other, each into its row.

    Args:
        text: the lists, characters.
        second: where the second one begins.
        third: where the third one begins.
        values: shape (3, n) and large enough; written to.

    Returns:
        what `plain_numbers` does of each.
    """
    return (
        plain_numbers(text, 0, second - 1, values, 0),
        plain_numbers(text, second, third - 1, values, 1),
        plain_numbers(text, third, len(text) - 1, values, 2),
    )


@compiled_bare
def plain_numbers(text: _Bytes, begins: int, ends: int, values: _Floats, row: int) -> _Told:
    """Read plain numbers into a row; return how many, the least and the greatest, or -1 where one is not plain.

    Plain is what can be computed without a second rounding: a whole number up to 2^53 over a power of ten, no exponent.
    """
    if text[begins] != _BEGIN or text[ends] != _END:
        return _NOT_PLAIN
    if ends == begins + 1:
        return 0, 0.0, 0.0
    count, at, last = 0, np.uint64(begins + 1), np.uint64(ends)
    least, most = np.inf, -np.inf
    while True:  # whatever is read stops at the list's end
        negative = text[at] == _MINUS
        if negative:
            at += _ONE
        at, value = _plain_number(text, at)
        if at == 0 or (negative and value == 0):
            return _NOT_PLAIN
        value = -value if negative else value
        least, most = min(least, value), max(most, value)
        values[row, count] = value
        count += 1
        if at == last:
            return count, least, most
        if text[at] != _COMMA:
            return _NOT_PLAIN
        at += _ONE
        while text[at] == _SPACE:
            at += _ONE
