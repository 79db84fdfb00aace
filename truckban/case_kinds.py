"""Kinds of cases: what a notice's norms cannot tell apart is decided once, by the norms themselves.

A case is asked by its vehicle, its moment, its place, its alerts and its permits, each through the conditions of the notice. Two cases
for which every condition has the same answer have the same verdict, the same reasons and the same missing facts. So what was
found for a kind is held (a bounded number of kinds), and another case of the kind is only quoted from. This is no second
definition of a rule: a kind is told by asking the conditions, and what is held is what the norms said of its first case.
"""

from bisect import bisect_right
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from msgspec import Struct

from truckban.advice import change_seconds
from truckban.cases import Case
from truckban.conditions import (
    AlertIs,
    AlertThen,
    Bounded,
    ByPerson,
    CategoryIn,
    HasPermit,
    InHours,
    InZone,
    Node,
    OnDays,
    PlateDigit,
    PlateStarts,
    ReadAs,
    leaves,
)
from truckban.explain import Finding, begun_and_ended, in_no_order
from truckban.kinds import Kinds
from truckban.logic import FALSE, ONE
from truckban.norms import Notice
from truckban.permits import Permit, PermitList
from truckban.remembered import Remembered
from truckban.standing_dates import aged, not_enforceable
from truckban.vehicle_facts import VehicleFacts

_MOST_KINDS = 8192
_MOST_VEHICLES = 8192
_MOST_MOMENTS = 16_384
_NOWHERE = float("nan")
# what these ask is in the kinds of vehicles, places and permits, in the alerts or in the notice itself
_TIMELESS = (AlertIs, Bounded, ByPerson, CategoryIn, HasPermit, InZone, PlateStarts, ReadAs)
NO_PERMITS: Hashable = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What the norms said of the first case of a kind.

    Attributes:
        trit: the verdict: 1 prohibited, -1 allowed, 0 undetermined.
        torn: the two ways in which the vehicle can be have different verdicts.
        findings: why.
        missing: the fields that would settle it.
        other_readings: as the contract has them.
    """

    trit: int
    torn: bool
    findings: tuple[Finding, ...]
    missing: tuple[str, ...]
    other_readings: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of a day within which no answer of a notice can change.

    Attributes:
        kind: two moments of one kind are the same to every condition of the notice.
        stretch: its number in the day.
        hindered: why no penalty could rest on the notice, as the code of a reason; None where one could.
        aged: it was due for review.
    """

    kind: Hashable
    stretch: int
    hindered: str | None
    aged: bool


class CaseKinds:
    """Tells the kinds of cases of one notice apart, and holds what was found for each."""

    def __init__(self, notice: Notice) -> None:
        """Take the notice whose conditions count.

        Raises:
            TypeError: it has a condition of a sort that this does not know.
        """
        self.notice = notice
        self.edges = tuple(change_seconds(notice, PermitList()))
        self.found: Remembered[Hashable, Found] = Remembered(_MOST_KINDS)
        self.trits: Remembered[Hashable, int] = Remembered(_MOST_KINDS)
        self.lawful: Remembered[Hashable, tuple[int, int] | bool] = Remembered(_MOST_KINDS)
        self._of_notice = Kinds(notice)
        self._vehicles: Remembered[Hashable, tuple[object, int]] = Remembered(_MOST_VEHICLES)
        self._numbers: Remembered[Hashable, int] = Remembered(_MOST_VEHICLES)
        self._next = count()
        self._moments: Remembered[tuple[int, int], Moment] = Remembered(_MOST_MOMENTS)
        nodes = [leaf for norm in notice.norms.values() for part in norm.parts.values() for leaf in leaves(part)]
        self._of_time = [leaf for leaf in nodes if not isinstance(leaf, _TIMELESS)]
        for leaf in self._of_time:
            if not isinstance(leaf, AlertThen | InHours | OnDays | PlateDigit):
                msg = f"what does {type(leaf).__name__} hang on?"
                raise TypeError(msg)
        self._asks_plates = any(isinstance(leaf, PlateDigit | PlateStarts) for leaf in nodes)
        self._zones = tuple(notice.zones)

    def vehicle(self, vehicle: VehicleFacts) -> int:
        """Return the kind of a vehicle, permits aside."""
        plate = vehicle.plate if self._asks_plates else vehicle.plate is None
        key = (id(vehicle.worlds), frozenset(vehicle.given), plate)
        known = self._vehicles.get(key)
        if known is None:
            kind = (self._of_notice.of(vehicle), key[1])
            number = self._numbers.get(kind)
            if number is None:
                number = self._numbers.keep(kind, next(self._next))
            # held with what it is known by, so that nothing else can get that id
            known = self._vehicles.keep(key, (vehicle.worlds, number))
        return known[1]

    def place(self, zones: Mapping[str, int]) -> Hashable:
        """Return the kind of a place, permits aside."""
        return tuple([zones.get(name) for name in self._zones])

    def moment(self, day: int, second: int) -> Moment:
        """Return the moment of a local day's ordinal and second."""
        stretch = bisect_right(self.edges, second)
        return self._moments.get((day, stretch)) or self._moments.keep((day, stretch), self._moment(day, stretch))

    def _moment(self, day: int, stretch: int) -> Moment:
        case = permit_case(self.notice, None, (day, self.edges[stretch - 1]), PermitList(), Position())
        hindered, old = not_enforceable(self.notice, day), aged(self.notice, day)
        answers = tuple(_at(leaf, case) for leaf in self._of_time)
        return Moment((answers, *begun_and_ended(self.notice, day)), stretch, hindered, old)


class Position(Struct, frozen=True):
    """Where a case is, as permits see it: streets (or `Later`) and WGS 84 degrees."""

    roads: object = None
    lon: float = _NOWHERE
    lat: float = _NOWHERE


def permit_case(
    notice: Notice, plate: str | None, at: tuple[int, int], permits: PermitList, position: Position
) -> Case:
    """Return what permits and moments are asked of: a case without its vehicle and its zones."""
    return Case(
        logic=ONE,
        day=at[0],
        second=at[1],
        categories={},
        numbers={},
        plate=plate,
        zones={},
        roads=position.roads,
        lon=position.lon,
        lat=position.lat,
        permits=permits,
        readings=notice.settled,
    )


def permits_kind(permits: PermitList, case: Case) -> Hashable:
    """Return what permits have in common that pass and fail the same tests, in an order that leaves reasons the same."""
    if not permits.permits:
        return NO_PERMITS
    return in_no_order(permits), tuple([(permit.kind, *_tests(permit, case)) for permit in permits.permits])


def _tests(permit: Permit, case: Case) -> list[int]:
    """Return the answers up to the first no: no later one counts after it."""
    answers = []
    for _, holds in permit.tests(case):
        answers.append(holds())
        if answers[-1] == FALSE:
            break
    return answers


def _at(leaf: Node, case: Case) -> Hashable:
    return tuple(leaf.restricted(case.day)) if isinstance(leaf, PlateDigit) else leaf.holds(case)


@lru_cache(maxsize=64)
def case_kinds(notice: Notice) -> CaseKinds:
    """Return the kinds of a notice; the same each time, so that what was found stays found."""
    return CaseKinds(notice)
