"""Columns of times as JSON has them, RFC 3339 texts or seconds since 1970, to whole seconds since 1970-01-01 UTC."""

import datetime as dt
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from truckban.hours import DAY_S
from truckban.moments import FIRST_YEAR, LAST_YEAR, read_instant
from truckban.numbers import is_number
from truckban.questions.fix_numbers import Column, read_numbers
from zones.errors import InputError
from zones.text import Text

_Bytes = npt.NDArray[np.uint8]
_Seconds = npt.NDArray[np.int64]

_texts = msgspec.json.Decoder(list[str]).decode
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_ORDINAL = _EPOCH.toordinal()
_FIRST_S = (dt.datetime(FIRST_YEAR, 1, 1, tzinfo=dt.UTC) - _EPOCH).total_seconds()
_END_S = (dt.datetime(LAST_YEAR + 1, 1, 1, tzinfo=dt.UTC) - _EPOCH).total_seconds()

# yyyy-mm-ddThh:mm:ss, then an optional fraction, then Z or +hh:mm
_SHORTEST = len("2024-05-08T10:00:00Z")
_LONGEST = len("2024-05-08T10:00:00.123456789+08:00")
_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]
_FRACTION = 19
_POINT_AND_DIGITS = re.compile(rb"\.[0-9]+")
_QUOTE = ord('"')
_HOURS = 24
# from characters to the date as yyyymmdd, the hour, and the second of the day; what is below 2^53 is exact
_WEIGHTS = np.zeros((_FRACTION, 3))
_WEIGHTS[_DIGITS[:8], 0] = 10.0 ** np.arange(7, -1, -1)
_WEIGHTS[_DIGITS[8:10], 1] = 10, 1
_WEIGHTS[_DIGITS[8:], 2] = 36_000, 3600, 600, 60, 10, 1
# what a text of zeros comes to
_ZEROS = ord("0") * _WEIGHTS.sum(axis=0)
_IN_MILLISECONDS = 1e11


class Instants(NamedTuple):
    """A column of instants.

    Attributes:
        since: seconds since 1970-01-01 UTC; fractions are cut off where an instant is asked for.
        assumed: which were written without an offset and read in the notice's zone of time, shape (n,); None: none.
    """

    since: Column
    assumed: npt.NDArray[np.bool_] | None = None

    @property
    def many(self) -> int:
        """How many there are."""
        return len(self.since.values)

    @property
    def first_s(self) -> int:
        """The earliest, whole seconds; 0 where there is none."""
        return math.floor(self.since.least)

    @property
    def last_s(self) -> int:
        """The latest, whole seconds; 0 where there is none."""
        return math.floor(self.since.most)

    @property
    def at_s(self) -> _Seconds:
        """All of them, whole seconds, shape (n,)."""
        return np.floor(self.since.values).astype(np.int64)

    def second(self, row: int) -> int:
        """Return one of them, whole seconds."""
        return math.floor(self.since.values.item(row))

    def take(self, rows: npt.NDArray[np.intp]) -> "Instants":
        """Return some rows."""
        return Instants(Column.of(self.since.values[rows]), None if self.assumed is None else self.assumed[rows])


def read_times(raw: bytes, timezone: str) -> Instants:
    """Read a JSON list of times, all texts or all numbers.

    Args:
        raw: the list, without white space around it.
        timezone: the notice's own zone of time, for texts without an offset.

    Raises:
        InputError: with the index of the time as its field (`[17]`).
    """
    table = _table(raw)
    at_s = None if table is None else _seconds(table)
    if at_s is not None:
        return _instants(at_s)
    try:
        return times_since_1970(read_numbers(raw), timezone)
    except msgspec.DecodeError:
        pass
    try:
        return times_of(_texts(raw), timezone)
    except msgspec.DecodeError:
        return times_of(msgspec.json.decode(raw), timezone)


def times_since_1970(since: Column, timezone: str) -> Instants:
    """Return the instants of seconds since 1970-01-01 UTC.

    Raises:
        InputError: with the index of the time as its field (`[17]`).
    """
    # which of them is wrong, and why, is said where each is looked at
    return _cut(since) or times_of(since.values.tolist(), timezone)


def times_of(values: object, timezone: str) -> Instants:
    """Read a list of times, all texts or all numbers.

    Raises:
        InputError: with the index of the time as its field (`[17]`).
    """
    if not isinstance(values, list):
        raise InputError(Text("应为列表 […]", "a list […] is needed"))
    if values and isinstance(values[0], str):
        return _one_by_one(values, timezone)
    for index, value in enumerate(values):
        if not is_number(value):
            raise InputError(
                Text(
                    "应全是 RFC 3339 时间，或全是 1970 年起的秒数",
                    "either RFC 3339 times or seconds since 1970 are needed",
                ),
                field=f"[{index}]",
            )
    at_s = np.array(values, np.float64)
    found = _cut(Column.of(at_s))
    if found is None:
        index = int(np.argmin((at_s >= _FIRST_S) & (at_s < _END_S)))
        raise _no_instant(index, float(at_s[index]))
    return found


def _cut(since: Column) -> Instants | None:
    """Return instants; None where one of them is none."""
    if not (since.least >= _FIRST_S and since.most < _END_S):
        return None
    return Instants(since)


def _instants(at_s: _Seconds, assumed: npt.NDArray[np.bool_] | None = None) -> Instants:
    # whole seconds of all years that are taken are floats without rounding
    return Instants(Column.of(at_s.astype(np.float64)), assumed)


def _one_by_one(texts: Sequence[object], timezone: str) -> Instants:
    at_s, assumed = np.empty(len(texts), np.int64), np.empty(len(texts), bool)
    for index, text in enumerate(texts):
        try:
            instant, assumed[index] = read_instant(text, timezone)
        except InputError as error:
            raise InputError(error.text, field=f"[{index}]") from None
        at_s[index] = math.floor(instant.timestamp())
    return _instants(at_s, assumed if assumed.any() else None)


def _no_instant(index: int, value: float) -> InputError:
    hint = (
        Text("；像是毫秒，请给出秒", "; that looks like milliseconds, give seconds")
        if abs(value) > _IN_MILLISECONDS
        else Text("", "")
    )
    return InputError(
        Text(
            f"{value:.0f} 秒不在 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间{hint.zh}",
            f"{value:.0f} s since 1970 lies outside the years {FIRST_YEAR} to {LAST_YEAR}{hint.en}",
        ),
        field=f"[{index}]",
    )


def _table(raw: bytes) -> _Bytes | None:
    """Return texts of one length, written in one way, as rows of characters; None where they are anything else."""
    if raw[:2] != b'["':
        return None
    length = raw.find(b'"', 2) - 2
    if not _SHORTEST <= length <= _LONGEST:
        return None
    spaced = 1 if raw[length + 4 : length + 5] == b" " else 0
    stride = length + 3 + spaced
    rows, rest = divmod(len(raw) - 1 + spaced, stride)
    if rest:
        return None
    # the last text is followed by "]" and not by a comma
    table = np.frombuffer(raw[1:-1] + b", "[: 1 + spaced], np.uint8).reshape(rows, stride)
    frame = table[:, [0, *range(length + 1, stride)]]
    return table[:, 1 : length + 1] if (frame == frame[0]).all() and frame[0, 0] == frame[0, 1] == _QUOTE else None


def _seconds(table: _Bytes) -> _Seconds | None:
    """Return the instants of RFC 3339 texts that all have one offset; None where one of them is anything else."""
    written = _written(bytes(table[0]))
    if written is None:
        return None
    least, most, offset_s = written
    if not ((table >= least) & (table <= most)).all():
        return None
    parts = table[:, :_FRACTION].astype(np.float64) @ _WEIGHTS - _ZEROS
    days = _days(parts[:, 0]) if parts[:, 1].max() < _HOURS else None
    if days is None:
        return None
    at_s: _Seconds = parts[:, 2].astype(np.int64) + (days * DAY_S - offset_s)
    return at_s


@lru_cache(maxsize=64)
def _offset_of(tail: str) -> int | None:
    """Return how many seconds an offset is ahead of UTC, None where it is none."""
    try:
        found = dt.datetime.fromisoformat(f"2000-01-01T00:00:00{tail.upper()}").utcoffset()
    except ValueError:
        return None
    return None if found is None else int(found.total_seconds())


def _written(text: bytes) -> tuple[_Bytes, _Bytes, int] | None:
    """Return the least and the greatest character in each place of texts written as this one is, and their offset in seconds."""
    tail = text[-1:] if text[-1:] in (b"Z", b"z") else text[-6:]
    fraction = text[_FRACTION : len(text) - len(tail)]
    offset_s = _offset_of(tail.decode("latin-1"))
    if (
        offset_s is None
        or len(text) < _FRACTION + len(tail)
        or text[10:11] not in (b"T", b"t", b" ")
        or (fraction and not _POINT_AND_DIGITS.fullmatch(fraction))
    ):
        return None
    least = b"0000-00-00" + text[10:11] + b"00:00:00" + fraction[:1] + b"0" * (len(fraction) - 1) + tail
    most = b"9999-19-39" + text[10:11] + b"29:59:59" + fraction[:1] + b"9" * (len(fraction) - 1) + tail
    return np.frombuffer(least, np.uint8), np.frombuffer(most, np.uint8), offset_s


def _days(dates: npt.NDArray[np.float64]) -> _Seconds | int | None:
    """Return days since 1970-01-01 of dates written as the numbers yyyymmdd; None where one is not on the calendar."""
    first = int(dates[0])
    if (dates == first).all():
        return _day(first)
    distinct, codes = np.unique(dates, return_inverse=True)
    days = [_day(int(date)) for date in distinct.tolist()]
    return None if None in days else np.array(days, np.int64)[codes]


def _day(date: int) -> int | None:
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    try:
        return dt.date(year, month, day).toordinal() - _EPOCH_ORDINAL if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
