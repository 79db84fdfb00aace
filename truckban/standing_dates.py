"""How a notice stands on a day: published or not yet, due for review or not."""

import datetime as dt

from truckban.norms import Notice


def was_published(notice: Notice, ordinal: int) -> bool:
    """Whether a notice had been published on a day; one that states no day counts as published."""
    published = notice.pack.dates.published
    return published is None or dt.date.fromordinal(ordinal) >= published


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
