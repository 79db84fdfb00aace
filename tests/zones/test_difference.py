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
