"""The verdict: a pure function of notice, vehicle, instant, place and permits.

No clock, no network, no file, no locale: everything it depends on is handed in.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from truckban.advice import next_lawful
from truckban.cases import Case
from truckban.explain import Reason, because, permit_reasons, person_reasons
from truckban.logic import FALSE, ONE, TRUE, UNKNOWN
from truckban.moments import local, rfc3339
from truckban.norms import Notice
from truckban.permits import PermitList
from truckban.places import PlaceFacts
from truckban.vehicle_facts import VehicleFacts, World
from zones.text import Text

WORDS = {TRUE: "prohibited", FALSE: "allowed", UNKNOWN: "undetermined"}
_ASSUMPTIONS = ("vehicle.assumed_goods", "vehicle.words_not_recognised", "vehicle.colloquial")
_CONFLICT = "vehicle.class_conflict"
_SCHEMATIC = Text(
    "位置按示意路网判断，示意图不能作为执法依据",
    "the place was looked up in a schematic, which is not fit for enforcement",
)


@dataclass(frozen=True, slots=True)
class Verdict:
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
    zone: Mapping[str, str] | None = None

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
            "other_readings": [dict(reading) for reading in self.other_readings],
        }
        if self.penalty is not None:
            answer["penalty"] = dict(self.penalty)
        answer["advice"] = [dict(advice) for advice in self.advice]
        answer["warnings"] = [{"code": code, "text": text.zh, "text_en": text.en} for code, text in self.warnings]
        if self.zone is not None:
            answer["zone"] = dict(self.zone)
        return answer


@dataclass(frozen=True, slots=True)
class Question:
    """One case, read: what `decide` is asked about."""

    vehicle: VehicleFacts
    at: dt.datetime
    place: PlaceFacts
    permits: PermitList = field(default_factory=PermitList)
    alerts: frozenset[str] | None = None
    zone_assumed: bool = False


def decide(notice: Notice, question: Question, *, zone: Mapping[str, str] | None = None) -> Verdict:
    """Decide one case.

    Args:
        notice: what is allowed (`truckban.notices.load`).
        question: vehicle, instant, place and permits.
        zone: name, grade and hash of the map that the place was looked up in, for the answer to carry.
    """
    cases = _cases(notice, question)
    trits = [notice.prohibited(case) for case in cases]
    trit = _agreed(trits)
    reasons, missing = _explained(notice, question, cases, trits)
    enforceable = trit == FALSE or _was_published(notice, cases[0].day)
    if not enforceable:
        reasons.append(_reason(notice, "notice.not_yet_published", {"published": str(notice.pack.dates.published)}))
    return Verdict(
        verdict=WORDS[trit],
        enforceable=enforceable,
        notice=notice.id,
        vehicle_class=question.vehicle.vehicle_class,
        place=question.place.word,
        reasons=tuple(reasons),
        missing=tuple(missing),
        other_readings=tuple(_other_readings(notice, cases, trit)),
        penalty=_penalty(notice) if trit == TRUE else None,
        advice=tuple(_advice(notice, question, cases)) if trit != FALSE else (),
        warnings=tuple(_warnings(notice, question, trits, zone, cases[0].day)),
        zone=zone if question.place.mapped else None,
    )


def trit_of(notice: Notice, question: Question) -> int:
    """Return the verdict alone: 1 prohibited, -1 allowed, 0 undetermined."""
    return _agreed([notice.prohibited(case) for case in _cases(notice, question)])


def _cases(notice: Notice, question: Question) -> list[Case]:
    return [_case(notice, question, world) for world in question.vehicle.worlds]


def _case(notice: Notice, question: Question, world: World) -> Case:
    day, second = local(question.at, notice.pack.timezone)
    place = question.place
    return Case(
        logic=ONE,
        day=day,
        second=second,
        categories=world.categories,
        numbers=world.numbers,
        plate=question.vehicle.plate,
        zones=place.zones,
        roads=place.roads,
        lon=place.lon,
        lat=place.lat,
        permits=question.permits,
        readings=notice.settled,
        alerts=question.alerts or frozenset(),
    )


def _agreed(trits: Sequence[int]) -> int:
    return trits[0] if len(set(trits)) == 1 else UNKNOWN


def _explained(
    notice: Notice, question: Question, cases: Sequence[Case], trits: Sequence[int]
) -> tuple[list[Reason], list[str]]:
    trit = _agreed(trits)
    reasons: dict[tuple[str, str | None], Reason] = {}
    missing: dict[str, None] = {}
    for case, found in zip(cases, trits, strict=True):
        why, lacking = because(notice, case, question.vehicle.given, trit=found)
        reasons.update({(reason.code, reason.clause): reason for reason in why})
        missing.update(dict.fromkeys(lacking))
    permits = permit_reasons(notice, cases[0]) if trit != FALSE else []
    for reason in [*permits, *person_reasons(notice, cases[0], trit=trit)]:
        reasons.setdefault((reason.code, reason.clause), reason)
    assumptions = [Reason(code, None, text.zh, {}) for code, text in _assumed(question.vehicle, trits)]
    if question.zone_assumed:
        zone = notice.pack.timezone
        assumptions.append(Reason("time.assumed_zone", None, f"时间没有写时区，按 {zone} 理解", {"timezone": zone}))
    return [*reasons.values(), *assumptions], list(missing)


def _assumed(vehicle: VehicleFacts, trits: Sequence[int]) -> list[tuple[str, Text]]:
    """Return what was assumed of the vehicle; that its papers disagree is a reason only where the verdict hangs on it."""
    torn = len(set(trits)) > 1
    return [note for note in vehicle.warnings if note[0] in _ASSUMPTIONS or (note[0] == _CONFLICT and torn)]


def _reason(notice: Notice, code: str, facts: Mapping[str, Any]) -> Reason:
    last = notice.pack.clauses[-1]
    return Reason(code, last.id, last.text, facts)


def _was_published(notice: Notice, day: int) -> bool:
    published = notice.pack.dates.published
    return published is None or dt.date.fromordinal(day) >= published


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


def _penalty(notice: Notice) -> dict[str, Any] | None:
    stated = notice.pack.penalty
    if stated is None:
        return None
    amounts = {"fine_cny": stated.fine_cny, "points": stated.points}
    return {
        name: int(value) if value == int(value) else value for name, value in amounts.items() if value is not None
    } or None


def _advice(notice: Notice, question: Question, cases: Sequence[Case]) -> list[dict[str, Any]]:
    def trit_at(day: int, second: int) -> int:
        return _agreed([notice.prohibited(replace(case, day=day, second=second)) for case in cases])

    lawful = next_lawful(notice, question.at, question.permits, trit_at)
    if lawful is None:
        return []
    return [{"code": "wait_until", "at": rfc3339(lawful, notice.pack.timezone)}]


def _warnings(
    notice: Notice, question: Question, trits: Sequence[int], zone: Mapping[str, str] | None, day: int
) -> list[tuple[str, Text]]:
    assumed = _assumed(question.vehicle, trits)
    found = [warning for warning in question.vehicle.warnings if warning not in assumed]
    found += question.place.notes
    dates = notice.pack.dates
    if dates.in_force is None:
        found.append(
            (
                "notice.in_force_unknown",
                Text("通告没有写施行日期，按已施行判断", "the text states no first day; it was taken as in force"),
            )
        )
    elif dates.review is not None and dt.date.fromordinal(day) >= _years_after(
        dates.in_force, dates.review.after_years
    ):
        found.append(("notice.age", dates.review.why.text))
    if question.place.mapped and zone is not None and zone.get("grade") == "schematic":
        found.append(("zone.schematic", _SCHEMATIC))
    if notice.pack.alerts and question.alerts is None and _agreed(trits) != TRUE:
        found.append(
            (
                "notice.alerts_assumed_none",
                Text("没有说明预警等级，按没有预警判断", "no alert level was given; none was taken to be in force"),
            )
        )
    return found


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return dt.date(day.year + years, 3, 1)
