"""How deep positions lie inside a zone's area, for millions of them: `Locator.depth_m` through a grid.

Each cell of a grid over the area and its surroundings knows the few pieces of the border that can be nearest to a position in it,
and whether it lies inside as a whole. What is nearer to the border than rounding can tell goes to exact geometry, so that no
position changes sides.
"""

from collections.abc import Callable
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from zones.distances import FEW_PIECES, least_metres
from zones.locate import Locator
from zones.matching.compiled import ahead, compiled, quick
from zones.quick_plane import quick_terms, quick_xy

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int32]
_CELL_M = 50.0
_MOST_CELLS = 40_000
_METRES_A_DEGREE = 111_320.0
_MIXED = 2
# a zone's coordinates, and so the pieces of its border, are on a grid of 1e-7 degrees: up to 8 mm beside it
_TOO_NEAR_M = 0.02
Cells = tuple[_Floats, _Ints, _Ints, npt.NDArray[np.int8], _Floats, _Ints]
"""What `DepthGrid` makes of its cells; of plain arrays."""
# what a position takes where the loop is not compiled
_POSITION_S = 2e-5


class DepthGrid:
    """Depths in a box of WGS 84 degrees; outside the box they are computed one by one."""

    def __init__(
        self,
        ground: Locator,
        box: tuple[float, float, float, float],
        keep: Callable[[Callable[[], Cells]], Cells] = lambda make: make(),
    ) -> None:
        """Prepare a grid.

        Args:
            ground: the zone.
            box: west, south, east, north, WGS 84 degrees.
            keep: given what makes the cells, returns these; from where they were kept, say.
        """
        self.ground = ground
        self.box = box
        self._keep = keep
        west, south, east, north = box
        self.terms = quick_terms(ground.plane, *box)
        wide = (east - west) * _METRES_A_DEGREE * np.cos(np.radians((south + north) / 2.0))
        high = (north - south) * _METRES_A_DEGREE
        size = max(_CELL_M, float(np.sqrt(wide * high / _MOST_CELLS)))
        self._columns, self._rows = max(1, round(wide / size)), max(1, round(high / size))
        self._step = np.array([(east - west) / self._columns, (north - south) / self._rows])

    def depth_m(self, lon: _Floats, lat: _Floats) -> tuple[_Floats, _Floats, _Floats]:
        """Return depth (metres to the border, positive inside), x and y in the ground's plane of finite positions."""
        depth, x, y = np.empty(len(lon)), np.empty(len(lon)), np.empty(len(lon))
        borders, first, nearest, kind, edges, edge_first = self._cells
        frame = np.array([*self.box, *self._step])
        ahead(len(lon) * _POSITION_S)
        _depths(
            lon, lat, frame, self._columns, self.terms, borders, first, nearest, kind, edges, edge_first, depth, x, y
        )
        odd = np.flatnonzero(~(np.abs(depth) >= _TOO_NEAR_M))
        if len(odd):
            depth[odd], x[odd], y[odd] = exact_depths(self.ground, lon[odd], lat[odd])
        return depth, x, y

    @cached_property
    def _cells(self) -> Cells:
        return self._keep(self._made)

    def _made(self) -> Cells:
        """Return border pieces in the plane; for each cell those that can be nearest and where it lies; for each row of
        cells the pieces of the area's rings, in degrees, that a line eastwards from a position in it can cross."""  # noqa: D205, D209
        west, south, _, _ = self.box
        column, row = (g.ravel() for g in np.meshgrid(np.arange(self._columns), np.arange(self._rows)))
        dx, dy = self._step
        middle = west + (column + 0.5) * dx, south + (row + 0.5) * dy
        plane = self.ground.plane
        corners = [plane.xy(west + (column + i) * dx, south + (row + j) * dy) for i in (0, 1) for j in (0, 1)]
        at = plane.xy(*middle)
        reach = np.max([np.hypot(cx - at[0], cy - at[1]) for cx, cy in corners], axis=0) + 0.01
        border = self.ground.border_lines
        points = np.asarray(shapely.points(*at))
        (_, _), near = border.query_nearest(points, return_distance=True, all_matches=False)
        cell, piece = border.query(points, predicate="dwithin", distance=near + 2.0 * reach)
        order = np.argsort(cell, kind="stable")
        first = np.searchsorted(cell[order], np.arange(len(points) + 1)).astype(np.int32)
        inside = shapely.contains_xy(self.ground.area, *middle)
        kind = np.where(near > reach, inside, _MIXED).astype(np.int8)
        ends = shapely.get_coordinates(border.geometries).reshape(-1, 4)
        along = ends[:, 2:] - ends[:, :2]
        square = np.maximum((along**2).sum(axis=1), 1e-12)
        return (
            np.column_stack([ends[:, :2], along, 1.0 / square]),
            first,
            piece[order].astype(np.int32),
            kind,
            *self._edges(),
        )

    def _edges(self) -> tuple[_Floats, _Ints]:
        rings = [
            shapely.get_coordinates(ring)
            for part in shapely.get_parts(self.ground.area)
            for ring in shapely.get_rings(part)
        ]
        edges = np.concatenate([np.column_stack([ring[:-1], ring[1:]]) for ring in rings])
        _, south, _, _ = self.box
        low, high = (np.floor((f(edges[:, [1, 3]], axis=1) - south) / self._step[1]) for f in (np.min, np.max))
        rows = np.arange(self._rows)
        row, edge = np.nonzero((low[None, :] <= rows[:, None]) & (rows[:, None] <= high[None, :]))
        return edges[edge], np.searchsorted(row, np.arange(self._rows + 1)).astype(np.int32)


def exact_depths(ground: Locator, lon: _Floats, lat: _Floats) -> tuple[_Floats, _Floats, _Floats]:
    """Return `Locator.depth_m` of finite positions, to the last bit, and x and y in the ground's plane."""
    x, y = ground.plane.xy(lon, lat)
    if not quick() or len(_ends_of(ground)) > FEW_PIECES:
        return ground.depth_m(lon, lat), x, y
    depth = np.empty(len(x))
    least_metres(x, y, _ends_of(ground), depth)
    west, south, east, north = ground.area.bounds
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    inside[inside] = shapely.contains_xy(ground.area, lon[inside], lat[inside])
    return np.where(inside, depth, -depth), x, y


@lru_cache(maxsize=8)
def _ends_of(ground: Locator) -> _Floats:
    """Return both ends of the border's pieces in the plane, shape (n, 4)."""
    return shapely.get_coordinates(ground.border_lines.geometries).reshape(-1, 4)


@compiled
def _depths(  # noqa: PLR0913, PLR0917
    lon: _Floats,
    lat: _Floats,
    frame: _Floats,
    columns: int,
    terms: _Floats,
    borders: _Floats,
    first: _Ints,
    nearest: _Ints,
    kind: npt.NDArray[np.int8],
    edges: _Floats,
    edge_first: _Ints,
    depth: _Floats,
    x: _Floats,
    y: _Floats,
) -> None:
    """Fill depth, x and y; depth is NaN outside the box."""
    west, south, east, north, dx, dy = frame[0], frame[1], frame[2], frame[3], frame[4], frame[5]
    rows = len(edge_first) - 1
    for n in range(len(lon)):
        a, b = lon[n], lat[n]
        if not (west <= a <= east and south <= b <= north):
            depth[n] = np.nan
            continue
        px, py = quick_xy(terms, a, b)
        x[n], y[n] = px, py
        row = min(int((b - south) / dy), rows - 1)
        cell = row * columns + min(int((a - west) / dx), columns - 1)
        least = np.inf
        for k in range(first[cell], first[cell + 1]):
            piece = nearest[k]
            ax, ay, ex, ey = borders[piece, 0], borders[piece, 1], borders[piece, 2], borders[piece, 3]
            share = min(max(((px - ax) * ex + (py - ay) * ey) * borders[piece, 4], 0.0), 1.0)
            gx, gy = ax + share * ex - px, ay + share * ey - py
            least = min(least, gx * gx + gy * gy)
        inside = kind[cell] == 1
        if kind[cell] == _MIXED:
            inside = False
            for k in range(edge_first[row], edge_first[row + 1]):
                ay, by = edges[k, 1], edges[k, 3]
                if (ay > b) != (by > b) and a < edges[k, 0] + (b - ay) / (by - ay) * (edges[k, 2] - edges[k, 0]):
                    inside = not inside
        depth[n] = np.sqrt(least) if inside else -np.sqrt(least)
