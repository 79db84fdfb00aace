"""The map's geometry: a zone, its streets and their names, and passages, as SVG paths in metres, y downwards."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from zones.coords import MEAN_RADIUS_M
from zones.zone import Street, Zone

_METRES_A_DEGREE = math.radians(MEAN_RADIUS_M)
_MARGIN = 0.09
_FINE_M = 2.0
_NAMED_AT_MOST = 150
_STEEP_DEG = 55.0
_AWAY_M = 20.0
_ROADS = ("motorway", "trunk", "primary", "secondary")


@dataclass(frozen=True, slots=True)
class Shape:
    """Something drawn: its path, what it is called, its kind, and its width where it is a line."""

    d: str
    name: str = ""
    kind: str = ""
    width_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Label:
    """A street's name where it is written.

    Attributes:
        x: metres east.
        y: metres south.
        turn: degrees clockwise.
        upright: written from top to bottom, each character upright.
        side: -1 above or left of the point, 1 below or right of it, 0 on it.
        kind: boundary, carve_out, road or street; the gravest are written first.
    """

    text: str
    x: float
    y: float
    turn: float
    upright: bool
    side: int
    kind: str


class Drawing:
    """A zone on a flat sheet: equirectangular, east-west shortened by the cosine of the latitude."""

    def __init__(self, zone: Zone, *, centre: tuple[float, float] | None = None) -> None:
        """Centre the sheet on the zone, or on another place (WGS 84 lon, lat) where several zones share one sheet."""
        self.zone = zone
        west, south, east, north = zone.area.bounds
        self.centre = centre or ((west + east) / 2, (south + north) / 2)
        self._lon, self._lat = self.centre
        self._shrink = math.cos(math.radians(self._lat))

    def on_sheet(self, geometry: BaseGeometry) -> BaseGeometry:
        """Project a geometry from WGS 84 degrees to metres east and south of the zone's middle."""
        return shapely.transform(geometry, self.sheet_xy)

    def all_on_sheet(self, geometries: Sequence[BaseGeometry]) -> list[BaseGeometry]:
        """Project many at once."""
        drawn: list[BaseGeometry] = []
        if len(geometries):
            drawn = shapely.transform(np.array(geometries, dtype=object), self.sheet_xy).tolist()
        return drawn

    def sheet_xy(self, lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Project positions, WGS 84 degrees, shape (n, 2)."""
        x = (lonlat[:, 0] - self._lon) * self._shrink * _METRES_A_DEGREE
        return np.column_stack([x, (self._lat - lonlat[:, 1]) * _METRES_A_DEGREE])

    @cached_property
    def view(self) -> tuple[float, float, float, float]:
        """The first view: left, top, width and height in metres."""
        west, north, east, south = shapely.union_all([self._area, *self._boundary]).bounds
        margin = _MARGIN * max(east - west, south - north)
        box = (west - margin, north - margin, east - west + 2 * margin, south - north + 2 * margin)
        left, top, width, height = (round(value, 1) for value in box)
        return left, top, width, height

    @cached_property
    def _area(self) -> BaseGeometry:
        return self.on_sheet(self.zone.area)

    @cached_property
    def _boundary(self) -> list[BaseGeometry]:
        return self.all_on_sheet([road.geometry for road in self.zone.boundary_roads])

    @cached_property
    def _streets(self) -> list[tuple[Street, BaseGeometry]]:
        drawn = self.all_on_sheet([street.geometry for street in self.zone.streets])
        return list(zip(self.zone.streets, drawn, strict=True))

    def area(self) -> Shape:
        """Return what is banned."""
        return Shape(path(self._area), kind="area")

    def boundary_roads(self) -> list[Shape]:
        """Return the boundary roads from kerb to kerb; the kind says whether they belong to the zone."""
        roads = zip(self.zone.boundary_roads, self._boundary, strict=True)
        return [Shape(path(drawn), road.name, road.boundary) for road, drawn in roads]

    def carve_outs(self) -> list[Shape]:
        """Return the stretches inside that stay open."""
        return [Shape(path(self.on_sheet(part.geometry)), part.name, "carve_out") for part in self.zone.carve_outs]

    def streets(self) -> list[Shape]:
        """Return the streets, those of one width and place together, the narrow ones first."""
        return self._street_shapes

    @cached_property
    def _street_shapes(self) -> list[Shape]:
        together: dict[tuple[float, str], list[BaseGeometry]] = {}
        for street, line in self._streets:
            kind = "inside" if street.place in ("inside", "crosses", "carve_out") else "outside"
            together.setdefault((round(2 * street.half_width_m, 1), kind), []).append(line)
        return [Shape(path(*lines), kind=kind, width_m=width) for (width, kind), lines in sorted(together.items())]

    def labels(self) -> list[Label]:
        """Return the names of the roads, in the order in which they are to be written."""
        found = [*self._edge_labels(), *self._carve_out_labels()]
        by_name: dict[str, list[tuple[Street, BaseGeometry]]] = {}
        edges = {road.name for road in self.zone.boundary_roads}
        for street, line in self._streets:
            if street.name and street.name not in edges and street.place != "carve_out":
                by_name.setdefault(street.name, []).append((street, line))
        named = sorted(by_name.items(), key=lambda item: -sum(line.length for _, line in item[1]))[:_NAMED_AT_MOST]
        for name, pieces in named:
            within = [line for street, line in pieces if street.place in ("inside", "crosses")]
            big = any(street.highway in _ROADS for street, _ in pieces)
            found.append(self._label(name, within or [line for _, line in pieces], "road" if big else "street"))
        order = ("boundary", "carve_out", "road", "street")
        return sorted(found, key=lambda label: order.index(label.kind))

    def _edge_labels(self) -> Iterable[Label]:
        for road, drawn in zip(self.zone.boundary_roads, self._boundary, strict=True):
            lines = [
                line for street, line in self._streets if street.name == road.name and street.place == "boundary_road"
            ]
            yield self._label(road.name, lines or [shapely.boundary(drawn)], "boundary", aside=True)

    def _carve_out_labels(self) -> Iterable[Label]:
        for part in self.zone.carve_outs:
            lines = [line for street, line in self._streets if street.name == part.name and street.place == "carve_out"]
            yield self._label(part.name, lines or [shapely.boundary(self.on_sheet(part.geometry))], "carve_out")

    def _label(self, name: str, lines: Sequence[BaseGeometry], kind: str, *, aside: bool = False) -> Label:
        """Place a name in the middle of the longest of some lines; `aside`: next to it, away from the zone."""
        merged = shapely.line_merge(shapely.union_all(list(lines)))
        line = max(shapely.get_parts(merged), key=lambda part: float(part.length))
        middle, reach = line.length / 2, min(line.length / 2, 80.0)
        a, at, b = (line.interpolate(middle + step) for step in (-reach, 0.0, reach))
        turn = (math.degrees(math.atan2(b.y - a.y, b.x - a.x)) + 90) % 180 - 90
        upright = abs(turn) > _STEEP_DEG and not name.isascii()
        if upright:
            turn -= math.copysign(90, turn)
        x, y, side = at.x, at.y, 0
        if aside:
            ahead = math.radians(turn)
            # to the right of an upright name, below one that is written from left to right
            across = (math.cos(ahead), math.sin(ahead)) if upright else (-math.sin(ahead), math.cos(ahead))
            heart = self._area.centroid
            side = 1 if (x - heart.x) * across[0] + (y - heart.y) * across[1] > 0 else -1
            x, y = x + side * _AWAY_M * across[0], y + side * _AWAY_M * across[1]
        return Label(name, round(x, 1), round(y, 1), round(turn, 1), upright, side, kind)

    def passages(self, lines: Sequence[BaseGeometry]) -> list[str]:
        """Return the paths of passages, without the points that no eye would miss."""
        if not len(lines):
            return []
        return line_paths(simplified(self.all_on_sheet(lines), _FINE_M))


def simplified(geometries: Sequence[BaseGeometry], fine_m: float) -> list[BaseGeometry]:
    """Return geometries in metres without the points that lie so near to the line without them."""
    found: list[BaseGeometry] = shapely.simplify(np.array(geometries, dtype=object), fine_m).tolist()
    return found


def path(*geometries: BaseGeometry) -> str:
    """Return the SVG path of lines or polygons, in whole metres, each point relative to the one before."""
    return "".join(_run(ring) for geometry in geometries for ring in _rings(geometry))


def _rings(geometry: BaseGeometry) -> Iterable[npt.NDArray[np.float64]]:
    if geometry.geom_type == "LineString":
        yield shapely.get_coordinates(geometry)
        return
    for part in shapely.get_parts(geometry):
        rings = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        for ring in rings:
            yield shapely.get_coordinates(ring)


def line_paths(lines: Sequence[BaseGeometry]) -> list[str]:
    """Return the path of each of some lines as `path` does, their points asked for all at once."""
    points, of = shapely.get_coordinates(np.array(lines, dtype=object), return_index=True)
    whole = np.rint(points).astype(np.int64)
    steps, begins = np.diff(whole, axis=0).tolist(), whole.tolist()
    bounds = np.searchsorted(of, np.arange(len(lines) + 1)).tolist()
    closed = (points[bounds[:-1]] == points[np.array(bounds[1:]) - 1]).all(axis=1).tolist()
    return [
        _written(begins[first], steps[first : end - 1 - ring], closed=ring)
        for first, end, ring in (
            (first, end, round_ and end - first > 2)  # noqa: PLR2004 - a ring has three corners
            for (first, end), round_ in zip(pairwise(bounds), closed, strict=True)
        )
    ]


def _run(points: npt.NDArray[np.float64]) -> str:
    whole = np.rint(points).astype(np.int64)
    closed = len(whole) > 2 and bool((points[0] == points[-1]).all())  # noqa: PLR2004 - a ring has three corners
    steps = np.diff(whole[:-1] if closed else whole, axis=0)
    return _written(whole[0].tolist(), steps.tolist(), closed=closed)


def _written(begin: Sequence[int], steps: Iterable[Sequence[int]], *, closed: bool) -> str:
    moves = " ".join(f"{dx} {dy}" for dx, dy in steps)
    return f"M{begin[0]} {begin[1]}l{moves or '0 0'}{'z' if closed else ''}"
