"""Straight pieces of streets in a grid: which of them are near a position, at once."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled
from zones.matching.graph import Edges, Floats, Ints

# a cell lists every piece within the reach of any position in it
_MOST_CELLS = 4_000_000
_CELL_M = 40.0
# Morton's order: the bits of two numbers in turn
_STEPS = 65535
_SPREAD = ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555))
Wide = npt.NDArray[np.int64]


class Pieces(NamedTuple):
    """Straight pieces, one for both directions, in the cells of a grid.

    Attributes:
        row: (n, 8) of each, in one line of the processor's cache: x and y where it begins, how far it goes east and north, one
            over the square of its length (0 where it has none), its length, and metres from the start of the edge along it, and
            of the one back along it, to where it begins for each.
        edge: (n, 2) the edge along it, and the one back along it; -1 where there is none.
        cell_ptr: where the pieces of each cell begin in `cell_piece`.
        cell_piece: the pieces within reach of a cell.
        size: x0, y0, cell, columns, rows, reach.
        crowd: how many pieces a cell has at most.
    """

    row: Floats
    edge: Ints
    cell_ptr: Ints
    cell_piece: Ints
    size: tuple[float, float, float, int, int, float]
    crowd: int


@compiled
def _paired(start: Ints, end: Ints, edges: Edges) -> tuple[Ints, Ints, Floats]:
    """Return (arcs, edge, offset): one arc for both directions of a piece."""
    arcs = len(start)
    owner = np.empty(arcs, np.int32)
    along = np.empty(arcs)
    for e in range(len(edges.length)):
        for k in range(edges.arc_ptr[e], edges.arc_ptr[e + 1]):
            owner[edges.arc[k]] = e
            along[edges.arc[k]] = edges.arc_start[k]
    key = np.minimum(start, end).astype(np.int64) * (max(start.max(), end.max()) + 1) + np.maximum(start, end)
    order = np.argsort(key, kind="mergesort")
    piece = np.empty(arcs, np.int32)
    edge = np.full((arcs, 2), -1, np.int32)
    offset = np.zeros((arcs, 2))
    count = 0
    for k in range(arcs):
        a = order[k]
        again = k > 0 and key[order[k - 1]] == key[a] and edge[count - 1, 1] == -1 and start[a] != end[a]
        if again:
            edge[count - 1, 1], offset[count - 1, 1] = owner[a], along[a]
        else:
            piece[count], edge[count, 0], offset[count, 0] = a, owner[a], along[a]
            count += 1
    return piece[:count], edge[:count], offset[:count]


@compiled
def _fill(
    ends: Floats, x0: float, y0: float, cell: float, columns: int, rows: int, reach: float, ptr: Ints, out: Ints
) -> None:
    """Count the pieces of each cell (where `out` is empty), or list them."""
    listing = len(out) > 0
    half = cell * 0.5
    far = reach + half * 1.4142136
    for p in range(len(ends)):
        ax, ay, bx, by = ends[p, 0], ends[p, 1], ends[p, 2], ends[p, 3]
        dx, dy = bx - ax, by - ay
        length2 = dx * dx + dy * dy
        left = max(0, int((min(ax, bx) - reach - x0) / cell))
        right = min(columns - 1, int((max(ax, bx) + reach - x0) / cell))
        low = max(0, int((min(ay, by) - reach - y0) / cell))
        high = min(rows - 1, int((max(ay, by) + reach - y0) / cell))
        for row in range(low, high + 1):
            cy = y0 + row * cell + half
            for column in range(left, right + 1):
                cx = x0 + column * cell + half
                t = 0.0
                if length2 > 0.0:
                    t = min(1.0, max(0.0, ((cx - ax) * dx + (cy - ay) * dy) / length2))
                ex, ey = ax + t * dx - cx, ay + t * dy - cy
                if ex * ex + ey * ey <= far * far:
                    c = row * columns + column
                    if listing:
                        out[ptr[c]] = p
                        ptr[c] += 1
                    else:
                        ptr[c + 1] += 1


def _along_z(x: Floats, y: Floats) -> Wide:
    """Return an order in which what is near to each other in the plane is mostly near to each other in memory (Morton's)."""
    key = np.zeros(len(x), np.int64)
    for shift, values in enumerate((x, y)):
        width = float(values.max() - values.min()) or 1.0
        bits = ((values - values.min()) * (_STEPS / width)).astype(np.int64)
        for step, mask in _SPREAD:
            bits = (bits | (bits << step)) & mask
        key |= bits << shift
    return np.argsort(key, kind="stable")


def pieces_of(x: Floats, y: Floats, start: Ints, end: Ints, edges: Edges, *, reach_m: float) -> Pieces:
    """Return the pieces of arcs between nodes, in a grid.

    Args:
        x: metres east, a value a node.
        y: metres north.
        start: the node each arc begins at.
        end: the node it ends at.
        edges: made of the same arcs.
        reach_m: how far from a position pieces are looked for.
    """
    arc, edge, offset = _paired(start, end, edges)
    order = _along_z(x[start[arc]] + x[end[arc]], y[start[arc]] + y[end[arc]])
    arc, edge, offset = arc[order], edge[order], offset[order]
    ends = np.column_stack([x[start[arc]], y[start[arc]], x[end[arc]], y[end[arc]]])
    x0, y0 = float(x.min()) - reach_m, float(y.min()) - reach_m
    width, height = float(x.max()) + reach_m - x0, float(y.max()) + reach_m - y0
    cell = max(_CELL_M, (width * height / _MOST_CELLS) ** 0.5)
    columns, rows = int(width / cell) + 1, int(height / cell) + 1
    ptr = np.zeros(columns * rows + 1, np.int32)
    _fill(ends, x0, y0, cell, columns, rows, reach_m, ptr, np.empty(0, np.int32))
    np.cumsum(ptr, out=ptr)
    listed = np.empty(ptr[-1], np.int32)
    _fill(ends, x0, y0, cell, columns, rows, reach_m, ptr[:-1].copy(), listed)
    dx, dy = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
    length2 = dx * dx + dy * dy
    inverse = np.divide(1.0, length2, out=np.zeros_like(length2), where=length2 > 0.0)
    row = np.column_stack([ends[:, :2], dx, dy, inverse, np.sqrt(length2), offset])
    crowd = int(np.diff(ptr).max())
    return Pieces(row, edge, ptr, listed, (x0, y0, cell, columns, rows, reach_m), crowd)
