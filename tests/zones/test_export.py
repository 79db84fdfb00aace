import csv
import io
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from zones.errors import InputError
from zones.export import kml_of, osm_tags_csv, write_geojson, write_geopackage
from zones.zone import Zone
from zones.zone_file import load_builtin, read_zone


@pytest.fixture(scope="module")
def zone() -> Zone:
    return load_builtin("linyi-schematic")


def test_geojson_is_the_zones_own_file(zone: Zone, tmp_path: Path) -> None:
    write_geojson(zone, tmp_path / "z.geojson")
    assert read_zone(tmp_path / "z.geojson") == zone


def test_a_geopackage_has_the_layers_and_their_geometry(zone: Zone, tmp_path: Path) -> None:
    write_geopackage(zone, tmp_path / "z.gpkg")
    layers = [str(name) for name in pyogrio.list_layers(tmp_path / "z.gpkg")[:, 0]]
    assert layers == ["area", "boundary_roads", "carve_outs", "streets"]
    area = gpd.read_file(tmp_path / "z.gpkg", layer="area")
    assert area.crs.to_epsg() == 4326
    assert shapely.equals(area.geometry[0], zone.area)
    roads = gpd.read_file(tmp_path / "z.gpkg", layer="boundary_roads")
    assert list(roads["name"]) == [road.name for road in zone.boundary_roads]
    streets = gpd.read_file(tmp_path / "z.gpkg", layer="streets")
    assert list(streets["place"]) == [street.place for street in zone.streets]


def test_the_same_zone_gives_the_same_geopackage(zone: Zone, tmp_path: Path) -> None:
    for name in ("a.gpkg", "b.gpkg"):
        write_geopackage(zone, tmp_path / name)
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()


def test_kml_keeps_names_and_geometry(zone: Zone, tmp_path: Path) -> None:
    (tmp_path / "z.kml").write_text(kml_of(zone), "utf-8")
    read = gpd.read_file(tmp_path / "z.kml")
    names = [road.name for road in zone.boundary_roads] + [part.name for part in zone.carve_outs]
    assert list(read["Name"]) == [zone.id, *names]
    area = shapely.force_2d(read.geometry[0])
    assert shapely.symmetric_difference(area, zone.area).area < 1e-12


def test_osm_tags_name_each_way_inside_once_with_the_callers_hours(zone: Zone) -> None:
    mapped = replace(zone, grade="osm")
    rows = list(csv.reader(io.StringIO(osm_tags_csv(mapped, "06:00-22:00"))))
    assert rows[0] == ["way_id", "name", "tag", "value"]
    assert {tuple(row[2:]) for row in rows[1:]} == {("hgv:conditional", "no @ (06:00-22:00)")}
    ids = [int(row[0]) for row in rows[1:]]
    assert ids == sorted(set(ids))
    inside = {int(s.id.split("/")[0]) for s in zone.streets if s.place == "inside"}
    assert set(ids) == inside
    assert not {row[1] for row in rows} & {road.name for road in zone.boundary_roads}


def test_invented_ways_have_no_osm_tags(zone: Zone) -> None:
    with pytest.raises(InputError, match="invented"):
        osm_tags_csv(zone, "06:00-22:00")


def test_streets_without_way_numbers_are_said(zone: Zone) -> None:
    streets = tuple(replace(street, id="7") for street in zone.streets)
    with pytest.raises(InputError, match="OSM XML"):
        osm_tags_csv(replace(zone, grade="osm", streets=streets), "06:00-22:00")


def test_a_geopackage_needs_its_suffix(zone: Zone, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gpkg"):
        write_geopackage(zone, tmp_path / "z.db")
