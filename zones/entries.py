"""Every place where a street crosses into a zone, or only out of it."""

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import shapely
from shapely import LineString, Point

from zones.coords import LocalPlane
from zones.text import Text
from zones.zone import Street, Zone

COLUMNS = ("number", "kind", "street", "from_road", "lon", "lat", "bearing_deg", "direction")
COMPASS = {
    "north": Text("北", "N"),
    "north-east": Text("东北", "NE"),
    "east": Text("东", "E"),
    "south-east": Text("东南", "SE"),
    "south": Text("南", "S"),
    "south-west": Text("西南", "SW"),
    "west": Text("西", "W"),
    "north-west": Text("西北", "NW"),
}
# the way over which a street's direction at the border is taken
_AHEAD_M = 15.0
# a line that runs along a kerb dips in and out of it: what is shorter is no way in
_GRAZE_M = 3.0
# how far from the border's point the surface of the road may lie that one comes from
_NEAR_M = 3.0
_SAME_M = 0.05
_NORTH_WEST_DEG = 315.0

Kind = Literal["entry", "exit"]


@dataclass(frozen=True)
class Entry:
    """A place where a street crosses the border of the banned area.

    Attributes:
        number: from 1, clockwise around the zone's middle from the north-west corner.
        kind: `exit` where traffic may only flow out.
        street: the street that crosses, None where it has no name.
        from_road: the boundary road or carve-out on the other side of the border, None where there is none.
        from_kind: which of the two.
        lon: WGS 84 degrees.
        lat: WGS 84 degrees.
        bearing_deg: of travel, clockwise from north: into the zone, or out of it at an exit.
        direction: the bearing as one of eight compass words.
    """

    number: int
    kind: Kind
    street: str | None
    from_road: str | None
    from_kind: Literal["boundary_road", "carve_out"] | None
    lon: float
    lat: float
    bearing_deg: float
    direction: str


def entries_of(zone: Zone) -> tuple[Entry, ...]:
    """Return the places where the zone's streets cross into its area, numbered clockwise from the north-west.

    A two-way street is an entry wherever it crosses; a one-way street that leads out is an exit. The carriageways of a
    dual carriageway are listed apart. A zone file without streets has none.
    """
    found = list(_Border(zone).crossings())
    west, south, east, north = zone.area.bounds

    def turn(entry: Entry) -> tuple[object, ...]:
        # in units of the zone's box, so that its north-west corner is at 315 degrees whatever its shape
        x = (entry.lon - (west + east) / 2) / (east - west)
        y = (entry.lat - (south + north) / 2) / (north - south)
        angle = (math.degrees(math.atan2(x, y)) - _NORTH_WEST_DEG) % 360
        return round(angle, 4), -round(math.hypot(x, y), 6), entry.lon, entry.lat, entry.kind, entry.street or ""

    return tuple(replace(entry, number=number) for number, entry in enumerate(sorted(found, key=turn), start=1))


class _Border:
    """A zone's area and what lies beyond it, in metres."""

    def __init__(self, zone: Zone) -> None:
        self.plane = LocalPlane.around(zone.area)
        self.area = self.plane.to_xy(zone.area)
        self.border = shapely.boundary(self.area)
        self.lines = [
            (street, line)
            for street in zone.streets
            if isinstance(line := self.plane.to_xy(street.geometry), LineString)
        ]
        shapely.prepare([self.area, self.border])
        self.beyond = [("boundary_road", r.name, self.plane.to_xy(r.geometry)) for r in zone.boundary_roads]
        self.beyond += [("carve_out", c.name, self.plane.to_xy(c.geometry)) for c in zone.carve_outs]

    def crossings(self) -> Iterator[Entry]:
        known: set[tuple[object, ...]] = set()
        for street, line in self.lines:
            for at, inward in self._along(line):
                entry = self._entry(street, line, at, inward=inward)
                where = (entry.kind, entry.street, round(entry.lon, 6), round(entry.lat, 6))
                if where not in known:
                    known.add(where)
                    yield entry

    def _along(self, line: LineString) -> Iterator[tuple[float, bool]]:
        """Yield how far along a line it crosses, and whether the line leads in there."""
        if not self.border.intersects(line):
            return
        meets = shapely.get_coordinates(shapely.intersection(line, self.border))
        stops = {0.0, line.length, *(line.project(Point(xy)) for xy in meets)}
        runs = [(a, b, self._inside(line, (a + b) / 2)) for a, b in pairwise(sorted(stops)) if b - a > _SAME_M]
        runs = _without_grazes(runs, line.length)
        if runs and runs[0][2] and self._goes_out(line.coords[0], line):
            yield 0.0, True
        for (_, end, inside), (_, _, next_inside) in pairwise(runs):
            if inside != next_inside:
                yield end, next_inside
        if runs and runs[-1][2] and self._goes_out(line.coords[-1], line):
            yield line.length, False

    def _inside(self, line: LineString, at: float) -> bool:
        return bool(self.area.contains(line.interpolate(at)))

    def _goes_out(self, end: tuple[float, ...], line: LineString) -> bool:
        """Return whether the border runs through a junction, and another street leads on outside."""
        point = Point(end)
        if self.border.distance(point) > _SAME_M:
            return False
        others = (other for _, other in self.lines if other is not line and other.distance(point) < _SAME_M)
        return any(other.disjoint(self.area.buffer(-_SAME_M)) for other in others)

    def _entry(self, street: Street, line: LineString, at: float, *, inward: bool) -> Entry:
        point = line.interpolate(at)
        ahead = line.interpolate(min(at + _AHEAD_M, line.length) if inward else max(at - _AHEAD_M, 0.0))
        kind: Kind = "exit" if street.oneway and not inward else "entry"
        sign = -1 if kind == "exit" else 1
        bearing = math.degrees(math.atan2(sign * (ahead.x - point.x), sign * (ahead.y - point.y))) % 360
        lon, lat = (round(float(value), 7) for value in self.plane.lonlat(point.x, point.y))
        from_kind, from_road = self._from(street, point)
        return Entry(
            0, kind, street.name, from_road, from_kind, lon, lat, round(bearing, 1) % 360, compass_word(bearing)
        )

    def _from(self, street: Street, point: Point) -> tuple[Literal["boundary_road", "carve_out"] | None, str | None]:
        """Return the road on the other side; of two, the one with another name, as at the end of a carve-out."""
        near = [
            (round(surface.distance(point), 1), name == street.name, kind != "boundary_road", name)
            for kind, name, surface in self.beyond
            if surface.distance(point) <= _NEAR_M
        ]
        if not near:
            return None, None
        _, _, carved, name = min(near)
        return ("carve_out" if carved else "boundary_road"), name or None


def _without_grazes(runs: list[tuple[float, float, bool]], length: float) -> list[tuple[float, float, bool]]:
    """Join runs along one side of the border, leaving out dips across it."""
    kept: list[tuple[float, float, bool]] = []
    for start, end, inside in runs:
        dip = end - start < _GRAZE_M and start > 0 and end < length
        if kept and (dip or kept[-1][2] == inside):
            kept[-1] = (kept[-1][0], end, kept[-1][2])
        else:
            kept.append((start, end, inside))
    return kept


def compass_word(bearing_deg: float) -> str:
    """Return the nearest of eight compass words."""
    return list(COMPASS)[round(bearing_deg / 45) % 8]


def entries_csv(entries: tuple[Entry, ...]) -> str:
    """Return the entries as a CSV table with the columns `COLUMNS`; what has no name is empty."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for entry in entries:
        table.writerow(
            [
                entry.number,
                entry.kind,
                entry.street or "",
                entry.from_road or "",
                f"{entry.lon:.7f}",
                f"{entry.lat:.7f}",
                f"{entry.bearing_deg:.1f}",
                entry.direction,
            ]
        )
    return out.getvalue()
