"""Positions are imported with coordinate system, source and day, or not at all."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from enterprises.errors import EnterpriseError
from enterprises.registry_file import builtin_registry, parse_registry
from enterprises.registry_file import written as bytes_of
from enterprises.site_files import read_sites, with_sites

if TYPE_CHECKING:
    from enterprises.registry import Registry

Writer = Callable[[str, str | bytes], Path]
DEMO = builtin_registry("schematic")
SAID = {"crs": "wgs84", "source": "示意踏勘", "date": "2024-03-01"}
RING = [[110.0, 35.0], [110.001, 35.0], [110.001, 35.001], [110.0, 35.0]]


def feature(geometry: Any, **properties: object) -> str:  # noqa: ANN401
    one = {"type": "Feature", "geometry": geometry, "properties": {"enterprise": "示意甲商砼有限公司", **properties}}
    return json.dumps({"type": "FeatureCollection", "features": [one]})


def test_points_and_polygons_are_read_and_kept_as_given(written: Writer) -> None:
    csv = written("s.csv", "企业名称,经度,纬度,坐标系,半径,场地\n示意甲商砼,110.7,35.1,GCJ02,80,北门\n")
    (point,) = read_sites(csv, DEMO, said={**SAID, "crs": None})
    assert (point.enterprise, point.geometry["coordinates"], point.crs) == ("schematic-1-1", [110.7, 35.1], "gcj02")
    assert (point.radius_m, point.name, point.source, point.date.isoformat()) == (80, "北门", "示意踏勘", "2024-03-01")
    (area,) = read_sites(written("s.geojson", feature({"type": "Polygon", "coordinates": [RING]})), DEMO, said=SAID)
    assert area.geometry == {"type": "Polygon", "coordinates": [RING]}
    registry = with_sites(DEMO, [point, area])
    assert len(registry.sites) == len(DEMO.sites) + 2
    assert parse_registry(bytes_of(registry), file="r") == registry


def test_importing_the_same_site_again_changes_nothing(written: Writer) -> None:
    sites = read_sites(written("s.csv", "企业名称,lon,lat\n示意甲商砼,110.7,35.1\n"), DEMO, said=SAID)
    once = with_sites(DEMO, sites)
    assert with_sites(once, sites) == once


@pytest.mark.parametrize(
    ("name", "content", "said", "sentence"),
    [
        ("s.csv", "企业名称,lon,lat\n示意甲商砼,110.7,35.1\n", {"crs": None}, "s.csv:2: crs: say which"),
        ("s.csv", "企业名称,lon,lat\n示意甲商砼,110.7,35.1\n", {"source": None}, "s.csv:2: source: say where"),
        ("s.csv", "企业名称,lon,lat\n示意甲商砼,110.7,35.1\n", {"date": None}, "s.csv:2: date: say of which"),
        ("s.csv", "企业名称,lon,lat\n示意,110.7,35.1\n", {}, "s.csv:2: enterprise: the registry has no 示意"),
        ("s.csv", "企业名称,lon,lat\n示意甲商砼,东,35.1\n", {}, "s.csv:2: lon: '东' is not a number"),
        ("s.csv", "企业名称,lon,lat\n示意甲商砼,35.1,110.7\n", {}, "s.csv:2: geometry: [35.1, 110.7] is not on the earth"),
        ("s.csv", "企业名称,lon,lat,半径\n示意甲商砼,110.7,35.1,0\n", {}, "s.csv:2: radius_m: a radius"),
        ("s.csv", "企业名称,lon\n", {}, "s.csv:1: lat: the column lat is missing"),
        ("s.csv", "企业名称,lon,lat\n", {}, "s.csv: there is no site"),
        ("s.geojson", feature({"type": "Line"}), {}, "s.geojson: geometry: a position is a GeoJSON"),
        ("s.geojson", feature({"type": "Polygon", "coordinates": [RING[:-1]]}), {}, "s.geojson: geometry: the border"),
        ("s.geojson", feature({"type": "Point", "coordinates": [float("nan"), 1]}), {}, "s.geojson: geometry: a position"),
        ("s.geojson", "[]", {}, "s.geojson: a GeoJSON FeatureCollection"),
        ("s.geojson", "{", {}, "s.geojson:1: this is not JSON"),
    ],
)  # fmt: skip
def test_a_site_that_does_not_say_enough_is_refused_with_line_and_field(
    written: Writer, name: str, content: str, said: dict[str, str | None], sentence: str
) -> None:
    with pytest.raises(EnterpriseError) as caught:
        read_sites(written(name, content), DEMO, said={**SAID, **said})
    assert caught.value.say("en").startswith(sentence)


def test_an_enterprise_without_a_site_has_none() -> None:
    registry: Registry = builtin_registry()
    assert all(entry.sites == () for entry in registry.listed(registry.latest))
