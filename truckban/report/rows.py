"""The rows of the report: passages as a person reads them, every plate masked."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from truckban.missing_words import missing_words
from truckban.report.lead_words import (
    CLASSES,
    basis_words,
    depth_words,
    entry_words,
    exit_words,
    fact_words,
    speed_words,
)
from truckban.report.masking import Masker, masked
from truckban.report.phrases import say
from truckban.report.words import (
    FOR_A_PERSON,
    GRADES,
    VERDICTS,
    clause_of,
    permit_words,
    reading_words,
    reason_words,
)
from truckban.traces.check import Checked
from truckban.traces.lead.evidence import EVIDENCE
from truckban.traces.lead.leads import Lead
from truckban.traces.lead.repeats import repeats_words

_KM_M = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """The passages that the page holds: all leads first, by time, then the others, up to what a browser can draw.

    Attributes:
        leads: those that get a row.
        others: those that are only drawn.
        all_leads: how many there are.
    """

    leads: list[Lead]
    others: list[Lead]
    all_leads: int

    @property
    def parts(self) -> list[Lead]:
        """All that are drawn; their order numbers them."""
        return [*self.leads, *self.others]


def chosen(checked: Checked, *, rows: int, drawn: int) -> Shown:
    """Choose what the page holds.

    Args:
        checked: the outcome.
        rows: how many leads at most; where there are more, the prohibited come first.
        drawn: how many passages at most, leads included.
    """
    kinds = tuple(VERDICTS)
    order = sorted(checked.parts, key=lambda part: (kinds.index(checked.kind(part)), part.entered_at, part.lead_id))
    leads = [part for part in order if checked.kind(part) in kinds[:2]]
    others = [part for part in order if checked.kind(part) not in kinds[:2]]
    by_time = sorted(leads[:rows], key=lambda part: (part.entered_at, part.vehicle_id))
    return Shown(by_time, others[: max(0, drawn - len(by_time))], len(leads))


def masker_of(checked: Checked) -> Masker:
    """Return what masks the plates of a check's vehicles and permits."""
    given = [vehicle.given.get("plate") for vehicle in checked.fleet.vehicles.values()]
    permits = [permit.plate for permit in checked.permits.permits]
    return Masker([*checked.fleet.plates.values(), *permits, *(plate for plate in given if isinstance(plate, str))])


class Reader:
    """Turns passages into what stands on the page, in one language."""

    def __init__(self, checked: Checked, lang: str) -> None:
        """Prepare for one check."""
        self.checked = checked
        self.lang = lang
        self.notice = checked.notice
        self.masker = masker_of(checked)
        self.rule = repeats_words(self.notice.pack.repeats).of(lang)
        self.together = Counter(lead.incident_id for lead in checked.leads)
        self.anchors = {clause.id: f"clause-{number}" for number, clause in enumerate(self.notice.pack.clauses)}
        self._said: dict[str, tuple[str, str | None]] = {}
        self._passages: dict[int, dict[str, Any]] = {}
        self._standings: dict[tuple[object, ...], SimpleNamespace] = {}
        self._known_facts: dict[tuple[str, ...], str] = {}
        self._names: dict[str, str] = {}

    def passage(self, part: Lead) -> dict[str, Any]:
        """Return what the map knows of a passage: names, kind, when, where."""
        known = self._passages.get(id(part))
        if known is None:
            known = self._passages[id(part)] = self._read(part)
        return known

    def _read(self, part: Lead) -> dict[str, Any]:
        lasts = dt.datetime.fromisoformat(part.left_at) - dt.datetime.fromisoformat(part.entered_at)
        seconds = int(lasts.total_seconds())
        # as they are written, RFC 3339: `2024-05-08T10:00:00+08:00`
        (day, begun), (last_day, ended) = ((at[:10], at[11:19]) for at in (part.entered_at, part.left_at))
        kind = self.checked.kind(part)
        name = self._names.get(part.vehicle_id)
        if name is None:
            name = self._names[part.vehicle_id] = self.masker.name(part.vehicle_id)
        return {
            "kind": kind,
            "word": VERDICTS[kind].of(self.lang),
            "vehicle": name,
            "plate": masked(part.plate) if part.plate else "",
            "id": part.lead_id,
            "day": day,
            "from": begun,
            "to": ended if last_day == day else f"{last_day[5:]} {ended}",
            "lasted": lasted(seconds, self.lang),
            "seconds": seconds,
            "roads": self._joined(part.roads),
            "far": distance(part.distance_inside_m, self.lang),
            "metres": part.distance_inside_m,
            "sure": f"{math.floor(part.probability * 100 + 1e-6)}%",
            "probability": part.probability,
            "why": self._joined([self._words(code)[0] for code in part.reasons if code not in FOR_A_PERSON], "；"),
            "cut": part.cut_corner,
        }

    def lead(self, part: Lead) -> dict[str, Any]:
        """Return a row of the table, with what unfolds under it."""
        return {
            **self.passage(part),
            "standing": self._standing(part),
            "grade": GRADES[part.grade].of(self.lang) if part.grade in GRADES else part.grade,
            "enter": position((part.entry.lon, part.entry.lat)),
            "leave": position((part.exit.lon, part.exit.lat)),
            **self._driven(part),
            "class": CLASSES[part.vehicle_class].of(self.lang),
            "facts": self._facts(part.vehicle_facts),
            "basis": self._joined([words.of(self.lang) for words in basis_words(part)], "；"),
            "incident": part.incident_id or part.lead_id,
            "others": self.together[part.incident_id] - 1 if part.incident_id else 0,
            "fixes": part.fixes,
            "fixes_inside": part.fixes_inside,
            "enterprise": part.enterprise_id,
        }

    def _standing(self, part: Lead) -> SimpleNamespace:
        """Return what the law says of a lead; that of many is the same."""
        key = (
            *(part.reasons, part.clauses, part.permit_status, part.enforceable, part.grade, part.verdict, part.missing),
            *(part.other_readings, part.evidence_missing),
        )
        known = self._standings.get(key)
        if known is None:
            known = self._standings[key] = SimpleNamespace(**self._said_by_law(part), number=len(self._standings))
        return known

    def _said_by_law(self, part: Lead) -> dict[str, Any]:
        reasons = [SimpleNamespace(**reason) for reason in self._reasons(part)]
        named = {reason.clause for reason in reasons}
        return {
            "reasons": reasons,
            "clauses": [SimpleNamespace(**self._clause(name)) for name in part.clauses if name not in named],
            "permit": [words.of(self.lang) for words in permit_words(part.permit_status, self.notice)],
            "permit_is_reason": set(part.permit_status.split(";")) <= set(part.reasons),
            "enforceable": SimpleNamespace(**self._enforceable(part)),
            "missing": [missing_words(field, self.notice).of(self.lang) for field in part.missing],
            "readings": [reading_words(name, self.notice).of(self.lang) for name in part.other_readings],
            "evidence": [EVIDENCE[code].of(self.lang) for code in part.evidence_missing],
        }

    def _facts(self, coded: tuple[str, ...]) -> str:
        """Return what is known of a vehicle, each after a point; of a fleet's, much is the same."""
        known = self._known_facts.get(coded)
        if known is None:
            words = [self.masker.text(fact_words(fact, self.notice).of(self.lang)) for fact in coded]
            known = self._known_facts[coded] = "".join(f" · {fact}" for fact in words)
        return known

    def _reasons(self, part: Lead) -> Iterator[dict[str, Any]]:
        for code in part.reasons:
            words, clause = self._words(code)
            yield {
                "words": words,
                "for_a_person": code in FOR_A_PERSON,
                **self._clause(clause if clause in part.clauses else None),
            }

    def _words(self, code: str) -> tuple[str, str | None]:
        """Return what a reason says and the clause it rests on; the same few come again and again."""
        known = self._said.get(code)
        if known is None:
            known = reason_words(code, self.notice).of(self.lang), clause_of(code, self.notice)
            self._said[code] = known
        return known

    def _clause(self, name: str | None) -> Mapping[str, str | None]:
        return {"clause": name, "anchor": self.anchors.get(name) if name else None}

    def _enforceable(self, part: Lead) -> dict[str, Any]:
        if not part.enforceable:
            codes = [code for code in part.reasons if code.startswith("notice.")]
            why = self._joined([reason_words(code, self.notice).of(self.lang) for code in codes], "；")
            return {"can": False, "words": say("row.not_enforceable", self.lang), "why": why}
        if self.checked.fit_for_enforcement is False:
            schematic = part.grade == "schematic"
            why = say("row.why_schematic", self.lang) if schematic else say("row.why_other_roads", self.lang)
            return {"can": False, "words": say("row.not_on_schematic", self.lang), "why": why}
        if part.verdict == "undetermined":
            return {
                "can": None,
                "words": say("row.not_settled", self.lang),
                "why": say("row.why_not_settled", self.lang),
            }
        return {"can": True, "words": say("row.enforceable", self.lang), "why": say("row.why_enforceable", self.lang)}

    def _driven(self, part: Lead) -> dict[str, Any]:
        """Return how it came in, went on and went out."""
        begun, ended = (at[len("2024-05-08T") :][:8] for at in (part.entered_at, part.left_at))
        route, speed = part.route, speed_words(part)
        return {
            "route": route.of(self.lang) if route else "",
            "entry": entry_words(part.entry, begun).of(self.lang),
            "exit": exit_words(part.exit, ended).of(self.lang),
            "speed": speed.of(self.lang) if speed else "",
            "depth": depth_words(part).of(self.lang),
        }

    def _joined(self, words: Sequence[str], between: str = "、") -> str:
        return (between if self.lang == "zh" else {"、": ", ", "；": "; "}[between]).join(words)


def lasted(seconds: int, lang: str) -> str:
    """Write a duration."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    written = [f"{number} {say(f'unit.{unit}', lang)}" for number, unit in parts if number]
    return " ".join(written) or f"0 {say('unit.s', lang)}"


def distance(metres: float, lang: str) -> str:
    """Write a distance."""
    if metres >= _KM_M:
        return f"{metres / _KM_M:.1f} {say('unit.km', lang)}"
    return f"{metres:.0f} {say('unit.m', lang)}"


def position(lonlat: Sequence[float]) -> str:
    """Write a WGS 84 position, longitude first, to a tenth of a metre."""
    return f"{lonlat[0]:.6f}, {lonlat[1]:.6f}"
