"""What is said of a drive, and drawn of it."""

import json
import math
from typing import Any

import numpy as np
import pytest
import shapely
from drawn_drive import Drawn, Fixes, along, roads
from street_map import PLANE, network_of, segment

from zones.matching.matcher import Match, Matcher
from zones.matching.streets import RoadGraph
from zones.matching.words import as_geojson, in_words, streets_driven
from zones.text import Text

_EIGHT = [
    ("由西向东", "eastward"),
    ("由西南向东北", "north-eastward"),
    ("由南向北", "northward"),
    ("由东南向西北", "north-westward"),
    ("由东向西", "westward"),
    ("由东北向西南", "south-westward"),
    ("由北向南", "southward"),
    ("由西北向东南", "south-eastward"),
]


def said(m: Match) -> Text:
    return in_words(streets_driven(m))


def on_lines(*lines: list[tuple[float, float]], fixes: list[tuple[float, float]], **tags: object) -> Match:
    """Match fixes 10 s apart on streets 路0, 路1 ..."""
    network = network_of([segment(f"路{k}", line, **tags) for k, line in enumerate(lines)])
    matcher = Matcher(RoadGraph.of_streets(network.segments, plane=PLANE))
    x, y = np.array(fixes, float).T
    return matcher.match(*PLANE.lonlat(x, y), np.arange(len(fixes)) * 10.0)


@pytest.mark.parametrize("eighth", range(8))
@pytest.mark.parametrize("off", [-20, 0, 20])
@pytest.mark.parametrize("drawn_backwards", [False, True])
def test_each_of_eight_directions_has_its_words(eighth: int, off: float, drawn_backwards: bool) -> None:  # noqa: FBT001
    angle = math.radians(45 * eighth + off)
    points = [(k * 100 * math.cos(angle), k * 100 * math.sin(angle)) for k in range(6)]
    line = [points[-1], points[0]] if drawn_backwards else [points[0], points[-1]]
    zh, en = _EIGHT[eighth]
    assert said(on_lines(line, fixes=points)) == Text(f"路0 {zh}", f"路0 {en}")


_CROSS = """
     N
     |
     |
W----X----E
     |
     S
"""


@pytest.fixture(scope="module")
def cross() -> Drawn:
    ways = {"WX": {"name": "五一路"}, "XE": {"name": "北环路"}, "NX": {"name": None}, "XS": {"name": "南街"}}
    return roads(_CROSS, ways)


def test_streets_are_said_in_order_with_their_directions(cross: Drawn) -> None:
    m = cross.match(cross.drive("WXS", every=10))
    assert said(m) == Text("五一路 由西向东，经 南街 由北向南", "五一路 eastward, then 南街 southward")


def test_a_street_without_a_name_is_said_to_have_none(cross: Drawn) -> None:
    m = cross.match(cross.drive("NXE", every=10))
    assert said(m) == Text("无名道路 由北向南，经 北环路 由西向东", "an unnamed street southward, then 北环路 eastward")


def test_a_few_metres_into_a_side_street_are_not_said(cross: Drawn) -> None:
    (x, y), (sx, sy) = cross.where["X"], cross.where["S"]
    stub = along([cross.where["W"], (x, y), (sx, y - 10)], speed=10, every=8)
    m = cross.match(stub)
    assert said(m).zh == "五一路 由西向东"
    assert sy < y - 10


def test_what_has_one_name_on_both_sides_of_a_stub_is_one() -> None:
    drawn = roads(
        "A----B-C----D", {"AB": {"name": "大路"}, "BC": {"name": "桥"}, "CD": {"name": "大路"}}, cell_m=(100.0, 9.0)
    )
    short = roads(
        "A----BC----D", {"AB": {"name": "大路"}, "BC": {"name": "桥"}, "CD": {"name": "大路"}}, cell_m=(9.0, 9.0)
    )
    assert said(drawn.match(drawn.drive("ABCD", every=8))).zh == "大路 由西向东，经 桥 由西向东，经 大路 由西向东"
    x = np.arange(0.0, 100.0, 14.0)
    m = short.match(Fixes(x, np.zeros_like(x), np.arange(len(x)) * 5.0))
    assert said(m).zh == "大路 由西向东"


def test_if_stubs_are_all_there_is_they_are_said() -> None:
    m = on_lines([(0, 0), (300, 0)], fixes=[(100, 0), (112.5, 0)])
    assert said(m).zh == "路0 由西向东"


def test_there_and_back_has_both_directions(cross: Drawn) -> None:
    there_and_back = said(cross.match(cross.drive("XSX", speed=8, every=5)))
    assert there_and_back == Text("南街 由北向南，折返 由南向北", "南街 southward, then back northward")


def test_back_to_the_junction_and_on_says_each_street(cross: Drawn) -> None:
    assert said(cross.match(cross.drive("WXSXE", speed=8, every=5))).zh == (
        "五一路 由西向东，经 南街 由北向南，折返 由南向北，经 北环路 由西向东"
    )


def test_a_break_is_said() -> None:
    drawn = roads("A----B   C----D", {"AB": {"name": "甲"}, "CD": {"name": "乙"}})
    m = drawn.match(drawn.drive("AB", every=10).then(drawn.drive("CD", every=10), after=60))
    assert said(m) == Text("甲 由西向东；（轨迹中断）乙 由西向东", "甲 eastward; (the drive is broken off) 乙 eastward")
    assert [f["properties"]["piece"] for f in as_geojson(streets_driven(m))["features"]] == [0, 1]


def test_a_break_within_one_street_is_said_too() -> None:
    drawn = roads("A----B   C----D", {"AB": {"name": "甲"}, "CD": {"name": "甲"}})
    m = drawn.match(drawn.drive("AB", every=10).then(drawn.drive("CD", every=10), after=60))
    assert said(m).zh == "甲 由西向东；（轨迹中断）甲 由西向东"


def valid(collection: dict[str, Any]) -> None:
    """Check against RFC 7946, sections 3 and 4."""
    collection = json.loads(json.dumps(collection, allow_nan=False))
    assert set(collection) == {"type", "features"}
    assert collection["type"] == "FeatureCollection"
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        geometry = feature["geometry"]
        assert geometry["type"] == "LineString"
        assert len(geometry["coordinates"]) >= 2
        for lon, lat in geometry["coordinates"]:
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90


@pytest.mark.parametrize("letters", ["WXS", "NXE", "XSX", "WX", "SXNXW"])
def test_the_lines_are_those_that_were_driven(cross: Drawn, letters: str) -> None:
    m = cross.match(cross.drive(letters, speed=8, every=7))
    streets = streets_driven(m)
    collection = as_geojson(streets)
    valid(collection)
    clock = -1.0
    for street, feature in zip(streets, collection["features"], strict=True):
        said = feature["properties"]
        lon, lat = np.array(feature["geometry"]["coordinates"]).T
        x, y = PLANE.xy(lon, lat)
        assert np.hypot(np.diff(x), np.diff(y)).sum() == pytest.approx(street.length_m, abs=0.5)
        assert said["length_m"] == pytest.approx(street.length_m, abs=0.06)
        assert 0 <= said["p"] <= 0.99
        assert clock <= said["entered_at"] <= said["left_at"]
        clock = said["left_at"]
        on = shapely.union_all([s.line for s in m.graph.segments if s.name == street.name])
        assert shapely.hausdorff_distance(street.line, shapely.intersection(street.line.buffer(2e-6), on)) < 1e-5


def test_a_line_with_shape_points_keeps_them() -> None:
    bend = [(0, 0), (200, 0), (200, 50), (400, 50)]
    for line in (bend, bend[::-1]):
        m = on_lines(line, fixes=[(20, 0), (120, 2), (201, 30), (300, 49), (380, 50)])
        (street,) = streets_driven(m)
        x, y = PLANE.xy(*np.array(street.line.coords).T)
        assert np.column_stack([x, y]) == pytest.approx(np.array([(20, 0), (200, 0), (200, 50), (380, 50)]), abs=0.05)


def test_round_a_closed_street_the_line_goes_all_the_way_round() -> None:
    ring = [(200 * math.cos(k * math.pi / 12), 200 * math.sin(k * math.pi / 12)) for k in range(24)]
    m = on_lines([*ring, ring[0]], fixes=[ring[k % 24] for k in range(2, 24, 2)], oneway=True)
    (street,) = streets_driven(m)
    assert street.length_m == pytest.approx(200 * 2 * math.pi * 20 / 24, rel=0.02)
    x, y = PLANE.xy(*np.array(street.line.coords).T)
    assert np.hypot(np.diff(x), np.diff(y)).sum() == pytest.approx(street.length_m, abs=0.5)


def test_nothing_driven_is_nothing_said() -> None:
    assert in_words(()) == Text("", "")
    valid(as_geojson(()))
