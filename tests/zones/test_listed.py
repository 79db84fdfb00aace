"""Roads that a notice lists instead of an area, as a zone: the roads themselves, without what crosses them."""

import pytest
from ring_map import holds
from street_map import places, street_map

from zones.build import build_zone
from zones.errors import InputError
from zones.listed import listed_outline
from zones.locate import Locator, Place
from zones.spec import ZoneSpec

MAP = """
  a   b   c
  |   |   |
 wA---B---Cx
  |   |   |
 uD---E---Fv
"""
WAYS = {
    "wABCx": {"name": "府前街"},
    "uDEFv": {"name": "文昌街"},
    "aAD": {"name": "建设路"},
    "bBE": {"name": "花园路"},
    "cCF": {"name": "光明路"},
}


def listed(*roads: dict[str, object], **more: object) -> ZoneSpec:
    return ZoneSpec.model_validate({"zone": "t", "roads": list(roads), **more})


STRETCH = {
    "road": "府前街",
    "from": {"junction": ["府前街", "建设路"]},
    "to": {"junction": ["府前街", "光明路"]},
}


def test_a_stretch_is_banned_from_kerb_to_kerb_between_its_ends() -> None:
    drawn = listed_outline(listed(STRETCH), street_map(MAP, WAYS))
    (x, y), (end, _) = (places(MAP)[letter] for letter in "AC")
    assert holds(drawn, drawn.area, x + 100, y)
    assert holds(drawn, drawn.area, x + 100, y + 3.4)
    assert not holds(drawn, drawn.area, x + 100, y + 3.6)
    assert not holds(drawn, drawn.area, x - 50, y)
    assert not holds(drawn, drawn.area, end + 50, y)


def test_who_only_crosses_a_listed_road_is_not_on_it() -> None:
    drawn = listed_outline(listed({"road": "府前街"}), street_map(MAP, WAYS))
    for letter in "ABC":
        x, y = places(MAP)[letter]
        assert not holds(drawn, drawn.area, x, y)
    x, y = places(MAP)["B"]
    assert holds(drawn, drawn.area, x + 20, y)


def test_two_listed_roads_keep_the_junction_that_they_share() -> None:
    drawn = listed_outline(listed({"road": "府前街"}, {"road": "花园路"}), street_map(MAP, WAYS))
    assert holds(drawn, drawn.area, *places(MAP)["B"])
    assert not holds(drawn, drawn.area, *places(MAP)["A"])


def test_a_zone_of_listed_roads_locates_and_keeps_its_words() -> None:
    zone = build_zone(street_map(MAP, WAYS), listed(STRETCH))
    assert zone.spec == listed(STRETCH)
    inside = zone.area.representative_point()
    assert Locator(zone).places([inside.x], [inside.y]).tolist() == [Place.INSIDE]
    assert zone.boundary_roads == ()


def test_a_road_that_shares_all_of_its_surface_with_another_cannot_be_told() -> None:
    above = street_map(MAP, {**WAYS, "BC": {"name": "高架路", "width_m": 30.0}})
    part = {**STRETCH, "from": {"junction": ["府前街", "花园路"]}}
    with pytest.raises(InputError) as error:
        listed_outline(listed(part), above)
    assert error.value.field == "roads.0"
    assert "重叠" in error.value.text.zh


def test_a_railway_is_no_listed_road() -> None:
    with pytest.raises(InputError) as error:
        listed_outline(
            listed({"road": "京九铁路"}), street_map(MAP, {**WAYS, "AE": {"name": "京九铁路", "kind": "railway"}})
        )
    assert error.value.field == "roads.0.road"


def test_no_gap_is_bridged_where_there_is_no_ring() -> None:
    with pytest.raises(InputError) as error:
        build_zone(street_map(MAP, WAYS), listed(STRETCH), bridge=[(121.0, 31.0)])
    assert error.value.field == "bridge"


@pytest.mark.parametrize(
    "words",
    [
        {"zone": "t", "roads": []},
        {"zone": "t", "edges": []},
        {"zone": "t"},
        {"zone": "t", "roads": [STRETCH], "edges": [{"road": "文昌街", "side": "north", "boundary": "excluded"}]},
        {"zone": "t", "roads": [STRETCH], "carve_outs": [{"road": "花园路"}]},
    ],
)
def test_words_are_edges_or_roads(words: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        ZoneSpec.model_validate(words)
