import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zones.coords import from_wgs84
from zones.errors import InputError
from zones.network import parse_lanes, parse_metres, read_streets

_OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="test">
  <node id="1" lat="31.0" lon="121.0"/>
  <node id="2" lat="31.0" lon="121.001"/>
  <node id="3" lat="31.0" lon="121.002"/>
  <node id="4" lat="31.001" lon="121.001"/>
  <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
    <tag k="highway" v="service"/><tag k="name" v="北路"/><tag k="width" v="7.5 m"/>
    <tag k="old_name" v="旧路;老路"/></way>
  <way id="11"><nd ref="2"/><nd ref="4"/>
    <tag k="highway" v="primary"/><tag k="oneway" v="-1"/><tag k="lanes" v="3"/></way>
  <way id="12"><nd ref="1"/><nd ref="4"/><nd ref="3"/><nd ref="1"/><tag k="building" v="yes"/></way>
</osm>
"""


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _geojson(*features: dict[str, object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def _line(*points: tuple[float, float], **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": points}}


def test_osm_ways_are_cut_where_they_meet_and_both_directions_are_one_segment(tmp_path: Path) -> None:
    network = read_streets(_write(tmp_path, "a.osm", _OSM))
    assert sorted((s.way_id, s.name, len(s.line.coords)) for s in network.by_name["北路"]) == [(10, "北路", 2)] * 2
    assert len(network.segments) == 3
    assert len({s.id for s in network.segments}) == 3


def test_osm_tags_are_kept(tmp_path: Path) -> None:
    network = read_streets(_write(tmp_path, "a.osm", _OSM))
    named = network.by_name["北路"][0]
    assert (named.width_m, named.oneway, named.highway) == (7.5, False, "service")
    assert named.other_names == (("old_name", "旧路"), ("old_name", "老路"))
    [against] = [s for s in network.segments if s.way_id == 11]
    assert (against.lanes, against.oneway, against.name) == (3, True, None)
    assert against.line.coords[0] == (121.001, 31.001)


def test_buildings_are_no_streets(tmp_path: Path) -> None:
    assert 12 not in {s.way_id for s in read_streets(_write(tmp_path, "a.osm", _OSM)).segments}


def test_reading_leaves_osmnx_and_the_folder_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from osmnx import settings  # noqa: PLC0415

    path = _write(tmp_path, "a.osm", _OSM)
    monkeypatch.chdir(tmp_path)
    before = {name: repr(value) for name, value in vars(settings).items() if not name.startswith("_")}
    read_streets(path)
    assert {name: repr(value) for name, value in vars(settings).items() if not name.startswith("_")} == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.osm"]


def test_the_source_is_the_name_without_the_folder_and_the_hash_of_the_bytes(tmp_path: Path) -> None:
    source = read_streets(_write(tmp_path, "a.osm", _OSM)).source
    assert source.file == "a.osm"
    assert source.sha256 != read_streets(_write(tmp_path, "b.osm", _OSM + "\n")).source.sha256


def test_geojson_lines_have_name_oneway_and_class(tmp_path: Path) -> None:
    text = _geojson(
        _line((121.0, 31.0), (121.1, 31.0), name="甲路", oneway=1, highway="primary"),
        _line((121.0, 31.0), (121.1, 31.1), name="乙路", oneway=0),
        _line((121.1, 31.1), (121.0, 31.0), name="乙路", oneway=0),
    )
    network = read_streets(_write(tmp_path, "a.geojson", text))
    assert [(s.name, s.oneway, s.highway) for s in network.segments] == [("甲路", True, "primary"), ("乙路", False, "")]
    assert network.grade == "survey"


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_shifted_files_come_back_to_wgs84(tmp_path: Path, crs: str) -> None:
    shifted = [tuple(map(float, from_wgs84(lon, 31.0, crs))) for lon in (121.0, 121.1)]
    text = _geojson(_line(*shifted, name="甲路"))
    [segment] = read_streets(_write(tmp_path, "a.geojson", text), crs=crs).segments
    assert [c for point in segment.line.coords for c in point] == pytest.approx([121.0, 31.0, 121.1, 31.0], abs=1e-7)


@pytest.mark.parametrize(
    ("name", "text", "field", "line"),
    [
        ("a.osm", "", None, None),
        ("a.osm", "<osm><node></osm>", None, 1),
        ("a.osm", '<osm>\n<way id="1">\n</oops>\n</osm>', None, 3),
        ("a.osm", '<osm version="0.6"></osm>', None, None),
        ("a.shp", "x", None, None),
        ("a.geojson", "{", None, 1),
        ("a.geojson", '{\n"features": [}', None, 2),
        ("a.geojson", "[]", "features", None),
        ("a.geojson", _geojson(), "features", None),
        ("a.geojson", _geojson({"type": "Feature", "properties": {}, "geometry": None}), "features", None),
        ("a.geojson", _geojson(_line((1, 1), name="x")), "features[0].geometry.coordinates", None),
        ("a.geojson", _geojson(_line((1, 1), (31, 121), name="x")), "features[0].geometry.coordinates", None),
    ],
)
def test_what_cannot_be_read_says_where(tmp_path: Path, name: str, text: str, field: str, line: int) -> None:
    with pytest.raises(InputError) as error:
        read_streets(_write(tmp_path, name, text))
    assert error.value.file is not None
    assert error.value.file.endswith(name)
    assert (error.value.field, error.value.line) == (field, line)
    assert error.value.text.zh


def test_a_way_through_nodes_that_the_file_lacks_is_an_error(tmp_path: Path) -> None:
    text = _OSM.replace('<node id="3" lat="31.0" lon="121.002"/>', "")
    with pytest.raises(InputError, match=r"a\.osm"):
        read_streets(_write(tmp_path, "a.osm", text))


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.osm"):
        read_streets(tmp_path / "none.osm")


@pytest.mark.parametrize(
    ("text", "metres"), [("7", 7), ("7.5 m", 7.5), ("7米", 7), ("10'", None), ("0", None), (None, None)]
)
def test_widths_are_read_as_metres_or_not_at_all(text: str | None, metres: float | None) -> None:
    assert parse_metres(text) == metres


@pytest.mark.parametrize(("text", "lanes"), [("3", 3), ("2;3", None), ("", None), ("-1", None)])
def test_lanes_are_one_number_or_not_at_all(text: str, lanes: float | None) -> None:
    assert parse_lanes(text) == lanes


def test_locating_needs_neither_osmnx_nor_pandas() -> None:
    code = "import sys, zones, zones.locate, zones.zone, zones.zone_file; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "shapely" in loaded
    assert not {"osmnx", "pandas", "geopandas", "networkx"} & set(loaded)


def test_the_beijing_file_is_read(shared: Callable[[str], Path]) -> None:
    network = read_streets(shared("osm/beijing_2012_named_ways.geojson"))
    assert network.grade == "survey"
    assert len(network.segments) == 20329
    assert {s.oneway for s in network.by_name["西直门北大街"]} == {True}
    assert {s.oneway for s in network.by_name["文慧园路"]} == {False}
