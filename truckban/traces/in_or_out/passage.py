"""A passage: one continuous drive through the zone, and its points from fixes and where it crossed the border."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.inside import LIKELY
from zones.matching.words import StreetDriven

_Floats = npt.NDArray[np.float64]
Point = tuple[float, float, float]
"""Seconds, longitude, latitude."""


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
        denied: how many of its fixes inside are not where the truck can have been by the speeds that it sent; counted where that matters.
        burst: how likely it was outside all the time and its fixes off by reflections; `probability` has been lowered by it.
        crossed: of each street outside the area that it crossed on its path: when, until when, metres.
        since_s: seconds, when it was last known to be where the passage begins, if that is where a drive begins: it left there at `t_s[0]`
            at the latest. None elsewhere.
        until_s: likewise, when it was first known to be where the passage ends.
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
    burst: float = 0.0
    denied: int = 0
    crossed: tuple[tuple[float, float, float], ...] = ()
    since_s: float | None = None
    until_s: float | None = None

    def crossed_m(self, begin_s: float, end_s: float) -> float:
        """Return metres between two instants on streets that it crossed and that are not in the area."""
        within = (
            metres * max(0.0, min(end_s, left) - max(begin_s, entered)) / max(left - entered, 1e-9)
            for entered, left, metres in self.crossed
        )
        return float(sum(within))


class Points(NamedTuple):
    """The points of a passage, of which `Passage` tells."""

    t_s: _Floats
    lon: _Floats
    lat: _Floats
    is_fix: npt.NDArray[np.bool_]
    is_inside: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, fixes: Fixes, depth_m: _Floats, begin: int, end: int, entry: Point | None, leaving: Point | None
    ) -> "Points":
        """Return rows `begin` to `end` (not included) of fixes, between where the border was crossed."""
        here = slice(int(entry is not None), int(entry is not None) + end - begin)
        count = here.stop + int(leaving is not None)
        places, kinds = np.empty((3, count)), np.zeros((2, count), np.bool_)
        for to, values in zip(places, (fixes.t_s, fixes.lon, fixes.lat), strict=True):
            to[here] = values[begin:end]
        kinds[0, here], kinds[1, here] = True, depth_m[begin:end] > 0
        if entry is not None:
            places[:, 0] = entry
        if leaving is not None:
            places[:, -1] = leaving
        return cls(*places, *kinds)


def by_border(fixes: Fixes, depth_m: _Floats, first: int, last: int, run: Sequence[int], probability: float) -> Passage:
    """Return a stretch of a drive (rows `first` to `last`) by its fixes and where the way to and from it crosses the border."""
    begin, end = run
    entry = crossing(fixes, depth_m, begin - 1, begin) if begin > first else None
    leaving = crossing(fixes, depth_m, end, end + 1) if end < last else None
    points = Points.of(fixes, depth_m, begin, end + 1, entry, leaving)
    return Passage(int(fixes.vehicle[first]), *points, probability=probability)


def crossing(fixes: Fixes, depth_m: _Floats, k: int, m: int) -> Point:
    """Return where the way from fix k to fix m crosses the border; for one fix, its place."""
    return _at(fixes, k, m, 0.0 if k == m else _share(depth_m, k, m))


def _share(depth: _Floats, k: int, m: int) -> float:
    """Return how far from fix k to fix m the border is crossed, as a share of the way; the fix inside where it is not."""
    if (depth[k] > 0) == (depth[m] > 0):
        return 0.0 if depth[k] > 0 else 1.0
    return float(depth[k] / (depth[k] - depth[m]))


def _at(fixes: Fixes, k: int, m: int, share: float) -> Point:
    def between(values: _Floats) -> float:
        return float(values[k] + (values[m] - values[k]) * share)

    return between(fixes.t_s), between(fixes.lon), between(fixes.lat)


def cut_corner(fixes: Fixes, row: int) -> Passage:
    """Return the line from one fix to the next as a passage.

    The truck may have cut through or gone round; without the streets between nobody knows, so this is never a lead.
    """
    ends = [_at(fixes, row, row, 0.0), _at(fixes, row + 1, row + 1, 0.0)]
    t_s, lons, lats = (np.array(column) for column in zip(*ends, strict=True))
    none = np.zeros(2, bool)
    return Passage(int(fixes.vehicle[row]), t_s, lons, lats, none, none, probability=LIKELY, cut_corner=True)
