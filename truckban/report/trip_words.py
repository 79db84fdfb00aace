"""A plan as a person reads it: sentences, times, streets; every plate masked."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from truckban.missing_words import missing_words
from truckban.moments import local
from truckban.norms import Notice
from truckban.report.masking import Masker, masked
from truckban.report.phrases import say
from truckban.report.rows import distance, lasted, position
from truckban.report.trip_map import Said
from truckban.report.words import reason_words
from truckban.trips.ends import End
from truckban.trips.model import Alternative, Piece, Plan
from truckban.trips.ways import Way, instant
from truckban.verdict import Verdict
from zones.text import Text

_KMH = 3.6
_SHOWN_M = 50.0
"""Distances are compared in tenths of a kilometre."""


@dataclass(frozen=True, eq=False)
class TripReader:
    """Reads a plan to a person: every plate masked."""

    plan: Plan
    lang: str

    @cached_property
    def masker(self) -> Masker:
        """What masks the plates of this trip's vehicles."""
        return Masker([_plate(self.plan), *(name for name, _, _ in self.plan.trip.fleet)])

    def text(self, text: Text) -> str:
        """Return a sentence with all that looks like a plate masked."""
        return self.masker.text(text.of(self.lang))

    def notice(self, name: str) -> Notice:
        """Return a notice of the trip by its id."""
        rules = self.plan.trip.judged.rules
        return next((r.shelf.notices[name] for r in rules if name in r.shelf.notices), rules[0].shelf.first)

    def at(self, at_s: float, *, seconds: bool = False) -> str:
        """Write an instant: the hour and minute, with the day where it is not that of the trip as asked."""
        asked = self.plan.way.departs if self.plan.way is not None else at_s
        (day, clock), (of, _) = self._local(at_s), self._local(asked)
        text = clock if seconds else clock[:5]
        return text if day == of else f"{day:%m-%d} {text}"

    def _local(self, at_s: float) -> tuple[dt.date, str]:
        ordinal, second = local(instant(round(at_s, 3)), self.plan.trip.timezone)
        return dt.date.fromordinal(ordinal), f"{second // 3600:02d}:{second % 3600 // 60:02d}:{second % 60:02d}"

    def trip(self) -> dict[str, Any]:
        """Return what was asked."""
        trip, vehicle = self.plan.trip, self.plan.trip.judged.vehicle
        at = trip.depart if trip.depart is not None else trip.arrive or 0.0
        plate, mass = _plate(self.plan), vehicle.get("gross_mass_kg")
        return {
            "plate": masked(plate) if plate else "",
            "vehicle": self.masker.text(str(vehicle.get("vehicle_type") or "")),
            "mass": "" if mass is None else say("trip.tonnes", self.lang, mass=f"{mass / 1000:g}"),
            "when": "depart" if trip.depart is not None else "arrive",
            "at": self._local(at)[1][:5],
            "day": str(self._local(at)[0]),
            "timezone": trip.timezone,
            "ends": [(name, position((end.lon, end.lat)), end.word) for name, end in self._ends()],
        }

    def _ends(self) -> tuple[tuple[str, End], ...]:
        return (("origin", self.plan.trip.origin), ("destination", self.plan.trip.destination))

    def _verdict_words(self, verdict: Verdict) -> str:
        """Return why, in one sentence with the clause."""
        notice = self.notice(verdict.notice)
        reason = next(iter(verdict.reasons), None)
        if reason is None:
            return ""
        words = reason_words(reason.code, notice).of(self.lang)
        if reason.clause is None:
            return words
        return say("trip.by_clause", self.lang, words=words, clause=reason.clause)

    def why(self) -> str:
        """Return the answer's reason in one sentence."""
        plan = self.plan
        if plan.way is None:
            return ""
        first = plan.first_unlawful
        if first is None:
            found = {"leaves": self.at(plan.way.departs), "arrives": self.at(plan.way.arrives)}
            return say("trip.all_lawful", self.lang, **found)
        words = self._verdict_words(first.verdict)
        if plan.word == "unlawful":
            return words
        missing = self._joined([self._missing(name) for name in first.verdict.missing])
        if missing:
            return say("trip.open_without", self.lang, missing=missing, words=words)
        return say("trip.open", self.lang, words=words)

    def first(self) -> dict[str, str] | None:
        """Return the first second and place that is not lawful."""
        first = self.plan.first_unlawful
        if first is None:
            return None
        return {
            "at": self.at(first.at.timestamp(), seconds=True),
            "road": first.road or say("trip.nameless", self.lang),
            "place": first.verdict.place,
            "position": position((first.lon, first.lat)),
        }

    def _missing(self, name: str) -> str:
        first = self.plan.first_unlawful
        rules = self.plan.trip.judged.rules
        notice = rules[0].shelf.first if first is None else self.notice(first.verdict.notice)
        return missing_words(name, notice).of(self.lang)

    def part(self, piece: Piece) -> dict[str, str]:
        """Return a part of the trip as asked."""
        return {
            "word": piece.word,
            "from": self.at(piece.since, seconds=True),
            "to": self.at(piece.until, seconds=True),
            "roads": self._roads(piece.roads),
            # of a lawful part, the verdict at its beginning says nothing of the rest
            "why": "" if piece.word == "lawful" else self._verdict_words(piece.verdict),
        }

    def way(self, way: Way) -> dict[str, Any]:
        """Return a way: when, how far, by which streets, with its stands between them."""
        nameless = say("trip.nameless", self.lang)
        steps: list[dict[str, Any]] = [
            {
                "sort": step.entered,
                "from": self.at(step.entered, seconds=True),
                "to": self.at(step.left, seconds=True),
                "road": step.name or nameless,
                "far": distance(step.length_m, self.lang),
                "stands": "",
            }
            for step in way.steps
        ]
        for wait in way.waits:
            place = position(way.position(wait.since, first=wait.after))
            steps.append(
                {
                    "sort": wait.since,
                    "from": self.at(wait.since, seconds=True),
                    "to": self.at(wait.until, seconds=True),
                    "road": way.streets.name(way.legs[wait.after].edge) or nameless,
                    "far": lasted(round(wait.until - wait.since), self.lang),
                    "stands": place,
                }
            )
        return {
            "leaves": self.at(way.departs),
            "arrives": self.at(way.arrives),
            "takes": lasted(round((way.arrives - way.departs) / 60) * 60, self.lang),
            "far": distance(way.length_m, self.lang),
            "roads": self._roads(way.roads),
            "steps": sorted(steps, key=lambda step: step["sort"]),
            "stands": [step for step in steps if step["stands"]],
        }

    def card(self, one: Alternative, number: int) -> dict[str, Any]:
        """Return a way instead."""
        found: dict[str, Any] = {
            **self.way(one.way),
            "number": number,
            "kind": one.kind,
            "why": self.text(one.why),
            "vehicle": "" if one.vehicle is None else self.masker.name(one.vehicle),
            "longer": "",
            "farther": self._metres(one.extra_m),
            "permit": None,
        }
        if one.permit is not None:
            found["permit"] = {
                "roads": self._roads(one.permit.roads) if one.permit.roads or one.permit.area is None else "",
                "windows": self._joined(one.permit.windows),
                "days": str(one.permit.day)
                if one.permit.day == one.permit.until
                else say("trip.span", self.lang, since=one.permit.day, until=one.permit.until),
                "area": one.permit.area is not None,
            }
        if self.plan.way is not None:
            asked = self.plan.way
            found["longer"] = self._minutes(one.way.arrives - one.way.departs - (asked.arrives - asked.departs))
            found["leaves_by"] = self._shift(asked.departs, one.way.departs)
            found["arrives_by"] = self._shift(asked.arrives, one.way.arrives)
        return found

    def _shift(self, since: float, until: float) -> str:
        """Say how far apart two instants are, by the minutes of the clock that are shown of them."""
        minutes = int(until // 60 - since // 60)
        if not minutes:
            return ""
        span = lasted(abs(minutes) * 60, self.lang)
        return say("trip.later", self.lang, span=span) if minutes > 0 else say("trip.sooner", self.lang, span=span)

    def _minutes(self, seconds: float) -> str:
        minutes = round(seconds / 60)
        if not minutes:
            return say("trip.no_longer", self.lang)
        return f"{'+' if minutes > 0 else '−'}{lasted(abs(minutes) * 60, self.lang)}"

    def _metres(self, metres: float) -> str:
        if abs(metres) < _SHOWN_M:
            return say("trip.no_farther", self.lang)
        return f"{'+' if metres > 0 else '−'}{abs(metres) / 1000:.1f} {say('unit.km', self.lang)}"

    def marks(self) -> Iterator[Said]:
        """Yield what is marked on the map: ends, stands, the first place that is not lawful."""
        words = say("trip.mark.origin", self.lang), say("trip.mark.destination", self.lang)
        for word, (name, end) in zip(words, self._ends(), strict=True):
            yield Said(end.lon, end.lat, word, name)
        first = self.plan.first_unlawful
        if first is not None:
            at, banned = self.at(first.at.timestamp()), self.plan.word == "unlawful"
            text = (
                say("trip.mark.unlawful", self.lang, at=at)
                if banned
                else say("trip.mark.undetermined", self.lang, at=at)
            )
            yield Said(first.lon, first.lat, text, f"first {self.plan.word}")
        for number, one in enumerate(self.plan.alternatives, start=1):
            for wait in one.way.waits:
                lon, lat = one.way.position(wait.since, first=wait.after)
                hours = f"{self.at(wait.since)}–{self.at(wait.until)}"
                yield Said(lon, lat, say("trip.mark.stand", self.lang, n=number), "stand", number, hours)

    def clauses(self) -> Iterator[dict[str, Any]]:
        """Yield, for each verdict that the trip passes through, its clauses verbatim, each verdict once."""
        seen: set[tuple[str, ...]] = set()
        order = ("unlawful", "undetermined", "lawful")
        for piece in sorted(self.plan.pieces, key=lambda one: order.index(one.word)):
            verdict = piece.verdict
            key = (verdict.notice, verdict.verdict, *(reason.code for reason in verdict.reasons))
            if key in seen:
                continue
            seen.add(key)
            notice = self.notice(verdict.notice)
            yield {
                "word": piece.word,
                "title": notice.pack.title,
                "doc_no": notice.pack.doc_no or notice.id,
                "reasons": [
                    {
                        "words": reason_words(reason.code, notice).of(self.lang),
                        "clause": reason.clause,
                        "text": self.masker.text(reason.text or ""),
                    }
                    for reason in verdict.reasons
                ],
                "missing": self._joined([missing_words(name, notice).of(self.lang) for name in verdict.missing]),
                "readings": [str(one["why" if self.lang == "zh" else "why_en"]) for one in verdict.other_readings],
                "warnings": [self.text(text) for code, text in verdict.warnings if code != "zone.schematic"],
            }

    def speed(self) -> str:
        """Return the assumed speed over the trip as asked."""
        way = self.plan.way
        if way is None:
            return ""
        driven = sum(leg.left - leg.entered for leg in way.legs)
        return f"{way.length_m / max(driven, 1.0) * _KMH:.0f}"

    def _roads(self, roads: Sequence[str]) -> str:
        return self._joined(roads) or say("trip.nameless", self.lang)

    def _joined(self, words: Sequence[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(words)


def _plate(plan: Plan) -> str:
    plate = plan.trip.judged.vehicle.get("plate")
    return plate if isinstance(plate, str) else ""
