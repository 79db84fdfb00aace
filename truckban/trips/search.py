"""The searches of one trip: its ends, its streets, forwards from a departure or backwards from an arrival."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from truckban.trips.ends import End
from truckban.trips.opening import Opening, turning
from truckban.trips.ways import Way, timed
from zones.routing.bounds import least_times
from zones.routing.search import (
    Ends,
    Floats,
    Found,
    Ints,
    Spells,
    Streets,
    reversed_spells,
    search,
    turned,
)
from zones.routing.snap import Spot

# nobody drives round a block for want of a place to stand
_GRAIN_S = 900.0


@dataclass(frozen=True, eq=False)
class Routes:
    """Ways between two ends."""

    opening: Opening
    origin: End
    destination: End

    @cached_property
    def net(self) -> Streets:
        """The edges with the turns that the truck may make."""
        return turning(self.opening.streets, self.opening.truck)[0]

    def leaving(self, spells: Spells, earliest: float) -> Way | None:
        """Return the way that arrives first of those that leave at an instant or later; None without one.

        It leaves as early as it can: a stand is put as near to its reason as trucks may stand.
        """
        ends = self._ends(self._to_end(), self._from_start(), earliest)
        return self._way(search(self.net, spells, ends, ahead=self._ahead, grain=_GRAIN_S))

    def arriving(self, spells: Spells, by: float) -> Way | None:
        """Return the way that leaves last of those that arrive by an instant; None without one."""
        back = turning(self.opening.streets, self.opening.truck)[1]
        ends = self._ends(self._from_start(), self._to_end(), -by)
        return self._way(
            turned(search(back, reversed_spells(spells), ends, ahead=self._behind, back=True, grain=_GRAIN_S))
        )

    def cheapest(self, spells: Spells, weights: Floats | None = None) -> list[int] | None:
        """Return the edges of the way of least weight on streets that are open for ever; None without one.

        A weight is no less than the time a street takes; that time if None.
        """
        net = self.net if weights is None else self.net._replace(duration=weights)
        # no search where the destination's own streets are closed: it would go everywhere else first
        opens = np.diff(spells.ptr) > 0
        if not any(opens[spells.kind[street]] for street in self._from_start(weights)):
            return None
        ends = self._ends(self._to_end(weights), self._from_start(weights), 0.0, weights)
        found = search(net, spells, ends, ahead=self._ahead)
        return [int(edge) for edge in self.opening.streets.real[found.street]] if len(found.street) else None

    def along(self, edges: Sequence[int], departs: float) -> Way:
        """Return the way along given edges from start to goal, driven without a stop."""
        lengths = self.opening.streets.graph.edges.length
        stretches = [(edge, 0.0, float(lengths[edge])) for edge in edges]
        to = next(spot.along_m for spot in self.destination.spots if spot.edge == edges[-1])
        stretches[-1] = (edges[-1], 0.0, to)
        stretches[0] = (edges[0], next(s.along_m for s in self.origin.spots if s.edge == edges[0]), stretches[0][2])
        return timed(self.opening.streets, stretches, departs)

    def _way(self, found: Found) -> Way | None:
        if not len(found.street):
            return None
        streets = self.opening.streets
        found = found._replace(street=streets.real[found.street])
        return Way.of(streets, found, self.origin.spots, self.destination.spots)

    def _share(self, spot: Spot) -> float:
        length = float(self.opening.streets.graph.edges.length[spot.edge])
        return spot.along_m / length if length > 0 else 0.0

    def _to_end(self, weights: Floats | None = None) -> dict[int, float]:
        """For each street that the trip may begin on: the time to its end."""
        weights = self.net.duration if weights is None else weights
        return {spot.edge: float(weights[spot.edge]) * (1.0 - self._share(spot)) for spot in self.origin.spots}

    def _from_start(self, weights: Floats | None = None) -> dict[int, float]:
        """For each street that the trip may end on: the time from its beginning."""
        weights = self.net.duration if weights is None else weights
        return {
            street: float(weights[spot.edge]) * self._share(spot)
            for spot in self.destination.spots
            for street in (spot.edge, *self.opening.streets.copies_of(spot.edge).tolist())
        }

    def _ends(
        self, start: dict[int, float], goal: dict[int, float], earliest: float, weights: Floats | None = None
    ) -> Ends:
        """Return the ends of a search; both may lie on one street, in this order of driving."""
        duration = self.net.duration if weights is None else weights
        goal_take = np.full(len(duration), np.inf)
        for street, take in goal.items():
            goal_take[street] = take
        first: Ints = np.array(list(start), np.int32)
        direct = np.full(len(first), np.inf)
        for n, street in enumerate(start):
            if street in goal:
                between = start[street] + goal[street] - float(duration[street])
                if between >= 0.0:
                    direct[n] = between
        return Ends(first, np.array(list(start.values())), direct, goal_take, earliest, np.inf)

    @cached_property
    def _ahead(self) -> Floats:
        """The least time from the end of each street to the destination, were nothing closed to the truck but by its size."""
        back = turning(self.opening.streets, self.opening.truck)[1]
        return self._least(back, self._from_start())

    @cached_property
    def _behind(self) -> Floats:
        """The least time from the origin to the beginning of each street."""
        return self._least(self.net, self._to_end())

    def _least(self, net: Streets, ends: dict[int, float]) -> Floats:
        spells = self.opening.by_truck()
        usable = (np.diff(spells.ptr) > 0)[spells.kind]
        return least_times(net, np.array(list(ends), np.int32), np.array(list(ends.values())), usable)
