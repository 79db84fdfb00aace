"""What drives are matched on, in one tuple: compiled loops take it as a whole."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled
from zones.matching.graph import Edges, Floats, Ints
from zones.matching.grid import Pieces
from zones.matching.model import Model
from zones.matching.routes import Scratch, Singles, Table

Wide = npt.NDArray[np.int64]


class Ground(NamedTuple):
    """What drives are matched on.

    Attributes:
        edges: the streets from junction to junction.
        pieces: where they are.
        table: ways between them, made before.
        model: the numbers of the model.
        work: what is written on while it works: one thread's.
    """

    edges: Edges
    pieces: Pieces
    table: Table
    model: Model
    work: Scratch


class Packed(NamedTuple):
    """The same in five arrays instead of fifty values.

    Numba looks at every value that Python hands over; where the processor's caches hold none of them, that took 110
    microseconds for a `Ground`: a fifth of what matching fifty fixes may take.

    Attributes:
        whole: all arrays of 32-bit integers, one after the other.
        real: those of numbers, and the numbers.
        wide: those of 64-bit integers.
        slots: of the table.
        at: where the parts of `whole`, then those of `real`, then those of `wide` end.
    """

    whole: Ints
    real: Floats
    wide: Wide
    slots: Singles
    at: Wide


def packed(ground: Ground) -> Packed:
    """Put what drives are matched on into few arrays; it must be what `unpacked` takes out."""
    edges, pieces, table, model, work = ground
    whole = (
        *(edges.reverse, edges.next_ptr, edges.next_edge, edges.arc_ptr, edges.arc),
        *(pieces.edge, pieces.cell_ptr, pieces.cell_piece),
        *(
            work.before,
            work.stamp,
            work.settled,
            work.heap_edge,
            work.state,
            work.wanted,
            work.near_edge,
            work.piece,
            work.goal,
        ),
    )
    real = (
        *(edges.length, edges.next_turn, edges.arc_start, edges.ends, pieces.row),
        *(work.cost, work.length, work.heap_cost, work.near_offset, work.near_apart2, work.piece_apart2, work.target),
        np.array([*model, *pieces.size, pieces.crowd, table.bound]),
    )
    wide = (table.ptr, work.order, work.number, work.how)
    ends = [np.cumsum([part.size for part in parts]) for parts in (whole, real, wide)]
    return Packed(
        np.concatenate([part.ravel() for part in whole]),
        np.concatenate([part.ravel() for part in real]),
        np.concatenate(wide),
        table.slots,
        np.concatenate(ends).astype(np.int64),
    )


_REAL, _WIDE = 17, 30


@compiled
def unpacked(kept: Packed) -> Ground:
    """Take out again what `packed` put in."""
    a, w, r, d = kept.at, kept.whole, kept.real, kept.wide
    n = r[a[_REAL + 11] :]
    edges = Edges(
        r[: a[_REAL]],
        w[: a[0]],
        w[a[0] : a[1]],
        w[a[1] : a[2]],
        r[a[_REAL] : a[_REAL + 1]],
        w[a[2] : a[3]],
        w[a[3] : a[4]],
        r[a[_REAL + 1] : a[_REAL + 2]],
        r[a[_REAL + 2] : a[_REAL + 3]].reshape((-1, 4)),
    )
    model = Model(
        n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11], n[12], n[13], n[14], n[15], n[16],
        n[17], n[18], n[19], n[20],
    )  # fmt: skip
    size = (n[21], n[22], n[23], int(n[24]), int(n[25]), n[26])
    pieces = Pieces(
        r[a[_REAL + 3] : a[_REAL + 4]].reshape((-1, 8)),
        w[a[4] : a[5]].reshape((-1, 2)),
        w[a[5] : a[6]],
        w[a[6] : a[7]],
        size,
        int(n[27]),
    )
    work = Scratch(
        r[a[_REAL + 4] : a[_REAL + 5]],
        r[a[_REAL + 5] : a[_REAL + 6]],
        w[a[7] : a[8]],
        w[a[8] : a[9]],
        w[a[9] : a[10]],
        r[a[_REAL + 6] : a[_REAL + 7]],
        w[a[10] : a[11]],
        w[a[11] : a[12]],
        w[a[12] : a[13]],
        d[a[_WIDE] : a[_WIDE + 1]],
        d[a[_WIDE + 1] : a[_WIDE + 2]],
        d[a[_WIDE + 2] : a[_WIDE + 3]],
        w[a[13] : a[14]],
        r[a[_REAL + 7] : a[_REAL + 8]],
        r[a[_REAL + 8] : a[_REAL + 9]],
        r[a[_REAL + 9] : a[_REAL + 10]],
        w[a[14] : a[15]],
        r[a[_REAL + 10] : a[_REAL + 11]],
        w[a[15] : a[16]],
    )
    return Ground(edges, pieces, Table(d[: a[_WIDE]], kept.slots, n[28]), model, work)
