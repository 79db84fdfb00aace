"""Where on the streets a fix may be: the nearest point of every road near it."""

import numpy as np

from zones.matching.compiled import compiled_bare
from zones.matching.graph import Floats, Ints
from zones.matching.grid import Pieces

# more roads than this around one position are rare; the furthest are left out
MOST = 16


@compiled_bare
def near(pieces: Pieces, x: float, y: float, edge: Ints, offset: Floats, apart2: Floats) -> int:
    """Write the nearest point of every edge within reach of a position; returns how many there are.

    Args:
        pieces: of the streets.
        x: metres east.
        y: metres north.
        edge: (MOST,) to write on: the edge.
        offset: (MOST,) metres from its start.
        apart2: (MOST,) square of the distance.
    """
    x0, y0, cell, columns, rows, reach = pieces.size
    if not (x >= x0 and y >= y0 and x < x0 + cell * columns and y < y0 + cell * rows):
        return 0
    c = int((y - y0) / cell) * columns + int((x - x0) / cell)
    count = 0
    limit = reach * reach
    for k in range(pieces.cell_ptr[c], pieces.cell_ptr[c + 1]):
        p = pieces.cell_piece[k]
        ax, ay = pieces.ends[p, 0], pieces.ends[p, 1]
        dx, dy = pieces.ends[p, 2] - ax, pieces.ends[p, 3] - ay
        length2 = dx * dx + dy * dy
        part = 0.0
        if length2 > 0.0:
            part = min(1.0, max(0.0, ((x - ax) * dx + (y - ay) * dy) / length2))
        ex, ey = ax + part * dx - x, ay + part * dy - y
        d2 = ex * ex + ey * ey
        if d2 > limit:
            continue
        length = np.sqrt(length2)
        for side in range(2):
            e = pieces.edge[p, side]
            if e < 0:
                continue
            at = place_for(e, d2, edge, apart2, count)
            if at < 0:
                continue
            count = max(count, at + 1)
            edge[at], apart2[at] = e, d2
            offset[at] = pieces.offset[p, side] + (part if side == 0 else 1.0 - part) * length
    return count


@compiled_bare
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
