"""When would it be lawful? The next instant at which a verdict turns to allowed."""

import datetime as dt
from collections.abc import Callable

from truckban.hours import DAY_S, seconds
from truckban.logic import FALSE
from truckban.moments import instant_of, local
from truckban.norms import Notice
from truckban.permits import PermitList

DAYS_AHEAD = 31


def change_seconds(notice: Notice, permits: PermitList) -> list[int]:
    """Return the seconds of a day at which any verdict of the notice can change; midnight is always one of them."""
    edges = {0}
    for hours in notice.hours.values():
        edges |= hours.edges
    for permit in permits.permits:
        edges |= {second % DAY_S for span in permit.windows for second in seconds(span)}
    return sorted(edges)


def next_lawful(
    notice: Notice, after: dt.datetime, permits: PermitList, trit_at: Callable[[int, int], int]
) -> dt.datetime | None:
    """Return the first instant after `after`, within a month or on the day the notice ends, that is allowed.

    Args:
        notice: whose windows and dates can change the verdict.
        after: the instant asked about.
        permits: whose windows and days can change it.
        trit_at: the verdict at a local day's ordinal and second.
    """
    timezone = notice.pack.timezone
    day, second = local(after, timezone)
    edges = change_seconds(notice, permits)
    days = [*range(day, day + DAYS_AHEAD)]
    if notice.pack.dates.end is not None:
        days.append(notice.pack.dates.end.toordinal() + 1)
    days += [permit.valid_from.toordinal() for permit in permits.permits if permit.valid_from]
    for candidate in sorted({d for d in days if d >= day}):
        for edge in edges:
            if (candidate, edge) > (day, second) and trit_at(candidate, edge) == FALSE:
                return instant_of(candidate, edge, timezone)
    return None
