"""What is cut where the hours of a ban begin or end, and whether its fixes show that it was driven in them.

Where a truck was at six o'clock sharp lies between two fixes, and how fast it drove there is not known: one that left the zone, or
came to rest in it, a few seconds before would be found to have driven on if its speed is taken for even. What was driven from the
first fix within the hours on, or up to the last one, was driven in them however it drove before.
"""

import numpy as np
import numpy.typing as npt

from truckban.traces.drives import SLOW_MS, WANDERING_M
from truckban.traces.lead_facts import Parts
from truckban.traces.tracks import Floats, Tracks

LEAST_M = 30.0
"""What fixes show of a drive is a drive if it is longer than this, three times the error of a usual receiver; what is slower than a walk
must be longer (`drives.WANDERING_M`)."""
NOT_SHOWN = 0.85
"""What is driven within the hours only if the speed between two fixes was even is not claimed to be likelier."""


def shown_m(tracks: Tracks, parts: Parts) -> Floats:
    """Return metres of each part that lie between fixes of its own; to its end where the passage itself begins or ends there.

    Args:
        tracks: of all passages.
        parts: of them, shape (n,).

    Returns:
        Metres, shape (n,); 0 where a part that is cut has no fix.
    """
    size = len(tracks.t_s)
    rows = np.arange(size)
    is_fix = tracks.fixes > 0
    following = np.minimum.accumulate(np.where(is_fix, rows, size)[::-1])[::-1]
    foregoing = np.maximum.accumulate(np.where(is_fix, rows, -1))
    cut_begin, cut_end = cut(tracks, parts)
    since = np.where(cut_begin, following[parts.begin], parts.begin)
    until = np.where(cut_end, foregoing[parts.end], parts.end)
    metres: Floats = np.zeros(len(parts.begin))
    some = np.flatnonzero(since < until)
    metres[some] = tracks.along_m[until[some]] - tracks.along_m[since[some]]
    return metres


def cut(tracks: Tracks, parts: Parts) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return of each part whether it begins, and whether it ends, where its passage goes on."""
    owner = tracks.of[parts.begin]
    return parts.begin > tracks.first[owner], parts.end < tracks.first[owner + 1] - 1


def only_between_fixes(tracks: Tracks, parts: Parts) -> npt.NDArray[np.bool_]:
    """Return of each part whether it is cut and no drive of it is shown by fixes."""
    begins, ends = cut(tracks, parts)
    lasts = tracks.t_s[parts.end] - tracks.t_s[parts.begin]
    return (begins | ends) & (shown_m(tracks, parts) < np.clip(SLOW_MS * lasts, LEAST_M, WANDERING_M))
