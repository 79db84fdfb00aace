"""How likely a moving truck was inside, fix by fix: a hidden Markov model of two states, in and out.

After Newson & Krumm 2009 (emission from the receiver's error, cheap staying, dear changing), with the zone's border in the place
of streets: a fix `d` metres beyond the border speaks for the other side with a Gaussian likelihood of distance zero, against
this side with that of distance `d`. The border is set back by a receiver's error: a truck that drives along the kerb of a
boundary road is seen inside half the time, by a few metres, for as long as it drives; only what is deeper than that speaks for
inside. What one fix can say is bounded: a single far outlier accuses nobody.
"""

import numpy as np
import numpy.typing as npt

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


def evidence(depth_m: npt.NDArray[np.float64], accuracy_m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the log likelihood ratio, in against out, of each fix; shape (n,).

    Args:
        depth_m: signed distance to the area's border, positive inside.
        accuracy_m: the receiver's own figure (68 % circle), NaN where there is none.
    """
    sigma = np.where(np.isfinite(accuracy_m), np.maximum(accuracy_m, LEAST_SIGMA_M), SIGMA_M)
    beyond = depth_m / sigma - SET_BACK
    bounded: npt.NDArray[np.float64] = np.clip(np.sign(beyond) * beyond**2 / 2.0, -MOST_EVIDENCE, MOST_EVIDENCE)
    return bounded


def posterior(log_ratio: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return for each fix of one drive the probability that the truck was inside (forward-backward), shape (n,)."""
    n = len(log_ratio)
    likelihood = np.exp(np.minimum(log_ratio, 0.0)), np.exp(np.minimum(-log_ratio, 0.0))
    inside, outside = (values.tolist() for values in likelihood)
    stay = 1.0 - CHANGE
    forward = np.empty((n, 2))
    a = b = 0.5
    for k in range(n):
        if k:
            a, b = a * stay + b * CHANGE, b * stay + a * CHANGE
        a, b = a * inside[k], b * outside[k]
        total = a + b
        a, b = a / total, b / total
        forward[k] = a, b
    backward = np.empty((n, 2))
    backward[-1] = 1.0
    a = b = 1.0
    for k in range(n - 2, -1, -1):
        p, q = a * inside[k + 1], b * outside[k + 1]
        a, b = p * stay + q * CHANGE, q * stay + p * CHANGE
        total = a + b
        a, b = a / total, b / total
        backward[k] = a, b
    both = forward * backward
    probable: npt.NDArray[np.float64] = np.minimum(both[:, 0] / both.sum(axis=1), MOST_PROBABLE)
    return probable
