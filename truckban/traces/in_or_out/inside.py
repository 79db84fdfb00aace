"""How likely a moving truck was inside, fix by fix: a hidden Markov model of two states, in and out.

After Newson & Krumm 2009 (emission from the receiver's error, cheap staying, dear changing), with the zone's border in the place
of streets: a fix `d` metres beyond the border speaks for the other side with a Gaussian likelihood of distance zero, against
this side with that of distance `d`. The border is set back by a receiver's error: a truck that drives along the kerb of a
boundary road is seen inside half the time, by a few metres, for as long as it drives; only what is deeper than that speaks for
inside. What one fix can say is bounded: a single far outlier accuses nobody.
"""

import numpy as np
import numpy.typing as npt

from zones.matching.compiled import compiled_bare

_Floats = npt.NDArray[np.float64]
_Index = npt.NDArray[np.intp]
_Rows = npt.NDArray[np.intp]

SIGMA_M = 10.0
"""Standard deviation of a fix where the trace does not state its accuracy."""
LEAST_SIGMA_M = 6.0
"""Receivers are less exact than they say."""
SET_BACK = 1.5
"""How many standard deviations inside the border count as driving along it."""
CHANGE = 0.02
"""Probability of crossing the border between two fixes."""
MOST_EVIDENCE = 8.0
"""Greatest log likelihood ratio of one fix."""
MOST_PROBABLE = 0.99
"""No probability above this is claimed: what the model leaves out (map errors, cloned plates) is not in it."""
LIKELY = 0.5
SLIGHT = 0.05
"""Fixes inside that are less likely than this to mean anything make no passage, not even an unsure one."""


def border_runs(depth_m: _Floats, accuracy_m: _Floats, drives: _Rows) -> tuple[_Index, _Rows, _Floats]:
    """Return the stretches of drives that the distances of their fixes from the border show to be inside, or perhaps so.

    Args:
        depth_m: signed distance to the area's border, positive inside, of all fixes, shape (n,).
        accuracy_m: the receiver's own figure (68 % circle), NaN where there is none, shape (n,).
        drives: first and last row of each, shape (drives, 2).

    Returns:
        Drive, first and last row, and probability of each stretch; those of one drive that are more likely than not first.
    """
    longest = int((drives[:, 1] - drives[:, 0]).max(initial=0)) + 1
    found = np.empty((len(depth_m) + 1, 3), np.intp)
    p = np.empty(len(depth_m) + 1)
    count = _runs(depth_m, accuracy_m, drives, np.empty((longest, 4)), found, p)
    return found[:count, 0].copy(), found[:count, 1:].copy(), p[:count].copy()


@compiled_bare
def _runs(depth_m: _Floats, accuracy_m: _Floats, drives: _Rows, room: _Floats, found: _Rows, p: _Floats) -> int:
    count = 0
    for drive in range(len(drives)):
        first, last = drives[drive]
        deepest = depth_m[first]
        for k in range(first, last + 1):
            deepest = max(deepest, depth_m[k])
        if deepest <= 0.0:
            continue  # every fix speaks for outside
        _posterior(depth_m, accuracy_m, first, last, room)
        for wanted in (True, False):
            k = first
            while k <= last:
                if not _is_in(depth_m, room, first, k, wanted):
                    k += 1
                    continue
                begin, most = k, 0.0
                while k <= last and _is_in(depth_m, room, first, k, wanted):
                    most = max(most, room[k - first, 2])
                    k += 1
                if not wanted and (most < SLIGHT or _beside(room, first, last, begin, k - 1)):
                    # what lies right beside a likely stretch is its fringe; what is this unlikely is driving along the kerb
                    continue
                found[count, 0], found[count, 1], found[count, 2] = drive, begin, k - 1
                p[count] = most
                count += 1
    return count


@compiled_bare
def _is_in(depth_m: _Floats, room: _Floats, first: int, k: int, likely: bool) -> bool:  # noqa: FBT001
    """Return whether a fix is of a likely stretch, or lies inside and is of none."""
    if likely:
        return bool(room[k - first, 2] >= LIKELY)
    return bool(room[k - first, 2] < LIKELY and depth_m[k] > 0.0)


@compiled_bare
def _beside(room: _Floats, first: int, last: int, begin: int, end: int) -> bool:
    return bool(
        (begin > first and room[begin - 1 - first, 2] >= LIKELY) or (end < last and room[end + 1 - first, 2] >= LIKELY)
    )


@compiled_bare
def _posterior(depth_m: _Floats, accuracy_m: _Floats, first: int, last: int, room: _Floats) -> None:
    """Put the probability of having been inside at each fix of one drive into column 2 (forward-backward)."""
    a = b = 0.5
    for k in range(first, last + 1):
        sigma = max(accuracy_m[k], LEAST_SIGMA_M) if accuracy_m[k] < np.inf else SIGMA_M
        beyond = depth_m[k] / sigma - SET_BACK
        ratio = beyond * abs(beyond) / 2.0
        ratio = min(max(ratio, -MOST_EVIDENCE), MOST_EVIDENCE)
        inside, outside = np.exp(min(ratio, 0.0)), np.exp(min(-ratio, 0.0))
        if k > first:
            a, b = a * (1.0 - CHANGE) + b * CHANGE, b * (1.0 - CHANGE) + a * CHANGE
        a, b = a * inside, b * outside
        a, b = a / (a + b), b / (a + b)
        here = k - first
        room[here, 0], room[here, 1], room[here, 2], room[here, 3] = inside, outside, a, b
    c = d = 1.0
    for k in range(last, first - 1, -1):
        here = k - first
        inside, outside = room[here, 0], room[here, 1]
        yes, no = room[here, 2] * c, room[here, 3] * d
        room[here, 2] = min(yes / (yes + no), MOST_PROBABLE)
        c, d = c * inside, d * outside
        c, d = c * (1.0 - CHANGE) + d * CHANGE, d * (1.0 - CHANGE) + c * CHANGE
        c, d = c / (c + d), d / (c + d)
