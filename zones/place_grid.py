"""Most positions lie in a cell that no border crosses: known without asking the polygons.

Cells are cut in four where a border crosses them, down to a size; in the last ones that a border still crosses the polygons are
asked, so that the grid never answers otherwise than they do.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from zones.matching.compiled import FAST, compiled_bare
from zones.roads import lines_through

_Floats = npt.NDArray[np.float64]
Answers = npt.NDArray[np.int64]
Bounds = tuple[float, float, float, float]
"""West, south, east, north; degrees."""

CROSSED = -1
_FINEST = 10
_COARSEST = 3
_SIDES = 1 << _FINEST
_CORNERS = _SIDES + 1
# cells are tested a tenth of a millimetre larger than they are: a position is never counted to the wrong one by a rounding
_SLACK_DEG = 1e-9
_MARGIN_CELLS = 32
_RINGS = 24
# a degree on the ellipsoid is never shorter than this (at the equator, along the meridian)
_M_A_DEGREE = 110_500.0


class PlaceGrid:
    """Cells over some borders, each with the one answer that holds in all of it, or crossed."""

    def __init__(self, borders: BaseGeometry, answer: Callable[[_Floats, _Floats], Answers]) -> None:
        """Take lines in lon/lat, off which answers do not change, and what answers for positions (0 or more).

        Args:
            borders: every line at which an answer can change.
            answer: from lon and lat, shape (n,), to answers, shape (n,).
        """
        west, south, east, north = shapely.bounds(borders)
        margin_x, margin_y = ((high - low) * _MARGIN_CELLS / _SIDES for low, high in ((west, east), (south, north)))
        self.west, self.south = float(west - margin_x), float(south - margin_y)
        self.cell_x = float(east - west + 2 * margin_x) / _SIDES
        self.cell_y = float(north - south + 2 * margin_y) / _SIDES
        self.outside = int(answer(np.array([self.west - 1.0]), np.array([self.south - 1.0]))[0])
        cells = self._cells(borders, answer)
        self._cells_of = cells.ravel()
        narrow = np.cos(np.radians(max(abs(self.south), abs(north + margin_y))))
        side_m = _M_A_DEGREE * min(self.cell_x * narrow, self.cell_y)
        self._clear_of = (_rings(cells == CROSSED) * np.float32(side_m)).ravel()
        self._crossed_below = _counted_below(cells == CROSSED).ravel()
        self._view()
        self.compiled = False
        self.margin_m = side_m * (_MARGIN_CELLS - 1)

    def _view(self) -> None:
        # for single positions a view is quicker than an array
        self._one, self._one_clear = memoryview(self._cells_of.data), memoryview(self._clear_of.data)
        self._one_below = memoryview(self._crossed_below.data)

    def __getstate__(self) -> dict[str, Any]:
        """Let it be handed between processes."""
        return {name: value for name, value in vars(self).items() if not isinstance(value, memoryview)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take what was handed over."""
        vars(self).update(state)
        self._view()

    def at(self, lon: float, lat: float, clear_m: float) -> int:
        """Return the answer at a position, or CROSSED where a border may be in its cell or within `clear_m` metres."""
        x, y = (lon - self.west) / self.cell_x, (lat - self.south) / self.cell_y
        if not (0 <= x < _SIDES and 0 <= y < _SIDES):
            return self.outside if clear_m <= self.margin_m else CROSSED
        cell = int(y) * _SIDES + int(x)
        # -1 m in a crossed cell: nothing is clear there
        return self._one[cell] if clear_m <= self._one_clear[cell] else CROSSED

    def everywhere_in(self, bounds: Bounds) -> int:
        """Return the one answer at all positions in some bounds, or CROSSED where a border may run through them."""
        west, south, east, north = bounds
        left, right = (west - self.west) / self.cell_x, (east - self.west) / self.cell_x
        low, high = (south - self.south) / self.cell_y, (north - self.south) / self.cell_y
        if right < 0 or left >= _SIDES or high < 0 or low >= _SIDES:
            return self.outside
        if left < 0 or right >= _SIDES or low < 0 or high >= _SIDES:
            return CROSSED
        first, last = int(low) * _CORNERS + int(left), int(high) * _CORNERS + int(right)
        width, below = int(right) - int(left) + 1, self._one_below
        crossed = below[last + _CORNERS + 1] - below[last + _CORNERS + 1 - width] - below[first + width] + below[first]
        return CROSSED if crossed else self._one[int(low) * _SIDES + int(left)]

    def answers(self, lon: _Floats, lat: _Floats) -> Answers:
        """Return the answers at positions that are all finite, CROSSED where a border may be in the cell; shape (n,)."""
        if self.compiled:
            found: Answers = np.empty(len(lon), np.int64)
            _answers(lon, lat, (self.west, self.south, self.cell_x, self.cell_y), self._cells_of, self.outside, found)
            return found
        x, y = (lon - self.west) / self.cell_x, (lat - self.south) / self.cell_y
        within = (x >= 0) & (x < _SIDES) & (y >= 0) & (y < _SIDES)
        if within.all():
            inner: Answers = self._cells_of[y.astype(np.int32) * _SIDES + x.astype(np.int32)].astype(np.int64)
            return inner
        found = np.full(len(x), self.outside, np.int64)
        found[within] = self._cells_of[y[within].astype(np.int32) * _SIDES + x[within].astype(np.int32)]
        return found

    def make_ready(self) -> None:
        """Look positions up by the compiled loop from now on, where Numba is there: it takes a second and more to load."""
        if FAST:
            none = np.zeros(0)
            _answers(none, none, (0.0, 0.0, 1.0, 1.0), self._cells_of, 0, np.zeros(0, np.int64))
            self.compiled = True

    def _cells(self, borders: BaseGeometry, answer: Callable[[_Floats, _Floats], Answers]) -> npt.NDArray[np.int32]:
        cells = np.full((_SIDES, _SIDES), CROSSED, np.int32)
        tree = shapely.STRtree(_pieces(borders))
        rows, columns = (part.ravel() for part in np.indices((1 << _COARSEST, 1 << _COARSEST)))
        for level in range(_COARSEST, _FINEST + 1):
            span = _SIDES >> level
            lon = np.asarray(self.west + columns * span * self.cell_x, np.float64)
            lat = np.asarray(self.south + rows * span * self.cell_y, np.float64)
            wide, high = span * self.cell_x, span * self.cell_y
            boxes = shapely.box(lon - _SLACK_DEG, lat - _SLACK_DEG, lon + wide + _SLACK_DEG, lat + high + _SLACK_DEG)
            crossed = np.zeros(len(rows), bool)
            crossed[tree.query(boxes, predicate="intersects")[0]] = True
            clear = np.flatnonzero(~crossed)
            found = answer(lon[clear] + wide / 2, lat[clear] + high / 2)
            for row, column, value in zip(rows[clear].tolist(), columns[clear].tolist(), found.tolist(), strict=True):
                cells[row * span : (row + 1) * span, column * span : (column + 1) * span] = value
            rows, columns = rows[crossed], columns[crossed]
            rows = (2 * rows[:, None] + np.array([0, 0, 1, 1])).ravel()
            columns = (2 * columns[:, None] + np.array([0, 1, 0, 1])).ravel()
        return cells


@compiled_bare
def _answers(
    lon: _Floats,
    lat: _Floats,
    grid: tuple[float, float, float, float],
    cells: npt.NDArray[np.int32],
    outside: int,
    found: Answers,
) -> None:
    west, south, cell_x, cell_y = grid
    for k in range(len(lon)):
        x, y = (lon[k] - west) / cell_x, (lat[k] - south) / cell_y
        within = 0 <= x < _SIDES and 0 <= y < _SIDES
        found[k] = cells[int(y) * _SIDES + int(x)] if within else outside


def _pieces(borders: BaseGeometry) -> npt.NDArray[np.object_]:
    lines = [shapely.get_coordinates(part) for part in shapely.get_parts(shapely.get_parts(borders))]
    pairs = [np.stack([line[:-1], line[1:]], axis=1) for line in lines]
    return lines_through(np.concatenate(pairs))


def _counted_below(crossed: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Return how many crossed cells lie in the rows and columns before each corner of a cell: four of them tell of any box."""
    return np.pad(crossed.cumsum(0, np.int32).cumsum(1, np.int32), ((1, 0), (1, 0)))


def _rings(crossed: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Return how many whole cells surely lie between a cell and the nearest crossed one, up to a number; -1 in crossed ones."""
    rings = np.full(crossed.shape, _RINGS - 1, np.float32)
    reached = np.zeros(crossed.shape, bool)
    grown = crossed
    for ring in range(_RINGS):
        rings[grown & ~reached] = ring - 1
        reached = grown
        wide = np.pad(grown, 1)
        tall = wide[:-2] | wide[1:-1] | wide[2:]
        grown = tall[:, :-2] | tall[:, 1:-1] | tall[:, 2:]
    return rings
