"""Where streets are taken from: around a position or within an area, of a server or a file of any kind."""

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

sys.path.append(str(Path(__file__).parent))

from overpass_server import SMALL, Step, answer_of, serving
from test_pbf_streets import to_pbf

from zones.area import Around, Within, read_within
from zones.coords import LocalPlane, from_wgs84
from zones.errors import InputError
from zones.network import StreetNetwork, read_streets
from zones.overpass import OverpassSettings, read_overpass

# touches 南路 and 西路 at their corner; the footway's end at (121.005, 31.002) is not in it
CORNER = Within(box(120.999, 30.999, 121.001, 31.001))


def lines(*parts: LineString) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array(parts, dtype=object)


def names(network: StreetNetwork) -> set[str | None]:
    return {segment.name for segment in network.segments}


def roads(network: StreetNetwork) -> dict[str | None, BaseGeometry]:
    """Return each name's whole line: where a street is cut depends on what else the source holds."""
    return {
        name: shapely.line_merge(shapely.union_all([s.line for s in network.segments if s.name == name]))
        for name in names(network)
    }


def write(folder: Path, kind: str) -> Path:
    """Write the small network as a file of some kind."""
    osm = folder / "small.osm"
    osm.write_text(SMALL, "utf-8")
    if kind == ".osm":
        return osm
    if kind == ".osm.pbf":
        return to_pbf(osm, folder / "small.osm.pbf")
    segments = read_streets(osm).segments
    frame = gpd.GeoDataFrame({"name": [s.name for s in segments]}, geometry=[s.line for s in segments], crs=4326)
    path = folder / f"small{kind}"
    if kind == ".parquet":
        frame.to_parquet(path)
    elif kind == ".geojson":
        path.write_text(frame.to_json(), "utf-8")
    elif kind == ".csv":
        rows = [
            f"{lon},{lat},{s.name}"
            for s in segments
            if s.name in {"南路", "东路"}
            for lon, lat in shapely.get_coordinates(shapely.segmentize(s.line, 0.0005))
        ]
        path.write_text("\n".join(["lon,lat,name", *rows, ""]), "utf-8")
    else:
        pyogrio.write_dataframe(frame, path)
    return path


def test_around_reaches_as_far_as_its_radius_in_metres() -> None:
    plane = LocalPlane(110.77, 35.14)
    east = [plane.to_lonlat(LineString([(x, -5000), (x, 5000)])) for x in (990, 1010)]
    assert Around(110.77, 35.14, 1000).touches(lines(*east)).tolist() == [True, False]


@pytest.mark.parametrize("lat", [0.0, 35.0, -60.0, 85.0])
def test_nothing_around_a_position_lies_outside_its_box(lat: float) -> None:
    place = Around(110.0, lat, 25_000)
    west, south, east, north = place.box()
    angle = np.linspace(0, 2 * np.pi, 100)
    lon, other = LocalPlane(110.0, lat).lonlat(24_999 * np.cos(angle), 24_999 * np.sin(angle))
    inside = (south <= other) & (other <= north) & (west <= lon) & (lon <= east)
    assert inside.all()


def test_a_street_touches_an_area_also_where_it_has_no_point_in_it_or_lies_in_a_hole() -> None:
    ring = Polygon(box(0, 0, 1, 1).exterior, [box(0.2, 0.2, 0.8, 0.8).exterior])
    through, in_hole, beside = [(-1, 0.5), (2, 0.5)], [(0.4, 0.4), (0.6, 0.6)], [(1.1, 0), (1.1, 1)]
    assert Within(ring).touches(lines(*map(LineString, (through, in_hole, beside)))).tolist() == [True, True, False]


@pytest.mark.parametrize("kind", [".osm", ".osm.pbf", ".geojson", ".gpkg", ".shp", ".parquet", ".csv"])
@pytest.mark.parametrize("area", [CORNER, Around(121.0, 31.0, 100)])
def test_only_the_streets_there_are_read_from_a_file_and_its_source_says_so(
    tmp_path: Path, kind: str, area: Within | Around
) -> None:
    path = write(tmp_path, kind)
    network = read_streets(path, area=area)
    assert names(network) == ({"南路"} if kind == ".csv" else {"南路", "西路"})
    assert network.source.area == area.said()
    assert network.source.sha256 == read_streets(path).source.sha256
    assert read_streets(path).source.area is None


def test_an_osm_way_is_whole_where_a_part_of_it_is_there(tmp_path: Path) -> None:
    # the end of 北路 beyond the footway's junction
    area = Within(box(121.009, 31.0049, 121.011, 31.0051))
    for kind in (".osm", ".osm.pbf"):
        network = read_streets(write(tmp_path, kind), area=area)
        assert roads(network)["北路"].bounds == (121.0, 31.005, 121.01, 31.005)
        assert names(network) == {"北路", "东路"}


def test_a_pbf_gives_what_overpass_gives_of_the_same_area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    area = Within(box(121.009, 31.0049, 121.011, 31.0051))
    with serving(Step(answer_of(SMALL))) as server:
        fetched = read_overpass(area, OverpassSettings(url=server.url, timeout_s=5))
    packed = read_streets(write(tmp_path, ".osm.pbf"), area=area)
    assert roads(packed) == roads(fetched)


def test_an_area_without_streets_is_said(tmp_path: Path) -> None:
    for kind in (".osm", ".osm.pbf", ".gpkg"):
        with pytest.raises(InputError, match="no streets there") as error:
            read_streets(write(tmp_path, kind), area=Around(31.0, 121.0 - 60, 1000))
        assert error.value.field == "area"


def test_the_area_is_in_wgs84_also_where_the_file_is_not(tmp_path: Path) -> None:
    lon, lat = (float(value) for value in from_wgs84(121.0, 31.0, "gcj02"))
    shift = (lon - 121.0, lat - 31.0)
    assert max(map(abs, shift)) > 0.001
    for kind in (".geojson", ".osm.pbf"):
        path = write(tmp_path, kind)
        moved = Around(*(2 * np.array([121.0, 31.0]) - (lon, lat)).tolist(), 60.0)
        assert names(read_streets(path, crs="gcj02", area=moved)) == {"南路", "西路"}
        with pytest.raises(InputError):
            read_streets(path, crs="gcj02", area=Around(121.0, 31.0, 60.0))


def test_many_corners_are_asked_for_as_a_hull_and_cut_back_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    # a C of 400 corners around 东路, open to the west: its hull holds 东路, itself it crosses 北路 and 南路 only
    angle = np.linspace(-5 * np.pi / 6, 5 * np.pi / 6, 200)
    arc = np.column_stack((np.cos(angle), np.sin(angle)))
    hook = Polygon(np.vstack((arc * 0.004, arc[::-1] * 0.003)) + np.array([121.01, 31.0025]))
    area = Within(hook)
    [question] = area.filters()
    assert len(question.split()) < 2 * 300
    with serving(Step(answer_of(SMALL))) as server:
        network = read_overpass(area, OverpassSettings(url=server.url, timeout_s=5))
    assert names(network) == {"北路", "南路"}


def test_what_a_source_says_of_an_area_does_not_depend_on_where_its_ring_begins(tmp_path: Path) -> None:
    ring = list(box(121, 31, 121.01, 31.01).exterior.coords)
    said = []
    for start in (0, 2):
        turned = [*ring[start:-1], *ring[: start + 1]]
        path = tmp_path / "a.geojson"
        path.write_text(json.dumps({"type": "Polygon", "coordinates": [turned]}))
        said.append(read_within(path).said())
    assert said[0] == said[1]
    assert (said[0]["within"], len(said[0]["area_sha256"])) == ("a.geojson", 64)
    assert said[0] != Within(box(121, 31, 121.01, 31.02), {"within": "a.geojson"}).said()


@pytest.mark.parametrize(("size", "fits"), [(1.19, True), (1.21, False)])
def test_an_area_is_at_most_as_large_as_a_county(size: float, fits: bool) -> None:  # noqa: FBT001
    if fits:
        assert Within(box(110, 35, 110 + size, 35.1)).area.area > 0
    else:
        with pytest.raises(InputError, match=r"1\.21 × 0\.10"):
            Within(box(110, 35, 110 + size, 35.1))
