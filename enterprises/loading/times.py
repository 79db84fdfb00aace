"""Times of records: with an offset as they say, without one in the zone that the caller names."""

import datetime as dt
import re
import unicodedata
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from enterprises.errors import EnterpriseError, Text

_Ints = npt.NDArray[np.int64]
NO_TIME = np.iinfo(np.int64).min
_STRICT = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"
_LOOSE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*[T ]?\s*"
    r"(\d{1,2})\s*[:时点]\s*(\d{1,2})\s*(?:[:分]\s*(?:(\d{1,2})(?:\.(\d+))?\s*秒?)?)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})\s?(\d{2})(\d{2})(\d{2})?()()")
_DAY = re.compile(r"\d{4}\s*[-/.年]?\s*\d{1,2}\s*[-/.月]?\s*\d{1,2}\s*日?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099

_NONE = Text("没有时间", "there is no time")
_ONLY_DAY = Text("只有日期，没有几点几分", "a day without a time of day")
_NO_SUCH = Text("没有这个时刻", "there is no such time")
_TWICE = Text(
    "这个时刻在该时区不存在或出现两次（夏令时）；请写明偏移，如 +08:00",
    "this time does not exist in its zone, or twice (summer time); write the offset, such as +08:00",
)


def zone_named(name: str) -> ZoneInfo:
    """Return a zone of time.

    Raises:
        EnterpriseError: there is none of this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EnterpriseError(
            Text(f"没有时区 {name}；如 Asia/Shanghai", f"there is no zone {name}; such as Asia/Shanghai"), field="zone"
        ) from None


def read_times(column: Any, zone: ZoneInfo) -> tuple[_Ints, dict[str, Text], npt.NDArray[np.bool_]]:  # noqa: ANN401
    """Return seconds since 1970-01-01 UTC (`NO_TIME` where none), why by cell, and which rows named no offset.

    Args:
        column: text, shape (rows,).
        zone: for times without an offset.
    """
    import pandas as pd  # noqa: PLC0415 - as in `local_seconds`

    strict = np.asarray(pc.match_substring_regex(column, _STRICT))
    seconds = np.full(len(column), NO_TIME, np.int64)
    naive = strict.copy()
    why: dict[str, Text] = {}
    if strict.any():
        texts = column.filter(pa.array(strict))
        # the pattern lets 30 February through, so the calendar is asked
        parsed = pd.to_datetime(texts.to_numpy(zero_copy_only=False), format="ISO8601", errors="coerce")
        local = pd.DatetimeIndex(parsed).as_unit("s")
        utc = local.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").tz_convert("UTC").tz_localize(None)
        lacking = np.asarray(utc.isna())
        seconds[strict] = np.where(lacking, NO_TIME, utc.to_numpy().astype("datetime64[s]").astype(np.int64))
        for text, no_day in zip(
            texts.filter(pa.array(lacking)).to_pylist(), np.asarray(local.isna())[lacking], strict=True
        ):
            why[text] = _NO_SUCH if no_day else _TWICE
    others = np.flatnonzero(~strict)
    known: dict[str, tuple[int, bool]] = {}
    for row, text in zip(others, column.take(pa.array(others)).to_pylist() if len(others) else [], strict=True):
        if text not in known:
            read = _one(text, zone)
            known[text] = (NO_TIME, False) if isinstance(read, Text) else read
            if isinstance(read, Text):
                why[text] = read
        seconds[row], naive[row] = known[text]
    return seconds, why, naive


def _one(text: str, zone: ZoneInfo) -> tuple[int, bool] | Text:
    cleaned = unicodedata.normalize("NFKC", text).strip()
    if not cleaned:
        return _NONE
    found = _LOOSE.fullmatch(cleaned) or _DIGITS.fullmatch(cleaned)
    if not found:
        return _ONLY_DAY if _DAY.fullmatch(cleaned) else Text(f"“{text}”不是时间", f"{text!r} is no time")
    return _placed(found, zone)


def _placed(found: re.Match[str], zone: ZoneInfo) -> tuple[int, bool] | Text:
    year, month, day, hour, minute = (int(found[place]) for place in range(1, 6))
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return Text(f"{year} 年不可能", f"the year {year} cannot be")
    try:
        local = dt.datetime(year, month, day, hour, minute, int(found[6] or 0))  # noqa: DTZ001 - its zone comes next
    except ValueError:
        return _NO_SUCH
    if found[8]:
        return _with_offset(local, found[8])
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return (int(early.timestamp()), True) if early.utcoffset() == late.utcoffset() else _TWICE


def _with_offset(local: dt.datetime, offset: str) -> tuple[int, bool] | Text:
    if offset in "Zz":
        return int(local.replace(tzinfo=dt.UTC).timestamp()), False
    plain = offset.replace(":", "")
    ahead = dt.timedelta(hours=int(plain[1:3]), minutes=int(plain[3:5]))
    if ahead >= dt.timedelta(days=1):
        return _NO_SUCH
    signed = -ahead if plain[0] == "-" else ahead
    return int(local.replace(tzinfo=dt.timezone(signed)).timestamp()), False


def local_seconds(seconds: _Ints, zone: ZoneInfo) -> _Ints:
    """Return the clock's time in a zone, as seconds since 1970-01-01 of that clock."""
    import pandas as pd  # noqa: PLC0415 - the service asks this module for zones only, and need not wait for it when it starts

    local = pd.DatetimeIndex(seconds.astype("datetime64[s]")).tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return np.asarray(local.to_numpy().astype("datetime64[s]").astype(np.int64))


def one_year_on(local: _Ints) -> _Ints:
    """Return the same clock time one year later; from 29 February it is 1 March."""
    stamps = local.astype("datetime64[s]")
    months = stamps.astype("datetime64[M]")
    within = (stamps - months.astype("datetime64[s]")).astype(np.int64)
    return np.asarray((months + np.timedelta64(12, "M")).astype("datetime64[s]").astype(np.int64) + within)


def written(seconds: _Ints, zone: ZoneInfo) -> list[str]:
    """Return times as RFC 3339 in a zone."""
    local = local_seconds(seconds, zone)
    texts = np.datetime_as_string(local.astype("datetime64[s]"))
    return [f"{text}{offset}" for text, offset in zip(texts, _offsets(local - seconds), strict=True)]


def _offsets(ahead: _Ints) -> list[str]:
    words = {}
    for seconds in np.unique(ahead).tolist():
        hours, minutes = divmod(abs(seconds) // 60, 60)
        words[seconds] = f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}"
    return [words[seconds] for seconds in ahead.tolist()]
