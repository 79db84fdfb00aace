"""Where and when each kind of day drives: yards, streets to go by, hours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from truckban.demo.motion import Drive, Driver, Yard, make_drive
from truckban.demo.places import (
    CARVE_OUT_WAYS,
    DEPOTS,
    LONG,
    OUTSIDE_WAYS,
    PASS_OFF_ROUTE,
    PASS_ON_ROUTE,
    RING_LAPS,
    RING_WAYS,
    THROUGH,
    YARDS,
    Spot,
    Way,
)
from truckban.demo.streets import Edge, Floats, Streets
from zones.locate import Locator, Place

DAY_S = 86_400
_HOUR, _MINUTE = 3600, 60
SIX, TEN = 6 * _HOUR, 22 * _HOUR
_OPEN = frozenset({"outside", "boundary_road", "carve_out"})


@dataclass(frozen=True, eq=False)
class Trip:
    """A drive that starts at a second of the day."""

    start: int
    drive: Drive

    @property
    def end(self) -> int:
        """The first second after it."""
        return self.start + len(self.drive)


@dataclass(frozen=True, eq=False)
class DayOfTruck:
    """What one truck does: it stands in a yard, drives, stands in the next one.

    Attributes:
        first: where it stands before the first trip, metres.
        trips: in order of time.
    """

    first: Floats
    trips: tuple[Trip, ...] = ()


class Planner:
    """Plans one truck's day."""

    def __init__(self, streets: Streets, locator: Locator, driver: Driver, rng: np.random.Generator) -> None:
        """Take the streets, the zone, how the truck is driven and what is left to chance."""
        self.streets = streets
        self.locator = locator
        self.driver = driver
        self.rng = rng

    def plan(self, name: str, turn: int) -> DayOfTruck:
        """Return the day of a kind (a key of `PLANS`); `turn` counts the trucks of the scenario before this one."""
        return PLANS[name](self, turn)

    def between(self, low_h: float, high_h: float) -> int:
        """Return a second of the day between two hours."""
        return int(self.rng.integers(int(low_h * _HOUR), int(high_h * _HOUR)))

    def minutes(self, low: float, high: float) -> int:
        """Return some minutes, in seconds."""
        return int(self.rng.integers(int(low * _MINUTE), int(high * _MINUTE)))

    def yard(self, spot: Spot) -> Yard:
        """Return a yard beside a street."""
        edges = tuple(self.streets.along(spot.street, spot.lon, spot.lat, spot.toward))
        edge = edges[0]
        at = edge.xy[0] + (edge.xy[-1] - edge.xy[0]) * self.rng.uniform(0.3, 0.7)
        away = edge.half_width_m + self.rng.uniform(10, 22)
        right = np.array([edge.direction[1], -edge.direction[0]])
        return Yard(edges, at, at + right * away)

    def depot(self, name: str) -> Yard:
        """Return a yard outside the ring."""
        return self.yard(DEPOTS[name])

    def some_yard(self) -> Yard:
        """Return a yard in the town."""
        return self.yard(YARDS[int(self.rng.integers(len(YARDS)))])

    def drive(self, start: Yard, way: tuple[Spot, ...], end: Yard, *, outside: bool = False) -> Drive:
        """Drive from yard to yard by way of some streets; `outside` keeps to where trucks may go."""
        stops = [self.streets.along(spot.street, spot.lon, spot.lat, spot.toward) for spot in way]

        def use(edge: Edge) -> bool:
            return edge.place in _OPEN

        route = (
            self.streets.route([start.edges, *stops, end.edges], use)
            if outside
            else self.streets.route([start.edges, *stops, end.edges])
        )
        return make_drive(self.streets, route, (start, end), self.driver, self.rng)

    def inside(self, drive: Drive) -> tuple[int, int]:
        """Return the first and the last second of a drive inside the area."""
        places = self.locator.places(*self.streets.plane.lonlat(*drive.xy.T))
        seconds = np.flatnonzero(places == Place.INSIDE)
        return int(seconds[0]), int(seconds[-1])

    def by_way(self, way: Way, *, outside: bool = False) -> tuple[Yard, Drive, Yard]:
        """Drive one of the ways of `truckban.demo.places`."""
        start, end = self.yard(way.start), self.yard(way.end)
        return start, self.drive(start, way.via, end, outside=outside), end


def _outside(ways: tuple[Way, ...], most_trips: int) -> Callable[[Planner, int], DayOfTruck]:
    """Return the plan of going some ways, one after the other, never entering the area."""

    def plan(p: Planner, turn: int) -> DayOfTruck:
        start, drive, end = p.by_way(ways[turn % len(ways)], outside=True)
        trips = [Trip(p.between(5.5, 9), drive)]
        for _ in range(int(p.rng.integers(most_trips))):
            way = ways[int(p.rng.integers(len(ways)))]
            goal = p.yard(way.end)
            # to where the next way begins, along it, and to its end
            trips.append(Trip(trips[-1].end + p.minutes(25, 120), p.drive(end, way.via, goal, outside=True)))
            end = goal
        return DayOfTruck(start.xy, tuple(trips))

    return plan


def _one(p: Planner, way: Way, start_s: int) -> DayOfTruck:
    start, drive, _ = p.by_way(way)
    return DayOfTruck(start.xy, (Trip(start_s, drive),))


def _delivery(p: Planner, depart: int, wait: int) -> DayOfTruck:
    """Drive into the town, unload, and out again."""
    names = sorted(DEPOTS)
    start, end = (p.depot(names[int(p.rng.integers(len(names)))]) for _ in range(2))
    shop = p.some_yard()
    there = Trip(depart, p.drive(start, (), shop))
    return DayOfTruck(start.xy, (there, Trip(there.end + wait, p.drive(shop, (), end))))


def _through_town(p: Planner, turn: int) -> DayOfTruck:
    return _one(p, THROUGH[turn % len(THROUGH)], p.between(6.3, 20.5))


def _by_day(p: Planner, turn: int) -> DayOfTruck:
    if turn % 2:
        return _delivery(p, p.between(6.5, 18), p.minutes(20, 60))
    return _through_town(p, int(p.rng.integers(len(THROUGH))))


def _inside_at_six(p: Planner, turn: int) -> DayOfTruck:
    """Set out around 05:30, be inside before 06:00 and still after 06:05."""
    start, drive, _ = p.by_way(LONG[turn % len(LONG)])
    first, last = p.inside(drive)
    latest = SIX - 3 * _MINUTE - first
    earliest = SIX + 6 * _MINUTE - last
    return DayOfTruck(start.xy, (Trip(max(latest - p.minutes(0, 6), earliest), drive),))


def _inside_at_ten(p: Planner, turn: int) -> DayOfTruck:
    """Enter around 21:50 and leave after 22:00."""
    start, drive, _ = p.by_way(LONG[turn % len(LONG)])
    first, _ = p.inside(drive)
    return DayOfTruck(start.xy, (Trip(TEN - p.minutes(8, 12) - first, drive),))


def _night(p: Planner, turn: int) -> DayOfTruck:
    if turn % 3 == 0:
        return _delivery(p, p.between(1, 3.4), p.minutes(20, 60))
    hours = (0.1, 5.1) if turn % 3 == 1 else (22.02, 23.2)
    return _one(p, THROUGH[turn % len(THROUGH)], p.between(*hours))


def _in_and_out_by_night(p: Planner, turn: int) -> DayOfTruck:
    del turn
    leave = TEN + p.minutes(3, 20)
    coming = _delivery(p, p.between(4.2, 5.0), 0)
    return DayOfTruck(coming.first, (coming.trips[0], Trip(leave, coming.trips[1].drive)))


def _parked(p: Planner, turn: int) -> DayOfTruck:
    return DayOfTruck(p.yard(YARDS[turn % len(YARDS)]).xy)


def _parked_outside(p: Planner, turn: int) -> DayOfTruck:
    names = sorted(DEPOTS)
    return DayOfTruck(p.depot(names[turn % len(names)]).xy)


def _parked_then_drives(p: Planner, turn: int) -> DayOfTruck:
    """Stand in the town and drive off at 10:00."""
    home = p.yard(YARDS[turn % len(YARDS)])
    goal = p.depot(sorted(DEPOTS)[turn % len(DEPOTS)])
    return DayOfTruck(home.xy, (Trip(10 * _HOUR, p.drive(home, (), goal)),))


PLANS: dict[str, Callable[[Planner, int], DayOfTruck]] = {
    "ring_lap": _outside(RING_LAPS, 2),
    "ring_part": _outside(RING_WAYS, 3),
    "carve_out": _outside(CARVE_OUT_WAYS, 3),
    "detour": _outside(OUTSIDE_WAYS, 3),
    "parked_outside": _parked_outside,
    "through_town": _through_town,
    "delivery": lambda p, turn: _delivery(p, p.between(6.5, 18), p.minutes(20, 60)),  # noqa: ARG005 - all alike
    "inside_at_six": _inside_at_six,
    "inside_at_ten": _inside_at_ten,
    "night": _night,
    "parked_inside": _parked,
    "in_and_out_by_night": _in_and_out_by_night,
    "parked_then_drives": _parked_then_drives,
    "town": _by_day,
    "permit_on_route": lambda p, turn: _one(p, PASS_ON_ROUTE[turn % 2], p.between(9.3, 15)),
    "permit_off_time": lambda p, turn: _one(p, PASS_ON_ROUTE[turn % 2], p.between(16.2, 20.5)),
    "permit_off_route": lambda p, turn: _one(p, PASS_OFF_ROUTE[turn % 2], p.between(9.3, 15)),
}
