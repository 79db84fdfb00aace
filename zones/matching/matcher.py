"""Match a drive to streets: the way it took, how sure every part of it is, and where it is not known."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from zones.errors import InputError
from zones.matching.avoiding import avoiding
from zones.matching.calibration import calibrated
from zones.matching.candidates import MOST
from zones.matching.graph import Floats, Ints
from zones.matching.hmm import decoded, run
from zones.matching.model import Model
from zones.matching.path import Stretches, arcs_of, stretches_of
from zones.matching.posterior import Ways, entries, forward, ways_between
from zones.matching.routes import Prices, Scratch, Table, no_table, scratch_for, table_of
from zones.matching.streets import RoadGraph
from zones.matching.table_file import table_beside
from zones.matching.trellis import FIRST, SKIPPED, Trellis, Wide, thinned, trellis_for
from zones.text import Text

__all__ = ["Leg", "Match", "Matcher"]


@dataclass(frozen=True, slots=True)
class Leg:
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
        x, y, t: of these, metres in the graph's plane and seconds.
        trellis: their candidates.
        chosen: the candidate of each, or -1.
    """

    matcher: "Matcher"
    kept: Wide
    x: Floats
    y: Floats
    t: Floats
    trellis: Trellis
    chosen: Wide = field(repr=False)

    @property
    def graph(self) -> RoadGraph:
        """The streets."""
        return self.matcher.graph

    @cached_property
    def stretches(self) -> Stretches:
        """The likeliest way over edges from junction to junction."""
        m = self.matcher
        return stretches_of(m.graph.edges, m.table, m.model, m.work, self.trellis, self.chosen, self.x, self.y, self.t)

    @cached_property
    def arcs(self) -> Ints:
        """The arcs of the likeliest way in travel order, the first and the last one whole, as they were given."""
        s = self.stretches
        return self.graph.arc_source[arcs_of(self.graph.edges, s.edge, s.begin, s.end)]

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
    def _ways(self) -> Ways:
        m = self.matcher
        return ways_between(m.graph.edges, m.table, m.model, m.work, self.trellis, self.x, self.y, self.t)

    @cached_property
    def arc_p(self) -> Floats:
        """For each arc of the graph, in the order of `arc_source`, the probability that it was driven."""
        m = self.matcher
        found = entries(m.graph.edges, m.table, m.model, m.work, self.trellis, self._ways, self.x, self.y, self.t)
        p = np.empty(len(found))
        p[m.graph.edges.arc] = calibrated(found)
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
        m = self.matcher
        marked = np.concatenate([[0], np.cumsum(of[m.graph.edges.arc])]).astype(np.int64)
        low, high = np.searchsorted(self.t, [since, until], side="left")
        high = int(np.searchsorted(self.t, until, side="right"))
        edges = m.graph.edges
        blocked = np.add.reduceat(of[edges.arc].astype(np.int64), edges.arc_ptr[:-1]) > 0
        around = edges._replace(length=np.where(blocked, np.inf, edges.length))
        without, together, starts = avoiding(
            edges,
            m.table,
            m.model,
            m.work,
            self.trellis,
            self._ways,
            self.x,
            self.y,
            self.t,
            marked,
            around,
            int(low),
            high,
        )
        _, all_ = forward(self.trellis, self._ways, m.model.heat, together, np.ones_like(starts))
        _, left = forward(self.trellis, self._ways, m.model.heat, without, starts)
        return float(calibrated(np.array([1.0 - np.exp(min(0.0, left - all_))]))[0])

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """The likeliest way, segment by segment."""
        return tuple(self._legs())

    def _legs(self) -> Iterator[Leg]:
        graph, edges, s = self.graph, self.graph.edges, self.stretches
        for n in range(len(s.edge)):
            first, end = edges.arc_ptr[s.edge[n]], edges.arc_ptr[s.edge[n] + 1]
            arcs, starts = edges.arc[first:end], edges.arc_start[first:end]
            stops = np.append(starts[1:], edges.length[s.edge[n]])
            begin, stop = float(s.begin[n]), float(s.end[n])
            used = np.flatnonzero((starts < stop) & (stops > begin))
            pace = (s.left[n] - s.entered[n]) / max(stop - begin, 1e-9)
            # runs of one segment
            cuts = np.flatnonzero(np.diff(graph.arc_source[arcs[used]])) + 1
            for group in np.split(used, cuts) if len(used) else ():
                a, z = group[0], group[-1]
                low, high = max(begin, starts[a]), min(stop, stops[z])
                shift = graph.arc_along[arcs[a]] - starts[a]
                yield Leg(
                    source=int(graph.arc_source[arcs[a]]),
                    forward=bool(graph.arc_forward[arcs[a]]),
                    begin_m=float(low + shift),
                    end_m=float(high + shift),
                    entered_at=float(s.entered[n] + (low - begin) * pace),
                    left_at=float(s.entered[n] + (high - begin) * pace),
                    p=float(self.arc_p[arcs[group]].max()),
                    piece=int(s.piece[n]),
                )


class Matcher:
    """Matches drives to one street network.

    Attributes:
        graph: the streets.
        model: the numbers of the model.
        table: ways between edges, made before; ways that it lacks are searched.
        work: what searches write on: a matcher belongs to one thread.
    """

    def __init__(self, graph: RoadGraph, *, model: Model | None = None, table: Table | None = None) -> None:
        """Keep the streets; without a table, every way is searched."""
        self.graph = graph
        self.model = model or Model()
        self.table = table or no_table(graph.edges)
        self.work: Scratch = scratch_for(len(graph.edges.length), len(graph.edges.next_edge))

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
        lons, lats, ts = (np.atleast_1d(np.asarray(values, np.float64)) for values in (lon, lat, t))
        _check(lons, lats, ts)
        x, y = self.graph.plane.xy(lons, lats)
        said = np.full(len(x), np.nan) if accuracy_m is None else np.atleast_1d(np.asarray(accuracy_m, np.float64))
        if len(said) != len(x):
            raise InputError(Text("各列长度不同", "the columns differ in length"), field="accuracy_m")
        return self.match_xy(x, y, ts, sigma_of(self.model, said))

    def match_xy(self, x: Floats, y: Floats, t: Floats, sigma: Floats) -> Match:
        """Match a drive in the graph's plane; nothing is checked."""
        kept = thinned(x, y, t, self.model)
        # since the fix before, kept or not
        silent = np.diff(t, prepend=t[0])[kept]
        x, y, t, sigma = x[kept], y[kept], t[kept], sigma[kept]
        trellis = trellis_for(len(x), len(x) * MOST)
        graph = self.graph
        run(
            graph.edges,
            graph.pieces,
            self.table,
            self.model,
            self.work,
            trellis,
            x,
            y,
            t,
            sigma,
            silent,
            np.array([0, -1, 0]),
        )
        return Match(self, kept, x, y, t, trellis, decoded(trellis, len(x)))


# better than this no receiver in a truck is, whatever it says; worse, and it is nowhere
_LEAST_SIGMA_M, _MOST_SIGMA_M = 3.0, 100.0


def sigma_of(model: Model, accuracy_m: Floats) -> Floats:
    """Return the error to reckon with for each fix, metres: what the receiver says within reason, else the model's."""
    return np.where(accuracy_m > 0, np.clip(accuracy_m, _LEAST_SIGMA_M, _MOST_SIGMA_M), model.sigma)


def _check(lon: Floats, lat: Floats, t: Floats) -> None:
    if not len(lon):
        raise InputError(Text("没有定位点", "there are no fixes"), field="lon")
    for name, values in (("lat", lat), ("time", t)):
        if len(values) != len(lon):
            raise InputError(Text("各列长度不同", "the columns differ in length"), field=name)
    for name, values, most in (("lon", lon, 180.0), ("lat", lat, 90.0), ("time", t, np.inf)):
        bad = np.flatnonzero(~(np.abs(values) <= most) | ~np.isfinite(values))
        if len(bad):
            raise InputError(
                Text(
                    f"第 {bad[0] + 1} 个定位点：{values[bad[0]]} 不行",
                    f"fix {bad[0] + 1}: {values[bad[0]]} will not do",
                ),
                field=name,
            )
    back = np.flatnonzero(np.diff(t) < 0)
    if len(back):
        raise InputError(
            Text(
                f"第 {back[0] + 2} 个定位点的时间早于前一个",
                f"the time of fix {back[0] + 2} is before that of the one before",
            ),
            field="time",
        )
