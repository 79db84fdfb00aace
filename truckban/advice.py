"""When would it be lawful? The next instant at which a verdict turns to allowed."""

from collections.abc import Callable, Iterator, Sequence

from truckban.hours import DAY_S, seconds
from truckban.logic import FALSE
from truckban.norms import Notice
from truckban.permits import PermitList

DAYS_AHEAD = 31


def change_seconds(notice: Notice, permits: PermitList) -> list[int]:
    """Return the seconds of a day at which any verdict of the notice can change; midnight is always one of them."""
    edges = {0}
    for hours in notice.hours.values():
        edges |= hours.edges
    if notice.alerts is not None:
        edges |= notice.alerts.seconds
    for permit in permits.permits:
        edges |= {second % DAY_S for span in permit.windows for second in seconds(span)}
    return sorted(edges)


def next_lawful(
    notice: Notice,
    after: tuple[int, int],
    permits: PermitList,
    trit_at: Callable[[int, int], int],
    edges: Sequence[int],
) -> tuple[int, int] | None:
    """Return the first local day and second after `after`, within a month or on the day the notice ends, that is allowed.

    Args:
        notice: whose dates can change the verdict.
        after: the local day's ordinal and second asked about.
        permits: whose days can change it.
        trit_at: the verdict at a local day's ordinal and second.
        edges: the seconds of a day at which it can change (`change_seconds`).
    """
    for day in _days(notice, after[0], permits):
        for second in edges:
            if (day, second) > after and trit_at(day, second) == FALSE:
                return day, second
    return None


def _days(notice: Notice, first: int, permits: PermitList) -> Iterator[int]:
    """Yield the days from the first on that are looked at, in order."""
    ahead = range(first, first + DAYS_AHEAD)
    yield from ahead
    days = {permit.valid_from.toordinal() for permit in permits.permits if permit.valid_from}
    if notice.pack.dates.end is not None:
        days.add(notice.pack.dates.end.toordinal() + 1)
    yield from sorted(day for day in days if day >= ahead.stop)
