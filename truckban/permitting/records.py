"""What lists and records say of an application: the shipper, open leads, other permits."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from enterprises.names import Matcher
from truckban.freight.shippers import check_shipper
from truckban.notices.model import span_minutes
from truckban.permits import read_permit
from truckban.permitting.lines import Finding, Line
from truckban.permitting.model import Application
from truckban.questions.asking import object_of, under
from zones.errors import InputError
from zones.text import Text

_LISTED = Text("公布的货运源头企业名单", "the published list of source enterprises")
_GIVEN = Text("系统记录", "the service's records")
_WHOLE = frozenset(range(1440))
_MOST_DAYS = 3600
_OVER = ("refused", "revoked", "expired", "withdrawn", "draft")


def shipper(application: Application, matcher: Matcher | None, at: dt.datetime) -> Line:
    """Say whether the shipper stands on the published list on all the days asked."""
    own = application.shipper
    if own is None:
        text = Text("申请没有写装货企业", "the application names no shipper")
        return Line("shipper.none", "unknown", text, Text("申请表", "the application form"))
    if matcher is None:
        return Line("shipper.not_asked", "unknown", Text("没有名单可查", "there is no list at hand"), _LISTED)
    on = application.days.from_ if application.days is not None else at.date()
    to = application.days.to if application.days is not None else on
    try:
        found = check_shipper(
            matcher, own.name, on, to=min(to, on + dt.timedelta(days=_MOST_DAYS)), credit_code=own.credit_code
        )
    except InputError as error:
        return Line("shipper.unreadable", "unknown", error.text, _LISTED)
    near = [one.name for one in found.candidates]
    facts = {
        "status": found.status,
        "listed": found.listed,
        "enterprise": None if found.match is None else found.match.id,
        "name": None if found.match is None else found.match.name,
        "lists": [one.id for one in found.lists],
        "candidates": near,
        "warnings": [code for code, _ in found.warnings],
        "registry_sha256": matcher.registry.sha256,
    }
    finding: Finding = {True: "ok", False: "problem", None: "unknown"}[found.listed]  # type: ignore[assignment]
    return Line(f"shipper.{found.status}", finding, found.reason, found.source or _LISTED, facts)


def leads(application: Application, given: Sequence[Mapping[str, Any]] | None) -> Line:
    """Say which open leads there are of these vehicles or this holder. A lead is never yet a violation."""
    if given is None:
        return Line("leads.not_asked", "unknown", Text("没有查线索", "leads were not looked at"), _GIVEN)
    plates = set(application.plates)
    holder = None if application.holder is None else application.holder.name
    own = [
        lead
        for lead in given
        if lead.get("status", "open") == "open"
        and (lead.get("plate") in plates or (holder is not None and lead.get("holder") == holder))
    ]
    if not own:
        return Line("leads.none", "ok", Text("没有未处理的线索", "there are no open leads"), _GIVEN)
    text = Text(
        f"有 {len(own)} 条未处理的线索（线索须经人工核实，不是违法记录）",
        f"there are {len(own)} open leads (a lead is for a person to verify, and no violation)",
    )
    facts = [{key: lead.get(key) for key in ("lead_id", "plate", "entered_at", "verdict", "grade")} for lead in own]
    return Line("leads.open", "info", text, _GIVEN, {"leads": facts})


def overlaps(application: Application, given: Sequence[Mapping[str, Any]] | None) -> Iterator[Line]:
    """Yield permits of the same vehicles that overlap in days, hours and roads.

    Raises:
        InputError: one of the permits given cannot be read, with its number.
    """
    if given is None:
        yield Line("overlap.not_asked", "unknown", Text("没有查其他通行证", "other permits were not looked at"), _GIVEN)
        return
    found = [line for number, one in enumerate(given) for line in _overlap(application, number, one)]
    yield from found
    if not found:
        yield Line("overlap.none", "ok", Text("与其他通行证没有重叠", "no other permit overlaps"), _GIVEN)


def _overlap(application: Application, number: int, given: Mapping[str, Any]) -> Iterator[Line]:
    state = given.get("state", given.get("status", "active"))
    if state in _OVER or application.days is None:
        return
    with under(f"permits[{number}]"):
        fields = {key: value for key, value in object_of(given).items() if key not in ("state", "holder", "permit_no")}
        permit = read_permit(fields)
    if permit.plate not in application.plates:
        return
    first, last = permit.valid_from or dt.date.min, permit.valid_to or dt.date.max
    days = application.days
    if days.to < first or last < days.from_:
        return
    own, other = _minutes(application.windows), _minutes(permit.windows)
    if not own & other:
        return
    roads = set(application.route.roads or ()) if application.route is not None else set()
    theirs = permit.roads
    if roads and theirs is not None and permit.area is None and not roads & theirs:
        return
    name = str(given.get("permit_no") or given.get("id") or number + 1)
    whole = theirs is None and permit.area is None
    all_of_it = (
        first <= days.from_
        and days.to <= last
        and own <= other
        and (whole or (roads and roads <= (theirs or frozenset())))
    )
    facts = {"permit": name, "plate": permit.plate, "state": state, "valid_from": str(first), "valid_to": str(last)}
    waiting = state in ("submitted", "returned")
    word = Text("申请", "application") if waiting else Text("通行证", "permit")
    if all_of_it:
        text = Text(
            f"{permit.plate} 已有{word.zh} {name}，所申请的全部在内",
            f"{word.en} {name} of {permit.plate} covers all of it already",
        )
        yield Line("overlap.covered", "problem", text, _GIVEN, facts)
    else:
        text = Text(
            f"与 {permit.plate} 的{word.zh} {name} 有重叠", f"it overlaps with {word.en} {name} of {permit.plate}"
        )
        yield Line("overlap.part", "info", text, _GIVEN, facts)


def _minutes(windows: Sequence[str]) -> frozenset[int]:
    return frozenset().union(*map(span_minutes, windows)) if windows else _WHOLE
