"""Leads whose positions lie on the streets in another system of coordinates than the declared one: they accuse nobody.

GCJ-02 and BD-09 lie hundreds of metres beside WGS 84: who drove along a boundary road is far inside if they are taken for one another.
Asked of each visit by itself, and only where something is to be a lead: neither the order of rows nor other vehicles change the answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.late_vehicles import AS_LIKELY
from truckban.traces.clean.misfit import ONE_DIRECTION, street_box
from truckban.traces.clean.moving_fixes import moving_sample
from truckban.traces.clean.street_ground import READINGS, StreetGround
from truckban.traces.lead.leads import FLEET_COORDINATES, OTHER_COORDINATES, Lead, doubted
from truckban.traces.sifting.near import Visits
from zones.coords import from_wgs84, to_wgs84
from zones.text import Text
from zones.zone import Zone

_Index = npt.NDArray[np.intp]
_FITS = (
    # fixes at least; share on streets at least; more than under the declared reading; median distance, of the declared one's, at most;
    # whether of drives along one line as well: a shift along another line brings them onto some street by chance
    (40, 0.4, 0.2, 0.7, False),
    (15, 0.75, 0.35, 0.5, False),
    (10, 0.9, 0.65, 0.25, True),
)
"""Any of these shows another system; the figures are measured (docs/decisions/0007-cleaning.md)."""
_FLEET = 10
_FEWEST = min(fixes for fixes, *_ in _FITS)
_LEAST_MORE = min(more for _, _, more, *_ in _FITS)


@dataclass(frozen=True)
class Coordinates:
    """What positions are said to be in, and the streets that tell whether they are.

    Attributes:
        zone: whose streets; without any, nothing is found.
        declared: `wgs84`, `gcj02` or `bd09`; the fixes were brought to WGS 84 by it.
    """

    zone: Zone
    declared: str

    def checked(self, parts: list[Lead], visits: Visits) -> list[Lead]:
        """Return parts of the visits' passages so that those of visits in another system are unsure."""
        may_accuse = [n for n, part in enumerate(parts) if _is_against(part)]
        if not may_accuse or not self.zone.streets:
            return parts
        visit_of = _visits_of([parts[n] for n in may_accuse], visits)
        shifted = self._shifted(np.unique(visit_of), visits)
        wrong = {n for n, visit in zip(may_accuse, visit_of.tolist(), strict=True) if visit in shifted}
        return [doubted(part, OTHER_COORDINATES) if n in wrong else part for n, part in enumerate(parts)]

    @cached_property
    def _ground(self) -> StreetGround:
        return StreetGround(self.zone.streets)

    def _shifted(self, asked: _Index, visits: Visits) -> set[int]:
        """Return which of some visits are in another system than the declared one."""
        lengths = visits.starts[asked + 1] - visits.starts[asked]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = np.repeat(visits.starts[asked], lengths) + within
        fixes = visits.fixes
        sample = moving_sample(
            np.repeat(asked, lengths),
            fixes.t_s[rows],
            fixes.lon[rows],
            fixes.lat[rows],
            street_box(self.zone.streets),
        )
        metres, on = self._ground.distance(sample.lon, sample.lat)
        stored = from_wgs84(sample.lon, sample.lat, self.declared)
        found = set()
        bounds = np.searchsorted(sample.vehicle, [asked, asked + 1]).T
        for visit, (begin, end) in zip(asked.tolist(), bounds.tolist(), strict=True):
            own = slice(begin, end)
            most = 1 - _LEAST_MORE
            if end - begin < _FEWEST or on[own].mean() > most:
                continue
            straight = _one_direction(sample.course[own])
            for name in READINGS:
                if name == self.declared:
                    continue
                far, near = self._ground.distance(*to_wgs84(stored[0][own], stored[1][own], name))
                share, before = float(near.mean()), float(on[own].mean())
                median_m, before_m = float(np.median(far)), float(np.median(metres[own]))
                if any(
                    end - begin >= fewest and share >= least and share - before >= more and median_m <= much * before_m
                    for fewest, least, more, much, along_one_line in _FITS
                    if along_one_line or not straight
                ):
                    found.add(visit)
        return found


def _one_direction(course: npt.NDArray[np.float64]) -> bool:
    """Tell whether a drive is along one line."""
    return bool(abs(np.exp(2j * course).mean()) > ONE_DIRECTION)


def _visits_of(parts: list[Lead], visits: Visits) -> _Index:
    """Return the number of the visit that each part is in."""
    first = visits.starts[:-1]
    vehicle, begin = visits.fixes.vehicle[first], visits.fixes.t_s[first]
    order = np.lexsort((begin, vehicle))
    vehicle, begin = vehicle[order], begin[order]
    low, high = np.searchsorted(vehicle, [(own := np.array([part.passage.vehicle for part in parts])), own + 1])
    found = [
        a + np.searchsorted(begin[a:b], part.passage.t_s[0], side="right") - 1
        for part, a, b in zip(parts, low.tolist(), high.tolist(), strict=True)
    ]
    return order[found]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Which vehicles are in another system of coordinates.

    Attributes:
        vehicles: of which the streets say so.
        others: of which they do not, and that have passages against them.
    """

    vehicles: frozenset[str]
    others: frozenset[str]

    @classmethod
    def of(cls, parts: Iterable[Lead]) -> "Doubt":
        """Return what parts say, each vehicle's all being among them."""
        parts = list(parts)
        found = {part.vehicle_id for part in parts if OTHER_COORDINATES in part.why_probability}
        return cls(frozenset(found), frozenset({part.vehicle_id for part in parts if _is_against(part)} - found))

    def spread(self, parts: Iterable[Lead]) -> list[Lead]:
        """Return parts so that all passages of these vehicles are unsure: who sends one system here sends it there."""
        return [
            doubted(part, OTHER_COORDINATES)
            if part.vehicle_id in self.vehicles
            and part.verdict != "allowed"
            and OTHER_COORDINATES not in part.why_probability
            else part
            for part in parts
        ]


def is_of_fleet(vehicles: int, others: int) -> bool:
    """Tell whether so many vehicles in another system say the same of the others, of which too few fixes are near streets."""
    return vehicles >= _FLEET and vehicles > others


def fleet_doubted(parts: Iterable[Lead]) -> list[Lead]:
    """Return the parts of a fleet in another system: what is not lawful and not in doubt yet is unsure, and of no incident."""
    return [
        replace(doubted(part, FLEET_COORDINATES), incident_id=None, repeat_rule=None)
        if part.verdict != "allowed" and OTHER_COORDINATES not in part.why_probability
        else part
        for part in parts
    ]


FLEET_NOTE = Text(
    "多数车辆的坐标系与声明的不符：其他车辆的经过也只列为拿不准，不作线索",
    "most vehicles are in another system of coordinates than declared: passages of the others are kept as unsure too, not as leads",
)


def _is_against(part: Lead) -> bool:
    return part.verdict != "allowed" and part.probability > AS_LIKELY and not part.cut_corner
