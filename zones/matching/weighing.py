"""How likely the fixes of a drive are, where nobody asks for the way: for hypotheses that are only held against each other.

One compiled call from fixes to figures: what lies between them (trellis, ways) is never handed to Python, and no way is walked.
"""

from typing import NamedTuple

from zones.matching.avoiding import likelihoods
from zones.matching.compiled import compiled, compiled_bare
from zones.matching.drive import trellised
from zones.matching.graph import Edges, Floats
from zones.matching.ground import Packed, unpacked
from zones.matching.posterior import ways_between
from zones.matching.trellis import FIRST, SKIPPED, Trellis, Wide


class Weight(NamedTuple):
    """What `Match` would say of a drive, without its way.

    Attributes:
        without: log-likelihood of the fixes where some arcs are closed; see `Match.log_likelihoods`.
        together: where all are open.
        faults: how often the drive was broken off, and how many fixes were skipped.
    """

    without: float
    together: float
    faults: int


@compiled_bare
def _faults(trellis: Trellis) -> int:
    """Return how often a drive was broken off, and how many fixes were skipped."""
    found, begun = 0, False
    for i in range(len(trellis.link)):
        if trellis.link[i] == SKIPPED:
            found += 1
        else:
            found += int(begun and trellis.link[i] == FIRST)
            begun = True
    return found


@compiled
def weighed(
    known: Packed,
    x: Floats,
    y: Floats,
    t: Floats,
    sigma: Floats,
    marked: Wide,
    around: Edges,
    since: float,
    until: float,
) -> tuple[float, float, Floats, int]:
    """Return both log-likelihoods of a drive's fixes, what was taken off the ways to each fix that is linked, and its faults.

    Args:
        known: the streets.
        x, y, t, sigma: of the fixes, in the plane of the streets.
        marked, around, since, until: of `avoiding.likelihoods`.
    """
    _, fixes, trellis = trellised(unpacked(known), x, y, t, sigma)
    ways = ways_between(known, trellis, fixes)
    without, together = likelihoods(known, trellis, ways, fixes, marked, around, since, until)
    return without, together, ways.top[trellis.link >= 0], _faults(trellis)
