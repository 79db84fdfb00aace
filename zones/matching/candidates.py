"""Where on the streets a fix may be: the nearest point of every road near it."""

import numpy as np

from zones.matching.compiled import compiled_hint, compiled_inline, fetch
from zones.matching.graph import Floats, Ints
from zones.matching.grid import Pieces

# more roads than this around one position are rare; the furthest are left out
MOST = 16


@compiled_inline
def cell_at(pieces: Pieces, x: float, y: float) -> int:
    """Return the cell of the grid that a position lies in, or -1."""
    x0, y0, cell, columns, rows, _ = pieces.size
    if not (x >= x0 and y >= y0 and x < x0 + cell * columns and y < y0 + cell * rows):
        return -1
    return int((y - y0) / cell) * columns + int((x - x0) / cell)


@compiled_hint
def fetch_near(pieces: Pieces, x: Floats, y: Floats, i: int) -> None:
    """Have what `near` will read of the next fixes after number `i` fetched: of the next one pieces, of that after it their list."""
    count = len(x)
    if i + 1 < count:
        c = cell_at(pieces, x[i + 1], y[i + 1])
        if c >= 0:
            for k in range(pieces.cell_ptr[c], pieces.cell_ptr[c + 1]):
                fetch(pieces.row, pieces.cell_piece[k])
    if i + 2 < count:
        c = cell_at(pieces, x[i + 2], y[i + 2])
        if c >= 0:
            fetch(pieces.cell_piece, pieces.cell_ptr[c])
    if i + 3 < count:
        c = cell_at(pieces, x[i + 3], y[i + 3])
        if c >= 0:
            fetch(pieces.cell_ptr, c)


@compiled_inline
def near(
    pieces: Pieces,
    x: float,
    y: float,
    further: float,
    apart2: Floats,
    number: Ints,
    edge: Ints,
    offset: Floats,
    edge_apart2: Floats,
) -> int:
    """Write the nearest point of every edge that is hardly further than the nearest one; returns how many there are.

    Args:
        pieces: of the streets.
        x: metres east.
        y: metres north.
        further: metres that an edge may be further away than the nearest; none further than the reach of the pieces.
        apart2: (pieces of a cell at most,) to work on.
        number: (pieces of a cell at most,) to work on.
        edge: (MOST,) to write on: the edge.
        offset: (MOST,) metres from its start.
        edge_apart2: (MOST,) square of the distance.
    """
    reach = pieces.size[5]
    c = cell_at(pieces, x, y)
    if c < 0:
        return 0
    first, end = pieces.cell_ptr[c], pieces.cell_ptr[c + 1]
    # three loops: the first two have no branches, which the processor would guess wrongly
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
    # nor has this one; a piece overwrites what was written of one before it
    taken = 0
    for k in range(end - first):
        d2 = apart2[k]
        apart2[taken] = d2
        number[taken] = pieces.cell_piece[first + k]
        taken += int(d2 <= limit)
    count = 0
    for k in range(taken):
        d2, p = apart2[k], number[k]
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
