"""Which edges are open to a truck when: what the notices say and what the streets' own signs say, together."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from truckban.logic import FALSE
from truckban.trips.timetable import Timetable
from zones.routing.ground import Fitted, TripStreets
from zones.routing.limits import Truck, Use, closed_between, use_of, use_of_turn
from zones.routing.search import Flags, Ints, Spells, Streets, reversed_streets
from zones.routing.turning import following

Spans = list[tuple[float, float]]
EVER: Spans = [(-np.inf, np.inf)]
_DAY_S = 86_400
# of the streets of the largest part of a network: smaller parts are pockets
_LARGE = 0.01


@lru_cache(maxsize=4096)
def used(fit: Fitted, truck: Truck) -> Use:
    """Return whether a truck may use streets of a kind."""
    return use_of(fit.tags, truck, forward=fit.forward)


def usable(streets: TripStreets, truck: Truck, *, leaving: bool) -> Flags:
    """Return which edges a truck may use at some time, and from (`leaving`) or to which most others are in reach.

    One whose signs ask for a figure that is not known may be used. A few streets behind a sign against trucks are no place where a trip
    begins or ends: the next street that connects is.
    """
    return _usable(streets, truck)[0 if leaving else 1]


@lru_cache(maxsize=256)
def _usable(streets: TripStreets, truck: Truck) -> tuple[Flags, Flags]:
    return _connected(streets, tuple(use.verdict != "no" for use in _uses(streets, truck)))


@lru_cache(maxsize=256)
def _connected(streets: TripStreets, fits: tuple[bool, ...]) -> tuple[Flags, Flags]:
    """Return the edges of some kinds of street from which, and to which, there are ways from a large part of the network."""
    import networkx as nx  # noqa: PLC0415 - takes time to import

    may = np.array(fits, np.bool_)[streets.fit]
    net = streets.streets
    source = np.repeat(np.arange(len(may)), np.diff(net.next_ptr))
    kept = may[source] & may[net.next]
    graph = nx.DiGraph(zip(source[kept].tolist(), net.next[kept].tolist(), strict=True))
    graph.add_nodes_from(np.flatnonzero(may).tolist())
    parts = [list(part) for part in nx.strongly_connected_components(graph)]
    least = int(max((len(part) for part in parts), default=0) * _LARGE)
    found = np.zeros((2, len(may)), np.bool_)
    for part in parts:
        if len(part) >= least:
            found[:, part] = True
            if least:
                found[0, list(nx.ancestors(graph, part[0]))] = True
                found[1, list(nx.descendants(graph, part[0]))] = True
    return found[0], found[1]


@lru_cache(maxsize=256)
def _uses(streets: TripStreets, truck: Truck) -> tuple[Use, ...]:
    """Return for each kind of street whether a truck may use it."""
    return tuple(used(fit, truck) for fit in streets.fits)


@lru_cache(maxsize=256)
def turning(streets: TripStreets, truck: Truck) -> tuple[Streets, Streets]:
    """Return the edges with the turns that a truck may make, and the same backwards.

    A turn that is forbidden at some times is left out.
    """
    return _turning(
        streets,
        frozenset(
            (e, f)
            for e, f, words in streets.turns
            if (use := use_of_turn(words, truck)).verdict != "yes" or use.closed_when
        ),
    )


@lru_cache(maxsize=256)
def _turning(streets: TripStreets, shut: frozenset[tuple[int, int]]) -> tuple[Streets, Streets]:
    own = streets.streets
    if shut:
        source = np.repeat(np.arange(len(own.duration)), np.diff(own.next_ptr)).tolist()
        allowed = np.array([pair not in shut for pair in zip(source, own.next.tolist(), strict=True)], np.bool_)
        ptr, follow = following(own.next_ptr, own.next, allowed)
        own = own._replace(next_ptr=ptr, next=follow)
    return own, reversed_streets(own)


@dataclass(frozen=True, eq=False)
class Opening:
    """Edges, a truck and a timetable.

    Attributes:
        streets: the edges.
        truck: its figures.
        table: what the notices say, and over which horizon.
        ends: edges on which the trip begins or ends: streets for residents only are open as far as they lead to these.
        timezone: in which signs on the streets are read.
    """

    streets: TripStreets
    truck: Truck
    table: Timetable
    ends: tuple[int, ...]
    timezone: str

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """For each kind of street (`TripStreets.fits`), whether the truck may use it."""
        return _uses(self.streets, self.truck)

    @cached_property
    def _combined(self) -> tuple[Ints, list[tuple[int, int, bool]]]:
        """For each edge its combination of notice, street and being near the ends, and what each combination is."""
        fits = len(self.streets.fits)
        code = (self.table.kind * fits + self.streets.fit) * 2 + self._leads_to_ends
        present = np.flatnonzero(np.bincount(code))
        number = np.zeros(int(code.max()) + 1, np.int32)
        number[present] = np.arange(len(present))
        kinds = [(int(c) // 2 // fits, int(c) // 2 % fits, bool(c % 2)) for c in present]
        return number[code], kinds

    @cached_property
    def _leads_to_ends(self) -> Flags:
        """Which edges for residents only belong to the ends of the trip."""
        only = np.array([_for_residents(use) or bool(use.destination_when) for use in self.uses], np.bool_)
        found = np.zeros(len(self.streets.fit), np.bool_)
        if not only.any():
            return found
        private = only[self.streets.fit]
        if not private[list(self.ends)].any():
            return found
        ptr, follow = self.streets.streets.next_ptr, self.streets.streets.next
        before: dict[int, list[int]] = {}
        for e in np.flatnonzero(private).tolist():
            for f in follow[ptr[e] : ptr[e + 1]].tolist():
                before.setdefault(f, []).append(e)
        todo = [edge for edge in self.ends if private[edge]]
        while todo:
            edge = todo.pop()
            if not found[edge]:
                found[edge] = True
                near = [*follow[ptr[edge] : ptr[edge + 1]].tolist(), *before.get(edge, ())]
                todo += [other for other in near if private[other] and not found[other]]
        return found

    def by_truck(self) -> Spells:
        """Return when the truck may use each edge, whatever the notices say; what is not known does not stand in the way."""
        return self._by_truck

    @cached_property
    def _by_truck(self) -> Spells:
        return self._spells(lambda _row: EVER, careful=False)

    def lawful(self, margin_s: float) -> Spells:
        """Return when driving on each edge is allowed, by notices and signs."""
        if margin_s not in self._lawful:
            self._lawful[margin_s] = self._spells(lambda row: self.table.lawful_spells(row, margin_s), careful=True)
        return self._lawful[margin_s]

    @cached_property
    def _lawful(self) -> dict[float, Spells]:
        return {}

    def throughout(self, low_s: float, high_s: float, margin_s: float) -> Spells:
        """Return the edges on which driving is allowed all through a span, as open for ever; the others never are."""

        def open_(row: int) -> Spans:
            spells = self.table.lawful_spells(row, margin_s)
            return EVER if any(begin <= low_s and high_s <= end for begin, end in spells) else []

        return _lasting(self._spells(open_, careful=True), low_s, high_s)

    def by_signs(self, low_s: float, high_s: float) -> Spells:
        """Return the edges that are open by their signs all through a span, as open for ever; the others never are."""
        return _lasting(self._spells(lambda _row: EVER, careful=True), low_s, high_s)

    def closed(self, low_s: float, high_s: float) -> Flags:
        """Return the edges on which driving is not allowed by the notices at some time of a span."""
        first, last = self.table.column(low_s), self.table.column(high_s)
        rows = (self.table.trits[:, first : last + 1] != FALSE).any(axis=1)
        return np.asarray(rows[self.table.kind], np.bool_)

    def _spells(self, by_law: Callable[[int], Spans], *, careful: bool) -> Spells:
        kind, combined = self._combined
        signs = self._signs_careful if careful else self._signs_lenient
        # many combinations are open at the same times
        distinct: dict[tuple[tuple[float, float], ...], int] = {}
        numbers = {
            row: distinct.setdefault(tuple(by_law(row)), len(distinct))
            for row in dict.fromkeys(row for row, _, _ in combined)
        }
        pairs: dict[tuple[int, int], int] = {}
        of_combination = [
            pairs.setdefault((numbers[row], sign), len(pairs))
            for (row, _, _), sign in zip(combined, signs.of_combination, strict=True)
        ]
        laws = list(distinct)
        both = [_both(list(laws[one]), signs.spans[other]) for one, other in pairs]
        ptr = np.concatenate([[0], np.cumsum([len(spans) for spans in both])]).astype(np.int32)
        flat = np.array([span for spans in both for span in spans], np.float64).reshape(-1, 2)
        return Spells(np.array(of_combination, np.int32)[kind], ptr, flat[:, 0].copy(), flat[:, 1].copy())

    @cached_property
    def _signs_careful(self) -> "_Signs":
        return self._signs(careful=True)

    @cached_property
    def _signs_lenient(self) -> "_Signs":
        return self._signs(careful=False)

    def _signs(self, *, careful: bool) -> "_Signs":
        """Return when the signs of each combination let the truck through; `careful`: what is not known stands in the way."""
        first, last = (int(self.table.instants[n]) // _DAY_S for n in (0, -1))
        spans: list[Spans] = []
        number: dict[tuple[tuple[float, float], ...], int] = {}
        known: dict[tuple[int, bool], int] = {}
        for _, fit, near in self._combined[1]:
            if (fit, near) not in known:
                own = _by_sign(self.uses[fit], near, careful, first - 1, last + 2, self.timezone)
                known[fit, near] = number.setdefault(tuple(own), len(number))
                if len(spans) < len(number):
                    spans.append(own)
        return _Signs([known[fit, near] for _, fit, near in self._combined[1]], spans)


class _Signs(NamedTuple):
    """When signs let a truck through: for each combination its number, and for each number the spans."""

    of_combination: list[int]
    spans: list[Spans]


def _by_sign(use: Use, near: bool, careful: bool, first: int, last: int, timezone: str) -> Spans:  # noqa: FBT001
    """Return when the signs of a street let a truck through, between days since 1970-01-01 UTC."""
    if use.verdict == "no" or (_for_residents(use) and not near):
        return []
    if use.verdict == "unknown" and careful and not _for_residents(use):
        return []
    spans = EVER
    for words in (*use.closed_when, *(() if near else use.destination_when)):
        spans = _both(spans, _shut(words, first, last, timezone))
    return spans


@lru_cache(maxsize=4096)
def _shut(words: str, first: int, last: int, timezone: str) -> Spans:
    """Return when a sign does not close a street, between days since 1970-01-01 UTC; before and after them it does not."""
    low, high = (dt.datetime.fromtimestamp(day * _DAY_S, tz=dt.UTC) for day in (first, last))
    return _outside([(a.timestamp(), b.timestamp()) for a, b in closed_between(words, low, high, timezone)])


def _for_residents(use: Use) -> bool:
    """Tell whether a street is only for those who have business on it: `destination`, or of an owner who may allow it (`private`)."""
    return use.verdict == "destination" or (use.verdict == "unknown" and not use.missing)


def _lasting(spells: Spells, low_s: float, high_s: float) -> Spells:
    """Return the spells that hold all through a span, without their ends."""
    keep = (spells.start <= low_s) & (spells.end >= high_s)
    kinds = len(spells.ptr) - 1
    owner = np.repeat(np.arange(kinds), np.diff(spells.ptr))[keep]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=kinds))]).astype(np.int32)
    ever = np.full(len(owner), np.inf)
    return Spells(spells.kind, ptr, -ever, ever)


def _outside(shut: Spans) -> Spans:
    spans, low = [], -np.inf
    for begin, end in sorted(shut):
        if begin > low:
            spans.append((low, begin))
        low = max(low, end)
    return [*spans, (low, np.inf)]


def _both(one: Spans, other: Spans) -> Spans:
    """Return the times in both of two lists of spans, each in order."""
    if EVER in (one, other):
        return other if one == EVER else one
    found = []
    for low, high in one:
        for begin, end in other:
            if max(low, begin) < min(high, end):
                found.append((max(low, begin), min(high, end)))
    return found
