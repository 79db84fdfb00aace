"""The path of a drive through the streets: where it lay in the area, and how sure that is.

Between two fixes half a kilometre may lie: a corner cut has no fix inside, and a drive along the kerb of a boundary road has many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from truckban.kept import kept
from truckban.traces.fixes import Fixes
from zones.coords import LocalPlane
from zones.matching.compiled import ahead
from zones.matching.cutting import zone_streets
from zones.matching.matcher import BEGIN, END, ENTERED_AT, LEFT_AT, PIECE, SOURCE, Match, Matcher, all_off_m
from zones.matching.model import Model
from zones.matching.streets import RoadGraph
from zones.matching.words import StreetDriven, all_streets_driven
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
HALF = 0.6745
# of so many fixes of a drive, two that lie where the truck was parked are a quarter
_FEW = 8
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
    def pieces(self) -> _Floats:
        """Straight pieces of all streets, in the graph's plane, (pieces, 4): x0, y0, x1, y1; the order is that of `lines`."""
        graph = self.matcher.graph
        return np.asarray(graph.arc_ends[graph.arc_forward], np.float64)

    @cached_property
    def bounds(self) -> tuple[_Floats, _Floats, _Floats, _Floats]:
        """West, south, east and north of each of these, metres, shape (pieces,) each."""
        return _bounds(self.pieces)

    @cached_property
    def outside_pieces(self) -> _Floats:
        """Those of them outside the area."""
        return self.pieces[~self.inside[self.matcher.graph.arc_forward]]

    @cached_property
    def outside_bounds(self) -> tuple[_Floats, _Floats, _Floats, _Floats]:
        """West, south, east and north of each of these, metres, shape (pieces,) each."""
        return _bounds(self.outside_pieces)

    @cached_property
    def lines(self) -> shapely.STRtree:
        """The straight pieces of all streets, in the graph's plane."""
        return shapely.STRtree(np.asarray(shapely.linestrings(self.pieces.reshape(-1, 2, 2)), dtype=object))

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
        x, y = self.matcher.graph.plane.xy(fixes.lon[rows], fixes.lat[rows])
        t_s = fixes.t_s[rows]
        return self.matched(x, y, t_s, self.usual_error(fixes, rows), lasting(t_s))[0]

    def matched(self, x: _Floats, y: _Floats, t_s: _Floats, usual: _Floats, wider: float) -> tuple[Match, float]:
        """Match a drive in the plane of the streets, see `match`; return it, and the error of its fixes that it shows.

        Args:
            x: metres east of its fixes.
            y: metres north.
            t_s: seconds.
            usual: of `usual_error`.
            wider: of `lasting`.
        """
        return self.all_matched([(x, y, t_s, usual, wider)])[0]

    def all_matched(
        self, drives: Sequence[tuple[_Floats, _Floats, _Floats, _Floats, float]]
    ) -> list[tuple[Match, float]]:
        """Match drives, at least one, each given by what `matched` is given; what they show of their errors is asked at once."""
        own = 1.3 * self.matcher.model.sigma
        matches = [self.matcher.match_xy(x, y, t_s, usual * wider) for x, y, t_s, usual, wider in drives]
        found = list(zip(matches, errors_shown(matches), strict=True))
        again = [n for n, (_, shown) in enumerate(found) if shown > own]
        if again:
            wider_errors = [(drives[n], found[n][1]) for n in again]
            matches = [
                self.matcher.match_xy(x, y, t_s, np.maximum(usual, shown) * wider)
                for (x, y, t_s, usual, wider), shown in wider_errors
            ]
            for n, one in zip(again, zip(matches, errors_shown(matches), strict=True), strict=True):
                found[n] = one
        return found

    def usual_error(self, fixes: Fixes, rows: slice | npt.NDArray[np.intp]) -> _Floats:
        """Return the error of fixes that is reckoned with before the streets show another: what they say, within reason."""
        said, own = fixes.accuracy_m[rows], self.matcher.model.sigma
        return np.asarray(np.where(said > 0, np.minimum(np.maximum(said, own), 100.0), own))


def _bounds(pieces: _Floats) -> tuple[_Floats, _Floats, _Floats, _Floats]:
    x0, y0, x1, y1 = pieces.T
    return np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)


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
    return lasting_at(usual_interval(t_s))


def lasting_at(every_s: float) -> float:
    """Return the same by the usual seconds between fixes."""
    return float(max(1.0, (_LASTING_S / every_s) ** 0.5))


def errors_shown(matches: Sequence[Match]) -> list[float]:
    """Return of each match the standard deviation of fixes across the streets that they were matched to, metres; 0 for none.

    A truck parks beside the street: in a drive of few fixes the first and the last say how far the yards are from it, and count only
    where the others show a greater error.
    """
    return [_half_off_m(off_m) / HALF for off_m in all_off_m(matches)]


def _half_off_m(off_m: _Floats) -> float:
    parts = (off_m, off_m[1:-1]) if len(off_m) <= _FEW else (off_m,)
    return min((median(part) for part in parts if len(part)), default=0.0)


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
        crossed: of each street outside the area that was crossed: when, until when, and how many metres.
    """

    entered_at: float
    left_at: float
    entry: tuple[float, float]
    exit: tuple[float, float]
    from_outside: bool
    to_outside: bool
    probability: float
    streets: tuple[StreetDriven, ...]
    crossed: tuple[tuple[float, float, float], ...] = ()


def runs_inside(matches: Sequence[Match], ground: ZoneMatcher) -> list[list[Run]]:
    """Return the stretches of each match in the area, in order; what only crosses a street between two of them joins them.

    Those of many matches are asked for together, since their lines are made at once.
    """
    parts = [(match, *ends) for match in matches for ends in _ends_inside(match, ground)]
    ways = all_streets_driven(ground.matcher.graph, [match.legs_between(first, last) for match, first, last in parts])
    outer = np.array([[streets[0].line, streets[-1].line] for streets in ways], dtype=object).reshape(-1, 2)
    entries, exits = (shapely.get_coordinates(shapely.get_point(outer[:, n], -n)).tolist() for n in (0, 1))
    found: dict[int, list[Run]] = {id(match): [] for match in matches}
    for part, streets, (lon, lat), (to_lon, to_lat) in zip(parts, ways, entries, exits, strict=True):
        found[id(part[0])].append(_run(ground, part, streets, (lon, lat), (to_lon, to_lat)))
    return [found[id(match)] for match in matches]


def _ends_inside(match: Match, ground: ZoneMatcher) -> list[tuple[int, int]]:
    """Return the first and the last leg of each stretch of a match in the area."""
    legs = match.leg_rows
    inside = ground.inside_segment[legs[:, SOURCE].astype(np.intp)]
    ends: list[tuple[int, int]] = []
    for n in np.flatnonzero(inside).tolist():
        if ends and _joined(legs[ends[-1][1] : n + 1]):
            ends[-1] = ends[-1][0], n
        else:
            ends.append((n, n))
    return ends


def _joined(legs: _Floats) -> bool:
    between = sum((legs[1:-1, END] - legs[1:-1, BEGIN]).tolist()) if len(legs) > 2 else 0.0  # noqa: PLR2004 - next to each other
    return bool(legs[0, PIECE] == legs[-1, PIECE] and between < _CROSSING_M)


def _run(
    ground: ZoneMatcher,
    part: tuple[Match, int, int],
    streets: tuple[StreetDriven, ...],
    entry: tuple[float, float],
    leaving: tuple[float, float],
) -> Run:
    match, first, last = part
    legs = match.leg_rows
    entered, left = float(legs[first, ENTERED_AT]), float(legs[last, LEFT_AT])
    return Run(
        entered_at=entered,
        left_at=left,
        entry=entry,
        exit=leaving,
        from_outside=bool(first > 0 and legs[first - 1, PIECE] == legs[first, PIECE]),
        to_outside=bool(last + 1 < len(legs) and legs[last + 1, PIECE] == legs[last, PIECE]),
        probability=probability_between(match, ground, entered, left),
        streets=streets,
        crossed=_crossed(legs[first : last + 1], ground) if last > first else (),
    )


def _crossed(legs: _Floats, ground: ZoneMatcher) -> tuple[tuple[float, float, float], ...]:
    outside = legs[~ground.inside_segment[legs[:, SOURCE].astype(np.intp)]]
    return tuple((leg[ENTERED_AT], leg[LEFT_AT], leg[END] - leg[BEGIN]) for leg in outside.tolist())


def probability_between(match: Match, ground: ZoneMatcher, since: float, until: float) -> float:
    """Return the probability that the drive was in the area between two instants, to the fixes around them."""
    after = int(np.searchsorted(match.t, until, side="left"))
    return match.probability(ground.inside, since=since, until=float(match.t[min(after, len(match.t) - 1)]))
