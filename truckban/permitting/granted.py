"""From what was granted to the permits that `decide` and `check` judge by (contract, section 1)."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import shapely
from shapely.geometry import shape

from truckban.hours import DAY_S, seconds
from truckban.moments import local
from truckban.permitting.approval import Approval
from truckban.permitting.model import Application, Route
from truckban.permitting.small_area import geojson
from truckban.permitting.states import Event
from zones.coords import LocalPlane

# contract, section 1, question 11: a position is on a street within 25 m of its centre line
BESIDE_M = 25.0
_MINUTE_S = 60
_DECIMALS = 7
_WHOLE_DAY = "00:00-24:00"

Piece = tuple[dt.date, dt.date, tuple[str, ...], str]
"""First day, last day, hours of these days, status."""


def to_permit_json(
    application: Application, approval: Approval, *, events: Sequence[Event] = (), timezone: str = "Asia/Shanghai"
) -> list[dict[str, Any]]:
    """Return the permits of an approval, one a vehicle; several where it was suspended for a time or revoked before its end.

    A check of last year's trace gives last year's answer: what was in force at the time counts, to the minute (a minute begun counts for
    the holder). A permit registered afterwards counts for the days that it names; that it was is seen in its `id` alone.

    Args:
        application: whose vehicles and kind of permit.
        approval: what was granted.
        events: the record; none: in force all the time.
        timezone: the notice's.
    """
    roads, area = _where(approval.route)
    pieces = list(_pieces(approval, events, timezone))
    return [
        {
            "plate": plate,
            "valid_from": first.isoformat(),
            "valid_to": last.isoformat(),
            "windows": list(windows),
            "roads": roads,
            "area": area,
            "status": status,
            **({"kind": application.permit_kind} if application.permit_kind else {}),
            "id": approval.permit_no,
        }
        for plate in application.plates
        for first, last, windows, status in pieces
    ]


def area_of(route: Route) -> dict[str, Any] | None:
    """Return the GeoJSON polygon of a route: its area, or what lies within 25 m of its line; None for named roads and whole zones."""
    if route.area is not None:
        area: dict[str, Any] = route.area.get("geometry") or route.area
        return area
    if route.line is None:
        return None
    line = shape(route.line)
    plane = LocalPlane.around(line)
    beside = plane.to_lonlat(plane.to_xy(line).buffer(BESIDE_M))
    return geojson(shapely.set_precision(beside, 10**-_DECIMALS))


def _where(route: Route) -> tuple[list[str], dict[str, Any] | None]:
    return list(route.roads or ()), area_of(route)


def not_in_force(events: Sequence[Event]) -> list[tuple[dt.datetime, dt.datetime | None, str]]:
    """Return the spells in which a permit that was granted was not in force: from, to (None: for good) and its status then."""
    found: list[tuple[dt.datetime, dt.datetime | None, str]] = []
    for event in events:
        if found and found[-1][1] is None:
            if event.to == found[-1][2]:
                continue
            found[-1] = (found[-1][0], event.at, found[-1][2])
        if event.to in ("suspended", "revoked"):
            found.append((event.at, None, event.to))
    return [(since, until, status) for since, until, status in found if until is None or until > since]


def _pieces(approval: Approval, events: Sequence[Event], timezone: str) -> Iterator[Piece]:
    """Yield runs of days with the hours that are in force, or with the status of those that are not."""
    spells = [
        Spell(since, until, status)
        for begin, end, status in not_in_force(events)
        if (since := _minute(begin, timezone, up=True)) < (until := _minute(end, timezone, up=False))
    ]
    windows = tuple(approval.windows)
    first, last = approval.days.from_.toordinal(), approval.days.to.toordinal()
    touched: set[int] = set()
    for spell in spells:
        # the night that starts on the day before
        begin, end = spell.since // DAY_S - 1, min(spell.until, last * DAY_S) // DAY_S
        touched.update(range(max(first, int(begin)), int(end) + 1))
    run: Piece | None = None
    for days in _runs(first, last, sorted(touched)):
        for piece in _of_days(days, spells, windows):
            if run is not None and run[2:] == piece[2:] and run[1] + dt.timedelta(1) == piece[0]:
                run = (run[0], piece[1], *run[2:])
                continue
            if run is not None:
                yield run
            run = piece
    if run is not None:
        yield run


class Spell(NamedTuple):
    """When a permit was not in force: seconds of local time since the day with the ordinal 0, and its status."""

    since: float
    until: float
    status: str


def _runs(first: int, last: int, touched: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the days from first to last: each that is touched alone, the others in runs."""
    begin = first
    for day in touched:
        if begin < day:
            yield begin, day - 1
        yield day, day
        begin = day + 1
    if begin <= last:
        yield begin, last


def _of_days(days: tuple[int, int], spells: Sequence[Spell], windows: tuple[str, ...]) -> Iterator[Piece]:
    """Yield a run of days as they are, or one day whose hours are cut by spells."""
    begin, end = (dt.date.fromordinal(day) for day in days)
    parts: dict[tuple[int, str], list[str]] = {}
    for span in windows or (_WHOLE_DAY,):
        low, high = seconds(span)
        high += DAY_S if high <= low else 0
        zero = days[0] * DAY_S
        edges = (edge - zero for spell in spells for edge in (spell.since, spell.until))
        marks = sorted({low, high, *(int(edge) for edge in edges if low < edge < high)})
        for left, right in pairwise(marks):
            status = next((s.status for s in spells if s.since <= zero + left < s.until), "active")
            # what of a night is after midnight alone belongs to the next day
            parts.setdefault((left // DAY_S, status), []).append(_span(left, right))
    statuses = {status for _, status in parts}
    if len(statuses) == 1:
        yield begin, end, windows, statuses.pop()
        return
    for (later, status), spans in parts.items():
        day = begin + dt.timedelta(later)
        yield day, day, tuple(spans), status


def _span(left: int, right: int) -> str:
    begin, end = left % DAY_S, right % DAY_S
    until = f"{end // 3600:02d}:{end % 3600 // 60:02d}" if end else "24:00"
    return f"{begin // 3600:02d}:{begin % 3600 // 60:02d}-{until}"


def _minute(at: dt.datetime | None, timezone: str, *, up: bool) -> float:
    """Return an instant in local seconds, on the minute that is better for the holder; infinity for None."""
    if at is None:
        return math.inf
    day, second = local(at, timezone)
    whole = second // _MINUTE_S + (1 if up and (second % _MINUTE_S or at.microsecond) else 0)
    return day * DAY_S + whole * _MINUTE_S
