"""Where on its path a truck was at an instant: asked where hours or a permit begin or end within a passage.

The matcher's clock is even between two junctions, between which a truck may have stood for minutes: what it drove before and after an
instant would be some hundred metres wrong.
"""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, ops
from shapely.geometry.base import BaseGeometry

from truckban.traces.in_or_out.passage import Passage
from zones.matching.matcher import Leg
from zones.matching.words import StreetDriven

_Floats = npt.NDArray[np.float64]
_DEGREE_M = 111_195.0
_OFF_M = 60.0
"""A fix so far from the street that it is said to be on says nothing of where on it the truck was."""


def by_fixes(passage: Passage, instants: _Floats) -> Passage:
    """Return a passage that at some instants is on its path where the fixes around them say: even in speed only between these."""
    streets = list(passage.streets)
    for n, street in enumerate(streets):
        asked = [leg for leg in street.legs if ((instants > leg.entered_at) & (instants < leg.left_at)).any()]
        if asked:
            streets[n] = replace(street, legs=tuple(_legs(street, asked, passage)))
    return replace(passage, streets=tuple(streets)) if any(map(operator.is_not, streets, passage.streets)) else passage


def _legs(street: StreetDriven, asked: Sequence[Leg], passage: Passage) -> Iterator[Leg]:
    """Yield the legs of a street, those that are asked about cut at their fixes."""
    along = np.cumsum([0.0, *(leg.length_m for leg in street.legs)]) / max(street.length_m, 1e-9)
    for leg, since, until in zip(street.legs, along[:-1].tolist(), along[1:].tolist(), strict=True):
        if leg not in asked:
            yield leg
            continue
        here = passage.is_fix & (passage.t_s > leg.entered_at) & (passage.t_s < leg.left_at)
        share, near = _along(
            ops.substring(street.line, since, until, normalized=True), passage.lon[here], passage.lat[here]
        )
        metres = [leg.begin_m, *(leg.begin_m + share[near] * leg.length_m).tolist(), leg.end_m]
        clock = [leg.entered_at, *passage.t_s[here][near].tolist(), leg.left_at]
        for n in range(len(clock) - 1):
            yield leg._replace(begin_m=metres[n], end_m=metres[n + 1], entered_at=clock[n], left_at=clock[n + 1])


def _along(way: BaseGeometry, lon: _Floats, lat: _Floats) -> tuple[_Floats, npt.NDArray[np.bool_]]:
    """Return which share of a way a truck had driven at its fixes, never less than before, and which of them are near it."""
    points = shapely.get_coordinates(way)
    # as long eastward as northward, so that the nearest point is the nearest
    flat = np.array([np.cos(np.radians(points[0, 1])), 1.0])
    # where it only stood, the way is a point
    line = LineString(points.repeat(2, axis=0) * flat)
    fixes = shapely.points(np.column_stack([lon, lat]) * flat)
    near = shapely.distance(fixes, line) * _DEGREE_M < _OFF_M
    share = np.nan_to_num(shapely.line_locate_point(line, fixes, normalized=True))
    return np.maximum.accumulate(np.where(near, share, 0.0)), near


def places_at(passage: Passage, instants: _Floats) -> tuple[_Floats, _Floats]:
    """Return where on its path a truck was at some instants, lon and lat; on the line between its fixes where there is no path."""
    lon, lat = (np.interp(instants, passage.t_s, values) for values in (passage.lon, passage.lat))
    for n, instant in enumerate(instants.tolist()):
        on = [street for street in passage.streets if street.entered_at <= instant <= street.left_at]
        if on:
            lon[n], lat[n] = _place(on[-1], instant)
    return lon, lat


def _place(street: StreetDriven, instant: float) -> tuple[float, float]:
    along = np.cumsum([0.0, *(leg.length_m for leg in street.legs)])
    clock = [*(leg.entered_at for leg in street.legs), street.left_at]
    share = float(np.interp(instant, clock, along)) / max(float(along[-1]), 1e-9)
    point = shapely.line_interpolate_point(street.line, share, normalized=True)
    return float(point.x), float(point.y)
