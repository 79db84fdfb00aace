"""What an application asks for, laid on the streets and the days: which edges, which instants, and what stands in their way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape

from truckban.hours import DAY_S, seconds
from truckban.logic import FALSE
from truckban.moments import instant_of, local
from truckban.permits import Permit, read_permit
from truckban.permitting.granted import area_of
from truckban.permitting.model import Days, Route
from truckban.permitting.small_area import geojson
from truckban.questions.asking import under
from truckban.trips.lines import edges_of_line
from truckban.trips.network import Network
from truckban.trips.rules import Judged, Rule
from truckban.trips.timetable import Timetable, timetable
from truckban.trips.ways import instant
from truckban.verdict import Verdict
from zones.locate import Place
from zones.routing.ground import TripStreets

_DAY_MINUTES = 1440
_MOST_DAYS = 400
"""A longer application is looked at for so many days; that it is too long is said elsewhere."""
# a street that only touches an area is not in it
_TOUCHES_M = 1.0
_DECIMALS = 6

Ints = npt.NDArray[np.int64]


class Spot(NamedTuple):
    """An edge at an instant (seconds since 1970-01-01 UTC)."""

    edge: int
    at: float


@dataclass(frozen=True, eq=False)
class Asked:
    """Edges and instants.

    Attributes:
        streets: the network.
        edges: of the graph, those that are asked for, rising.
        unknown: roads that the network does not have.
        spans: seconds since 1970-01-01 UTC, from and to, rising, none overlapping.
        timezone: the notice's.
    """

    streets: TripStreets
    edges: Ints
    unknown: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]
    timezone: str

    @classmethod
    def of(cls, route: Route, days: Days, windows: Sequence[str], network: Network, rule: Rule) -> "Asked":
        """Lay an application's route, days and hours on a network.

        Raises:
            InputError: its line cannot be followed on the streets.
        """
        timezone = rule.shelf.first.pack.timezone
        edges, unknown = edges_of(route, network.streets, rule)
        return cls(network.streets, edges, unknown, tuple(_spans(days, windows, timezone)), timezone)

    @cached_property
    def names(self) -> dict[str, Ints]:
        """The edges of each named street."""
        found: dict[str, list[int]] = {}
        for edge in self.edges.tolist():
            name = self.streets.name(edge)
            if name is not None:
                found.setdefault(name, []).append(edge)
        return {name: np.array(edges, np.int64) for name, edges in found.items()}

    def covered(self, permit: Permit) -> "Asked":
        """Return the edges alone that lie wholly in a permit's area: a street that leaves it does so by more than was asked."""
        if permit.area is None:
            return self
        area = self.streets.graph.plane.to_xy(permit.area)
        shapely.prepare(area)
        return replace(self, edges=self.edges[shapely.covers(area, self.streets.lines[self.edges])])

    @cached_property
    def inside(self) -> Ints:
        """The edges that lie in some notice's zone."""
        streets = self.streets
        places = [any(place == Place.INSIDE for place, _ in stretch.places) for stretch in streets.stretches]
        found: Ints = self.edges[np.array(places, np.bool_)[streets.stretch[self.edges]]]
        return found

    def table(self, judged: Judged) -> Timetable:
        """Return when each edge may be driven by a vehicle, over the days that are asked for."""
        return timetable(judged, self.streets, self.spans[0][0], self.spans[-1][1])

    def bans(self, judged: Judged) -> "Bans":
        """Return what stands in a vehicle's way."""
        table = self.table(judged)
        return Bans(self, table, np.array(list(_columns(table, self.spans)), np.float64).reshape(-1, 3))

    def verdict(self, judged: Judged, spot: Spot) -> list[Verdict]:
        """Return what each notice says at a spot, in the middle of its street."""
        streets = self.streets
        middle = shapely.line_interpolate_point(streets.lines[spot.edge], 0.5, normalized=True)
        lon, lat = streets.graph.plane.lonlat(np.array([middle.x]), np.array([middle.y]))
        stretch = streets.stretches[streets.stretch[spot.edge]]
        return judged.verdicts(stretch, instant(spot.at), float(lon[0]), float(lat[0]))

    def geojson(self, edges: Ints) -> dict[str, Any]:
        """Return edges as one GeoJSON geometry, each street once though it is driven both ways."""
        lines = shapely.normalize(shapely.set_precision(self.streets.lines[edges], 0.1))
        merged = shapely.line_merge(shapely.union_all(lines))
        return geojson(shapely.set_precision(self.streets.graph.plane.to_lonlat(merged), 10**-_DECIMALS))


@dataclass(frozen=True, eq=False)
class Bans:
    """What stands in a vehicle's way on what was asked.

    Attributes:
        asked: edges and instants.
        table: its timetable.
        cells: columns of the table within the hours asked: column, from, to (seconds since 1970-01-01 UTC), shape (n, 3).
    """

    asked: Asked
    table: Timetable
    cells: npt.NDArray[np.float64]

    @cached_property
    def _trits(self) -> tuple[npt.NDArray[np.int8], Ints]:
        """The verdict of each kind of edge in each cell, shape (kinds, cells), and each edge's kind."""
        kinds, of_edge = np.unique(self.table.kind[self.asked.edges], return_inverse=True)
        return self.table.trits[kinds][:, self.cells[:, 0].astype(np.int64)], of_edge

    @cached_property
    def worst(self) -> int:
        """The strictest verdict anywhere: 1 prohibited, 0 undetermined, -1 allowed."""
        return int(self._trits[0].max(initial=FALSE))

    def spots(self, trit: int) -> Iterator[Spot]:
        """Yield the instants from which a verdict holds, each with an edge where it does then."""
        trits, of_edge = self._trits
        for cell in np.flatnonzero((trits == trit).any(axis=0)).tolist():
            edges = np.flatnonzero(trits[of_edge, cell] == trit)
            # what is said of the zone tells more than that a road beside it is open
            inside = edges[np.isin(self.asked.edges[edges], self.asked.inside)]
            edge = int(inside[0] if len(inside) else edges[0])
            yield Spot(int(self.asked.edges[edge]), float(self.cells[cell, 1]))

    def spot(self, trit: int) -> Spot | None:
        """Return the first of them; None where there is none."""
        return next(self.spots(trit), None)

    @cached_property
    def closed_edges(self) -> Ints:
        """The edges that are not open all through the hours asked."""
        trits, of_edge = self._trits
        found: Ints = self.asked.edges[(trits != FALSE).any(axis=1)[of_edge]]
        return found

    @cached_property
    def closed_minutes(self) -> set[int]:
        """Minutes of the day, local time, at which some edge asked is not open on some day."""
        shut = self.cells[(self._trits[0] != FALSE).any(axis=0)]
        return minutes_of([(low, high) for _, low, high in shut.tolist()], self.asked.timezone)

    @property
    def asked_minutes(self) -> set[int]:
        """Minutes of the day that are asked for."""
        return minutes_of(self.asked.spans, self.asked.timezone)


def edges_of(route: Route, streets: TripStreets, rule: Rule) -> tuple[Ints, tuple[str, ...]]:
    """Return the edges of a route, and the roads of it that the network does not have.

    Raises:
        InputError: its line cannot be followed.
    """
    count = len(streets.graph.edges.length)
    if route.roads is not None:
        spelt = rule.shelf.first.road_name
        wanted = {spelt(road): road for road in route.roads}
        names = [None if name is None else spelt(name) for name in streets.names[:count]]
        found = [edge for edge, name in enumerate(names) if name in wanted]
        have = {names[edge] for edge in found}
        return np.array(found, np.int64), tuple(road for name, road in wanted.items() if name not in have)
    if route.line is not None:
        with under("route.line"):
            line = edges_of_line({**route.line, "crs": "wgs84"}, streets)
        return np.unique([streets.real[edge] for edge, _, _ in line.stretches]).astype(np.int64), ()
    drawn = area_of(route)
    if drawn is not None:
        area = streets.graph.plane.to_xy(shape(dict(drawn.get("geometry") or drawn)))
        shapely.prepare(area)
        met = np.flatnonzero(shapely.intersects(area, streets.lines))
        within = shapely.length(shapely.intersection(area, streets.lines[met])) > _TOUCHES_M
        return met[within].astype(np.int64), ()
    own = [streets.locators.index(each) for each in rule.ground.each]
    inside = [any(stretch.places[k][0] != Place.OUTSIDE for k in own) for stretch in streets.stretches]
    return np.flatnonzero(np.array(inside)[streets.stretch[:count]]).astype(np.int64), ()


def permit_of(route: Route, days: Days, windows: Sequence[str], *, plate: str, kind: str | None, rule: Rule) -> Permit:
    """Return the permit that would be in force if all were granted as asked."""
    fields = {
        "plate": plate,
        "valid_from": days.from_,
        "valid_to": days.to,
        "windows": list(windows),
        "roads": list(route.roads or ()),
        "area": area_of(route),
        "kind": kind,
    }
    return read_permit(fields, rule.shelf.first.road_name)


def minutes_of(spans: Sequence[tuple[float, float]], timezone: str) -> set[int]:
    """Return the minutes of the day, local time, that spans of time touch."""
    found: set[int] = set()
    for low, high in dict.fromkeys(_within_day(low, high, timezone) for low, high in spans):
        found.update(minute % _DAY_MINUTES for minute in range(low, high))
    return found


def hours_of(minutes: set[int]) -> list[str]:
    """Return minutes of the day as hours (`22:00-07:00`); all of them as the whole day."""
    if len(minutes) == _DAY_MINUTES:
        return ["00:00-24:00"]
    begins = sorted(minute for minute in minutes if (minute - 1) % _DAY_MINUTES not in minutes)
    found = []
    for begin in begins:
        end = begin
        while end % _DAY_MINUTES in minutes:
            end += 1
        until = end % _DAY_MINUTES
        found.append(f"{_clock(begin)}-{_clock(until) if until else '24:00'}")
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _within_day(low: float, high: float, timezone: str) -> tuple[int, int]:
    second = local(instant(low), timezone)[1]
    minutes = min(-(-int(high - low) // 60), _DAY_MINUTES)
    return second // 60, second // 60 + minutes


def _spans(days: Days, windows: Sequence[str], timezone: str) -> Iterator[tuple[float, float]]:
    """Yield the hours asked, day by day; those that meet are one."""
    first = days.from_.toordinal()
    found: list[tuple[float, float]] = []
    for day in range(first, min(days.to.toordinal(), first + _MOST_DAYS - 1) + 1):
        for span in windows or ("00:00-24:00",):
            low, high = seconds(span)
            high += DAY_S if high <= low else 0
            found.append((instant_of(day, low, timezone).timestamp(), instant_of(day, high, timezone).timestamp()))
    begin: float | None = None
    end = 0.0
    for since, until in sorted(found):
        if begin is not None and since <= end:
            end = max(end, until)
            continue
        if begin is not None:
            yield begin, end
        begin, end = since, until
    if begin is not None:
        yield begin, end


def _columns(table: Timetable, spans: Sequence[tuple[float, float]]) -> Iterator[tuple[int, float, float]]:
    """Yield the columns of a table within spans: column, from, to."""
    instants = table.instants
    for low, high in spans:
        column = table.column(low)
        begin = float(low)
        while begin < high and column < len(instants):
            until = float(instants[column + 1]) if column + 1 < len(instants) else high
            if until > begin:
                yield column, begin, min(until, high)
            begin = until
            column += 1
