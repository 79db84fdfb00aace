"""Why a verdict is what it is: the clauses that decided, the facts they used, and the facts that are missing.

What is found is the same in every case that the norms cannot tell apart; only the figures that it quotes are each case's own.
So a `Finding` is made once a kind of case, and its `Reason` once a case.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from truckban.cases import Case, settled
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
from truckban.permits import UNREAD, Permit, PermitList

OTHER_HOURS = "time.outside_window"
"""The code of: the ban holds at other hours."""


class Reason(Struct, frozen=True):
    """One reason: a stable code, the clause verbatim, and the facts that met it."""

    code: str
    clause: str | None
    text: str | None
    facts: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Return the contract's object."""
        return {"code": self.code, "clause": self.clause, "text": self.text, "facts": dict(self.facts)}


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason without the figures of the case.

    Attributes:
        code: stable.
        clause: its number.
        text: the clause verbatim.
        facts: what holds in every case of the kind.
        quotes: the fields of the vehicle that it quotes.
        tells: returns what it quotes of the case itself: its day, its hour, its permits.
    """

    code: str
    clause: str | None
    text: str | None
    facts: Mapping[str, Any]
    quotes: tuple[str, ...] = ()
    tells: Callable[[Case], Mapping[str, Any]] | None = None

    def reason(self, given: Mapping[str, Any], case: Callable[[], Case]) -> Reason:
        """Return the reason in one case; `case` is called only where something of it is quoted."""
        facts = self.facts
        if self.quotes:
            facts = {name: given[name] for name in self.quotes}
        elif self.tells is not None:
            facts = self.tells(case())
        return Reason(self.code, self.clause, self.text, facts)


def because(notice: Notice, case: Case, given: Mapping[str, Any], *, trit: int) -> tuple[list[Finding], list[str]]:
    """Return what decided, and the input fields that would settle an undetermined verdict.

    Args:
        notice: whose norms were asked.
        case: one consistent case.
        given: the vehicle's fields as they were given.
        trit: the verdict: a ban stands (1), none does (-1), unknown (0).
    """
    standing = notice.standing(case)
    reasons: list[Finding] = []
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
                        Finding("vehicle.two_bodies", None, "行驶证写了两种车身，通告只说其中一种", {"body": bodies})
                    )
                missing.update(dict.fromkeys(_lacking(leaf, case, given)))
    return reasons, list(missing)


def permit_reasons(notice: Notice, case: Case) -> list[Finding]:
    """Say of each permit that was handed in why it does not cover the case."""
    norms = [norm for norm in notice.norms.values() if "permit" in norm.parts]
    if not norms or not isinstance(case.permits, PermitList):
        return []
    clause = norms[0].written.clause
    found = []
    for number in in_no_order(case.permits):
        code = _first_failing(case.permits.permits[number], case)
        if code:
            found.append(Finding(code, clause, notice.clauses[clause], {}, tells=_of_permit(number, code)))
    return found


def in_no_order(permits: PermitList) -> tuple[int, ...]:
    """Return the permits' numbers in an order that has nothing to do with the one they came in."""
    listed = permits.permits
    numbers = range(len(listed))
    return tuple(numbers) if len(listed) == 1 else tuple(sorted(numbers, key=lambda number: listed[number].rank))


def _of_permit(number: int, code: str) -> Callable[[Case], Mapping[str, Any]]:
    def tells(case: Case) -> Mapping[str, Any]:
        assert isinstance(case.permits, PermitList)  # noqa: S101 - no other kind is ever explained
        return _permit_facts(case.permits.permits[number], code, case)

    return tells


def person_reasons(notice: Notice, case: Case, *, trit: int) -> list[Finding]:
    """Name what no machine can check and might turn the verdict: exemptions of a ban, bans of what is allowed."""
    found = []
    for norm in notice.norms.values():
        else_fits = all(part.holds(case) != FALSE for name, part in norm.parts.items() if name != "when")
        asks = "when" in norm.parts and any(isinstance(leaf, ByPerson) for leaf in leaves(norm.parts["when"]))
        if asks and else_fits and norm.applies(case) != TRUE and norm.prohibits == (trit == FALSE):
            code = "rule.for_a_person_to_check" if norm.prohibits else "exempt.for_a_person_to_check"
            found.append(Finding(code, norm.written.clause, notice.clauses[norm.written.clause], {}))
    return found


def _norm_reason(notice: Notice, norm: Norm, case: Case, given: Mapping[str, Any]) -> Finding:
    clause = norm.written.clause
    return Finding(norm.written.id, clause, notice.clauses[clause], {}, quotes=_quoted(norm, case, given))


def _quoted(norm: Norm, case: Case, given: Mapping[str, Any]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    if "when" in norm.parts:
        for leaf in leaves(norm.parts["when"]):
            if isinstance(leaf, CategoryIn | Bounded) and leaf.holds(case) != FALSE:
                names.update(dict.fromkeys(name for name in leaf.fact.asked_as if name in given))
    return tuple(names)


def _why_not(
    notice: Notice, norm: Norm, case: Case, given: Mapping[str, Any], standing: Mapping[str, int]
) -> Iterator[Finding]:
    failed = {name: part for name, part in norm.parts.items() if part.holds(case) == FALSE}
    for name, part in failed.items():
        yield _failed(notice, norm, name, part, case, given)
    if not failed:
        for above in notice.setters_aside[norm.written.id]:
            if standing[above] == TRUE:
                yield _norm_reason(notice, notice.norms[above], case, given)


def _failed(notice: Notice, norm: Norm, name: str, part: Node, case: Case, given: Mapping[str, Any]) -> Finding:
    clause = norm.written.clause
    match name:
        case "days":
            dates = notice.pack.dates
            begun, ended = begun_and_ended(notice, case.day)
            code = "notice.ended" if ended else "rule.not_these_days" if begun else "notice.not_in_force"
            last = notice.pack.clauses[-1]
            stated = {"in_force": dates.in_force, "end": dates.end}
            facts = {name: str(date) for name, date in stated.items() if date is not None}
            return Finding(
                code, last.id, last.text, {}, tells=lambda c: {"day": str(dt.date.fromordinal(c.day)), **facts}
            )
        case "where":
            zone = next(leaf for leaf in leaves(part) if isinstance(leaf, InZone)).zone
            clause = notice.zones[zone].clause
            word = _part_word(case.zones[zone])
            code = "place.elsewhere" if word == "inside" else f"place.{word}"  # inside, yet not where this rule applies
            return Finding(code, clause, notice.clauses[clause], {"zone": zone, "place": word})
        case "hours":
            window = next(leaf for leaf in leaves(part) if isinstance(leaf, InHours)).name
            clause = notice.pack.windows[window].clause
            spans = notice.pack.windows[window].spans
            return Finding(
                OTHER_HOURS,
                clause,
                notice.clauses[clause],
                {},
                tells=lambda c: {"local_time": _clock(c.second), "spans": spans},
            )
        case "alert":
            return Finding(
                "alert.not_in_force", clause, notice.clauses[clause], {"levels": list(norm.written.alerts or ())}
            )
    fields = ("vehicle_type", "gross_mass_kg", "length_mm", "energy")
    quotes = tuple(name for name in fields if name in given)
    return Finding("vehicle.not_covered", clause, notice.clauses[clause], {}, quotes=quotes)


def begun_and_ended(notice: Notice, ordinal: int) -> tuple[bool, bool]:
    """Return whether a day is past the notice's first day, and whether it is past its last."""
    day, dates = dt.date.fromordinal(ordinal), notice.pack.dates
    return dates.in_force is None or day >= dates.in_force, dates.end is not None and day > dates.end


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


def _open(notice: Notice, leaf: Node) -> Iterator[Finding]:
    if isinstance(leaf, ReadAs):
        question = leaf.question
        code = question.code or "notice.open_question"
        yield Finding(
            code, question.clause, notice.clauses[question.clause], {"question": question.id, "why": question.why.zh}
        )
    elif isinstance(leaf, ByPerson):
        yield Finding("notice.for_a_person_to_check", None, leaf.says.zh, {})
    elif isinstance(leaf, InHours):
        yield Finding("time.calendar_unknown", None, "当年的放假安排还没有收录", {})
    elif isinstance(leaf, InZone):
        zone = notice.zones[leaf.zone]
        if zone.unstated is not None or not zone.complete:
            why = zone.unstated.zh if zone.unstated else "现有文本没有列全路段"
            yield Finding(
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
                    yield from (_LACKING.get(code, "place") for code, trit in found if trit == UNKNOWN)


def _two_bodies(leaf: CategoryIn, case: Case, given: Mapping[str, Any]) -> bool:
    """Whether the licence names two bodies (厢式自卸) and the notice asks for one of them: no fact is missing then."""
    return leaf.fact.name == "body" and "vehicle_type" in given and case.categories["body"].bit_count() == _TWO


def _sized_by_numbers(case: Case) -> bool:
    return bool(case.categories["kind"] & BUILTIN["kind"].mask(["goods", "tractor"]))


_TWO = 2


_LACKING = {"permit.other_plate": "plate", UNREAD: "permit"}


def _first_failing(permit: Permit, case: Case) -> str | None:
    code = next((code for code, holds in permit.tests(case) if holds() == FALSE), None)
    return UNREAD if permit.unread and code is None else code


def _permit_facts(permit: Permit, code: str, case: Case) -> dict[str, Any]:
    match code:
        case "permit.not_active":
            return {"status": permit.status, "valid_from": str(permit.valid_from)}
        case "permit.expired":
            return {"valid_to": str(permit.valid_to)}
        case "permit.off_time":
            return {"windows": list(permit.windows), "local_time": _clock(case.second)}
        case "permit.off_route":
            return {"roads": sorted(permit.roads or ()), "on": sorted(settled(case.roads) or ())}
    return {}
