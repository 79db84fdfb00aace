"""How deep fixes lie that are on a road which is banned itself: a boundary road that is 含, or a road of a list.

Such a road is narrower than a receiver's error, so that the distance to its kerb says next to nothing. What tells is which street is
nearer: a truck that moves is on some street, and where the next one outside is 300 m away, the fix is as good as deep inside. At a
junction a street outside is near, and who only crosses the road there has no fix that is deep.

That holds where the map has the streets. So what a fix says counts only among others that lie on the road as it does.
"""

from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from truckban.traces.in_or_out.paths import ZoneMatcher
from zones.locate import STRAIGHT_DEG, Locator

_Floats = npt.NDArray[np.float64]
BESIDE_M = 10.0
"""A fix farther beyond the kerb than this is not on the road: there may be a yard or a lane that no map has."""
AROUND = 6
"""Of a fix and so many before and after it,"""
MOST = 0.75
"""as many lie on such a road, beside those on streets outside: else the truck is in a yard, or on a street that the map lacks."""
OFF_M = 35.0
"""A fix farther from any street than this is on none of the map's."""
SHARE = 0.7
"""What a metre by streets counts for: reflections that carry a truck over from a street 80 m away (`bursts.REACH_M`) look as well as
a drive on the road does, so that the 60 m which a lead needs (`showing`) are here 86 m."""


class OwnRoads:
    """The roads of a zone that are banned themselves, with the streets that tell them apart."""

    def __init__(self, surface: BaseGeometry, ground: Locator, streets: ZoneMatcher) -> None:
        """Take their surface, in the plane of a zone's map."""
        self._surface = surface
        self._plane = ground.plane
        self._streets = streets

    def deepened(self, depth_m: _Floats, lon: _Floats, lat: _Floats, starts: npt.NDArray[np.intp]) -> _Floats:
        """Return how deep fixes lie; of those on one of these roads by how much farther the next street outside is (`SHARE`).

        Args:
            depth_m: signed distance to the area's border, positive inside, metres, shape (n,).
            lon: WGS 84 degrees, shape (n,).
            lat: likewise.
            starts: first row of each visit, and the number of rows.

        Returns:
            Metres, shape (n,), nowhere less than `depth_m`.
        """
        on = np.asarray(shapely.intersects_xy(self._reach, *self._plane.xy(lon, lat)), np.bool_)
        rows = np.flatnonzero(on)
        if not len(rows) or not all(map(len, self._pieces)):
            return depth_m
        visit = np.searchsorted(starts, rows, side="right")
        low, high = np.maximum(rows - AROUND, starts[visit - 1]), np.minimum(rows + AROUND + 1, starts[visit])
        begins = np.bincount(low, minlength=len(lon) + 1) - np.bincount(high, minlength=len(lon) + 1)
        asked = np.flatnonzero(np.cumsum(begins)[:-1] > 0)
        own_m, other_m = np.full(len(lon), np.inf), np.full(len(lon), np.inf)
        points = np.asarray(shapely.points(*self._streets.matcher.graph.plane.xy(lon[asked], lat[asked])), object)
        own_m[asked], other_m[asked] = (_nearest_m(lines, points) for lines in self._pieces)
        speaks_for = np.cumsum(np.append(0, on & (own_m <= other_m)))
        against = np.cumsum(np.append(0, ~on & (depth_m <= 0) & ((own_m <= other_m) | (other_m > OFF_M))))
        yes, no = speaks_for[high] - speaks_for[low], against[high] - against[low]
        sure = rows[yes >= MOST * (yes + no)]
        found = depth_m.copy()
        found[sure] = np.maximum(depth_m[sure], SHARE * (other_m[sure] - own_m[sure]))
        return found

    @cached_property
    def _reach(self) -> BaseGeometry:
        reach = shapely.buffer(self._surface, BESIDE_M)
        shapely.prepare(reach)
        return reach

    @cached_property
    def _pieces(self) -> tuple[shapely.STRtree, shapely.STRtree]:
        """The straight pieces of these roads, and of the streets outside the area, in the plane of the streets."""
        graph = self._streets.matcher.graph
        inside = np.asarray(graph.arc_ends[graph.arc_forward & self._streets.inside], np.float64).reshape(-1, 2, 2)
        middle = inside.mean(axis=1)
        at = self._plane.xy(*graph.plane.lonlat(middle[:, 0], middle[:, 1]))
        own = inside[np.asarray(shapely.intersects_xy(self._surface, *at), np.bool_)]
        return _tree(own), _tree(self._streets.outside_pieces.reshape(-1, 2, 2))


def _tree(pieces: npt.NDArray[np.float64]) -> shapely.STRtree:
    return shapely.STRtree(np.asarray(shapely.linestrings(pieces), object))


def _nearest_m(lines: shapely.STRtree, points: npt.NDArray[np.object_]) -> _Floats:
    return np.asarray(lines.query_nearest(points, return_distance=True, all_matches=False)[1], np.float64)


@lru_cache(maxsize=8)
def own_roads(ground: Locator, streets: ZoneMatcher) -> OwnRoads | None:
    """Return the roads of a zone that are banned themselves; None where there are none."""
    zone = ground.zone
    included = [road.geometry for road in zone.boundary_roads if road.boundary == "included"]
    if zone.spec is not None and zone.spec.roads is not None:
        included = [zone.area]
    if not included:
        return None
    surface = shapely.intersection(zone.area, shapely.union_all(included))
    flat = ground.plane.to_xy(shapely.segmentize(surface, STRAIGHT_DEG))
    return OwnRoads(flat, ground, streets)
