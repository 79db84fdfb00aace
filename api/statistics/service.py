"""Figures about leads, with small ones left out for those who may not know whom they are about."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from api.statistics.schemas import By, Figure

LEAST = 5
"""A figure below this may tell of one person; it is not shown to roles that may not see plates."""
_BEFORE = 4


def figures_shown(by: By, rows: Sequence[tuple[Any, ...]], *, least: int) -> list[Figure]:
    """Return figures; those from 1 up to `least` - 1 without their number."""
    figures = [Figure(key=_key(by, row), leads=row[-1]) for row in rows]
    if by == "week":
        counts = {row[0]: row[-1] for row in rows}
        first = min(counts, default=0)
        for figure, (monday, _) in zip(figures, rows, strict=True):
            weeks = [monday - 7 * back for back in range(1, _BEFORE + 1)]
            known = [counts.get(week, 0) for week in weeks if week >= first]
            if known and all(count == 0 or count >= least for count in known):
                figure.before = round(sum(known) / len(known), 2)
    for figure in figures:
        if figure.leads is not None and figure.leads < least:
            figure.leads = None
    return figures


def _key(by: By, row: tuple[Any, ...]) -> dict[str, Any]:
    match by:
        case "hour_weekday":
            return {"weekday": row[0] + 1, "hour": row[1]}
        case "week":
            monday = dt.date.fromordinal(row[0])
            year, week, _ = monday.isocalendar()
            return {"week": f"{year}-W{week:02}", "from": monday.isoformat()}
        case "entry":
            return {"entry": int(row[0]) if row[0] else None}
    return {by: row[0] or None}
