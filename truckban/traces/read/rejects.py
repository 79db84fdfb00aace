"""Rows that were not used, by the million: what says the same of rows that follow each other is kept once.

A `Reject` takes some hundred bytes, and of ten gigabytes that are no traces every row is one.
"""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import Self, overload

import numpy as np
import numpy.typing as npt

from truckban.traces.read.tables import Reject
from zones.text import Text

_Wide = npt.NDArray[np.int64]
_Kind = tuple[str, str, Text]
_AT_ONCE = 1 << 16


class Rejects(Sequence[Reject]):
    """Rows that were not used, in the order in which they were found."""

    def __init__(self, rejects: Iterable[Reject] = ()) -> None:
        """Keep some."""
        self._kinds: dict[_Kind, int] = {}
        # a stretch is so many lines one after the other, from its first on (0 where no line is known), of one kind
        self._kind, self._first, self._count = array("i"), array("q"), array("q")
        self._rows = 0
        self += rejects

    def __len__(self) -> int:
        """Return how many rows."""
        return self._rows

    def __iadd__(self, rejects: Iterable[Reject]) -> Self:
        """Add more."""
        if isinstance(rejects, Rejects):
            numbers = np.array([self._number(kind) for kind in rejects._kinds], np.int32)
            kinds = array("i", numbers[_ints(rejects._kind)].tobytes())
            firsts, counts, rows = rejects._first[:], rejects._count[:], rejects._rows
            if rows:  # the first stretch may go on where the last ended
                self._put(kinds[0], firsts[0], counts[0])
                self._kind += kinds[1:]
                self._first += firsts[1:]
                self._count += counts[1:]
                self._rows += rows - counts[0]
        else:
            for reject in rejects:
                self._put(self._number((reject.file, reject.field, reject.reason)), reject.line or 0, 1)
        return self

    def _number(self, kind: _Kind) -> int:
        return self._kinds.setdefault(kind, len(self._kinds))

    def _put(self, kind: int, first: int, count: int) -> None:
        self._rows += count
        if self._kind and self._kind[-1] == kind and self._first[-1] + self._count[-1] == first:
            self._count[-1] += count
            return
        self._kind.append(kind)
        self._first.append(first)
        self._count.append(count)

    def __iter__(self) -> Iterator[Reject]:
        """Yield them in the order in which they were found."""
        return self._from(0, 0)

    def _from(self, stretch: int, skipped: int) -> Iterator[Reject]:
        kinds = [*self._kinds]
        for number in range(stretch, len(self._kind)):
            file, field, reason = kinds[self._kind[number]]
            first = self._first[number]
            for line in range(first + skipped, first + self._count[number]):
                yield Reject(file, line or None, field, reason)
            skipped = 0

    @overload
    def __getitem__(self, at: int) -> Reject: ...
    @overload
    def __getitem__(self, at: slice) -> list[Reject]: ...
    def __getitem__(self, at: int | slice) -> Reject | list[Reject]:
        """Return one, or a list of some."""
        if isinstance(at, slice):
            start, stop, step = at.indices(self._rows)
            if step != 1:
                return [self[number] for number in range(start, stop, step)]
            return [*islice(self._at(start), max(stop - start, 0))]
        number = at + self._rows if at < 0 else at
        if not 0 <= number < self._rows:
            raise IndexError(at)
        return next(self._at(number))

    def _at(self, number: int) -> Iterator[Reject]:
        if number == 0:
            return iter(self)
        ends = [*accumulate(self._count)]
        stretch = bisect_right(ends, number)
        return self._from(stretch, number - (ends[stretch - 1] if stretch else 0))

    def __eq__(self, other: object) -> bool:
        """Return whether another sequence has the same rows."""
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Reject.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def reasons(self) -> Counter[Text]:
        """Return how many rows were rejected for each reason, in the order in which reasons were first met."""
        rows = np.bincount(_ints(self._kind), weights=_ints(self._count), minlength=len(self._kinds))
        found: Counter[Text] = Counter()
        for (_, _, reason), count in zip(self._kinds, rows.tolist(), strict=True):
            found[reason] += round(count)
        return found

    def by_line(self) -> Iterator[tuple[str, int | None, str, Text]]:
        """Yield file, line, field and reason of each, by the file's name and line; those of one line as they were found."""
        kinds, kind, first, count = [*self._kinds], _ints(self._kind), _ints(self._first), _ints(self._count)
        file_of = np.array([file for file, _, _ in kinds], dtype=object)
        for name in sorted(set(file_of)):
            own = np.flatnonzero((file_of == name)[kind])
            for stretches in _apart(own[np.argsort(first[own], kind="stable")], first, count):
                for number, line in _lines(stretches, kind, first, count):
                    _, field, reason = kinds[number]
                    yield name, line or None, field, reason


def reasons_of(rejects: Iterable[Reject]) -> Counter[Text]:
    """Return how many rows were rejected for each reason, in the order in which reasons were first met."""
    return rejects.reasons() if isinstance(rejects, Rejects) else Counter(reject.reason for reject in rejects)


def _ints(values: "array[int]") -> _Wide:
    return np.frombuffer(values, np.dtype(f"i{values.itemsize}")).astype(np.int64) if values else np.zeros(0, np.int64)


def _apart(order: npt.NDArray[np.intp], first: _Wide, count: _Wide) -> Iterator[npt.NDArray[np.intp]]:
    """Yield stretches in groups, each with all lines before those of the next; a long one that overlaps none by itself."""
    end = np.maximum.accumulate(first[order] + count[order])
    begins = np.flatnonzero(np.append(True, first[order][1:] >= end[:-1]))
    rows = np.add.reduceat(count[order], begins)
    long = (rows > _AT_ONCE) & (np.diff(np.append(begins, len(order))) == 1)
    group = np.cumsum(np.where(long, 0, rows)) // _AT_ONCE
    cuts = begins[np.append(True, (np.diff(group) > 0) | long[1:] | long[:-1])]
    for begin, stop in zip(cuts.tolist(), np.append(cuts[1:], len(order)).tolist(), strict=True):
        yield order[begin:stop]


def _lines(stretches: npt.NDArray[np.intp], kind: _Wide, first: _Wide, count: _Wide) -> Iterator[tuple[int, int]]:
    """Yield kind and line of the rows of some stretches by line."""
    if len(stretches) == 1:
        one = int(stretches[0])
        number = int(kind[one])
        yield from ((number, line) for line in range(int(first[one]), int(first[one] + count[one])))
        return
    stretches = np.sort(stretches)  # as they were found
    many = count[stretches]
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    lines, kinds = np.repeat(first[stretches], many) + within, np.repeat(kind[stretches], many)
    order = np.argsort(lines, kind="stable")
    for begin in range(0, len(order), _AT_ONCE):
        some = order[begin : begin + _AT_ONCE]
        yield from zip(kinds[some].tolist(), lines[some].tolist(), strict=True)
