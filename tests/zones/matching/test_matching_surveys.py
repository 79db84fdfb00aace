"""Lines of a survey have no nodes where they meet: they are cut there, or no drive could turn from one into another."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_drive import along
from ring_map import RING, ring, spec_of
from shapely import Point
from street_map import PLANE, places, segment

from zones.build import build_zone
from zones.locate import Locator
from zones.matching.cutting import noded, zone_streets
from zones.matching.matcher import Match, Matcher
from zones.matching.streets import RoadGraph
from zones.matching.words import streets_driven
from zones.network import Segment
from zones.routing.ground import TripStreets
from zones.zone import Grade

ACROSS = [(0.0, 100.0), (400.0, 100.0)]
UP = [(200.0, 0.0), (200.0, 300.0)]


def ends_of(segments: tuple[Segment, ...]) -> set[tuple[float, float]]:
    """Return where lines begin and end, metres on the drawing."""
    ends = [PLANE.to_xy(Point(s.line.coords[at])) for s in segments for at in (0, -1)]
    return {(round(point.x, 1), round(point.y, 1)) for point in ends}


def round_the_ring(grade: Grade) -> Match:
    """Match a drive that turns at three corners of a ring whose roads are drawn as one line each."""
    zone = build_zone(ring(), spec_of(), grade=grade)
    graph = RoadGraph.of_streets(zone_streets(zone)[0])
    where = places(RING)
    fixes = along([where[letter] for letter in "wADCy"], speed=12, every=15)
    return Matcher(graph).match(*PLANE.lonlat(fixes.x, fixes.y), fixes.t)


def test_a_drive_turns_from_one_surveyed_line_into_another() -> None:
    match = round_the_ring("survey")
    assert not match.breaks
    assert [street.name for street in streets_driven(match)] == ["北路", "西路", "南路"]


def test_streets_of_openstreetmap_are_left_as_they_are() -> None:
    """There a crossing without a common node is a bridge."""
    assert round_the_ring("osm").breaks


def test_a_trip_turns_from_one_surveyed_line_into_another() -> None:
    zone = build_zone(ring(), spec_of(), grade="survey")
    streets = TripStreets.of_zones([Locator(zone)])
    names = np.array(streets.names)
    follow = [
        {names[then] for then in streets.streets.next[slice(*streets.streets.next_ptr[edge : edge + 2])]}
        for edge in np.flatnonzero(names == "北路")
    ]
    assert {"西路", "东路"} <= set().union(*follow)


@pytest.mark.parametrize("beyond_m", [-0.5, 0.0, 0.5])
def test_an_end_within_a_metre_of_a_line_meets_it(beyond_m: float) -> None:
    cut = noded([segment("a", ACROSS), segment("b", [(200.0, 100.0 + beyond_m), UP[1]])], PLANE)
    assert [s.name for s in cut].count("a") == 2
    lines = [s.line.coords for s in cut]
    corner = [line[at] for line in lines for at in (0, -1) if abs(PLANE.to_xy(Point(line[at])).y - 100) < 1]
    assert sum(place == other for place in corner for other in corner) >= 9  # three ends, in one place


def test_lines_that_cross_are_cut_there_unless_one_is_marked_as_a_bridge() -> None:
    across, up = segment("a", ACROSS), segment("b", UP)
    assert len(noded([across, up], PLANE)) == 4
    assert (200.0, 100.0) in ends_of(noded([across, up], PLANE))
    bridge = replace(up, truck_tags=(("bridge", "yes"),))
    assert len(noded([across, bridge], PLANE)) == 2
    assert len(noded([replace(across, truck_tags=(("bridge", "no"),)), up], PLANE)) == 4
    tunnel = replace(across, truck_tags=(("tunnel", "yes"),))
    assert len(noded([tunnel, bridge], PLANE)) == 2


def test_what_meets_nothing_stays_as_it_is() -> None:
    apart = [segment("a", ACROSS), segment("b", [(0.0, 300.0), (400.0, 300.0)])]
    cut = noded(apart, PLANE)
    assert [s.id for s in cut] == [s.id for s in apart]
    for before, after in zip(apart, cut, strict=True):
        assert np.allclose(before.line.coords, after.line.coords, atol=1e-9)
