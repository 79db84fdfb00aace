"""How a notice stands on a day: whether a penalty could rest on it, due for review or not."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from truckban.norms import Notice

NOT_YET_PUBLISHED = "notice.not_yet_published"
WARNINGS_ONLY = "notice.warnings_only"


def not_enforceable(notice: Notice, ordinal: int) -> str | None:
    """Return why no penalty could rest on a notice on a day, as the code of a reason; None where one could.

    A notice that states no day of publication counts as published. Where its text has warnings only at first
    (过渡期, 试行期), `dates.enforceable` is the first day after that.
    """
    dates, day = notice.pack.dates, dt.date.fromordinal(ordinal)
    if dates.published is not None and day < dates.published:
        return NOT_YET_PUBLISHED
    return WARNINGS_ONLY if dates.enforceable is not None and day < dates.enforceable else None


def quoted_day(notice: Notice, code: str) -> Mapping[str, Any]:
    """Return the fact that a code of `not_enforceable` rests on."""
    dates = notice.pack.dates
    return {"published": str(dates.published)} if code == NOT_YET_PUBLISHED else {"enforceable": str(dates.enforceable)}


def aged(notice: Notice, ordinal: int) -> bool:
    """Whether a notice was due for review on a day: so many years after its first, as its pack says."""
    dates = notice.pack.dates
    if dates.in_force is None or dates.review is None:
        return False
    return dt.date.fromordinal(ordinal) >= _years_after(dates.in_force, dates.review.after_years)


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return dt.date(day.year + years, 3, 1)
