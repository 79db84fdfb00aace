from dataclasses import replace

import pytest
import shapely

from zones.coords import LocalPlane
from zones.difference import difference_of
from zones.zone import Zone
from zones.zone_file import load_builtin, parse_zone


@pytest.fixture(scope="module")
def zone() -> Zone:
    return load_builtin("linyi-schematic")


def test_a_zone_and_itself_have_no_changes(zone: Zone) -> None:
    found = difference_of(zone, parse_zone(zone.text))
    assert (found.changes, found.added_km2, found.removed_km2) == ((), 0, 0)
    assert found.added.is_empty


def test_a_carve_out_that_ends_is_told_with_its_area_and_its_entries(zone: Zone) -> None:
    closed = zone.carve_outs[0]
    new = replace(zone, carve_outs=zone.carve_outs[1:], area=shapely.union_all([zone.area, closed.geometry]))
    found = difference_of(zone, new)
    metres = LocalPlane.around(zone.area).to_xy(closed.geometry).area
    assert found.added_km2 == pytest.approx(metres / 1e6, rel=0.02)
    assert found.removed_km2 == 0
    subjects = [change.subject for change in found.changes]
    assert "carve_out_removed" in subjects
    assert "五一路" in found.changes[0].text.zh
    assert {entry.street for entry in found.entries_removed} >= {"示意六街"}
    back = difference_of(new, zone)
    assert (back.added_km2, back.removed_km2) == (0, found.added_km2)
    assert back.entries_added == found.entries_removed


def test_what_is_said_of_a_zone_is_compared_too(zone: Zone) -> None:
    widths = {**zone.widths, "西环路": {"width_m": 12.0, "from": "width"}}
    names = {**zone.names, "西环路": "alias"}
    source = {**zone.source, "date": "2024-01-01"}
    found = difference_of(zone, replace(zone, grade="survey", widths=widths, names=names, source=source))
    assert [change.subject for change in found.changes] == ["name_changed", "width_changed", "grade", "source"]
    assert "10.5 m -> 12.0 m" in found.changes[1].text.en


def test_the_notice_and_the_options_are_compared_in_words(zone: Zone) -> None:
    old = replace(zone, notice={"id": "n", "sha256": "a" * 64}, built_with={"max_gap_m": 50.0})
    new = replace(zone, notice={"id": "n", "sha256": "b" * 64}, built_with={"crs": "gcj02"})
    found = difference_of(old, new)
    assert [change.subject for change in found.changes] == ["notice", "built_with", "built_with"]
    said = [change.text for change in found.changes]
    assert "aaaaaaaaaaaa…) -> n (sha256 bbbbbbbbbbbb…)" in said[0].en
    assert said[1].en == "build option: gaps closed along drawn ways up to 50 m -> not set"
    assert said[2].zh == "构建选项：未设 → 街道的坐标系 gcj02"


def test_a_file_and_itself_do_not_follow_each_other(zone: Zone) -> None:
    own = replace(zone, replaces={"zone": "z", "sha256": "c" * 64})
    assert difference_of(own, own).succession is None
    assert difference_of(own, own).as_json()["succession"] is None


def test_boundaries_are_told_in_words(zone: Zone) -> None:
    roads = (replace(zone.boundary_roads[0], boundary="included"), *zone.boundary_roads[1:])
    [change] = difference_of(zone, replace(zone, boundary_roads=roads)).changes
    assert change.text == ("边界道路 丰喜大道：不含 → 含", "boundary road 丰喜大道: not included -> included")


def test_a_kerb_that_differs_by_the_grid_beside_a_real_change_is_no_change(zone: Zone) -> None:
    west, south, east, north = zone.area.bounds
    grown = shapely.box(east - 1e-9, south, east + 0.001, south + 0.01)
    sliver = shapely.box(east - 1e-9, south, east + 3e-7, north)
    found = difference_of(zone, replace(zone, area=shapely.union_all([zone.area, grown, sliver])))
    assert found.added.bounds[3] == pytest.approx(south + 0.01, abs=1e-5)
    assert found.added_km2 == pytest.approx(LocalPlane.around(zone.area).to_xy(grown).area / 1e6, rel=1e-3)
    assert west < east
