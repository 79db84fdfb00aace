"""Trips in two counties at once, each with a survey of its own whose streets are numbered alike."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from shapely import LineString
from two_counties import HEAVY, County, county

from truckban.trips.answer import answer_trip
from truckban.trips.rules import Rule, maps_of
from zones.errors import InputError
from zones.locate import Locator
from zones.network import TurnRule
from zones.routing.ground import TripStreets
from zones.routing.speeds import load_speeds

FIRST = county()
AWAY = county("丙县", "bing-2024-1", east_m=40_000, hours="22:00-06:00", through="解放路")
NIGHT, DAY = "2024-05-08T23:00:00+08:00", "2024-05-08T10:00:00+08:00"


def plan(counties: tuple[County, ...], own: County, at: str = NIGHT, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    rules = [Rule(each.jurisdiction.shelf, each.ground) for each in counties]
    streets = TripStreets.of_zones(maps_of(rules), speeds=load_speeds(None))
    ends = {"origin": own.at(-700, 1_000), "destination": own.at(2_700, 1_000)}
    return answer_trip({"vehicle": HEAVY, **ends, "depart": at, **more}, streets, rules)


@pytest.mark.parametrize("counties", [(FIRST, AWAY), (AWAY, FIRST)])
@pytest.mark.parametrize("at", [DAY, NIGHT])
def test_a_trip_in_either_county_is_judged_by_it_in_whatever_order_they_were_loaded(
    counties: tuple[County, ...], at: str
) -> None:
    for own in counties:
        found = plan(counties, own, at)
        assert found["verdict"] == ("unlawful" if (own is FIRST) == (at == DAY) else "lawful")
        if found["verdict"] == "unlawful":
            assert found["first_unlawful"]["notice"] == own.law.id
        alone = plan((own,), own, at)
        assert {name: found[name] for name in ("route", "parts")} == {name: alone[name] for name in ("route", "parts")}


def test_an_alert_that_one_of_the_counties_knows_is_no_error() -> None:
    known = county(more="alerts: {orange: {zh: 橙色预警, en: orange alert}}")
    for counties in itertools.permutations([known, AWAY]):
        assert plan(counties, known, DAY, alerts=["orange"])["verdict"] == "unlawful"
        with pytest.raises(InputError) as refused:
            plan(counties, known, DAY, alerts=["purple"])
        assert refused.value.field == "vehicle.alerts"


def test_streets_that_are_called_alike_keep_their_own_rules_and_a_street_of_two_files_is_one() -> None:
    zone = FIRST.ground.zone
    one, other = zone.streets[0].id, zone.streets[1].id
    rule = TurnRule(one, other, *zone.streets[0].geometry.coords[-1])
    alike = {street.id for street in zone.streets} & {street.id for street in AWAY.ground.zone.streets}
    assert {one, other} <= alike
    ruled = Locator(replace(AWAY.ground.zone, turns=(rule,)))
    made = TripStreets.of_zones([FIRST.ground, ruled])
    alone = TripStreets.of_zones([FIRST.ground])
    away = TripStreets.of_zones([AWAY.ground])
    assert len(made.graph.edges.length) == len(alone.graph.edges.length) + len(away.graph.edges.length)
    # a neighbour's file that holds the same streets as far as they are near to its own zone
    parts = [(street, street.geometry.interpolate(0.7, normalized=True)) for street in zone.streets]
    cut = tuple(replace(street, geometry=LineString([street.geometry.coords[0], end])) for street, end in parts)
    beside = Locator(replace(zone, streets=cut))
    assert len(TripStreets.of_zones([beside, FIRST.ground]).graph.edges.length) == len(alone.graph.edges.length)
