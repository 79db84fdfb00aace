"""The plan of a trip: what it is as asked, and which lawful ways there are instead. Pure: no clock, no file, no network."""

import math
from collections.abc import Iterator
from dataclasses import replace

from truckban.logic import FALSE
from truckban.questions.jurisdictions import holding
from truckban.questions.strictest import rank
from truckban.trips.instead import instead_of
from truckban.trips.model import Moment, Options, Piece, Plan, Trip
from truckban.trips.opening import Opening
from truckban.trips.rules import WORST, Judged
from truckban.trips.search import Routes
from truckban.trips.sentences import says_of, why_none
from truckban.trips.timetable import timetable
from truckban.trips.ways import Part, Way, instant, timed
from truckban.verdict import WORDS, Verdict
from zones.routing.ground import TripStreets
from zones.routing.limits import Truck
from zones.text import Text

_SHARP_S = 1e-6


def plan_trip(streets: TripStreets, trip: Trip, options: Options | None = None) -> Plan:
    """Plan one trip.

    Args:
        streets: the network.
        trip: the question.
        options: margins and horizons.
    """
    options = options or Options()
    routes = routes_of(streets, trip, trip.judged, trip.truck, options)
    asked = way_asked(routes, trip)
    facts = tuple(_facts(trip))
    if asked is None:
        why = Text(
            "路网上没有这辆车走得通的路（限高、限重、禁货或路网不连通）",
            "there is no way for this truck on the streets (limits of height or mass, no trucks, or streets that do not connect)",
        )
        return Plan(trip, "undetermined", None, why_none=why, facts=facts)
    parts = asked.parts(routes.opening.table)
    begins = [_begin(asked, part, trip.judged) for part in parts]
    pieces = tuple(_piece(asked, part, begin.verdict) for part, begin in zip(parts, begins, strict=True))
    worst = max(part.trit for part in parts)
    first = None if worst == FALSE else begins[next(n for n, part in enumerate(parts) if part.trit == worst)]
    plan = Plan(trip, WORST[worst], asked, pieces, first, facts=facts)
    if worst != FALSE:
        found = instead_of(routes, trip, asked, options)
        plan = replace(plan, alternatives=found, why_none=None if found else why_none(routes, plan))
    return replace(plan, says=says_of(routes, plan, options))


def routes_of(streets: TripStreets, trip: Trip, judged: Judged, truck: Truck, options: Options) -> Routes:
    """Return the searches of a trip for a vehicle."""
    at = trip.depart if trip.depart is not None else trip.arrive
    if at is None:
        msg = "a trip has a departure or an arrival"
        raise ValueError(msg)
    table = timetable(judged, streets, at - options.before_s, at + options.ahead_s)
    ends = tuple(spot.edge for end in (trip.origin, trip.destination) for spot in end.spots)
    opening = Opening(streets, truck, table, ends, trip.timezone)
    return Routes(opening, trip.origin, trip.destination)


def way_asked(routes: Routes, trip: Trip) -> Way | None:
    """Return the trip as asked: along its line, or the quickest way that the truck's size allows, whatever the notices say."""
    if trip.line is not None:
        takes = timed(routes.opening.streets, trip.line.stretches, 0.0).arrives
        departs = trip.depart if trip.depart is not None else (trip.arrive or 0.0) - takes
        return timed(routes.opening.streets, trip.line.stretches, departs)
    spells = routes.opening.by_truck()
    if trip.depart is not None:
        return routes.leaving(spells, trip.depart)
    return None if trip.arrive is None else routes.arriving(spells, trip.arrive)


def _piece(way: Way, part: Part, verdict: Verdict) -> Piece:
    names = [way.streets.name(leg.edge) for leg in way.legs[part.first : part.last + 1]]
    roads = tuple(n for k, n in enumerate(names) if n is not None and (k == 0 or names[k - 1] != n))
    return Piece(WORST[part.trit], part.entered, part.left, roads, verdict)


def _begin(way: Way, part: Part, judged: Judged) -> Moment:
    """Return where a part begins, at its first whole second, with the strictest notice's verdict there."""
    at = float(math.ceil(part.entered - _SHARP_S))
    if at >= part.left:
        at = part.entered
    number = next(n for n in range(part.first, part.last + 1) if way.legs[n].left > at or n == part.last)
    lon, lat = way.position(at, first=number)
    edge = way.legs[number].edge
    verdicts = judged.verdicts(way.streets.stretches[way.streets.stretch[edge]], instant(at), lon, lat)
    held = holding([rule.ground for rule in judged.rules], lon, lat)
    near = [verdict for verdict, may in zip(verdicts, held, strict=True) if may]
    word = WORDS[part.trit]
    strictest = min((verdict for verdict in near if verdict.verdict == word), key=rank, default=min(verdicts, key=rank))
    return Moment(instant(at), way.streets.name(edge), lon, lat, strictest)


def _facts(trip: Trip) -> Iterator[dict[str, object]]:
    for rule in trip.judged.rules:
        for notice in rule.shelf.notices.values():
            for zone in (each.zone for each in rule.ground.each):
                yield {
                    "notice": notice.id,
                    "notice_sha256": notice.sha256,
                    "zone": zone.id,
                    "zone_sha256": zone.sha256,
                    "grade": zone.grade,
                }
