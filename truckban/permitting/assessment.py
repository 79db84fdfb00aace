"""The assessment of an application: made by the program, decided by a person. It finds; it never grants and never refuses."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from enterprises.names import Matcher
from truckban.moments import rfc3339
from truckban.permitting.asked import Asked
from truckban.permitting.completeness import completeness
from truckban.permitting.limits import Limits, limits_for
from truckban.permitting.lines import Finding, Line, rule_of, streets_and_notices
from truckban.permitting.model import Application
from truckban.permitting.narrowness import Narrowness, lines_of, map_of, narrowness
from truckban.permitting.need import Case, cases_of, changes, enough, need
from truckban.permitting.records import leads, overlaps, shipper
from truckban.permitting.without import Planned, planned, without
from truckban.trips.model import Options
from truckban.trips.network import Network
from truckban.trips.rules import Rule, maps_of
from zones.errors import InputError
from zones.text import Text

_EMPTY_MAP: Mapping[str, Any] = {"type": "FeatureCollection", "features": []}


@dataclass(frozen=True, eq=False)
class Context:
    """What an application is held against.

    Attributes:
        network: streets, notices in force, zones (`truckban.trips.network`).
        at: when it is looked at; nothing here asks a clock.
        matcher: names of the published list; None: there is none at hand.
        leads: open leads: `lead_id`, `plate`, `holder`, `entered_at`, `verdict`, `grade`, `status`; None: not looked at.
        permits: other permits of these vehicles (contract, section 1, and `state`, `permit_no`); None: not looked at.
        limits: what bounds an application; the notice's if None.
        options: margins and horizons of planned trips.
        fleet: other vehicles of the holder, each with an `id`.
    """

    network: Network
    at: dt.datetime
    matcher: Matcher | None = None
    leads: Sequence[Mapping[str, Any]] | None = None
    permits: Sequence[Mapping[str, Any]] | None = None
    limits: Limits | None = None
    options: Options | None = None
    fleet: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, eq=False)
class Assessment:
    """What was found.

    Attributes:
        lines: in the order in which a reviewer reads them.
        narrow: what of the asked is needed; None where that could not be looked at.
        map: GeoJSON: what is asked, what of it is needed, the narrowest ways.
        basis: what it was made by: hashes, so that it can be made again.
        at: when.
        timezone: the notice's.
    """

    lines: tuple[Line, ...]
    narrow: Narrowness | None
    map: Mapping[str, Any]
    basis: Mapping[str, Any]
    at: dt.datetime
    timezone: str = "Asia/Shanghai"
    counts: Mapping[Finding, int] = field(init=False)

    def __post_init__(self) -> None:
        """Count the findings."""
        found: dict[Finding, int] = {"ok": 0, "problem": 0, "unknown": 0, "info": 0}
        for line in self.lines:
            found[line.finding] += 1
        object.__setattr__(self, "counts", found)

    def as_json(self) -> dict[str, Any]:
        """Return the object that the service answers with."""
        narrow = self.narrow
        least = None if narrow is None else narrow.least
        return {
            "at": rfc3339(self.at, self.timezone),
            "counts": dict(self.counts),
            "lines": [line.as_json() for line in self.lines],
            "least": None
            if least is None
            else {"roads": list(least.roads), "windows": list(least.windows), "nameless_streets": least.nameless},
            "superfluous": None
            if narrow is None
            else {
                "roads": [*narrow.open_roads, *(narrow.unneeded or ())],
                "windows": list(narrow.open_hours),
            },
            "map": dict(self.map),
            "basis": dict(self.basis),
            "decided_by": None,
        }


def assess(application: Application, *, context: Context) -> Assessment:
    """Look at an application from every side; what cannot be found out is a line of its own, never left out.

    Raises:
        InputError: `at` has no offset, or a permit of the context cannot be read; never for the application.
    """
    if context.at.tzinfo is None:
        raise InputError(Text("时间要带时区", "the time needs its offset"), field="at")
    network = context.network
    own = rule_of(network, application.notice)
    notice = None if own is None else own.shelf.notices.get(application.notice or "", own.shelf.first)
    limits, lines = _limits(application, context, own)
    lines += completeness(application, limits, notice, context.at)
    asked, cases = None, []
    if own is None:
        text = Text(f"没有通告 {application.notice or ''}", f"notice {application.notice or ''} is not at hand")
        lines.append(Line("needed.no_notice", "unknown", text, Text("申请表", "the application form")))
    else:
        asked, fault = _laid_out(application, network, own)
        if fault is not None:
            lines.append(fault)
    trips = planned(application, network, options=context.options, fleet=context.fleet)
    source = streets_and_notices(network)
    narrow = None
    if asked is not None and own is not None:
        if asked.unknown:
            listed = "、".join(asked.unknown)
            text = Text(f"路网上没有：{listed}", f"the streets do not have: {', '.join(asked.unknown)}")
            lines.append(Line("route.unknown_roads", "problem", text, source, {"names": list(asked.unknown)}))
        cases = cases_of(application, asked, network)
        lines += [need(case, asked, network) for case in cases]
        narrow = narrowness(asked, cases, trips.least, own.shelf.first.road_name)
    lines += without(trips, application, source)
    lines += _records(application, context)
    if asked is not None and own is not None:
        lines += _of_the_route(application, network, own, asked, cases, narrow, source)
    lines += changes(application, network)
    drawn = _EMPTY_MAP if asked is None or narrow is None else map_of(asked, narrow, cases)
    timezone = "Asia/Shanghai" if notice is None else notice.pack.timezone
    return Assessment(tuple(lines), narrow, drawn, _basis(context, trips), context.at, timezone)


def _limits(application: Application, context: Context, own: Rule | None) -> tuple[Limits, list[Line]]:
    """Return the limits, and a line where the notice has no such kind of permit."""
    if context.limits is not None:
        return context.limits, []
    notice = None if own is None else own.shelf.notices.get(application.notice or "", own.shelf.first)
    try:
        return limits_for(notice, permit_kind=application.permit_kind), []
    except InputError as error:
        source = Text("通告", "the notice") if notice is None else Text(notice.pack.title, notice.pack.title)
        return limits_for(), [Line("complete.no_such_permit", "problem", error.text, source)]


def _laid_out(application: Application, network: Network, own: Rule) -> tuple[Asked | None, Line | None]:
    if application.route is None or application.days is None or not application.vehicles:
        return None, None
    try:
        return Asked.of(application.route, application.days, application.windows, network, own), None
    except InputError as error:
        return None, Line("route.unreadable", "problem", error.text, Text("申请表", "the application form"))


def _records(application: Application, context: Context) -> Iterator[Line]:
    yield shipper(application, context.matcher, context.at)
    yield leads(application, context.leads)
    yield from overlaps(application, context.permits)


def _of_the_route(
    application: Application,
    network: Network,
    own: Rule,
    asked: Asked,
    cases: Sequence[Case],
    narrow: Narrowness | None,
    source: Text,
) -> Iterator[Line]:
    if narrow is not None:
        yield from lines_of(narrow, application, source)
    if len(asked.edges):
        for case in cases:
            yield from enough(case, asked, application, network, own)


def _basis(context: Context, trips: Planned) -> dict[str, Any]:
    registry = None if context.matcher is None else context.matcher.registry
    return {
        "notices": [
            {"id": notice.id, "sha256": notice.sha256}
            for rule in context.network.rules
            for notice in rule.shelf.notices.values()
        ],
        "zones": [
            {"id": each.zone.id, "sha256": each.zone.sha256, "grade": each.zone.grade}
            for each in maps_of(context.network.rules)
        ],
        "registry": None if registry is None else registry.sha256,
        "trips": len(trips.plans),
    }
