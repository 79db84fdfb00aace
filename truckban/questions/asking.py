"""From a case as JSON to its verdict as JSON: what `truckban decide` and the API both answer with."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from truckban.json_text import identity
from truckban.moments import local, read_instant
from truckban.norms import Notice
from truckban.notices.shelf import Shelf
from truckban.permits import Permit, PermitList, read_permit
from truckban.places import PLACE_FIELDS, read_place
from truckban.vehicle_facts import VehicleReader, read_vehicle, vehicle_fields
from truckban.vehicles import classify
from truckban.verdict import Question, Verdict, decide
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text

_FIELDS = {"id", "vehicle", "at", "place", "permits", "alerts", "expect"}


@lru_cache(maxsize=64)
def zone_facts(ground: Locator | None) -> Mapping[str, Any] | None:
    """Return what an answer says of the map it used: name, grade, hash; of several maps, the further ones under `others`."""
    if ground is None:
        return None
    own: dict[str, Any] = {"id": ground.zone.id, "grade": ground.zone.grade, "sha256": ground.zone.sha256}
    return {**own, "others": [zone_facts(other) for other in ground.others]} if ground.others else own


def read_question(case: Mapping[str, Any], notice: Notice, ground: Locator | None) -> Question:
    """Read one case of the contract (section 1).

    Raises:
        InputError: with the dotted path of the field.
    """
    if not isinstance(case, Mapping) or case.get("at") is None:
        raise unreadable(case)
    return question_at(case, read_instant(case["at"], notice.pack.timezone), notice, ground)


def unreadable(case: Any) -> InputError:  # noqa: ANN401
    """Return what is wrong with a case that is no object, or has no time."""
    if not isinstance(case, Mapping):
        return InputError(Text("应为对象 {…}", "an object {…} is needed"))
    return InputError(Text("缺少时间 at", "the time `at` is missing"), field="at")


def question_at(
    case: Mapping[str, Any], at: tuple[dt.datetime, bool], notice: Notice, ground: Locator | None
) -> Question:
    """Read what a case says beside its instant, which has been read (`truckban.moments.read_instant`).

    Raises:
        InputError: with the dotted path of the field.
    """
    if not case.keys() <= _FIELDS:
        unknown_members(case, _FIELDS, {"place": PLACE_FIELDS, "vehicle": vehicle_fields(notice.facts)})
    try:
        vehicle = vehicle_reader(notice).read(object_of(case.get("vehicle")))
    except InputError as error:
        raise prefixed(error, "vehicle") from None
    try:
        place = read_place(case.get("place"), notice, ground)
    except InputError as error:
        raise prefixed(error, "place") from None
    alerts = alerts_of(case, notice)
    permits = permit_list(case.get("permits"), notice)
    return Question(vehicle, at[0], place, permits, alerts, zone_assumed=at[1])


def unknown_members(
    given: Mapping[str, Any], known: Collection[str], within: Mapping[str, Collection[str]]
) -> list[str]:
    """Return the members of an object that it does not have; whoever reads it says that they were not used.

    Args:
        given: the object.
        known: the members that it has.
        within: the members that the objects inside it have, by their name.

    Raises:
        InputError: a member belongs inside: without a `crs` a place is read as WGS 84, without a `service` a vehicle has none,
            and what would be answered is not what was asked.
    """
    unknown = [str(name) for name in given if name not in known]
    for name in unknown:
        owner = next((owner for owner, fields in within.items() if name in fields), None)
        if owner is not None and given[name] is not None:
            text = Text(f"没有这个字段；应写在 {owner} 里", f"there is no such field; it belongs in `{owner}`")
            raise InputError(text, field=name)
    return unknown


def alerts_of(case: Mapping[str, Any], notice: Notice) -> frozenset[str] | None:
    """Return the alert levels that a case says are in force; None where it says nothing.

    Raises:
        InputError: they are no list of the notice's levels.
    """
    alerts = case.get("alerts")
    if alerts is not None and (not isinstance(alerts, list) or not set(map(str, alerts)) <= set(notice.pack.alerts)):
        known = ", ".join(notice.pack.alerts) or "-"
        raise InputError(
            Text(f"应为预警等级的列表：{known}", f"a list of alert levels is needed: {known}"), field="alerts"
        )
    return None if alerts is None else frozenset(alerts)


@lru_cache(maxsize=64)
def vehicle_reader(notice: Notice) -> VehicleReader:
    """Return what reads vehicles for a notice; the same each time."""
    return VehicleReader(notice.facts)


def notice_for(case: Any, shelf: Shelf) -> Notice:  # noqa: ANN401
    """Return the notice of a shelf that answers for a case's instant; the first one where no instant can be read."""
    timezone = shelf.first.pack.timezone
    try:
        at, _ = read_instant(case.get("at") if isinstance(case, Mapping) else None, timezone)
    except InputError:
        return shelf.first
    return notice_at(at, shelf)


def notice_at(at: dt.datetime, shelf: Shelf) -> Notice:
    """Return the notice of a shelf that answers for an instant."""
    if len(shelf.notices) == 1:
        return shelf.first
    return shelf.on(dt.date.fromordinal(local(at, shelf.first.pack.timezone)[0]))


def answer(
    case: Mapping[str, Any], notice: Notice, ground: Locator | None, *, until: dt.date | None = None
) -> dict[str, Any]:
    """Return the verdict on one case as the contract's object, its `id` first.

    Args:
        case: its JSON object.
        notice: the one that answers for its instant.
        ground: the map.
        until: the first day that another notice answers for, if one does (`Shelf.until`).

    Raises:
        InputError: the case cannot be read.
    """
    return answer_to(case, read_question(case, notice, ground), notice, ground, until=until)


def answer_to(
    case: Mapping[str, Any], question: Question, notice: Notice, ground: Locator | None, *, until: dt.date | None = None
) -> dict[str, Any]:
    """Return the verdict on a case that has been read, as the contract's object."""
    return shown(case, decide(notice, question, zone=zone_facts(ground), until=until))


def shown(case: Mapping[str, Any], verdict: Verdict) -> dict[str, Any]:
    """Return the verdict on a case as the contract's object, its `id` first; it names the members that the case does not have."""
    unknown = [name for name in case if name not in _FIELDS]
    if unknown:
        listed = ", ".join(unknown)
        warning = ("case.unknown_field", Text(f"不认识的字段 {listed}，没有使用", f"unknown field {listed}, not used"))
        verdict = replace(verdict, warnings=(*verdict.warnings, warning))
    return {"id": identity(case), **verdict.as_json()}


@contextmanager
def under(prefix: str) -> Iterator[None]:
    """Have errors of what is read within name their field with a prefix."""
    try:
        yield
    except InputError as error:
        raise prefixed(error, prefix) from None


def prefixed(error: InputError, prefix: str) -> InputError:
    """Return an error with its field named below another."""
    field = prefix if error.field is None else f"{prefix}.{error.field}"
    return InputError(error.text, file=error.file, line=error.line, field=field)


def object_of(value: Any) -> Mapping[str, Any]:  # noqa: ANN401
    """Return a JSON object, an empty one for null.

    Raises:
        InputError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(Text("应为对象 {…}", "an object {…} is needed"))
    return value


def permit_list(value: Any, notice: Notice) -> PermitList:  # noqa: ANN401
    """Return the permits of a JSON list, to be asked.

    Raises:
        InputError: with the number of the permit and its field.
    """
    return _NO_PERMITS if value is None or value == [] else PermitList(list(permits_of(value, notice)))


_NO_PERMITS = PermitList()


def permits_of(value: Any, notice: Notice) -> Iterator[Permit]:  # noqa: ANN401
    """Yield the permits of a JSON list.

    Raises:
        InputError: with the number of the permit and its field.
    """
    if value is not None and not isinstance(value, list):
        raise InputError(Text("应为列表 […]", "a list […] is needed"), field="permits")
    for number, fields in enumerate(value or ()):
        with under(f"permits[{number}]"):
            yield read_permit(object_of(fields), notice.road_name)


def classify_json(fields: Any, lang: str) -> dict[str, Any]:  # noqa: ANN401
    """Return the class of one vehicle as the contract's object (section 6).

    Raises:
        InputError: a value that cannot be, with its field.
    """
    own = dict(object_of(fields))
    name = identity(own)
    own.pop("id", None)
    facts = read_vehicle(own)
    found = classify(
        vehicle_type=own.get("vehicle_type") or None,
        length_mm=own.get("length_mm"),
        gross_mass_kg=own.get("gross_mass_kg"),
    )
    return {
        "id": name,
        "vehicle_class": found.vehicle_class,
        "body": found.body,
        "rule": found.rule,
        "warnings": [{"code": code, "message": text.of(lang)} for code, text in facts.warnings],
    }
