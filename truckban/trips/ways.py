"""A way through the streets with its times: where the truck is at each second, on which street, under which verdict."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from truckban.trips.legs import Leg, clear_of_junctions
from truckban.trips.timetable import Timetable
from zones.routing.ground import TripStreets
from zones.routing.search import Found
from zones.routing.snap import Spot

NOTHING_M = 0.01
"""What is no longer is no stretch."""


class Part(NamedTuple):
    """A stretch of a way under one verdict: of the legs `first` to `last`, from `entered` to `left`."""

    trit: int
    first: int
    last: int
    entered: float
    left: float


class Step(NamedTuple):
    """A stretch of a way on one street: its name, and when it is driven."""

    name: str | None
    entered: float
    left: float
    length_m: float


class Wait(NamedTuple):
    """A stand on the way: after which leg, and from when to when."""

    after: int
    since: float
    until: float


@dataclass(frozen=True, eq=False)
class Way:
    """A timed way; never empty."""

    streets: TripStreets
    legs: tuple[Leg, ...]

    @classmethod
    def of(cls, streets: TripStreets, found: Found, start: Sequence[Spot], goal: Sequence[Spot]) -> "Way":
        """Make a way of what a search found between some spots."""
        lengths = streets.graph.edges.length[found.street].tolist()
        legs = [
            Leg(edge, 0.0, length, entered, left)
            for edge, length, entered, left in zip(
                found.street.tolist(), lengths, found.entered.tolist(), found.left.tolist(), strict=True
            )
        ]
        to = next(spot.along_m for spot in goal if spot.edge == legs[-1].edge)
        legs[-1] = legs[-1]._replace(to_m=to)
        legs[0] = legs[0]._replace(from_m=next(spot.along_m for spot in start if spot.edge == legs[0].edge))
        # a way that starts at the very end of an edge does not begin on it
        while len(legs) > 1 and legs[0].to_m - legs[0].from_m <= NOTHING_M:
            legs = legs[1:]
        return cls(streets, tuple(clear_of_junctions(legs)))

    @property
    def departs(self) -> float:
        """When it begins, seconds since 1970-01-01 UTC."""
        return self.legs[0].entered

    @property
    def arrives(self) -> float:
        """When it ends."""
        return self.legs[-1].left

    @cached_property
    def length_m(self) -> float:
        """Metres driven."""
        return sum(leg.to_m - leg.from_m for leg in self.legs)

    @cached_property
    def waits(self) -> tuple[Wait, ...]:
        """Stands of a second or more on the way."""
        return tuple(
            Wait(number, leg.left, then.entered)
            for number, (leg, then) in enumerate(zip(self.legs, self.legs[1:], strict=False))
            if then.entered - leg.left >= 1.0
        )

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The streets in the order of driving; a stand on the way parts two steps of one street."""
        found: list[Step] = []
        for leg in self.legs:
            name, length = self.streets.name(leg.edge), leg.to_m - leg.from_m
            before = found[-1] if found else None
            if before is not None and before.name == name and leg.entered - before.left < 1.0:
                found[-1] = before._replace(left=leg.left, length_m=before.length_m + length)
            else:
                found.append(Step(name, leg.entered, leg.left, length))
        return tuple(found)

    @property
    def roads(self) -> list[str]:
        """The names of its streets in order, each once in a row; nameless ones are left out."""
        names = [step.name for step in self.steps if step.name is not None]
        return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]

    def position(self, at_s: float, *, first: int = 0) -> tuple[float, float]:
        """Return where the truck is at an instant, WGS 84 degrees.

        Args:
            at_s: between departure and arrival.
            first: the leg to look from, where two meet.
        """
        leg = next((leg for leg in self.legs[first:] if at_s <= leg.left), self.legs[-1])
        took = leg.left - leg.entered
        share = min(max((at_s - leg.entered) / took, 0.0), 1.0) if took > 0 else 1.0
        along = leg.from_m + share * (leg.to_m - leg.from_m)
        x, y = self.streets.graph.positions(np.array([leg.edge], np.int32), np.array([along]))
        lon, lat = self.streets.graph.plane.lonlat(x, y)
        return float(lon[0]), float(lat[0])

    @cached_property
    def timed_line(self) -> list[tuple[float, float, float]]:
        """Its line: WGS 84 lon/lat and the instant at each point; a stand on the way is one point twice."""
        graph = self.streets.graph
        ptr, _, starts, _ = graph.edge_lists
        points: list[tuple[float, float, float]] = []
        for leg in self.legs:
            inner = [start for start in starts[ptr[leg.edge] : ptr[leg.edge + 1]] if leg.from_m < start < leg.to_m]
            along = np.array([leg.from_m, *inner, leg.to_m])
            x, y = graph.positions(np.full(len(along), leg.edge, np.int32), along)
            lon, lat = graph.plane.lonlat(x, y)
            share = (along - leg.from_m) / max(leg.to_m - leg.from_m, NOTHING_M)
            at = leg.entered + share * (leg.left - leg.entered)
            points += zip(lon.tolist(), lat.tolist(), at.tolist(), strict=True)
        return [point for n, point in enumerate(points) if n == 0 or points[n - 1] != point]

    def shifted(self, by_s: float) -> "Way":
        """Return the same way, some seconds later."""
        return Way(
            self.streets,
            tuple(Leg(edge, low, high, entered + by_s, left + by_s) for edge, low, high, entered, left in self.legs),
        )

    def parts(self, table: Timetable) -> list[Part]:
        """Return the way cut where its verdict changes."""
        found: list[Part] = []
        for trit, leg, entered, left in self._pieces(table):
            before = found[-1] if found else None
            if before is not None and before.trit == trit:
                found[-1] = before._replace(last=leg, left=left)
            else:
                found.append(Part(trit, leg, leg, entered, left))
        return found

    def _pieces(self, table: Timetable) -> Iterator[tuple[int, int, float, float]]:
        """Yield (trit, leg, from, to) of all that is driven, cut where the timetable goes on to its next column."""
        begins = table.begins
        for number, leg in enumerate(self.legs):
            row = table.of_edge(leg.edge)
            low = leg.entered
            column = table.column(low)
            while True:
                end = float(begins[column + 1]) if column + 1 < len(begins) else math.inf
                yield row[column], number, low, min(end, leg.left)
                if end >= leg.left:
                    break
                low, column = end, column + 1


def timed(streets: TripStreets, stretches: Sequence[tuple[int, float, float]], departs: float) -> Way:
    """Return the way along (edge, from, to) in metres, driven at the assumed speeds without a stop."""
    duration, length = streets.streets.duration, streets.graph.edges.length
    legs = []
    for edge, low, high in stretches:
        arrives = departs + float(duration[edge]) * (high - low) / max(float(length[edge]), NOTHING_M)
        legs.append(Leg(edge, low, high, departs, arrives))
        departs = arrives
    return Way(streets, tuple(legs))


def instant(at_s: float) -> dt.datetime:
    """Return the aware instant of seconds since 1970-01-01 UTC; fractions are cut off."""
    return dt.datetime.fromtimestamp(int(at_s // 1), tz=dt.UTC)
