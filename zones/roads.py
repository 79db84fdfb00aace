"""A named road in the plane: its carriageways, what lies between them, its surface.

All geometry here is in metres of a LocalPlane. A dual carriageway is any pair of lines of one name that run side by
side; which way they are drawn, cut or ordered makes no difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from zones.coords import LocalPlane
from zones.network import Segment
from zones.widths import width_of

# lines that miss each other by less than 1 m count as touching: each is half a metre thick
TOUCH_M = 0.5
# carriageways of one name further apart than this are taken as two roads
_PAIR_MAX_M = 60.0
_PAIR_STEP_M = 10.0
STRIP_REACH_M = _PAIR_MAX_M + 20.0
"""What lies between carriageways, and what its shape there hangs on, is nearer to one of them than this."""
# within about 37 degrees of parallel
_PARALLEL_COS = 0.8
_MIN_PIECE_M = 0.01


@dataclass(frozen=True, eq=False)
class Carriageway:
    """One line of a road with half its width in metres."""

    line: BaseGeometry
    half_width_m: float


@dataclass(frozen=True, eq=False)
class Road:
    """All carriageways of one name.

    Attributes:
        name: as the notice words it.
        carriageways: their centre lines and half widths.
    """

    name: str
    carriageways: tuple[Carriageway, ...]

    @classmethod
    def of(cls, name: str, segments: Iterable[Segment], plane: LocalPlane) -> Self:
        """Collect segments as one road."""
        return cls(name, carriageways_of(list(segments), plane))

    @cached_property
    def lines(self) -> BaseGeometry:
        """Centre lines, noded, merged and in canonical order, whatever way they were drawn."""
        union = shapely.union_all([c.line for c in self.carriageways], grid_size=0.001)
        return shapely.normalize(shapely.line_merge(union))

    @cached_property
    def _samples(self) -> "_Samples":
        return _sample(line_parts(self.lines))

    @cached_property
    def _strips(self) -> tuple[BaseGeometry, float]:
        return _strips(self._samples, np.ones(len(self._samples.xy) // 2, np.bool_))

    def between(self, points: npt.NDArray[np.object_], *, few: bool) -> npt.NDArray[np.bool_]:
        """Return which points lie on the strips; where few are ever asked for, only the strips near them are made."""
        if not few:
            shapely.prepare(self.strips)
            return np.asarray(shapely.intersects(self.strips, points), np.bool_)
        near = np.zeros(len(self._samples.xy) // 2, np.bool_)
        near[self._samples.tree.query(points, predicate="dwithin", distance=STRIP_REACH_M)[1]] = True
        return np.asarray(shapely.intersects(_strips(self._samples, near)[0], points), np.bool_)

    @property
    def strips(self) -> BaseGeometry:
        """What lies between carriageways that run side by side; empty for a single carriageway."""
        return self._strips[0]

    @property
    def spacing_m(self) -> float:
        """The largest usual distance (95th percentile) between outer carriageways; 0 for a single one."""
        return self._strips[1]

    @cached_property
    def body(self) -> BaseGeometry:
        """Centre lines half a metre thick, and the strips between them."""
        return shapely.union_all([shapely.buffer(self.lines, TOUCH_M, quad_segs=4), self.strips])

    @property
    def half_width_m(self) -> float:
        """The widest carriageway's half width."""
        return max(c.half_width_m for c in self.carriageways)

    @property
    def reach_m(self) -> float:
        """From the middle of the road to its outer kerb, at most."""
        return self.spacing_m / 2 + self.half_width_m

    @cached_property
    def surface(self) -> BaseGeometry:
        """The road from kerb to kerb, with what lies between its carriageways."""
        by_width: dict[float, list[BaseGeometry]] = {}
        for carriageway in self.carriageways:
            by_width.setdefault(carriageway.half_width_m, []).append(carriageway.line)
        kerbs = [shapely.buffer(shapely.line_merge(shapely.union_all(v)), w) for w, v in by_width.items()]
        return shapely.union_all([*kerbs, self.strips])

    def with_line(self, line: BaseGeometry, half_width_m: float | None = None) -> "Road":
        """Return the road with one more line (a bridged gap), as wide as its narrowest carriageway unless said."""
        half = min(c.half_width_m for c in self.carriageways) if half_width_m is None else half_width_m
        return Road(self.name, (*self.carriageways, Carriageway(line, half)))

    def within(self, region: BaseGeometry) -> "Road":
        """Return the part of the road in a region."""
        clipped = (replace(c, line=shapely.intersection(c.line, region)) for c in self.carriageways)
        return Road(self.name, tuple(c for c in clipped if c.line.length > _MIN_PIECE_M))


def carriageways_of(segments: Sequence[Segment], plane: LocalPlane) -> tuple[Carriageway, ...]:
    """Project segments, all at once: one by one takes ten times as long."""
    degrees = np.array([segment.line for segment in segments], dtype=object)
    lines = shapely.transform(degrees, lambda c: np.column_stack(plane.xy(c[:, 0], c[:, 1])))
    return tuple(Carriageway(x, width_of(s).width_m / 2) for x, s in zip(lines.tolist(), segments, strict=True))


def line_parts(lines: BaseGeometry) -> list[LineString]:
    """Return the single lines of a geometry that holds lines."""
    return [part for part in shapely.get_parts(lines) if isinstance(part, LineString)]


def lines_through(points: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    """Return an array of n lines through points of shape (n, points a line, 2)."""
    return np.asarray(shapely.linestrings(points), dtype=object)


def polygon_parts(geometry: BaseGeometry) -> list[Polygon]:
    """Return the polygons of a geometry, nested collections included."""
    flat = shapely.get_parts(shapely.get_parts(geometry))
    return [part for part in flat if isinstance(part, Polygon) and not part.is_empty]


@dataclass(frozen=True, eq=False)
class _Samples:
    """Points along lines: `xy` (n, 2), unit tangents `along` (n, 2), and the line each is on."""

    xy: npt.NDArray[np.float64]
    along: npt.NDArray[np.float64]
    line: npt.NDArray[np.intp]

    @cached_property
    def pieces(self) -> npt.NDArray[np.object_]:
        """The straight pieces that the points are the ends of, (n / 2,)."""
        return lines_through(self.xy.reshape(-1, 2, 2))

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The pieces, to be found by where they are."""
        return shapely.STRtree(self.pieces)


def _sample(lines: list[LineString]) -> _Samples:
    """Return both ends of every straight piece of at most 10 m, in order along each line."""
    xy, along, owner = [], [], []
    for number, line in enumerate(lines):
        points = shapely.get_coordinates(shapely.segmentize(line, _PAIR_STEP_M))
        step = np.diff(points, axis=0)
        length = np.hypot(*step.T)
        keep = length > _MIN_PIECE_M
        start, end, unit = points[:-1][keep], points[1:][keep], (step[keep].T / length[keep]).T
        xy.append(np.stack([start, end], axis=1).reshape(-1, 2))
        along.append(np.repeat(unit, 2, axis=0))
        owner.append(np.full(2 * len(unit), number))
    return _Samples(np.concatenate(xy), np.concatenate(along), np.concatenate(owner))


def _opposite(samples: _Samples, side: float, asked: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return how far across to `side` (+1 left, -1 right) the outermost parallel line lies; NaN where there is none.

    Args:
        samples: of all lines.
        side: which.
        asked: which of the samples; for the others it is NaN.
    """
    xy, along = samples.xy[asked], samples.along[asked]
    across = side * np.column_stack([-along[:, 1], along[:, 0]])
    starts = xy + across * (2 * TOUCH_M)
    rays = lines_through(np.stack([starts, xy + across * _PAIR_MAX_M], axis=1))
    found = np.full(len(samples.xy), np.nan)
    ray, piece = samples.tree.query(rays, predicate="intersects")
    parallel = np.abs(np.sum(along[ray] * samples.along[2 * piece], axis=1)) > _PARALLEL_COS
    ray, piece = ray[parallel], piece[parallel]
    hits = np.asarray(shapely.intersection(rays[ray], samples.pieces[piece]), dtype=object)
    is_point = shapely.get_type_id(hits) == shapely.GeometryType.POINT
    ray, hits = ray[is_point], hits[is_point]
    distance = np.hypot(shapely.get_x(hits) - xy[ray, 0], shapely.get_y(hits) - xy[ray, 1])
    np.fmax.at(found, asked[ray], distance)
    return found


def _strips(samples: _Samples, some: npt.NDArray[np.bool_]) -> tuple[BaseGeometry, float]:
    """Return what lies between some of the pieces and what runs beside them, and how far apart they usually are."""
    quads: list[BaseGeometry] = []
    spacings: list[npt.NDArray[np.float64]] = []
    asked = np.flatnonzero(np.repeat(some, 2))
    for side in (1.0, -1.0):
        distance = _opposite(samples, side, asked)
        across = side * np.column_stack([-samples.along[:, 1], samples.along[:, 0]])
        far = samples.xy + across * distance[:, None]
        first, second = slice(0, None, 2), slice(1, None, 2)
        corners = np.stack([samples.xy[first], samples.xy[second], far[second], far[first]], axis=1)
        whole = ~np.isnan(corners).any(axis=(1, 2))
        quads += np.asarray(shapely.polygons(corners[whole]), dtype=object).tolist()
        spacings.append(distance[~np.isnan(distance)])
    if not quads:
        return Polygon(), 0.0
    strips = shapely.union_all(shapely.make_valid(np.array(quads, dtype=object)))
    # seal the hairline wedges between neighbouring quads of a bend
    sealed = shapely.buffer(shapely.buffer(strips, 1.0, join_style="mitre"), -1.0, join_style="mitre")
    return sealed, float(np.percentile(np.concatenate(spacings), 95))
