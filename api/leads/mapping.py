"""Leads on a map: their lines, or counts on a grid where they are many."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import shapely
from sqlalchemy.orm import Session

from api.leads.again import local
from api.leads.schemas import LeadMap
from api.leads.showing import fit, says
from api.privacy import Plates
from api.problems import Problem
from api.store.lead_search import Filters, Order, facts_of, leads_found
from api.store.tables.leads import Lead
from zones.text import Text

_DAYS = dt.timedelta(days=30)
_MOST = 10_000
"""So many are looked at, the newest first."""
_CELLS = 24
_FINE = 2000.0
"""Of the box' width: what is smaller is not seen."""


def map_of(session: Session, filters: Filters, box: str, limit: int, plates: Plates, lang: str) -> LeadMap:
    """Return the leads of a box.

    Args:
        session: a transaction that reads.
        filters: which; without times, the last 30 days that have any.
        box: west, south, east, north.
        limit: more leads than that are shown as counts.
        plates: how they are shown.
        lang: of what the answer says of itself.

    Raises:
        Problem: 422 for a box that is none.
    """
    west, south, east, north = map(float, box.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004
        text = Text(
            "范围应为 西,南,东,北，西小于东，南小于北", "a box is west,south,east,north with west < east, south < north"
        )
        raise Problem(422, "invalid", text, errors=[("query.box", text)])
    filters = _timed(session, filters)
    leads = leads_found(session, replace(filters, box=(west, south, east, north)), Order(), limit=_MOST)
    more, leads = len(leads) > _MOST, leads[:_MOST]
    clustered = len(leads) > limit
    features = (
        _counts(leads, (west, south, east, north))
        if clustered
        else _lines(session, leads, (east - west) / _FINE, plates)
    )
    assert filters.since is not None and filters.until is not None  # noqa: S101, PT018
    return LeadMap(
        features=features,
        clustered=clustered,
        leads=len(leads),
        more=more,
        since=filters.since.isoformat(),
        until=filters.until.isoformat(),
        says=says({lead.grade for lead in leads}, plates, lang),
    )


def _timed(session: Session, filters: Filters) -> Filters:
    """Return filters with both ends of their time."""
    until = filters.until
    if until is None:
        newest = leads_found(session, filters, Order(), limit=1)[:1]
        last = newest[0].entered_at if newest else dt.datetime.now(dt.UTC)
        until = max(last, filters.since or last) + dt.timedelta(seconds=1)
    if filters.since is not None:
        return replace(filters, until=until)
    first = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
    return replace(filters, until=until, since=until - _DAYS if until > first + _DAYS else first)


def _lines(session: Session, leads: Any, fine: float, plates: Plates) -> list[dict[str, Any]]:  # noqa: ANN401
    facts = facts_of(session, leads)
    drawn = [shapely.linestrings(facts[lead.number].line) for lead in leads]
    return [
        {
            "type": "Feature",
            "id": lead.lead_id,
            "geometry": {"type": "LineString", "coordinates": shapely.get_coordinates(line).round(6).tolist()},
            "properties": _properties(lead, facts[lead.number].facts, plates),
        }
        for lead, line in zip(leads, shapely.simplify(drawn, fine), strict=True)
    ]


def _properties(lead: Lead, facts: Mapping[str, Any], plates: Plates) -> dict[str, Any]:
    same = ("lead_id", "state", "verdict", "probability", "vehicle_class", "enforceable", "grade")
    return {
        **{name: getattr(lead, name) for name in same},
        "plate": plates.plate(lead.plate),
        "entered_at": local(lead.entered_at, lead),
        "roads": facts["roads"],
        "fit_for_enforcement": fit(lead, facts),
    }


def _counts(leads: Any, box: tuple[float, float, float, float]) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return a point in each cell of a grid that has leads, where they lie on average, with how many they are."""
    west, south, east, north = box
    wide, high = (east - west) / _CELLS, (north - south) / _CELLS
    counts: Counter[tuple[int, int]] = Counter()
    sums: dict[tuple[int, int], list[float]] = {}
    for lead in leads:
        cell = int((lead.lon - west) / wide), int((lead.lat - south) / high)
        counts[cell] += 1
        summed = sums.setdefault(cell, [0.0, 0.0])
        summed[0] += lead.lon
        summed[1] += lead.lat
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(each / count, 6) for each in sums[cell]]},
            "properties": {"leads": count},
        }
        for cell, count in sorted(counts.items())
    ]
