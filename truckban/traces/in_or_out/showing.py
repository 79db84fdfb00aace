"""Whether the fixes of a drive that lie inside show that it went there, and not a receiver that slips."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.bursts import BEYOND_M, LASTS_S
from truckban.traces.in_or_out.slips import STAYED, Visit
from zones.coords import MEAN_RADIUS_M
from zones.matching.matcher import Match

_Floats = npt.NDArray[np.float64]
STOOD_M = 80.0
"""Fixes no farther from each other can be those of a truck that stands."""
_DEEP = 4.0
"""No lead without a fix so many times deeper inside than the drive's error across the streets, and at least"""
_LEAST_DEEP_M = 60.0
_SINGLE_M = 70.0
"""What rests on a single fix must have it as deep as this."""
_SECOND_M = 40.0
"""Where fixes are dense, one fix of a stretch inside is not as deep without another as deep as this, unless it is deeper than"""
_FAR_M = 90.0
_NEAR_M = 60.0
"""Where fixes are dense and those beside a lone deep one are this near to each other, the truck went nowhere between them."""
_SHORT_M = 140.0
"""Where fixes are sparse, a shorter way inside is that of a fix or two that were carried off, unless one lies deeper than"""
_DEEPEST_M = 110.0
_DENSE_S = 20.0
_STOOD_S = 900.0
"""Whoever stands still may be carried off by the same walls for so long, satellites moving slowly: longer than who drives."""
_BESIDE_S = 35.0
_LOST_S = 65.0
"""So far from a fix are those beside it, and so far is one of them where a fix between was lost."""


@dataclass(frozen=True, slots=True)
class MatchedDrive:
    """A drive that was matched, shape (n,) each.

    Attributes:
        first: row of its first fix.
        t_s: seconds, as it can have been on the road.
        x: metres east in the plane of the streets.
        y: metres north.
        usual: the error that was reckoned with.
        every_s: usual seconds between fixes.
        match: its way.
        error_m: standard deviation of its fixes across the streets of its way.
    """

    first: int
    t_s: _Floats
    x: _Floats
    y: _Floats
    usual: _Floats
    every_s: float
    match: Match
    error_m: float


def deep_m(error_m: float) -> float:
    """Return how deep a fix must lie where the drive's fixes are so far off its streets, metres (standard deviation)."""
    return max(_DEEP * error_m, _LEAST_DEEP_M)


def shown(
    fixes: Fixes, driven: MatchedDrive, depth_m: _Floats, inside: npt.NDArray[np.intp], visit: Visit, driven_m: float
) -> bool:
    """Return whether fixes inside show a drive there, and not a receiver that slips.

    Args:
        fixes: of all drives.
        driven: the drive.
        depth_m: of all fixes.
        inside: which fixes of the drive lie inside, in order.
        visit: the drive's.
        driven_m: the way inside.
    """
    row = driven.first
    depth = depth_m[row : row + len(driven.t_s)]
    deepest = float(depth[inside].max(initial=-np.inf))
    if deepest < deep_m(driven.error_m):
        return False
    dense = driven.every_s < _DENSE_S
    if len(inside) == 1:
        only = int(inside[0])
        stood = depth[only] >= _SINGLE_M and (
            _no_slip(fixes, driven, only) or _stood_there(fixes, depth_m, row + only, visit)
        )
        if not stood:
            return False
    elif dense and np.sort(depth[inside])[-2] < _SECOND_M and deepest < _FAR_M:
        return False
    deep = np.flatnonzero(depth[inside] >= _SECOND_M)
    if len(deep) == 1:
        one = row + int(inside[deep[0]])
        slipped = visit.slips_beside(one) or (dense and visit.between(one) <= _NEAR_M)
        if slipped and not _stood_there(fixes, depth_m, one, visit):
            return False
    return dense or driven_m >= _SHORT_M or deepest >= _DEEPEST_M


def stood_deep(driven: MatchedDrive, depth_m: _Floats, visit: Visit, *, before: bool, after: bool) -> bool:
    """Return whether the truck stood deep inside for longer than reflections last, before a drive or after it.

    Then it drove there, or from there, however little of that the fixes of the drive show.

    Args:
        driven: the drive.
        depth_m: of all fixes.
        visit: the drive's.
        before: whether to look before it.
        after: whether to look after it.
    """
    first, last = driven.first, driven.first + len(driven.t_s) - 1
    least_m = deep_m(driven.error_m)
    return any(
        len(stood) > 0 and bool(np.quantile(depth_m[stood], 0.25) >= least and depth_m[stood[-STAYED:]].min() >= least)
        for row, step, asked in ((first, -1, before), (last, 1, after))
        if asked
        for least, lasts_s in ((least_m, _STOOD_S), (max(least_m, _DEEPEST_M), LASTS_S))
        for stood in [visit.standing(row, step, lasts_s)]
    )


def last_seen_deep(driven: MatchedDrive, depth_m: _Floats, visit: Visit, *, before: bool, after: bool) -> bool:
    """Return whether the visit begins or ends deep inside, with two fixes in a row at least that no reflection carries there.

    Who turns about there is near the same place twice and may as well stand: then the drive has the first of these fixes alone.

    Args:
        driven: the drive.
        depth_m: of all fixes.
        visit: the drive's.
        before: whether to look before it.
        after: whether to look after it.
    """
    first, last = driven.first, driven.first + len(driven.t_s) - 1
    beyond_m = max(deep_m(driven.error_m), BEYOND_M)
    return any(
        rows.stop - rows.start > 1
        and bool(depth_m[rows].min() > beyond_m)
        and bool(np.diff(visit.fixes.t_s[rows]).max() <= _LOST_S)
        for rows, asked in ((slice(visit.start, first + 1), before), (slice(last, visit.stop), after))
        if asked
    )


def _stood_there(fixes: Fixes, depth_m: _Floats, row: int, visit: Visit) -> bool:
    """Return whether the truck was parked inside at one end of the drive: the fixes before or after lie there too."""
    for beside in ((row + 1, row + 2), (row - 1, row - 2)):
        if min(beside) >= visit.start and max(beside) < visit.stop:
            others = np.array(beside)
            if (metres(fixes, row, others) <= STOOD_M).all() and (depth_m[others] > 0).all():
                return True
    return False


def metres(fixes: Fixes, a: int, others: npt.NDArray[np.intp] | slice) -> _Floats:
    """Return how far other fixes are from one, shape of `others`; on a sphere, which is near enough."""
    north = np.radians(fixes.lat[others] - fixes.lat[a])
    east = np.radians(fixes.lon[others] - fixes.lon[a]) * np.cos(np.radians(fixes.lat[a]))
    return np.asarray(np.hypot(north, east) * MEAN_RADIUS_M)


def _no_slip(fixes: Fixes, driven: MatchedDrive, k: int) -> bool:
    """Return whether a single fix inside can be believed.

    The fixes beside it are near in time, and the truck went there and back no faster than it drives elsewhere.
    """
    if not 0 < k < len(driven.t_s) - 1:
        return False
    rows = slice(driven.first, driven.first + len(driven.t_s))
    seconds = np.diff(driven.t_s)
    beside = seconds[k - 1 : k + 1]
    if beside.min() > _BESIDE_S or beside.max() > _LOST_S:
        return False
    north = np.radians(np.diff(fixes.lat[rows])) * MEAN_RADIUS_M
    east = np.radians(np.diff(fixes.lon[rows])) * MEAN_RADIUS_M * np.cos(np.radians(fixes.lat[driven.first]))
    speed = np.hypot(north, east) / np.maximum(seconds, 1.0)
    others = np.delete(speed, [k - 1, k])
    return len(others) > 0 and bool(speed[k - 1 : k + 1].max() <= float(np.quantile(others, 0.9)) * 1.2 + 2.0)
