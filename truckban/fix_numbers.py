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

_listed = msgspec.json.Decoder(list[float]).decode
# whole numbers up to here and powers of ten up to the last are floats without rounding, so that their quotient is rounded once
_MOST_WHOLE = 2**53
_POWERS = np.array([float(10**power) for power in range(23)])
_MOST_DECIMALS = len(_POWERS) - 1
_COMMA, _POINT, _MINUS, _ZERO, _NINE, _SPACE, _BEGIN, _END = b",.-09 []"
_NOT_PLAIN = -1, 0.0, 0.0


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
        plain_numbers(np.frombuffer(b"[]", np.uint8), np.empty(1))
        Reading.compiled = True


def read_numbers(raw: bytes | msgspec.Raw) -> Column:
    """Read a JSON list of numbers, without white space around it.

    Raises:
        msgspec.DecodeError: it is anything else.
    """
    if Reading.compiled:
        text = np.frombuffer(raw, np.uint8)
        # "[1,2]": no number takes less than two characters
        values = np.empty(len(text) // 2)
        count, least, most = plain_numbers(text, values)
        if count >= 0:
            return Column(values[:count], least, most)
    return Column.of(floats(_listed(raw)))


def floats(listed: Sequence[float]) -> _Floats:
    """Return a list of floats as an array; numpy takes three times as long."""
    values = np.empty(len(listed))
    struct.pack_into(f"{len(listed)}d", values.data, 0, *listed)
    return values


@compiled_inline
def _digits(text: _Bytes, at: int, whole: int) -> tuple[int, int]:
    """Return where digits end, and the whole number that they make after those before."""
    while _ZERO <= text[at] <= _NINE and whole <= _MOST_WHOLE:
        whole = whole * 10 + int(text[at]) - _ZERO
        at += 1
    return at, whole


@compiled_inline
def _plain_number(text: _Bytes, begins: int) -> tuple[int, float]:
    """Return where a plain number ends, and its value; 0 where it is none."""
    at, whole = _digits(text, begins, 0)
    if at == begins or (text[begins] == _ZERO and at > begins + 1):
        return 0, 0.0
    decimals = 0
    if text[at] == _POINT:
        ends, whole = _digits(text, at + 1, whole)
        decimals = ends - at - 1
        at = ends
        if decimals == 0:
            return 0, 0.0
    if whole > _MOST_WHOLE or decimals > _MOST_DECIMALS:
        return 0, 0.0
    return at, whole / _POWERS[decimals]


@compiled_bare
def plain_numbers(text: _Bytes, values: _Floats) -> tuple[int, float, float]:
    """Read plain numbers into an array; return how many, the least and the greatest, or -1 where one is not plain.

    Plain is what can be computed without a second rounding: a whole number up to 2^53 over a power of ten, no exponent.
    """
    ends = len(text) - 1
    if text[0] != _BEGIN or text[ends] != _END:
        return _NOT_PLAIN
    if ends == 1:
        return 0, 0.0, 0.0
    count, at = 0, 1
    least, most = np.inf, -np.inf
    while True:  # whatever is read stops at the list's end
        negative = text[at] == _MINUS
        at, value = _plain_number(text, at + negative)
        if at == 0 or (negative and value == 0):
            return _NOT_PLAIN
        value = -value if negative else value
        least, most = min(least, value), max(most, value)
        values[count] = value
        count += 1
        if at == ends:
            return count, least, most
        if text[at] != _COMMA:
            return _NOT_PLAIN
        at += 1
        while text[at] == _SPACE:
            at += 1
