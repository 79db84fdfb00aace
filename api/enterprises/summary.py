"""An enterprise's weeks: visits, leads that began there, loads."""

import datetime as dt
from collections import Counter

from sqlalchemy.orm import Session

from api.enterprises.schemas import Summary, Weekly
from api.store.loads import loads_by_day
from api.store.visits import leads_by_day, visits_by_day
from zones.text import Text

_WEEK = 7
_SAYS = (
    Text("线索不是违法认定：须由民警核实", "leads are no finding of a violation: an officer has to verify each"),
    Text(
        "没有记录不等于没有到访：只有装了定位终端、且轨迹已上传的车才看得见",
        "no record does not mean no visit: only trucks whose traces were uploaded can be seen",
    ),
)
_ZERO = {"visits": 0, "visits_unsure": 0, "leads": 0, "loads": 0, "loads_over": 0, "loads_undetermined": 0}


def summary_of(session: Session, enterprise: str, until: dt.date, weeks: int, lang: str) -> Summary:
    """Return the counts of some weeks, the last of them with `until` in it.

    Args:
        session: a transaction that reads.
        enterprise: its id.
        until: the last day that is counted.
        weeks: how many, the first one whole.
        lang: of what the answer says of itself.
    """
    last = until.toordinal()
    # the first day of all, 0001-01-01, was a Monday
    newest = (last - 1) // _WEEK
    first = (newest - weeks + 1) * _WEEK + 1
    counts = {week: Counter(_ZERO) for week in range(newest - weeks + 1, newest + 1)}
    for (day, certainty), count in visits_by_day(session, enterprise, first, last).items():
        counts[(day - 1) // _WEEK]["visits" if certainty == "inside" else "visits_unsure"] += count
    for (day, _), count in leads_by_day(session, enterprise, first, last).items():
        counts[(day - 1) // _WEEK]["leads"] += count
    for (day, verdict), count in loads_by_day(session, enterprise, first, last).items():
        week = counts[(day - 1) // _WEEK]
        week["loads"] += count
        if verdict != "within":
            week[f"loads_{verdict}"] += count
    total = Counter(_ZERO)
    for week in counts.values():
        total.update(week)
    since = dt.date.fromordinal(first)
    return Summary(
        enterprise=enterprise,
        since=since,
        until=until,
        total=Weekly(week=since, **total),
        weeks=[Weekly(week=dt.date.fromordinal(week * _WEEK + 1), **known) for week, known in counts.items()],
        says=[text.of(lang) for text in _SAYS],
    )
