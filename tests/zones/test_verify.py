import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from zones.rebuild import Files
from zones.verify import verify_text
from zones.zone_file import load_builtin

_DATA = Path(str(files("zones").joinpath("data")))


@pytest.fixture(scope="module")
def text() -> str:
    return (_DATA / "linyi-schematic.geojson").read_text("utf-8")


def failed(text: str) -> set[str]:
    return {check.name for check in verify_text(text) if not check.ok}


def test_the_built_in_zone_passes_and_is_built_again_byte_by_byte(text: str) -> None:
    checks = verify_text(text, files=Files(streets=_DATA / "linyi_schematic.osm"))
    assert [check.name for check in checks if not check.ok] == []
    assert checks[-1].name == "rebuild"


def _moved_vertex(data: dict[str, Any]) -> None:
    data["features"][0]["geometry"]["coordinates"][0][0][3][0] -= 0.01


def _area_over_a_carve_out(data: dict[str, Any]) -> None:
    carved = next(f for f in data["features"] if f["properties"]["role"] == "carve_out")
    data["features"][0]["geometry"]["coordinates"].append(carved["geometry"]["coordinates"])


def _changed_number(data: dict[str, Any]) -> None:
    data["truckban"]["area_km2"] = 17.2192


def _changed_loop(data: dict[str, Any]) -> None:
    data["truckban"]["loop_area_km2"] = 19.0


def _changed_place(data: dict[str, Any]) -> None:
    data["features"][-1]["properties"]["place"] = "inside"


def _no_source(data: dict[str, Any]) -> None:
    data["truckban"]["source"] = {}


@pytest.mark.parametrize(
    ("damage", "names"),
    [
        (_moved_vertex, {"area_km2", "within_loop"}),
        (_area_over_a_carve_out, {"carve_outs"}),
        (_changed_number, {"area_km2"}),
        (_changed_loop, {"within_loop"}),
        (_changed_place, {"places"}),
        (_no_source, {"source"}),
    ],
)
def test_a_change_by_hand_is_found(text: str, damage: Callable[[dict[str, Any]], None], names: set[str]) -> None:
    data = json.loads(text)
    damage(data)
    assert names <= failed(json.dumps(data, ensure_ascii=False))


def test_a_missing_member_is_the_one_thing_said(text: str) -> None:
    data = json.loads(text)
    del data["truckban"]["names"]
    [check] = verify_text(json.dumps(data))
    assert (check.name, check.ok) == ("members", False)
    assert "truckban.names" in check.text.en


def test_another_spelling_of_the_same_content_is_not_the_file(text: str) -> None:
    assert failed(text.replace(", ", ",", 1)) == {"content"}


def test_words_changed_after_building_do_not_build_it_again(text: str) -> None:
    changed = text.replace('"toward": "west"', '"toward": "east"')
    checks = verify_text(changed, files=Files(streets=_DATA / "linyi_schematic.osm"))
    assert [check.name for check in checks if not check.ok] == ["rebuild"]


def test_streets_that_are_not_there_are_said(text: str, tmp_path: Path) -> None:
    [check] = [c for c in verify_text(text, files=Files(streets=tmp_path / "none.osm")) if not c.ok]
    assert check.name == "rebuild"
    assert load_builtin("linyi-schematic").text == text
