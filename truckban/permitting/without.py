"""Could the trips be made without a permit, and what is the least one that would do: by the planner of trips."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from shapely.geometry import LineString

from truckban.notices.model import span_minutes
from truckban.permitting.lines import Line
from truckban.permitting.model import Application
from truckban.permitting.small_area import geojson
from truckban.trips.model import Alternative, Options, Plan
from truckban.trips.network import Network
from truckban.trips.plan import plan_trip
from truckban.trips.request import read_trip
from zones.errors import InputError
from zones.text import Text

_MINUTE_S = 60
_DECIMALS = 6
# what differs between vehicles for which the plan is the same
_NAMES = ("plate", "plate_color", "vehicle_id")


@dataclass(frozen=True, eq=False)
class Least:
    """The narrowest permit that the trips would need.

    Attributes:
        roads: streets, in the order of driving.
        windows: hours, one for each trip, at the time it would leave.
        nameless: whether streets without a name have to be added as an area.
        ways: the ways driven, GeoJSON lines, one for each trip.
    """

    roads: tuple[str, ...]
    windows: tuple[str, ...]
    nameless: bool
    ways: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, eq=False)
class Planned:
    """Plans of the application's trips.

    Attributes:
        plans: trip number, numbers of the vehicles, plan.
        unreadable: trip number and what was wrong with it.
    """

    plans: tuple[tuple[int, tuple[int, ...], Plan], ...]
    unreadable: tuple[tuple[int, InputError], ...]

    @property
    def least(self) -> Least | None:
        """The least set of roads and hours that serves all trips of all vehicles; None where some trip has no such permit."""
        roads: dict[str, None] = {}
        windows: dict[str, None] = {}
        ways, nameless = [], False
        for _, _, plan in self.plans:
            if plan.word == "lawful":
                continue
            permit = next((one for one in plan.alternatives if one.kind == "permit"), None)
            if permit is None or permit.permit is None:
                return None
            roads |= dict.fromkeys(permit.permit.roads)
            windows |= dict.fromkeys(permit.permit.windows)
            nameless = nameless or permit.permit.area is not None
            ways.append(_line(permit))
        return Least(tuple(roads), tuple(windows), nameless, tuple(ways)) if roads or nameless else None


def planned(
    application: Application,
    network: Network,
    *,
    options: Options | None = None,
    fleet: Sequence[Mapping[str, Any]] = (),
) -> Planned:
    """Plan the trips that a permit is for, on the first day asked.

    Vehicles alike but for their plates are planned once.
    """
    if application.days is None:
        return Planned((), ())
    alike: dict[str, list[int]] = {}
    for number, vehicle in enumerate(application.vehicles):
        own = {name: value for name, value in vehicle.items() if name not in _NAMES}
        alike.setdefault(json.dumps(own, sort_keys=True), []).append(number)
    plans: list[tuple[int, tuple[int, ...], Plan]] = []
    wrong: dict[int, InputError] = {}
    for trip_number, trip in enumerate(application.trips):
        for numbers in alike.values():
            # without an offset: in the notice's own zone of time
            fields = {
                "vehicle": application.vehicles[numbers[0]],
                "origin": trip.origin,
                "destination": trip.destination,
                "depart": f"{application.days.from_.isoformat()}T{trip.depart}:00",
                "fleet": [dict(one) for one in fleet],
            }
            try:
                plan = plan_trip(
                    network.streets, read_trip(fields, network.streets, network.rules, sites=network.sites), options
                )
            except InputError as error:
                wrong.setdefault(trip_number, error)
                continue
            plans.append((trip_number, tuple(numbers), plan))
    return Planned(tuple(plans), tuple(wrong.items()))


def without(found: Planned, application: Application, source: Text) -> Iterator[Line]:
    """Say for each trip whether it could be lawful without a permit, and what that would cost."""
    if not application.trips:
        yield Line(
            "without.no_trips",
            "unknown",
            Text(
                "申请没有写从哪里到哪里、几点出发，无法判断不办证能不能走",
                "the application names no trip (from where, to where, when): whether it could do without is unknown",
            ),
            Text("申请表", "the application form"),
        )
    for number, error in found.unreadable:
        text = Text(
            f"第 {number + 1} 次行程读不懂：{error.text.zh}", f"trip {number + 1} cannot be read: {error.text.en}"
        )
        yield Line("without.unreadable", "unknown", text, Text("申请表", "the application form"), {"trip": number})
    for number, vehicles, plan in found.plans:
        yield from _plan(number, vehicles, plan, source)


def _plan(number: int, vehicles: tuple[int, ...], plan: Plan, source: Text) -> Iterator[Line]:
    who = Text(f"第 {number + 1} 次行程", f"trip {number + 1}")
    facts: dict[str, Any] = {"trip": number, "vehicles": list(vehicles), "verdict": plan.word}
    if plan.way is None:
        why = plan.why_none or Text("走不通", "there is no way")
        yield Line("without.no_way", "unknown", Text(f"{who.zh}：{why.zh}", f"{who.en}: {why.en}"), source, facts)
        return
    if plan.word == "lawful":
        text = Text(f"{who.zh}照常走就合法，不需要通行证", f"{who.en} is lawful as it is: no permit is needed")
        yield Line("without.lawful", "problem", text, source, facts)
        return
    others = [one for one in plan.alternatives if one.kind != "permit"]
    if not others:
        text = Text(f"{who.zh}没有不办证的合法走法", f"{who.en}: there is no lawful way without a permit")
        yield Line("without.none", "ok", text, source, facts)
    for one in others:
        minutes, metres = round(one.extra_s / _MINUTE_S), round(one.extra_m)
        cost = Text(f"时间多 {minutes} 分钟，路程多 {metres} 米", f"{minutes} min longer, {metres} m farther")
        text = Text(
            f"{who.zh}可以不办证：{one.why.zh}（{cost.zh}）", f"{who.en} could do without: {one.why.en} ({cost.en})"
        )
        more = {
            "kind": one.kind,
            "extra_s": round(one.extra_s),
            "extra_m": round(one.extra_m, 1),
            "vehicle": one.vehicle,
        }
        yield Line(f"without.{one.kind}", "info", text, source, {**facts, **more})


def spans_apart(windows: Sequence[str], within: Sequence[str]) -> list[str]:
    """Return those hours that other hours do not cover; no other hours cover all."""
    if not within:
        return []
    covered = set().union(*map(span_minutes, within))
    return [span for span in windows if not span_minutes(span) <= covered]


def _line(one: Alternative) -> Mapping[str, Any]:
    points = np.round([(lon, lat) for lon, lat, _ in one.way.timed_line], _DECIMALS)
    return geojson(LineString(points))
