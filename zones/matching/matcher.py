"""Match a drive to streets: the way it took, how sure every part of it is, and where it is not known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from zones.errors import InputError
from zones.matching.avoiding import likelihoods
from zones.matching.calibration import calibrated, claimed
from zones.matching.drive import BACK_IN_TIME, FINE, NO_LON, driven, matched
from zones.matching.graph import Edges, Floats, Ints
from zones.matching.ground import Ground, Packed, packed
from zones.matching.lagged import candidates_p, on_arcs
from zones.matching.model import Model
from zones.matching.path import Stretches, legs_of, stretches_of
from zones.matching.plane import plane_numbers
from zones.matching.posterior import Ways, entries, ways_between
from zones.matching.routes import Prices, Table, no_table, scratch_for, table_of
from zones.matching.streets import RoadGraph
from zones.matching.table_file import table_beside
from zones.matching.trellis import FIRST, SKIPPED, Fixes, Trellis, Wide
from zones.matching.weighing import Weight, weighed
from zones.text import Text

__all__ = ["Leg", "Match", "Matcher"]

_NOTHING: Floats = np.empty(0)
SOURCE, FORWARD, BEGIN, END, ENTERED_AT, LEFT_AT, P, PIECE = range(8)
"""Columns of `Match.leg_rows`, by what a `Leg` has."""


class Leg(NamedTuple):
    """A stretch of one segment (or arc) in the order in which it was driven.

    Attributes:
        source: index of the segment in `RoadGraph.segments`, or of the arc as it was given.
        forward: whether along the segment's line, or back.
        begin_m: metres from the segment's start, in the direction of travel, to where it was entered.
        end_m: to where it was left.
        entered_at: seconds, on the clock of the fixes; even speed between fixes is assumed.
        left_at: seconds.
        p: probability that it was driven.
        piece: counts from 0; a new one begins where the drive was broken off.
    """

    source: int
    forward: bool
    begin_m: float
    end_m: float
    entered_at: float
    left_at: float
    p: float
    piece: int

    @property
    def length_m(self) -> float:
        """Metres driven."""
        return self.end_m - self.begin_m


@dataclass(frozen=True, eq=False)
class Match:
    """What is known of one drive.

    Attributes:
        graph: the streets.
        matcher: that made it.
        kept: the fixes that were used, as indices; the others are nearer to the one before than the noise.
        fixes: these.
        trellis: their candidates.
        chosen: the candidate of each, or -1.
        rows: the likeliest way, see `stretches`.
        arc_places: its arcs, as numbers in `RoadGraph.arc_source`.
    """

    matcher: "Matcher"
    kept: Wide
    fixes: Fixes
    trellis: Trellis
    chosen: Wide = field(repr=False)
    rows: Floats = field(repr=False)
    arc_places: Ints = field(repr=False)

    @property
    def graph(self) -> RoadGraph:
        """The streets."""
        return self.matcher.graph

    @property
    def x(self) -> Floats:
        """Metres east of the fixes that were used, in the graph's plane."""
        return self.fixes.x

    @property
    def y(self) -> Floats:
        """Metres north."""
        return self.fixes.y

    @property
    def t(self) -> Floats:
        """Seconds."""
        return self.fixes.t

    @cached_property
    def stretches(self) -> Stretches:
        """The likeliest way over edges from junction to junction."""
        return stretches_of(self.rows)

    @cached_property
    def arcs(self) -> Ints:
        """The arcs of the likeliest way in travel order, the first and the last one whole, as they were given."""
        return self.graph.arc_source[self.arc_places]

    @property
    def skipped(self) -> Wide:
        """The fixes (as indices) that no street is near to, or that no way leads to."""
        return np.asarray(self.kept[self.trellis.link == SKIPPED], np.int64)

    @property
    def breaks(self) -> list[tuple[int, int]]:
        """Where the drive was broken off: (the last fix before, the first one after), as indices."""
        used = np.flatnonzero(self.trellis.link != SKIPPED)
        begins = np.flatnonzero(self.trellis.link[used] == FIRST)
        return [(int(self.kept[used[k - 1]]), int(self.kept[used[k]])) for k in begins if k > 0]

    def positions(self) -> tuple[Floats, Floats]:
        """Return where on the streets the fixes that were not skipped are, metres in the graph's plane."""
        chosen = self.chosen[self.chosen >= 0]
        return self.graph.positions(self.trellis.edge[chosen], self.trellis.offset[chosen])

    @cached_property
    def off_m(self) -> Floats:
        """How far the fixes that were not skipped are from where on the streets they are, metres."""
        return all_off_m([self])[0]

    @cached_property
    def _ways(self) -> Ways:
        return ways_between(self.matcher.packed, self.trellis, self.fixes)

    @cached_property
    def arc_p(self) -> Floats:
        """For each arc of the graph, in the order of `arc_source`, the probability that it was driven."""
        found = entries(self.matcher.packed, self.trellis, self._ways, self.fixes)
        p = np.empty(len(found))
        p[self.graph.edges.arc] = calibrated(found)
        return p

    def probability(self, of: npt.NDArray[np.bool_], *, since: float = -np.inf, until: float = np.inf) -> float:
        """Return the probability that the drive used any of some arcs.

        Args:
            of: (arcs of the graph,) which ones, in the order of `arc_source`.
            since: only ways to fixes from this time on are asked, seconds.
            until: up to this one.

        Returns:
            0 to 1: what is left where all ways over them are closed (one minus the ratio of likelihoods), calibrated.
        """
        left, all_ = self._forwards(of, since, until)
        return claimed(1.0 - float(np.exp(min(0.0, left - all_))))

    def log_likelihoods(
        self, of: npt.NDArray[np.bool_], *, since: float = -np.inf, until: float = np.inf
    ) -> tuple[float, float]:
        """Return the log-likelihood of the fixes where some arcs are closed, and where all are open; see `probability`.

        Both are those of all ways together, over the model's heat; they can be compared with those of other fixes, if as many.
        """
        left, all_ = self._forwards(of, since, until)
        # what was taken off the ways to each fix, for these not to be too small to be written
        taken = float(self._ways.top[self.trellis.link >= 0].sum()) / self.matcher.model.heat
        return left + taken, all_ + taken

    def _forwards(self, of: npt.NDArray[np.bool_], since: float, until: float) -> tuple[float, float]:
        marked, around = self.matcher.closed(of)
        left, all_ = likelihoods(
            self.matcher.packed, self.trellis, self._ways, self.fixes, marked, around, float(since), float(until)
        )
        return left, all_

    @cached_property
    def _candidates_p(self) -> Floats:
        return candidates_p(self.trellis, self._ways, self.matcher.model.heat)

    @cached_property
    def fix_p(self) -> Floats:
        """For each fix that was used, the probability that it was on the road of its candidate, in that direction; NaN if it was skipped."""
        linked = self.chosen >= 0
        p = np.full(len(linked), np.nan)
        p[linked] = calibrated(self._candidates_p[self.chosen[linked]])
        return p

    def fix_probability(self, of: npt.NDArray[np.bool_]) -> Floats:
        """Return for each fix that was used the probability that it was on any of some arcs; NaN if it was skipped.

        That is where it was at its time; between two fixes a drive can use arcs that neither is on: see `probability`.

        Args:
            of: (arcs of the graph,) which ones, in the order of `arc_source`.
        """
        ptr = self.trellis.ptr
        on = on_arcs(self.graph, self.trellis, of, 0, int(ptr[-1]))
        upto = np.concatenate([[0.0], np.cumsum(np.where(on, self._candidates_p, 0.0))])
        return np.where(self.chosen >= 0, calibrated(upto[ptr[1:]] - upto[ptr[:-1]]), np.nan)

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """The likeliest way, segment by segment."""
        return _as_legs(self._leg_rows(self.arc_p))

    @cached_property
    def leg_rows(self) -> Floats:
        """The same as numbers, (n, 8), by `SOURCE` and so on; `p` is NaN: to find it takes longer than all else of a leg."""
        return self._leg_rows(_NOTHING)

    def legs_between(self, first: int, last: int) -> tuple[Leg, ...]:
        """Return some of `leg_rows` as legs, both ends included."""
        return _as_legs(self.leg_rows[first : last + 1])

    def _leg_rows(self, arc_p: Floats) -> Floats:
        graph = self.graph
        return legs_of(self.matcher.packed, graph.arc_source, graph.arc_forward, graph.arc_along, arc_p, self.rows)


def all_off_m(matches: Sequence[Match]) -> list[Floats]:
    """Return `off_m` of some matches on the same streets, at least one."""
    used = [match.chosen >= 0 for match in matches]
    chosen = [match.chosen[on] for match, on in zip(matches, used, strict=True)]
    edge = np.concatenate([match.trellis.edge[at] for match, at in zip(matches, chosen, strict=True)])
    offset = np.concatenate([match.trellis.offset[at] for match, at in zip(matches, chosen, strict=True)])
    x = np.concatenate([match.x[on] for match, on in zip(matches, used, strict=True)])
    y = np.concatenate([match.y[on] for match, on in zip(matches, used, strict=True)])
    on_x, on_y = matches[0].graph.positions(edge, offset)
    off_m = np.hypot(on_x - x, on_y - y)
    ends = list(accumulate(map(len, chosen), initial=0))
    return [off_m[begin:end] for begin, end in pairwise(ends)]


def _as_legs(rows: Floats) -> tuple[Leg, ...]:
    return tuple(
        Leg(int(source), forward > 0.0, begin, end, entered, left, p, int(piece))
        for source, forward, begin, end, entered, left, p, piece in rows.tolist()
    )


class Matcher:
    """Matches drives to one street network.

    Attributes:
        graph: the streets.
        model: the numbers of the model.
        table: ways between edges, made before; ways that it lacks are searched.
        packed: all of this for compiled loops, and what they write on: a matcher belongs to one thread.
        plane: the numbers of the graph's plane for `plane.project`.
    """

    def __init__(self, graph: RoadGraph, *, model: Model | None = None, table: Table | None = None) -> None:
        """Keep the streets; without a table, every way is searched."""
        self.graph = graph
        self.model = model or Model()
        self.table = table or no_table(graph.edges)
        work = scratch_for(len(graph.edges.length), len(graph.edges.next_edge), graph.pieces.crowd)
        self.packed: Packed = packed(Ground(graph.edges, graph.pieces, self.table, self.model, work))
        self.plane: Floats = plane_numbers(graph.plane)
        self._closed: tuple[npt.NDArray[np.bool_], Wide, Edges] | None = None

    def tabled(self, bound_m: float, *, beside: Path | None = None) -> "Matcher":
        """Return a matcher with a table of all ways up to `bound_m` metres: worth its time for many drives.

        Args:
            bound_m: of ways and the prices of their turns together.
            beside: a file that keeps it; it is read if it is of these very streets and prices, else written.
        """
        prices = Prices(self.model.turn, self.model.u_turn)
        if beside is not None:
            kept = table_beside(beside, self.graph.edges, bound_m=bound_m, prices=prices)
            return Matcher(self.graph, model=self.model, table=kept)
        return Matcher(self.graph, model=self.model, table=table_of(self.graph.edges, bound_m=bound_m, prices=prices))

    def match(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike, t: npt.ArrayLike, *, accuracy_m: npt.ArrayLike | None = None
    ) -> Match:
        """Match one drive.

        Args:
            lon: degrees, WGS 84, a value a fix.
            lat: degrees.
            t: seconds on any clock; equal times are allowed.
            accuracy_m: error of each fix (one sigma, one axis), where the receiver says so; NaN where it does not.

        Raises:
            InputError: no fixes, arrays of different lengths, a position or time that is no number, or time that runs
                backwards.
        """
        lons, lats, ts = (np.ascontiguousarray(values, np.float64).reshape(-1) for values in (lon, lat, t))
        said = _NOTHING if accuracy_m is None else np.ascontiguousarray(accuracy_m, np.float64).reshape(-1)
        if not len(lons):
            raise InputError(Text("没有定位点", "there are no fixes"), field="lon")
        for name, values in (("lat", lats), ("time", ts), ("accuracy_m", said)):
            if len(values) != len(lons) and values is not _NOTHING:
                raise InputError(Text("各列长度不同", "the columns differ in length"), field=name)
        fault, at, drive = driven(self.packed, self.plane, lons, lats, ts, said)
        if fault != FINE:
            raise _unusable(fault, at, (lons, lats, ts))
        return Match(self, *drive)

    def closed(self, of: npt.NDArray[np.bool_]) -> tuple[Wide, Edges]:
        """Return how many of some arcs there are up to each arc of the edges, and edges of which those with such an arc have no end.

        Args:
            of: (arcs of the graph,) which ones; the array that was asked for last is remembered, and must not be written to.
        """
        if self._closed is None or self._closed[0] is not of:
            edges = self.graph.edges
            marked = np.concatenate([[0], np.cumsum(of[edges.arc])]).astype(np.int64)
            blocked = np.add.reduceat(of[edges.arc].astype(np.int64), edges.arc_ptr[:-1]) > 0
            self._closed = of, marked, edges._replace(length=np.where(blocked, np.inf, edges.length))
        return self._closed[1:]

    def match_xy(self, x: Floats, y: Floats, t: Floats, sigma: Floats) -> Match:
        """Match a drive in the graph's plane; nothing is checked."""
        return Match(self, *matched(self.packed, x, y, t, sigma))

    def weighed_xy(
        self, x: Floats, y: Floats, t: Floats, sigma: Floats, of: npt.NDArray[np.bool_], *, since: float, until: float
    ) -> Weight:
        """Return what `match_xy` and `Match.log_likelihoods` say of a drive's fixes, in half the time: its way is not looked for."""
        marked, around = self.closed(of)
        without, together, taken, faults = weighed(
            self.packed, x, y, t, sigma, marked, around, float(since), float(until)
        )
        off = float(taken.sum()) / self.model.heat
        return Weight(without + off, together + off, int(faults))


def _unusable(fault: int, at: int, columns: tuple[Floats, Floats, Floats]) -> InputError:
    if fault == BACK_IN_TIME:
        return InputError(
            Text(f"第 {at + 1} 个定位点的时间早于前一个", f"the time of fix {at + 1} is before that of the one before"),
            field="time",
        )
    value = columns[fault - NO_LON][at]
    return InputError(
        Text(f"第 {at + 1} 个定位点：{value} 不行", f"fix {at + 1}: {value} will not do"),
        field=("lon", "lat", "time")[fault - NO_LON],
    )
