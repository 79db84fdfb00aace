import dataclasses
import itertools
import re

import pytest
import shapely
from trip_plans import NAMES, plan

from truckban.report.drawing import Drawing
from truckban.report.tags import NARROW_PX, WIDE_PX, Box, Placer, Tag
from truckban.report.trip_map import Said, TripMap, trip_map
from zones import load_builtin


def _map(name: str) -> TripMap:
    planned = plan(name)
    ends = [planned.trip.origin, planned.trip.destination]
    return trip_map(planned, [Said(end.lon, end.lat, "起", "origin") for end in ends])


def _ends(d: str) -> tuple[tuple[int, int], tuple[int, int]]:
    numbers = [int(text) for text in re.findall(r"-?\d+", d)]
    x, y = numbers[:2]
    for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
        x, y = x + dx, y + dy
    return (numbers[0], numbers[1]), (x, y)


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_the_trip_meet_and_reach_from_origin_to_destination(name: str) -> None:
    drawn, planned = _map(name), plan(name)
    ends = [_ends(line.d) for line in drawn.asked]
    for (_, last), (first, _) in itertools.pairwise(ends):
        assert abs(last[0] - first[0]) <= 1
        assert abs(last[1] - first[1]) <= 1
    assert planned.way is not None
    sheet = Drawing(planned.trip.judged.rules[0].ground.zone)
    line = sheet.on_sheet(shapely.LineString([(lon, lat) for lon, lat, _ in planned.way.timed_line]))
    first, last = shapely.get_coordinates(line)[[0, -1]].round().astype(int).tolist()
    assert (ends[0][0], ends[-1][1]) == (tuple(first), tuple(last))


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_is_driven_lies_in_the_view(name: str) -> None:
    drawn = _map(name)
    left, top, width, height = drawn.view
    assert width / height == pytest.approx(1.25, rel=0.001)
    for line in (*drawn.asked, *drawn.instead):
        for x, y in _ends(line.d):
            assert left < x < left + width
            assert top < y < top + height


def test_ways_along_one_street_are_drawn_side_by_side() -> None:
    drawn = _map("unlawful")
    assert len({line.d for line in drawn.instead}) == len(drawn.instead)
    assert not {line.d for line in drawn.instead} & {line.d for line in drawn.asked}


def test_each_number_stands_on_the_map_once() -> None:
    drawn = _map("fleet")
    numbers = [tag.number for tag in drawn.tags if tag.kind == "number"]
    assert sorted(numbers) == list(range(1, len(plan("fleet").alternatives) + 1))
    assert all(0 < tag.left < 100 and 0 < tag.top < 100 for tag in drawn.tags)


def test_streets_are_drawn_once_though_they_are_driven_both_ways() -> None:
    drawn = _map("unlawful")
    strokes = [stroke for shape in drawn.streets for stroke in re.findall(r"M[^M]+", shape.d)]
    assert len(strokes) == len(set(strokes))
    assert sum(map(len, strokes)) < 20_000


def test_without_a_way_the_zone_and_both_ends_are_drawn() -> None:
    none = dataclasses.replace(plan("unlawful"), way=None, pieces=(), first_unlawful=None, alternatives=())
    drawn = trip_map(none, [Said(110.735, 35.128, "起", "origin")])
    assert drawn.streets
    assert drawn.areas
    assert drawn.asked == drawn.instead == ()


def test_several_zones_share_one_sheet() -> None:
    zone = load_builtin("linyi-schematic")
    first = Drawing(zone)
    other = Drawing(zone, centre=(first.centre[0] + 0.1, first.centre[1]))
    assert other.on_sheet(zone.area).bounds != first.on_sheet(zone.area).bounds
    assert Drawing(zone, centre=first.centre).on_sheet(zone.area).equals(first.on_sheet(zone.area))


def _placer() -> Placer:
    return Placer((0.0, 0.0, 1000.0, 800.0))


def _texts(tags: list[Tag]) -> list[tuple[str, bool]]:
    return [(tag.text, tag.wide) for tag in tags]


def test_a_name_that_would_hide_another_is_left_out_and_one_that_would_on_a_telephone_is_for_wide_screens() -> None:
    placer = _placer()
    placer.may(Box(500.0, 400.0, "五一路"), "street")
    placer.may(Box(510.0, 400.0, "北环路"), "street")
    placer.may(Box(500.0, 435.0, "东环路"), "street")
    assert _texts(placer.tags) == [("五一路", False), ("东环路", True)]
    assert WIDE_PX > 2 * NARROW_PX


def test_a_name_that_runs_over_the_edge_is_left_out() -> None:
    placer = _placer()
    placer.may(Box(2.0, 400.0, "五一路"), "street")
    assert placer.tags == []


def test_a_mark_is_always_placed_where_it_hides_least() -> None:
    placer = _placer()
    placer.must(Box(500.0, 400.0, "起"), "origin")
    placer.must(Box(505.0, 400.0, "1"), "number", 1, Box(700.0, 400.0, "1"))
    placer.must(Box(500.0, 400.0, "终"), "destination")
    assert [tag.left for tag in placer.tags] == [50.0, 70.0, 50.0]
