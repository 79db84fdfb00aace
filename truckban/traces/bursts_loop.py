"""The loop of the question about reflections, for Numba to compile: how near many positions are to streets."""

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled_bare

_Floats = npt.NDArray[np.float64]


@compiled_bare
def put_nearest(x: _Floats, y: _Floats, pieces: _Floats, apart2: _Floats) -> None:
    """Write the square of the distance of each position to the nearest of some straight pieces, each of shape (n,).

    Piece by piece, since a processor then does several positions at once; each is reckoned as NumPy reckons it.

    Args:
        x: metres east.
        y: metres north.
        pieces: x0, y0, x1, y1, shape (pieces, 4).
        apart2: to write on.
    """
    for j in range(len(x)):
        apart2[j] = np.inf
    for k in range(len(pieces)):
        x0, y0 = pieces[k, 0], pieces[k, 1]
        dx, dy = pieces[k, 2] - x0, pieces[k, 3] - y0
        size = max(dx * dx + dy * dy, 1e-9)
        for j in range(len(x)):
            east, north = x[j] - x0, y[j] - y0
            share = (east * dx + north * dy) / size
            share = share if share > 0.0 else 0.0  # noqa: FURB136 - `max` looks for NaN
            share = share if share < 1.0 else 1.0  # noqa: FURB136
            over, up = east - share * dx, north - share * dy
            square = over * over + up * up
            apart2[j] = square if square < apart2[j] else apart2[j]  # noqa: FURB136
