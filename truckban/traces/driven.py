"""Which streets vehicles drove, by map matching on the zone's streets."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.drives import Drive, drives_of
from truckban.traces.in_or_out.paths import ZoneMatcher
from zones.matching.matcher import Match


@dataclass(frozen=True, eq=False)
class Driven:
    """One drive and its streets.

    Attributes:
        vehicle: index into the fixes' vehicles.
        rows: of the fixes.
        match: over the zone's streets; a fix far from them is `skipped`.
        p_inside: probability that it drove in the area at all.
    """

    vehicle: int
    rows: slice
    match: Match
    p_inside: float


def driven(fixes: Fixes, ground: ZoneMatcher) -> Iterator[Driven]:
    """Yield the drives of every vehicle that came near the zone's streets, in order of vehicle and time."""
    x_m, y_m = ground.matcher.graph.plane.xy(fixes.lon, fixes.lat)
    starts = np.searchsorted(fixes.vehicle, np.arange(len(fixes.vehicle_ids) + 1)).tolist()
    for vehicle, (start, end) in enumerate(itertools.pairwise(starts)):
        drives, _ = drives_of(fixes.t_s[start:end], x_m[start:end], y_m[start:end])
        for drive in drives:
            found = _matched(fixes, ground, vehicle, Drive(drive.first + start, drive.last + start))
            if len(found.match.stretches.edge):
                yield found


def _matched(fixes: Fixes, ground: ZoneMatcher, vehicle: int, drive: Drive) -> Driven:
    rows = slice(drive.first, drive.last + 1)
    match = ground.match(fixes, rows)
    return Driven(vehicle, rows, match, match.probability(ground.inside))
