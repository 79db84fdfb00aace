"""Where positions are: in the area, on a boundary road, in a carve-out, on which street. Arrays in, arrays out."""

import copy
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from zones.coords import LocalPlane
from zones.errors import InputError
from zones.place_grid import CROSSED, Bounds, PlaceGrid
from zones.roads import STRIP_REACH_M, Carriageway, Road, lines_through
from zones.spec import Junction, Part
from zones.stretches import Stretches
from zones.zone import Street, Zone

# contract, section 1, question 11: a position is on the street whose centre line is nearest within 25 m
_ON_STREET_M = 25.0
# what a stretch has in common with the road it ends at is no place of its own
_MOUTH_M = 40.0
# a straight line in lon/lat and in the plane differ by less than a millimetre over this
STRAIGHT_DEG = 0.002
_SAME_M = 0.01
# positions asked for between carriageways, or at all where shapes are kept, after which all that lies between them is worth making
_FEW = 200
# single positions asked for, after which a grid of cells is worth making
_FEW_SINGLE = 100
# positions in crossed cells of the grid, up to which the calls cost more than the work
_FEW_CROSSED = 64
# `roads` looks no further than this
_NO_STREET_M = max(_ON_STREET_M, STRIP_REACH_M) + 1.0

_Floats = npt.NDArray[np.float64]
Keep = Callable[[Callable[[], dict[str, bytes]]], dict[str, bytes]]


class Place(IntEnum):
    """Where a position is."""

    INSIDE = 0
    BOUNDARY_ROAD = 1
    CARVE_OUT = 2
    OUTSIDE = 3
    UNSURE = 4

    @property
    def word(self) -> str:
        """The contract's word: inside, boundary_road, ..."""
        return self.name.lower()


_INSIDE, _BOUNDARY_ROAD, _CARVE_OUT, _OUTSIDE = (int(place) for place in list(Place)[:4])


class Locator:
    """Locates WGS 84 positions in a zone.

    A position exactly on a kerb counts as the lawful side. Where a file's area overlaps a carve-out or a boundary road
    that is not included, the lawful side counts too.
    """

    def __init__(self, zone: Zone, *, keep: Keep | None = None) -> None:
        """Prepare a zone; positions are then looked up in arrays of any length.

        Args:
            zone: as built.
            keep: given what makes the shapes (WKB) between the carriageways of all dual carriageways, returns these; from where they
                were kept, say. Without it, those of single ones are made when they are asked for.
        """
        self.zone = zone
        self.others: tuple[Locator, ...] = ()
        self._keep = keep
        self.plane = LocalPlane.around(zone.area)
        self._asked = 0
        self._asked_singly = 0
        self._roads = [road.geometry for road in zone.boundary_roads]
        self._carved = shapely.union_all([carve_out.geometry for carve_out in zone.carve_outs])
        self._boundary = shapely.union_all(self._roads)
        self._boundary_box = self._boundary.bounds
        self._left_out_box = shapely.union_all([self._boundary, self._carved]).bounds
        out = [road.geometry for road in zone.boundary_roads if road.boundary != "included"]
        lawful = shapely.union_all([*out, self._carved])
        overlap = shapely.intersection(zone.area, lawful).area > 0
        self.area = shapely.difference(zone.area, lawful) if overlap else zone.area
        self._left_out = np.array([self._carved, self._boundary, *self._roads], object)
        shapely.prepare([self.area, *self._left_out])

    def beside(self, others: Iterable["Locator"]) -> "Locator":
        """Return this map with those of further zones of the same notice (`others`); it is asked of its own zone as before."""
        found = copy.copy(self)
        found.others = tuple(others)
        return found

    @property
    def each(self) -> tuple["Locator", ...]:
        """This map, then those beside it."""
        return (self, *self.others)

    def places(
        self, lon: npt.ArrayLike, lat: npt.ArrayLike, accuracy_m: npt.ArrayLike | None = None
    ) -> npt.NDArray[np.int8]:
        """Return the Place of each position.

        Args:
            lon: WGS 84 degrees, shape (n,).
            lat: WGS 84 degrees, shape (n,).
            accuracy_m: radius of the circle that each position may be in, scalar or shape (n,); None or NaN: exact.

        Returns:
            Shape (n,), values of Place: UNSURE where a coordinate is not finite, or where the circle reaches across
            the area's border.
        """
        x, y = _positions(lon, lat)
        found = np.full(len(x), Place.OUTSIDE, dtype=np.int8)
        inside = np.asarray(shapely.contains_xy(self.area, x, y))
        found[inside] = Place.INSIDE
        rest = np.flatnonzero(~inside)
        # the zone is small and traces are long: look at roads only near them
        rest = rest[_in_box(x[rest], y[rest], self._left_out_box)]
        found[rest[shapely.intersects_xy(self._carved, x[rest], y[rest])]] = Place.CARVE_OUT
        found[rest[shapely.intersects_xy(self._boundary, x[rest], y[rest])]] = Place.BOUNDARY_ROAD
        found[~(np.isfinite(x) & np.isfinite(y))] = Place.UNSURE
        if accuracy_m is not None:
            radius = np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), x.shape)
            wide = np.flatnonzero((radius > 0) & (found != Place.UNSURE))
            near, distance = self._near_border(x[wide], y[wide], float(radius[wide].max(initial=0.0)))
            found[wide[near[distance < radius[wide[near]]]]] = Place.UNSURE
        return found

    def edge(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the index in `zone.boundary_roads` of the road each position is on, the first at a corner, else -1."""
        x, y = _positions(lon, lat)
        found = np.full(len(x), -1, dtype=np.int64)
        rest = np.flatnonzero(_in_box(x, y, self._boundary_box))
        for index, road in reversed(list(enumerate(self._roads))):
            found[rest[shapely.intersects_xy(road, x[rest], y[rest])]] = index
        return found

    def place_and_edge(self, lon: float, lat: float, accuracy_m: float = 0.0) -> tuple[int, int]:
        """Return what `places` and `edge` say of one finite position; where many are asked for one by one, quickly."""
        if self._asked_singly < _FEW_SINGLE:
            self._asked_singly += 1
        else:
            known = self.grid.at(lon, lat, accuracy_m)
            if known != CROSSED:
                return divmod(known, len(self._roads) + 1)
        x, y = np.array([lon]), np.array([lat])
        found = self.places(x, y, accuracy_m=np.array([accuracy_m]) if accuracy_m else None)
        place, edge = int(found[0]), int(self.edge(x, y)[0])
        return place, edge if edge >= 0 else len(self._roads)

    def codes(self, lon: _Floats, lat: _Floats) -> npt.NDArray[np.int64]:
        """Return what `places` and `edge` say of positions that are all finite, quickly: one number each (`of_code`), shape (n,)."""
        codes = self.grid.answers(lon, lat)
        crossed = (codes == CROSSED).nonzero()[0]
        if len(crossed):
            asked = self._codes if len(crossed) > _FEW_CROSSED else self._codes_of_few
            codes[crossed] = asked(lon[crossed], lat[crossed])
        return codes

    def one_code(self, bounds: Bounds) -> int | None:
        """Return what `codes` says of every position in some bounds; None where it may say several things."""
        code = self.grid.everywhere_in(bounds)
        return None if code == CROSSED else code

    def of_code(self, code: int) -> tuple[int, int]:
        """Return place and edge of a number that `codes` gave.

        The edge of a position on no boundary road is the number of boundary roads, which in an array of one entry more is the last.
        """
        return divmod(code, len(self._roads) + 1)

    def make_ready(self) -> None:
        """Make now all that many questions are answered from, so that none of them waits for it."""
        self._asked_singly, self._asked = _FEW_SINGLE, _FEW + 1
        everything = np.array([self.zone.area.centroid])
        lon, lat = shapely.get_x(everything), shapely.get_y(everything)
        self.roads(lon, lat)
        for name in self._dual:
            self._between(name, self._points(lon, lat))
        self.grid.make_ready()
        _ = self.border_lines

    @cached_property
    def grid(self) -> PlaceGrid:
        """Cells that no border crosses, each with its place and its boundary road as one number."""
        polygons = [self.area, self._carved, self._boundary, *self._roads]
        return PlaceGrid(shapely.GeometryCollection([shapely.boundary(polygon) for polygon in polygons]), self._codes)

    def _codes(self, lon: _Floats, lat: _Floats) -> npt.NDArray[np.int64]:
        edge = self.edge(lon, lat)
        roads = len(self._roads)
        return self.places(lon, lat).astype(np.int64) * (roads + 1) + np.where(edge >= 0, edge, roads)

    def _codes_of_few(self, lon: _Floats, lat: _Floats) -> list[int]:
        """Return what `_codes` says, in two calls of shapely."""
        inside = shapely.contains_xy(self.area, lon, lat)
        left_out = shapely.intersects_xy(self._left_out[:, None], lon, lat)
        found = []
        for in_area, carved, on_boundary, *on_road in zip(inside.tolist(), *left_out.tolist(), strict=True):
            place = _INSIDE if in_area else _BOUNDARY_ROAD if on_boundary else _CARVE_OUT if carved else _OUTSIDE
            edge = on_road.index(True) if True in on_road else len(on_road)
            found.append(place * (len(on_road) + 1) + edge)
        return found

    def depth_m(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> _Floats:
        """Return the distance in metres from each position to the area's border, positive inside; NaN for none."""
        x, y = _positions(lon, lat)
        depth = np.full(len(x), np.nan)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        index, distance = self._near_border(x[known], y[known], None)
        inside = shapely.contains_xy(self.area, x[known], y[known])
        depth[known[index]] = np.where(inside[index], distance, -distance)
        return depth

    def _near_border(self, lon: _Floats, lat: _Floats, within_m: float | None) -> tuple[npt.NDArray[np.intp], _Floats]:
        """Return which positions lie within a distance of the area's border, and how far from it (metres)."""
        if within_m == 0:
            return np.zeros(0, dtype=np.intp), np.zeros(0)
        points = self._points(lon, lat)
        found = self.border_lines.query_nearest(points, max_distance=within_m, return_distance=True, all_matches=False)
        return found[0][0], found[1]

    def _points(self, lon: _Floats, lat: _Floats) -> npt.NDArray[np.object_]:
        return np.asarray(shapely.points(*self.plane.xy(lon, lat)), dtype=object)

    @cached_property
    def border_lines(self) -> shapely.STRtree:
        """The area's border in straight pieces, in the plane."""
        ring = shapely.segmentize(shapely.boundary(self.area), STRAIGHT_DEG)
        lines = [shapely.get_coordinates(part) for part in shapely.get_parts(self.plane.to_xy(ring))]
        pairs = [np.stack([line[:-1], line[1:]], axis=1) for line in lines]
        return shapely.STRtree(lines_through(np.concatenate(pairs)))

    def roads(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, slip_m: float = 0.0) -> list[frozenset[str]]:
        """Return the names of the streets each position is on.

        The street whose centre line is nearest within 25 m (of a dual carriageway: of the nearer carriageway), and
        beside it every street that the position is on by its width, as at a junction. Between the carriageways of a
        street is on it. Empty on no street or on one without a name.

        Args:
            lon: WGS 84 degrees, shape (n,).
            lat: WGS 84 degrees, shape (n,).
            slip_m: how far a receiver may be off: every street with its centre line within this counts too.
        """
        x, y = _positions(lon, lat)
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        names: list[frozenset[str]] = [frozenset()] * len(x)
        points = self._points(x[known], y[known])
        point, street = self._streets.query(points, predicate="dwithin", distance=max(_ON_STREET_M, slip_m))
        distance = shapely.distance(points[point], self._street_lines[street])
        nearest = np.full(len(points), np.inf)
        np.minimum.at(nearest, point, distance)
        on = (distance <= nearest[point] + _SAME_M) | (distance <= np.maximum(self._half_widths[street], slip_m))
        on &= self._street_names[street] != ""
        for p, name in zip(known[point[on]].tolist(), self._street_names[street[on]].tolist(), strict=True):
            if name not in names[p]:
                names[p] |= {name}
        # what is kept is soon read: worth it as soon as many positions are asked for at all
        self._asked += 0 if self._keep is None else len(x)
        for name, rows in self._beside(points, [names[p] for p in known.tolist()]).items():
            self._asked += len(rows)
            for p in known[rows[self._between(name, points[rows])]].tolist():
                names[p] |= {name}
        return names

    def roads_at(self, lon: float, lat: float) -> frozenset[str]:
        """Return what `roads` says of one finite position; quickly where no street is near."""
        point = shapely.points(*self.plane.xy(lon, lat))
        if not len(self._streets.query(point, predicate="dwithin", distance=_NO_STREET_M)):
            return frozenset()
        return self.roads(np.array([lon]), np.array([lat]))[0]

    def _beside(
        self, points: npt.NDArray[np.object_], known: Sequence[frozenset[str]]
    ) -> dict[str, npt.NDArray[np.intp]]:
        """Return, of each dual carriageway, the points that may lie between its lines; but for those known to be on it."""
        point, street = self._streets.query(points, predicate="dwithin", distance=STRIP_REACH_M)
        dual = self._is_dual[street]
        point, street = point[dual], street[dual]
        found: dict[str, set[int]] = {}
        for p, name in zip(point.tolist(), self._street_names[street].tolist(), strict=True):
            if name not in known[p]:
                found.setdefault(name, set()).add(p)
        return {name: np.array(sorted(rows), np.intp) for name, rows in found.items()}

    def _between(self, name: str, points: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
        """Return which points lie between the lines of a dual carriageway."""
        few = self._asked <= _FEW
        if few or self._keep is None:
            return self._dual[name].between(points, few=few)
        return np.asarray(shapely.intersects(self._strips[name], points), np.bool_)

    @cached_property
    def _strips(self) -> dict[str, BaseGeometry]:
        """What lies between the lines of each dual carriageway."""

        def made() -> dict[str, bytes]:
            return {name: shapely.to_wkb(road.strips) for name, road in self._dual.items()}

        found = {name: shapely.from_wkb(shape) for name, shape in (self._keep(made) if self._keep else made()).items()}
        shapely.prepare(list(found.values()))
        return found

    @cached_property
    def _is_dual(self) -> npt.NDArray[np.bool_]:
        """Of each street line, whether it is of a dual carriageway."""
        return np.array([name in self._dual for name in self._street_names.tolist()], np.bool_)

    @cached_property
    def _dual(self) -> dict[str, Road]:
        """The dual carriageways."""
        names = {street.name for street in self.zone.streets if street.name and street.oneway}
        return {name: self._road(name) for name in names}

    @cached_property
    def _street_lines(self) -> npt.NDArray[np.object_]:
        return np.array([self.plane.to_xy(street.geometry) for street in self.zone.streets], dtype=object)

    @cached_property
    def _streets(self) -> shapely.STRtree:
        return shapely.STRtree(self._street_lines)

    @cached_property
    def _street_names(self) -> npt.NDArray[np.object_]:
        return np.array([street.name or "" for street in self.zone.streets], dtype=object)

    @cached_property
    def _half_widths(self) -> _Floats:
        return np.array([street.half_width_m for street in self.zone.streets])

    def segment_place(self, road: str, from_: str | None = None, to: str | None = None) -> frozenset[Place]:
        """Return every Place that a named road, or a stretch of it, runs through.

        Args:
            road: its name.
            from_: a cross street, or a point of the zone's specification, where the stretch begins.
            to: where it ends.

        Returns:
            Empty where the zone's streets have no such road or stretch.
        """
        lines = self._stretch(road, from_, to)
        if lines is None:
            return frozenset()
        flat = shapely.union_all([self._carved, self._boundary])
        by_place = {
            Place.INSIDE: shapely.intersection(lines, self._in_plane(self.area)),
            Place.BOUNDARY_ROAD: shapely.intersection(lines, self._in_plane(self._boundary)),
            Place.CARVE_OUT: shapely.intersection(lines, self._in_plane(self._carved)),
            Place.OUTSIDE: shapely.difference(lines, self._in_plane(shapely.union_all([self.area, flat]))),
        }
        enough = min(_MOUTH_M, lines.length / 2)
        return frozenset(place for place, part in by_place.items() if part.length > enough)

    def _in_plane(self, geometry: BaseGeometry) -> BaseGeometry:
        return self.plane.to_xy(shapely.segmentize(geometry, STRAIGHT_DEG))

    def _road(self, name: str) -> Road:
        def carriageway(street: Street) -> Carriageway:
            return Carriageway(self.plane.to_xy(street.geometry), street.half_width_m)

        return Road(name, tuple(carriageway(street) for street in self.zone.streets if street.name == name))

    def _stretch(self, road: str, from_: str | None, to: str | None) -> BaseGeometry | None:
        known = {street.name for street in self.zone.streets}
        if road not in known:
            return None
        if from_ is None or to is None:
            return self._road(road).lines
        points = self.zone.spec.points if self.zone.spec else {}
        ends = [end if end in points else Junction(junction=(road, end)) for end in (from_, to)]
        meant = [points[end] if isinstance(end, str) else end for end in ends]
        if not known.issuperset(n for place in meant if isinstance(place, Junction) for n in place.junction):
            return None
        try:
            part = Part.model_validate({"road": road, "from": ends[0], "to": ends[1]})
            return Stretches(self._road, points).part_of_road(part).lines
        except InputError:
            return None


def _positions(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[_Floats, _Floats]:
    return np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64))


def _in_box(x: _Floats, y: _Floats, box: tuple[float, float, float, float]) -> npt.NDArray[np.bool_]:
    """Return which positions lie in a box; the box of nothing, NaN all round, has none."""
    west, south, east, north = box
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def words(places: Sequence[int] | npt.NDArray[np.int8]) -> list[str]:
    """Return the contract's words for an array of places."""
    return [Place(int(place)).word for place in places]
