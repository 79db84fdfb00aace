"""Railways, rivers and administrative boundaries as edges of a zone, drawn as text."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from ring_map import RING, WAYS, holds, spec_of, with_boundary
from street_map import lonlat, places, street_map

from zones.boundary import Outline, outline
from zones.build import build_zone
from zones.errors import InputError, ZoneError
from zones.locate import Locator
from zones.network import StreetNetwork
from zones.overlay import named
from zones.spec_file import read_spec
from zones.verify import verify_text
from zones.zone_file import parse_zone

_WHERE = places(RING)
_ROADS = {letters: tags for letters, tags in WAYS.items() if letters != "bBCc"}
_KINDS = {"railway": "同蒲铁路", "river": "涑水河", "administrative": "临猗县"}


def _network(kind: str = "railway", name: str = "同蒲铁路", **tags: object) -> StreetNetwork:
    # the roads pass over the line on bridges: they share no point with it
    line = {"name": name, "kind": kind, "highway": "", "lanes": None, **tags}
    return street_map(RING, {**_ROADS, "xy": {"name": "东路"}, "bc": line})


def _spec(kind: str = "railway", name: str = "同蒲铁路", boundary: str = "excluded", **more: object) -> Any:  # noqa: ANN401
    roads = [{"road": r, "side": s, "boundary": "excluded"} for r, s in _THREE.items()]
    return spec_of().model_validate(
        {"zone": "t", "edges": [*roads, {"road": name, "side": "west", "kind": kind, "boundary": boundary, **more}]}
    )


_THREE = {"北路": "south", "南路": "north", "西路": "east"}


@pytest.mark.parametrize(("kind", "name"), list(_KINDS.items()))
def test_three_roads_and_a_line_of_another_kind_close_a_ring(kind: str, name: str) -> None:
    drawn = outline(_spec(kind, name), _network(kind, name))
    assert drawn.gaps == ()
    assert drawn.loop.area == pytest.approx(1000 * 500, rel=2e-3)
    assert drawn.area.area == pytest.approx((1000 - 3.5) * (500 - 7), rel=2e-3)


def test_where_the_line_has_no_width_the_area_reaches_it_and_the_zone_says_so() -> None:
    drawn = outline(_spec(), _network())
    x, y = _WHERE["B"][0], _WHERE["B"][1] - 200
    assert holds(drawn, drawn.area, x - 0.6, y)
    assert not holds(drawn, drawn.area, x + 0.6, y)
    zone = build_zone(_network(), _spec())
    assert zone.widths["同蒲铁路"] == {"width_m": 0.0, "from": "line"}
    assert [w for w in zone.warnings if w.startswith("同蒲铁路") and "没有宽度数据" in w]


@pytest.mark.parametrize(("boundary", "edge_m"), [("excluded", -10), ("unstated", -10), ("included", 10)])
def test_a_river_with_a_width_is_taken_out_or_in_by_half_of_it(boundary: str, edge_m: float) -> None:
    drawn = outline(_spec("river", "涑水河", boundary), _network("river", "涑水河", width_m=20.0))
    x, y = _WHERE["B"][0] + edge_m, _WHERE["B"][1] - 200
    assert holds(drawn, drawn.area, x - 0.3, y)
    assert not holds(drawn, drawn.area, x + 0.3, y)
    assert holds(drawn, drawn.boundary[-1], _WHERE["B"][0] + 5, y)


def test_a_zone_lies_on_the_stated_side_of_a_railway() -> None:
    east = _spec().model_copy(
        update={"edges": [e if e.kind == "road" else e.model_copy(update={"side": "east"}) for e in _spec().edges]}
    )
    with pytest.raises(ZoneError, match="east of 同蒲铁路"):
        outline(east, _network())


# 10 m a character, 100 m a line: two tracks 10 m apart, or two banks 80 m apart
_TWO = """
                    b|.......e
 A-------------------+-------+---x
                     |.......|
                     |.......|
                     |.......|
 D-------------------+-------+---y
                    c|.......f
"""


@pytest.mark.parametrize(("far", "middle_m"), [(20.0, 5.0), (80.0, 0.0)])
def test_two_tracks_count_to_their_middle_and_two_banks_to_the_nearer_one(far: float, middle_m: float) -> None:
    cell = (10.0, 100.0)
    drawn_ways = {"Ax": {"name": "北路"}, "Dy": {"name": "南路"}, "AD": {"name": "西路"}}
    network = street_map(_TWO, drawn_ways, cell_m=cell)
    where = places(_TWO, cell_m=cell)
    x, top, low = where["b"][0], where["b"][1], where["c"][1]
    other = 10.0 if middle_m else far
    lines = [shapely.LineString([lonlat(x + off, top), lonlat(x + off, low)]) for off in (0.0, other)]
    track = _network().beside.lines[0]
    kind = "railway" if middle_m else "river"
    beside = replace(
        network.beside, lines=tuple(replace(track, id=str(i), line=line, kind=kind) for i, line in enumerate(lines))
    )
    drawn = outline(_spec(kind), replace(network, beside=beside))
    height = where["A"][1] - where["D"][1]
    assert drawn.loop.area == pytest.approx((x + middle_m - where["A"][0]) * height, rel=3e-3)
    assert holds(drawn, drawn.area, x - 1, where["A"][1] - 150)
    assert not holds(drawn, drawn.area, x + 1, where["A"][1] - 150)


@pytest.mark.parametrize("boundary", ["excluded", "included"])
def test_an_included_road_does_not_reach_across_the_railway_that_bounds_the_zone(boundary: str) -> None:
    drawn = outline(with_boundary(_spec(boundary=boundary), "北路", "included"), _network())
    x, y = _WHERE["B"]
    assert holds(drawn, drawn.area, x - 0.5, y + 3)
    assert not holds(drawn, drawn.area, x + 0.5, y + 3)
    assert not holds(drawn, drawn.area, x + 4, y)


def test_nothing_drives_on_a_railway_and_no_street_is_named_after_it(tmp_path: Path) -> None:
    zone = build_zone(_network(), _spec())
    assert {street.name for street in zone.streets} == {"北路", "南路", "西路", "东路"}
    lon, lat = lonlat(_WHERE["B"][0] + 0.2, _WHERE["B"][1] - 200)
    assert Locator(zone).roads([lon], [lat]) == [frozenset()]
    names = tmp_path / "names.yaml"
    ends = [list(lonlat(_WHERE["b"][0], y)) for y in (_WHERE["b"][1], _WHERE["c"][1])]
    names.write_text(f"- {{line: {ends}, name: 新路}}\n", "utf-8")
    with pytest.raises(InputError, match="no street runs along this line"):
        named(_network(), names)


def test_a_gap_is_never_closed_along_a_railway() -> None:
    broken = {k: v for k, v in WAYS.items() if k != "wABx"}
    half = {**broken, "wA": {"name": "北路"}, "Bx": {"name": "北路"}}
    rail = {"AB": {"name": "支线", "kind": "railway", "highway": ""}}
    with pytest.raises(ZoneError) as error:
        outline(spec_of(), street_map(RING, {**half, **rail}), max_gap_m=2000)
    assert error.value.code == "loop_open"
    street = {"AB": {"name": "支路"}}
    assert outline(spec_of(), street_map(RING, {**half, **street}), max_gap_m=2000).gaps[0].bridged_by == "ways"


def test_a_zone_with_a_railway_is_whole_as_a_file() -> None:
    zone = build_zone(_network(), _spec())
    assert [road.name for road in parse_zone(zone.text).boundary_roads] == ["北路", "南路", "西路", "同蒲铁路"]
    assert [check.name for check in verify_text(zone.text) if not check.ok] == []


@pytest.mark.parametrize(
    ("kind", "name", "signed", "report"),
    [
        ("railway", "同蒲铁路", "同蒲线", "ending: 同蒲线"),
        ("railway", "侯西线", "侯西铁路", "ending: 侯西铁路"),
        ("administrative", "临猗县界", "临猗县", "ending: 临猗县"),
        ("administrative", "临猗县县界", "临猗县", "ending: 临猗县"),
        ("administrative", "临猗县行政区域界线", "临猗县", "ending: 临猗县"),
        ("river", "涑水河", "涑水河", "exact"),
    ],
)
def test_the_word_at_the_end_of_a_name_may_differ_and_is_reported(
    kind: str, name: str, signed: str, report: str
) -> None:
    zone = build_zone(_network(kind, signed), _spec(kind, name))
    assert zone.names[name] == report
    assert any(w.startswith(f"{name}: 按末尾用词不同找到") and signed in w for w in zone.warnings) == (
        report != "exact"
    )


def test_the_southern_line_is_not_taken_for_the_whole_but_is_a_candidate() -> None:
    with pytest.raises(ZoneError) as error:
        outline(_spec(name="同蒲铁路"), _network(name="南同蒲线"))
    assert [c["name"] for c in error.value.candidates["同蒲铁路"]] == ["南同蒲线"]


def test_a_river_that_is_not_there_has_rivers_as_candidates_and_no_streets() -> None:
    network = _network("river", "涑水")
    with pytest.raises(ZoneError) as error:
        outline(_spec("river", "涑水河"), replace(network, segments=(*network.segments, _street_named("涑水河路"))))
    assert error.value.code == "road_not_found"
    assert [c["name"] for c in error.value.candidates["涑水河"]] == ["涑水"]


def _street_named(name: str) -> Any:  # noqa: ANN401
    return replace(_network().segments[0], id=name, name=name)


def test_an_edge_said_to_be_a_road_that_is_a_railway_is_told_apart() -> None:
    edges = [e.model_copy(update={"kind": "road"}) for e in _spec().edges]
    with pytest.raises(ZoneError, match="hold a railway named 同蒲铁路: if it is meant, write kind: railway"):
        outline(_spec().model_copy(update={"edges": edges}), _network())


def test_one_name_cannot_be_of_two_kinds() -> None:
    twice = {"road": "同蒲铁路", "side": "north", "kind": "river", "boundary": "excluded"}
    spec = _spec()
    spec = spec.model_copy(update={"edges": [*spec.edges, spec.edges[0].model_validate(twice)]})
    with pytest.raises(InputError, match="is a railway in another edge") as error:
        outline(spec, _network())
    assert error.value.field == "edges.4.kind"


def test_a_carve_out_can_run_up_to_a_railway() -> None:
    network = _network()
    inner = street_map(
        RING.replace("  |         |\n  |         |", "  |         |\n  m---------n", 1), {"mn": {"name": "横街"}}
    )
    network = replace(network, segments=(*network.segments, *inner.segments))
    part = {"road": "横街", "from": {"junction": ["横街", "西路"]}, "to": {"junction": ["横街", "同蒲铁路"]}}
    drawn = outline(_spec().model_validate({**_spec().model_dump(by_alias=True), "carve_outs": [part]}), network)
    y = drawn.plane.to_xy(inner.segments[0].line).centroid.y
    [carved] = drawn.carve_outs
    rail_x = drawn.plane.to_xy(network.beside.lines[0].line).centroid.x
    assert shapely.covers(carved, shapely.Point(rail_x - 1, y))
    assert carved.bounds[2] <= rail_x + 0.6


# a county around a town: an administrative boundary that alone is the ring
_COUNTY = """
  A--------B
  |        |
  |  m--n  |
  |        |
  D--------C
"""


def _county(*members: str, whole: bool = True) -> StreetNetwork:
    ways: dict[str, dict[str, Any]] = {m: {"name": "临猗县", "kind": "administrative", "highway": ""} for m in members}
    network = street_map(_COUNTY, {"mn": {"name": "南北街"}, **ways})
    return replace(network, beside=replace(network.beside, partial=frozenset() if whole else frozenset({"临猗县"})))


def _inside() -> Any:  # noqa: ANN401
    edge = {"road": "临猗县界", "side": "inside", "kind": "administrative", "boundary": "unstated"}
    return spec_of().model_validate({"zone": "county", "edges": [edge]})


def _loop(network: StreetNetwork) -> Outline:
    return outline(_inside(), network)


def test_a_county_of_two_member_ways_is_a_ring() -> None:
    assert _loop(_county("ABC", "CDA")).loop.area == pytest.approx(900 * 400, rel=5e-3)


def test_a_county_of_which_one_member_is_missing_is_open_and_says_that_the_data_hold_a_part() -> None:
    with pytest.raises(ZoneError, match="hold only a part of 临猗县界") as error:
        _loop(_county("ABC", whole=False))
    assert error.value.code == "loop_open"
    [gap] = error.value.gaps
    assert gap["length_m"] == pytest.approx((900**2 + 400**2) ** 0.5, rel=5e-3)


def test_the_examples_of_the_documentation_are_specifications(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "zones.md").read_text("utf-8")
    for title in ("## Railways, rivers, administrative boundaries", "## Chainage"):
        section = text.partition(title)[2].partition("\n## ")[0]
        block = "".join(line[4:] + "\n" for line in section.splitlines() if line.startswith("    "))
        edges = "" if "edges:" in block else "edges: [{road: 209国道, boundary: excluded}]\n"
        (tmp_path / "spec.yaml").write_text(f"zone: t\n{edges}{block}", "utf-8")
        spec = read_spec(tmp_path / "spec.yaml")
        assert [edge.kind for edge in spec.edges] in (["railway", "road", "river", "administrative"], ["road"])
        assert (spec.posts is not None) == ("posts:" in block)
