"""Permits: what one names, and whether it covers a case."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from truckban.cases import Case, settled
from truckban.hours import Hours
from truckban.logic import COLUMNS, FALSE, TRUE, UNKNOWN, Coded
from truckban.positions import MOST_LAT, MOST_LON, looks_swapped
from truckban.vehicles.plates import read_plate
from zones.coords import LocalPlane
from zones.errors import InputError
from zones.text import Text

_SPAN = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
UNREAD = "permit.unread"
_FIELDS = {"plate", "valid_from", "valid_to", "windows", "roads", "area", "status", "kind", "id"}
_STATUS = {
    **dict.fromkeys(("active", "approved", "有效", "生效", "生效中", "正常", "在用"), "active"),
    **dict.fromkeys(("suspended", "暂停", "停用"), "suspended"),
    **dict.fromkeys(("revoked", "withdrawn", "cancelled", "吊销", "撤销", "注销", "作废"), "revoked"),
    **dict.fromkeys(("expired", "过期", "已过期", "失效", "到期"), "expired"),
    **dict.fromkeys(("draft", "applied", "pending", "submitted", "returned", "申请中", "审核中", "待审核"), "applied"),
    **dict.fromkeys(("refused", "rejected", "驳回", "不予许可", "未通过"), "refused"),
}
"""How offices, and the service for its applications, write that a permit is in force, and that it is not."""


@dataclass(frozen=True, slots=True)
class Permit:
    """One permit.

    Attributes:
        plate: whose it is.
        valid_from: first day, None where not stated.
        valid_to: last day, included.
        windows: spans of the day (`22:00-07:00`), in the notice's zone of time; none: at any time.
            A span over midnight belongs to the day it starts on, and that day must be valid.
        roads: streets it names; None with no area either: the whole zone.
        area: WGS 84 polygon it names.
        status: only `active` counts; read from the words offices use.
        kind: which of a notice's kinds of permit it is, None where it has but one.
        unread: there is one for this plate, and what it allows could not be read: it may cover anything, or nothing.
    """

    plate: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    windows: tuple[str, ...] = ()
    roads: frozenset[str] | None = None
    area: BaseGeometry | None = None
    status: str = "active"
    kind: str | None = None
    unread: bool = False
    hours: Hours | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the windows ready to be asked."""
        hours = Hours(self.windows, on=self.valid_on, by_day=True) if self.windows else None
        object.__setattr__(self, "hours", hours)

    @property
    def rank(self) -> tuple[str | bytes | tuple[str, ...], ...]:
        """What permits are put in order by, from all that they say: the same in every process, as no text of a set is."""
        days = [str(day or "") for day in (self.valid_from, self.valid_to)]
        area = b"" if self.area is None else shapely.to_wkb(self.area, byte_order=1)
        # without roads is not with none
        roads = () if self.roads is None else ("roads", *sorted(self.roads))
        return (self.plate, *days, self.windows, roads, area, self.status, self.kind or "", str(self.unread))

    def widened(self, metres: float) -> "Permit":
        """Return the permit with its area larger by a receiver's error."""
        if self.area is None:
            return self
        plane = LocalPlane.around(self.area)
        return replace(self, area=plane.to_lonlat(plane.to_xy(self.area).buffer(metres)))

    def valid_on(self, ordinal: int) -> int:
        """Return the trit of: the permit is valid on a day."""
        day = dt.date.fromordinal(ordinal)
        return TRUE if (self.valid_from or day) <= day <= (self.valid_to or day) else FALSE

    def tests(self, case: Case) -> list[tuple[str, Callable[[], Any]]]:
        """Return what must hold, each with the reason code of its failing, in the order a person would look."""
        mine: tuple[str, Callable[[], Any]] = "permit.other_plate", lambda: case.logic.each(case.plate, self._is_for)
        if self.unread:
            return [mine, (UNREAD, lambda: UNKNOWN)]
        return [
            mine,
            ("permit.not_active", lambda: TRUE if self.status == "active" else FALSE),
            ("permit.not_active", lambda: case.logic.by_day(case.day, self._begun)),
            ("permit.expired", lambda: self._not_over(case)),
            ("permit.off_time", lambda: self._in_hours(case)),
            ("permit.off_route", lambda: self._on_route(case)),
        ]

    def covers(self, case: Case) -> Any:  # noqa: ANN401
        """Return the trit of: this permit lifts the ban in this case."""
        return case.logic.every(holds() for _, holds in self.tests(case))

    def _is_for(self, plate: str | None) -> int:
        return UNKNOWN if plate is None else TRUE if plate == self.plate else FALSE

    def _begun(self, ordinal: int) -> int:
        return TRUE if self.valid_from is None or dt.date.fromordinal(ordinal) >= self.valid_from else FALSE

    def _not_over(self, case: Case) -> Any:  # noqa: ANN401
        """The last day is included, and the rest of the night that starts on it."""
        return case.logic.some(holds(case) for holds in (self._on_day, self._in_hours))

    def _on_day(self, case: Case) -> Any:  # noqa: ANN401
        return case.logic.by_day(case.day, self._up_to_last_day)

    def _up_to_last_day(self, ordinal: int) -> int:
        return TRUE if self.valid_to is None or dt.date.fromordinal(ordinal) <= self.valid_to else FALSE

    def _in_hours(self, case: Case) -> Any:  # noqa: ANN401
        if self.hours is None:
            return case.logic.by_day(case.day, self.valid_on)
        return self.hours.holds(case.day, case.second, case.logic)

    def _on_route(self, case: Case) -> Any:  # noqa: ANN401
        if self.roads is None and self.area is None:
            return TRUE
        found = []
        if self.roads is not None:
            found.append(case.logic.each(settled(case.roads), self._names_one_of))
        if self.area is not None:
            within = shapely.intersects_xy(self.area, case.lon, case.lat)
            unknown = np.isnan(case.lon)
            found.append(case.logic.trit(within | unknown, ~within | unknown))
        return case.logic.some(found)

    def _names_one_of(self, roads: frozenset[str] | None) -> int:
        return UNKNOWN if roads is None else TRUE if self.roads and roads & self.roads else FALSE


class PermitList:
    """The permits a case, or columns of cases, are judged with."""

    def __init__(self, permits: Sequence[Permit] = (), *, unread: Sequence[str] = ()) -> None:
        """Take permits of any plates, and the plates of those that could not be read."""
        self.permits = tuple(permits)
        self.unread = tuple(Permit(plate, None, None, unread=True) for plate in dict.fromkeys(unread))

    def cover(self, kind: str | None, case: Case) -> Any:  # noqa: ANN401
        """Return the trit of: some permit of the kind covers the case."""
        fitting = [permit for permit in self.permits if kind is None or permit.kind in (None, kind)]
        if not fitting:
            return FALSE
        if case.logic is COLUMNS:
            return _by_plate(fitting, case)
        return case.logic.some(permit.covers(case) for permit in fitting)


def _by_plate(permits: Sequence[Permit], case: Case) -> np.ndarray:
    """Ask each row only the permits of its plate; a row without a plate is asked all."""
    plate: Coded = case.plate
    result = np.full(len(plate.codes), FALSE, np.int8)
    for code, number in enumerate(plate.distinct):
        own = [permit for permit in permits if number is None or permit.plate == number]
        if own:
            rows = np.flatnonzero(plate.codes == code)
            some = case.take(rows)
            result[rows] = some.logic.some(permit.covers(some) for permit in own)
    return result


def read_permit(fields: Mapping[str, Any], road_name: Callable[[str], str] = str.strip) -> Permit:
    """Read a permit of a case, in the shape of the contract.

    Args:
        fields: its JSON object.
        road_name: turns a road as people write it into the notice's own spelling.

    Raises:
        InputError: a value that cannot be, with its field.
    """
    for name in fields:
        if name not in _FIELDS:
            raise InputError(Text("通行证没有这个字段", "a permit has no such field"), field=name)
    if fields.get("plate") is None:
        raise InputError(Text("通行证要有车牌", "a permit needs a plate"), field="plate")
    valid_from, valid_to = _day(fields, "valid_from"), _day(fields, "valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        raise InputError(
            Text(f"早于 valid_from {valid_from}", f"lies before valid_from {valid_from}"), field="valid_to"
        )
    return Permit(
        plate=read_plate(fields["plate"]).number,
        valid_from=valid_from,
        valid_to=valid_to,
        windows=tuple(_span(span) for span in _list(fields, "windows")),
        roads=frozenset(map(road_name, _list(fields, "roads"))) or None,
        area=_area(fields.get("area")),
        status=_status(fields),
        kind=_text(fields, "kind"),
    )


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise InputError(Text("应为文字，或不写", "text is needed, or nothing at all"), field=name)
    return value


def _status(fields: Mapping[str, Any]) -> str:
    """Return one of the words that are known; of others nobody knows whether the permit is in force."""
    status = _text(fields, "status")
    if status is None:
        return "active"
    known = _STATUS.get(status.strip().lower())
    if known is None:
        raise InputError(
            Text(
                f"`{status}` 不是认识的状态；可以是：{'、'.join(_STATUS)}",
                f"`{status}` is no status that is known; it is one of: {', '.join(_STATUS)}",
            ),
            field="status",
        )
    return known


def _day(fields: Mapping[str, Any], name: str) -> dt.date | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InputError(
            Text(f"`{value}` 不是日期；应如 2024-05-31", f"`{value}` is not a day; write 2024-05-31"), field=name
        ) from None


def _list(fields: Mapping[str, Any], name: str) -> list[str]:
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
        raise InputError(Text("应为文字的列表", "a list of texts is needed"), field=name)
    return value


def _span(span: str) -> str:
    if not _SPAN.fullmatch(span) or span[:5] == span[6:]:
        raise InputError(
            Text(f"`{span}` 不是时段；应如 22:00-07:00", f"`{span}` is not a span of hours; write 22:00-07:00"),
            field="windows",
        )
    return span


def _area(value: Any) -> BaseGeometry | None:  # noqa: ANN401
    if value is None:
        return None
    try:
        geometry = shape(value.get("geometry") or value)
        valid = geometry.is_valid and not geometry.is_empty and geometry.geom_type in ("Polygon", "MultiPolygon")
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, IndexError, ShapelyError):
        valid = False
    if not valid:
        raise InputError(Text("应为 GeoJSON 多边形（WGS 84）", "a GeoJSON polygon (WGS 84) is needed"), field="area")
    west, south, east, north = geometry.bounds
    if looks_swapped(west, south) and looks_swapped(east, north):
        raise InputError(Text("经纬度像是写反了", "longitude and latitude look swapped"), field="area")
    if max(abs(west), abs(east)) > MOST_LON or max(abs(south), abs(north)) > MOST_LAT:
        raise InputError(Text("经纬度超出范围", "longitude and latitude are out of range"), field="area")
    shapely.prepare(geometry)
    return geometry
