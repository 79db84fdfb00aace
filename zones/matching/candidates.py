"""Where on the streets a fix may be: the nearest point of every road near it."""

import numpy as np

from zones.matching.compiled import compiled_bare, compiled_inline
from zones.matching.graph import Floats, Ints
from zones.matching.grid import Pieces

# more roads than this around one position are rare; the furthest are left out
MOST = 16


@compiled_bare
def near(
    pieces: Pieces, x: float, y: float, further: float, apart2: Floats, edge: Ints, offset: Floats, edge_apart2: Floats
) -> int:
    """Write the nearest point of every edge that is hardly further than the nearest one; returns how many there are.

    Args:
        pieces: of the streets.
        x: metres east.
        y: metres north.
        further: metres that an edge may be further away than the nearest; none further than the reach of the pieces.
        apart2: (pieces of a cell at most,) to work on.
        edge: (MOST,) to write on: the edge.
        offset: (MOST,) metres from its start.
        edge_apart2: (MOST,) square of the distance.
    """
    x0, y0, cell, columns, rows, reach = pieces.size
    if not (x >= x0 and y >= y0 and x < x0 + cell * columns and y < y0 + cell * rows):
        return 0
    c = int((y - y0) / cell) * columns + int((x - x0) / cell)
    first, end = pieces.cell_ptr[c], pieces.cell_ptr[c + 1]
    # two loops: the first one has no branches, which the processor would guess wrongly
    nearest = 1e30
    for k in range(first, end):
        p = pieces.cell_piece[k]
        px, py, dx, dy = x - pieces.row[p, 0], y - pieces.row[p, 1], pieces.row[p, 2], pieces.row[p, 3]
        part = (px * dx + py * dy) * pieces.row[p, 4]
        part = max(0.0, part)
        part = min(1.0, part)
        ex, ey = part * dx - px, part * dy - py
        d2 = ex * ex + ey * ey
        apart2[k - first] = d2
        nearest = min(nearest, d2)
    if nearest > reach * reach:
        return 0
    limit = min(np.sqrt(nearest) + further, reach) ** 2
    count = 0
    for k in range(first, end):
        d2 = apart2[k - first]
        if d2 > limit:
            continue
        p = pieces.cell_piece[k]
        px, py, dx, dy = x - pieces.row[p, 0], y - pieces.row[p, 1], pieces.row[p, 2], pieces.row[p, 3]
        part = min(1.0, max(0.0, (px * dx + py * dy) * pieces.row[p, 4]))
        for side in range(2):
            e = pieces.edge[p, side]
            if e < 0:
                continue
            at = place_for(e, d2, edge, edge_apart2, count)
            if at < 0:
                continue
            count = max(count, at + 1)
            edge[at], edge_apart2[at] = e, d2
            offset[at] = pieces.row[p, 6 + side] + (part if side == 0 else 1.0 - part) * pieces.row[p, 5]
    return count


@compiled_inline
def place_for(e: int, d2: float, edge: Ints, apart2: Floats, count: int) -> int:
    """Return where a candidate is to be written: over its road's own, at the end, over the furthest, or -1."""
    for m in range(count):
        if edge[m] == e:
            return m if d2 < apart2[m] else -1
    if count < len(edge):
        return count
    worst = 0
    for m in range(1, count):
        if apart2[m] > apart2[worst]:
            worst = m
    return worst if d2 < apart2[worst] else -1
