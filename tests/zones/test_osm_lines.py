"""Railways, rivers, boundaries, kilometre posts and road numbers from OSM, by every way in which it comes."""

import bz2
import gzip
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest
import shapely

sys.path.append(str(Path(__file__).parent))

from test_pbf_streets import to_pbf

from zones.build import build_zone
from zones.coords import from_wgs84
from zones.errors import InputError, TextError, ZoneError
from zones.names import find_road
from zones.network import Beside, StreetNetwork, read_streets
from zones.osm_lines import beside_of
from zones.overpass import Around, query_of, read_answer
from zones.spec import ZoneSpec

# a kilometre by half: three streets and a railway in the east, which they cross on bridges; a county around two sides
_OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
<node id="1" lon="121.0000000" lat="31.0050000"/><node id="2" lon="121.0120000" lat="31.0050000"/>
<node id="3" lon="121.0120000" lat="31.0000000"/><node id="4" lon="121.0000000" lat="31.0000000"/>
<node id="5" lon="121.0100000" lat="31.0070000"/><node id="6" lon="121.0100000" lat="30.9980000"/>
<node id="7" lon="121.0080000" lat="31.0070000"/><node id="8" lon="121.0080000" lat="30.9980000"/>
<node id="11" lon="120.9900000" lat="31.0200000"/><node id="12" lon="121.0300000" lat="31.0200000"/>
<node id="13" lon="121.0300000" lat="30.9800000"/><node id="14" lon="120.9900000" lat="30.9800000"/>
<node id="21" lon="121.0010000" lat="31.0051000"><tag k="highway" v="milestone"/><tag k="distance" v="763"/></node>
<node id="22" lon="121.0110000" lat="31.0051000"><tag k="highway" v="milestone"/><tag k="pk" v="K764+000"/></node>
<node id="23" lon="121.0110000" lat="31.0001000"><tag k="highway" v="milestone"/><tag k="ref" v="G209"/></node>
<way id="101"><nd ref="1"/><nd ref="2"/><tag k="highway" v="trunk"/><tag k="name" v="解放路"/><tag k="ref" v="G209;S87"/></way>
<way id="103"><nd ref="3"/><nd ref="4"/><tag k="highway" v="secondary"/><tag k="name" v="南路"/></way>
<way id="104"><nd ref="4"/><nd ref="1"/><tag k="highway" v="secondary"/><tag k="name" v="西路"/></way>
<way id="105"><nd ref="5"/><nd ref="6"/><tag k="railway" v="rail"/><tag k="name" v="南同蒲线"/><tag k="alt_name" v="同蒲铁路"/></way>
<way id="106"><nd ref="7"/><nd ref="8"/><tag k="waterway" v="river"/><tag k="name" v="涑水河"/><tag k="width" v="30"/></way>
<way id="107"><nd ref="7"/><nd ref="5"/><tag k="railway" v="abandoned"/><tag k="name" v="老支线"/></way>
<way id="108"><nd ref="7"/><nd ref="6"/><tag k="railway" v="disused"/><tag k="name" v="盐场线"/></way>
<way id="109"><nd ref="5"/><nd ref="8"/><tag k="railway" v="rail"/></way>
<way id="201"><nd ref="11"/><nd ref="12"/><nd ref="13"/></way>
<way id="202"><nd ref="13"/><nd ref="14"/><nd ref="11"/><tag k="boundary" v="administrative"/></way>
<relation id="301"><member type="node" ref="21" role="admin_centre"/><member type="way" ref="201" role="outer"/>
<member type="way" ref="202" role="outer"/><tag k="type" v="boundary"/><tag k="boundary" v="administrative"/>
<tag k="admin_level" v="6"/><tag k="name" v="临猗县"/></relation>
<relation id="302"><member type="way" ref="201" role="outer"/><member type="way" ref="999" role="outer"/>
<tag k="type" v="boundary"/><tag k="boundary" v="administrative"/><tag k="name" v="万荣县"/></relation>
<relation id="303"><member type="way" ref="202" role="outer"/><tag k="boundary" v="national_park"/><tag k="name" v="公园"/></relation>
</osm>"""
_KINDS = {"railway": {"南同蒲线", "盐场线"}, "river": {"涑水河"}, "administrative": {"临猗县", "万荣县"}}


def _xml(folder: Path, text: str = _OSM) -> Path:
    path = folder / "a.osm"
    path.write_text(text, "utf-8")
    return path


def _gz(folder: Path, text: str = _OSM) -> Path:
    path = folder / "a.osm.gz"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def _bz2(folder: Path, text: str = _OSM) -> Path:
    path = folder / "a.osm.bz2"
    path.write_bytes(bz2.compress(text.encode()))
    return path


def _pbf(folder: Path, text: str = _OSM) -> Path:
    return to_pbf(_xml(folder, text), folder / "a.osm.pbf")


def _answer(text: str = _OSM) -> bytes:
    """Return what Overpass answers where all of a file's elements fit the question."""
    elements: list[dict[str, Any]] = []
    for element in ET.fromstring(text):  # noqa: S314 - the test's own
        tags = {tag.attrib["k"]: tag.attrib["v"] for tag in element.iter("tag")}
        found: dict[str, Any] = {"type": element.tag, "id": int(element.attrib["id"]), "tags": tags}
        if element.tag == "node":
            found |= {"lon": float(element.attrib["lon"]), "lat": float(element.attrib["lat"])}
        elif element.tag == "way":
            found["nodes"] = [int(nd.attrib["ref"]) for nd in element.iter("nd")]
        else:
            found["members"] = [{"type": m.attrib["type"], "ref": int(m.attrib["ref"])} for m in element.iter("member")]
        elements.append(found)
    return json.dumps({"elements": elements}, ensure_ascii=False).encode()


def _overpass(text: str = _OSM) -> StreetNetwork:
    return read_answer(_answer(text), None)


_Write = Callable[[Path], Path]


@pytest.mark.parametrize("write", [_xml, _gz, _bz2, _pbf])
def test_every_form_of_osm_gives_the_same_lines_posts_and_streets(tmp_path: Path, write: _Write) -> None:
    network, answered = read_streets(write(tmp_path)), _overpass()
    assert network.beside == answered.beside
    assert sorted(network.segments, key=lambda s: s.id) == sorted(answered.segments, key=lambda s: s.id)
    found: dict[str, set[str | None]] = {}
    for line in network.beside.lines:
        found.setdefault(line.kind, set()).add(line.name)
    assert found == _KINDS
    assert [post.chainage_m for post in network.beside.posts] == [763_000, 764_000]
    assert network.beside.partial == {"万荣县"}
    assert {segment.name for segment in network.segments} == {"解放路", "南路", "西路"}


@pytest.mark.parametrize("name", ["209国道", "G209", "国道209", "S87"])
@pytest.mark.parametrize("write", [_xml, _gz, _pbf])
def test_a_numbered_road_is_found_by_the_ref_of_its_ways(tmp_path: Path, write: _Write, name: str) -> None:
    for network in (read_streets(write(tmp_path)), _overpass()):
        found = find_road(network, name)
        assert found is not None
        assert (found.how, found.signed) == ("ref", ("解放路",))


@pytest.mark.parametrize("write", [_xml, _pbf])
@pytest.mark.parametrize("junction", ["roundabout", "circular"])
def test_a_roundabout_is_one_where_its_way_says_so(tmp_path: Path, write: Callable[..., Path], junction: str) -> None:
    text = _OSM.replace('v="南路"/>', f'v="南路"/><tag k="junction" v="{junction}"/>')
    for network in (read_streets(write(tmp_path, text)), _overpass(text)):
        assert {s.name for s in network.segments if s.roundabout} == {"南路"}


def _spec(**last: str) -> ZoneSpec:
    edges = [
        {"road": "209国道", "side": "south", "boundary": "excluded"},
        {"road": "南路", "side": "north", "boundary": "excluded"},
        {"road": "西路", "side": "east", "boundary": "excluded"},
        {"side": "west", "boundary": "excluded", **last},
    ]
    return ZoneSpec.model_validate({"zone": "t", "edges": edges})


@pytest.mark.parametrize("write", [_xml, _pbf])
@pytest.mark.parametrize(
    ("road", "kind", "width_km"),
    [("同蒲铁路", "railway", 0.9549), ("涑水河", "river", 0.7639), ("盐场线", "railway", 0.84)],
)
def test_a_zone_is_built_of_streets_and_a_line_that_they_share_no_node_with(
    tmp_path: Path, write: _Write, road: str, kind: str, width_km: float
) -> None:
    zone = build_zone(read_streets(write(tmp_path)), _spec(road=road, kind=kind))
    assert zone.gaps == ()
    assert zone.loop_area_km2 == pytest.approx(width_km * 0.5544, rel=0.03)
    assert all(street.name in {"解放路", "南路", "西路"} for street in zone.streets)


def test_a_railway_that_is_gone_is_none() -> None:
    with pytest.raises(ZoneError) as error:
        build_zone(_overpass(), _spec(road="老支线", kind="railway"))
    assert "老支线" not in [c["name"] for c in error.value.candidates["老支线"]]


def _county(name: str) -> ZoneSpec:
    edge = {"road": name, "side": "inside", "kind": "administrative", "boundary": "included"}
    return ZoneSpec.model_validate({"zone": "county", "edges": [edge]})


@pytest.mark.parametrize("write", [_xml, _gz, _pbf])
def test_a_county_is_the_ring_of_its_relations_members_though_they_have_no_name(tmp_path: Path, write: _Write) -> None:
    zone = build_zone(read_streets(write(tmp_path)), _county("临猗县界"))
    assert zone.names == {"临猗县界": "ending: 临猗县"}
    assert zone.loop_area_km2 == pytest.approx(3.82 * 4.435, rel=0.01)


def test_a_county_of_which_a_member_is_missing_is_open_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(ZoneError, match="hold only a part of 万荣县界") as error:
        build_zone(read_streets(_xml(tmp_path)), _county("万荣县界"))
    assert error.value.code == "loop_open"


def test_a_way_that_an_extract_cut_through_is_kept_as_far_as_it_goes() -> None:
    text = _OSM.replace('<nd ref="12"/>', '<nd ref="12"/><nd ref="77"/><nd ref="13"/><nd ref="11"/>')
    lines = [s for s in _overpass(text).beside.lines if s.name == "万荣县"]
    assert [len(line.line.coords) for line in lines] == [2, 3]
    assert len({line.id for line in lines}) == 2


def test_chainage_from_milestones_of_the_file_cuts_the_numbered_road(tmp_path: Path) -> None:
    part = {"road": "209国道", "from": {"chainage": "K763+000"}, "to": {"chainage": "K763+500"}}
    spec = _spec(road="同蒲铁路", kind="railway").model_dump(by_alias=True)
    spec = {**spec, "edges": [{**e, "boundary": "included"} for e in spec["edges"]], "carve_outs": [part]}
    zone = build_zone(read_streets(_xml(tmp_path)), ZoneSpec.model_validate(spec))
    west, _, east, _ = zone.carve_outs[0].geometry.bounds
    assert (west, east) == pytest.approx((121.001, 121.006), abs=1e-5)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "relation", "id": 1, "tags": {"boundary": "administrative", "name": "x"}, "members": 5},
        {"type": "relation", "id": "1", "tags": {"boundary": "administrative", "name": "x"}, "members": []},
        {"type": "way", "id": 1, "tags": {"railway": "rail", "name": "x"}, "nodes": None},
        {"type": "way", "id": 1, "tags": {"railway": 5}, "nodes": [1, 2]},
        {"type": "node", "id": 1, "tags": {"highway": "milestone"}, "lon": 500, "lat": 0},
    ],
)
def test_elements_of_another_form_are_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(TextError):
        beside_of([broken])


def test_an_xml_file_with_a_node_without_a_position_is_refused(tmp_path: Path) -> None:
    text = _OSM.replace('<node id="11" lon="120.9900000"', '<node id="11" lon="east"')
    with pytest.raises(InputError, match=r"a\.osm"):
        read_streets(_xml(tmp_path, text))


def test_the_question_asks_for_lines_and_posts_but_not_for_whole_provinces() -> None:
    asked = query_of(Around(121, 31, 500), timeout_s=30)
    here = "(around:500.0,31.0000000,121.0000000)"
    for part in ('way["highway"]', 'way["railway"]["name"]', 'node["highway"="milestone"]', "way(r.areas)"):
        assert f"{part}{here};" in asked
    assert f'(rel["boundary"="administrative"]{here};)->.areas;' in asked
    # the relations themselves are added after their members' nodes: else all of each would be fetched
    assert asked.endswith("(._;>;);(._;.areas;.turns;);out;")
    assert f'(rel["type"~"^restriction"]{here};)->.turns;' in asked


def _features() -> list[dict[str, Any]]:
    def line(points: list[tuple[float, float]], **tags: object) -> dict[str, Any]:
        return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": points}, "properties": tags}

    ring = [[120.99, 31.02], [121.03, 31.02], [121.03, 30.98], [120.99, 30.98], [120.99, 31.02]]
    post = {"type": "Point", "coordinates": [121.001, 31.0051]}
    return [
        line([(121.0, 31.005), (121.012, 31.005)], name="解放路", highway="trunk", ref="G209"),
        line([(121.012, 31.0), (121.0, 31.0)], name="南路", railway="", waterway=None, boundary="no"),
        line([(121.0, 31.0), (121.0, 31.005)], name="西路"),
        line([(121.01, 31.007), (121.01, 30.998)], name="南同蒲线", railway="rail"),
        line([(121.008, 31.007), (121.008, 30.998)], name="涑水河", waterway="river", width="30"),
        line([(121.008, 31.007), (121.01, 31.007)], name="站台", railway="platform"),
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
         "properties": {"name": "临猗县", "boundary": "administrative"}},
        {"type": "Feature", "geometry": post, "properties": {"highway": "milestone", "distance": "763"}},
    ]  # fmt: skip


def _geojson(folder: Path, features: list[dict[str, Any]]) -> Path:
    path = folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def _names(beside: Beside) -> set[tuple[str, str | None]]:
    return {(line.kind, line.name) for line in beside.lines}


def test_geojson_says_by_a_property_what_a_line_is(tmp_path: Path) -> None:
    network = read_streets(_geojson(tmp_path, _features()))
    assert {s.name for s in network.segments} == {"解放路", "南路", "西路"}
    assert _names(network.beside) == {("railway", "南同蒲线"), ("river", "涑水河"), ("administrative", "临猗县")}
    assert [post.chainage_m for post in network.beside.posts] == [763_000]
    found = find_road(network, "209国道")
    assert found is not None
    assert found.how == "ref"
    assert build_zone(network, _county("临猗县界")).loop_area_km2 == pytest.approx(3.82 * 4.435, rel=0.01)
    zone = build_zone(network, _spec(road="南同蒲铁路", kind="railway"))
    assert zone.loop_area_km2 == pytest.approx(0.9549 * 0.5544, rel=0.02)


def test_lines_and_posts_in_shifted_coordinates_come_to_wgs84(tmp_path: Path) -> None:
    shifted = json.loads(json.dumps(_features()))
    for feature in shifted:
        geometry = shapely.from_geojson(json.dumps(feature["geometry"]))
        moved = shapely.transform(geometry, lambda c: shapely.get_coordinates(
            shapely.points(*from_wgs84(c[:, 0], c[:, 1], "gcj02"))))  # fmt: skip
        feature["geometry"] = json.loads(shapely.to_geojson(moved))
    plain = read_streets(_geojson(tmp_path, _features())).beside
    back = read_streets(_geojson(tmp_path, shifted), crs="gcj02").beside
    for a, b in zip(plain.lines, back.lines, strict=True):
        assert shapely.equals_exact(a.line, b.line, tolerance=1e-8)
    assert (back.posts[0].lon, back.posts[0].lat) == pytest.approx((121.001, 31.0051), abs=1e-8)


def _table(**columns: list[str | None]) -> gpd.GeoDataFrame:
    lines = [
        feature["geometry"]["coordinates"] for feature in _features() if feature["geometry"]["type"] == "LineString"
    ][:5]
    names = ["解放路", "南路", "西路", "南同蒲线", "涑水河"]
    return gpd.GeoDataFrame({"name": names, **columns}, geometry=[shapely.LineString(x) for x in lines], crs=4326)


@pytest.mark.parametrize(
    "columns",
    [
        {"highway": ["trunk", "road", "road", None, None], "railway": [None, None, None, "rail", None],
         "waterway": [None, None, None, None, "river"]},
        {"osm_id": list("12345"), "fclass": ["trunk", "secondary", "secondary", "rail", "river"]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_a_column_of_a_file_of_lines_says_what_a_line_is(
    tmp_path: Path, suffix: str, columns: dict[str, list[str | None]]
) -> None:
    path = tmp_path / f"lines{suffix}"
    pyogrio.write_dataframe(_table(**columns, ref=["G209", None, None, None, None]), path, encoding="UTF-8")
    network = read_streets(path)
    assert {s.name for s in network.segments} == {"解放路", "南路", "西路"}
    assert _names(network.beside) == {("railway", "南同蒲线"), ("river", "涑水河")}
    found = find_road(network, "209国道")
    assert found is not None
    assert found.signed == ("解放路",)
