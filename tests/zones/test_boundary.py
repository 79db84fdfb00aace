from typing import Any

import pytest
from ring_map import RING, RING_KM2, SIDES, holds, ring, spec_of, with_boundary
from street_map import places, street_map

from zones.boundary import outline
from zones.errors import InputError, ZoneError


def test_a_closed_ring_is_the_rectangle_of_its_corners() -> None:
    drawn = outline(spec_of(), ring())
    assert drawn.loop.area / 1e6 == pytest.approx(RING_KM2, rel=2e-3)
    assert drawn.gaps == ()


def test_half_of_each_boundary_road_is_taken_out() -> None:
    drawn = outline(spec_of(), ring())
    assert drawn.area.area == pytest.approx((1000 - 7) * (500 - 7), rel=1e-4)


@pytest.mark.parametrize(("tags", "half_m"), [({"width_m": 20.0}, 10), ({"lanes": 4}, 7), ({"lanes": None}, 7)])
def test_width_is_from_the_tag_else_the_lanes_else_the_class(tags: dict[str, Any], half_m: float) -> None:
    drawn = outline(spec_of(), ring(wABx={"name": "北路", **tags}))
    top = places(RING)["A"][1]
    assert holds(drawn, drawn.area, 600, top - half_m - 0.2)
    assert not holds(drawn, drawn.area, 600, top - half_m + 0.2)


def test_an_included_road_belongs_to_the_area_up_to_its_outer_kerb() -> None:
    excluded = outline(spec_of(), ring())
    included = outline(with_boundary(spec_of(), "北路", "included"), ring())
    top = places(RING)["A"][1]
    assert holds(included, included.area, 600, top + 3.4)
    assert not holds(included, included.area, 600, top + 3.6)
    assert excluded.area.difference(included.area).area < 1


def test_an_unstated_road_is_kept_out_of_the_area() -> None:
    drawn = outline(with_boundary(spec_of(), "北路", "unstated"), ring())
    top = places(RING)["A"][1]
    assert not holds(drawn, drawn.area, 600, top)
    assert holds(drawn, drawn.boundary[0], 600, top)


def test_the_boundary_road_ends_at_the_corner_not_where_the_road_ends() -> None:
    drawn = outline(spec_of(), ring())
    corner_x, top = places(RING)["A"]
    assert holds(drawn, drawn.boundary[0], corner_x, top)
    assert not holds(drawn, drawn.boundary[0], corner_x - 60, top)


@pytest.mark.parametrize("road", list(SIDES))
def test_a_side_that_contradicts_the_others_is_named(road: str) -> None:
    opposite = {"north": "south", "south": "north", "east": "west", "west": "east"}
    with pytest.raises(ZoneError) as error:
        outline(spec_of({**SIDES, road: opposite[SIDES[road]]}), ring())
    assert error.value.code == "sides_contradict"
    assert [name for name in SIDES if name in error.value.text.zh] == [road]


def test_a_side_along_the_road_is_a_contradiction() -> None:
    with pytest.raises(ZoneError, match="east of 北路"):
        outline(spec_of({**SIDES, "北路": "east"}), ring())


def test_the_face_is_chosen_by_sides_even_where_a_larger_one_lies_beside_it() -> None:
    drawing = """
 A----B--------------------C
 |    |                    |
 |    |                    |
 F----E--------------------D
"""
    ways = {
        "ABC": {"name": "北路"},
        "BE": {"name": "中路"},
        "FED": {"name": "南路"},
        "AF": {"name": "西路"},
        "CD": {"name": "东路"},
    }
    west = spec_of({"北路": "south", "中路": "west", "南路": "north", "西路": "east"})
    east = spec_of({"北路": "south", "中路": "east", "南路": "north", "东路": "west"})
    network = street_map(drawing, ways)
    assert outline(west, network).loop.area == pytest.approx(500 * 300, rel=5e-3)
    assert outline(east, network).loop.area == pytest.approx(2100 * 300, rel=5e-3)


# 10 m a character, 100 m a line; the eastern road is a dual carriageway, 40 m apart, with a link across
_DUAL = """
                          b   e
 A------------------------B---E--x
 |                        |   |
 |                        h---i
 |                        |   |
 D------------------------C---F--y
                          c   f
"""
_DUAL_CELL_M = (10.0, 100.0)
_DUAL_WAYS = {
    "ABEx": {"name": "北路"},
    "DCFy": {"name": "南路"},
    "AD": {"name": "西路"},
    "cChBb": {"name": "东路", "oneway": True},
    "eEiFf": {"name": "东路", "oneway": True},
    "hi": {"name": "东路"},
}


def test_a_dual_carriageway_counts_to_its_middle_and_is_taken_out_whole() -> None:
    drawn = outline(spec_of(), street_map(_DUAL, _DUAL_WAYS, cell_m=_DUAL_CELL_M))
    where = places(_DUAL, cell_m=_DUAL_CELL_M)
    height = where["A"][1] - where["D"][1]
    middle = (where["B"][0] + where["E"][0]) / 2
    assert drawn.loop.area == pytest.approx((middle - where["A"][0]) * height, rel=3e-3)
    road = drawn.boundary[list(SIDES).index("东路")]
    y = where["h"][1] - 30
    for x in (where["B"][0] - 3, where["B"][0] + 10, middle, where["E"][0] + 3):
        assert holds(drawn, road, x, y), x
        assert not holds(drawn, drawn.area, x, y), x
    assert holds(drawn, drawn.area, where["B"][0] - 4, y)


def test_a_road_drawn_as_a_main_and_an_auxiliary_line_counts_as_one() -> None:
    ways = {**_DUAL_WAYS, "eEiFf": {"name": "东路", "oneway": False}, "cChBb": {"name": "东路", "oneway": False}}
    plain, dual = (outline(spec_of(), street_map(_DUAL, w, cell_m=_DUAL_CELL_M)) for w in (ways, _DUAL_WAYS))
    assert plain.loop.symmetric_difference(dual.loop).area < 1


def test_an_ordered_loop_needs_no_sides() -> None:
    spec = spec_of(dict.fromkeys(SIDES), ordered=True)
    assert outline(spec, ring()).loop.area == pytest.approx(RING_KM2 * 1e6, rel=2e-3)


def test_junctions_are_no_line_and_cannot_be_an_edge() -> None:
    spec = spec_of()
    junctions = spec.edges[0].model_copy(update={"kind": "junctions"})
    with pytest.raises(InputError, match="no road") as error:
        outline(spec.model_copy(update={"edges": [junctions, *spec.edges[1:]]}), ring())
    assert error.value.field == "edges.0.kind"
