"""Maps of real places, which the project did not make."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from zones.build import build_zone
from zones.errors import ZoneError
from zones.locate import Locator, Place
from zones.names import find_road
from zones.network import StreetNetwork, read_streets
from zones.spec import ZoneSpec

_SHU = {"南外环路": "north", "东外环路": "west", "北外环路": "south", "西外环路": "east"}
_NANJING = {"中山路": "east", "珠江路": "south", "太平北路": "west", "中山东路": "north"}
_BEIJING = {"西直门北大街": "east", "学院南路": "south", "新街口外大街": "west", "文慧园路": "north"}


_THIRD_RING = [
    *("北三环西路", "北三环中路", "北三环东路", "东三环北路", "东三环中路", "东三环南路"),
    *("南三环东路", "南三环中路", "南三环西路", "西三环南路", "西三环中路", "西三环北路"),
]


@cache
def streets_of(path: Path) -> StreetNetwork:
    """Return the streets of a file, read once for all tests."""
    return read_streets(path)


def _spec(sides: dict[str, str]) -> ZoneSpec:
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in sides.items()]
    return ZoneSpec.model_validate({"zone": "t", "edges": edges})


def test_the_campus_closes_along_the_way_that_runs_through_its_gap(shared: Callable[[str], Path]) -> None:
    zone = build_zone(streets_of(shared("osm/shu_campus.osm")), _spec(_SHU))
    assert zone.loop_area_km2 == pytest.approx(0.49, rel=0.03)
    [gap] = zone.gaps
    assert gap["length_m"] == pytest.approx(92, abs=2)
    assert gap["bridged_by"] == "ways"
    assert set(gap["between"]) == {"东外环路", "北外环路"}
    assert (gap["lon"], gap["lat"]) == pytest.approx((121.38896, 31.31993), abs=1e-4)
    assert zone.grade == "osm"
    assert zone.area_km2 < zone.loop_area_km2
    assert len(zone.warnings) == 1


def test_the_campus_stays_open_where_92_m_are_too_far(shared: Callable[[str], Path]) -> None:
    with pytest.raises(ZoneError) as error:
        build_zone(streets_of(shared("osm/shu_campus.osm")), _spec(_SHU), max_gap_m=90)
    assert error.value.code == "loop_open"
    [gap] = error.value.gaps
    assert (gap["bridged_by"], round(gap["length_m"])) == (None, 92)


def test_the_operator_may_close_the_campus_straight(shared: Callable[[str], Path]) -> None:
    zone = build_zone(streets_of(shared("osm/shu_campus.osm")), _spec(_SHU), max_gap_m=0, bridge=[(121.3889, 31.3199)])
    assert [gap["bridged_by"] for gap in zone.gaps] == ["operator"]
    assert zone.loop_area_km2 == pytest.approx(0.49, rel=0.03)


def test_the_campus_on_the_wrong_side_is_a_contradiction(shared: Callable[[str], Path]) -> None:
    with pytest.raises(ZoneError, match="南外环路") as error:
        build_zone(streets_of(shared("osm/shu_campus.osm")), _spec({**_SHU, "南外环路": "south"}))
    assert error.value.code == "sides_contradict"


def test_central_nanjing_is_about_a_square_kilometre(shared: Callable[[str], Path]) -> None:
    zone = build_zone(streets_of(shared("osm/nanjing_centre.osm")), _spec(_NANJING))
    assert zone.loop_area_km2 == pytest.approx(0.97, rel=0.03)
    assert {gap["bridged_by"] for gap in zone.gaps} == {"ways"}


def test_a_beijing_block_of_dual_carriageways_is_one_piece_on_the_stated_sides(shared: Callable[[str], Path]) -> None:
    zone = build_zone(streets_of(shared("osm/beijing_2012_named_ways.geojson")), _spec(_BEIJING))
    assert zone.gaps == ()
    assert zone.area.geom_type == "Polygon"
    assert 0.80 < zone.area_km2 < zone.loop_area_km2 < 0.88
    locator = Locator(zone)
    # the middle of the block, and of 西直门北大街 between its carriageways
    assert locator.places([116.358, 116.3489], [39.9540, 39.9545]).tolist() == [Place.INSIDE, Place.BOUNDARY_ROAD]


def test_the_third_ring_of_beijing_by_its_parts_is_refused_with_all_its_gaps(shared: Callable[[str], Path]) -> None:
    edges = [{"road": road, "boundary": "excluded"} for road in _THIRD_RING]
    spec = ZoneSpec.model_validate({"zone": "t", "edges": edges, "ordered": True})
    with pytest.raises(ZoneError) as error:
        build_zone(streets_of(shared("osm/beijing_2012_named_ways.geojson")), spec)
    assert error.value.code == "loop_open"
    open_gaps = {frozenset(g["between"]): g["length_m"] for g in error.value.gaps if g["bridged_by"] is None}
    assert open_gaps[frozenset({"南三环西路", "西三环南路"})] == pytest.approx(2613, abs=5)
    assert open_gaps[frozenset({"北三环中路", "北三环东路"})] == pytest.approx(468, abs=5)
    assert all(gap["length_m"] > 100 for gap in error.value.gaps if gap["bridged_by"] is None)
    assert all(116.29 < gap["lon"] < 116.48 and 39.84 < gap["lat"] < 39.98 for gap in error.value.gaps)


def test_the_third_ring_of_beijing_by_its_one_name_is_found_by_its_parts_and_refused(
    shared: Callable[[str], Path],
) -> None:
    streets = streets_of(shared("osm/beijing_2012_named_ways.geojson"))
    found = find_road(streets, "三环")
    assert found is not None
    assert (found.how, set(found.signed)) == ("parts", set(_THIRD_RING))
    with pytest.raises(ZoneError) as error:
        build_zone(streets, _spec({"三环": "inside"}))
    assert error.value.code == "loop_open"
    assert max(gap["length_m"] for gap in error.value.gaps) == pytest.approx(2613, abs=5)
