"""A notice ready to be asked: its norms as conditions, ranked by what sets what aside."""

import datetime as dt
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

from truckban.alert_times import AlertTimes
from truckban.cases import Case
from truckban.conditions import (
    AlertIs,
    AlertThen,
    Every,
    HasPermit,
    InHours,
    InZone,
    Node,
    OnDays,
    ReadAs,
    Some,
    compiled,
    leaves,
    within,
)  # fmt: skip
from truckban.facts import BUILTIN, FLAG, Fact
from truckban.hours import Hours
from truckban.logic import FALSE, TRUE
from truckban.notices.model import Norm as WrittenNorm
from truckban.notices.model import NoticePack, NoticeZone, PermitKind, Question, Rule, Where
from zones.spec import Edge

AREA, CARVE_OUT, OUTSIDE = 1, 2, 4
FIRST_EDGE = 3


def edge_bit(zone: NoticeZone, road: str) -> int:
    """Return the mask of a road's boundary edges (a bent road can be two); KeyError where the zone has no such edge."""
    mask = 0
    for bit, edge in edges(zone):
        if edge.road == road:
            mask |= bit
    if not mask:
        raise KeyError(road)
    return mask


def edges(zone: NoticeZone) -> Iterator[tuple[int, Edge]]:
    """Yield the boundary edges of a zone, each with its bit."""
    for number, edge in enumerate(zone.area.edges if zone.area else ()):
        yield 1 << (FIRST_EDGE + number), edge


def counted(zone: NoticeZone, where: Where) -> tuple[int, int]:
    """Return the parts of a zone that a norm is about, and those of which the text does not say whether it is."""
    mask, unstated = (AREA if where.area else 0), 0
    for bit, edge in edges(zone):
        match where.boundary.get(edge.road, edge.boundary):
            case "included":
                mask |= bit
            case "unstated":
                unstated |= bit
    return mask, unstated


def all_edges(zone: NoticeZone) -> int:
    """Return the mask of all boundary edges."""
    return ((1 << len(zone.area.edges)) - 1) << FIRST_EDGE if zone.area else 0


def everywhere(zone: NoticeZone) -> int:
    """Return the mask of a place of which nothing is known."""
    return AREA | CARVE_OUT | OUTSIDE | all_edges(zone)


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm as written, with its conditions by what they are about: days, where, hours, alert, when, permit."""

    written: WrittenNorm
    parts: Mapping[str, Node]

    @property
    def prohibits(self) -> bool:
        """Whether it is a ban rather than what lifts one."""
        return isinstance(self.written, Rule)

    def asks(self) -> list[ReadAs]:
        """Return the questions of reading that its conditions hang on."""
        return [leaf for part in self.parts.values() for leaf in leaves(part) if isinstance(leaf, ReadAs)]

    def applies(self, case: Case) -> Any:  # noqa: ANN401
        """Return the trit of: the norm's own conditions hold, whatever sets it aside."""
        return case.logic.every(part.holds(case) for part in self.parts.values())


class Notice:
    """A notice pack with its norms compiled. Its methods are pure."""

    def __init__(self, pack: NoticePack, *, sha256: str, alerts: AlertTimes | None = None) -> None:
        """Take a pack whose references have been checked (`truckban.notices.load`).

        Args:
            pack: the notice as data.
            sha256: of its file.
            alerts: all alerts there were, for what is asked of the past; None where each case says which are in force.
        """
        self.pack = pack
        self.sha256 = sha256
        self.alerts = alerts
        self.facts: dict[str, Fact] = facts_of(pack)
        self.questions: dict[str, Question] = {question.id: question for question in pack.questions}
        self.zones = {zone.id: zone for zone in pack.zones}
        self.clauses = {clause.id: clause.text for clause in pack.clauses}
        self.hours = {name: Hours.of(window) for name, window in pack.windows.items()}
        self.settled = {question.id: question.settled for question in pack.questions}
        dates = pack.dates
        self._first_day = dates.in_force.toordinal() if dates.in_force else 1
        self._last_day = (dates.end or dt.date.max).toordinal()
        self._spelt = {other: road for road, others in pack.spellings.items() for other in others}
        self.norms = {written.id: self._norm(written) for written in pack.norms}
        self.setters_aside: dict[str, list[str]] = {name: [] for name in self.norms}
        for name, norm in self.norms.items():
            for below in norm.written.over:
                self.setters_aside[below].append(name)

        used = {leaf.question.id for norm in self.norms.values() for leaf in norm.asks()}
        self.asked = [question for question in pack.questions if question.id in used]

    @property
    def id(self) -> str:
        """The pack's name."""
        return self.pack.id

    def during(self, alerts: AlertTimes) -> "Notice":
        """Return the same notice, told which alerts there were and when."""
        return Notice(self.pack, sha256=self.sha256, alerts=alerts)

    @cached_property
    def order(self) -> list[str]:
        """Norms, each after all that could set it aside."""
        return list(TopologicalSorter(self.setters_aside).static_order())

    def road_name(self, said: str) -> str:
        """Return a road's name as the notice writes it: NFKC, without spaces around it, its other spellings undone."""
        name = unicodedata.normalize("NFKC", said).strip()
        return self._spelt.get(name, name)

    def standing(self, case: Case) -> dict[str, Any]:
        """Return for each norm the trit of: it applies, and nothing that applies sets it aside."""
        standing: dict[str, Any] = {}
        for name in self.order:
            aside = case.logic.some(standing[above] for above in self.setters_aside[name])
            standing[name] = case.logic.every([self.norms[name].applies(case), -aside])
        return standing

    def hangs_on_reading(self, case: Case) -> bool:
        """Whether a single case can come out otherwise where the text is read otherwise.

        It cannot where every ban already fails by its days, place, hours or alert: those are the same in every reading.
        """
        return any(
            norm.prohibits and all(part.holds(case) != FALSE for name, part in norm.parts.items() if name != "when")
            for norm in self.norms.values()
        )

    def prohibited(self, case: Case) -> Any:  # noqa: ANN401
        """Return the trit of: some ban stands."""
        standing = self.standing(case)
        return case.logic.some(standing[name] for name, norm in self.norms.items() if norm.prohibits)

    def in_force(self, ordinal: int) -> int:
        """Return the trit of: the notice is in force on a day. A start that the text does not state counts as past."""
        return TRUE if self._first_day <= ordinal <= self._last_day else FALSE

    def _norm(self, written: WrittenNorm) -> Norm:
        parts: dict[str, Node] = {"days": self._days(written)}
        if written.where is not None:
            parts["where"] = Some([self._zone(where) for where in written.where])
        if written.windows is not None:
            parts["hours"] = Some([InHours(name, self.hours[name]) for name in written.windows])
        if written.alerts is not None:
            levels = frozenset(written.alerts)
            parts["alert"] = AlertIs(levels) if self.alerts is None else AlertThen(levels, self.alerts)
        if written.when is not None:
            parts["when"] = compiled(written.when, self.facts, self.questions)
        if isinstance(written, PermitKind):
            parts["permit"] = HasPermit(written.kind)
        return Norm(written, parts)

    def _days(self, written: WrittenNorm) -> Node:
        force = OnDays("notice.in_force", self.in_force)
        if written.dates is None:
            return force
        return Every([force, OnDays("rule.dates", within(written.dates))])

    def _zone(self, where: Where) -> InZone:
        return InZone(where.zone, *counted(self.zones[where.zone], where))


def facts_of(pack: NoticePack) -> dict[str, Fact]:
    """Return the facts that the notice can ask about: the built-in ones and its own."""
    own = {
        name: Fact(name, fact.kind, (name,), fact.label.text, FLAG if fact.kind == "flag" else tuple(fact.values))
        for name, fact in pack.facts.items()
    }
    return {**BUILTIN, **own}
