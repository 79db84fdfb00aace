"""Lawful ways in place of a trip that is not: another way, another time, a stand on the way, another vehicle, a permit."""

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import shapely

from truckban.hours import DAY_S
from truckban.logic import FALSE, UNKNOWN
from truckban.moments import local
from truckban.permits import Permit
from truckban.trips.model import Alternative, Kind, Options, Trip, Wanted
from truckban.trips.opening import Opening
from truckban.trips.rules import Judged
from truckban.trips.search import Routes
from truckban.trips.sentences import why_alternative
from truckban.trips.timetable import timetable
from truckban.trips.ways import Way, instant
from zones.routing.search import same_spells

_SAME_S = 1.0
# a later departure is worth a second
_ROUNDING_S = 1.0
# a metre of closed street weighs more than any time that avoids it
_PER_CLOSED_M = 1e4
_TRIES = 8
# hours of a permit are written in quarters
_QUARTER_S = 900
_STREET_M = 20.0
_LAST: dict[Kind, int] = {"vehicle": 1, "permit": 2}


def instead_of(routes: Routes, trip: Trip, asked: Way, options: Options) -> tuple[Alternative, ...]:
    """Return the lawful ways in place of a trip, the best first: the least span of time first, then the fewest metres.

    Other vehicles and permits come last: they take others than the driver. A permit is no lawful way yet.
    """
    found = [*_ways(routes, trip, asked, options), *_vehicles(routes, trip, asked, options)]
    permit = _permit(routes, trip, asked, options)
    if permit is not None:
        found.append(permit)
    unique: dict[tuple[object, ...], Alternative] = {}
    for one in sorted(found, key=lambda a: (_LAST.get(a.kind, 0), round(a.extra_s), a.extra_m)):
        key = (one.vehicle, one.permit is None, tuple((leg.edge, round(leg.entered)) for leg in one.way.legs))
        unique.setdefault(key, one)
    return tuple(unique.values())


def _ways(routes: Routes, trip: Trip, asked: Way, options: Options) -> Iterator[Alternative]:
    """Yield lawful ways of the same vehicle."""
    opening, leaves = routes.opening, asked.departs
    lawful = opening.lawful(options.margin_s)
    first = routes.leaving(lawful, leaves)
    if first is not None and first.departs < leaves + _SAME_S:
        yield _offer("wait" if first.waits else "detour", first, asked, routes)
    if first is None or first.waits or first.departs >= leaves + _SAME_S:
        round_ = _detour(routes, leaves, asked, options)
        if round_ is not None:
            yield _offer("detour", round_, asked, routes)
    if first is not None:
        # leaves as late as one can and still arrives as early as one can
        later = routes.arriving(lawful, first.arrives + _ROUNDING_S)
        if later is not None and later.departs > leaves + _SAME_S:
            yield _offer("depart", _on_the_second(later, opening, math.ceil), asked, routes)
    sooner = routes.arriving(lawful, trip.arrive if trip.arrive is not None else asked.arrives)
    if sooner is not None and leaves - options.before_s <= sooner.departs < leaves - _SAME_S:
        yield _offer("depart", _on_the_second(sooner, opening, math.floor), asked, routes)


def _on_the_second(way: Way, opening: Opening, rounded: Callable[[float], int]) -> Way:
    """Return a way that leaves on a whole second, as people are told; the same where that would not be lawful."""
    other = way.shifted(rounded(way.departs) - way.departs)
    return other if all(part.trit == FALSE for part in other.parts(opening.table)) else way


def _offer(kind: Kind, way: Way, asked: Way, routes: Routes) -> Alternative:
    span = max(way.arrives, asked.arrives) - min(way.departs, asked.departs)
    extra_s = span - (asked.arrives - asked.departs)
    extra_m = way.length_m - asked.length_m
    return Alternative(kind, way, extra_s, extra_m, why_alternative(kind, way, asked, routes.opening.timezone))


def _detour(routes: Routes, leaves: float, asked: Way, options: Options) -> Way | None:
    """Return the quickest way on streets that are open from the departure to the arrival, however late one is on the way."""
    until, way, known = asked.arrives, None, None
    for _ in range(_TRIES):
        spells = routes.opening.throughout(leaves, until, options.margin_s)
        # where as much is open as it was, the way is the same
        if way is None or known is None or not same_spells(spells, known):
            edges = routes.cheapest(spells)
            if edges is None:
                return None
            way = routes.along(edges, leaves)
        if way.arrives <= until:
            return way
        until, known = way.arrives, spells
    return None


def _vehicles(routes: Routes, trip: Trip, asked: Way, options: Options) -> Iterator[Alternative]:
    """Yield the vehicles of the fleet that may drive the trip when it was asked for."""
    low, high = asked.departs - options.before_s, asked.departs + options.before_s
    for name, judged, truck in trip.fleet:
        table = timetable(judged, routes.opening.streets, low, high)
        opening = Opening(routes.opening.streets, truck, table, routes.opening.ends, trip.timezone)
        own = Routes(opening, trip.origin, trip.destination)
        # a drive that keeps clear of bans, as all that is offered does
        way = own.leaving(opening.lawful(options.margin_s), asked.departs)
        if way is not None and way.arrives <= asked.arrives + _SAME_S:
            yield replace(_offer("vehicle", way, asked, own), vehicle=name)


def _permit(routes: Routes, trip: Trip, asked: Way, options: Options) -> Alternative | None:
    """Return the way that needs the fewest metres of closed streets, with the permit it would take; None where none would do."""
    opening, leaves = routes.opening, asked.departs
    lengths = opening.streets.graph.edges.length[opening.streets.real]
    until, way, known = asked.arrives, None, None
    for _ in range(_TRIES):
        closed, spells = opening.closed(leaves, until), opening.by_signs(leaves, until)
        # where as much is open as it was, the way is the same
        if known is None or not (np.array_equal(closed, known[0]) and same_spells(spells, known[1])):
            weights = routes.net.duration + np.where(closed, lengths * _PER_CLOSED_M, 0.0)
            edges = routes.cheapest(spells, weights)
            if edges is None:
                return None
            way = routes.along(edges, leaves)
        if way is None or way.arrives <= until:
            break
        until, known = way.arrives, (closed, spells)
    if way is None:
        return None
    wanted = _wanted(way, opening, trip, options)
    if wanted is None or not _would_do(way, wanted, trip, opening):
        return None
    return replace(_offer("permit", way, asked, routes), permit=wanted)


def _wanted(way: Way, opening: Opening, trip: Trip, options: Options) -> Wanted | None:
    """Return what a permit for a way has to name; None where it needs none."""
    table = opening.table
    banned = [
        leg
        for leg in way.legs
        if any(
            trit != FALSE for trit in table.of_edge(leg.edge)[table.column(leg.entered) : table.column(leg.left) + 1]
        )
    ]
    if not banned:
        return None
    names = dict.fromkeys(name for leg in banned if (name := way.streets.name(leg.edge)) is not None)
    nameless = [way.streets.lines[leg.edge] for leg in banned if way.streets.name(leg.edge) is None]
    area = None
    if nameless:
        plane = way.streets.graph.plane
        area = plane.to_lonlat(shapely.union_all([shapely.buffer(line, _STREET_M) for line in nameless]))
    first, last = banned[0].entered - options.margin_s, banned[-1].left + options.margin_s
    day, window, until = _quarters(first, last, trip.timezone)
    return Wanted(tuple(names), (window,), day, until, area)


def _quarters(first: float, last: float, timezone: str) -> tuple[dt.date, str, dt.date]:
    """Return the day, the hours and the last day of a span of less than a day, widened to quarters of an hour."""
    day, second = local(instant(first), timezone)
    begin = second // _QUARTER_S * _QUARTER_S
    until, end_s = local(instant(math.ceil(last)), timezone)
    end = -(-end_s // _QUARTER_S) * _QUARTER_S
    shown = (until - day) * DAY_S + end
    if shown - begin >= DAY_S:
        begin, end, shown = 0, DAY_S, DAY_S
    end_of = "24:00" if shown == DAY_S else f"{end % DAY_S // 3600:02d}:{end % 3600 // 60:02d}"
    # over midnight the window belongs to the day it starts on
    return (
        dt.date.fromordinal(day),
        f"{begin // 3600:02d}:{begin % 3600 // 60:02d}-{end_of}",
        dt.date.fromordinal(day),
    )


def _would_do(way: Way, wanted: Wanted, trip: Trip, opening: Opening) -> bool:
    """Tell whether the way would be lawful with the permit: whether it lifts every ban; what is lawful stays so."""
    plate = next(_plates(trip.judged), None)
    permit = Permit(plate or "", wanted.day, wanted.until, wanted.windows, frozenset(wanted.roads), wanted.area)
    # whose it would be is all that may not be known
    enough = {FALSE} if plate is not None else {FALSE, UNKNOWN}
    judged, table = trip.judged.with_permit(permit), opening.table
    asked: set[tuple[str, int, int]] = set()
    for leg in way.legs:
        row = table.of_edge(leg.edge)
        for column in range(table.column(leg.entered), table.column(leg.left) + 1):
            at = max(leg.entered, float(table.begins[column]))
            if row[column] == FALSE or at >= leg.left:
                continue
            if plate is None and row[column] == UNKNOWN:
                return False
            name, number = way.streets.name(leg.edge), int(way.streets.stretch[leg.edge])
            # by its name a permit holds all along a street; by its area, place by place
            if name is not None and (name, number, column) in asked:
                continue
            asked.add((name or "", number, column))
            lon, lat = way.position(at)
            stretch = way.streets.stretches[number]
            if judged.trit(stretch, instant(math.ceil(at)), lon, lat) not in enough:
                return False
    return True


def _plates(judged: Judged) -> Iterator[str]:
    for rule in judged.rules:
        plate = judged.facts(rule.shelf.first).plate
        if plate is not None:
            yield plate
