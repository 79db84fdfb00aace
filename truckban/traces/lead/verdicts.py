"""Verdicts of many parts of passages: each kind of case is decided once.

Two parts are of one kind where every condition that a notice can ask has the same answer: same day, same stretch of it between two
instants at which a verdict can change, vehicles that answer every condition alike, and, where permits may be theirs, permits that
pass and fail the same tests. What differs within a kind are the figures that the reasons quote, and those are quoted from each vehicle.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from truckban.advice import change_seconds
from truckban.cases import Case
from truckban.columns import local_columns
from truckban.conditions import Bounded, CategoryIn, leaves
from truckban.kinds import Kinds
from truckban.logic import ONE
from truckban.norms import Notice
from truckban.permits import Permit, PermitList
from truckban.places import PlaceFacts
from truckban.traces.lead.tracks import Floats, Own, Streets
from truckban.vehicle_facts import VehicleFacts
from truckban.verdict import Question, Verdict, decide


class Judgement:
    """Decides cases of one notice, each kind of them once."""

    def __init__(self, notice: Notice, zones: Mapping[str, int], own: Own) -> None:
        """Prepare a notice, the parts of its zones that every case is in, and the permits."""
        self._notice = notice
        self._zones = zones
        self._own = own
        self._of_notice = Kinds(notice)
        self._without = _Permits.of((), notice)
        self._with: dict[str | None, _Permits] = {}
        self._kinds: dict[int, Hashable] = {}
        self._decided: dict[Hashable, Verdict] = {}

    def verdicts(
        self, vehicles: Sequence[VehicleFacts], t_s: Floats, lon: Floats, lat: Floats, on: Sequence[Streets]
    ) -> list[Verdict]:
        """Return the verdict of each case; what its reasons quote, and its advice, may be another vehicle's of the kind.

        Args:
            vehicles: one a case.
            t_s: seconds since 1970-01-01 UTC, shape (n,); fractions are cut off.
            lon: WGS 84 degrees, shape (n,).
            lat: likewise.
            on: the streets that each may be on, as far as a permit is concerned.
        """
        whole = np.floor(t_s).astype(np.int64)
        days, seconds = (values.tolist() for values in local_columns(whole, self._notice.pack.timezone))
        found = []
        for n, (vehicle, day, second, at) in enumerate(zip(vehicles, days, seconds, whole.tolist(), strict=True)):
            position = float(lon[n]), float(lat[n])
            permits = self._permits(vehicle.plate)
            case = self._case(vehicle, day, second, on[n], position)
            edge = bisect_right(permits.edges, second)
            key: Hashable = (self._kind(vehicle), day, edge, permits.edges, permits.answers(case))
            verdict = self._decided.get(key)
            if verdict is None:
                place = PlaceFacts("inside", self._zones, on[n], *position, mapped=True)
                question = Question(vehicle, dt.datetime.fromtimestamp(at, tz=dt.UTC), place, permits.listed)
                verdict = self._decided[key] = decide(self._notice, question)
            found.append(verdict)
        return found

    def _permits(self, plate: str | None) -> "_Permits":
        mine = self._own.of(plate)
        if not mine:
            return self._without
        known = self._with.get(plate)
        if known is None:
            known = self._with[plate] = _Permits.of(mine, self._notice)
        return known

    def _kind(self, vehicle: VehicleFacts) -> Hashable:
        """Return what vehicles have in common that every condition of the notice takes for the same."""
        known = self._kinds.get(id(vehicle))
        if known is None:
            # what the reasons quote, and what is said of the vehicle, tells verdicts apart too
            known = (
                self._of_notice.of(vehicle),
                frozenset(vehicle.given),
                tuple(code for code, _ in vehicle.warnings),
            )
            self._kinds[id(vehicle)] = known
        return known

    def _case(self, vehicle: VehicleFacts, day: int, second: int, on: Streets, position: tuple[float, float]) -> Case:
        """Return what permits are asked of."""
        return Case(
            logic=ONE,
            day=day,
            second=second,
            categories={},
            numbers={},
            plate=vehicle.plate,
            zones={},
            roads=on,
            lon=position[0],
            lat=position[1],
            permits=self._own.permits,
            readings=self._notice.settled,
        )


@dataclass(frozen=True, slots=True)
class _Permits:
    """The permits of a plate.

    Attributes:
        listed: in the order in which reasons name them.
        edges: seconds of the day at which a verdict with them can change.
    """

    listed: PermitList
    edges: tuple[int, ...]

    @classmethod
    def of(cls, permits: Sequence[Permit], notice: Notice) -> "_Permits":
        """Prepare them."""
        listed = PermitList(sorted(permits, key=str))
        return cls(listed, tuple(change_seconds(notice, listed)))

    def answers(self, case: Case) -> Hashable:
        """Return which tests each of them passes."""
        return tuple((permit.kind, *(holds() for _, holds in permit.tests(case))) for permit in self.listed.permits)


def quoted(verdict: Verdict, given: Mapping[str, Any], notice: Notice) -> tuple[str, ...]:
    """Return the fields of a vehicle that a verdict's reasons quote, or another reading would ask for, as `name=value`."""
    names = [name for reason in verdict.reasons for name in reason.facts]
    names += _asked_by(notice, tuple(str(other["reading"]) for other in verdict.other_readings))
    return tuple(f"{name}={_plain(given[name])}" for name in dict.fromkeys(names) if name in given)


@lru_cache(maxsize=256)
def _asked_by(notice: Notice, readings: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields of a vehicle that the norms with these readings in them ask for."""
    norms = (norm for norm in notice.norms.values() if any(leaf.reading in readings for leaf in norm.asks()))
    asked = (leaf for norm in norms if "when" in norm.parts for leaf in leaves(norm.parts["when"]))
    return tuple(name for leaf in asked if isinstance(leaf, CategoryIn | Bounded) for name in leaf.fact.asked_as)


def _plain(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
