"""Turns that signs forbid: the way found is the one a driver may take."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.maps.drawn_drive import split
from tests.maps.street_map import lonlat, places, street_map
from zones.network import TurnRule
from zones.routing.ground import TripStreets
from zones.routing.search import Ends, Spells, search
from zones.routing.snap import spots_at

# B-C is the short link between the two carriageways of a dual road
TOWN = """
A--B--D
   |
E--C--F
"""
WAYS = {
    "AB": {"name": "AB", "id": "AB"},
    "BD": {"name": "BD", "id": "BD"},
    "BC": {"name": "BC", "id": "BC"},
    "EC": {"name": "EC", "id": "EC"},
    "CF": {"name": "CF", "id": "CF"},
}
WHERE = places(TOWN)


def drawn(*rules: TurnRule) -> TripStreets:
    network = street_map(TOWN, dict(split(WAYS)))
    return TripStreets.of(network.segments, [], turns=rules)


def rule(
    from_: str, to: str, at: str, *, via: Sequence[str] = (), only: bool = False, when: str | None = None
) -> TurnRule:
    lon, lat = lonlat(*WHERE[at])
    return TurnRule(from_, to, lon, lat, only=only, conditional=when, via=tuple(via))


def way(streets: TripStreets, start: str, goal: str) -> list[str]:
    """Return the names of the streets on the quickest way between two places; empty where there is none."""
    usable = np.ones(len(streets.stretch), np.bool_)

    def node(letter: str) -> np.ndarray:
        return np.array([np.concatenate(streets.graph.plane.xy(*(np.array([v]) for v in lonlat(*WHERE[letter]))))])

    begin = spots_at(streets, node(start), usable, leaving=True)
    end = spots_at(streets, node(goal), usable, leaving=False)
    duration = streets.streets.duration
    goal_take = np.full(len(duration), np.inf)
    for spot in end:
        for street in (spot.edge, *streets.copies_of(spot.edge).tolist()):
            goal_take[street] = duration[street]
    first = np.array([spot.edge for spot in begin], np.int32)
    ends = Ends(first, duration[first], np.full(len(first), np.inf), goal_take, 0.0, np.inf)
    ever = Spells(
        np.zeros(len(duration), np.int32), np.array([0, 1], np.int32), np.array([-np.inf]), np.array([np.inf])
    )
    found = search(streets.streets, ever, ends)
    return [str(streets.name(int(edge))) for edge in found.street]


def test_without_rules_the_quickest_way_is_taken() -> None:
    assert way(drawn(), "A", "D") == ["AB", "BD"]
    assert way(drawn(), "A", "F") == ["AB", "BC", "CF"]


def test_a_turn_that_is_forbidden_is_not_made_and_others_are() -> None:
    streets = drawn(rule("AB", "BC", "B"))
    # a truck may still turn where the drawing ends
    assert way(streets, "A", "F") == ["AB", "BD", "BD", "BC", "CF"]
    assert way(streets, "D", "F") == ["BD", "BC", "CF"]
    assert way(streets, "A", "D") == ["AB", "BD"]


def test_the_only_turn_is_the_only_one_for_those_who_come_from_there() -> None:
    streets = drawn(rule("AB", "BD", "B", only=True))
    assert way(streets, "A", "F") == ["AB", "BD", "BD", "BC", "CF"]
    assert way(streets, "A", "D") == ["AB", "BD"]
    assert way(streets, "D", "F") == ["BD", "BC", "CF"]


def test_of_two_only_turns_each_may_be_made() -> None:
    streets = drawn(rule("AB", "BD", "B", only=True), rule("AB", "BC", "B", only=True))
    assert way(streets, "A", "D") == ["AB", "BD"]
    assert way(streets, "A", "F") == ["AB", "BC", "CF"]


def test_a_rule_over_a_link_binds_only_those_who_came_that_way() -> None:
    streets = drawn(rule("AB", "EC", "B", via=["BC"]))
    assert way(streets, "A", "E") == ["AB", "BD", "BD", "BC", "EC"]
    assert way(streets, "A", "F") == ["AB", "BC", "CF"]
    assert way(streets, "D", "E") == ["BD", "BC", "EC"]
    # a trip that ends on the link is free to
    assert way(streets, "A", "C") == ["AB", "BC"]


def test_an_only_rule_over_a_link_leaves_one_way_on() -> None:
    streets = drawn(rule("AB", "CF", "B", via=["BC"], only=True))
    assert way(streets, "A", "E") == ["AB", "BC", "CF", "CF", "EC"]
    assert way(streets, "A", "D") == ["AB", "BC", "CF", "CF", "BC", "BD"]
    assert way(streets, "A", "F") == ["AB", "BC", "CF"]
    assert way(streets, "D", "E") == ["BD", "BC", "EC"]


def test_a_rule_at_another_place_of_the_same_street_does_nothing() -> None:
    assert way(drawn(rule("AB", "BC", "A")), "A", "F") == ["AB", "BC", "CF"]


def test_a_rule_that_depends_on_the_truck_or_the_time_is_kept_with_its_words() -> None:
    streets = drawn(rule("AB", "BC", "B", when="no @ (06:00-22:00)"))
    assert way(streets, "A", "F") == ["AB", "BC", "CF"]
    names = [
        (streets.name(int(streets.real[a])), streets.name(int(streets.real[b])), words) for a, b, words in streets.turns
    ]
    assert names == [("AB", "BC", "no @ (06:00-22:00)")]


@pytest.mark.parametrize("letters", ["AD", "AF", "EF", "DE"])
def test_no_way_turns_back_in_the_middle(letters: str) -> None:
    names = way(drawn(), *letters)
    assert names
    assert len(names) == len(set(names))
