"""When an OSM condition holds: `opening_hours` expressions, alone or laid over each other, on the clock of a place.

The library `opening-hours-py` reads the expressions. It is not asked for what it would have to invent: the holidays of a
country (of China's it knows the statutory days only, without Qingming and without the days around them) and, where no
position is given, the hours of sunrise and sunset. What is then not known counts as closed.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]  # the stubs leave it out

from zones.errors import TextError
from zones.osm_conditions import Clause, clauses_of
from zones.text import Text

Span = tuple[datetime, datetime]
ALWAYS = "24/7"
# `; PH off` and `, SH off`: left out where it would reopen a street, for which days it does is not known
_HOLIDAYS_OFF = re.compile(r"[;,]\s*(?:PH|SH)(?:\s*,\s*(?:PH|SH))*\s+(?:off|closed)\b", re.IGNORECASE)
_HOLIDAYS = re.compile(r"\b(?:PH|SH|easter)\b")
_SUN = re.compile(r"\b(?:sunrise|sunset|dawn|dusk)\b")


def not_understood(expression: str, *, opens: bool = False) -> Text | None:
    """Return the sentence on an `opening_hours` expression whose times cannot be told; None where they can.

    Args:
        expression: such as `Mo-Fr 07:00-09:00`.
        opens: it says when a street is open, not when it is closed.
    """
    if not _parsed(expression):
        return Text(
            f"看不懂时间“{expression}”，规划时按禁止通行处理",
            f"the times `{expression}` are not understood, the street counts as closed",
        )
    if _HOLIDAYS.search(expression if opens else _HOLIDAYS_OFF.sub("", expression)):
        return Text(
            f"时间“{expression}”取决于节假日，无法确定，规划时按禁止通行处理",
            f"the times `{expression}` depend on holidays, which are not known, the street counts as closed",
        )
    return None


def closed_between(
    expression: str,
    start: datetime,
    end: datetime,
    zone_of_time: str,
    *,
    place: tuple[float, float] | None = None,
) -> list[Span]:
    """Return when an expression of `Use.closed_when` or `Use.destination_when` holds.

    Args:
        expression: `opening_hours` (OSM wiki, Key:opening_hours/specification), several joined by AND, or clauses of which the last
            that applies counts: `no @ (24/7); yes @ (22:00-06:00)`, where `yes` lifts what is before it.
        start: aware; included.
        end: aware; not included.
        zone_of_time: on whose clock, such as `Asia/Shanghai`.
        place: lon and lat in degrees, for sunrise and sunset.

    Returns:
        Spans in their order that do not touch, on the clock of the zone of time. Times that are not understood
        (`not_understood`), or that the expression calls unknown, are closed.

    Raises:
        TextError: a time is not aware, or the zone of time is none.
    """
    zone = _zone(zone_of_time)
    if start.tzinfo is None or end.tzinfo is None:
        raise TextError("时间要带时区", "a time needs its zone of time")
    whole = (start.astimezone(UTC), end.astimezone(UTC))
    if whole[0] >= whole[1]:
        return []
    clauses = clauses_of(expression) if "@" in expression else (Clause("no", expression),)
    closed: list[Span] = []
    for clause in clauses:
        opens = clause.value == "yes"
        spans = [whole]
        for part in clause.parts:
            spans = _both(spans, _spans(part, whole, zone, place, opens=opens))
        closed = _without(closed, spans) if opens else _joined([*closed, *spans])
    return [(begin.astimezone(zone), last.astimezone(zone)) for begin, last in closed]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise TextError(f"没有时区 {name!r}", f"there is no zone of time {name!r}") from error


def _spans(
    expression: str, whole: Span, zone: ZoneInfo, place: tuple[float, float] | None, *, opens: bool
) -> list[Span]:
    """Return when an expression holds for sure (`opens`), or when it may hold."""
    unsure = [] if opens else [whole]
    if not_understood(expression, opens=opens) is not None or (place is None and _SUN.search(expression)):
        return unsure
    hours = _hours(expression if opens else _HOLIDAYS_OFF.sub("", expression), zone, place)
    found = []
    for begin, last, state, comment in hours.intervals(whole[0].astimezone(zone), whole[1].astimezone(zone)):
        holds = str(state) == "open" and not comment if opens else str(state) != "closed"
        if holds:
            begins, ends = max(begin.astimezone(UTC), whole[0]), min(last.astimezone(UTC), whole[1])
            if begins < ends:
                found.append((begins, ends))
    return _joined(found)


@lru_cache(maxsize=4096)
def _parsed(expression: str) -> bool:
    try:
        OpeningHours(expression, auto_country=False, auto_timezone=False)
    except ParserError:
        return False
    return True


@lru_cache(maxsize=4096)
def _hours(expression: str, zone: ZoneInfo, place: tuple[float, float] | None) -> OpeningHours:
    coords = None if place is None else (place[1], place[0])
    return OpeningHours(expression, timezone=zone, coords=coords, auto_country=False)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans in their order, as few as cover the same."""
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _both(some: list[Span], others: list[Span]) -> list[Span]:
    cut = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return _joined((begin, end) for begin, end in cut if begin < end)


def _without(some: list[Span], others: list[Span]) -> list[Span]:
    for begin, end in others:
        parts = [part for a, b in some for part in ((a, min(b, begin)), (max(a, end), b))]
        some = _joined((a, b) for a, b in parts if a < b)
    return some
