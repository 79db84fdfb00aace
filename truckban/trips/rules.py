"""A vehicle with its permits before the notices of one place or several."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from truckban.logic import FALSE, TRUE, UNKNOWN
from truckban.moments import local
from truckban.norms import Notice
from truckban.notices.shelf import Shelf
from truckban.permits import Permit, PermitList
from truckban.places import PlaceFacts
from truckban.vehicle_facts import VehicleFacts, read_vehicle
from truckban.verdict import Question, Verdict, decide, trit_of
from truckban.zone_parts import on_the_maps
from zones.locate import Locator, Place
from zones.routing.ground import Stretch

Trits = npt.NDArray[np.int8]
Instants = npt.NDArray[np.int64]


Found = tuple[tuple[Place, int], ...]
"""What the maps of a rule say of a place, each: place, and the index of the boundary road."""


class Rule(NamedTuple):
    """Notices of one place over time, and the zone that they are about, on the ground; with those beside it, if there are several."""

    shelf: Shelf
    ground: Locator


def maps_of(rules: Sequence[Rule]) -> list[Locator]:
    """Return the maps of all zones, those of a rule together: what `TripStreets` is to ask."""
    return [each for rule in rules for each in rule.ground.each]


def by_rule(rules: Sequence[Rule], places: Found) -> list[Found]:
    """Return for each rule what its maps say, of what all maps say (`Stretch.places`)."""
    found, end = [], 0
    for rule in rules:
        begin, end = end, end + 1 + len(rule.ground.others)
        found.append(places[begin:end])
    return found


@dataclass(frozen=True)
class Judged:
    """A vehicle with its permits, before rules of several places at once.

    Attributes:
        rules: the notices and their zones.
        vehicle: its fields, as given.
        permits: for each rule, those that its notices know.
        alerts: for each rule, the alert levels in force.
    """

    rules: tuple[Rule, ...]
    vehicle: Mapping[str, Any]
    permits: tuple[PermitList, ...]
    alerts: frozenset[str] = frozenset()
    _facts: dict[Notice, VehicleFacts] = field(default_factory=dict, repr=False, compare=False)

    def facts(self, notice: Notice) -> VehicleFacts:
        """Return the vehicle as a notice sees it."""
        if notice not in self._facts:
            self._facts[notice] = read_vehicle(self.vehicle, notice.facts)
        return self._facts[notice]

    def with_permit(self, permit: Permit) -> "Judged":
        """Return the same with one permit more, of every place."""
        return replace(self, permits=tuple(PermitList([*own.permits, permit]) for own in self.permits))

    def verdicts(self, stretch: Stretch, at: dt.datetime, lon: float, lat: float) -> list[Verdict]:
        """Return what each rule says of driving somewhere at an instant."""
        return [decide(notice, question) for notice, question in self._questions(stretch, at, lon, lat)]

    def trit(self, stretch: Stretch, at: dt.datetime, lon: float, lat: float) -> int:
        """Return the strictest rule's verdict alone: 1 prohibited, 0 undetermined, -1 allowed."""
        return max(trit_of(notice, question) for notice, question in self._questions(stretch, at, lon, lat))

    def _questions(
        self, stretch: Stretch, at: dt.datetime, lon: float, lat: float
    ) -> Iterator[tuple[Notice, Question]]:
        for rule, found, permits in zip(self.rules, by_rule(self.rules, stretch.places), self.permits, strict=True):
            notice = notice_at(rule.shelf, at)
            masks, word, unmapped = on_the_maps(notice, rule.ground, found)
            roads = frozenset() if stretch.name is None else frozenset({notice.road_name(stretch.name)})
            where = PlaceFacts(word, masks, roads, lon, lat, mapped=True, unmapped=unmapped)
            yield notice, Question(self.facts(notice), at, where, permits, self.alerts or None)


def notice_at(shelf: Shelf, at: dt.datetime) -> Notice:
    """Return the notice that answers for an instant, by the day in the place's zone of time."""
    return shelf.on(dt.date.fromordinal(local(at, shelf.first.pack.timezone)[0]))


Word = Literal["lawful", "unlawful", "undetermined"]
WORST: dict[int, Word] = {TRUE: "unlawful", UNKNOWN: "undetermined", FALSE: "lawful"}
