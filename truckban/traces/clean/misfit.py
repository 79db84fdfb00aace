"""The wrong coordinate system, noticed from the streets: GCJ-02 and BD-09 lie hundreds of metres beside WGS 84.

A drive is on streets. Where moving fixes of many vehicles lie on the zone's streets under another reading of their coordinates than the one
declared, and not under that one, the declaration is wrong. It is said and never corrected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from truckban.traces.clean.moving_fixes import Sample, mixed_hash, moving_sample
from truckban.traces.clean.noted import Named, VehicleNote
from truckban.traces.clean.street_ground import ON_STREET_M, READINGS, StreetGround
from zones.coords import from_wgs84, to_wgs84
from zones.text import Text
from zones.zone import Street

_Floats = npt.NDArray[np.float64]
_Index = npt.NDArray[np.intp]
__all__ = ["Fit", "Sample", "fit_of", "moving_sample", "street_box"]

_MOST = 2000
_ROUNDED_M = 1e-6
LEAST_FIXES = 150
LEAST_OF_A_VEHICLE = 40
"""Fewer fixes say nothing of a fleet, or of one vehicle."""
LEAST_OF_A_HALF = 25
"""Nor do fewer of one half of a vehicle's fixes, the earlier or the later ones,"""
ON_STREET_OF_HALF = 0.55
"""of which at least so many must be on streets under the other reading,"""
OFF_OF_HALF_M = 40.0
"""and which must have a greater median distance than this: of so few, with 30 m of noise, one of 33 m was seen."""
BETTER = 0.5
"""The other reading must bring the median distance to the nearest street below so much of the declared one's,"""
OFF_M = 25.0
"""and that must be more than this: with 30 m of noise on each axis fixes of the right reading have a median of 17 to 21 m."""
ON_STREET = 0.4
"""and at least so much of the fixes must be on streets under the other reading,"""
TWICE = 2.0
"""and so many times as many as under the declared one."""
ONE_DIRECTION = 0.85
"""Of drives along one line (1.0) any shift along another line is a fit by chance; streets of two directions give less."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well moving fixes lie on the streets under each reading.

    Attributes:
        declared: `wgs84`, `gcj02` or `bd09`, as the positions were said to be.
        fixes: that were looked at.
        vehicles: of how many vehicles.
        median_m: to the centre line of the nearest street, by reading.
        on_street: the share that lies on one, by reading.
        better: a reading that fits much better than the declared one; None where there is none.
        vehicles_better: of how many vehicles the same can be said of each alone, by reading; only where not of all.
        halves_better: of how many others so of the earlier or the later half of their fixes, by reading: they may have changed
            systems on the way.
        named: the first of these, by reading.
        named_halves: likewise of the latter.
    """

    declared: str
    fixes: int
    vehicles: int
    median_m: dict[str, float]
    on_street: dict[str, float]
    better: str | None
    vehicles_better: dict[str, int]
    halves_better: dict[str, int] = field(default_factory=dict)
    named: Named = field(default_factory=Named)
    named_halves: Named = field(default_factory=Named)

    def as_json(self) -> dict[str, Any]:
        """Return the member `fit` of `run.json`."""
        return {
            "declared": self.declared,
            "fixes": self.fixes,
            "vehicles": self.vehicles,
            "median_m": {name: round(value, 1) for name, value in self.median_m.items()},
            "on_street": {name: round(value, 3) for name, value in self.on_street.items()},
            "better": self.better,
            "vehicles_better": self.vehicles_better,
            "halves_better": self.halves_better,
        }

    @property
    def notes(self) -> list[Text]:
        """What to tell a person, with the evidence; nothing where the declared reading holds."""
        notes: list[Text] = []
        if self.better is not None:
            mine, other = (f"{self.on_street[name]:.0%}" for name in (self.declared, self.better))
            near, far = (f"{self.median_m[name]:.0f}" for name in (self.better, self.declared))
            notes.append(
                Text(
                    f"坐标系可能不对：声明为 {self.declared}，但 {self.vehicles} 辆车的 {self.fixes} 个行驶中的定位点，按 {self.better} 理解有 {other} 在街道上"
                    f"（中位距离 {near} 米），按 {self.declared} 只有 {mine}（{far} 米）。未作更正；请核实后用 --crs {self.better} 重查",
                    f"the coordinates may be wrong: declared {self.declared}, but of {self.fixes} moving fixes of {self.vehicles} vehicles {other} "
                    f"are on a street if read as {self.better} (median distance {near} m), and {mine} as {self.declared} ({far} m). "
                    f"Nothing was corrected; find out, and check again with --crs {self.better}",
                )
            )
        for name, count in self.vehicles_better.items():
            notes.append(
                VehicleNote.of_some(
                    Text(
                        f"{self.vehicles} 辆车中有 {count} 辆的定位点按 {name} 理解比按声明的 {self.declared} 与街道吻合得多：轨迹可能混用坐标系。未作更正",
                        f"the fixes of {count} of {self.vehicles} vehicles fit the streets much better as {name} than as the declared {self.declared}: "
                        "the traces may mix coordinates. Nothing was corrected",
                    ),
                    self.named.by_code.get(name, ()),
                )
            )
        for name, count in self.halves_better.items():
            text = Text(
                f"{self.vehicles} 辆车中有 {count} 辆，其定位点有一半（前半或后半）按 {name} 理解比按声明的 {self.declared} 与街道吻合得多："
                "途中可能换了坐标系。未作更正",
                f"one half, the earlier or the later, of the fixes of {count} of {self.vehicles} vehicles fits the streets much better as "
                f"{name} than as the declared {self.declared}: they may have changed coordinates on the way. Nothing was corrected",
            )
            notes.append(VehicleNote.of_some(text, self.named_halves.by_code.get(name, ())))
        return notes


def street_box(streets: Sequence[Street]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of streets."""
    west, south, east, north = shapely.total_bounds(
        np.array([street.geometry for street in streets], dtype=object)
    ).tolist()
    return west, south, east, north


def fit_of(sample: Sample, streets: Sequence[Street], declared: str, *, names: Sequence[str] = ()) -> Fit | None:
    """Compare how well fixes lie on streets under each reading of their coordinates; None where they are too few to say.

    Args:
        sample: see `moving_sample`.
        streets: of a zone.
        declared: what the positions were said to be in; the sample was brought to WGS 84 by that.
        names: of the vehicles, by their number, for notes; none where they are not known.
    """
    if not streets or len(sample.lon) < LEAST_OF_A_VEHICLE:
        return None
    ground = StreetGround(streets)
    stored = from_wgs84(sample.lon, sample.lat, declared)
    fleet, readings = _some_of_all(ground, sample, stored)
    if len(fleet) < LEAST_OF_A_VEHICLE:
        return None
    distances = {name: ground.distance(*places) for name, places in readings.items()}
    medians = {name: float(np.median(far)) for name, (far, _) in distances.items()}
    shares = {name: float(on.mean()) for name, (_, on) in distances.items()}
    vehicles, enough = len(np.unique(sample.vehicle[fleet])), len(fleet) >= LEAST_FIXES
    better = _better(medians, shares, declared, sample.course[fleet]) if enough else None
    whole, halves = _each_alone(ground, sample, stored, declared) if better is None else ({}, {})
    alone, in_half = _count(whole), _count(halves)
    named, named_halves = _names(whole, names), _names(halves, names)
    if not enough:
        if not alone and not in_half:
            return None
        # too few for a fleet: what holds of each vehicle alone holds of all of them
        better = next((name for name, count in alone.items() if count == vehicles), None)
        alone = alone if better is None else {}
    if better is not None:
        in_half = {}
    return Fit(declared, len(fleet), vehicles, medians, shares, better, alone, in_half, named, named_halves)


def _count(readings: Mapping[int, str]) -> dict[str, int]:
    """Return of how many vehicles each reading is the better one."""
    each = list(readings.values())
    return {name: each.count(name) for name in READINGS if name in each}


def _names(readings: Mapping[int, str], names: Sequence[str]) -> Named:
    found = Named()
    for vehicle, reading in readings.items() if names else ():
        found.put(reading, [names[vehicle]])
    return found


class _Least(NamedTuple):
    """What it takes for another reading to be the better one."""

    on_street: float = ON_STREET
    off_m: float = OFF_M


def _better(
    median_m: Mapping[str, float],
    on_street: Mapping[str, float],
    declared: str,
    course: _Floats,
    least: "_Least | None" = None,
) -> str | None:
    """Return the reading that fits much better than the declared one, None where none does."""
    best = min((name for name in READINGS if name != declared), key=lambda name: median_m[name])
    least = least or _Least()
    much = (
        median_m[declared] > least.off_m
        and median_m[best] < BETTER * median_m[declared]
        and on_street[best] >= max(least.on_street, TWICE * on_street[declared])
        and abs(np.exp(2j * course).mean()) <= ONE_DIRECTION
    )
    return best if much else None


def _read_as(
    ground: StreetGround, stored: tuple[_Floats, _Floats], rows: _Index
) -> tuple[_Index, dict[str, tuple[_Floats, _Floats]]]:
    """Return which rows lie in the box of the streets under every reading, and their positions under each."""
    lon, lat = stored[0][rows], stored[1][rows]
    readings = {name: to_wgs84(lon, lat, name) for name in READINGS}
    within = np.all([ground.within(*places) for places in readings.values()], axis=0)
    return rows[within], {name: (x[within], y[within]) for name, (x, y) in readings.items()}


def _some_of_all(
    ground: StreetGround, sample: Sample, stored: tuple[_Floats, _Floats]
) -> tuple[_Index, dict[str, tuple[_Floats, _Floats]]]:
    """Return the fixes by which the whole fleet is judged, at most `_MOST`, and their positions under each reading."""
    # by a hash of the fix, so that the order of vehicles changes nothing; shifting all of them would take longest of all
    order = np.argsort(mixed_hash(sample.lon, sample.lat), kind="stable")
    parts: list[tuple[_Index, dict[str, tuple[_Floats, _Floats]]]] = []
    for lot in np.split(order, range(_MOST + _MOST // 5, len(order), _MOST // 5)):
        parts.append(_read_as(ground, stored, lot))
        if sum(len(rows) for rows, _ in parts) >= _MOST:
            break
    lons, lats = ({name: np.concatenate([at[name][axis] for _, at in parts]) for name in READINGS} for axis in (0, 1))
    rows = np.concatenate([rows for rows, _ in parts])
    return rows[:_MOST], {name: (lons[name][:_MOST], lats[name][:_MOST]) for name in READINGS}


def _each_alone(
    ground: StreetGround, sample: Sample, stored: tuple[_Floats, _Floats], declared: str
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the reading that fits much better, for each vehicle that has one; and for others of which a half has one."""
    near = ground.near(sample.lon, sample.lat, within_m=OFF_M - _ROUNDED_M)
    # half of at least so many fixes have to be far off, under the declared reading, for anything else to be looked at
    far = np.bincount(sample.vehicle[~near], minlength=int(sample.vehicle.max()) + 1)
    suspect = np.flatnonzero(2 * far[sample.vehicle] >= LEAST_OF_A_HALF - 1)
    some, readings = _read_as(ground, stored, suspect)
    near = near[some]
    vehicles, counts = np.unique(sample.vehicle[some], return_counts=True)
    bounds = np.searchsorted(sample.vehicle[some], [vehicles, vehicles + 1]).T
    wholes = [np.arange(a, b) for a, b in bounds[counts >= LEAST_OF_A_VEHICLE].tolist()]
    halves = []
    for a, b in bounds[counts >= 2 * LEAST_OF_A_HALF].tolist():
        by_time = a + np.argsort(sample.t_s[some[a:b]], kind="stable")
        halves += [by_time[: (b - a) // 2], by_time[(b - a) // 2 :]]
    found: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for groups, least, better_of in (
        (wholes, _Least(), found[0]),
        (halves, _Least(ON_STREET_OF_HALF, OFF_OF_HALF_M), found[1]),
    ):
        # where so many are near that the median is, or too few can be on streets under any other reading, nothing is measured
        off = [own for own in groups if 2 * int(near[own].sum()) <= len(own) + 1]
        for own, may_be in zip(off, _may_be_better(ground, off, readings, declared), strict=True):
            vehicle = int(sample.vehicle[some[own[0]]])
            if vehicle in found[0] or not may_be:
                continue
            if np.median(ground.distance(*(axis[own] for axis in readings[declared]))[0]) <= least.off_m:
                continue
            each = {name: ground.distance(*(axis[own] for axis in places)) for name, places in readings.items()}
            medians = {name: float(np.median(metres_)) for name, (metres_, _) in each.items()}
            shares = {name: float(on_.mean()) for name, (_, on_) in each.items()}
            better = _better(medians, shares, declared, sample.course[some[own]], least)
            if better is not None:
                better_of.setdefault(vehicle, better)
    return found


def _may_be_better(
    ground: StreetGround, groups: Sequence[_Index], readings: Mapping[str, tuple[_Floats, _Floats]], declared: str
) -> list[bool]:
    """Return of each group of fixes whether enough of them can be on streets under a reading other than the declared one."""
    if not groups:
        return []
    rows, starts = np.concatenate(groups), np.cumsum([0, *map(len, groups)])[:-1]
    lengths = np.array([len(group) for group in groups])
    may_be = np.zeros(len(groups), np.bool_)
    widest_m = ground.widest_m + ON_STREET_M + _ROUNDED_M
    for name, places in readings.items():
        if name != declared:
            on = ground.near(*(axis[rows] for axis in places), within_m=widest_m)
            may_be |= np.add.reduceat(on.astype(np.intp), starts) >= ON_STREET * lengths - _ROUNDED_M
    return may_be.tolist()
