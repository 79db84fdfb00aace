"""Passages: each continuous drive through the zone, with how sure it is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from truckban.traces.drives import SLOW_MS, Drive, drives_of, moving_times
from truckban.traces.fixes import Fixes
from truckban.traces.inside import evidence, posterior
from truckban.traces.paths import Run, ZoneMatcher, error_shown, probability_between, runs_inside
from zones.coords import LocalPlane
from zones.locate import Locator
from zones.matching.matcher import Match
from zones.matching.words import StreetDriven

_Floats = npt.NDArray[np.float64]
_NEAR_M = 60.0
"""Drives that come no nearer to the area than this are not looked at further."""
_LIKELY = 0.5
_SINGLE = 0.85
"""What rests on one fix inside that may be a slip, or on none, is not claimed to be likelier."""
_MULTIPATH_M = 100.0
"""Reflections carry a fix up to about 80 m off."""
_BESIDE_S = 35.0
_STOOD_M = 80.0
_DEEP = 4.5
"""No lead without a fix so many times deeper inside than the drive's error across the streets, and that is at least"""
_LEAST_ERROR_M = 10.0
_WANDERING_M = 300.0
"""A shorter stretch that is slower than a walk may be a parked truck's receiver."""
_RADIUS_M = 6371008.8
_SLIGHT = 0.05
"""Fixes inside that are less likely than this to mean anything make no passage, not even an unsure one."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle's drive through the area, along fixes and the two points where it crossed the border.

    Attributes:
        vehicle: index into the fixes' vehicles.
        t_s: seconds since 1970-01-01 UTC, in order, shape (m,).
        lon: WGS 84 degrees, shape (m,).
        lat: likewise.
        is_fix: which points are fixes, shape (m,); the others are where it crossed the border.
        is_inside: which points are fixes that lie inside as they stand, shape (m,).
        probability: that the truck drove inside at all.
        cut_corner: it rests only on the straight line between two fixes outside; the streets between are not known.
        streets: as driven, where its path through the streets is known.
    """

    vehicle: int
    t_s: _Floats
    lon: _Floats
    lat: _Floats
    is_fix: npt.NDArray[np.bool_]
    is_inside: npt.NDArray[np.bool_]
    probability: float
    cut_corner: bool = False
    streets: tuple[StreetDriven, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The passages of all vehicles, and what was counted on the way."""

    passages: list[Passage]
    drives: int
    gaps: int


def find_passages(fixes: Fixes, ground: Locator, streets: ZoneMatcher | None) -> Found:
    """Return the passages of every vehicle through a zone, in order of vehicle and time.

    Args:
        fixes: of all vehicles.
        ground: the zone.
        streets: around the zone, for the path between fixes; None where the zone's file holds none: then the border alone
            decides.
    """
    plane = ground.plane
    x_m, y_m = plane.xy(fixes.lon, fixes.lat)
    depth_m = ground.depth_m(fixes.lon, fixes.lat)
    starts = np.searchsorted(fixes.vehicle, np.arange(len(fixes.vehicle_ids) + 1))
    t_s = fixes.t_s.copy()
    on_the_road = replace(fixes, t_s=t_s)
    passages: list[Passage] = []
    drives_seen = gaps_seen = 0
    for vehicle, (start, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        rows = slice(start, end)
        drives, gaps = drives_of(fixes.t_s[rows], x_m[rows], y_m[rows])
        drives_seen += len(drives)
        gaps_seen += gaps
        for drive in drives:
            moved = Drive(drive.first + start, drive.last + start)
            t_s[moved.first], t_s[moved.last] = moving_times(moved, fixes.t_s, x_m, y_m)
            found = _of_drive(on_the_road, ground, streets, moved, vehicle, depth_m, plane)
            passages += sorted(found, key=lambda passage: float(passage.t_s[0]))
            t_s[moved.first], t_s[moved.last] = fixes.t_s[moved.first], fixes.t_s[moved.last]
    return Found(passages, drives_seen, gaps_seen)


def _of_drive(
    fixes: Fixes,
    ground: Locator,
    streets: ZoneMatcher | None,
    drive: Drive,
    vehicle: int,
    depth_m: _Floats,
    plane: LocalPlane,
) -> Iterator[Passage]:
    rows = np.arange(drive.first, drive.last + 1)
    depth = depth_m[rows]
    by_border = _by_border(fixes, rows, depth, vehicle) if depth.max() > -_NEAR_M else []
    corners = [*_cut_corners(fixes, ground, rows, depth, vehicle, plane)]
    if streets is None:
        yield from by_border
        yield from corners
        return
    if not (by_border or corners):
        return
    match = streets.match(fixes, slice(drive.first, drive.last + 1))
    deep_m = _DEEP * max(error_shown(match), _LEAST_ERROR_M)
    runs = [_on_path(fixes, rows, depth_m, run, vehicle, deep_m) for run in runs_inside(match, streets)]
    yield from (run for run in runs if run.probability >= _SLIGHT)
    for passage in [*by_border, *corners]:
        begin, end = float(passage.t_s[0]), float(passage.t_s[-1])
        if any(run.t_s[0] <= end and begin <= run.t_s[-1] for run in runs):
            continue
        if _off_streets(match, passage):
            # nothing but the border is known there
            yield passage
            continue
        here = (fixes.t_s[rows] >= begin) & (fixes.t_s[rows] <= end)
        most = 1.0 if here.any() and depth[here].max() >= deep_m else _SINGLE
        probability = min(passage.probability, probability_between(match, streets, begin, end), most)
        if probability >= _SLIGHT:
            yield replace(passage, probability=probability)


def _off_streets(match: Match, passage: Passage) -> bool:
    """Return whether no street is near any of a passage's fixes, so that the streets say nothing of it."""
    used = match.t[match.chosen >= 0]
    begin, end = passage.t_s[0], passage.t_s[-1]
    return not ((used >= begin) & (used <= end)).any() and not passage.cut_corner


def _on_path(
    fixes: Fixes, rows: npt.NDArray[np.intp], depth_m: _Floats, run: Run, vehicle: int, deep_m: float
) -> Passage:
    """Return a stretch of a path as a passage along the fixes in it and where it crossed the border."""
    depth = depth_m[rows]
    t_s = fixes.t_s[rows]
    here = np.flatnonzero((t_s >= run.entered_at) & (t_s <= run.left_at))
    first, last = (run.entered_at, *run.entry, False, False), (run.left_at, *run.exit, False, False)
    points = [
        (float(t_s[k]), float(fixes.lon[rows[k]]), float(fixes.lat[rows[k]]), True, bool(depth[k] > 0))
        for k in here.tolist()
    ]
    if run.from_outside or not points:
        points.insert(0, first)
    if run.to_outside or len(points) < 2:  # noqa: PLR2004 - points of a line
        points.append(last)
    t, lon, lat, is_fix, is_inside = (np.array(column) for column in zip(*points, strict=True))
    inside = here[depth[here] > 0]
    # a receiver that slips once can land on a street, and one that is off for minutes stays near the border
    driven_m = sum(street.length_m for street in run.streets)
    slow = driven_m < min(_WANDERING_M, SLOW_MS * (run.left_at - run.entered_at))
    sure = not slow and len(inside) > 0 and depth[inside].max() >= deep_m
    if sure and len(inside) == 1:
        only = int(inside[0])
        sure = depth[only] >= _MULTIPATH_M and (
            _no_slip(fixes, rows, only) or _stood_there(fixes, depth_m, int(rows[only]), vehicle)
        )
    most = run.probability if sure else min(run.probability, _SINGLE)
    return Passage(vehicle, t, lon, lat, is_fix, is_inside, probability=most, streets=run.streets)


def _stood_there(fixes: Fixes, depth_m: _Floats, row: int, vehicle: int) -> bool:
    """Return whether the truck was parked inside at one end of the drive: the fixes before or after lie there too."""
    for beside in ((row + 1, row + 2), (row - 1, row - 2)):
        if min(beside) >= 0 and max(beside) < len(depth_m) and (fixes.vehicle[list(beside)] == vehicle).all():
            near = [_metres(fixes, row, other) <= _STOOD_M and depth_m[other] > 0 for other in beside]
            if all(near):
                return True
    return False


def _metres(fixes: Fixes, a: int, b: int) -> float:
    north = np.radians(fixes.lat[b] - fixes.lat[a])
    east = np.radians(fixes.lon[b] - fixes.lon[a]) * np.cos(np.radians(fixes.lat[a]))
    return float(np.hypot(north, east)) * _RADIUS_M


def _no_slip(fixes: Fixes, rows: npt.NDArray[np.intp], k: int) -> bool:
    """Return whether a single fix inside can be believed.

    The fixes beside it are near in time, and the truck went there and back no faster than it drives elsewhere.
    """
    if not 0 < k < len(rows) - 1:
        return False
    seconds = np.diff(fixes.t_s[rows])
    if seconds[k - 1 : k + 1].max() > _BESIDE_S:
        return False
    north = np.radians(np.diff(fixes.lat[rows])) * _RADIUS_M
    east = np.radians(np.diff(fixes.lon[rows])) * _RADIUS_M * np.cos(np.radians(fixes.lat[rows[0]]))
    speed = np.hypot(north, east) / np.maximum(seconds, 1.0)
    others = np.delete(speed, [k - 1, k])
    return len(others) > 0 and bool(speed[k - 1 : k + 1].max() <= float(np.quantile(others, 0.9)) * 1.2 + 2.0)


def _by_border(fixes: Fixes, rows: npt.NDArray[np.intp], depth: _Floats, vehicle: int) -> list[Passage]:
    """Return the passages that the fixes' distances from the border show."""
    probable = posterior(evidence(depth, fixes.accuracy_m[rows]))
    likely = probable >= _LIKELY
    found = [_passage(fixes, rows, depth, probable, run, vehicle) for run in _runs(likely)]
    beside = likely.copy()
    beside[1:] |= likely[:-1]
    beside[:-1] |= likely[1:]
    for first, last in _runs((depth > 0) & ~likely):
        # what lies right beside a sure passage is its fringe; what is this unlikely is driving along the kerb
        if not beside[first : last + 1].any() and probable[first : last + 1].max() >= _SLIGHT:
            found.append(_passage(fixes, rows, depth, probable, (first, last), vehicle))
    return found


def _runs(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last index of every run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _passage(
    fixes: Fixes, rows: npt.NDArray[np.intp], depth: _Floats, probable: _Floats, run: tuple[int, int], vehicle: int
) -> Passage:
    first, last = run
    points = [(*_at(fixes, rows, k, k, 0.0), True, bool(depth[k] > 0)) for k in range(first, last + 1)]
    if first > 0:
        points.insert(0, (*_at(fixes, rows, first - 1, first, _share(depth, first - 1, first)), False, False))
    if last + 1 < len(rows):
        points.append((*_at(fixes, rows, last, last + 1, _share(depth, last, last + 1)), False, False))
    t_s, lon, lat, is_fix, is_inside = (np.array(column) for column in zip(*points, strict=True))
    return Passage(
        vehicle,
        t_s,
        lon,
        lat,
        is_fix,
        is_inside,
        probability=float(probable[first : last + 1].max()),
    )


def _share(depth: _Floats, k: int, m: int) -> float:
    """Return how far from fix k to fix m the border is crossed, as a share of the way; the fix inside where it is not."""
    if (depth[k] > 0) == (depth[m] > 0):
        return 0.0 if depth[k] > 0 else 1.0
    return float(depth[k] / (depth[k] - depth[m]))


def _at(fixes: Fixes, rows: npt.NDArray[np.intp], k: int, m: int, share: float) -> tuple[float, float, float]:
    def between(values: _Floats) -> float:
        return float(values[rows[k]] + (values[rows[m]] - values[rows[k]]) * share)

    return between(fixes.t_s), between(fixes.lon), between(fixes.lat)


def _cut_corners(
    fixes: Fixes, ground: Locator, rows: npt.NDArray[np.intp], depth: _Floats, vehicle: int, plane: LocalPlane
) -> Iterator[Passage]:
    """Yield the places where the line between two fixes outside goes deep through the area.

    The truck may have cut through or gone round; without the streets between nobody knows, so this is never a lead.
    """
    outside = np.flatnonzero((depth[:-1] <= 0) & (depth[1:] <= 0))
    if not len(outside):
        return
    x, y = plane.xy(fixes.lon[rows], fixes.lat[rows])
    length = np.hypot(np.diff(x), np.diff(y))[outside]
    # a line can only reach in where its ends are nearer to the area than it is long
    outside = outside[length > np.minimum(-depth[:-1][outside], -depth[1:][outside])]
    for k in outside.tolist():
        share = np.linspace(0.0, 1.0, 9)[1:-1]
        lon = fixes.lon[rows[k]] + (fixes.lon[rows[k + 1]] - fixes.lon[rows[k]]) * share
        lat = fixes.lat[rows[k]] + (fixes.lat[rows[k + 1]] - fixes.lat[rows[k]]) * share
        if float(ground.depth_m(lon, lat).max()) > _NEAR_M:
            ends = [_at(fixes, rows, k, k, 0.0), _at(fixes, rows, k + 1, k + 1, 0.0)]
            t_s, lons, lats = (np.array(column) for column in zip(*ends, strict=True))
            none = np.zeros(2, bool)
            yield Passage(vehicle, t_s, lons, lats, none, none, probability=_LIKELY, cut_corner=True)
