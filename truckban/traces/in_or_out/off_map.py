"""Drives deep inside where the map has no street.

Maps lack streets, those of county towns most of all. A matcher knows none but the map's: fixes that are far from all of them it leaves
out, or takes for a way round them, and what it says then is no measure of where the truck was. What lies too deep for reflections from
any street outside was inside all the same, as it would be told by the border if the map had no streets at all.

That holds where the map is right and the fixes are where the truck was. So elsewhere the same drive must lie on the map's streets: one
whose coordinates are of another system lies beside them everywhere.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from truckban.traces.in_or_out.bursts import beyond_m
from truckban.traces.in_or_out.own_roads import MOST, OFF_M
from truckban.traces.in_or_out.paths import HALF, ZoneMatcher, median
from truckban.traces.in_or_out.showing import MatchedDrive

_Floats = npt.NDArray[np.float64]
Stretch = tuple[Sequence[int], float]
"""First and last row of fixes, and the probability by the border."""
_BESIDE = 4
"""So many fixes at least must a drive have elsewhere, to tell whether it is on the map there."""
_ERRORS = 3.0
"""A fix that is on none of the map's streets is farther from all of them than so many errors of the drive."""
_DEEP = 2
"""One fix may be anywhere; so many that lie"""
_APART_M = 140.0
"""apart, by their east and north together, are a drive's."""
_MOSTLY = 0.5


class OffMap(NamedTuple):
    """A stretch of a drive that the border shows to be inside, too deep for a burst, where the map has no street.

    Attributes:
        rows: its first and its last.
        probability: by the border.
        mostly: whether more than half of its fixes are on none of the map's streets, so that no path tells how it went.
    """

    rows: Sequence[int]
    probability: float
    mostly: bool


def off_map(streets: ZoneMatcher, driven: MatchedDrive, depth: _Floats, border: Sequence[Stretch]) -> list[OffMap]:
    """Return which stretches of a drive lead deep into the area where the map has no street, in order.

    Args:
        streets: around the zone.
        driven: the drive.
        depth: of its fixes, to the area's border, positive inside, metres, shape (n,).
        border: what the border alone shows to be inside.
    """
    usual = median(driven.usual)
    within = [slice(rows[0] - driven.first, rows[1] - driven.first + 1) for rows, _ in border]
    elsewhere = np.ones(len(depth), np.bool_)
    for part in within:
        elsewhere[part] = False
    # next to all drives end here, before all streets are asked for all fixes
    deep = ~elsewhere & (depth > beyond_m(usual))
    if np.count_nonzero(deep) < _DEEP:
        return []
    deep &= _off_its_way(driven)
    if np.count_nonzero(_away_m(streets, driven, np.flatnonzero(deep)) > max(OFF_M, _ERRORS * usual)) < _DEEP:
        return []
    away_m = _away_m(streets, driven, np.arange(len(depth)))
    beside = away_m[elsewhere]
    if len(beside) < _BESIDE or np.count_nonzero(beside <= OFF_M) < MOST * len(beside):
        return []
    error_m = max(usual, median(beside) / HALF)
    off = away_m > max(OFF_M, _ERRORS * error_m)
    found = []
    for (rows, probability), part in zip(border, within, strict=True):
        rows_off = part.start + np.flatnonzero(off[part] & (depth[part] > beyond_m(error_m)))
        if len(rows_off) < _DEEP or np.ptp(driven.x[rows_off]) + np.ptp(driven.y[rows_off]) < _APART_M:
            continue
        found.append(OffMap(rows, probability, bool(off[part].mean() > _MOSTLY)))
    return found


def _away_m(streets: ZoneMatcher, driven: MatchedDrive, rows: npt.NDArray[np.intp]) -> _Floats:
    """Return how far some fixes are from the nearest of all streets, metres, shape of `rows`."""
    points = np.asarray(shapely.points(driven.x[rows], driven.y[rows]), object)
    return np.asarray(streets.lines.query_nearest(points, return_distance=True, all_matches=False)[1], np.float64)


def _off_its_way(driven: MatchedDrive) -> npt.NDArray[np.bool_]:
    """Return which fixes are not near where on the streets they were matched to, shape (n,): of the others it is known that some street is."""
    match, off = driven.match, np.ones(len(driven.t_s), np.bool_)
    off[match.kept[match.chosen >= 0][match.off_m <= OFF_M]] = False
    return off
