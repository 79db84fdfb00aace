"""Trucks that load: at the invented sites of the demonstration area, at a place on no list, and where they stand without loading.

Added to the simulated day on request, behind its other trucks, which stay what they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely

from enterprises.registry_file import builtin_registry
from truckban.demo.drives import DayOfTruck, Planner, Trip
from truckban.demo.motion import Yard
from truckban.demo.places import DEPOTS, Spot
from truckban.demo.scenarios import Scenario
from truckban.demo.streets import Streets

REGISTRY = "schematic"
_HOUR = 3600
_JITTER_M = 12.0
_LOAD_MIN, _OTHER_MIN = (16, 40), (18, 45)
_MARGIN = 0.12
# yards of a depot lie anywhere along its stretch of street
_DEPOT_M = 600


@dataclass(frozen=True, slots=True)
class Place:
    """Where trucks stand.

    Attributes:
        id: of the site, or its own name.
        street: the street it lies at.
        lon, lat: its middle, WGS 84.
        enterprise: the id where it is a site, else None.
        kind: `site`, `unlisted` (loading, on no list), `restaurant` (long stops, no loading), `parking` (known to be one).
    """

    id: str
    street: str
    lon: float
    lat: float
    enterprise: str | None = None
    kind: str = "site"


_STREET_OF_SITE = {
    "schematic-site-1": "示意二街",
    "schematic-site-2": "示意五街",
    "schematic-site-3": "东环路",
    "schematic-site-4": "丰喜大道",
    "schematic-site-5": "北环路",
    "schematic-site-6": "峨嵋大道",
}
OTHERS = (
    Place("示意沙场", "示意东乡道", 110.8165, 35.1560, kind="unlisted"),
    Place("示意饭店", "示意西乡道", 110.7276, 35.1330, kind="restaurant"),
    Place("示意停车场", "示意南乡道", 110.7720, 35.1112, kind="parking"),
)


@cache
def places() -> Mapping[str, Place]:
    """Return all places by id."""
    found = {}
    for site in builtin_registry(REGISTRY).sites:
        middle = shapely.geometry.shape(dict(site.geometry)).centroid
        found[site.id] = Place(site.id, _STREET_OF_SITE[site.id], middle.x, middle.y, site.enterprise)
    return found | {place.id: place for place in OTHERS}


@dataclass(frozen=True, slots=True)
class Round:
    """What one kind of freight truck does all day.

    Attributes:
        scenario: its name, and how many of 36 do it.
        stands: where it stands one after the other, and again from the beginning: a place's id, `depot`, or `town` (a yard there).
        rounds: how often.
        starts: between which hours.
        outside: keep to where trucks may go, where the stands let it.
    """

    scenario: Scenario
    stands: tuple[str, ...]
    rounds: int
    starts: tuple[float, float]
    outside: bool = False


def _scenario(name: str, of_36: int) -> Scenario:
    return Scenario(name, of_36, "heavy", name)


ROUNDS = {
    one.scenario.name: one
    for one in (
        Round(_scenario("freight_concrete", 5), ("schematic-site-1", "town"), 3, (6.2, 8.5)),
        Round(_scenario("freight_by_night", 4), ("schematic-site-2", "depot"), 2, (0.1, 0.8)),
        Round(_scenario("freight_cement", 6), ("schematic-site-3", "depot"), 3, (6.5, 9), outside=True),
        Round(_scenario("freight_chemicals", 5), ("schematic-site-4", "town"), 2, (7, 11)),
        Round(_scenario("freight_stone", 5), ("schematic-site-5", "depot", "示意饭店"), 2, (6.5, 9), outside=True),
        Round(
            _scenario("freight_trade", 5),
            ("schematic-site-6", "schematic-site-3", "示意停车场", "schematic-site-4"),
            1,
            (7, 9),
            outside=True,
        ),
        Round(_scenario("freight_sand", 6), ("示意沙场", "depot"), 3, (6, 8), outside=True),
    )
}
SCENARIOS = tuple(one.scenario for one in ROUNDS.values())
VISIT_COLUMNS = ("vehicle_id", "place", "kind", "enterprise", "arrived_at", "left_at")


def plan(planner: Planner, name: str) -> tuple[DayOfTruck, tuple[str | None, ...]]:
    """Return a truck's day, and the place where it stands after each trip (None: none of `places`)."""
    round_ = ROUNDS[name]
    names = list(round_.stands) * round_.rounds
    start = here = _yard(planner, "depot")
    clock, trips = planner.between(*round_.starts), []
    for stand in [*names, "depot"]:
        there = _yard(planner, stand)
        trip = Trip(clock, planner.drive(here, (), there, outside=round_.outside))
        trips.append(trip)
        place = places().get(stand)
        loads = place is not None and place.kind in ("site", "unlisted")
        clock, here = trip.end + planner.minutes(*(_LOAD_MIN if loads else _OTHER_MIN)), there
    return DayOfTruck(start.xy, tuple(trips)), (*(name if name in places() else None for name in names), None)


def _yard(planner: Planner, stand: str) -> Yard:
    if stand == "depot":
        # not the depot that the parking and the restaurant lie at
        return planner.depot(("E", "N", "NE", "NW", "SE", "SW")[int(planner.rng.integers(6))])
    if stand == "town":
        return planner.some_yard()
    return yard_at(planner.streets, places()[stand], planner.rng)


def yard_at(streets: Streets, place: Place, rng: np.random.Generator) -> Yard:
    """Return where a truck stands in a place, and the point of its street across from it."""
    spot = Spot(place.street, place.lon, place.lat)
    edges = tuple(streets.along(spot.street, spot.lon, spot.lat))
    middle = np.column_stack(streets.plane.xy([place.lon], [place.lat]))[0]
    line = shapely.LineString(edges[0].xy)
    at = line.interpolate(
        np.clip(line.project(shapely.Point(middle), normalized=True), _MARGIN, 1 - _MARGIN), normalized=True
    )
    return Yard(edges, np.array([at.x, at.y]), middle + rng.uniform(-_JITTER_M, _JITTER_M, 2))


def true_stays(day: DayOfTruck, stands: Sequence[str | None]) -> list[dict[str, Any]]:
    """Return a truck's stays at places as rows; `arrived_at` and `left_at` as seconds of the day."""
    rows = []
    for trip, after, stand in zip(day.trips, day.trips[1:], stands, strict=False):
        if stand is not None:
            place = places()[stand]
            rows.append(
                {
                    "place": place.id,
                    "kind": place.kind,
                    "enterprise": place.enterprise,
                    "arrived_at": trip.end,
                    "left_at": after.start,
                }
            )
    return rows


def known_places() -> dict[str, Any]:
    """Return the places that are known to be no loading places as GeoJSON for `truckban enterprise visits --places`."""
    known = [(place.id, "parking", place.lon, place.lat, 80) for place in OTHERS if place.kind == "parking"]
    known += [(f"示意货场 {name}", "depot", spot.lon, spot.lat, _DEPOT_M) for name, spot in DEPOTS.items()]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
                "properties": {"name": name, "kind": kind, "crs": "wgs84", "radius_m": radius_m},
            }
            for name, kind, lon, lat, radius_m in known
        ],
    }
