"""GeoPackage, Shapefile, GeoParquet: one network, in WGS 84, with the names as written."""

import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from shapely import LineString

from zones.build import build_zone
from zones.coords import from_wgs84
from zones.errors import InputError
from zones.network import StreetNetwork, read_streets
from zones.spec import ZoneSpec

NAMES = ["北环路", "五一路", None]
LINES = [
    LineString([(110.75, 35.15), (110.79, 35.15)]),
    LineString([(110.77, 35.12), (110.77, 35.16)]),
    LineString([(110.75, 35.12), (110.79, 35.12)]),
]


def table(column: str = "name", crs: Any = 4326, **more: list[Any]) -> gpd.GeoDataFrame:  # noqa: ANN401
    frame = gpd.GeoDataFrame({column: NAMES, **more}, geometry=LINES, crs=4326)
    return frame.to_crs(crs) if crs is not None else frame.set_crs(None, allow_override=True)


def write(frame: gpd.GeoDataFrame, path: Path, **options: Any) -> Path:  # noqa: ANN401
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            pyogrio.write_dataframe(frame, path, **options)
    return path


def same(network: StreetNetwork, within_deg: float = 1e-8) -> bool:
    assert [s.name for s in network.segments] == NAMES
    got = [shapely.get_coordinates(s.line) for s in network.segments]
    return all((abs(g - shapely.get_coordinates(w)) < within_deg).all() for g, w in zip(got, LINES, strict=True))


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
@pytest.mark.parametrize("column", ["name", "NAME", "道路名称", "路名", "名称"])
def test_lines_and_names_are_read_from_every_kind_of_file(tmp_path: Path, suffix: str, column: str) -> None:
    network = read_streets(write(table(column), tmp_path / f"roads{suffix}"))
    assert same(network)
    assert (network.grade, network.source.file) == ("survey", f"roads{suffix}")


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
@pytest.mark.parametrize("epsg", [3857, 32649, 4490, 4547])
def test_projected_files_come_to_wgs84(tmp_path: Path, suffix: str, epsg: int) -> None:
    frame = table()
    if epsg in {4490, 4547}:  # CGCS2000, degrees and Gauss-Krueger: the datum is WGS 84's
        frame = frame.set_crs(4490, allow_override=True)
    assert same(read_streets(write(frame.to_crs(epsg), tmp_path / f"roads{suffix}")))


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".parquet"])
def test_a_file_that_says_no_coordinate_system_is_asked_for_it(tmp_path: Path, suffix: str) -> None:
    path = write(table(crs=None), tmp_path / f"roads{suffix}")
    with pytest.raises(InputError) as error:
        read_streets(path)
    assert error.value.field == "crs"
    assert same(read_streets(path, crs="wgs84"))
    assert same(read_streets(path, crs="EPSG:4490"))


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
@pytest.mark.parametrize("said", [None, 4326, 3857])
def test_shifted_degrees_come_back_also_through_a_projection(tmp_path: Path, crs: str, said: int | None) -> None:
    frame = table()
    moved = [LineString(zip(*(part.tolist() for part in from_wgs84(*line.xy, crs)), strict=True)) for line in LINES]
    frame = frame.set_geometry(gpd.GeoSeries(moved, crs=4326))
    frame = frame.to_crs(said) if said else frame.set_crs(None, allow_override=True)
    assert same(read_streets(write(frame, tmp_path / "roads.gpkg"), crs=crs), 1e-7)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:3857", "EPSG:999999", "mars", "EPSG:5773"])
def test_a_system_that_contradicts_the_file_or_is_unknown_is_refused(tmp_path: Path, crs: str) -> None:
    with pytest.raises(InputError) as error:
        read_streets(write(table(), tmp_path / "roads.gpkg"), crs=crs)
    assert error.value.field == "crs"


def test_a_system_without_a_reliable_way_is_refused(tmp_path: Path) -> None:
    xian_1980 = table().set_crs(4610, allow_override=True)
    with pytest.raises(InputError, match="no reliable way"):
        read_streets(write(xian_1980, tmp_path / "roads.gpkg"))


def test_metres_given_as_degrees_are_refused(tmp_path: Path) -> None:
    path = write(table(crs=3857).set_crs(None, allow_override=True), tmp_path / "roads.gpkg")
    with pytest.raises(InputError, match="look like metres"):
        read_streets(path, crs="wgs84")
    assert same(read_streets(path, crs="EPSG:3857"))


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("code_page", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_a_shapefiles_names_are_read_in_its_encoding_or_the_one_that_fits(
    tmp_path: Path, encoding: str, *, code_page: bool, packed: bool
) -> None:
    path = write(table("道路名称"), tmp_path / "roads.shp", encoding=encoding)
    if not code_page:
        path.with_suffix(".cpg").unlink(missing_ok=True)
        data = bytearray(path.with_suffix(".dbf").read_bytes())
        data[29] = 0
        path.with_suffix(".dbf").write_bytes(data)
    if packed:
        parts = [part for part in tmp_path.iterdir() if part.stem == "roads"]
        with zipfile.ZipFile(tmp_path / "roads.zip", "w") as file:
            for part in parts:
                file.write(part, part.name)
                part.unlink()
        path = tmp_path / "roads.zip"
    assert same(read_streets(path))


def test_the_hash_of_a_shapefile_covers_its_names(tmp_path: Path) -> None:
    one = read_streets(write(table(), tmp_path / "a.shp")).source.sha256
    again = read_streets(write(table(), tmp_path / "b.shp")).source.sha256
    other = read_streets(write(table().replace("五一路", "五二路"), tmp_path / "c.shp")).source.sha256
    assert (one == again, one == other) == (True, False)


def test_a_column_may_be_named_and_a_wrong_one_is_listed_against_those_there_are(tmp_path: Path) -> None:
    path = write(table("lu"), tmp_path / "roads.gpkg")
    assert same(read_streets(path, name_column="lu"))
    for wanted in (None, "name"):
        with pytest.raises(InputError, match="lu") as error:
            read_streets(path, name_column=wanted)
        assert error.value.field == "name_column"


def test_tags_are_read_as_in_osm_and_as_geofabrik_writes_them(tmp_path: Path) -> None:
    frame = table(highway=["primary", None, "footway"], oneway=["yes", "no", "-1"], lanes=[2, 4, 1], width=[7.5, 9, 2])
    first, second, third = read_streets(write(frame, tmp_path / "a.gpkg")).segments
    assert (first.highway, first.oneway, first.lanes, first.width_m) == ("primary", True, 2, 7.5)
    assert (second.highway, second.oneway) == ("", False)
    assert (third.driven, third.line.coords[0]) == (False, (110.79, 35.12))
    frame = table(fclass=["service", "primary", "steps"], oneway=["F", "T", "B"], osm_id=["7", "8", "9"])
    network = read_streets(write(frame, tmp_path / "b.shp"))
    assert [(s.highway, s.oneway, s.way_id) for s in network.segments] == [
        ("service", True, 7), ("primary", True, 8), ("steps", False, 9),
    ]  # fmt: skip
    assert network.grade == "osm"


def test_plain_parquet_with_wkb_is_read_where_its_system_is_given(tmp_path: Path) -> None:
    plain = pa.table({"路名": NAMES, "geometry": [line.wkb for line in LINES]})
    pq.write_table(plain, tmp_path / "roads.parquet")
    assert same(read_streets(tmp_path / "roads.parquet", crs="wgs84"))


def test_the_streets_of_a_geopackage_make_the_zone_of_the_geojson(
    shared: Callable[[str], Path], tmp_path: Path
) -> None:
    path = shared("osm/beijing_2012_named_ways.geojson")
    frame = pyogrio.read_dataframe(path)
    sides = {"西直门北大街": "east", "学院南路": "south", "新街口外大街": "west", "文慧园路": "north"}
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in sides.items()]
    spec = ZoneSpec.model_validate({"zone": "t", "edges": edges})
    ours = build_zone(write(frame.to_crs(32650), tmp_path / "b.gpkg"), spec)
    theirs = build_zone(path, spec)
    assert ours.area.symmetric_difference(theirs.area).area <= 1e-5 * theirs.area.area


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.zip", "a.parquet"])
@pytest.mark.parametrize("data", [b"", b"garbage", b"PK\x03\x04" + b"\0" * 40, b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_what_cannot_be_read_is_said_without_its_folder(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError) as error:
        read_streets(tmp_path / name, crs="wgs84")
    assert error.value.file == str(tmp_path / name)
    assert str(tmp_path) not in error.value.text.en


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".zip", ".parquet"])
def test_a_missing_file_is_said(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(InputError, match="none"):
        read_streets(tmp_path / f"none{suffix}")


def test_files_without_lines_with_two_layers_or_cut_off_are_said(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(110, 35)], crs=4326)
    no_lines = write(points, tmp_path / "points.gpkg")
    with pytest.raises(InputError, match="no layer"):
        read_streets(no_lines)
    points.to_parquet(tmp_path / "points.parquet")
    with pytest.raises(InputError, match="no lines"):
        read_streets(tmp_path / "points.parquet")
    two = write(table(), tmp_path / "two.gpkg", layer="one")
    write(table(), two, layer="two", append=False)
    with pytest.raises(InputError, match=r"one、two.*--layer") as error:
        read_streets(two)
    assert error.value.field == "layer"
    half = write(table(), tmp_path / "half.parquet")
    half.write_bytes(half.read_bytes()[:300])
    with pytest.raises(InputError, match="half"):
        read_streets(half)
    lonely = write(table(), tmp_path / "lonely.shp")
    lonely.with_suffix(".dbf").unlink()
    with pytest.raises(InputError, match="lonely"):
        read_streets(lonely)


def test_a_layer_is_taken_by_its_name_and_a_wrong_one_is_held_against_those_there_are(tmp_path: Path) -> None:
    two = write(table(), tmp_path / "two.gpkg", layer="道路")
    write(table().iloc[:1], two, layer="two", append=False)
    write(gpd.GeoDataFrame({"name": ["x"]}, geometry=[shapely.Point(110, 35)], crs=4326), two, layer="点", append=False)
    assert same(read_streets(two, layer="道路"))
    assert [s.name for s in read_streets(two, layer="two").segments] == NAMES[:1]
    for wanted in ("点", "no", ""):
        with pytest.raises(InputError, match="道路、two") as error:
            read_streets(two, layer=wanted)
        assert error.value.field == "layer"
    assert same(read_streets(write(table(), tmp_path / "one.gpkg", layer="a"), layer="a"))


def test_a_zip_of_two_shapefiles_is_two_layers(tmp_path: Path) -> None:
    for name, frame in (("roads", table()), ("more", table().iloc[:1])):
        write(frame, tmp_path / f"{name}.shp")
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as file:
        for part in tmp_path.iterdir():
            if part.suffix != ".zip":
                file.write(part, part.name)
    with pytest.raises(InputError, match="--layer"):
        read_streets(tmp_path / "both.zip")
    assert same(read_streets(tmp_path / "both.zip", layer="roads"))


@pytest.mark.parametrize("name", ["a.shp", "a.parquet", "a.osm", "a.osm.pbf", "a.geojson", "a.gpx", "a.csv"])
def test_formats_without_layers_take_none(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(InputError) as error:
        read_streets(tmp_path / name, layer="roads")
    assert error.value.field == "layer"


@pytest.mark.parametrize("name", ["a.osm", "a.osm.pbf", "a.geojson", "a.gpx", "a.csv"])
def test_formats_without_a_choice_of_columns_take_no_name_column(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(InputError) as error:
        read_streets(tmp_path / name, name_column="lu")
    assert error.value.field == "name_column"


@pytest.mark.parametrize(
    "geo",
    [b"{", b"[]", b"7", b'{"primary_column": "x", "columns": {}}',
     b'{"primary_column": "geometry", "columns": {"geometry": {"encoding": "point"}}}',
     b'{"primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "crs": {"type": "no"}}}}'],
)  # fmt: skip
def test_broken_geoparquet_heads_are_said(tmp_path: Path, geo: bytes) -> None:
    plain = pa.table({"name": NAMES, "geometry": [line.wkb for line in LINES]})
    pq.write_table(plain.replace_schema_metadata({b"geo": geo}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet"):
        read_streets(tmp_path / "a.parquet")


def test_columns_that_hold_no_geometry_are_said(tmp_path: Path) -> None:
    for column in ([b"x"] * 3, [1, 2, 3], ["LINESTRING (0 0, 1 1)"] * 3, [None] * 3):
        pq.write_table(pa.table({"name": NAMES, "geometry": column}), tmp_path / "a.parquet")
        with pytest.raises(InputError, match=r"a\.parquet"):
            read_streets(tmp_path / "a.parquet", crs="wgs84")


def test_the_crs_of_a_parquet_is_projjson_or_crs84(tmp_path: Path) -> None:
    lines = [line.wkb for line in LINES]
    for crs in ({}, {"crs": pyproj.CRS(4490).to_json_dict()}):
        head = {"version": "1.1.0", "primary_column": "g", "columns": {"g": {"encoding": "WKB", **crs}}}
        made = pa.table({"name": NAMES, "g": lines}).replace_schema_metadata({b"geo": json.dumps(head).encode()})
        pq.write_table(made, tmp_path / "a.parquet")
        assert same(read_streets(tmp_path / "a.parquet"))
