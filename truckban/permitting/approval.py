"""What was granted on an application: never more than was asked, often less."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator
from shapely.geometry import shape

from truckban.notices.conditions import Strict
from truckban.notices.model import Span, span_minutes
from truckban.permitting.model import (
    Application,
    Aware,
    Days,
    PermitNo,
    Route,
    Story,
    Words,
    check_route,
    hours_apart,
    read_model,
)
from zones.errors import InputError
from zones.text import Text

_GRID_DEG = 1e-7


class Approval(Strict):
    """What was granted: never more than was asked, often less."""

    permit_no: PermitNo
    issuer: Words
    issued_at: Aware
    notice: Words
    route: Route
    days: Days
    windows: list[Span] = Field(default_factory=list)
    conditions: list[Story] = Field(default_factory=list)
    note: Annotated[str, Field(max_length=200)] | None = None

    @field_validator("windows")
    @classmethod
    def _do_not_overlap(cls, windows: list[str]) -> list[str]:
        return hours_apart(windows)


def read_approval(fields: Mapping[str, Any]) -> Approval:
    """Read an approval as JSON.

    Raises:
        InputError: something in it cannot be, with its dotted field.
    """
    approval = read_model(Approval, fields)
    check_route(approval.route)
    return approval


def approval_of(
    application: Application,
    *,
    permit_no: str,
    issuer: str,
    issued_at: dt.datetime,
    route: Mapping[str, Any] | None = None,
    days: Mapping[str, Any] | None = None,
    windows: list[str] | None = None,
) -> Approval:
    """Return what is granted on an application: as asked, or less.

    Args:
        application: what was asked.
        permit_no: the permit's number.
        issuer: whose it is.
        issued_at: when, aware.
        route: the roads or the area that are granted; as asked if None.
        days: likewise.
        windows: likewise.

    Raises:
        InputError: the application lacks route, days or notice, or more is granted than was asked.
    """
    if application.notice is None or application.route is None or application.days is None:
        raise InputError(
            Text("申请缺少通告、路线或日期", "the application lacks its notice, route or days"), field="days"
        )
    given = {
        "permit_no": permit_no,
        "issuer": issuer,
        "issued_at": issued_at,
        "notice": application.notice,
        "route": application.route if route is None else dict(route),
        "days": application.days if days is None else dict(days),
        "windows": application.windows if windows is None else windows,
        "conditions": application.conditions,
    }
    approval = read_approval(given)
    asked = application.days
    if approval.days.from_ < asked.from_ or approval.days.to > asked.to:
        raise InputError(
            Text(f"超出申请的日期 {asked.from_} 至 {asked.to}", f"beyond the days asked, {asked.from_} to {asked.to}"),
            field="days",
        )
    if application.windows and not covered(approval.windows) <= covered(application.windows):
        raise InputError(Text("超出申请的时段", "beyond the hours asked"), field="windows")
    if not _within(approval.route, application.route):
        raise InputError(Text("超出申请的路线或区域", "beyond the roads or the area asked"), field="route")
    return approval


def covered(windows: list[str]) -> set[int]:
    """Return the minutes of the day that hours cover; none: all of them."""
    return set().union(*map(span_minutes, windows)) if windows else set(range(1440))


def _within(granted: Route, asked: Route) -> bool:
    """Tell whether a route is no more than what was asked; whether roads lie along a line that was asked is the reviewer's to see."""
    if asked.whole_zone or granted == asked:
        return True
    if asked.line is not None:
        return not granted.whole_zone
    if asked.roads is not None:
        return granted.roads is not None and set(granted.roads) <= set(asked.roads)
    if granted.area is None or asked.area is None:
        return False
    outer, inner = (shape(area.get("geometry") or area) for area in (asked.area, granted.area))
    return bool(outer.buffer(_GRID_DEG).covers(inner))
