"""Boundary roads: included, excluded, or not said; for a whole notice, for one rule, for a road that bends."""

from pathlib import Path
from typing import Any

import pytest

from truckban.notices.load import load_notice
from truckban.questions.asking import answer

BASE = (Path(__file__).parent / "sound" / "base.yaml").read_text(encoding="utf-8")
EDGE = "        - {road: 环路, side: inside, boundary: excluded}\n"


def verdict(tmp_path: Path, text: str, place: dict[str, Any]) -> str:
    pack = tmp_path / "edges.yaml"
    pack.write_text(text, encoding="utf-8")
    case = {"vehicle": {"vehicle_type": "重型普通货车"}, "at": "2024-05-08T10:00:00+08:00", "place": place}
    return str(answer(case, load_notice(pack), None)["verdict"])


@pytest.mark.parametrize(
    ("said", "expected"), [("excluded", "allowed"), ("included", "prohibited"), ("unstated", "undetermined")]
)
def test_on_the_boundary_road_the_answer_is_what_the_text_says_of_it(tmp_path: Path, said: str, expected: str) -> None:
    text = BASE.replace("boundary: excluded", f"boundary: {said}")
    assert verdict(tmp_path, text, {"road": "环路"}) == expected
    assert verdict(tmp_path, text, {"zone": "inside"}) == "prohibited"
    assert verdict(tmp_path, text, {"zone": "outside"}) == "allowed"


@pytest.mark.parametrize(
    ("said", "expected"), [("excluded", "allowed"), ("included", "prohibited"), ("unstated", "undetermined")]
)
@pytest.mark.parametrize("of_the_zone", ["excluded", "included", "unstated"])
def test_a_rule_can_say_otherwise_than_its_zone(tmp_path: Path, of_the_zone: str, said: str, expected: str) -> None:
    text = BASE.replace("boundary: excluded", f"boundary: {of_the_zone}")
    text = text.replace("{zone: town}", f"{{zone: town, boundary: {{环路: {said}}}}}")
    assert verdict(tmp_path, text, {"road": "环路"}) == expected


def test_a_rule_for_the_boundary_road_alone_leaves_the_inside_free(tmp_path: Path) -> None:
    text = BASE.replace("{zone: town}", "{zone: town, area: false, boundary: {环路: included}}")
    assert verdict(tmp_path, text, {"road": "环路"}) == "prohibited"
    assert verdict(tmp_path, text, {"zone": "inside"}) == "allowed"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("included", "included", "prohibited"),
        ("excluded", "excluded", "allowed"),
        ("included", "excluded", "undetermined"),
        ("excluded", "unstated", "undetermined"),
    ],
)
def test_a_road_that_is_two_edges_is_both_of_them(tmp_path: Path, one: str, other: str, expected: str) -> None:
    bent = f"        - {{road: 环路, side: north, boundary: {one}}}\n        - {{road: 环路, side: west, boundary: {other}}}\n"
    assert verdict(tmp_path, BASE.replace(EDGE, bent), {"road": "环路"}) == expected


def test_nothing_known_of_the_place_is_undetermined(tmp_path: Path) -> None:
    assert verdict(tmp_path, BASE, {"road": "某街"}) == "undetermined"


def test_open_roads_and_carve_outs_are_free_while_the_rest_is_not(tmp_path: Path) -> None:
    text = BASE.replace(EDGE, EDGE + "      carve_outs: [{road: 南街}]\n    open_roads: [{road: 高速}]\n")
    assert [verdict(tmp_path, text, {"road": road}) for road in ("南街", "高速")] == ["allowed", "allowed"]
    assert verdict(tmp_path, text, {"zone": "inside"}) == "prohibited"
