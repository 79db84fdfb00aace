"""The verdict: a pure function of notice, vehicle, instant, place and permits.

No clock, no network, no file, no locale: everything it depends on is handed in.
"""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from truckban.advice import change_seconds, next_lawful
from truckban.case_kinds import NO_PERMITS, Found, Position, case_kinds, permit_case, permits_kind
from truckban.cases import Case
from truckban.explain import Finding, Reason, because, permit_reasons, person_reasons
from truckban.logic import FALSE, TRUE, UNKNOWN
from truckban.moments import local, rfc3339_of
from truckban.norms import Notice
from truckban.permits import PermitList
from truckban.places import PlaceFacts
from truckban.standing_dates import quoted_day
from truckban.vehicle_facts import VehicleFacts
from zones.text import Text

WORDS = {TRUE: "prohibited", FALSE: "allowed", UNKNOWN: "undetermined"}
_ASSUMPTIONS = ("vehicle.assumed_goods", "vehicle.words_not_recognised", "vehicle.colloquial")
_CONFLICT = "vehicle.class_conflict"
_SCHEMATIC = Text(
    "位置按示意路网判断，示意图不能作为执法依据",
    "the place was looked up in a schematic, which is not fit for enforcement",
)
_IN_FORCE_UNKNOWN = Text("通告没有写施行日期，按已施行判断", "the text states no first day; it was taken as in force")
_NO_ALERTS = Text("没有说明预警等级，按没有预警判断", "no alert level was given; none was taken to be in force")


class Verdict(Struct, frozen=True):
    """The answer to one case; `as_json` is the object of the contract."""

    verdict: str
    enforceable: bool
    notice: str
    vehicle_class: str
    place: str
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...] = ()
    other_readings: tuple[Mapping[str, str], ...] = ()
    penalty: Mapping[str, Any] | None = None
    advice: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[tuple[str, Text], ...] = ()
    zone: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the contract's object, without `id`."""
        answer: dict[str, Any] = {
            "verdict": self.verdict,
            "enforceable": self.enforceable,
            "notice": self.notice,
            "vehicle_class": self.vehicle_class,
            "place": self.place,
            "reasons": [reason.as_json() for reason in self.reasons],
            "missing": list(self.missing),
            "other_readings": list(map(dict, self.other_readings)),
        }
        if self.penalty is not None:
            answer["penalty"] = dict(self.penalty)
        answer["advice"] = list(map(dict, self.advice))
        answer["warnings"] = [{"code": code, "text": text.zh, "text_en": text.en} for code, text in self.warnings]
        if self.zone is not None:
            answer["zone"] = dict(self.zone)
        return answer


class Question(Struct, frozen=True):
    """One case, read: what `decide` is asked about."""

    vehicle: VehicleFacts
    at: dt.datetime
    place: PlaceFacts
    permits: PermitList = field(default_factory=PermitList)
    alerts: frozenset[str] | None = None
    zone_assumed: bool = False


def decide(
    notice: Notice, question: Question, *, zone: Mapping[str, Any] | None = None, until: dt.date | None = None
) -> Verdict:
    """Decide one case.

    Args:
        notice: what is allowed (`truckban.notices.load`).
        question: vehicle, instant, place and permits.
        zone: name, grade and hash of the map that the place was looked up in, for the answer to carry.
        until: the first day that another notice answers for: no advice is given about it.
    """
    asked = _Asked(notice, question)
    found = asked.found()
    given = question.vehicle.given
    reasons = [finding.reason(given, asked.permit_case) for finding in found.findings]
    assumed = _assumed(question.vehicle, torn=found.torn)
    reasons += [Reason(code, None, text.zh, {}) for code, text in assumed]
    if question.zone_assumed:
        timezone = notice.pack.timezone
        reasons.append(Reason("time.assumed_zone", None, f"时间没有写时区，按 {timezone} 理解", {"timezone": timezone}))
    hindered = None if found.trit == FALSE else asked.moment.hindered
    if hindered is not None:
        reasons.append(_reason(notice, hindered, quoted_day(notice, hindered)))
    return Verdict(
        verdict=WORDS[found.trit],
        enforceable=hindered is None,
        notice=notice.id,
        vehicle_class=question.vehicle.vehicle_class,
        place=question.place.word,
        reasons=tuple(reasons),
        missing=found.missing,
        other_readings=found.other_readings,
        penalty=_penalty(notice) if found.trit == TRUE else None,
        advice=asked.advice(until) if found.trit != FALSE else (),
        warnings=tuple(_warnings(asked, found, assumed, zone)),
        zone=zone if question.place.mapped else None,
    )


def trit_of(notice: Notice, question: Question) -> int:
    """Return the verdict alone: 1 prohibited, -1 allowed, 0 undetermined."""
    asked = _Asked(notice, question)
    return asked.trit_at(asked.day, asked.second)


class _Asked:
    """One case before the norms of one notice: asked where nothing has been found of its kind."""

    __slots__ = ("_case", "_here", "_kinds", "day", "moment", "notice", "question", "second")

    def __init__(self, notice: Notice, question: Question) -> None:
        self.notice = notice
        self.question = question
        self.day, self.second = local(question.at, notice.pack.timezone)
        self._kinds = case_kinds(notice)
        self.moment = self._kinds.moment(self.day, self.second)
        self._here = self._kinds.vehicle(question.vehicle), self._kinds.place(question.place.zones), question.alerts
        self._case: Case | None = None

    def found(self) -> Found:
        """Return what the norms say."""
        key = (self._here, self.moment.kind, self._permits(self.day, self.second))
        return self._kinds.found.get(key) or self._kinds.found.keep(key, self._ask())

    def permit_case(self) -> Case:
        """Return the case as its permits see it."""
        if self._case is None:
            self._case = self._permit_case(self.day, self.second)
        return self._case

    def trit_at(self, day: int, second: int) -> int:
        """Return the verdict at another moment."""
        key = (self._here, self._kinds.moment(day, second).kind, self._permits(day, second))
        known = self._kinds.trits.get(key)
        if known is None:
            cases = self._cases(day, second)
            known = self._kinds.trits.keep(key, _agreed([self.notice.prohibited(case) for case in cases]))
        return known

    def advice(self, until: dt.date | None) -> tuple[Mapping[str, Any], ...]:
        """Say when it would be lawful, as long as this notice answers."""
        permits = self.question.permits
        if permits.permits:
            edges = change_seconds(self.notice, permits)
            lawful = next_lawful(self.notice, (self.day, self.second), permits, self.trit_at, edges)
        else:
            key = (self._here, self.day, self.moment.stretch)
            known = self._kinds.lawful.get(key)
            if known is None:
                after = (self.day, self.second)
                known = next_lawful(self.notice, after, permits, self.trit_at, self._kinds.edges) or False
                self._kinds.lawful.keep(key, known)
            lawful = None if isinstance(known, bool) else known
        if lawful is None or (until is not None and lawful[0] >= until.toordinal()):
            return ()
        return ({"code": "wait_until", "at": rfc3339_of(*lawful, self.notice.pack.timezone)},)

    def _permits(self, day: int, second: int) -> Hashable:
        permits = self.question.permits
        if not permits.permits:
            return NO_PERMITS
        asked_of = day == self.day and second == self.second
        return permits_kind(permits, self.permit_case() if asked_of else self._permit_case(day, second))

    def _permit_case(self, day: int, second: int) -> Case:
        place = self.question.place
        position = Position(place.on, place.lon, place.lat)
        return permit_case(self.notice, self.question.vehicle.plate, (day, second), self.question.permits, position)

    def _cases(self, day: int, second: int) -> list[Case]:
        bare = self._permit_case(day, second)
        return [
            replace(
                bare,
                categories=world.categories,
                numbers=world.numbers,
                zones=self.question.place.zones,
                alerts=self.question.alerts or frozenset(),
            )
            for world in self.question.vehicle.worlds
        ]

    def _ask(self) -> Found:
        cases = self._cases(self.day, self.second)
        trits = [self.notice.prohibited(case) for case in cases]
        trit = _agreed(trits)
        findings, missing = _explained(self.notice, self.question.vehicle, cases, trits)
        readings = _other_readings(self.notice, cases, trit)
        return Found(trit, len(set(trits)) > 1, tuple(findings), tuple(missing), tuple(readings))


def _agreed(trits: Sequence[int]) -> int:
    return trits[0] if len(set(trits)) == 1 else UNKNOWN


def _explained(
    notice: Notice, vehicle: VehicleFacts, cases: Sequence[Case], trits: Sequence[int]
) -> tuple[list[Finding], list[str]]:
    trit = _agreed(trits)
    findings: dict[tuple[str, str | None], Finding] = {}
    missing: dict[str, None] = {}
    for case, found in zip(cases, trits, strict=True):
        why, lacking = because(notice, case, vehicle.given, trit=found)
        findings.update({(finding.code, finding.clause): finding for finding in why})
        missing.update(dict.fromkeys(lacking))
    permits = permit_reasons(notice, cases[0]) if trit != FALSE else []
    for finding in [*permits, *person_reasons(notice, cases[0], trit=trit)]:
        findings.setdefault((finding.code, finding.clause), finding)
    return list(findings.values()), list(missing)


def _assumed(vehicle: VehicleFacts, *, torn: bool) -> list[tuple[str, Text]]:
    """Return what was assumed of the vehicle; that its papers disagree is a reason only where the verdict hangs on it."""
    return [note for note in vehicle.warnings if note[0] in _ASSUMPTIONS or (note[0] == _CONFLICT and torn)]


def _reason(notice: Notice, code: str, facts: Mapping[str, Any]) -> Reason:
    last = notice.pack.clauses[-1]
    return Reason(code, last.id, last.text, facts)


def _other_readings(notice: Notice, cases: Sequence[Case], trit: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    if not notice.hangs_on_reading(cases[0]):
        return found
    for asked in notice.asked:
        for name, text in asked.readings.items():
            if name == asked.settled:
                continue
            readings = {**notice.settled, asked.id: name}
            other = _agreed([notice.prohibited(replace(case, readings=readings)) for case in cases])
            if other != trit:
                found.append({"reading": name, "verdict": WORDS[other], "why": text.zh, "why_en": text.en})
    return found


@lru_cache(maxsize=64)
def _penalty(notice: Notice) -> Mapping[str, Any] | None:
    stated = notice.pack.penalty
    if stated is None:
        return None
    amounts = {"fine_cny": stated.fine_cny, "points": stated.points}
    return {
        name: int(value) if value == int(value) else value for name, value in amounts.items() if value is not None
    } or None


def zones_without_map(zones: Sequence[str]) -> tuple[str, Text]:
    """Return the warning that zones of the notice may bind here, and that no map shows where they are."""
    listed = ", ".join(zones)
    return (
        "zone.no_map",
        Text(
            f"通告的这些区域没有区域文件，不知道是否在其中：{listed}",
            f"of these zones of the notice there is no zone file, so it is not known whether the place lies in them: {listed}",
        ),
    )


def _warnings(
    asked: _Asked, found: Found, assumed: Sequence[tuple[str, Text]], zone: Mapping[str, Any] | None
) -> list[tuple[str, Text]]:
    question, pack = asked.question, asked.notice.pack
    warnings = [warning for warning in question.vehicle.warnings if warning not in assumed]
    warnings += question.place.notes
    if pack.dates.in_force is None:
        warnings.append(("notice.in_force_unknown", _IN_FORCE_UNKNOWN))
    elif asked.moment.aged and pack.dates.review is not None:
        warnings.append(("notice.age", pack.dates.review.why.text))
    if question.place.mapped and zone is not None and zone.get("grade") == "schematic":
        warnings.append(("zone.schematic", _SCHEMATIC))
    if question.place.unmapped and found.trit == UNKNOWN:
        warnings.append(zones_without_map(question.place.unmapped))
    if pack.alerts and question.alerts is None and asked.notice.alerts is None and found.trit != TRUE:
        warnings.append(("notice.alerts_assumed_none", _NO_ALERTS))
    return warnings
