"""A whole drive in one compiled call: from its fixes to the arcs it took."""

from typing import NamedTuple

import numpy as np

from zones.matching.candidates import MOST
from zones.matching.compiled import compiled, compiled_bare
from zones.matching.graph import Floats, Ints
from zones.matching.ground import Ground, Packed, unpacked
from zones.matching.hmm import decoded, run
from zones.matching.model import Model
from zones.matching.path import arcs_of, walked
from zones.matching.plane import project
from zones.matching.trellis import Fixes, Trellis, Wide, thinned, trellis_for

# better than this no receiver in a truck is, whatever it says; worse, and it is nowhere
LEAST_SIGMA_M, MOST_SIGMA_M = 3.0, 100.0
# what `unusable` says
FINE, NO_LON, NO_LAT, NO_TIME, BACK_IN_TIME = 0, 1, 2, 3, 4
_MOST_LON, _MOST_LAT = 180.0, 90.0


class Drive(NamedTuple):
    """What was found of a drive.

    Attributes:
        kept: the fixes that were used, as numbers.
        fixes: these.
        trellis: their candidates.
        chosen: the candidate of each, or -1.
        rows: the likeliest way, as `path.walked` has it.
        arcs: of that way in travel order, as numbers of `Edges.arc`'s values.
    """

    kept: Wide
    fixes: Fixes
    trellis: Trellis
    chosen: Wide
    rows: Floats
    arcs: Ints


@compiled
def trellised(ground: Ground, x: Floats, y: Floats, t: Floats, sigma: Floats) -> tuple[Wide, Fixes, Trellis]:
    """Return which fixes of a drive are used, these, and their candidates with the best way to each."""
    used = thinned(x, y, t, ground.model)
    count = len(used)
    # since the fix before, used or not
    silent = np.zeros(count)
    for k in range(1, count):
        silent[k] = t[used[k]] - t[used[k] - 1]
    fixes = Fixes(x[used], y[used], t[used], sigma[used], silent)
    trellis = trellis_for(count, count * MOST)
    state = np.zeros(3, np.int64)
    state[1] = -1
    run(ground, trellis, fixes, state)
    return used, fixes, trellis


@compiled
def matched(known: Packed, x: Floats, y: Floats, t: Floats, sigma: Floats) -> Drive:
    """Match a drive in the plane of the streets."""
    ground = unpacked(known)
    used, fixes, trellis = trellised(ground, x, y, t, sigma)
    chosen = decoded(trellis, len(used))
    rows = walked(ground, trellis, fixes, chosen)
    return Drive(used, fixes, trellis, chosen, rows, arcs_of(ground.edges, rows))


@compiled_bare
def unusable(lon: Floats, lat: Floats, t: Floats) -> tuple[int, int]:
    """Return what is wrong with the first fix that cannot be used, and its number."""
    for i in range(len(lon)):
        if not abs(lon[i]) <= _MOST_LON:
            return NO_LON, i
    for i in range(len(lat)):
        if not abs(lat[i]) <= _MOST_LAT:
            return NO_LAT, i
    for i in range(len(t)):
        if not np.isfinite(t[i]):
            return NO_TIME, i
    for i in range(1, len(t)):
        if t[i] < t[i - 1]:
            return BACK_IN_TIME, i
    return FINE, -1


@compiled_bare
def put_sigma(model: Model, said: Floats, sigma: Floats) -> None:
    """Write the error to reckon with for each fix: what the receiver says (if there are such) within reason, else the model's."""
    for i in range(len(sigma)):
        sigma[i] = model.sigma
        if len(said) > 0 and said[i] > 0.0:
            sigma[i] = min(MOST_SIGMA_M, max(LEAST_SIGMA_M, said[i]))


@compiled
def driven(known: Packed, plane: Floats, lon: Floats, lat: Floats, t: Floats, said: Floats) -> tuple[int, int, Drive]:
    """Match a drive in degrees, unless a fix is `unusable`: then nothing of it.

    Args:
        known: the streets.
        plane: of `plane.plane_numbers`.
        lon, lat, t: of the fixes.
        said: error of each fix, metres; empty where nothing is said.
    """
    fault, at = unusable(lon, lat, t)
    count = len(lon) if fault == FINE else 0
    x, y, sigma = np.empty(count), np.empty(count), np.empty(count)
    project(plane, lon[:count], lat[:count], x, y)
    put_sigma(unpacked(known).model, said, sigma)
    return fault, at, matched(known, x, y, t[:count], sigma)


@compiled
def go_on(known: Packed, trellis: Trellis, fixes: Fixes, state: Wide) -> None:
    """Go on through fixes that came since; see `hmm.run`."""
    run(unpacked(known), trellis, fixes, state)
