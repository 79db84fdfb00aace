"""A planned line on the streets: every form, followed to the metre, and what cannot be followed refused with its place."""

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from truckban.trips.lines import Line, edges_of_line
from truckban.trips.model import Trip
from truckban.trips.network import network_of
from truckban.trips.plan import plan_trip
from truckban.trips.request import read_trip
from zones.coords import from_wgs84, to_wgs84
from zones.errors import InputError
from zones.routing.ground import TripStreets
from zones.routing.snap import crossings

Point = tuple[float, float]
VAN = {"vehicle_type": "轻型厢式货车", "length_mm": 5000, "gross_mass_kg": 4000}


@pytest.fixture(scope="module")
def network() -> Any:  # noqa: ANN401
    return network_of(["linyi-2023-5"])


@pytest.fixture(scope="module")
def streets(network: Any) -> TripStreets:  # noqa: ANN401
    return network.streets


@pytest.fixture(scope="module")
def at(streets: TripStreets) -> Callable[[str, str], Point]:
    def place(one: str, other: str) -> Point:
        found = crossings(streets, one, other)[0]
        return found.lon, found.lat

    return place


@pytest.fixture(scope="module")
def wuyi(at: Callable[[str, str], Point]) -> list[Point]:
    """五一路 from the south to the north, 3.1 km."""
    return [at("五一路", "丰喜大道"), at("五一路", "北环路")]


def line(points: Sequence[Point], crs: str = "wgs84") -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(p) for p in points], "crs": crs}


def encoded(points: Sequence[Point], precision: int) -> str:
    text, before = "", [0, 0]
    for lon, lat in points:
        for axis, value in enumerate((lat, lon)):
            whole = round(value * 10**precision)
            step = whole - before[axis]
            before[axis] = whole
            step = ~(step << 1) if step < 0 else step << 1
            while step >= 0x20:
                text += chr((0x20 | (step & 0x1F)) + 63)
                step >>= 5
            text += chr(step + 63)
    return text


def gpx(points: Sequence[Point], kind: str = "rte") -> str:
    tag = {"rte": "rtept", "trk": "trkpt"}[kind]
    inner = "".join(f'<{tag} lat="{lat}" lon="{lon}"/>' for lon, lat in points)
    inner = f"<trkseg>{inner}</trkseg>" if kind == "trk" else inner
    return f'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><{kind}>{inner}</{kind}></gpx>'


def shifted(points: Sequence[Point], crs: str) -> list[Point]:
    lon, lat = from_wgs84(*np.array(points).T, crs)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def roads(found: Line, streets: TripStreets) -> list[tuple[str | None, int]]:
    told: list[tuple[str | None, float]] = []
    for edge, low, high in found.stretches:
        name = streets.name(edge)
        if told and told[-1][0] == name:
            told[-1] = name, told[-1][1] + high - low
        else:
            told.append((name, high - low))
    return [(name, round(metres)) for name, metres in told]


def length(found: Line) -> float:
    return sum(high - low for _, low, high in found.stretches)


def connected(found: Line, streets: TripStreets) -> bool:
    for (edge, low, high), (then, begin, _) in zip(found.stretches, found.stretches[1:], strict=False):
        x, y = streets.graph.positions(np.array([edge, then], np.int32), np.array([high, begin]))
        if not low < high or math.hypot(x[1] - x[0], y[1] - y[0]) > 0.05:
            return False
    return bool(found.stretches)


def refused(asked: Any, streets: TripStreets, **options: Any) -> InputError:  # noqa: ANN401
    with pytest.raises(InputError) as caught:
        edges_of_line(asked, streets, **options)
    assert caught.value.text.zh
    assert caught.value.text.en
    assert "\n" not in caught.value.text.en
    return caught.value


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
