"""Places on the ground: sites of enterprises, and what is known to be none (depots, service areas), found near positions.

Whoever builds them has brought them to WGS 84: this package knows one system of coordinates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from enterprises.errors import EnterpriseError, Text
from enterprises.plane import metres_a_degree
from enterprises.stops import Floats, Index

RADIUS_M = 100.0
"""How far a site reaches from a point of which nobody said so: a yard with its gate."""
SITE = "site"


@dataclass(frozen=True, slots=True)
class Place:
    """One place.

    Attributes:
        id: unique among the places.
        owner: the enterprise's id; a place that is no enterprise's, such as a service area, has none.
        shape: Point or Polygon, WGS 84 degrees.
        radius_m: of a point, how far it reaches; of a polygon 0.
        kind: `site`, or the operator's word for what it is.
        radius_said: false where the radius is `RADIUS_M` because nobody said any.
    """

    id: str
    owner: str | None
    shape: BaseGeometry
    radius_m: float = 0.0
    kind: str = SITE
    radius_said: bool = True


@dataclass(frozen=True)
class Places:
    """Places, to be asked for many positions at once."""

    all: Sequence[Place]

    def __post_init__(self) -> None:
        """Refuse shapes with no inside.

        Raises:
            EnterpriseError: a border that crosses itself, a point without a radius, an empty shape.
        """
        for place in self.all:
            polygon = place.shape.geom_type in ("Polygon", "MultiPolygon")
            if place.shape.is_empty or not (polygon or place.shape.geom_type == "Point"):
                raise EnterpriseError(
                    Text(f"{place.id} 不是点或多边形", f"{place.id} is neither a point nor a polygon"), field="geometry"
                )
            if polygon and not place.shape.is_valid:
                raise EnterpriseError(
                    Text(
                        f"{place.id} 的边界自相交，分不清内外",
                        f"the border of {place.id} crosses itself: nobody knows what is inside",
                    ),
                    field="geometry",
                )
            if not polygon and not place.radius_m > 0:
                raise EnterpriseError(
                    Text(f"{place.id} 是点，要有半径", f"{place.id} is a point and needs a radius"), field="radius_m"
                )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.all)

    def margins(self, lon: Floats, lat: Floats, reach_m: float) -> tuple[Index, Index, Floats]:
        """Return which positions lie in a place or within `reach_m` of it.

        Args:
            lon: WGS 84 degrees, shape (n,).
            lat: likewise.
            reach_m: from the border outwards.

        Returns:
            Pairs: index of the position, index of the place, and how far inside its border the position lies in metres, less
            than 0 outside; in order of position, the deepest place first.
        """
        if not self.all or not len(lon):
            return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
        west, south, east, north = self._boxes.T
        a_degree_east, a_degree_north = metres_a_degree(np.maximum(np.abs(south), np.abs(north)))
        wide, high = (self._radius + reach_m) / a_degree_east, (self._radius + reach_m) / a_degree_north
        tree = shapely.STRtree(shapely.box(west - wide, south - high, east + wide, north + high))
        which, place = tree.query(shapely.points(lon, lat))
        x = (lon[which] - self._centre[place, 0]) * self._scale[place, 0]
        y = (lat[which] - self._centre[place, 1]) * self._scale[place, 1]
        margin = self._margin(x, y, place)
        near = margin >= -reach_m
        which, place, margin = which[near], place[near], margin[near]
        order = np.lexsort((place, -margin, which))
        return which[order], place[order], margin[order]

    def _margin(self, x: Floats, y: Floats, place: Index) -> Floats:
        margin = self._radius[place] - np.hypot(x, y)
        rows = np.flatnonzero(self._flat[place] != np.array(None))
        if len(rows):
            points = shapely.points(x[rows], y[rows])
            shapes, borders = self._flat[place[rows]], self._borders[place[rows]]
            off = shapely.distance(borders, points)
            margin[rows] = np.where(shapely.covers(shapes, points), off, -off)
        return margin

    @cached_property
    def _boxes(self) -> Floats:
        return shapely.bounds(np.array([place.shape for place in self.all], dtype=object))

    @cached_property
    def _radius(self) -> Floats:
        return np.array([place.radius_m if place.shape.geom_type == "Point" else 0.0 for place in self.all])

    @cached_property
    def _centre(self) -> Floats:
        return (self._boxes[:, :2] + self._boxes[:, 2:]) / 2

    @cached_property
    def _scale(self) -> Floats:
        return np.column_stack(metres_a_degree(self._centre[:, 1]))

    @cached_property
    def _flat(self) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
        """Polygons in the plane around their centre; None for points."""
        flat = np.empty(len(self.all), object)
        for n, place in enumerate(self.all):
            if place.shape.geom_type != "Point":
                flat[n] = shapely.transform(place.shape, partial(_flattened, self._centre[n], self._scale[n]))
                shapely.prepare(flat[n])
        return flat

    @cached_property
    def _borders(self) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
        borders = np.array([None if shape is None else shapely.boundary(shape) for shape in self._flat], object)
        shapely.prepare(borders)
        return borders


def _flattened(centre: Floats, scale: Floats, lonlat: Floats) -> Floats:
    return (lonlat - centre) * scale
