"""The path of a drive through the streets: where it lay in the area, and how sure that is.

Between two fixes half a kilometre may lie: a corner cut has no fix inside, and a drive along the kerb of a boundary road has many.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from shapely import LineString

from truckban.kept import kept
from truckban.traces.fixes import Fixes
from zones.coords import LocalPlane
from zones.matching.compiled import ahead
from zones.matching.cutting import zone_streets
from zones.matching.matcher import Leg, Match, Matcher
from zones.matching.model import Model
from zones.matching.streets import RoadGraph
from zones.matching.words import StreetDriven, streets_driven
from zones.zone import Zone

_Floats = npt.NDArray[np.float64]
# ways up to this long are looked up, longer ones searched: half a minute at a truck's speed in town, and then some
_TABLE_M = 1200.0
# what a point of the streets takes where the loops that make graph and table are not compiled
_POINT_S = 5e-4
# a receiver's error lasts: fixes nearer in time than this share it, and count for less
_LASTING_S = 60.0
# with fixes so far apart or farther, turning back between two is no sign of an error
_SPARSE_S = 25.0
# of a Gaussian error, half is less than this many standard deviations
_HALF = 0.6745
# what is less than this between two stretches inside is crossing a street that is not in the area
_CROSSING_M = 60.0


@dataclass(frozen=True, eq=False)
class ZoneMatcher:
    """A zone's streets, ready for matching.

    Attributes:
        matcher: on the streets, cut at the area's border.
        inside: for each arc of its graph, whether it lies in the area.
        inside_segment: for each of its segments.
    """

    matcher: Matcher
    inside: npt.NDArray[np.bool_]
    inside_segment: npt.NDArray[np.bool_]

    def weighing(self, every_s: float) -> Matcher:
        """Return the matcher to weigh hypotheses with, by the usual seconds between fixes.

        It takes fixes near each other as well, since hypotheses can be compared only on the same fixes, and wonders less at detours:
        who turns round inside has driven far between two fixes that are near each other, which must not speak for having stood
        outside. Where fixes are sparse, turning back is not rare either; near each other, errors look like it.
        """
        return self._of_sparse if every_s >= _SPARSE_S else self._of_every_fix

    @cached_property
    def _of_every_fix(self) -> Matcher:
        usual = self.matcher
        model = usual.model
        wide = model._replace(
            apart=0.0, beta_30=2.0 * model.beta_30, beta_60=1.2 * model.beta_60, detour=0.5 * model.detour
        )
        return Matcher(usual.graph, model=wide, table=usual.table)

    @cached_property
    def _of_sparse(self) -> Matcher:
        dense = self._of_every_fix
        return Matcher(dense.graph, model=dense.model._replace(turn_every=1.0), table=dense.table)

    @cached_property
    def outside_pieces(self) -> _Floats:
        """Straight pieces of the streets outside the area, in the graph's plane, (pieces, 4): x0, y0, x1, y1."""
        graph = self.matcher.graph
        return np.asarray(graph.arc_ends[graph.arc_forward & ~self.inside], np.float64)

    @classmethod
    def of(cls, zone: Zone) -> "ZoneMatcher | None":
        """Prepare the streets around a zone; None where its file holds none."""
        if not zone.streets:
            return None
        versions = (np.__version__, shapely.__version__, shapely.geos_version_string, pyproj.__version__)
        (lon, lat), (edges, pieces, *arcs), table, on = kept(
            "matcher", (zone.sha256, *versions), partial(_prepared, zone), packages=("zones",)
        )
        graph = RoadGraph(edges, pieces, LocalPlane(lon, lat), *arcs)
        return cls(Matcher(graph, model=Model(), table=table), on[graph.arc_source], on)

    def match(self, fixes: Fixes, rows: slice) -> Match:
        """Match a drive; the error of its fixes is what they say, else what the drive itself shows."""
        lon, lat, t_s = fixes.lon[rows], fixes.lat[rows], fixes.t_s[rows]
        x, y = self.matcher.graph.plane.xy(lon, lat)
        own = self.matcher.model.sigma
        usual = self.usual_error(fixes, rows)
        wider = lasting(t_s)
        found = self.matcher.match_xy(x, y, t_s, usual * wider)
        shown = error_shown(found)
        if shown <= 1.3 * own:
            return found
        return self.matcher.match_xy(x, y, t_s, np.maximum(usual, shown) * wider)

    def usual_error(self, fixes: Fixes, rows: slice) -> _Floats:
        """Return the error of fixes that is reckoned with before the streets show another: what they say, within reason."""
        said, own = fixes.accuracy_m[rows], self.matcher.model.sigma
        return np.asarray(np.where(said > 0, np.minimum(np.maximum(said, own), 100.0), own))


def _prepared(zone: Zone) -> tuple[Any, ...]:
    """Return what takes long to make of a zone's streets: the centre of their graph's plane, the graph, ways, what is in the area."""
    ahead(_POINT_S * int(shapely.get_num_coordinates([street.geometry for street in zone.streets]).sum()))
    segments, inside = zone_streets(zone)
    by_id = {segment.id: bool(here) for segment, here in zip(segments, inside, strict=True)}
    graph = RoadGraph.of_streets(segments, label=lambda segment: by_id[segment.id])
    on = np.array([by_id[segment.id] for segment in graph.segments], np.bool_)
    table = Matcher(graph, model=Model()).tabled(_TABLE_M).table
    # without the plane: PROJ makes it anew more quickly than from what it would keep
    arcs = (graph.arc_source, graph.arc_forward, graph.arc_along, graph.arc_ends, graph.segments)
    return (graph.plane.lon, graph.plane.lat), (graph.edges, graph.pieces, *arcs), table, on


def median(values: _Floats) -> float:
    """Return what `np.median` does of some numbers, which takes four times as long for few."""
    ordered = np.sort(values)
    half = len(ordered) // 2
    return float(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2.0)


def usual_interval(t_s: _Floats) -> float:
    """Return the usual seconds between fixes, at least 1; those for which an error lasts where there is but one."""
    return max(median(t_s[1:] - t_s[:-1]), 1.0) if len(t_s) > 1 else _LASTING_S


def lasting(t_s: _Floats) -> float:
    """Return by how much the error of single fixes is to be widened, for what they say to count once and not each time."""
    return float(max(1.0, (_LASTING_S / usual_interval(t_s)) ** 0.5))


def error_shown(match: Match) -> float:
    """Return the standard deviation of fixes across the streets that they were matched to, metres; 0 for none."""
    return median(match.off_m) / _HALF if len(match.off_m) else 0.0


@dataclass(frozen=True, slots=True)
class Run:
    """One stretch of a drive's likeliest path in the area.

    Attributes:
        entered_at: seconds since 1970-01-01 UTC.
        left_at: likewise.
        entry: lon, lat of where it came in, or began.
        exit: lon, lat of where it went out, or ended.
        from_outside: whether it came in rather than began there.
        to_outside: whether it went out rather than ended there.
        probability: that the drive was in the area at all from fix to fix around it.
        streets: as driven.
    """

    entered_at: float
    left_at: float
    entry: tuple[float, float]
    exit: tuple[float, float]
    from_outside: bool
    to_outside: bool
    probability: float
    streets: tuple[StreetDriven, ...]


def runs_inside(match: Match, ground: ZoneMatcher) -> list[Run]:
    """Return the stretches of a match in the area, in order; what only crosses a street between two of them joins them."""
    legs = match.unweighed_legs
    inside = ground.inside_segment[[leg.source for leg in legs]] if legs else ()
    ends: list[tuple[int, int]] = []
    for n in np.flatnonzero(inside).tolist():
        if ends and _joined(legs[ends[-1][1] : n + 1]):
            ends[-1] = ends[-1][0], n
        else:
            ends.append((n, n))
    return [_run(match, ground, first, last) for first, last in ends]


def _joined(legs: tuple[Leg, ...]) -> bool:
    between = sum(leg.length_m for leg in legs[1:-1])
    return legs[0].piece == legs[-1].piece and between < _CROSSING_M


def _run(match: Match, ground: ZoneMatcher, first: int, last: int) -> Run:
    legs = match.unweighed_legs
    streets = streets_driven(match, legs[first : last + 1])
    entered, left = legs[first].entered_at, legs[last].left_at
    return Run(
        entered_at=entered,
        left_at=left,
        entry=_end(streets[0].line, 0),
        exit=_end(streets[-1].line, -1),
        from_outside=first > 0 and legs[first - 1].piece == legs[first].piece,
        to_outside=last + 1 < len(legs) and legs[last + 1].piece == legs[last].piece,
        probability=probability_between(match, ground, entered, left),
        streets=streets,
    )


def _end(line: LineString, at: int) -> tuple[float, float]:
    lon, lat = shapely.get_coordinates(line)[at].tolist()
    return lon, lat


def probability_between(match: Match, ground: ZoneMatcher, since: float, until: float) -> float:
    """Return the probability that the drive was in the area between two instants, to the fixes around them."""
    after = int(np.searchsorted(match.t, until, side="left"))
    return match.probability(ground.inside, since=since, until=float(match.t[min(after, len(match.t) - 1)]))
