"""The trellis of the hidden Markov model: candidates of all fixes and the best way to each."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled, compiled_inline
from zones.matching.graph import Floats, Ints
from zones.matching.model import Model

Wide = npt.NDArray[np.int64]

NEVER = -1e30
# how a fix is linked to those before it; otherwise the number of the fix before
FIRST, SKIPPED = -1, -2
# how one candidate is reached from another; otherwise the slot of the way in the table
SAME_EDGE, BACKWARDS, TURNED, SEARCHED, NO_WAY = -2, -3, -4, -5, -6


class Fixes(NamedTuple):
    """The fixes of a drive, in the plane of the streets.

    Attributes:
        x, y: metres east and north.
        t: seconds.
        sigma: metres, error of one axis.
        silent: seconds since the fix before, kept or not.
    """

    x: Floats
    y: Floats
    t: Floats
    sigma: Floats
    silent: Floats


class Trellis(NamedTuple):
    """Candidates of all fixes, and the best way to each.

    Attributes:
        ptr: (fixes + 1,) where the candidates of each fix begin.
        edge: the road.
        offset: metres from its start.
        emission: log-probability of the fix.
        best: log-probability of the best way up to it.
        back: the candidate before it on that way, -1 at a start.
        how: how it is reached from there.
        link: (fixes,) the fix before, or FIRST or SKIPPED.
    """

    ptr: Wide
    edge: Ints
    offset: Floats
    emission: Floats
    best: Floats
    back: Wide
    how: Wide
    link: Wide


@compiled
def trellis_for(fixes: int, candidates: int) -> Trellis:
    """Return an empty trellis with room for so many."""
    return Trellis(
        np.zeros(fixes + 1, np.int64),
        np.empty(candidates, np.int32),
        np.empty(candidates),
        np.empty(candidates),
        np.empty(candidates),
        np.empty(candidates, np.int64),
        np.empty(candidates, np.int64),
        np.full(fixes, SKIPPED, np.int64),
    )


@compiled_inline
def too_near(model: Model, dx: float, dy: float, seconds: float) -> bool:
    """Return whether a fix says nothing new after one so far away: within seconds, their errors are the same."""
    apart = model.apart if seconds < model.alike else 0.5 * model.apart
    return dx * dx + dy * dy < apart * apart


@compiled
def thinned(x: Floats, y: Floats, t: Floats, model: Model) -> Wide:
    """Return the fixes that are not `too_near` to the one kept before them, and the last."""
    keep = np.empty(len(x), np.int64)
    count = 0
    for i in range(len(x)):
        if count > 0 and i < len(x) - 1:
            k = keep[count - 1]
            if too_near(model, x[i] - x[k], y[i] - y[k], t[i] - t[k]):
                continue
        keep[count] = i
        count += 1
    return keep[:count]
