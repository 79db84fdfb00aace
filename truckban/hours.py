"""Hours: whether an instant lies in a notice's window, in the notice's zone of time."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from truckban.logic import FALSE, TRUE, UNKNOWN, Logic
from truckban.notices.conditions import WEEKDAYS
from truckban.notices.model import DateRange, Window

DAY_S = 86_400


@lru_cache(maxsize=1024)
def seconds(span: str) -> tuple[int, int]:
    """Return start and end of `HH:MM-HH:MM` in seconds of the day; the end is smaller where it lies on the next day."""
    start, end = (int(hour) * 3600 + int(minute) * 60 for hour, minute in re.findall(r"(\d\d):(\d\d)", span))
    return start, end


def _trit(*, statement: bool) -> int:
    return TRUE if statement else FALSE


@cache
def kind_of_day(ordinal: int) -> tuple[bool, bool] | None:
    """Return (working day, public festival) by the State Council's yearly arrangement, or None for a year not yet arranged.

    Shifted working days (调休) are working days. Source: the annual 国务院办公厅关于部分节假日安排的通知, by `chinesecalendar`.
    """
    import chinese_calendar  # noqa: PLC0415  (a table of twenty years, needed by few notices)

    date = dt.date.fromordinal(ordinal)
    try:
        on_holiday, festival = chinese_calendar.get_holiday_detail(date)
    except NotImplementedError:
        return None
    return not on_holiday, on_holiday and festival is not None


def _matches_calendar(ordinal: int, wanted: str) -> int:
    known = kind_of_day(ordinal)
    if known is None:
        return UNKNOWN
    working, festival = known
    return _trit(
        statement={"workdays": working, "rest_days": not working, "festivals": festival, "not_festivals": not festival}[
            wanted
        ]
    )


def in_range(ordinal: int, dates: DateRange) -> bool:
    """Whether a day lies in a range; both ends are included, a season may run over New Year."""
    date = dt.date.fromordinal(ordinal)
    if isinstance(dates.from_, dt.date) and isinstance(dates.until, dt.date):
        return dates.from_ <= date <= dates.until
    day, start, end = f"{date:%m-%d}", str(dates.from_), str(dates.until)
    return start <= day <= end if start <= end else day >= start or day <= end


class Hours:
    """Spans of the day, on the days that a test lets through."""

    def __init__(self, spans: Sequence[str], *, on: Callable[[int], int], by_day: bool, outside: bool = False) -> None:
        """Take spans (`HH:MM-HH:MM`) and the test of the day that each belongs to.

        Args:
            spans: when it is open; over midnight where the end is not after the start.
            on: the trit of a day's ordinal.
            by_day: whether `on` can tell days apart.
            outside: open on those days at all times but the spans.
        """
        self.spans = [seconds(span) for span in spans]
        self._on = on
        self._by_day = by_day
        self._outside = outside

    @classmethod
    def of(cls, window: Window) -> "Hours":
        """Make a notice's window ready to be asked."""
        conditions = window.weekdays is not None or window.calendar is not None or window.dates is not None
        return cls(window.spans, on=cache(_day_test(window)), by_day=conditions, outside=window.mode == "outside")

    @property
    def edges(self) -> set[int]:
        """Seconds of the day at which it can open or close; midnight where that depends on the day."""
        return {second % DAY_S for span in self.spans for second in span} | ({0} if self._by_day else set())

    def holds(self, day: Any, second: Any, logic: Logic) -> Any:  # noqa: ANN401
        """Whether it is open; `day` is a date's ordinal, `second` the second of that day, local time.

        A span over midnight belongs to the day it starts on; the day's own conditions are asked of that day.
        """
        if self._outside:
            return logic.every([logic.by_day(day, self._on), -self._in_spans(day, second, logic, _any_day)])
        return self._in_spans(day, second, logic, self._on)

    def _in_spans(self, day: Any, second: Any, logic: Logic, on: Callable[[int], int]) -> Any:  # noqa: ANN401
        return logic.some(self._hits(day, second, logic, on))

    def _hits(self, day: Any, second: Any, logic: Logic, on: Callable[[int], int]) -> Iterator[Any]:  # noqa: ANN401
        for start, end in self.spans:
            after_start = logic.trit(second >= start, second < start)
            before_end = logic.trit(second < end, second >= end)
            if start < end:
                yield logic.every([after_start, before_end, logic.by_day(day, on)])
            else:
                yield logic.every([after_start, logic.by_day(day, on)])
                yield logic.every([before_end, logic.by_day(day - 1, on)])


def _any_day(ordinal: int) -> int:  # noqa: ARG001
    return TRUE


def _day_test(window: Window) -> Callable[[int], int]:
    weekdays = None if window.weekdays is None else {WEEKDAYS.index(name) for name in window.weekdays}

    def test(ordinal: int) -> int:
        asked = []
        if weekdays is not None:
            asked.append(_trit(statement=(ordinal + 6) % 7 in weekdays))
        if window.dates is not None:
            asked.append(_trit(statement=any(in_range(ordinal, dates) for dates in window.dates)))
        if window.calendar is not None:
            asked.append(_matches_calendar(ordinal, window.calendar))
        return min(asked, default=TRUE)

    return test
