"""A planned line on the streets: every form, followed to the metre, and what cannot be followed refused with its place."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_lines import VAN, Point, connected, encoded, gpx, length, line, refused, roads, shifted

from truckban.trips.lines import edges_of_line
from truckban.trips.model import Trip
from truckban.trips.plan import plan_trip
from truckban.trips.request import read_trip
from zones.coords import to_wgs84
from zones.routing.ground import TripStreets


def test_every_form_is_the_same_line(wuyi: list[Point], streets: TripStreets, tmp_path: Path) -> None:
    geometry = {"type": "LineString", "coordinates": [[lon, lat, 380.0] for lon, lat in wuyi]}
    feature = {"type": "Feature", "properties": {"name": "x"}, "geometry": geometry}
    marker = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": list(wuyi[0])}}
    middle = [(wuyi[0][0] + wuyi[1][0]) / 2, (wuyi[0][1] + wuyi[1][1]) / 2]
    (tmp_path / "l.geojson").write_text(json.dumps(feature), encoding="utf-8")
    (tmp_path / "l.gpx").write_text(gpx(wuyi), encoding="utf-8")
    forms = [
        geometry,
        feature,
        {"type": "FeatureCollection", "features": [marker, feature, marker]},
        {"type": "MultiLineString", "coordinates": [[list(wuyi[0]), middle], [middle, list(wuyi[1])]]},
        {"polyline": encoded(wuyi, 5), "precision": 5},
        {"polyline": encoded(wuyi, 6), "precision": 6},
        {"polyline": encoded(wuyi, 5)},
        {"polyline": ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in wuyi)},
        {"gpx": gpx(wuyi)},
        {"gpx": gpx(wuyi, "trk")},
        {"file": str(tmp_path / "l.geojson")},
        {"file": str(tmp_path / "l.gpx")},
    ]
    for form in forms:
        found = edges_of_line({**form, "crs": "wgs84"}, streets, allow_files=True)
        assert [edge for edge, _, _ in found.stretches] == [
            edge for edge, _, _ in edges_of_line(line(wuyi), streets).stretches
        ], form
        assert length(found) == pytest.approx(3105, abs=5)
        assert connected(found, streets)
        assert found.notes == ()
        assert found.start == pytest.approx(wuyi[0], abs=1e-5)
        assert found.end == pytest.approx(wuyi[1], abs=1e-5)


def test_google_s_own_example_is_decoded() -> None:
    from truckban.trips.line_forms import read_line  # noqa: PLC0415

    given = read_line({"polyline": "_p~iF~ps|U_ulLnnqC_mqNvxq`@", "crs": "wgs84"})
    assert given.lat.tolist() == pytest.approx([38.5, 40.7, 43.252])
    assert given.lon.tolist() == pytest.approx([-120.2, -120.95, -126.453])


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_shifted_coordinates_are_shifted_back(wuyi: list[Point], streets: TripStreets, crs: str) -> None:
    found = edges_of_line(line(shifted(wuyi, crs), crs), streets)
    assert roads(found, streets) == [("五一路", pytest.approx(3105, abs=3))]
    assert found.start == pytest.approx(wuyi[0], abs=1e-6)


@pytest.mark.parametrize("form", ["LineString", "polyline", "gpx", "file"])
def test_no_form_does_without_coordinates(wuyi: list[Point], streets: TripStreets, tmp_path: Path, form: str) -> None:
    (tmp_path / "l.gpx").write_text(gpx(wuyi), encoding="utf-8")
    asked = {
        "LineString": {"type": "LineString", "coordinates": [list(p) for p in wuyi]},
        "polyline": {"polyline": encoded(wuyi, 5)},
        "gpx": {"gpx": gpx(wuyi)},
        "file": {"file": str(tmp_path / "l.gpx")},
    }[form]
    error = refused(asked, streets, allow_files=True)
    assert error.field == "crs"
    assert "gcj02" in error.text.zh


def test_the_api_reads_no_files(wuyi: list[Point], streets: TripStreets, tmp_path: Path) -> None:
    (tmp_path / "l.gpx").write_text(gpx(wuyi), encoding="utf-8")
    for asked in ({"file": str(tmp_path / "l.gpx"), "crs": "wgs84"}, {**line(wuyi), "file": "/etc/passwd"}):
        assert refused(asked, streets).field == "file"


def test_the_wrong_coordinates_are_told_with_the_evidence(wuyi: list[Point], streets: TripStreets) -> None:
    error = refused(line(shifted(wuyi, "gcj02")), streets)
    assert error.field == "crs"
    assert "gcj02 0 m" in error.text.en
    assert "Nothing was corrected" in error.text.en


def test_a_line_that_can_be_followed_in_the_wrong_coordinates_says_so() -> None:
    """Read as WGS 84 it lies 35 m beside one street, as GCJ-02 right on another: followed as declared, and told."""
    import shapely  # noqa: PLC0415

    from zones.network import Segment  # noqa: PLC0415

    drawn = [(110.77, 35.15), (110.77, 35.17)]
    meant = np.column_stack(to_wgs84(*np.array(drawn).T, "gcj02"))
    beside = np.add(drawn, [35 / 91126, 0.0])
    segments = [
        Segment(id=name, name=name, highway="tertiary", line=shapely.LineString(points))
        for name, points in (("meant", meant), ("beside", beside))
    ]
    found = edges_of_line(line(drawn), streets := TripStreets.of(segments, []))
    assert roads(found, streets)[0][0] == "beside"
    (code, text), *_ = found.notes
    assert code == "line.crs_misfit"
    assert "wgs84 35 m, gcj02 0 m" in text.en


def test_a_ring_driven_twice_is_followed_twice(at: Callable[[str, str], Point], streets: TripStreets) -> None:
    ring = [
        at("西环路", "丰喜大道"),
        at("东环路", "丰喜大道"),
        at("东环路", "峨嵋大道"),
        at("西环路", "峨嵋大道"),
        at("西环路", "丰喜大道"),
    ]
    once, twice = (edges_of_line(line(ring * times), streets) for times in (1, 2))
    names = [name for name, _ in roads(once, streets)]
    assert names == ["丰喜大道", "东环路", "峨嵋大道", "西环路"]
    assert [name for name, _ in roads(twice, streets)] == names * 2
    assert length(twice) == pytest.approx(2 * length(once), rel=0.01)
    assert connected(once, streets)
    assert connected(twice, streets)


def test_turning_back_is_followed_both_ways(wuyi: list[Point], streets: TripStreets) -> None:
    start, end = wuyi
    middle = (start[0], start[1] + 0.4 * (end[1] - start[1]))
    for points, metres in (
        ([start, middle, start], 2 * 1242),
        ([start, middle, start, middle, end], 2 * 1242 + 3105),
        ([start, end, start], 2 * 3105),
    ):
        found = edges_of_line(line(points), streets)
        assert length(found) == pytest.approx(metres, abs=30 * len(points))
        assert connected(found, streets)
        assert {name for name, _ in roads(found, streets)} == {"五一路"}


def trips(network: Any, count: int) -> list[Trip]:  # noqa: ANN401
    streets: TripStreets = network.streets
    rng = np.random.default_rng(20240508)
    found = []
    while len(found) < count:
        edge = rng.integers(len(streets.graph.edges.length), size=2).astype(np.int32)
        lon, lat = streets.graph.plane.lonlat(
            *streets.graph.positions(edge, rng.random(2) * streets.graph.edges.length[edge])
        )
        ends = [{"lon": float(lon[n]), "lat": float(lat[n])} for n in (0, 1)]
        asked = {"vehicle": VAN, "origin": ends[0], "destination": ends[1], "depart": "2024-05-08T10:00:00+08:00"}
        found.append(read_trip(asked, streets, network.rules))
    return found


def test_a_planned_way_drawn_by_another_map_is_found_again(network: Any) -> None:  # noqa: ANN401
    """The line of each of 60 ways, moved by some 6 m as another map would have it, in GCJ-02."""
    streets: TripStreets = network.streets
    rng = np.random.default_rng(7)
    looked_at = 0
    for trip in trips(network, 60):
        way = plan_trip(streets, trip).way
        if way is None or way.length_m < 100:
            continue
        looked_at += 1
        points = np.array([(lon, lat) for lon, lat, _ in way.timed_line]) + rng.normal(0.0, 4e-5, 2)
        found = edges_of_line(line(shifted([(x, y) for x, y in points.tolist()], "gcj02"), "gcj02"), streets)
        assert connected(found, streets)
        wanted = {leg.edge: leg.to_m - leg.from_m for leg in way.legs}
        got = {edge: high - low for edge, low, high in found.stretches}
        wrong = sum(m for e, m in wanted.items() if e not in got) + sum(m for e, m in got.items() if e not in wanted)
        assert wrong <= 40.0, way.roads
        assert length(found) == pytest.approx(way.length_m, abs=40.0)
    assert looked_at > 40
