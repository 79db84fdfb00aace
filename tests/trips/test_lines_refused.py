"""A planned line that cannot be followed, or hardly: refused with its place, told in metres."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_lines import Point, connected, encoded, line, refused, roads

from truckban.trips.lines import edges_of_line
from truckban.trips.plan import plan_trip
from truckban.trips.request import read_trip
from zones.routing.ground import TripStreets


def test_one_way_streets_count(at: Callable[[str, str], Point], streets: TripStreets) -> None:
    """Of a dual carriageway only the one in the line's direction is taken; on the outer edges of the network there is no way back."""
    south = [at("西环路", "丰喜大道"), at("东环路", "丰喜大道")]
    for points in (south, south[::-1]):
        found = edges_of_line(line(points), streets)
        for edge, low, high in found.stretches:
            x, _ = streets.graph.positions(np.array([edge, edge], np.int32), np.array([low, high]))
            assert (x[1] > x[0]) == (points[1][0] > points[0][0]) or high - low < 40


def test_a_line_against_a_one_way_street_is_refused_with_its_name() -> None:
    import shapely  # noqa: PLC0415

    from zones.network import Segment  # noqa: PLC0415

    def street(name: str, *points: Point, oneway: bool = False) -> Segment:
        return Segment(id=name, name=name, highway="tertiary", line=shapely.LineString(points), oneway=oneway)

    a, b, c, d = (110.0, 35.0), (110.01, 35.0), (110.01, 35.01), (110.0, 35.01)
    streets = TripStreets.of(
        [street("单行街", b, a, oneway=True), street("东街", b, c), street("北街", c, d), street("西街", d, a)], []
    )
    assert roads(edges_of_line(line([b, a]), streets), streets)[0][0] == "单行街"
    error = refused(line([d, a, b, c]), streets)
    assert "单行街" in error.text.zh
    assert error.field == "coordinates"


def test_a_long_leap_over_the_fields_is_refused_with_its_place(
    at: Callable[[str, str], Point], streets: TripStreets
) -> None:
    far, near = at("西环路", "峨嵋大道"), at("东环路", "丰喜大道")
    error = refused(line([far, near]), streets)
    assert "km" in error.text.en
    assert "110.7" in error.text.en


def test_a_yard_at_the_end_is_told_in_metres(wuyi: list[Point], streets: TripStreets) -> None:
    """The line begins 200 m east of the street, across a field."""
    start = wuyi[0][0] + 200 / 91126, wuyi[0][1] + 0.0018
    found = edges_of_line(line([start, (wuyi[0][0], wuyi[0][1] + 0.0018), wuyi[1]]), streets)
    (code, text), *more = found.notes
    assert code == "line.off_streets"
    assert not more
    metres = int(text.en.partition("first ")[2].partition(" m")[0])
    assert 120 <= metres <= 220
    assert roads(found, streets)[-1][0] == "五一路"
    assert connected(found, streets)


def test_a_short_detour_beside_the_street_is_told(wuyi: list[Point], streets: TripStreets) -> None:
    (lon, south), (_, north) = wuyi
    middle = (south + north) / 2
    aside = lon + 60 / 91126
    points = [
        (lon, south),
        (lon, middle),
        (aside, middle + 2e-4),
        (aside, middle + 6e-4),
        (lon, middle + 8e-4),
        (lon, north),
    ]
    found = edges_of_line(line(points), streets)
    assert [code for code, _ in found.notes] == ["line.off_streets"]
    assert roads(found, streets) == [("五一路", pytest.approx(3105, abs=5))]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (None, None),
        ([], None),
        ("五一路", None),
        ({}, None),
        ({"crs": "wgs84"}, None),
        ({"type": "LineString", "coordinates": [], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": None, "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[110.77, 35.13]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[110.77, 35.13]] * 5000, "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[35.13, 110.77], [35.14, 110.77]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[110.77, math.nan], [110.77, 35.14]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[110.77, 1e400], [110.77, 35.14]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [["110.77", "35.13"], [110.77, 35.14]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[True, False], [110.77, 35.14]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[0, 0], [110.77, 35.14]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[110.77, 35.13], [200, 35.14]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[116.4, 39.9], [116.5, 39.9]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[-70.0, -33.0], [-70.1, -33.0]], "crs": "wgs84"}, "coordinates"),
        ({"type": "LineString", "coordinates": [[110.77, 35.13], [110.77, 35.14]], "crs": "WGS84"}, "crs"),
        ({"type": "LineString", "coordinates": [[110.77, 35.13], [110.77, 35.14]], "crs": 4326}, "crs"),
        (
            {
                "type": "LineString",
                "coordinates": [[110.77, 35.13 + n % 2 / 1e3] for n in range(100_000)],
                "crs": "wgs84",
            },
            "coordinates",
        ),
        (
            {"type": "LineString", "coordinates": [[110.5 + n % 2, 35.13] for n in range(50_000)], "crs": "wgs84"},
            "coordinates",
        ),
        ({"type": "Point", "coordinates": [110.77, 35.13], "crs": "wgs84"}, "type"),
        ({"type": "FeatureCollection", "features": [], "crs": "wgs84"}, "type"),
        ({"type": "FeatureCollection", "features": "x", "crs": "wgs84"}, "type"),
        ({"type": "Feature", "geometry": None, "crs": "wgs84"}, "type"),
        (
            {
                "type": "MultiLineString",
                "coordinates": [[[110.77, 35.13], [110.77, 35.14]], [[110.77, 35.15], [110.77, 35.16]]],
                "crs": "wgs84",
            },
            "coordinates",
        ),
        ({"polyline": "", "crs": "wgs84"}, "polyline"),
        ({"polyline": 5, "crs": "wgs84"}, "polyline"),
        ({"polyline": "_p~iF~ps|U_ul", "crs": "wgs84"}, "polyline"),
        ({"polyline": "_p~iF~ps|U_ulLnn", "crs": "wgs84"}, "polyline"),
        ({"polyline": "_p~iF ~ps|U", "crs": "wgs84"}, "polyline"),
        ({"polyline": "~" * 1_000_000, "crs": "wgs84"}, "polyline"),
        ({"polyline": "五一路", "crs": "wgs84"}, "polyline"),
        ({"polyline": "110.77,35.13;110.77", "crs": "wgs84"}, "polyline"),
        ({"polyline": "_p~iF~ps|U_ulLnnqC", "precision": 7, "crs": "wgs84"}, "precision"),
        ({"polyline": "_p~iF~ps|U_ulLnnqC", "precision": "5", "crs": "wgs84"}, "precision"),
        ({"polyline": "_p~iF~ps|U_ulLnnqC", "presicion": 5, "crs": "wgs84"}, "presicion"),
        ({"polyline": "_p~iF~ps|U_ulLnnqC", "gpx": "<gpx/>", "crs": "wgs84"}, None),
        ({"gpx": "<gpx><rte>", "crs": "wgs84"}, "gpx"),
        ({"gpx": "<kml/>", "crs": "wgs84"}, "gpx"),
        ({"gpx": "<gpx/>", "crs": "wgs84"}, "gpx"),
        ({"gpx": "<gpx>" + "<a>" * 100_000, "crs": "wgs84"}, "gpx"),
        ({"gpx": "\ud800", "crs": "wgs84"}, "gpx"),
        ({"gpx": '<gpx><rte><rtept lat="35.1"/></rte></gpx>', "crs": "wgs84"}, "gpx"),
        (
            {"gpx": '<gpx><rte><rtept lat="nan" lon="nan"/><rtept lat="35" lon="110"/></rte></gpx>', "crs": "wgs84"},
            "gpx",
        ),
        ({"gpx": '<!DOCTYPE g [<!ENTITY a "aaaa">]><gpx>&a;</gpx>', "crs": "wgs84"}, "gpx"),
    ],
)
def test_what_is_no_line_is_refused_by_its_field(asked: Any, field: str | None, streets: TripStreets) -> None:  # noqa: ANN401
    assert refused(asked, streets).field == field


@pytest.mark.parametrize(("meant", "said"), [(5, 6), (6, 5)])
def test_the_wrong_precision_is_named(wuyi: list[Point], streets: TripStreets, meant: int, said: int) -> None:
    error = refused({"polyline": encoded(wuyi, meant), "precision": said, "crs": "wgs84"}, streets)
    assert f"precision {meant}" in error.text.en or f"the precision {meant}" in error.text.en


def test_thousands_of_equal_points_change_nothing(wuyi: list[Point], streets: TripStreets) -> None:
    found = edges_of_line(line([wuyi[0]] * 5000 + [wuyi[1]] * 5000), streets)
    assert roads(found, streets) == [("五一路", pytest.approx(3105, abs=3))]


def test_a_missing_file_is_told(streets: TripStreets, tmp_path: Path) -> None:
    assert refused({"file": str(tmp_path / "no.gpx"), "crs": "wgs84"}, streets, allow_files=True).field == "file"
    (tmp_path / "a.geojson").write_text("{", encoding="utf-8")
    assert refused({"file": str(tmp_path / "a.geojson"), "crs": "wgs84"}, streets, allow_files=True).file == "a.geojson"


def test_the_very_second_on_a_line_is_judged(network: Any, wuyi: list[Point]) -> None:  # noqa: ANN401
    """A heavy truck along 五一路 at ten in the morning is unlawful, though the way round would be free."""
    heavy = {"vehicle_type": "重型厢式货车", "length_mm": 9000, "gross_mass_kg": 18000}
    asked = {"vehicle": heavy, "line": line(wuyi), "depart": "2024-05-08T10:00:00+08:00"}
    plan = plan_trip(network.streets, read_trip(asked, network.streets, network.rules))
    assert plan.word == "unlawful"
    assert plan.way is not None
    assert plan.way.roads == ["五一路"]
