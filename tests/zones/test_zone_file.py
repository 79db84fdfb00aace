import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shapely import box
from shapely.geometry import mapping

import zones
from zones.errors import InputError
from zones.locate import Locator, Place
from zones.zone_file import load_builtin, parse_zone, read_zone

_HEAD: dict[str, Any] = {
    "zone": "z",
    "grade": "osm",
    "loop_area_km2": 1.0,
    "area_km2": 0.9,
    "gaps": [],
    "names": {},
    "warnings": [],
}


def _feature(role: str, geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"role": role, **properties}, "geometry": mapping(geometry)}


def _plain() -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "truckban": dict(_HEAD),
        "features": [
            _feature("area", box(110.0, 35.0, 110.1, 35.1)),
            _feature("boundary_road", box(109.999, 34.999, 110.0, 35.1), name="西路", boundary="excluded"),
            _feature("carve_out", box(110.05, 35.0, 110.06, 35.1), name="中路"),
        ],
    }


def test_a_zone_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    zone = zones.load_builtin("linyi-schematic")
    zone.write(tmp_path / "z.geojson")
    again = read_zone(tmp_path / "z.geojson")
    assert again == zone
    assert again.sha256 == zone.sha256
    assert (tmp_path / "z.geojson").read_text("utf-8") == zone.text


def test_the_file_has_the_members_of_the_contract() -> None:
    data = json.loads(load_builtin("linyi-schematic").text)
    assert set(_HEAD) <= set(data["truckban"])
    roles = {feature["properties"]["role"] for feature in data["features"]}
    assert roles == {"area", "boundary_road", "carve_out", "street"}


def test_coordinates_have_at_most_seven_decimals() -> None:
    text = load_builtin("linyi-schematic").text
    numbers = [
        word.strip("[],{}")
        for word in text.replace(",", " ").split()
        if "." in word and word.strip("[],{}")[0].isdigit()
    ]
    assert len(numbers) > 1000
    assert max(len(number.partition(".")[2]) for number in numbers) <= 7


def test_a_plain_file_without_streets_is_enough_to_locate() -> None:
    zone = parse_zone(json.dumps(_plain()))
    places = Locator(zone).places([110.02, 109.9995, 110.055, 110.2], [35.05] * 4)
    assert places.tolist() == [Place.INSIDE, Place.BOUNDARY_ROAD, Place.CARVE_OUT, Place.OUTSIDE]
    assert Locator(zone).roads(110.02, 35.05) == [frozenset()]
    assert Locator(zone).segment_place("西路") == frozenset()


@pytest.mark.parametrize("member", sorted(_HEAD))
def test_a_missing_member_is_named(member: str) -> None:
    data = _plain()
    del data["truckban"][member]
    with pytest.raises(InputError) as error:
        parse_zone(json.dumps(data), file="z.geojson")
    assert (error.value.field, error.value.file) == (f"truckban.{member}", "z.geojson")


def _no_area(data: dict[str, Any]) -> None:
    del data["features"][0]


def _bad_role(data: dict[str, Any]) -> None:
    data["features"][1]["properties"]["role"] = "fence"


def _bad_boundary(data: dict[str, Any]) -> None:
    data["features"][1]["properties"]["boundary"] = "maybe"


def _bad_geometry(data: dict[str, Any]) -> None:
    data["features"][2]["geometry"] = {"type": "Polygon", "coordinates": "x"}


def _no_geometry(data: dict[str, Any]) -> None:
    data["features"][2]["geometry"] = None


def _bad_grade(data: dict[str, Any]) -> None:
    data["truckban"]["grade"] = "best"


def _bad_number(data: dict[str, Any]) -> None:
    data["truckban"]["area_km2"] = True


def _bad_spec(data: dict[str, Any]) -> None:
    data["truckban"]["spec"] = {"zone": "z", "edges": []}


def _no_head(data: dict[str, Any]) -> None:
    del data["truckban"]


@pytest.mark.parametrize(
    ("damage", "field"),
    [
        (_no_area, "features"),
        (_bad_role, "features[1].properties.role"),
        (_bad_boundary, "features[1].properties.boundary"),
        (_bad_geometry, "features[2].geometry"),
        (_no_geometry, "features[2].geometry"),
        (_bad_grade, "truckban.grade"),
        (_bad_number, "truckban.area_km2"),
        (_bad_spec, "truckban.spec.edges"),
        (_no_head, "truckban"),
    ],
)
def test_a_damaged_file_says_which_member(damage: Callable[[dict[str, Any]], None], field: str) -> None:
    data = _plain()
    damage(data)
    with pytest.raises(InputError) as error:
        parse_zone(json.dumps(data))
    assert error.value.field == field


def test_a_file_that_is_no_json_says_the_line() -> None:
    with pytest.raises(InputError) as error:
        parse_zone('{"type": "FeatureCollection",\n"truckban": }')
    assert error.value.line == 2


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.geojson"):
        read_zone(tmp_path / "none.geojson")


def test_an_unknown_builtin_names_those_there_are() -> None:
    with pytest.raises(InputError, match="linyi-schematic"):
        load_builtin("elsewhere")
