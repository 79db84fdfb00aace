"""What OSM says of trucks: kept as it stands by every source, in the zone's file, and by the parts of streets."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from overpass_server import SIDES, SMALL, Step, answer_of, serving

from zones.area import Around
from zones.build import build_zone
from zones.errors import InputError
from zones.export import write_geopackage
from zones.matching.cutting import zone_streets
from zones.network import read_streets
from zones.osm_tags import TRUCK_TAGS, truck_tags, turned_round
from zones.overpass import OverpassSettings, read_overpass
from zones.spec import ZoneSpec
from zones.zone import BUILDER_VERSION, BUILDER_WITH_TRUCKS, Zone
from zones.zone_file import parse_zone

NORTH = """<tag k="highway" v="secondary"/><tag k="name" v="北路"/>"""
TAGS = {
    "access": "yes",
    "hgv:conditional": "no @ (06:00-22:00; PH off); yes @ delivery",
    "hgv:forward": "designated",
    "maxheight": "4'6\"",
    "maxspeed:hgv:conditional": "30 @ (weight>7.5)",
    "maxweight": "10 t",
}
TURN = """<relation id="900"><member type="way" ref="101" role="from"/><member type="node" ref="6" role="via"/>
<member type="way" ref="101" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_u_turn"/></relation>
<relation id="901"><member type="way" ref="101" role="from"/><member type="node" ref="2" role="via"/>
<member type="way" ref="102" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_right_turn"/></relation>
<relation id="902"><member type="way" ref="101" role="from"/><member type="node" ref="4" role="via"/>
<member type="way" ref="102" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_right_turn"/></relation>"""


def tagged(tags: dict[str, str], more: str = "") -> str:
    """Return the small map with tags on its northern street."""
    from xml.sax.saxutils import quoteattr  # noqa: PLC0415

    own = "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
    return SMALL.replace(NORTH, NORTH + own).replace("</osm>", f"{more}</osm>")


def zone_of(xml: str, folder: Path) -> Zone:
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in SIDES.items()]
    (folder / "small.osm").write_text(xml, "utf-8")
    return build_zone(folder / "small.osm", ZoneSpec.model_validate({"zone": "t", "edges": edges}))


def test_xml_pbf_and_a_server_keep_the_same_tags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.osm"
    path.write_text(tagged({**TAGS, "surface": "asphalt"}), "utf-8")
    north = read_streets(path).by_name["北路"]
    assert [dict(segment.truck_tags) for segment in north] == [TAGS] * len(north)
    assert list(north[0].truck_tags) == sorted(north[0].truck_tags)
    assert all(segment.truck_tags == () for segment in read_streets(path).by_name["西路"])

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(Step(answer_of(path.read_text("utf-8")))) as server:
        asked = read_overpass(Around(121.005, 31.0025, 2000), OverpassSettings(url=server.url, timeout_s=5))
    assert asked.segments == read_streets(path).segments

    osmium = pytest.importorskip("osmium")
    with osmium.SimpleWriter(str(tmp_path / "a.pbf")) as writer:
        for element in osmium.FileProcessor(str(path)):
            writer.add(element)
    assert read_streets(tmp_path / "a.pbf").segments == read_streets(path).segments


def test_geojson_and_tables_keep_them_too(tmp_path: Path) -> None:
    import geopandas as gpd  # noqa: PLC0415

    line = {"type": "LineString", "coordinates": [[121, 31], [121.01, 31]]}
    properties = {
        "name": "北路",
        "highway": "primary",
        **TAGS,
        "maxweight": 10,
        "bridge": True,
        "hgv": None,
        "maxwidth": "",
    }
    feature = {"type": "Feature", "properties": properties, "geometry": line}
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    [segment] = read_streets(tmp_path / "a.geojson").segments
    assert dict(segment.truck_tags) == {**TAGS, "maxweight": "10", "bridge": "yes"}

    gpd.read_file(tmp_path / "a.geojson").to_file(tmp_path / "a.gpkg", layer="a", driver="GPKG")
    [stored] = read_streets(tmp_path / "a.gpkg").segments
    assert dict(stored.truck_tags).items() >= {key: TAGS[key] for key in ("hgv:conditional", "maxheight")}.items()


def test_in_geofabriks_tables_a_street_without_a_bridge_or_a_limit_has_none(tmp_path: Path) -> None:
    import geopandas as gpd  # noqa: PLC0415
    from shapely import LineString  # noqa: PLC0415

    rows = {"osm_id": ["5", "6"], "fclass": ["primary"] * 2, "name": ["甲", "乙"], "oneway": ["F", "B"]}
    rows |= {"maxspeed": [0, 60], "bridge": ["F", "T"], "tunnel": ["F", "F"]}
    lines = [LineString([(121, 31), (121.01, 31)]), LineString([(121, 31.1), (121.01, 31.1)])]
    gpd.GeoDataFrame(rows, geometry=lines, crs="EPSG:4326").to_file(tmp_path / "a.gpkg", layer="a", driver="GPKG")
    plain, bridge = read_streets(tmp_path / "a.gpkg").segments
    assert plain.truck_tags == ()
    assert dict(bridge.truck_tags) == {"bridge": "T", "maxspeed": "60"}


@pytest.mark.parametrize(
    ("oneway", "kept"),
    [("-1", "hgv:backward"), ("reverse", "hgv:backward"), ("yes", "hgv:forward"), ("no", "hgv:forward")],
)
def test_forward_is_along_the_line_also_where_the_line_is_turned_round(tmp_path: Path, oneway: str, kept: str) -> None:
    path = tmp_path / "a.osm"
    path.write_text(tagged({"hgv:forward": "no", "oneway": oneway}), "utf-8")
    for segment in read_streets(path).by_name["北路"]:
        east = segment.line.coords[-1][0] > segment.line.coords[0][0]
        assert segment.truck_tags == ((kept, "no"),)
        assert east == (kept == "hgv:forward")
    line = {"type": "LineString", "coordinates": [[121, 31], [121.01, 31]]}
    feature = {"type": "Feature", "properties": {"name": "a", "oneway": oneway, "hgv:forward": "no"}, "geometry": line}
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    [drawn] = read_streets(tmp_path / "a.geojson").segments
    assert drawn.truck_tags == ((kept, "no"),)


def test_every_kept_tag_is_turned_round_to_one_that_is_kept_and_back() -> None:
    for tag in TRUCK_TAGS:
        assert turned_round(tag) in TRUCK_TAGS
        assert turned_round(turned_round(tag)) == tag
    assert len(set(TRUCK_TAGS)) == len(TRUCK_TAGS)
    assert truck_tags({"hgv:forward": "no", "maxspeed": " 60 ", "name": "x"}, against=True) == (
        ("hgv:backward", "no"),
        ("maxspeed", "60"),
    )


def test_a_zone_keeps_the_tags_and_the_turns_and_says_what_it_could_not_use(tmp_path: Path) -> None:
    zone = zone_of(tagged(TAGS, TURN), tmp_path)
    [north, *_] = [street for street in zone.streets if street.name == "北路"]
    assert dict(north.truck_tags) == TAGS
    assert {(turn.from_segment, turn.to_segment) for turn in zone.turns} == {
        ("101/1-6", "101/1-6"), ("101/6-2", "101/6-2"), ("101/6-2", "102/2-3"),
    }  # fmt: skip
    assert [warning for warning in zone.warnings if "902" in warning and "turn rules" in warning]
    assert zone.builder == BUILDER_WITH_TRUCKS
    again = parse_zone(zone.text)
    assert (again, again.text) == (zone, zone.text)


def test_a_zone_without_them_keeps_its_bytes(tmp_path: Path) -> None:
    zone = zone_of(SMALL, tmp_path)
    assert "truck_tags" not in zone.text
    assert "turns" not in json.loads(zone.text)["truckban"]
    assert zone.builder == BUILDER_VERSION


def test_the_parts_of_a_street_have_its_tags(tmp_path: Path) -> None:
    zone = zone_of(tagged({**TAGS, "junction": "roundabout"}), tmp_path)
    parts, _ = zone_streets(zone)
    north = [part for part in parts if part.name == "北路"]
    assert north
    assert all(dict(part.truck_tags) == {**TAGS, "junction": "roundabout"} and part.roundabout for part in north)
    assert all(part.truck_tags == () and not part.roundabout for part in parts if part.name == "西路")


@pytest.mark.parametrize(
    ("member", "value", "field"),
    [
        ("truck_tags", {"hgv": 1}, "truck_tags.hgv"),
        ("truck_tags", ["hgv"], "truck_tags"),
        ("turns", {}, "truckban.turns"),
        ("turns", [{}], r"turns\[0\]\.from_segment"),
        ("turns", [{"from_segment": "a", "to_segment": "b", "lon": "x", "lat": 1}], r"turns\[0\]\.lon"),
        ("turns", [{"from_segment": "a", "to_segment": "b", "lon": 1, "lat": 1, "via": [1]}], r"turns\[0\]\.via"),
    ],
)
def test_a_member_of_a_zone_file_that_is_wrong_is_named(tmp_path: Path, member: str, value: object, field: str) -> None:
    tree = json.loads(zone_of(tagged(TAGS), tmp_path).text)
    if member == "turns":
        tree["truckban"]["turns"] = value
    else:
        next(f for f in tree["features"] if f["properties"]["role"] == "street")["properties"][member] = value
    with pytest.raises(InputError, match=field):
        parse_zone(json.dumps(tree))


def test_a_geopackage_has_them_as_a_column_where_there_are_any(tmp_path: Path) -> None:
    import geopandas as gpd  # noqa: PLC0415

    for name, xml, there in (("a", tagged(TAGS), True), ("b", SMALL, False)):
        write_geopackage(zone_of(xml, tmp_path), tmp_path / f"{name}.gpkg")
        streets = gpd.read_file(tmp_path / f"{name}.gpkg", layer="streets")
        assert ("truck_tags" in streets.columns) == there
    written = gpd.read_file(tmp_path / "a.gpkg", layer="streets").set_index("name").truck_tags["北路"]
    assert json.loads(written if isinstance(written, str) else written.iloc[0]) == TAGS


def test_a_zone_of_a_real_place_has_tags_and_turns(shared: Callable[[str], Path]) -> None:
    network = read_streets(shared("osm/nanjing_centre.osm"))
    assert {key for segment in network.segments for key, _ in segment.truck_tags} >= {
        "maxspeed",
        "bridge",
        "tunnel",
        "access",
    }
    assert network.turns
