"""Turn rules of OSM for trucks: the same from XML, PBF and a server, down to the parts that a zone's border cuts."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

sys.path.append(str(Path(__file__).parent))

from overpass_server import OSM_BASE, Step, serving

from zones.area import Around
from zones.errors import InputError, TextError
from zones.network import StreetNetwork, TurnRule, UnreadTurn, read_streets
from zones.overpass import OverpassSettings, read_overpass
from zones.turns import note_of, turns_among, turns_of

# a cross at 5 with arms 1 (north), 2 (east), 3 (south), 4 (west), the east arm on to 6; way 25 is one-way to the east
PLACES = {1: (0, 1), 2: (1, 0), 3: (0, -1), 4: (-1, 0), 5: (0, 0), 6: (2, 0), 7: (1, 1), 8: (9, 9)}
WAYS: dict[int, tuple[list[int], dict[str, str]]] = {
    15: ([1, 5], {}),
    25: ([5, 2], {"oneway": "yes"}),
    35: ([3, 5], {}),
    45: ([4, 5], {}),
    26: ([2, 6], {}),
    27: ([2, 7], {}),
}
Relation = tuple[dict[str, str], list[tuple[str, int, str]]]


def turn(begin: int, via: int | list[int], end: int, **tags: str) -> Relation:
    """Return a relation; `restriction__hgv` is the tag `restriction:hgv`."""
    vias = [("node", via, "via")] if isinstance(via, int) else [("way", way, "via") for way in via]
    own = {"type": "restriction", **{tag.replace("__", ":"): value for tag, value in tags.items()}}
    return own, [("way", begin, "from"), *vias, ("way", end, "to")]


def xml(*relations: Relation) -> str:
    root = ET.Element("osm", version="0.6")
    for number, (x, y) in PLACES.items():
        place = {"lon": f"{121 + x * 0.001:.7f}", "lat": f"{31 + y * 0.001:.7f}"}
        ET.SubElement(root, "node", id=str(number), **place)
    for number, (refs, tags) in WAYS.items():
        way = ET.SubElement(root, "way", id=str(number))
        for ref in refs:
            ET.SubElement(way, "nd", ref=str(ref))
        for key, value in {"highway": "secondary", **tags}.items():
            ET.SubElement(way, "tag", k=key, v=value)
    for number, (tags, members) in enumerate(relations, 900):
        relation = ET.SubElement(root, "relation", id=str(number))
        for kind, ref, role in members:
            ET.SubElement(relation, "member", type=kind, ref=str(ref), role=role)
        for key, value in tags.items():
            ET.SubElement(relation, "tag", k=key, v=value)
    return ET.tostring(root, "unicode")


def answer(text: str) -> bytes:
    """Return what a server answers on the data of an OSM XML file."""
    elements: list[dict[str, Any]] = []
    for one in ET.fromstring(text):  # noqa: S314 - the tests' own
        element: dict[str, Any] = {"type": one.tag, "id": int(one.attrib["id"])}
        element["tags"] = {tag.attrib["k"]: tag.attrib["v"] for tag in one.iter("tag")}
        if one.tag == "node":
            element |= {"lon": float(one.attrib["lon"]), "lat": float(one.attrib["lat"])}
        elif one.tag == "way":
            element["nodes"] = [int(nd.attrib["ref"]) for nd in one.iter("nd")]
        else:
            element["members"] = [{**m.attrib, "ref": int(m.attrib["ref"])} for m in one.iter("member")]
        elements.append(element)
    return json.dumps({"osm3s": {"timestamp_osm_base": OSM_BASE}, "elements": elements}).encode()


@pytest.fixture
def network(tmp_path: Path) -> Callable[..., StreetNetwork]:
    def made(*relations: Relation) -> StreetNetwork:
        (tmp_path / "cross.osm").write_text(xml(*relations), "utf-8")
        return read_streets(tmp_path / "cross.osm")

    return made


def pairs(network: StreetNetwork) -> set[tuple[str, str]]:
    return {(rule.from_segment, rule.to_segment) for rule in network.turns}


def test_xml_pbf_and_a_server_give_the_same_rules(
    tmp_path: Path, network: Callable[..., StreetNetwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    relations = (
        turn(15, 5, 25, restriction="no_left_turn"),
        turn(35, 5, 15, restriction="only_straight_on"),
        turn(45, 5, 15, restriction__conditional="no_left_turn @ (Mo-Fr 07:00-09:00)"),
        turn(15, [25], 26, restriction="no_right_turn"),
        turn(15, 8, 25, restriction="no_left_turn"),
    )
    plain = network(*relations)
    assert len(plain.turns) == 4
    assert plain.turns_unread == (UnreadTurn(904, (15, 25)),)

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(Step(answer(xml(*relations)))) as server:
        asked = read_overpass(Around(121, 31, 2000), OverpassSettings(url=server.url, timeout_s=5))
    assert (asked.turns, asked.turns_unread) == (plain.turns, plain.turns_unread)

    osmium = pytest.importorskip("osmium")
    with osmium.SimpleWriter(str(tmp_path / "cross.pbf")) as writer:
        for element in osmium.FileProcessor(str(tmp_path / "cross.osm")):
            writer.add(element)
    packed = read_streets(tmp_path / "cross.pbf")
    assert (packed.turns, packed.turns_unread) == (plain.turns, plain.turns_unread)
    near = read_streets(tmp_path / "cross.pbf", area=Around(121, 31, 500))
    assert near.turns == plain.turns


def test_a_rule_names_the_segments_that_touch_the_node(network: Callable[..., StreetNetwork]) -> None:
    [rule] = network(turn(15, 5, 25, restriction="no_left_turn")).turns
    assert rule == TurnRule("15/1-5", "25/5-2", 121.0, 31.0, only=False, conditional=None, relation=900)


def test_an_only_rule_says_so_and_a_turn_back_is_to_the_same_street(network: Callable[..., StreetNetwork]) -> None:
    straight, back = network(
        turn(35, 5, 15, restriction="only_straight_on"), turn(15, 5, 15, restriction="no_u_turn")
    ).turns
    assert (straight.only, straight.to_segment) == (True, "15/1-5")
    assert (back.only, back.from_segment, back.to_segment) == (False, "15/1-5", "15/1-5")


def test_several_ways_in_and_out_each_make_a_rule(network: Callable[..., StreetNetwork]) -> None:
    entry = (
        {"type": "restriction", "restriction": "no_entry"},
        [("way", 15, "from"), ("way", 35, "from"), ("node", 5, "via"), ("way", 25, "to")],
    )
    leave = (
        {"type": "restriction", "restriction": "no_exit"},
        [("way", 45, "from"), ("node", 5, "via"), ("way", 15, "to"), ("way", 35, "to")],
    )
    assert pairs(network(entry, leave)) == {
        ("15/1-5", "25/5-2"), ("35/3-5", "25/5-2"), ("45/4-5", "15/1-5"), ("45/4-5", "35/3-5"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "rules"),
    [
        ({"restriction": "no_left_turn", "except": "psv;bicycle"}, [(False, None)]),
        ({"restriction": "no_left_turn", "except": "psv; hgv"}, []),
        ({"restriction": "no_left_turn", "except": "motor_vehicle"}, []),
        ({"restriction__bus": "no_left_turn"}, []),
        ({"restriction__hgv": "no_left_turn"}, [(False, None)]),
        ({"restriction__hgv": "no_left_turn", "type": "restriction:hgv"}, [(False, None)]),
        ({"restriction": "no_left_turn", "restriction__hgv": "only_left_turn"}, [(True, None)]),
        ({"restriction__conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"}, [(False, "no @ (Mo-Fr 07:00-09:00)")]),
        ({"restriction__hgv__conditional": "no_left_turn @ (weight>7.5)"}, [(False, "no @ (weight>7.5)")]),
        (
            {"restriction": "no_left_turn", "restriction__conditional": "none @ (22:00-06:00)"},
            [(False, "no @ (24/7); yes @ (22:00-06:00)")],
        ),
        (
            {"restriction__conditional": "no_left_turn @ (07:00-09:00); only_left_turn @ (17:00-19:00)"},
            [(False, "no @ (07:00-09:00)"), (True, "no @ (17:00-19:00)")],
        ),
        ({"restriction": "no_left_turn", "restriction__hgv": "none"}, []),
        ({"restriction": "no_left_turn", "day_on": "Monday", "hour_on": "07:00"}, [(False, None)]),
    ],
)
def test_whom_and_when_a_rule_binds(
    network: Callable[..., StreetNetwork], tags: dict[str, str], rules: list[tuple[bool, str | None]]
) -> None:
    found = network(turn(15, 5, 25, **tags))
    assert [(rule.only, rule.conditional) for rule in found.turns] == rules
    assert found.turns_unread == ()


@pytest.mark.parametrize(
    "relation",
    [
        turn(15, 5, 25, restriction="stop"),
        turn(15, 5, 25, restriction__conditional="maybe @ (07:00-09:00)"),
        turn(15, 8, 25, restriction="no_left_turn"),
        turn(15, 2, 25, restriction="no_left_turn"),
        turn(15, 5, 99, restriction="only_left_turn"),
        turn(15, [26], 27, restriction="no_left_turn"),
        ({"type": "restriction", "restriction": "no_left_turn"}, [("way", 15, "from"), ("way", 25, "to")]),
        ({"type": "restriction", "restriction": "no_left_turn"}, [("node", 5, "via"), ("way", 25, "to")]),
        (
            {"type": "restriction", "restriction": "no_left_turn"},
            [("way", 15, "from"), ("node", 5, "via"), ("node", 2, "via"), ("way", 25, "to")],
        ),
    ],
)
def test_a_rule_that_cannot_be_used_is_counted_and_said(
    network: Callable[..., StreetNetwork], relation: Relation
) -> None:
    found = network(relation)
    assert found.turns == ()
    assert [unread.relation for unread in found.turns_unread] == [900]
    note = note_of(found.turns_unread)
    assert note is not None
    assert "900" in note.zh
    assert note.en.startswith("1 turn rules could not be used")


def test_a_rule_on_a_street_that_is_not_there_has_no_effect(network: Callable[..., StreetNetwork]) -> None:
    found = network(turn(99, 5, 25, restriction="only_left_turn"), turn(15, 5, 99, restriction="no_left_turn"))
    assert (found.turns, found.turns_unread) == ((), ())
    assert note_of(()) is None


def test_a_one_way_street_that_cannot_be_entered_needs_no_rule(network: Callable[..., StreetNetwork]) -> None:
    found = network(turn(26, 2, 25, restriction="no_left_turn"), turn(25, 5, 15, restriction="no_left_turn"))
    assert (found.turns, found.turns_unread) == ((), ())


def test_a_rule_over_a_way_keeps_the_chain(network: Callable[..., StreetNetwork]) -> None:
    found = network(turn(15, [25], 27, restriction="no_left_turn"), turn(45, [25], 26, restriction="only_straight_on"))
    assert [(rule.from_segment, rule.via, rule.to_segment, rule.only) for rule in found.turns] == [
        ("15/1-5", ("25/5-2",), "27/2-7", False),
        ("45/4-5", ("25/5-2",), "26/2-6", True),
    ]
    assert {(rule.lon, rule.lat) for rule in found.turns} == {(121.0, 31.0)}


def test_what_is_no_relation_of_turns_is_passed_over(network: Callable[..., StreetNetwork]) -> None:
    route = ({"type": "route", "restriction": "no_left_turn"}, [("way", 15, ""), ("way", 25, "")])
    assert network(route).turns == ()
    assert turns_of([None, {"type": "relation"}, {"type": "way", "tags": {"type": "restriction"}}], ()) == ((), ())


@pytest.mark.parametrize("members", [None, [1], [{"type": "way", "ref": "15", "role": "from"}]])
def test_a_relation_that_a_server_sends_broken_is_an_error(members: object) -> None:
    relation = {"type": "relation", "id": 1, "tags": {"type": "restriction"}, "members": members}
    with pytest.raises(TextError):
        turns_of([relation], ())


def test_rules_follow_the_streets_that_an_area_keeps(tmp_path: Path) -> None:
    (tmp_path / "cross.osm").write_text(
        xml(
            turn(15, 5, 45, restriction="no_right_turn"),
            turn(25, 2, 26, restriction="only_straight_on"),
            turn(27, 8, 26, restriction="no_left_turn"),
        ),
        "utf-8",
    )
    assert len(read_streets(tmp_path / "cross.osm").turns) == 2
    west = read_streets(tmp_path / "cross.osm", area=Around(120.999, 31, 20))
    assert (west.turns, west.turns_unread) == ((), ())
    with pytest.raises(InputError):
        read_streets(tmp_path / "cross.osm", area=Around(122, 31, 20))


def test_an_only_rule_stays_where_the_way_it_allows_is_cut_off() -> None:
    only, plain = (TurnRule("a", "b", 0, 0, only=only) for only in (True, False))
    assert turns_among([only, plain], {"a"}) == (only,)
    assert turns_among([only, plain], {"a", "b"}) == (only, plain)
    assert turns_among([only, plain], {"b"}) == ()


def test_a_real_extract_has_its_rules(shared: Callable[[str], Path]) -> None:
    network = read_streets(shared("osm/nanjing_centre.osm"))
    ids = {segment.id: segment for segment in network.segments}
    assert len(network.turns) >= 4
    for rule in network.turns:
        for name in (rule.from_segment, rule.to_segment):
            assert (rule.lon, rule.lat) in {ids[name].line.coords[0], ids[name].line.coords[-1]}
