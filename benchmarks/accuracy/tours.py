"""What trucks do on a day: lawful kinds, made to be hard, and intrusions of a wanted length."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from accuracy.ground import Ground

LAWFUL_KINDS = {
    "ring_beside": 0.24,
    "ring_far_side": 0.08,
    "ring_u_turns": 0.14,
    "ring_parked": 0.16,
    "service_area": 0.08,
    "carve_out": 0.14,
    "outside": 0.08,
    "night_inside": 0.04,
    "parked_inside": 0.04,
}
_WANTED = ((0.12, 55, 95), (0.16, 105, 195), (0.14, 205, 295), (0.2, 310, 500), (0.16, 500, 1000), (0.22, 1000, 9000))
_LONG_M = 60.0
_FROM_INSIDE = 0.06
_MOST_LEGS = 14
_TRIES = 60
HOUR, MINUTE = 3600.0, 60.0
SIX, TEN = 6 * HOUR, 22 * HOUR


@dataclass(frozen=True)
class Stop:
    """The truck stands `wait_s`, or until a second of the day, `share` along the `piece`th piece of its way.

    `aside_m` is how far right of the line it stands: at the kerb, or off the road; None where it keeps its lane.
    """

    piece: int
    share: float
    wait_s: float
    aside_m: float | None = None
    until_s: float | None = None


@dataclass(frozen=True)
class Piece:
    """Part of an edge, as shares of it."""

    edge: int
    begin: float = 0.0
    end: float = 1.0


@dataclass
class Plan:
    """A day before it is driven.

    Attributes:
        kind: of tour.
        pieces: the way.
        lane: 0 at the kerb.
        stops: in order of the way.
        start_s: second of the day at which it sets out.
    """

    kind: str
    pieces: list[Piece]
    lane: int
    start_s: float
    stops: list[Stop] = field(default_factory=list)


class Planner:
    """Plans days on one ground with one source of chance."""

    def __init__(self, ground: Ground, rng: np.random.Generator) -> None:
        """Take the streets and the chance."""
        self.g, self.rng = ground, rng

    def lawful(self) -> Plan:
        """Return a day without a metre of driving inside by day."""
        kinds = {k: p for k, p in LAWFUL_KINDS.items() if k != "carve_out" or self._last_junction_edges()}
        shares = np.array(list(kinds.values()))
        kind = str(self.rng.choice(list(kinds), p=shares / shares.sum()))
        plan: Callable[[], Plan] = getattr(self, f"_{kind}")
        for _ in range(_TRIES):
            found = plan()
            if found.pieces:
                found.kind = kind
                return found
        msg = f"no way for {kind}"
        raise RuntimeError(msg)

    def intrusion(self) -> Plan:
        """Return a day with one drive inside, between two lawful ones."""
        share = np.array([w[0] for w in _WANTED])
        for _ in range(_TRIES):
            if self.rng.random() < _FROM_INSIDE:
                return self._sets_out_inside()
            _, low, high = _WANTED[int(self.rng.choice(len(_WANTED), p=share / share.sum()))]
            wanted = float(np.exp(self.rng.uniform(np.log(low), np.log(high))))
            cuts = [way for length, way in self.g.cuts if low <= length - 2 * self._setback(way) <= high]
            if cuts and self.rng.random() < 0.65:  # noqa: PLR2004 - share
                inside = [Piece(k) for k in cuts[int(self.rng.integers(len(cuts)))]]
                kind, stops = ("cut", []) if self.rng.random() < 0.75 else ("delivery", [len(inside) // 2])  # noqa: PLR2004
            else:
                inside, turn = self._in_and_back(wanted)
                kind, stops = "in_and_back", [turn] if turn is not None and self.rng.random() < 0.4 else []  # noqa: PLR2004
            plan = self._around(inside, kind, stops) if inside else None
            if plan:
                return plan
        msg = "no way inside"
        raise RuntimeError(msg)

    # --- parts

    def _plan(self, edges: Sequence[int] | None, stops: Sequence[Stop] = ()) -> Plan:
        pieces = [Piece(k) for k in edges or []]
        lane = 0 if self.rng.random() < 0.7 else 1  # noqa: PLR2004 - share
        start = self.rng.uniform(SIX + 5 * MINUTE, 18.5 * HOUR)
        return Plan("", pieces, lane, float(start), sorted(stops, key=lambda stop: (stop.piece, stop.share)))

    def _through(self, waypoints: Sequence[int], use: str = "lawful") -> list[int]:
        """Return the way over edges in their order; a waypoint that is the other direction of the last edge is a U-turn."""
        found = [waypoints[0]]
        for here, to in pairwise(waypoints):
            if to == here:
                continue
            leg = [here, to] if to == self.g.twin[here] else self.g.way(here, to, use)
            if leg is None:
                return []
            found += leg[1:]
        return found

    def _some(self, edges: Sequence[int]) -> int:
        long = [k for k in edges if self.g.edges[k].length_m >= _LONG_M] or list(edges)
        return int(long[int(self.rng.integers(len(long)))])

    def _stretch(self, ring: Sequence[int], most: int | None = None) -> list[int]:
        """Return some edges of a ring, one after the other, from anywhere."""
        total = sum(self.g.edges[k].length_m for k in ring)
        wanted = min(self.rng.uniform(2000, 18000), 4 * total)
        at, found, length = int(self.rng.integers(len(ring))), [], 0.0
        while length < wanted and (most is None or len(found) < most):
            edge = self.g.edges[ring[at % len(ring)]]
            if edge.length_m >= _LONG_M / 2:
                found.append(edge.index)
            length += edge.length_m
            at += 1
        return found

    def _ring_beside(self) -> Plan:
        return self._plan(self._through(self._stretch(self.g.ring[0])))

    def _ring_far_side(self) -> Plan:
        return self._plan(self._through(self._stretch(self.g.ring[1])))

    def _ring_u_turns(self) -> Plan:
        beside, other = self.g.ring
        stops: list[int] = []
        for _ in range(int(self.rng.integers(2, 7))):
            there = self._stretch(beside, int(self.rng.integers(1, 4)))
            last = there[-1]
            back = self.g.twin[last] if self.g.twin[last] >= 0 else self._opposite(last, other)
            stops += [*there, back]
        return self._plan(self._through(stops))

    def _opposite(self, edge: int, others: Sequence[int]) -> int:
        middle = self.g.edges[edge].xy[len(self.g.edges[edge].xy) // 2]
        away = [float(np.hypot(*(self.g.edges[k].xy[len(self.g.edges[k].xy) // 2] - middle))) for k in others]
        return others[int(np.argmin(away))]

    def _ring_parked(self) -> Plan:
        """Drive beside the zone and stand at its kerb, for minutes and for hours."""
        way = self._through(self._stretch(self.g.ring[0]))
        beside = set(self.g.ring[0])
        there = [n for n, k in enumerate(way) if k in beside and self.g.edges[k].length_m > 1.5 * _LONG_M]
        stops = []
        for n in self.rng.permutation(there)[: int(self.rng.integers(1, 4))].tolist():
            edge = self.g.edges[way[n]]
            wait = float(np.exp(self.rng.uniform(np.log(MINUTE), np.log(2.5 * HOUR))))
            stops.append(Stop(n, float(self.rng.uniform(0.35, 0.65)), wait, edge.half_width_m - 1.3))
        return self._plan(way, stops)

    def _service_area(self) -> Plan:
        """Go off the road, on the side away from the zone, for a while."""
        way = self._through(self._stretch(self.g.ring[1]))
        far = set(self.g.ring[1])
        there = [n for n, k in enumerate(way) if k in far and self.g.edges[k].length_m > 2 * _LONG_M]
        if not there:
            return self._plan(None)
        n = there[int(self.rng.integers(len(there)))]
        aside = self.g.edges[way[n]].half_width_m + float(self.rng.uniform(6, 30))
        return self._plan(way, [Stop(n, 0.5, float(self.rng.uniform(3, 60)) * MINUTE, aside)])

    def _last_junction_edges(self) -> list[int]:
        """Return the carve-outs' edges that end where the open stretch does: farthest from the ring."""
        open_ = [e for e in self.g.edges if e.place == "carve_out"]
        if not open_:
            return []
        ring = {n for k in [*self.g.ring[0], *self.g.ring[1]] for n in (self.g.edges[k].tail, self.g.edges[k].head)}
        ends = np.array([edge.xy[-1] for edge in open_])
        on_ring = np.array([self.g.edges[k].xy[-1] for k in [*self.g.ring[0], *self.g.ring[1]]])
        away = np.min(np.hypot(*(ends[:, None] - on_ring[None]).transpose(2, 0, 1)), axis=1)
        last = open_[int(np.argmax(away))].head
        return [edge.index for edge in open_ if edge.head == last and last not in ring]

    def _carve_out(self) -> Plan:
        """Go along the open stretches to their last junction, and back or round its corner, some times."""
        coming = self._last_junction_edges()
        stops: list[int] = []
        for _ in range(int(self.rng.integers(1, 4))):
            enter, leave = (int(self.rng.choice(coming)) for _ in range(2))
            stops += [self._some(self.g.ring[int(self.rng.integers(2))]), enter, self.g.twin[leave]]
        stops.append(self._some(self.g.near))
        return self._plan(self._through(stops))

    def _outside(self) -> Plan:
        places = [self._some(self.g.near) for _ in range(int(self.rng.integers(3, 9)))]
        return self._plan(self._through(places))

    def _night_inside(self) -> Plan:
        """Go through by night, long before the ban, and along the ring by day."""
        way, _ = self._across()
        if not way:
            return self._plan(None)
        after = self.g.way(way[-1], self._some(self.g.ring[0])) or []
        ring = self._through([after[-1], *self._stretch(self.g.ring[0])]) if after else []
        plan = self._plan([*way, *after[1:], *ring[1:]] if ring else None)
        plan.start_s = float(self.rng.uniform(1, 4)) * HOUR
        if ring:
            stand = len(way) + max(len(after) - 2, 0)
            plan.stops = [
                Stop(min(stand, len(plan.pieces) - 1), 0.5, 0.0, None, float(self.rng.uniform(6.1, 9)) * HOUR)
            ]
        return plan

    def _parked_inside(self) -> Plan:
        """Come in by night, stand there all day, go out by night."""
        way, n = self._across()
        plan = self._plan(way)
        if way:
            edge = self.g.edges[way[n]]
            until = TEN + float(self.rng.uniform(3, 25)) * MINUTE
            plan.stops = [Stop(n, 0.5, 0.0, edge.half_width_m + float(self.rng.uniform(-1.3, 25)), until)]
            plan.start_s = float(self.rng.uniform(3.5, 5)) * HOUR
        return plan

    def _sets_out_inside(self) -> Plan:
        """Come in by night, stand there, and drive out by day."""
        plan = self._parked_inside()
        while not plan.pieces:
            plan = self._parked_inside()
        plan.kind = "sets_out_inside"
        plan.stops = [replace(stop, until_s=float(self.rng.uniform(6.2, 19)) * HOUR) for stop in plan.stops]
        return plan

    def _across(self) -> tuple[list[int], int]:
        """Return a way through the zone with some ring before and after it, and a place in it to stop at."""
        cut = list(self.g.cuts[int(self.rng.integers(len(self.g.cuts)))][1])
        plan = self._around([Piece(k) for k in cut], "", [])
        if plan is None:
            return [], 0
        way = [piece.edge for piece in plan.pieces]
        return way, way.index(cut[len(cut) // 2])

    # --- intrusions

    def _setback(self, way: Sequence[int]) -> float:
        return self.g.edges[way[0]].half_width_m

    def _in_and_back(self, wanted_m: float) -> tuple[list[Piece], int | None]:
        """Go in by a door for half of what is wanted, turn on the street, and come back the same way."""
        entries = [k for k in self.g.doors[0] if self.g.twin[k] >= 0]
        edge = self.g.edges[entries[int(self.rng.integers(len(entries)))]]
        line = self.g.inside(edge.xy)
        if not line.any():
            return [], None
        left = wanted_m / 2 + float(np.argmax(line)) * edge.length_m / (len(line) - 1)
        pieces: list[Piece] = []
        while left > edge.length_m:
            pieces.append(Piece(edge.index))
            left -= edge.length_m
            ahead = [
                k
                for k in self.g.leaving[edge.head]
                if self.g.banned[k] and self.g.twin[k] >= 0 and k != self.g.twin[edge.index]
            ]
            if not ahead or len(pieces) > _MOST_LEGS:
                return [], None
            edge = self.g.edges[ahead[int(self.rng.integers(len(ahead)))]]
        share = left / edge.length_m
        pieces.append(Piece(edge.index, 0.0, share))
        back = [Piece(self.g.twin[p.edge], 1.0 - p.end, 1.0) for p in reversed(pieces)]
        return pieces + back, len(pieces) - 1

    def _around(self, inside: list[Piece], kind: str, stops: Sequence[int]) -> Plan | None:
        """Lead to a drive inside along lawful streets, and away from it."""
        first, last = self.g.edges[inside[0].edge], self.g.edges[inside[-1].edge]
        coming = [e.index for e in self.g.edges if e.head == first.tail and self.g.lawful[e.index]]
        going = [k for k in self.g.leaving[last.head] if self.g.lawful[k]]
        if not coming or not going:
            return None
        rings = [*self.g.ring[0], *self.g.ring[1], *self.g.near]
        before = self.g.way(self._some(rings), int(self.rng.choice(coming)))
        after = self.g.way(int(self.rng.choice(going)), self._some(rings))
        if not before or not after:
            return None
        plan = self._plan([])
        plan.kind = kind
        plan.pieces = [*(Piece(k) for k in before), *inside, *(Piece(k) for k in after)]
        for n in stops:
            at = len(before) + n
            wait = float(np.exp(self.rng.uniform(np.log(20), np.log(40 * MINUTE))))
            plan.stops.append(Stop(at, 0.97 if kind == "in_and_back" else 0.5, wait))
        return plan
