"""Passages: each continuous drive through the zone, with how sure it is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truckban.traces.drives import Drive, drives_of
from truckban.traces.fixes import Fixes
from truckban.traces.inside import evidence, posterior
from zones.coords import LocalPlane
from zones.locate import Locator

_Floats = npt.NDArray[np.float64]
_NEAR_M = 60.0
"""Drives that come no nearer to the area than this are not looked at further."""
_LIKELY = 0.5
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
    """

    vehicle: int
    t_s: _Floats
    lon: _Floats
    lat: _Floats
    is_fix: npt.NDArray[np.bool_]
    is_inside: npt.NDArray[np.bool_]
    probability: float
    cut_corner: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The passages of all vehicles, and what was counted on the way."""

    passages: list[Passage]
    drives: int
    gaps: int


def find_passages(fixes: Fixes, ground: Locator) -> Found:
    """Return the passages of every vehicle through a zone, in order of vehicle and time."""
    plane = ground.plane
    x_m, y_m = plane.xy(fixes.lon, fixes.lat)
    depth_m = ground.depth_m(fixes.lon, fixes.lat)
    starts = np.searchsorted(fixes.vehicle, np.arange(len(fixes.vehicle_ids) + 1))
    passages: list[Passage] = []
    drives_seen = gaps_seen = 0
    for vehicle, (start, end) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        rows = slice(start, end)
        drives, gaps = drives_of(fixes.t_s[rows], x_m[rows], y_m[rows])
        drives_seen += len(drives)
        gaps_seen += gaps
        for drive in drives:
            moved = Drive(drive.first + start, drive.last + start)
            passages += _of_drive(fixes, ground, moved, vehicle, depth_m, plane)
    return Found(passages, drives_seen, gaps_seen)


def _of_drive(
    fixes: Fixes, ground: Locator, drive: Drive, vehicle: int, depth_m: _Floats, plane: LocalPlane
) -> Iterator[Passage]:
    rows = np.arange(drive.first, drive.last + 1)
    depth = depth_m[rows]
    if depth.max() > -_NEAR_M:
        probable = posterior(evidence(depth, fixes.accuracy_m[rows]))
        likely = probable >= _LIKELY
        for run in _runs(likely):
            yield _passage(fixes, rows, depth, probable, run, vehicle)
        beside = likely.copy()
        beside[1:] |= likely[:-1]
        beside[:-1] |= likely[1:]
        for first, last in _runs((depth > 0) & ~likely):
            # what lies right beside a sure passage is its fringe; what is this unlikely is driving along the kerb
            if not beside[first : last + 1].any() and probable[first : last + 1].max() >= _SLIGHT:
                yield _passage(fixes, rows, depth, probable, (first, last), vehicle)
    yield from _cut_corners(fixes, ground, rows, depth, vehicle, plane)


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
