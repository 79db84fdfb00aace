"""Why a verdict is what it is: the clauses that decided, the facts they used, and the facts that are missing."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from truckban.cases import Case
from truckban.conditions import (
    Bounded,
    ByPerson,
    CategoryIn,
    HasPermit,
    InHours,
    InZone,
    Node,
    PlateDigit,
    PlateStarts,
    ReadAs,
    leaves,
)
from truckban.facts import BUILTIN
from truckban.logic import FALSE, TRUE, UNKNOWN
from truckban.norms import AREA, CARVE_OUT, FIRST_EDGE, Norm, Notice
from truckban.permits import Permit, PermitList


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a stable code, the clause verbatim, and the facts that met it."""

    code: str
    clause: str | None
    text: str | None
    facts: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the contract's object."""
        return {"code": self.code, "clause": self.clause, "text": self.text, "facts": dict(self.facts)}


def because(notice: Notice, case: Case, given: Mapping[str, Any], *, trit: int) -> tuple[list[Reason], list[str]]:
    """Return the reasons for a verdict, and the input fields that would settle an undetermined one.

    Args:
        notice: whose norms were asked.
        case: one consistent case.
        given: the vehicle's fields as they were given.
        trit: the verdict: a ban stands (1), none does (-1), unknown (0).
    """
    standing = notice.standing(case)
    reasons: list[Reason] = []
    missing: dict[str, None] = {}
    for name, norm in notice.norms.items():
        if not norm.prohibits:
            continue
        if standing[name] != trit:
            continue
        if trit == FALSE:
            reasons += _why_not(notice, norm, case, given, standing)
            continue
        reasons.append(_norm_reason(notice, norm, case, given))
        if trit == UNKNOWN:
            doubtful = [
                norm,
                *(notice.norms[above] for above in notice.setters_aside[name] if standing[above] == UNKNOWN),
            ]
            reasons += [_norm_reason(notice, other, case, given) for other in doubtful[1:]]
            for leaf in _unknown(doubtful, case):
                reasons += _open(notice, leaf)
                if isinstance(leaf, CategoryIn) and _two_bodies(leaf, case, given):
                    bodies = leaf.fact.named(case.categories["body"])
                    reasons.append(
                        Reason("vehicle.two_bodies", None, "行驶证写了两种车身，通告只说其中一种", {"body": bodies})
                    )
                missing.update(dict.fromkeys(_lacking(leaf, case, given)))
    return reasons, list(missing)


def permit_reasons(notice: Notice, case: Case) -> list[Reason]:
    """Say of each permit that was handed in why it does not cover the case."""
    norms = [norm for norm in notice.norms.values() if "permit" in norm.parts]
    if not norms or not isinstance(case.permits, PermitList):
        return []
    clause = norms[0].written.clause
    found = []
    for permit in sorted(case.permits.permits, key=str):  # the order they come in is no reason
        code = _first_failing(permit, case)
        if code:
            found.append(Reason(code, clause, notice.clauses[clause], _permit_facts(permit, code, case)))
    return found


def person_reasons(notice: Notice, case: Case, *, trit: int) -> list[Reason]:
    """Name what no machine can check and might turn the verdict: exemptions of a ban, bans of what is allowed."""
    found = []
    for norm in notice.norms.values():
        else_fits = all(part.holds(case) != FALSE for name, part in norm.parts.items() if name != "when")
        asks = "when" in norm.parts and any(isinstance(leaf, ByPerson) for leaf in leaves(norm.parts["when"]))
        if asks and else_fits and norm.applies(case) != TRUE and norm.prohibits == (trit == FALSE):
            code = "rule.for_a_person_to_check" if norm.prohibits else "exempt.for_a_person_to_check"
            found.append(Reason(code, norm.written.clause, notice.clauses[norm.written.clause], {}))
    return found


def _norm_reason(notice: Notice, norm: Norm, case: Case, given: Mapping[str, Any]) -> Reason:
    clause = norm.written.clause
    return Reason(norm.written.id, clause, notice.clauses[clause], _facts(norm, case, given))


def _facts(norm: Norm, case: Case, given: Mapping[str, Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if "when" in norm.parts:
        for leaf in leaves(norm.parts["when"]):
            if isinstance(leaf, CategoryIn | Bounded) and leaf.holds(case) != FALSE:
                facts.update({name: given[name] for name in leaf.fact.asked_as if name in given})
    return facts


def _why_not(
    notice: Notice, norm: Norm, case: Case, given: Mapping[str, Any], standing: Mapping[str, int]
) -> Iterator[Reason]:
    failed = {name: part for name, part in norm.parts.items() if part.holds(case) == FALSE}
    for name, part in failed.items():
        yield _failed(notice, norm, name, part, case, given)
    if not failed:
        for above in notice.setters_aside[norm.written.id]:
            if standing[above] == TRUE:
                yield _norm_reason(notice, notice.norms[above], case, given)


def _failed(notice: Notice, norm: Norm, name: str, part: Node, case: Case, given: Mapping[str, Any]) -> Reason:
    clause = norm.written.clause
    match name:
        case "days":
            day = dt.date.fromordinal(case.day)
            dates = notice.pack.dates
            ended = dates.end is not None and day > dates.end
            begun = dates.in_force is None or day >= dates.in_force
            code = "notice.ended" if ended else "rule.not_these_days" if begun else "notice.not_in_force"
            last = notice.pack.clauses[-1]
            stated = {"in_force": dates.in_force, "end": dates.end}
            facts = {"day": str(day), **{name: str(date) for name, date in stated.items() if date is not None}}
            return Reason(code, last.id, last.text, facts)
        case "where":
            zone = next(leaf for leaf in leaves(part) if isinstance(leaf, InZone)).zone
            clause = notice.zones[zone].clause
            word = _part_word(case.zones[zone])
            code = "place.elsewhere" if word == "inside" else f"place.{word}"  # inside, yet not where this rule applies
            return Reason(code, clause, notice.clauses[clause], {"zone": zone, "place": word})
        case "hours":
            window = next(leaf for leaf in leaves(part) if isinstance(leaf, InHours)).name
            clause = notice.pack.windows[window].clause
            spans = notice.pack.windows[window].spans
            return Reason(
                "time.outside_window",
                clause,
                notice.clauses[clause],
                {"local_time": _clock(case.second), "spans": spans},
            )
        case "alert":
            return Reason(
                "alert.not_in_force", clause, notice.clauses[clause], {"levels": list(norm.written.alerts or ())}
            )
    fields = ("vehicle_type", "gross_mass_kg", "length_mm", "energy")
    return Reason(
        "vehicle.not_covered", clause, notice.clauses[clause], {name: given[name] for name in fields if name in given}
    )


def _part_word(mask: int) -> str:
    if mask & AREA:
        return "inside"
    if mask >> FIRST_EDGE:
        return "boundary_road"
    return "carve_out" if mask & CARVE_OUT else "outside"


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _unknown(norms: list[Norm], case: Case) -> Iterator[Node]:
    """Yield the leaves that leave a norm unknown; what a settled branch hides does not count."""
    for norm in norms:
        for part in norm.parts.values():
            yield from _unknown_leaves(part, case)


def _unknown_leaves(node: Node, case: Case) -> Iterator[Node]:
    if node.holds(case) != UNKNOWN:
        return
    if not node.parts:
        yield node
    for part in node.parts:
        yield from _unknown_leaves(part, case)


def _open(notice: Notice, leaf: Node) -> Iterator[Reason]:
    if isinstance(leaf, ReadAs):
        question = leaf.question
        code = question.code or "notice.open_question"
        yield Reason(
            code, question.clause, notice.clauses[question.clause], {"question": question.id, "why": question.why.zh}
        )
    elif isinstance(leaf, ByPerson):
        yield Reason("notice.for_a_person_to_check", None, leaf.says.zh, {})
    elif isinstance(leaf, InHours):
        yield Reason("time.calendar_unknown", None, "当年的放假安排还没有收录", {})
    elif isinstance(leaf, InZone):
        zone = notice.zones[leaf.zone]
        if zone.unstated is not None or not zone.complete:
            why = zone.unstated.zh if zone.unstated else "现有文本没有列全路段"
            yield Reason(
                "notice.zone_not_stated", zone.clause, notice.clauses[zone.clause], {"zone": zone.id, "why": why}
            )


def _lacking(leaf: Node, case: Case, given: Mapping[str, Any]) -> Iterator[str]:
    match leaf:
        case CategoryIn() if _two_bodies(leaf, case, given):
            return
        case CategoryIn() if leaf.fact.name == "size" and not _sized_by_numbers(case):
            yield "vehicle_type"
        case CategoryIn() | Bounded():
            yield from [name for name in leaf.fact.asked_as if name not in given] or leaf.fact.asked_as[-1:]
        case PlateStarts() | PlateDigit():
            yield "plate"
        case InZone() if case.zones[leaf.zone].bit_count() > 1:
            yield "place"
        case HasPermit() if isinstance(case.permits, PermitList):
            for permit in case.permits.permits:
                found = [(code, holds()) for code, holds in permit.tests(case)]
                if FALSE not in (trit for _, trit in found):
                    yield from (
                        "plate" if code == "permit.other_plate" else "place" for code, trit in found if trit == UNKNOWN
                    )


def _two_bodies(leaf: CategoryIn, case: Case, given: Mapping[str, Any]) -> bool:
    """Whether the licence names two bodies (厢式自卸) and the notice asks for one of them: no fact is missing then."""
    return leaf.fact.name == "body" and "vehicle_type" in given and case.categories["body"].bit_count() == _TWO


def _sized_by_numbers(case: Case) -> bool:
    return bool(case.categories["kind"] & BUILTIN["kind"].mask(["goods", "tractor"]))


_TWO = 2


def _first_failing(permit: Permit, case: Case) -> str | None:
    return next((code for code, holds in permit.tests(case) if holds() == FALSE), None)


def _permit_facts(permit: Permit, code: str, case: Case) -> dict[str, Any]:
    facts: dict[str, dict[str, Any]] = {
        "permit.not_active": {"status": permit.status, "valid_from": str(permit.valid_from)},
        "permit.expired": {"valid_to": str(permit.valid_to)},
        "permit.off_time": {"windows": list(permit.windows), "local_time": _clock(case.second)},
        "permit.off_route": {"roads": sorted(permit.roads or ()), "on": sorted(case.roads or ())},
    }
    return facts.get(code, {})
