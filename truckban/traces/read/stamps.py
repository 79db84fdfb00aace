"""Columns of times that are all written or stored in one way, as most are, in seconds since 1970-01-01 UTC.

What is written otherwise is left to pandas by `truckban.traces.read.typed`; where both know an answer, it is the same.
"""

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truckban.traces.read.arrow_arrays import numbers_of

UNITS = {"s": (1000, 1), "ms": (1, 1), "us": (1, 1_000), "ns": (1, 1_000_000)}
"""By what ticks are multiplied, then divided, to be milliseconds."""
MS_A_DAY = 86_400_000
_MOST_DAYS = 4000
"""Where days are further apart than this, wrong ones are among them, and each row is looked at."""
_FORM = re.compile(r"\d{4}([-/])\d\d\1\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:?\d\d)?")
_LENGTH = len("2024-05-08T10:00:00")
_DIGITS = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
_HOURS = 24
_MOST_OFFSET_H, _MOST_OFFSET_M = 14, 59
_EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()
# Seconds or milliseconds since 1970, up to 2033: ten digits that begin with 2 are rather a date (2024050810).
EPOCH = r"1\d{9}(?:\.\d+)?|1\d{12}(?:\.\d+)?"
_EPOCHS = r"^(?:1\d{9}|1\d{12})(?:\.\d{1,9})?$"
"""Of these, those that Arrow reads as everybody does."""
LATEST_IN_SECONDS = 1e11
_Floats = npt.NDArray[np.float64]
_Milliseconds = npt.NDArray[np.int64]


def stored_seconds(times: pa.Array, timezone: str) -> tuple[_Floats, bool] | None:
    """Return seconds of times as Parquet has them, none of them missing, and whether they name no zone.

    None where a local time may be ambiguous.
    """
    multiple, part = UNITS[times.type.unit]
    milliseconds = numbers_of(times) * multiple // part
    if times.type.tz is not None:
        return milliseconds / 1000.0, False
    return _localised(milliseconds, timezone)


def written_seconds(texts: pa.Array, timezone: str) -> tuple[_Floats, bool] | None:
    """Return seconds of texts that are all written in one way, and whether they name no zone.

    None where one of them is written otherwise, is on no calendar, or may be ambiguous.
    """
    table = _characters(texts)
    form = None if table is None else _FORM.fullmatch(bytes(table[0]).decode("latin-1"))
    if table is None or form is None:
        return None
    fraction, zone = form[2] or "", form[3] or ""
    offset_ms = _offset_of(zone)
    least = np.where(_isdigit(table[0]), ord("0"), table[0])
    most = np.where(_isdigit(table[0]), ord("9"), table[0])
    least[len(least) - len(zone) :] = most[len(most) - len(zone) :] = table[0][len(least) - len(zone) :]
    if (zone and offset_ms is None) or not ((table >= least) & (table <= most)).all():
        return None
    digits = table.astype(np.int64) - ord("0")
    year, month, day, hour, minute, second = (
        sum(digits[:, at] * 10**power for power, at in enumerate(reversed(places)))
        for places in (_DIGITS[:4], *(_DIGITS[k : k + 2] for k in range(4, 14, 2)))
    )
    days = _days(year * 10_000 + month * 100 + day)
    if days is None or hour.max() >= _HOURS or max(minute.max(), second.max()) >= 60:  # noqa: PLR2004
        return None
    milliseconds = days * MS_A_DAY + (hour * 3600 + minute * 60 + second) * 1000
    for power, at in enumerate(range(_LENGTH + 1, _LENGTH + min(len(fraction), 4))):
        milliseconds += digits[:, at] * 10 ** (2 - power)
    if zone:
        return (milliseconds - offset_ms) / 1000.0, False
    return _localised(milliseconds, timezone)


def epoch_seconds(texts: pa.Array) -> _Floats | None:
    """Return seconds of texts that are all numbers of seconds or milliseconds since 1970; None where one is none."""
    import pyarrow.compute as pc  # noqa: PLC0415 - takes a while to import

    if not len(texts) or not pc.all(pc.match_substring_regex(texts, pattern=_EPOCHS)).as_py():
        return None
    values = numbers_of(pc.cast(texts, pa.float64()))
    return np.where(values > LATEST_IN_SECONDS, values / 1000, values)


@lru_cache(maxsize=1024)
def offset_ms(timezone: str, first: int, last: int) -> int | None:
    """Return by how much local days, counted from 1970-01-01, are ahead of UTC; None where that changes among them, or may."""
    if last - first >= _MOST_DAYS:
        return None
    zone = ZoneInfo(timezone)
    midnight = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - local
    try:
        local = [midnight + dt.timedelta(days=day) for day in range(first, last + 2)]
        offsets = {
            stamp.replace(tzinfo=zone, fold=fold).utcoffset() or dt.timedelta() for stamp in local for fold in (0, 1)
        }
    except (OverflowError, ValueError):
        return None
    return round(offsets.pop() / dt.timedelta(milliseconds=1)) if len(offsets) == 1 else None


def _localised(milliseconds: _Milliseconds, timezone: str) -> tuple[_Floats, bool] | None:
    if not len(milliseconds):
        return milliseconds / 1000.0, True
    ahead = offset_ms(timezone, int(milliseconds.min()) // MS_A_DAY, int(milliseconds.max()) // MS_A_DAY)
    return None if ahead is None else ((milliseconds - ahead) / 1000.0, True)


def _characters(texts: pa.Array) -> npt.NDArray[np.uint8] | None:
    """Return texts of one length as rows of bytes; None where they are none, or of several."""
    if not len(texts) or texts.null_count:
        return None
    _, offsets, data = texts.buffers()
    at = np.frombuffer(offsets, np.int32, count=len(texts) + 1, offset=texts.offset * 4)
    length, rest = divmod(int(at[-1]) - int(at[0]), len(texts))
    if rest or length < _LENGTH or (np.diff(at) != length).any():
        return None
    return np.frombuffer(data, np.uint8, count=len(texts) * length, offset=int(at[0])).reshape(len(texts), length)


def _isdigit(characters: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    return np.asarray((characters >= ord("0")) & (characters <= ord("9")))


def _offset_of(zone: str) -> int | None:
    """Return how many milliseconds a zone is ahead of UTC; None where it is none that there is."""
    if zone in ("Z", "z"):
        return 0
    if not zone:
        return None
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > _MOST_OFFSET_H or minutes > _MOST_OFFSET_M:
        return None
    return (-1 if zone[0] == "-" else 1) * (hours * 60 + minutes) * 60_000


def _days(dates: _Milliseconds) -> _Milliseconds | None:
    """Return days since 1970-01-01 of dates written as the numbers yyyymmdd; None where one is on no calendar."""
    distinct, codes = np.unique(dates, return_inverse=True)
    if not _FIRST_YEAR <= distinct[0] // 10_000 <= distinct[-1] // 10_000 <= _LAST_YEAR:
        return None
    try:
        ordinals = [dt.date(date // 10_000, date // 100 % 100, date % 100).toordinal() for date in distinct.tolist()]
    except ValueError:
        return None
    return (np.array(ordinals, np.int64) - _EPOCH_ORDINAL)[codes]
