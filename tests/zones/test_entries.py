"""Entries on maps small enough to count by hand."""

import csv
import io
from typing import Any

import pytest
import shapely
from shapely import LineString, box

from zones.entries import COLUMNS, entries_csv, entries_of
from zones.zone import BoundaryRoad, CarveOut, Street, Zone
from zones.zone_file import load_builtin

WEST, EAST, SOUTH, NORTH = 110.01, 110.03, 35.01, 35.03
ROAD = 0.0002


def street(id_: str, name: str | None, points: list[tuple[float, float]], *, oneway: bool = False) -> Street:
    return Street(id_, name, "tertiary", "crosses", 3.5, oneway, LineString(points))


def zone(*streets: Street, carved: bool = False) -> Zone:
    area: Any = box(WEST, SOUTH, EAST, NORTH)
    open_ = box(110.0199, SOUTH, 110.0201, NORTH)
    return Zone(
        id="z",
        grade="osm",
        area=shapely.difference(area, open_) if carved else area,
        loop_area_km2=4.1,
        area_km2=4.0,
        boundary_roads=(
            BoundaryRoad("南路", "excluded", box(WEST, SOUTH - ROAD, EAST, SOUTH)),
            BoundaryRoad("北路", "excluded", box(WEST, NORTH, EAST, NORTH + ROAD)),
            BoundaryRoad("西路", "excluded", box(WEST - ROAD, SOUTH, WEST, NORTH)),
            BoundaryRoad("东路", "excluded", box(EAST, SOUTH, EAST + ROAD, NORTH)),
        ),
        carve_outs=(CarveOut("中路", open_),) if carved else (),
        streets=streets,
    )


def rows(made: Zone) -> list[tuple[object, ...]]:
    return [(e.number, e.kind, e.street, e.from_road, e.direction) for e in entries_of(made)]


def test_a_street_through_the_zone_comes_in_on_both_sides() -> None:
    through = street("1/1-2", "一街", [(110.0, 35.02), (110.04, 35.02)])
    assert rows(zone(through)) == [(1, "entry", "一街", "东路", "west"), (2, "entry", "一街", "西路", "east")]
    [east, west] = entries_of(zone(through))
    assert (east.lon, west.lon) == pytest.approx((EAST, WEST), abs=1e-6)
    assert (east.bearing_deg, west.bearing_deg) == pytest.approx((270, 90), abs=0.1)


def test_a_one_way_street_comes_in_where_it_leads_in_and_goes_out_where_it_leads_out() -> None:
    up = street("1/1-2", "一街", [(110.015, 35.0), (110.015, 35.04)], oneway=True)
    assert rows(zone(up)) == [(1, "exit", "一街", "北路", "north"), (2, "entry", "一街", "南路", "north")]


def test_a_street_that_only_touches_the_kerb_is_no_entry() -> None:
    along = street("1/1-2", "一街", [(110.0, NORTH + 0.00001), (110.02, NORTH - 0.000005), (110.04, NORTH + 0.00001)])
    outside = street("2/1-2", "二街", [(110.0, 35.0), (110.04, 35.0)])
    assert rows(zone(outside)) == []
    assert all(row[2] == "一街" for row in rows(zone(along)))


def test_pieces_of_one_street_count_once() -> None:
    pieces = [
        street("1/1-2", "一街", [(110.0, 35.02), (110.02, 35.02)]),
        street("1/2-3", "一街", [(110.02, 35.02), (110.025, 35.02)]),
    ]
    assert rows(zone(*pieces)) == [(1, "entry", "一街", "西路", "east")]


def test_a_border_through_a_junction_counts_once() -> None:
    pieces = [
        street("1/1-2", "一街", [(110.0, 35.02), (WEST, 35.02)]),
        street("1/2-3", "一街", [(WEST, 35.02), (110.025, 35.02)]),
    ]
    assert rows(zone(*pieces)) == [(1, "entry", "一街", "西路", "east")]


def test_both_sides_of_a_carve_out_are_entries() -> None:
    across = street("1/1-2", None, [(110.015, 35.02), (110.025, 35.02)])
    assert sorted(rows(zone(across, carved=True)), key=str) == [
        (1, "entry", None, "中路", "east"),
        (2, "entry", None, "中路", "west"),
    ]


def test_numbers_run_clockwise_from_the_north_west_whatever_the_order_of_the_streets() -> None:
    streets = [
        street("1", "西街", [(110.0, 35.025), (110.012, 35.025)]),
        street("2", "北街", [(110.02, 35.04), (110.02, 35.028)]),
        street("3", "东街", [(110.04, 35.02), (110.028, 35.02)]),
        street("4", "南街", [(110.02, 35.0), (110.02, 35.012)]),
    ]
    names = ["北街", "东街", "南街", "西街"]
    assert [entry.street for entry in entries_of(zone(*streets))] == names
    assert [entry.street for entry in entries_of(zone(*streets[::-1]))] == names


def test_the_schematic_zone_has_the_entries_that_its_drawing_has() -> None:
    found = {(e.street, e.from_road, e.direction, e.from_kind) for e in entries_of(load_builtin("linyi-schematic"))}
    ring, carved = "boundary_road", "carve_out"
    assert found == {
        ("五一路", "丰喜大道", "north", ring),
        ("五一路", "北环路", "south", carved),
        ("北环路", "东环路", "west", ring),
        ("北环路", "五一路", "east", carved),
        ("示意二街", "西环路", "east", ring),
        ("示意二街", "东环路", "west", ring),
        ("示意四街", "西环路", "east", ring),
        ("示意四街", "东环路", "west", ring),
        ("示意六街", "五一路", "west", carved),
        ("示意六街", "五一路", "east", carved),
        ("示意七街", "北环路", "south", carved),
        ("示意八街", "丰喜大道", "north", ring),
        ("示意八街", "北环路", "north", carved),
        ("示意八街", "北环路", "south", carved),
        ("示意九街", "峨嵋大道", "south", ring),
        ("示意九街", "北环路", "north", carved),
        ("示意九街", "北环路", "south", carved),
        ("示意十街", "峨嵋大道", "south", ring),
        ("示意十一街", "丰喜大道", "north", ring),
    }


def test_the_table_has_the_columns_and_a_row_an_entry() -> None:
    made = load_builtin("linyi-schematic")
    table = list(csv.reader(io.StringIO(entries_csv(entries_of(made)))))
    assert tuple(table[0]) == COLUMNS
    assert [row[0] for row in table[1:]] == [str(number) for number in range(1, 20)]
