"""Three-valued logic, once for a single case and once for columns.

A trit is -1 (false), 0 (unknown) or 1 (true); and / or / not are Kleene's (Kleene 1952, section 64): minimum, maximum, minus.
They are monotone in what is known: learning a fact can turn 0 into 1 or -1, never 1 into -1.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np

TRUE, UNKNOWN, FALSE = 1, 0, -1


class Logic(Protocol):
    """What a condition needs in order to be evaluated; values are numbers or arrays, as the logic has it."""

    def trit(self, can_be_true: Any, can_be_false: Any) -> Any:  # noqa: ANN401
        """Return the trit of a statement that can be true, can be false, or both."""

    def every(self, trits: Iterable[Any]) -> Any:  # noqa: ANN401
        """Kleene's and; true where there are none. A single case stops at the first false: hand in a generator."""

    def some(self, trits: Iterable[Any]) -> Any:  # noqa: ANN401
        """Kleene's or; false where there are none. A single case stops at the first true."""

    def each(self, values: Any, of: Callable[[Any], int]) -> Any:  # noqa: ANN401
        """Apply `of` to a value, or to each distinct value of a column."""

    def by_day(self, day: Any, of: Callable[[int], int]) -> Any:  # noqa: ANN401
        """Apply `of` to a day's ordinal, or to each day of a column."""


class _One:
    """One case: trits are Python integers."""

    @staticmethod
    def trit(can_be_true: Any, can_be_false: Any) -> int:  # noqa: ANN401
        return int(bool(can_be_true)) - int(bool(can_be_false))

    @staticmethod
    def every(trits: Iterable[int]) -> int:
        least = TRUE
        for trit in trits:
            if trit < least:
                least = trit
                if trit == FALSE:
                    break
        return least

    @staticmethod
    def some(trits: Iterable[int]) -> int:
        greatest = FALSE
        for trit in trits:
            if trit > greatest:
                greatest = trit
                if trit == TRUE:
                    break
        return greatest

    @staticmethod
    def each(values: Any, of: Callable[[Any], int]) -> int:  # noqa: ANN401
        return of(values)

    @staticmethod
    def by_day(day: int, of: Callable[[int], int]) -> int:
        return of(day)


class Coded:
    """A column of arbitrary values, held as codes into its distinct values."""

    __slots__ = ("codes", "distinct")

    def __init__(self, codes: np.ndarray, distinct: Sequence[Any]) -> None:
        """Take integer codes, shape (n,), and the values they stand for."""
        self.codes = codes
        self.distinct = distinct

    @classmethod
    def of(cls, values: Sequence[Any]) -> "Coded":
        """Encode hashable values in order of first appearance."""
        numbers: dict[Any, int] = {}
        codes = np.fromiter((numbers.setdefault(value, len(numbers)) for value in values), np.intp, len(values))
        return cls(codes, list(numbers))


class _Columns:
    """Columns: trits are int8 arrays of shape (n,), or plain integers where every row agrees."""

    @staticmethod
    def trit(can_be_true: Any, can_be_false: Any) -> np.ndarray:  # noqa: ANN401
        return np.asarray(can_be_true, bool).astype(np.int8) - np.asarray(can_be_false, bool).astype(np.int8)

    @staticmethod
    def every(trits: Iterable[Any]) -> Any:  # noqa: ANN401
        result: Any = np.int8(TRUE)
        for trit in trits:
            result = np.minimum(result, trit)
        return result

    @staticmethod
    def some(trits: Iterable[Any]) -> Any:  # noqa: ANN401
        result: Any = np.int8(FALSE)
        for trit in trits:
            result = np.maximum(result, trit)
        return result

    @staticmethod
    def each(values: Coded, of: Callable[[Any], int]) -> np.ndarray:
        found: np.ndarray = np.array([of(value) for value in values.distinct], np.int8)[values.codes]
        return found

    @staticmethod
    def by_day(day: np.ndarray, of: Callable[[int], int]) -> np.ndarray:
        distinct, codes = np.unique(day, return_inverse=True)
        found: np.ndarray = np.array([of(int(ordinal)) for ordinal in distinct], np.int8)[codes]
        return found


ONE: Logic = _One()
COLUMNS: Logic = _Columns()
