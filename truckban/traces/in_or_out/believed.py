"""What receivers say of their own error, as far as it can be believed.

Some terminals send one number for ever, which measures nothing: 1 m, or 9999. And some are too sure: the fixes of a truck that drives
straight on lie farther to the sides than they say.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.jumps import METRES_A_DEGREE
from truckban.traces.in_or_out.inside import LEAST_SIGMA_M, SIGMA_M
from truckban.traces.sifting.near import Visits

_Floats = npt.NDArray[np.float64]
_Rows = npt.NDArray[np.intp]

_THIN_S = 10.0
"""Of fixes nearer to each other in time one is asked: they err alike."""
_NEXT_S = 65.0
_STEP_M = 30.0
"""A truck that drives has gone so far from one fix to the next, within so many seconds."""
_TRIPLES = 8
_SHARE = 0.35
"""Of the fixes between two others, so many lie between them on a straight street; most of the others were at a corner."""
_IN_ERRORS = 0.4538 * 1.5**0.5
"""So many errors of a fix is that share of them off the line at the most, if they err independently and lie half-way."""
_MORE = 1.3
_RECEIVERS_M = 100.0
"""No receiver with a satellite fix is as far off as that for a whole visit,"""
_LESS = 0.2
"""and what drives straight on within this share of it, is not."""


def with_believed(visits: Visits, *, by_border: bool) -> Visits:
    """Return visits with the errors that are to be reckoned with, NaN for the usual one.

    What is the same throughout a visit and less than the usual error is no measurement: it is taken for not said. So is what is the same
    and hundreds of metres, where the fixes of the drive lie on lines. And where these lie farther off the line than was said, or than
    is usual, what they show counts, unless the streets that they are matched to will show it.

    Args:
        visits: of any vehicles.
        by_border: whether no streets are known, so that the border alone tells who was inside.
    """
    fixes = visits.fixes
    said = fixes.accuracy_m
    if not by_border and not np.isfinite(said).any():
        return visits
    starts, sizes = visits.starts[:-1], np.diff(visits.starts)
    least, most = np.fmin.reduceat(said, starts), np.fmax.reduceat(said, starts)
    same = least == most
    absurd = same & (most > _RECEIVERS_M)
    shown = np.full(len(starts), np.nan)
    if by_border or absurd.any():
        shown = shown_errors(fixes.t_s, fixes.lon, fixes.lat, visits.starts)
    absurd &= shown < _LESS * most
    absurd, small, shown = (np.repeat(each, sizes) for each in (absurd, same & (most < SIGMA_M), shown))
    unsaid = absurd | small | np.isnan(said)
    too_sure = shown > _MORE * np.where(unsaid, SIGMA_M, np.maximum(said, LEAST_SIGMA_M))
    accuracy_m = np.where(too_sure & (absurd | by_border), shown, np.where(unsaid, np.nan, said))
    return replace(visits, fixes=replace(fixes, accuracy_m=accuracy_m))


def shown_errors(t_s: _Floats, lon: _Floats, lat: _Floats, starts: _Rows) -> _Floats:
    """Return the error (standard deviation of one axis, metres) that the fixes of each visit show while driving straight on.

    Args:
        t_s: seconds, shape (n,).
        lon: degrees, shape (n,).
        lat: degrees, shape (n,).
        starts: first row of each visit, and n, shape (visits + 1,).

    Returns:
        Shape (visits,), NaN where too little was driven.
    """
    visit = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    slot = np.floor(t_s / _THIN_S)
    rows = np.flatnonzero((np.diff(slot, prepend=-np.inf) != 0) | (np.diff(visit, prepend=-1) != 0))
    visit, t_s, lon, lat = visit[rows], t_s[rows], lon[rows], lat[rows]
    north = np.diff(lat) * METRES_A_DEGREE
    east = np.diff(lon) * METRES_A_DEGREE * np.cos(np.radians(lat[1:]))
    drove = (np.diff(visit) == 0) & (np.diff(t_s) <= _NEXT_S) & (np.hypot(east, north) >= _STEP_M)
    chord = np.hypot(east[1:] + east[:-1], north[1:] + north[:-1])
    between = np.flatnonzero(drove[1:] & drove[:-1] & (chord >= 2.0 * _STEP_M))
    off_m = np.abs(east[between] * north[between + 1] - north[between] * east[between + 1]) / chord[between]
    of = visit[between + 1]
    order = np.lexsort((off_m, of))
    begins = np.searchsorted(of, np.arange(len(starts)))
    count = np.diff(begins)
    some = np.flatnonzero(count >= _TRIPLES)
    shown = np.full(len(starts) - 1, np.nan)
    shown[some] = off_m[order[begins[some] + (_SHARE * count[some]).astype(np.intp)]] / _IN_ERRORS
    return shown
