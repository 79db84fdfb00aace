"""From a street network to the graph that drives are matched on: access and bans do not count, one-way streets do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import shapely

from zones.coords import LocalPlane
from zones.errors import InputError
from zones.matching.graph import Edges, Floats, Ints, arc_at, arcs_at, edges_of
from zones.matching.grid import Pieces, pieces_of
from zones.network import Segment
from zones.text import Text

# positions within a centimetre are one junction: the grid of a zone's file
_NODE_DEG = 1e-7
REACH_M = 100.0


@dataclass(frozen=True, eq=False)
class RoadGraph:
    """Streets, ready for matching.

    Attributes:
        edges: from junction to junction.
        pieces: where they are.
        plane: in which metres are measured.
        arc_source: for each arc, the segment (of `segments`) or the arc (as given) it is a piece of.
        arc_forward: whether it runs along its segment's line, or back.
        arc_along: metres from the segment's start, in the arc's direction, to the arc's start.
        arc_ends: (arcs, 4) x0, y0, x1, y1 in the plane.
        segments: empty where the graph was made of arcs.
    """

    edges: Edges
    pieces: Pieces
    plane: LocalPlane
    arc_source: Ints
    arc_forward: npt.NDArray[np.bool_]
    arc_along: Floats
    arc_ends: Floats
    segments: tuple[Segment, ...] = ()

    def arc_at(self, edge: int, offset: float) -> tuple[int, float]:
        """Return the arc that an offset along an edge lies on, and what to add to get metres along its segment."""
        at = arc_at(self.edges, edge, offset)
        arc = int(self.edges.arc[at])
        return arc, float(self.arc_along[arc] - self.edges.arc_start[at])

    @cached_property
    def edge_lists(self) -> tuple[list[int], list[int], list[float], list[float]]:
        """The edges' first arcs, arcs, where these begin and the edges' lengths, for reading one by one."""
        edges = self.edges
        return edges.arc_ptr.tolist(), edges.arc.tolist(), edges.arc_start.tolist(), edges.length.tolist()

    def segment_corners(self, source: int, *, forward: bool) -> tuple[list[float], list[float], list[float]]:
        """Return the corners of a segment's line in the plane, along it or back: x, y and how many metres on each is."""
        known = self._corners.get((source, forward))
        if known is None:
            self.learn_corners([source])
            known = self._corners[source, forward]
        return known

    def learn_corners(self, sources: Iterable[int]) -> None:
        """Make ready what `segment_corners` says of some segments; PROJ is asked but once for all of them."""
        some = [source for source in dict.fromkeys(sources) if (source, True) not in self._corners]
        if not some:
            return
        lonlat, of = shapely.get_coordinates([self.segments[source].line for source in some], return_index=True)
        points = np.column_stack(self.plane.xy(lonlat[:, 0], lonlat[:, 1]))
        for source, corners in zip(some, np.split(points, np.searchsorted(of, range(1, len(some)))), strict=True):
            along = np.append(0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T)))
            for forward in (True, False):
                if not forward:
                    corners, along = corners[::-1], along[-1] - along[::-1]  # noqa: PLW2901
                self._corners[source, forward] = corners[:, 0].tolist(), corners[:, 1].tolist(), along.tolist()

    @cached_property
    def _corners(self) -> dict[tuple[int, bool], tuple[list[float], list[float], list[float]]]:
        """What `segment_corners` was asked for."""
        return {}

    def positions(self, edge: Ints, offset: Floats) -> tuple[Floats, Floats]:
        """Return where offsets along edges are, metres in the plane."""
        arcs = np.empty(len(edge), np.int32)
        arcs_at(self.edges, np.asarray(edge, np.int32), np.asarray(offset, np.float64), arcs)
        along = offset - self.edges.arc_start[arcs]
        x0, y0, wide, high, length = self._arc_lines[:, self.edges.arc[arcs]]
        return x0 + wide * along / length, y0 + high * along / length

    @cached_property
    def _arc_lines(self) -> Floats:
        """Of each arc where it begins, how far east and north it leads, and its length, metres, shape (5, arcs)."""
        x0, y0, x1, y1 = self.arc_ends.T
        return np.stack([x0, y0, x1 - x0, y1 - y0, np.maximum(np.hypot(x1 - x0, y1 - y0), 1e-9)])

    @classmethod
    def of_arcs(cls, lon: Floats, lat: Floats, start: Ints, end: Ints, *, reach_m: float = REACH_M) -> Self:
        """Make a graph of straight arcs between nodes.

        Args:
            lon: of the nodes, degrees, WGS 84.
            lat: of the nodes.
            start: the node each arc begins at.
            end: the node it ends at; of arcs with the same ends the first one counts.
            reach_m: how far from a position streets are looked for.

        Raises:
            InputError: there are no arcs, a node has no position, or an arc ends at a node that is not there.
        """
        lon, lat = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
        start, end = np.asarray(start, np.int32), np.asarray(end, np.int32)
        _check(lon, lat, start, end)
        plane = LocalPlane(round(float(lon.min() + lon.max()) / 2, 2), round(float(lat.min() + lat.max()) / 2, 2))
        x, y = plane.xy(lon, lat)
        key = start.astype(np.int64) * len(lon) + end
        first = np.sort(np.unique(key, return_index=True)[1]).astype(np.int32)
        start, end = start[first], end[first]
        edges = edges_of(x, y, start, end)
        pieces = pieces_of(x, y, start, end, edges, reach_m=reach_m)
        return cls(
            edges, pieces, plane, first, np.ones(len(first), np.bool_), np.zeros(len(first)), _ends(x, y, start, end)
        )

    @classmethod
    def of_streets(
        cls,
        segments: Sequence[Segment],
        *,
        plane: LocalPlane | None = None,
        label: Callable[[Segment], object] | None = None,
        reach_m: float = REACH_M,
    ) -> Self:
        """Make a graph of the segments that motor vehicles use; segments meet where their ends do.

        Args:
            segments: in WGS 84.
            plane: in which metres are measured; around the segments if None.
            label: segments of different labels or names stay apart as edges, also where no other street meets them.
            reach_m: how far from a position streets are looked for.

        Raises:
            InputError: none of the segments is a street.
        """
        driven = tuple(s for s in segments if s.driven and not s.line.is_empty)
        if not driven:
            raise InputError(Text("没有可行车的道路", "there are no streets that vehicles use"), field="streets")
        plane = plane or LocalPlane.around(*(s.line for s in driven))
        lon, lat, start, end, source, forward = _arcs(driven)
        x, y = plane.xy(lon, lat)
        length = np.hypot(x[end] - x[start], y[end] - y[start])
        names: dict[tuple[str | None, object], int] = {}
        label = label or (lambda _: None)
        labels = np.array([names.setdefault((s.name, label(s)), len(names)) for s in driven], np.int32)[source]
        key = start.astype(np.int64) * len(x) + end
        first = np.sort(np.unique(key, return_index=True)[1])
        edges = edges_of(x, y, start[first], end[first], labels[first])
        pieces = pieces_of(x, y, start[first], end[first], edges, reach_m=reach_m)
        along = _along(length, source, forward)
        return cls(
            edges,
            pieces,
            plane,
            source[first],
            forward[first],
            along[first],
            _ends(x, y, start[first], end[first]),
            driven,
        )


def _ends(x: Floats, y: Floats, start: Ints, end: Ints) -> Floats:
    return np.column_stack([x[start], y[start], x[end], y[end]])


def _check(lon: Floats, lat: Floats, start: Ints, end: Ints) -> None:
    if not len(start):
        raise InputError(Text("路网里没有弧", "the network has no arcs"), field="arcs")
    if lon.shape != lat.shape or not ((abs(lon) <= 180).all() and (abs(lat) <= 90).all()):  # noqa: PLR2004 - degrees
        raise InputError(Text("有的节点没有位置", "a node has no position"), field="nodes")
    if len(start) != len(end) or min(start.min(), end.min()) < 0 or max(start.max(), end.max()) >= len(lon):
        raise InputError(Text("弧的端点不在节点里", "an arc ends at a node that is not there"), field="arcs")


def _arcs(
    segments: Sequence[Segment],
) -> tuple[Floats, Floats, Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    """Return (lon, lat) of nodes and (start, end, segment, forward) of arcs: one a straight piece and direction."""
    points, owner = shapely.get_coordinates([s.line for s in segments], return_index=True)
    last = np.append(owner[1:] != owner[:-1], True)
    first = np.roll(last, 1)
    node = np.empty(len(points), np.int64)
    ends = first | last
    grid = np.round(points[ends] / _NODE_DEG).astype(np.int64)
    _, index, shared = np.unique(grid, axis=0, return_index=True, return_inverse=True)
    node[ends] = shared.ravel()
    node[~ends] = len(index) + np.arange(int((~ends).sum()))
    place = np.concatenate([points[ends][index], points[~ends]])
    begins = ~last
    start, end, source = node[begins], node[np.roll(begins, 1)], owner[begins]
    two_way = np.array([not s.oneway for s in segments], np.bool_)[source]
    return (
        place[:, 0],
        place[:, 1],
        np.concatenate([start, end[two_way]]).astype(np.int32),
        np.concatenate([end, start[two_way]]).astype(np.int32),
        np.concatenate([source, source[two_way]]).astype(np.int32),
        np.concatenate([np.ones(len(start), np.bool_), np.zeros(int(two_way.sum()), np.bool_)]),
    )


def _along(length: Floats, source: Ints, forward: npt.NDArray[np.bool_]) -> Floats:
    """Return the metres from the start of each segment to each of its arcs, in the arc's direction."""
    along = np.zeros(len(length))
    for way in (True, False):
        at = np.flatnonzero(forward == way)
        if not way:
            at = at[::-1]
        total = np.cumsum(length[at]) - length[at]
        new = np.append(True, source[at][1:] != source[at][:-1])
        base = np.maximum.accumulate(np.where(new, np.arange(len(at)), 0)) if len(at) else np.empty(0, np.int64)
        along[at] = total - total[base]
    return along
