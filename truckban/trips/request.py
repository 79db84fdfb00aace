"""From a trip as JSON to the question that is planned."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from truckban.moments import read_instant
from truckban.numbers import is_number
from truckban.permits import PermitList
from truckban.questions.asking import object_of, permits_of, under, unknown_members
from truckban.trips.ends import END_FIELDS, End, Sites, read_end
from truckban.trips.lines import Line, edges_of_line
from truckban.trips.model import Trip
from truckban.trips.opening import usable
from truckban.trips.rules import Judged, Rule
from truckban.vehicle_facts import read_vehicle, vehicle_fields
from zones.coords import LocalPlane
from zones.errors import InputError
from zones.routing.ground import TripStreets
from zones.routing.limits import Truck
from zones.text import Text

# figures that signs on streets ask for and notices do not
_OF_SIGNS = ("height_mm", "width_mm", "axle_load_kg")
# a yard is not longer
_APART_M = 500.0
_FIELDS = {
    "id",
    "vehicle",
    "origin",
    "destination",
    "depart",
    "arrive",
    "permits",
    "alerts",
    "fleet",
    "line",
    "geometry",
    "expect",
}


def read_trip(
    asked: Mapping[str, Any],
    streets: TripStreets,
    rules: Sequence[Rule],
    *,
    sites: Sites | None = None,
    allow_files: bool = False,
) -> Trip:
    """Read one trip of the contract (section 6).

    Args:
        asked: `vehicle`, `origin`, `destination`, `depart` or `arrive`, and, where there are some, `permits`, `alerts`, `fleet` (a list of
            vehicles, each with an `id`), `line` (see `lines`).
        streets: the network.
        rules: the notices and their zones; at least one.
        sites: where enterprises are.
        allow_files: whether `line` may name a file: on the command line, never for others.

    Raises:
        InputError: with the dotted path of the field.
    """
    if not isinstance(asked, Mapping):
        raise InputError(Text("应为对象 {…}", "an object {…} is needed"))
    notes = []
    unknown = unknown_members(asked, _FIELDS, _within(rules))
    if unknown:
        listed = ", ".join(unknown)
        notes.append(
            ("trip.unknown_field", Text(f"不认识的字段 {listed}，没有使用", f"unknown field {listed}, not used"))
        )
    timezone = rules[0].shelf.first.pack.timezone
    depart, arrive, assumed = _when(asked, timezone)
    if assumed:
        notes.append(
            (
                "time.assumed_zone",
                Text(f"时间没有写时区，按 {timezone} 理解", f"the time has no zone: {timezone} was taken"),
            )
        )
    with under("vehicle"):
        judged, truck = read_driver(object_of(asked.get("vehicle")), asked, rules)
    line = None
    if asked.get("line") is not None:
        with under("line"):
            line = edges_of_line(asked["line"], streets, allow_files=allow_files)
    ends = []
    for name in ("origin", "destination"):
        if asked.get(name) is None and line is not None:
            spot = line.start if name == "origin" else line.end
            place: Any = {"lon": spot[0], "lat": spot[1]}
        else:
            place = asked.get(name)
        with under(name):
            leaving = name == "origin"
            may = usable(streets, truck, leaving=leaving)
            ends.append(read_end(place, streets, tuple(rules), may, leaving=leaving, sites=sites))
    return Trip(
        judged=judged,
        truck=truck,
        origin=ends[0],
        destination=ends[1],
        depart=depart,
        arrive=arrive,
        timezone=timezone,
        fleet=tuple(_fleet(asked, rules)),
        line=line,
        notes=(*notes, *(() if line is None else (*line.notes, *_apart(line, ends)))),
    )


def _within(rules: Sequence[Rule]) -> dict[str, Collection[str]]:
    """Return the members that a trip's vehicle and its two ends have."""
    facts = (vehicle_fields(rule.shelf.first.facts) for rule in rules)
    return {"vehicle": frozenset(_OF_SIGNS).union(*facts), "origin / destination": END_FIELDS}


def _apart(line: Line, ends: Sequence[End]) -> Iterator[tuple[str, Text]]:
    """Say where a line does not begin or end where the trip does."""
    for name, spot, end in (("起点", line.start, ends[0]), ("目的地", line.end, ends[1])):
        plane = LocalPlane(*spot)
        x, y = plane.xy(np.array([end.lon]), np.array([end.lat]))
        metres = float(np.hypot(x[0], y[0]))
        if metres > _APART_M:
            en = "origin" if name == "起点" else "destination"
            yield (
                "line.end_elsewhere",
                Text(
                    f"线路的{name}离所说的{name}有 {metres:.0f} 米",
                    f"the line's {en} is {metres:.0f} m from the {en} that was given",
                ),
            )


def _when(asked: Mapping[str, Any], timezone: str) -> tuple[float | None, float | None, bool]:
    given = [name for name in ("depart", "arrive") if asked.get(name) is not None]
    if len(given) != 1:
        raise InputError(
            Text(
                "出发时间 depart 和到达时间 arrive 应有且只有一个",
                "exactly one of the times `depart` and `arrive` is needed",
            ),
            field="depart",
        )
    try:
        at, assumed = read_instant(asked[given[0]], timezone)
    except InputError as error:
        raise InputError(error.text, field=given[0]) from None
    return (at.timestamp(), None, assumed) if given == ["depart"] else (None, at.timestamp(), assumed)


def read_driver(vehicle: Mapping[str, Any], asked: Mapping[str, Any], rules: Sequence[Rule]) -> tuple[Judged, Truck]:
    """Return a vehicle before the notices, with the permits and alerts of a trip, and its figures for signs on streets.

    Raises:
        InputError: a value that cannot be, with its field.
    """
    figures: dict[str, float | None] = {}
    for name in (*_OF_SIGNS, "length_mm", "gross_mass_kg"):
        value = vehicle.get(name)
        if value is not None and not (is_number(value) and value > 0):
            raise InputError(Text("应为大于零的数字", "a number above zero is needed"), field=name)
        figures[name] = None if value is None else float(value)
    legal = {name: value for name, value in vehicle.items() if name not in _OF_SIGNS}
    permits = []
    alerts = _alerts(asked.get("alerts"), rules)
    for rule in rules:
        read_vehicle(legal, rule.shelf.first.facts)
        permits.append(PermitList(list(permits_of(asked.get("permits"), rule.shelf.first))))
    length, height, width = (figures[name] for name in ("length_mm", "height_mm", "width_mm"))
    truck = Truck(
        gross_mass_kg=figures["gross_mass_kg"],
        axle_load_kg=figures["axle_load_kg"],
        height_m=None if height is None else height / 1000,
        length_m=None if length is None else length / 1000,
        width_m=None if width is None else width / 1000,
    )
    return Judged(tuple(rules), legal, tuple(permits), alerts), truck


def _alerts(given: Any, rules: Sequence[Rule]) -> frozenset[str]:  # noqa: ANN401
    known = {name for rule in rules for notice in rule.shelf.notices.values() for name in notice.pack.alerts}
    if given is None:
        return frozenset()
    if not isinstance(given, list) or not set(map(str, given)) <= known:
        listed = ", ".join(sorted(known)) or "-"
        raise InputError(
            Text(f"应为预警等级的列表：{listed}", f"a list of alert levels is needed: {listed}"), field="alerts"
        )
    return frozenset(given)


def _fleet(asked: Mapping[str, Any], rules: Sequence[Rule]) -> list[tuple[str, Judged, Truck]]:
    fleet = asked.get("fleet")
    if fleet is None:
        return []
    if not isinstance(fleet, list):
        raise InputError(Text("应为列表 […]", "a list […] is needed"), field="fleet")
    found = []
    for number, fields in enumerate(fleet):
        with under(f"fleet[{number}]"):
            own = dict(object_of(fields))
            name = str(own.pop("id", None) or own.get("plate") or number + 1)
            found.append((name, *read_driver(own, asked, rules)))
    return found
