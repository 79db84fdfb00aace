"""Lines of a survey have no nodes where they meet: they are cut there, or no drive could turn from one into another."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from drawn_drive import along
from ring_map import RING, ring, spec_of
from shapely import Point
from street_map import PLANE, places, segment, street_map

from zones.build import build_zone
from zones.locate import Locator
from zones.matching.cutting import noded, with_nodes, zone_streets
from zones.matching.matcher import Match, Matcher
from zones.matching.streets import RoadGraph
from zones.matching.words import streets_driven
from zones.network import Segment, StreetNetwork, TurnRule
from zones.routing.ground import TripStreets
from zones.track_streets import read_tracks, with_tracks
from zones.zone import Grade, Zone

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


# drives with a receiver beside a map whose streets have their nodes

WITHOUT_EAST = {"wABx": "北路", "yCDz": "南路", "dD": "西路", "DA": "西路", "Aa": "西路"}


def track(path: Path, *corners: tuple[float, float], name: str) -> StreetNetwork:
    """Return a drive along corners on the drawing, with errors of some metres."""
    line = shapely.segmentize(shapely.LineString(corners), 20.0)
    points = shapely.get_coordinates(line) + np.random.default_rng(7).normal(0.0, 1.5, (len(line.coords), 2))
    lon, lat = PLANE.lonlat(*points.T)
    path.write_text("\n".join(["lon,lat", *(f"{x:.7f},{y:.7f}" for x, y in zip(lon, lat, strict=True)), ""]), "utf-8")
    return read_tracks(path, name=name)


def ring_with_a_track(folder: Path) -> Zone:
    """Return a ring on a map that lacks one road, which was driven beyond both corners."""
    (x, north), (_, south) = places(RING)["B"], places(RING)["C"]
    east = track(folder / "east.csv", (x, north + 60.0), (x, south - 60.0), name="东路")
    network = street_map(RING, {way: {"name": name} for way, name in WITHOUT_EAST.items()})
    return build_zone(with_tracks(network, east), spec_of(), grade="osm")


def follow(streets: TripStreets, name: str) -> set[str | None]:
    """Return the names of the streets that may follow one of a name."""
    found: set[str | None] = set()
    for edge in np.flatnonzero(np.array(streets.names) == name).tolist():
        onward = streets.streets.next[slice(*streets.streets.next_ptr[edge : edge + 2])]
        found |= {streets.names[streets.real[then]] for then in onward.tolist()}
    return found


def test_a_drive_turns_from_a_street_of_a_map_into_a_track_and_back(tmp_path: Path) -> None:
    graph = RoadGraph.of_streets(zone_streets(ring_with_a_track(tmp_path))[0])
    where = places(RING)
    fixes = along([where[letter] for letter in "wBCz"], speed=12, every=15)
    match = Matcher(graph).match(*PLANE.lonlat(fixes.x, fixes.y), fixes.t)
    assert not match.breaks
    assert [street.name for street in streets_driven(match)] == ["北路", "东路", "南路"]


def test_a_trip_turns_from_a_street_of_a_map_into_a_track(tmp_path: Path) -> None:
    assert {"北路", "南路"} <= follow(TripStreets.of_zones([Locator(ring_with_a_track(tmp_path))]), "东路")


@pytest.mark.parametrize(("short_m", "meets"), [(-3.0, True), (0.0, True), (6.0, True), (14.0, False)])
def test_a_track_that_ends_some_metres_before_a_street_meets_it(tmp_path: Path, short_m: float, meets: bool) -> None:  # noqa: FBT001
    [up] = track(tmp_path / "up.csv", (200.0, 100.0 + short_m), (200.0, 300.0), name="b").segments
    cut, whole = with_nodes([segment("a", ACROSS), up], PLANE, drawn=False)
    assert ([s.name for s in cut].count("a") == 2) is meets
    assert [["a", "b"][n] for n in whole.tolist()] == [s.name for s in cut]


def test_a_track_makes_no_crossings_of_other_streets() -> None:
    over = [segment("a", ACROSS), segment("b", UP)]
    far = segment("c", [(900.0, 0.0), (900.0, 300.0)], id="track/c/1")
    assert with_nodes([*over, far], PLANE, drawn=False)[0] == [*over, far]


def test_rules_of_turns_hold_where_a_track_cuts_the_street() -> None:
    across, on = segment("a", ACROSS, id="a"), segment("c", [ACROSS[1], (600.0, 100.0)], id="c")
    side = segment("d", [ACROSS[1], (400.0, 300.0)], id="d")
    rule = TurnRule("a", "d", *PLANE.lonlat(*ACROSS[1]))
    cutting = segment("b", UP, id="track/b/1")
    for streets in ([across, on, side], [across, on, side, cutting]):
        assert "d" in follow(TripStreets.of(streets, []), "a")
        may = follow(TripStreets.of(streets, [], turns=[rule]), "a")
        assert "c" in may
        assert "d" not in may


def test_streets_that_no_track_meets_stay_as_they_are_in_every_digit(tmp_path: Path) -> None:
    zone = ring_with_a_track(tmp_path)
    with_track, _ = zone_streets(zone)
    without, _ = zone_streets(replace(zone, streets=tuple(s for s in zone.streets if s.name != "东路")))
    west = [s for s in without if s.name == "西路"]
    assert west
    assert [s for s in with_track if s.name == "西路"] == west
