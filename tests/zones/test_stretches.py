from typing import Any

import pytest
from ring_map import SIDES, holds, spec_of
from shapely import Point
from street_map import lonlat, places, street_map

from zones.boundary import Outline, outline
from zones.errors import InputError

_CROSS = """
  a    n    b
 wA----N----Bx
  |    |    |
  |    |    |
 iW----O----Ej
  |    |    |
  |    |    |
 zD----S----Cy
  d    s    c
"""
_CROSS_WAYS = {
    "wANBx": {"name": "北路"},
    "bBECc": {"name": "东路"},
    "yCSDz": {"name": "南路"},
    "dDWAa": {"name": "西路"},
    "nNOSs": {"name": "纵街", "width_m": 18.0},
    "iWOEj": {"name": "横街", "width_m": 18.0},
}


def _carved(part: dict[str, Any], **more: object) -> tuple[Outline, dict[str, tuple[float, float]]]:
    network = street_map(_CROSS, _CROSS_WAYS)
    return outline(spec_of(carve_outs=[part], **more), network), places(_CROSS)


@pytest.mark.parametrize(
    "part",
    [
        {"road": "纵街", "from": {"junction": ["纵街", "横街"]}, "to": {"junction": ["纵街", "北路"]}},
        {"road": "纵街", "from": {"junction": ["北路", "纵街"]}, "to": "路口"},
        {"road": "纵街", "from": "路口", "toward": "north"},
    ],
)
def test_a_carve_out_runs_from_junction_to_junction_as_wide_as_its_road(part: dict[str, Any]) -> None:
    drawn, where = _carved(part, points={"路口": {"junction": ["横街", "纵街"]}})
    [carve_out] = drawn.carve_outs
    x, y = where["O"]
    for inside in ((x, y), (x + 8.8, y - 8.8), (x - 8.8, y + 100), (x, where["N"][1] - 4)):
        assert holds(drawn, carve_out, *inside), inside
        assert not holds(drawn, drawn.area, *inside), inside
    for outside in ((x + 9.2, y + 100), (x, y - 9.2), (x + 9.2, y), (x - 9.2, y)):
        assert not holds(drawn, carve_out, *outside), outside
        assert holds(drawn, drawn.area, *outside), outside
    assert not holds(drawn, carve_out, x, where["N"][1])
    assert carve_out.area == pytest.approx(18 * (where["N"][1] - y - 3.5 + 9), rel=1e-2)


def test_a_whole_road_can_be_carved_out() -> None:
    drawn, where = _carved({"road": "横街"})
    x, y = where["O"]
    assert holds(drawn, drawn.carve_outs[0], x - 300, y)
    assert holds(drawn, drawn.carve_outs[0], x + 300, y)
    assert not holds(drawn, drawn.carve_outs[0], x, y + 20)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"road": "纵街", "from": "无此处", "toward": "north"}, "无此处"),
        ({"road": "纵街", "from": {"junction": ["北路", "南路"]}, "toward": "north"}, "do not meet"),
        ({"road": "纵街", "from": {"junction": ["纵街", "横街"]}, "toward": "east"}, "no continuous stretch"),
    ],
)
def test_a_part_that_cannot_be_resolved_says_why(part: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        _carved(part)


def test_roads_that_meet_twice_need_a_direction() -> None:
    network = street_map(_CROSS, {**_CROSS_WAYS, "jBNW": {"name": "横街"}})
    junction = {"junction": ["纵街", "横街"]}
    part = {"road": "纵街", "from": junction, "toward": "south"}
    with pytest.raises(InputError, match="meet 2 times"):
        outline(spec_of(carve_outs=[part]), network)
    southern = {**part, "from": {**junction, "direction": "south"}}
    drawn = outline(spec_of(carve_outs=[southern]), network)
    assert drawn.carve_outs[0].bounds[3] < drawn.plane.to_xy(Point(*lonlat(*places(_CROSS)["O"]))).y + 20


def test_an_edge_can_be_a_part_of_its_road() -> None:
    spec = spec_of({**SIDES, "横街": "south"})
    edges = [e for e in spec.edges if e.road != "北路"]
    part = {"road": "横街", "from": {"junction": ["横街", "西路"]}, "to": {"junction": ["横街", "东路"]}}
    edges[-1] = type(edges[-1]).model_validate({"road": "横街", "side": "south", "boundary": "excluded", "part": part})
    drawn = outline(spec.model_copy(update={"edges": edges}), street_map(_CROSS, _CROSS_WAYS))
    where = places(_CROSS)
    assert drawn.loop.area == pytest.approx((where["E"][0] - where["W"][0]) * (where["E"][1] - where["C"][1]), rel=5e-3)
