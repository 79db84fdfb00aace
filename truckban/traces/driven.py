"""Which streets vehicles drove, by map matching on the zone's streets."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truckban.traces.drives import Drive, drives_of
from truckban.traces.fixes import Fixes
from zones.matching.cutting import zone_streets
from zones.matching.matcher import Match, Matcher
from zones.matching.streets import RoadGraph
from zones.zone import Zone

# ways up to this long are looked up, longer ones searched: half a minute at a truck's speed in town, and then some
_TABLE_M = 1200.0


@dataclass(frozen=True, eq=False)
class ZoneMatcher:
    """A zone's streets, ready for matching.

    Attributes:
        matcher: on the streets, cut at the area's border.
        inside: for each arc of its graph, whether it lies in the area.
    """

    matcher: Matcher
    inside: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, zone: Zone) -> "ZoneMatcher":
        """Prepare the streets around a zone."""
        segments, inside = zone_streets(zone)
        by_id = {segment.id: bool(here) for segment, here in zip(segments, inside, strict=True)}
        graph = RoadGraph.of_streets(segments, label=lambda segment: by_id[segment.id])
        on = np.array([by_id[segment.id] for segment in graph.segments], np.bool_)
        return cls(Matcher(graph).tabled(_TABLE_M), on[graph.arc_source])


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
    match = ground.matcher.match(fixes.lon[rows], fixes.lat[rows], fixes.t_s[rows], accuracy_m=fixes.accuracy_m[rows])
    return Driven(vehicle, rows, match, match.probability(ground.inside))
