"""Instants, and what they are in a notice's zone of time. Nothing here asks the machine what time it is."""

import datetime as dt
import re
from functools import cache, lru_cache

import pendulum

from truckban.hours import DAY_S
from zones.errors import InputError
from zones.text import Text

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?P<offset>[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)?",
    re.ASCII,
)
FIRST_YEAR, LAST_YEAR = 1900, 2200
_EXPECTED = Text(
    "应为 RFC 3339 时间，如 2024-05-08T10:00:00+08:00", "an RFC 3339 time is needed, such as 2024-05-08T10:00:00+08:00"
)


@cache
def zone_of_time(name: str) -> dt.tzinfo:
    """Return the zone of time of a name; the same object each time."""
    return pendulum.timezone(name)


def read_instant(text: object, timezone: str) -> tuple[dt.datetime, bool]:
    """Return an aware instant, and whether its zone of time had to be taken from the notice.

    Args:
        text: RFC 3339, with or without an offset.
        timezone: the notice's own zone of time.

    Raises:
        InputError: not an RFC 3339 time, not on the calendar, or of a year before `FIRST_YEAR` or after `LAST_YEAR`.
    """
    found = _RFC3339.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise InputError(_EXPECTED, field="at")
    said = str(text).upper()
    try:
        if found[4] == "24":  # Python 3.14 and later take it for the next day; RFC 3339 has no such hour
            raise ValueError(said)  # noqa: TRY301
        # pendulum knows the hour that a clock skips or repeats; with an offset there is none
        instant = dt.datetime.fromisoformat(said) if found["offset"] else pendulum.parse(said, tz=timezone)
    except ValueError:
        raise InputError(
            Text(f"{text}：没有这个日期或时刻", f"{text}: there is no such day or time"), field="at"
        ) from None
    if not isinstance(instant, dt.datetime):
        raise InputError(_EXPECTED, field="at")
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise InputError(
            Text(
                f"{text}：年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间",
                f"{text}: the year must be from {FIRST_YEAR} to {LAST_YEAR}",
            ),
            field="at",
        )
    return instant, found["offset"] is None


def local(instant: dt.datetime, timezone: str) -> tuple[int, int]:
    """Return the local date's ordinal and the second of that day; fractions of a second are cut off."""
    here = instant.astimezone(zone_of_time(timezone))
    return here.toordinal(), here.hour * 3600 + here.minute * 60 + here.second


def instant_of(day: int, second: int, timezone: str) -> dt.datetime:
    """Return the instant of a local day and second."""
    date = dt.date.fromordinal(day + second // DAY_S)
    hour, rest = divmod(second % DAY_S, 3600)
    return pendulum.datetime(date.year, date.month, date.day, hour, rest // 60, rest % 60, tz=timezone)


def rfc3339(instant: dt.datetime, timezone: str) -> str:
    """Write an instant in a zone of time, to the second, as the contract does."""
    return instant.astimezone(zone_of_time(timezone)).isoformat(timespec="seconds")


@lru_cache(maxsize=4096)
def rfc3339_of(day: int, second: int, timezone: str) -> str:
    """Write the instant of a local day and second."""
    return rfc3339(instant_of(day, second, timezone), timezone)
