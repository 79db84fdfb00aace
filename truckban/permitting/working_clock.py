"""The clock of an application: by which working day it has to be decided, and how long is left.

A time limit is counted in working days, without the public holidays (行政许可法 art. 82); the day it begins on is not counted
(民法典 art. 201), and it ends with its last day (民法典 art. 203). While an application is back with the applicant it stands still.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from truckban.hours import kind_of_day
from truckban.moments import instant_of, local, rfc3339
from truckban.permitting.states import Event, State
from zones.errors import InputError
from zones.text import Text

Notes = tuple[tuple[str, Text], ...]
_FIRST_OF_WEEKEND = 5
_DECIDED: frozenset[State] = frozenset({"approved", "refused", "suspended", "revoked", "expired", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Due:
    """By when: the first instant that is too late, and what was not known on the way there."""

    at: dt.datetime
    warnings: Notes = ()


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of the time.

    Attributes:
        working_days: not yet over, of those that count; 0 on the day after the last one.
        due_at: the first instant that is too late; None while the clock stands still, or before it has begun.
        overdue: nothing has been decided, and the time is over; or it was decided too late.
        paused: the application is back with the applicant.
        decided: there is a decision, or nothing left to decide.
        warnings: codes with sentences: years whose holidays are not known.
    """

    working_days: int
    due_at: dt.datetime | None
    overdue: bool
    paused: bool
    decided: bool
    timezone: str
    warnings: Notes = ()

    def as_json(self) -> dict[str, Any]:
        """Return the object that the service answers with."""
        return {
            "working_days": self.working_days,
            "due_at": None if self.due_at is None else rfc3339(self.due_at, self.timezone),
            "overdue": self.overdue,
            "paused": self.paused,
            "decided": self.decided,
            "warnings": [{"code": code, "text": text.zh, "text_en": text.en} for code, text in self.warnings],
        }


def is_working_day(day: dt.date) -> tuple[bool, bool]:
    """Return whether a day is worked in China, and whether that is known.

    Shifted working days count as worked. Of a year whose arrangement is not known, Monday to Friday are taken.
    Source: the annual 国务院办公厅关于部分节假日安排的通知, by `chinesecalendar`.
    """
    known = kind_of_day(day.toordinal())
    return (day.weekday() < _FIRST_OF_WEEKEND, False) if known is None else (known[0], True)


class WorkingClock:
    """Counts working days in a place's zone of time."""

    def __init__(self, *, working_days: int = 1, timezone: str = "Asia/Shanghai") -> None:
        """Take within how many working days an application is decided, and the notice's zone of time.

        Raises:
            InputError: less than one day.
        """
        if working_days < 1:
            raise InputError(Text("至少 1 个工作日", "at least one working day is needed"), field="working_days")
        self.working_days = working_days
        self.timezone = timezone

    def due_at(self, submitted_at: dt.datetime) -> Due:
        """Return by when an application that is never sent back has to be decided: the end of its last working day."""
        return self._due(submitted_at, self.working_days)

    def remaining(self, events: Sequence[Event], at: dt.datetime) -> Remaining:
        """Return what is left of the time at an instant; events of later are not looked at."""
        left, begun, paused, late = self.working_days, None, False, False
        warnings: dict[str, tuple[str, Text]] = {}
        decided = False
        for event in events:
            if event.at > at:
                continue
            if event.to == "submitted":
                begun, paused = event.at, False
                continue
            if event.from_ == "submitted" and begun is not None:
                due = self._due(begun, left)
                warnings |= {text.zh: (code, text) for code, text in due.warnings}
                late = late or event.at >= due.at
                left = max(left - self._over(begun, event.at), 1)
            if event.to == "returned":
                begun, paused = None, True
            elif event.to in _DECIDED:
                begun, paused, decided = None, False, True
        if begun is None:
            return Remaining(left, None, late, paused, decided, self.timezone, tuple(warnings.values()))
        due = self._due(begun, left)
        warnings |= {text.zh: (code, text) for code, text in due.warnings}
        overdue = late or at >= due.at
        days = 0 if at >= due.at else left - self._over(begun, at)
        return Remaining(days, due.at, overdue, False, False, self.timezone, tuple(warnings.values()))  # noqa: FBT003

    def _due(self, since: dt.datetime, days: int) -> Due:
        day, left, guessed = local(since, self.timezone)[0], days, set()
        while left:
            day += 1
            date = dt.date.fromordinal(day)
            worked, known = is_working_day(date)
            left -= worked
            if not known:
                guessed.add(date.year)
        return Due(instant_of(day + 1, 0, self.timezone), tuple(_not_known(year) for year in sorted(guessed)))

    def _over(self, since: dt.datetime, at: dt.datetime) -> int:
        """Return how many whole working days lie between two days, neither of them counted."""
        first, last = local(since, self.timezone)[0], local(at, self.timezone)[0]
        return sum(is_working_day(dt.date.fromordinal(day))[0] for day in range(first + 1, last))


def _not_known(year: int) -> tuple[str, Text]:
    return (
        "calendar.year_not_known",
        Text(
            f"{year} 年的放假安排还不知道（国务院每年公布），只按周一至周五计算",
            f"the holidays of {year} are not known (the State Council announces them each year): "
            "Monday to Friday were taken",
        ),
    )
