"""The loops of the question about reflections, for Numba to compile."""

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled, compiled_bare, compiled_inline

_Floats = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.intp]


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


@compiled
def thinned(t_s: _Floats, since: float, until: float, wanted: int, apart_s: float) -> _Rows:
    """Return rows between two instants, counted from row `wanted` both ways, that are so many seconds apart; t_s is in order."""
    rows = np.empty(len(t_s), np.intp)
    begin = end = wanted
    rows[wanted] = wanted
    for row in range(wanted - 1, -1, -1):
        if t_s[row] < since:
            break
        if t_s[rows[begin]] - t_s[row] >= apart_s:
            begin -= 1
            rows[begin] = row
    for row in range(wanted + 1, len(t_s)):
        if t_s[row] > until:
            break
        if t_s[row] - t_s[rows[end]] >= apart_s:
            end += 1
            rows[end] = row
    return rows[begin : end + 1].copy()


@compiled
def best_ends(
    t_s: _Floats, none: _Floats, half: _Floats, whole: _Floats, first: int, last: int, lasts_s: float, longer: _Floats
) -> tuple[_Rows, _Rows, _Floats, _Floats, _Floats]:
    """Return what `bursts.best_ends` does, to the last bit."""
    n, offsets = len(t_s), len(whole)
    begins, stops = np.empty((offsets, len(longer)), np.intp), np.empty((offsets, len(longer)), np.intp)
    worth, at_begin, at_stop = np.empty(begins.shape), np.empty(begins.shape), np.empty(begins.shape)
    calm, shifted, edge = np.zeros(n + 1), np.zeros(n + 1), np.empty(n)
    low = 0
    while t_s[low] < t_s[last] - lasts_s:
        low += 1
    for i in range(n):
        calm[i + 1] = calm[i] + none[i]
    for k in range(offsets):
        for i in range(n):
            shifted[i + 1] = shifted[i] + whole[k, i]
            edge[i] = max(none[i], half[k, i], whole[k, i])
        for m in range(len(longer)):
            begin = _begin(calm, shifted, edge, low, first, last, longer[m])
            stop = _stop(calm, shifted, edge, t_s, begin, t_s[begin] + lasts_s, first, last, longer[m])
            inner = shifted[stop] - shifted[begin + 1] + edge[stop] if stop > begin else 0.0
            begins[k, m], stops[k, m] = begin, stop
            worth[k, m] = calm[begin] + edge[begin] + inner + calm[n] - calm[stop + 1]
            at_begin[k, m] = _share(none[begin], half[k, begin], whole[k, begin])
            at_stop[k, m] = _share(none[stop], half[k, stop], whole[k, stop])
    return begins, stops, worth, at_begin, at_stop


@compiled_inline
def _begin(calm: _Floats, shifted: _Floats, edge: _Floats, low: int, first: int, last: int, longer: float) -> int:
    """Return with which first fix, from number `low` to `last`, what is up to it is likeliest."""
    begin, most = low, -np.inf
    for i in range(low, last + 1):
        value = calm[i] + edge[i] - shifted[i + 1] - longer * max(first - i, 0)
        if value > most:
            begin, most = i, value
    return begin


@compiled_inline
def _stop(  # noqa: PLR0913, PLR0917
    calm: _Floats,
    shifted: _Floats,
    edge: _Floats,
    t_s: _Floats,
    begin: int,
    until: float,
    first: int,
    last: int,
    longer: float,
) -> int:
    """Return with which last fix, from number `begin` and from `first` on, what is from it on is likeliest."""
    stop, most = first, -np.inf
    for i in range(max(first, begin), len(t_s)):
        if t_s[i] > until:
            break
        value = shifted[i] + edge[i] - calm[i + 1] - longer * max(i - last, 0)
        if value > most:
            stop, most = i, value
    return stop


@compiled_inline
def _share(none: float, half: float, whole: float) -> float:
    """Return how much of an offset suits best: of those that suit as well the least."""
    if half > none:
        return 1.0 if whole > half else 0.5
    return 1.0 if whole > none else 0.0
