"""Streets drawn as text, a notice's words about them, and what must come of it."""

from typing import Any

import pytest
from ring_map import RING, RING_KM2, SIDES, holds, ring, spec_of
from street_map import places, street_map

from zones.boundary import outline
from zones.build import build_zone
from zones.errors import ZoneError
from zones.spec import ZoneSpec


def _spec(*edges: dict[str, Any], **more: object) -> ZoneSpec:
    return ZoneSpec.model_validate({"zone": "t", "edges": [{"boundary": "excluded", **e} for e in edges], **more})


def _edges(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"road": road, "side": side, **changes.get(road, {})} for road, side in SIDES.items()]


# the northern road is signed 北关街 up to m and 朝阳街 from there on
_RENAMED = RING.replace("A---------B", "A----m----B")
_RENAMED_WAYS = {
    "wAm": {"name": "北关街"},
    "mBx": {"name": "朝阳街"},
    "bBCc": {"name": "东路"},
    "yCDz": {"name": "南路"},
    "dDAa": {"name": "西路"},
}


@pytest.mark.parametrize(
    ("road", "also", "report"),
    [
        ("北关街", ["朝阳街"], "also: 北关街、朝阳街"),
        ("朝阳街", ["北关街"], "also: 朝阳街、北关街"),
        # the notice's own word may stand nowhere in the streets
        ("北环路", ["北关街", "朝阳街"], "also: 北关街、朝阳街"),
    ],
)
def test_a_road_that_changes_its_name_on_the_way_is_one_edge(road: str, also: list[str], report: str) -> None:
    edges = [{"road": road, "side": "south", "also": also}, *_edges()[1:]]
    zone = build_zone(street_map(_RENAMED, _RENAMED_WAYS), _spec(*edges))
    assert zone.gaps == ()
    assert zone.loop_area_km2 == pytest.approx(RING_KM2, rel=2e-3)
    assert zone.names[road] == report
    assert zone.spec is not None
    assert zone.spec.edges[0].also == tuple(also)


def test_a_name_listed_under_also_that_no_street_bears_is_an_error() -> None:
    with pytest.raises(ZoneError, match="无此街") as error:
        outline(
            _spec({"road": "北关街", "side": "south", "also": ["朝阳街", "无此街"]}),
            street_map(_RENAMED, _RENAMED_WAYS),
        )
    assert error.value.code == "road_not_found"


def test_half_of_a_road_that_changes_its_name_leaves_the_ring_open() -> None:
    with pytest.raises(ZoneError) as error:
        outline(_spec({"road": "北关街", "side": "south"}, *_edges()[1:]), street_map(_RENAMED, _RENAMED_WAYS))
    assert error.value.code == "loop_open"


def test_a_ring_road_named_by_its_parts_is_one_edge() -> None:
    ways = {
        "wAm": {"name": "北三环西路"},
        "mBx": {"name": "北三环东路"},
        "bBCc": {"name": "东三环中路"},
        "yCDz": {"name": "南三环中路"},
        "dDAa": {"name": "西三环中路"},
    }
    zone = build_zone(street_map(_RENAMED, ways), _spec({"road": "三环", "side": "inside"}))
    assert zone.loop_area_km2 == pytest.approx(RING_KM2, rel=2e-3)
    assert zone.names["三环"].startswith("parts: ")
    assert any("北三环西路" in warning for warning in zone.warnings)


# a ring signed in four parts with a hole between m and n; at its corner a loop of its own, as interchanges have
_HOLED = """
 A------------------------------m n------------------------------B
 |                                                               |
 |                                                               |
 |                                                               |
 |                                                               |
 |                                                               |
 |                                                               |
 D---------------------------------------------------------------Cp
                                                                 rq
"""


def test_a_ring_of_parts_tells_its_gap_and_takes_no_loop_of_its_own_for_the_zone() -> None:
    ways = {
        "Am": {"name": "北三环西路"},
        "nB": {"name": "北三环东路"},
        "BC": {"name": "东三环中路"},
        "CD": {"name": "南三环中路"},
        "DA": {"name": "西三环中路"},
        "CpqrC": {"name": "东三环南路"},
    }
    spec = _spec({"road": "三环", "side": "inside"})
    with pytest.raises(ZoneError) as error:
        outline(spec, street_map(_HOLED, ways), max_gap_m=0)
    assert error.value.code == "loop_open"
    [gap] = error.value.gaps
    assert gap["length_m"] == pytest.approx(200, abs=2)
    assert gap["between"] == ["三环", "三环"]
    closed = outline(spec, street_map(_HOLED, {**ways, "mn": {"name": None}}), max_gap_m=250)
    assert [found.bridged_by for found in closed.gaps] == ["ways"]
    assert closed.loop.area == pytest.approx(6400 * 700, rel=5e-3)


# 环路 goes all round; two streets cross it: the zone is the middle field, and 环路 is its edge in the east and the west
_BELT = """
 A---------B
 |         |
nP---------Qo
 |         |
 |         |
sR---------St
 |         |
 D---------C
"""
_BELT_WAYS = {
    "APRDCSQBA": {"name": "环路"},
    "nPQo": {"name": "北街"},
    "sRSt": {"name": "南街"},
}


def test_a_road_may_occur_twice_in_an_ordered_loop() -> None:
    loop = ["北街", "环路", "南街", "环路"]
    zone = build_zone(street_map(_BELT, _BELT_WAYS), _spec(*({"road": road} for road in loop), ordered=True))
    assert zone.loop_area_km2 == pytest.approx(1.0 * 0.3, rel=5e-3)
    assert [road.name for road in zone.boundary_roads] == loop
    assert zone.gaps == ()


def test_a_road_may_be_an_edge_on_two_of_its_sides() -> None:
    # 环路以东、环路以西: between its two halves
    sides = [("北街", "south"), ("环路", "inside"), ("南街", "north")]
    spec = _spec(*({"road": road, "side": side} for road, side in sides))
    assert outline(spec, street_map(_BELT, _BELT_WAYS)).loop.area == pytest.approx(1000 * 300, rel=5e-3)


# two fields between the same three names: 纵路 runs three times
_LADDER = """
 A----B---------C
 |    |         |
 |    |         |
 F----E---------D
"""
_LADDER_WAYS = {
    "ABC": {"name": "北路"},
    "FED": {"name": "南路"},
    "AF": {"name": "纵路"},
    "BE": {"name": "纵路"},
    "CD": {"name": "纵路"},
}


def test_two_fields_that_both_fit_are_an_error_that_names_the_roads() -> None:
    spec = _spec(
        {"road": "北路", "side": "south"}, {"road": "南路", "side": "north"}, {"road": "纵路", "side": "inside"}
    )
    with pytest.raises(ZoneError, match="2 areas") as error:
        outline(spec, street_map(_LADDER, _LADDER_WAYS))
    assert error.value.code == "sides_contradict"
    assert all(road in error.value.text.zh for road in ("北路", "南路", "纵路"))


def test_all_sides_that_contradict_are_named() -> None:
    with pytest.raises(ZoneError) as error:
        outline(spec_of({**SIDES, "北路": "north", "东路": "east"}), ring())
    assert error.value.code == "sides_contradict"
    assert "north of 北路, east of 东路" in error.value.text.en
    assert "北路以北、东路以东" in error.value.text.zh


# the edge is 横街 from 西路 eastward; its western end, beyond 西路, bends north to 北路 and would be a second way round
_TOWARD = """
 k---A---------B
 |   |         |
 |   |         |
 i---W---------E
     |         |
     D---------C
"""


@pytest.mark.parametrize(
    "part",
    [
        {"from": {"junction": ["西路", "横街"]}, "toward": "east"},
        {"from": "西口", "to": "东口"},
        {"from": {"junction": ["东路", "横街"]}, "to": "西口"},
    ],
)
def test_an_edge_may_be_a_stretch_between_points_or_toward_a_side(part: dict[str, Any]) -> None:
    ways = {
        "kAB": {"name": "北路"},
        "kiWE": {"name": "横街"},
        "BEC": {"name": "东路"},
        "AWD": {"name": "西路"},
        "DC": {"name": "南路"},
    }
    edges = [e for e in _edges() if e["road"] != "南路"]
    cross = {"road": "横街", "side": "north", "part": {"road": "横街", **part}}
    points = {"西口": {"junction": ["西路", "横街"]}, "东口": {"junction": ["横街", "东路"]}}
    drawn = outline(_spec(*edges, cross, points=points), street_map(_TOWARD, ways))
    assert drawn.loop.area == pytest.approx(1000 * 300, rel=5e-3)
    where = places(_TOWARD)
    assert not holds(drawn, drawn.boundary[-1], where["i"][0] + 200, where["i"][1])


@pytest.mark.parametrize("kind", ["railway", "river", "administrative"])
def test_a_street_is_never_taken_for_a_line_of_another_kind(kind: str) -> None:
    with pytest.raises(ZoneError, match="hold a road named 东路: if it is meant, write kind: road") as error:
        outline(_spec(*_edges(东路={"kind": kind})), ring())
    assert (error.value.code, error.value.candidates) == ("road_not_found", {"东路": []})


# a slip road without a name joins both roads; they do not reach the corner
_SLIP = """
 wA--------p
  |         q
  |         |
  |         |
 zD---------C
"""


def test_a_link_road_closes_a_corner_and_is_reported_as_a_gap() -> None:
    ways: dict[str, dict[str, Any]] = {
        "wAp": {"name": "北路"},
        "qC": {"name": "东路"},
        "CDz": {"name": "南路"},
        "DA": {"name": "西路"},
        "pq": {"name": None, "highway": "secondary_link", "oneway": True},
    }
    with pytest.raises(ZoneError, match="open"):
        outline(spec_of(), street_map(_SLIP, ways), max_gap_m=100)
    drawn = outline(spec_of(), street_map(_SLIP, ways), max_gap_m=150)
    assert [gap.bridged_by for gap in drawn.gaps] == ["ways"]
    assert drawn.loop.area == pytest.approx(1000 * 400 - 100 * 100 / 2, rel=5e-3)


def test_the_report_says_how_wide_every_road_is_and_why() -> None:
    network = street_map(
        RING.replace("  |         |\n zD", " uO---------Pv\n  |         |\n zD"),
        {
            "wABx": {"name": "北路", "width_m": 21.0},
            "bBPCc": {"name": "东路", "lanes": 6},
            "yCDz": {"name": "南路", "lanes": None, "highway": "trunk"},
            "dDOAa": {"name": "西路", "lanes": None, "highway": "tertiary", "oneway": True},
            "uOPv": {"name": "横街", "lanes": None, "highway": "residential"},
        },
    )
    zone = build_zone(network, _spec(*_edges(), carve_outs=[{"road": "横街"}]))
    assert zone.widths == {
        "北路": {"width_m": 21.0, "from": "width"},
        "东路": {"width_m": 21.0, "from": "lanes"},
        "南路": {"width_m": 14.0, "from": "class"},
        "西路": {"width_m": 7.0, "from": "class"},
        "横街": {"width_m": 7.0, "from": "class"},
    }
