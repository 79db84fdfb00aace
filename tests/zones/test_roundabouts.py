"""Roundabouts at the corner of a zone, drawn as text."""

from typing import Any

import pytest
from ring_map import holds, spec_of, with_boundary
from street_map import lonlat, places, street_map

from zones.boundary import outline
from zones.build import build_zone
from zones.errors import ZoneError
from zones.network import StreetNetwork

# 10 m a character and a line: a roundabout 60 m across, which the northern road reaches at h and the eastern leaves at e
_ROUND = """
                                            a.b
                                            . .
  wA--------------------------------------h     c
   .                                        .   .
   .                                      g     d
   .                                        . .
   .                                        f.e
   .                                          |
   .                                          |
   .                                          |
   .                                          |
   .                                          |
   .                                          |
   .                                          |
  zD------------------------------------------C
"""
_ROUND_CELL_M = (10.0, 10.0)


def _roundabout(**tags: object) -> StreetNetwork:
    ways: dict[str, dict[str, Any]] = {
        "wAh": {"name": "北路"},
        "eC": {"name": "东路"},
        "CDz": {"name": "南路"},
        "DA": {"name": "西路"},
        "ahg": {"oneway": True, **tags},
        "gfed": {"oneway": True, **tags},
        "dcba": {"oneway": True, **tags},
    }
    return street_map(_ROUND, ways, cell_m=_ROUND_CELL_M)


@pytest.mark.parametrize("name", [None, "中心环岛"])
def test_a_roundabout_at_a_corner_is_part_of_the_boundary_road(name: str | None) -> None:
    drawn = outline(spec_of(), _roundabout(name=name), max_gap_m=0)
    assert drawn.gaps == ()
    [(edge, roundabout)] = drawn.roundabouts
    assert drawn.roads[edge].name == "北路"
    assert {drawn.roads[i].name for i in roundabout.roads} == {"北路", "东路"}
    where = places(_ROUND, cell_m=_ROUND_CELL_M)
    east, south = (where["b"][0] + 30, where["h"][1] - 10), (where["f"][0] + 10, where["e"][1])
    middle = ((where["g"][0] + where["d"][0]) / 2, (where["a"][1] + where["f"][1]) / 2)
    for on_it in (where["a"], where["c"], where["g"], south, middle):
        assert not holds(drawn, drawn.area, *on_it), on_it
        assert holds(drawn, drawn.boundary[edge], *on_it), on_it
    assert not holds(drawn, drawn.area, *east)


def test_a_roundabout_is_named_in_the_report() -> None:
    zone = build_zone(_roundabout(), spec_of(), max_gap_m=0)
    where = places(_ROUND, cell_m=_ROUND_CELL_M)
    lon, lat = lonlat(where["d"][0] - 30, where["d"][1] + 10)
    [warning] = zone.warnings
    assert "环岛" in warning
    assert f"{lon:.5f}" in warning
    assert f"{lat:.5f}" in warning


def test_a_roundabout_between_included_and_excluded_roads_is_excluded() -> None:
    drawn = outline(with_boundary(spec_of(), "北路", "included"), _roundabout(), max_gap_m=0)
    [(edge, _)] = drawn.roundabouts
    assert drawn.roads[edge].name == "东路"


def test_a_ring_of_two_way_streets_is_no_roundabout() -> None:
    with pytest.raises(ZoneError, match="open"):
        outline(spec_of(), _roundabout(oneway=False), max_gap_m=0)


# the box in which two dual carriageways cross: one-way all round, with corners
_BOX = """
                          p  q
 A------------------------B--E
 |                        |  |
 |                        F--G
 |                           |
 |                           |
 D---------------------------C
"""


def test_the_box_of_a_crossing_is_no_roundabout() -> None:
    ways: dict[str, dict[str, Any]] = {
        "AB": {"name": "北路"},
        "GC": {"name": "东路"},
        "CD": {"name": "南路"},
        "DA": {"name": "西路"},
        "BFGEB": {"oneway": True},
    }
    drawn = outline(spec_of(), street_map(_BOX, ways, cell_m=(10.0, 30.0)))
    assert drawn.roundabouts == ()
    assert [gap.bridged_by for gap in drawn.gaps] == ["ways"]


@pytest.mark.parametrize("oneway", [True, False])
def test_what_the_source_calls_a_roundabout_is_one_whatever_its_shape(*, oneway: bool) -> None:
    ways: dict[str, dict[str, Any]] = {
        "AB": {"name": "北路"},
        "GC": {"name": "东路"},
        "CD": {"name": "南路"},
        "DA": {"name": "西路"},
        "BFGEB": {"oneway": oneway, "roundabout": True},
    }
    drawn = outline(spec_of(), street_map(_BOX, ways, cell_m=(10.0, 30.0)), max_gap_m=0)
    assert drawn.gaps == ()
    assert [edge for edge, _ in drawn.roundabouts] == [0]


# the northern road is cut in two by a roundabout
_CUT = """
                    a.b
                    . .
  wA--------------h     c-----------------------B
   .                .   .                       |
   .              g     d                       |
   .                . .                         |
   .                f.e                         |
   .                                            |
   .                                            |
   .                                            |
   .                                            |
   .                                            |
  zD--------------------------------------------C
"""


def test_a_roundabout_in_the_middle_of_a_road_is_part_of_it() -> None:
    ways: dict[str, dict[str, Any]] = {
        "wAh": {"name": "北路"},
        "cB": {"name": "北路"},
        "BC": {"name": "东路"},
        "CDz": {"name": "南路"},
        "DA": {"name": "西路"},
        "ahgfedcba": {"oneway": True},
    }
    drawn = outline(spec_of(), street_map(_CUT, ways, cell_m=_ROUND_CELL_M), max_gap_m=0)
    where = places(_CUT, cell_m=_ROUND_CELL_M)
    assert drawn.gaps == ()
    assert [edge for edge, _ in drawn.roundabouts] == [0]
    for on_it in (where["f"], where["a"], (where["g"][0] + 30, where["g"][1] + 10)):
        assert holds(drawn, drawn.boundary[0], *on_it), on_it
        assert not holds(drawn, drawn.area, *on_it), on_it
    assert holds(drawn, drawn.area, where["f"][0], where["f"][1] - 9)
