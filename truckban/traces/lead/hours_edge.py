"""What is cut where the hours of a ban begin or end, and whether its fixes show that it was driven in them.

Where a truck was at six o'clock sharp lies between two fixes, and how fast it drove there is not known: one that left the zone, or
came to rest in it, a few seconds before would be found to have driven on if its speed is taken for even. What was driven from the
first fix within the hours on, or up to the last one, was driven in them however it drove before. So it is where the hours begin after a
parked terminal's last report and before the truck is taken to have left: who hurries out at a quarter to six is seen next after six.
"""

import numpy as np
import numpy.typing as npt

from truckban.traces.in_or_out.drives import SLOW_MS, WANDERING_M
from truckban.traces.lead.lead_facts import Parts
from truckban.traces.lead.tracks import Floats, Tracks

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
    loose_begin, loose_end = loose(tracks, parts)
    since = np.where(cut_begin | loose_begin, following[np.minimum(parts.begin + loose_begin, parts.end)], parts.begin)
    until = np.where(cut_end | loose_end, foregoing[np.maximum(parts.end - loose_end, parts.begin)], parts.end)
    metres: Floats = np.zeros(len(parts.begin))
    some = np.flatnonzero(since < until)
    metres[some] = tracks.along_m[until[some]] - tracks.along_m[since[some]]
    return metres


def cut(tracks: Tracks, parts: Parts) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return of each part whether it begins, and whether it ends, where its passage goes on."""
    owner = tracks.of[parts.begin]
    return parts.begin > tracks.first[owner], parts.end < tracks.first[owner + 1] - 1


def loose(tracks: Tracks, parts: Parts) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return of each part whether it begins, and whether it ends, with its passage at an instant on whose other side hours may be others."""
    owner = tracks.of[parts.begin]
    begins, ends = cut(tracks, parts)
    return ~begins & tracks.loose[owner, 0], ~ends & tracks.loose[owner, 1]


def only_between_fixes(tracks: Tracks, parts: Parts) -> npt.NDArray[np.bool_]:
    """Return of each part whether it is cut, or loose at an end, and no drive of it is shown by fixes."""
    unknown: npt.NDArray[np.bool_] = np.logical_or.reduce([*cut(tracks, parts), *loose(tracks, parts)])
    lasts = tracks.t_s[parts.end] - tracks.t_s[parts.begin]
    return unknown & (shown_m(tracks, parts) < np.clip(SLOW_MS * lasts, LEAST_M, WANDERING_M))
