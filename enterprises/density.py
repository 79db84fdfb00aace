"""Dense places among millions of positions: density clustering on a grid of fine cells, with NumPy alone.

After Ester, Kriegel, Sander and Xu 1996 (DBSCAN), with positions taken to the middle of their cell, so that a distance is known
to the width of a cell, and with one difference that makes the outcome the same for any order of rows: a position at the edge of
two clusters belongs to the one whose dense cell is nearest.
"""

import numpy as np
import numpy.typing as npt

from enterprises.stops import Floats, Index

CELL_M = 10.0
_Ints = npt.NDArray[np.int64]


def clusters_of(x_m: Floats, y_m: Floats, *, radius_m: float, least: int, cell_m: float = CELL_M) -> Index:
    """Return the cluster of each position, numbered from 0; -1 for none.

    Args:
        x_m: in a plane, metres, shape (n,).
        y_m: likewise.
        radius_m: how far a position sees.
        least: a place is dense where so many positions lie within the radius, itself included.
        cell_m: width of a cell.
    """
    if not len(x_m):
        return np.empty(0, np.intp)
    reach = int(radius_m // cell_m)
    column, row = (np.floor(axis / cell_m).astype(np.int64) for axis in (x_m, y_m))
    column -= column.min()
    row -= row.min()
    width = int(column.max()) + 2 * reach + 2  # so far that no row runs into the next
    cells, cell_of, count = np.unique(row * width + column, return_inverse=True, return_counts=True)
    dense = _within(cells, np.concatenate([[0], np.cumsum(count)]), cells, width, reach) >= least
    hearts = cells[dense]
    label = np.full(len(cells), -1, np.intp)
    label[dense] = _joined(hearts, width, reach)
    rest = np.flatnonzero(~dense)
    rest = rest[_within(hearts, np.arange(len(hearts) + 1), cells[rest], width, reach) > 0]
    label[rest] = label[dense][_nearest(hearts, cells[rest], width, reach)]
    found: Index = label[cell_of.ravel()]
    return found


def _spans(width: int, reach: int) -> list[tuple[int, int, int]]:
    """Return the circle around a cell row by row: the rows off, and the first and last key off its own."""
    spans = []
    for rows in range(-reach, reach + 1):
        half = int((reach * reach - rows * rows) ** 0.5)
        spans.append((rows, rows * width - half, rows * width + half))
    return spans


def _within(cells: _Ints, summed: _Ints, asked: _Ints, width: int, reach: int) -> _Ints:
    """Return what lies within the circle around each asked cell, by the running sum of what the cells hold."""
    total = np.zeros(len(asked), np.int64)
    for _, low, high in _spans(width, reach):
        total += summed[np.searchsorted(cells, asked + high, "right")] - summed[np.searchsorted(cells, asked + low)]
    return total


def _joined(hearts: _Ints, width: int, reach: int) -> Index:
    """Return of each dense cell the number of what it hangs together with, in order of the first cell."""
    if not len(hearts):
        return np.empty(0, np.intp)
    # cells of a row that see each other make a run; a circle of another row meets two runs at most: its first and its last cell
    run = np.cumsum(np.diff(hearts, prepend=hearts[0]) > reach)
    a, b = [], []
    for rows, low, high in _spans(width, reach):
        if rows <= 0:
            continue
        first, last = np.searchsorted(hearts, hearts + low), np.searchsorted(hearts, hearts + high, "right") - 1
        some = np.flatnonzero(first <= last)
        for end in (first, last):
            a.append(run[some])
            b.append(run[end[some]])
    number = _components(int(run[-1]) + 1, np.concatenate([*a, run[:0]]), np.concatenate([*b, run[:0]]))
    return np.unique(number, return_inverse=True)[1].ravel()[run]


def _components(n: int, a: Index, b: Index) -> Index:
    """Return the least node that each node hangs together with, by links `a`-`b`."""
    label = np.arange(n)
    while True:
        least = np.minimum(label[a], label[b])
        lower = label.copy()
        np.minimum.at(lower, label[a], least)
        np.minimum.at(lower, label[b], least)
        while (lower[lower] != lower).any():
            lower = lower[lower]
        if (lower == label).all():
            return label
        label = lower


def _nearest(hearts: _Ints, asked: _Ints, width: int, reach: int) -> Index:
    """Return the dense cell nearest to each of some others that have one within reach; of equally near ones the southern, western one."""
    found = np.full(len(asked), -1, np.intp)
    offs = [
        (r, c) for r in range(-reach, reach + 1) for c in range(-reach, reach + 1) if r * r + c * c <= reach * reach
    ]
    for rows, columns in sorted(offs, key=lambda off: (off[0] ** 2 + off[1] ** 2, off)):
        open_ = np.flatnonzero(found < 0)
        if not len(open_):
            break
        wanted = asked[open_] + rows * width + columns
        place = np.minimum(np.searchsorted(hearts, wanted), len(hearts) - 1)
        hit = hearts[place] == wanted
        found[open_[hit]] = place[hit]
    return found
