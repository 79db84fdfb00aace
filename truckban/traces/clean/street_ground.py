"""The streets of a zone in metres, asked how far positions are from them; and the systems that positions may be in."""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt
import shapely

from zones.coords import Crs, LocalPlane
from zones.distances import FEW_PIECES, any_within, nearest_width
from zones.matching.compiled import quick
from zones.zone import Street

_Floats = npt.NDArray[np.float64]
_Index = npt.NDArray[np.intp]
READINGS: tuple[str, ...] = get_args(Crs)
ON_STREET_M = 15.0
"""A fix is on a street if it is no farther from its centre line than half its width and this."""
_CELL_M = 50.0
_AT_ONCE = 5000


def _counted(counts: npt.NDArray[np.intp]) -> tuple[_Index, _Index]:
    """Return each index as often as it is to be counted, and how many of the same were before it."""
    index = np.repeat(np.arange(len(counts)), counts)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(counts) - counts, counts)


class StreetGround:
    """Streets in metres, ready to be asked for the nearest.

    Attributes:
        widest_m: half the width of the widest.
    """

    def __init__(self, streets: Sequence[Street]) -> None:
        """Take some streets, at least one; see `zones.zone.Street`."""
        lines = np.array([street.geometry for street in streets], dtype=object)
        self._plane = LocalPlane.around(*lines.tolist())
        self._lines = np.asarray(shapely.transform(lines, lambda c: np.column_stack(self._plane.xy(c[:, 0], c[:, 1]))))
        self._half_m = np.array([street.half_width_m for street in streets])
        self.widest_m = float(self._half_m.max())
        self._tree = shapely.STRtree(self._lines)
        self._box = shapely.total_bounds(self._lines)
        at, number = shapely.get_coordinates(self._lines, return_index=True)
        same = np.flatnonzero(np.diff(number) == 0)
        self._ends = np.column_stack([at[same], at[same + 1]])
        self._of = number[same]

    def within(self, lon: _Floats, lat: _Floats) -> npt.NDArray[np.bool_]:
        """Return which positions lie in the box of the streets."""
        x, y = self._plane.xy(lon, lat)
        west, south, east, north = self._box
        return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north), np.bool_)

    def distance(self, lon: _Floats, lat: _Floats) -> tuple[_Floats, npt.NDArray[np.bool_]]:
        """Return metres to the centre line of the nearest street, and which positions lie on it."""
        x, y = self._plane.xy(lon, lat)
        if quick() and len(self._ends) <= FEW_PIECES:
            far, half_m, several = np.empty(len(x)), np.empty(len(x)), np.empty(len(x), np.bool_)
            nearest_width(x, y, self._ends, self._half_m[self._of], far, half_m, several)
            on = far <= half_m + ON_STREET_M
            rest = np.flatnonzero(several)  # of streets that are as near, the tree says which
            on[rest] = self._by_tree(x[rest], y[rest])[1]
            return far, on
        return self._by_tree(x, y)

    def _by_tree(self, x: _Floats, y: _Floats) -> tuple[_Floats, npt.NDArray[np.bool_]]:
        points = shapely.points(x, y)
        near = self._tree.nearest(points)
        far = np.asarray(shapely.distance(points, self._lines[near]), np.float64)
        return far, far <= self._half_m[near] + ON_STREET_M

    def near(self, lon: _Floats, lat: _Floats, *, within_m: float) -> npt.NDArray[np.bool_]:
        """Return which positions in the box of the streets are so near to some centre line, as `distance` has it but for rounding.

        It asks the pieces of lines whose surroundings come into a position's cell, all at once: a tenth of what a tree takes.
        """
        x, y = self._plane.xy(lon, lat)
        west, south, east, north = self._box
        columns, rows = (int(size / _CELL_M) + 1 for size in (east - west, north - south))
        a, along = self._ends[:, :2], self._ends[:, 2:] - self._ends[:, :2]
        low, high = (
            np.floor((f(a, a + along) + out - (west, south)) / _CELL_M).astype(np.intp)
            for f, out in ((np.minimum, -within_m), (np.maximum, within_m))
        )
        low, high = np.maximum(low, 0), np.minimum(high, (columns - 1, rows - 1))
        wide, tall = (high - low + 1).T
        piece, number = _counted(wide * tall)
        cell = (low[piece, 1] + number // wide[piece]) * columns + low[piece, 0] + number % wide[piece]
        order = np.argsort(cell, kind="stable")
        piece, cell = piece[order], cell[order]
        found = np.zeros(len(x), np.bool_)
        inside = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
        if quick():
            column, row = (((axis[inside] - low) / _CELL_M).astype(np.intp) for axis, low in ((x, west), (y, south)))
            first = np.searchsorted(cell, np.arange(columns * rows + 1))
            close = np.empty(len(inside), np.bool_)
            any_within(x[inside], y[inside], row * columns + column, first, piece, self._ends, within_m, close)
            found[inside] = close
            return found
        for some in np.array_split(inside, len(inside) // _AT_ONCE + 1):
            column, row = (((axis[some] - low) / _CELL_M).astype(np.intp) for axis, low in ((x, west), (y, south)))
            first, end = (np.searchsorted(cell, row * columns + column, side=side) for side in ("left", "right"))
            which, number = _counted(end - first)
            point, mine = some[which], piece[first[which] + number]
            px, py = x[point] - a[mine, 0], y[point] - a[mine, 1]
            ex, ey = along[mine].T
            share = np.clip((px * ex + py * ey) / np.maximum(ex * ex + ey * ey, 1e-12), 0.0, 1.0)
            close = (px - share * ex) ** 2 + (py - share * ey) ** 2 <= within_m * within_m
            found[point[close]] = True
        return found
