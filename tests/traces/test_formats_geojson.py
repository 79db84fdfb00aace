"""GeoJSON and OGC Moving Features JSON: times as points, lines and moving points have them; WGS 84 and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reading import TEN, read, refused, rows_and_peak, why

from truckban.traces.formats.geojson import read_geojson

Write = Callable[..., Path]
AT = "2024-05-08T02:00:00Z"
TIMES = ["2024-05-08T02:00:00Z", "2024-05-08T02:00:30Z", "2024-05-08T02:01:00Z"]
LINE = [[110.77, 35.14], [110.775, 35.14], [110.78, 35.14]]
Json = dict[str, Any]


def feature(geometry: Any, properties: Json | None = None, **more: Any) -> Json:  # noqa: ANN401
    return {"type": "Feature", "geometry": geometry, "properties": properties, **more}


def at(lon: Any = 110.77, lat: Any = 35.14, *more: Any, **properties: Any) -> Json:  # noqa: ANN401
    said = {"vehicle_id": "T1", "time": AT} | properties
    return feature({"type": "Point", "coordinates": [lon, lat, *more]}, said)


def line(properties: Json, coordinates: Any = LINE, kind: str = "LineString", **more: Any) -> Json:  # noqa: ANN401
    return feature({"type": kind, "coordinates": coordinates}, properties, **more)


def moving(*prisms: Json, **more: Any) -> Json:  # noqa: ANN401
    geometry = prisms[0] if len(prisms) == 1 else {"type": "MovingGeometryCollection", "prisms": list(prisms)}
    return {"type": "Feature", "id": "T1", "temporalGeometry": geometry, "properties": {}} | more


def prism(**more: Any) -> Json:  # noqa: ANN401
    return {"type": "MovingPoint", "datetimes": TIMES, "coordinates": LINE, "interpolation": "Linear"} | more


def collection(*features: Any, **more: Any) -> str:  # noqa: ANN401
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)}, ensure_ascii=False)


# points


def test_points_are_fixes_with_their_properties_as_columns(write: Write) -> None:
    features = [
        at(),
        at(110.78, time="2024-05-08T10:00:30+08:00"),
        at(110.77, vehicle_id="晋M12345", time=1715133600000),
    ]
    fixes = read(write(collection(*features, name="trace"), "t.geojson"))
    assert fixes.vehicle_ids == ["T1", "晋M12345"]
    assert fixes.t_s.tolist() == [TEN, TEN + 30, TEN]
    assert (fixes.lon.tolist(), fixes.notes) == ([110.77, 110.78, 110.77], [])


def test_properties_go_by_the_names_of_columns_and_may_be_chosen(write: Write) -> None:
    geometry = {"type": "Point", "coordinates": [110.77, 35.14]}
    path = write(collection(feature(geometry, {"车牌号": 7, "定位时间": AT, "经度": 1, "lat": 2})), "t.json")
    assert read(path).vehicle_ids == ["7"]
    assert read(path).lon.tolist() == [110.77]
    path = write(collection(feature(geometry, {"who": "T1", "when": AT})), "t.json")
    assert "--column vehicle_id=" in refused(path).text.en
    assert read(path, columns={"vehicle_id": "who", "time": "when"}).used == 1


@pytest.mark.parametrize(
    ("bad", "field", "reason"),
    [
        (at("110.77"), "lon", "not a number"),
        (at(None), "lon", "not a number"),
        (at(bool(1)), "lon", "not a number"),
        (at(10**400), "lon", "not a number"),
        (at(10**200), "lon", "out of range"),
        (at(35.14, 110.77), "lon", "look swapped"),
        (at(time=None), "time", "no time"),
        (at(time=[AT]), "time", "no time"),
        (at(time="noon"), "time", "not a time"),
        (at(vehicle_id=None), "vehicle_id", "no vehicle id"),
        (feature({"type": "Point", "coordinates": []}, {"vehicle_id": "T1", "time": AT}), "lon", "not a number"),
        (feature({"type": "Point"}, {"vehicle_id": "T1", "time": AT}), "lon", "not a number"),
        (feature({"type": "Polygon", "coordinates": []}, {}), "geometry", "the geometry is Polygon"),
        (feature(None, {}), "geometry", "the geometry is null"),
        ({"type": "Point", "coordinates": [1, 2]}, "", "not a GeoJSON Feature"),
        (7, "", "not a GeoJSON Feature"),
    ],
)
def test_a_bad_feature_is_rejected_by_its_number(write: Write, bad: Any, field: str, reason: str) -> None:  # noqa: ANN401
    fixes = read(write(collection(at(), bad), "t.geojson"))
    assert (fixes.read, fixes.used) == (2, 1)
    [(number, named, said)] = why(fixes)
    assert (number, named) == (2, field)
    assert reason in said


def test_the_fourth_number_of_a_position_is_no_time(write: Write) -> None:
    fixes = read(write(collection(at(110.77, 35.14, 400, 1715133600, time="")), "t.geojson"))
    assert [reason for _, _, reason in why(fixes)] == ["no time"]


# lines


@pytest.mark.parametrize(
    "properties",
    [
        {"vehicle_id": "T1", "coordTimes": TIMES},
        {"车牌": "T1", "times": TIMES},
        {"name": "T1", "coordinateProperties": {"times": TIMES}},
        {"name": "T1", "datetimes": TIMES},
        {"vehicle": "T1", "times": [1715133600, 1715133630, 1715133660]},
    ],
)
def test_a_line_has_a_time_for_each_position(write: Write, properties: Json) -> None:
    fixes = read(write(collection(line(properties)), "t.geojson"))
    assert (fixes.vehicle_ids, fixes.t_s.tolist()) == (["T1"], [TEN, TEN + 30, TEN + 60])


@pytest.mark.parametrize("times", [[TIMES[:2], TIMES[2:]], TIMES])
def test_lines_of_several_parts_have_times_for_each_part_or_for_all(write: Write, times: list[Any]) -> None:
    one = line({"name": "T1", "coordTimes": times}, [LINE[:2], LINE[2:]], "MultiLineString")
    assert read(write(collection(one), "t.geojson")).t_s.tolist() == [TEN, TEN + 30, TEN + 60]


def test_a_line_that_names_no_vehicle_is_the_files_and_that_is_said(write: Write) -> None:
    fixes = read(write(collection(line({"times": TIMES})), "晋M12345.geojson"))
    assert fixes.vehicle_ids == ["晋M12345"]
    assert "晋M12345 is taken for it" in fixes.notes[0].en


@pytest.mark.parametrize(
    ("one", "read_", "field", "reason"),
    [
        (line({"name": "T1"}), 3, "times", "the line has no times"),
        (line({"name": "T1", "times": TIMES[:2]}), 3, "times", "3 positions and 2 times"),
        (line({"name": "T1", "times": AT}), 3, "times", "the line has no times"),
        (line({"name": "T1", "times": TIMES}, None), 1, "coordinates", "no array"),
        (line({"name": "T1", "times": []}, []), 0, "", ""),
        (
            line({"name": "T1", "times": [TIMES]}, [LINE, LINE], "MultiLineString"),
            6,
            "times",
            "6 positions and 3 times",
        ),
    ],
)
def test_a_line_whose_times_do_not_fit_is_rejected_position_by_position(
    write: Write, one: Json, read_: int, field: str, reason: str
) -> None:
    fixes = read(write(collection(one), "t.geojson"))
    assert (fixes.read, fixes.used) == (read_, 0)
    assert {(named, reason in said) for _, named, said in why(fixes)} == ({(field, True)} if read_ else set())


# moving features


def test_a_moving_point_is_a_trace(write: Write) -> None:
    for name in ("t.json", "t.mfjson"):
        fixes = read(write(json.dumps(moving(prism())), name))
        assert (fixes.vehicle_ids, fixes.t_s.tolist()) == (["T1"], [TEN, TEN + 30, TEN + 60])


def test_a_collection_of_moving_points_and_of_features_is_read(write: Write) -> None:
    later = [time.replace("T02", "T03") for time in TIMES]
    two = moving(prism(), prism(datetimes=later))
    fixes = read(write(collection(two, moving(prism(), id=42)), "t.json"))
    assert (fixes.vehicle_ids, fixes.read) == (["42", "T1"], 9)


def test_numbers_are_milliseconds(write: Write) -> None:
    good = moving(prism(datetimes=[1715133600000, 1715133630000, 1715133660500]))
    assert read(write(json.dumps(good), "t.json")).t_s.tolist() == [TEN, TEN + 30, TEN + 60.5]
    seconds = moving(prism(datetimes=[1715133600, 1715133630, 1715133660]))
    assert {reason for _, _, reason in why(read(write(json.dumps(seconds), "t.json")))} == {"not a time"}


def test_the_vehicle_is_named_by_the_properties_before_the_id(write: Write) -> None:
    for properties, vehicle in (({"车牌号": "晋M12345"}, "晋M12345"), ({"name": "car1"}, "car1"), (None, "T1")):
        assert read(write(json.dumps(moving(prism(), properties=properties)), "t.json")).vehicle_ids == [vehicle]


@pytest.mark.parametrize(("form", "factor"), [("KMH", 1.0), ("MTS", 3.6), ("furlong", None)])
def test_a_speed_is_taken_where_its_unit_is_known(write: Write, form: str, factor: float | None) -> None:
    speed = {"datetimes": TIMES[:2], "speed": {"type": "Measure", "form": form, "values": [10, 20]}}
    path = write(json.dumps(moving(prism(), temporalProperties=[speed])), "t.json")
    speeds = next(read_geojson(path, {})).frame["speed_kmh"].fillna(-1).tolist()
    assert speeds == ([10 * factor, 20 * factor, -1] if factor else [-1, -1, -1])


@pytest.mark.parametrize(
    ("geometry", "read_", "reason"),
    [
        (prism(type="MovingPolygon"), 3, "is no MovingPoint"),
        (prism(datetimes=TIMES[:1]), 3, "3 positions and 1 times"),
        (prism(coordinates=None), 1, "0 positions and 3 times"),
        ({"type": "MovingGeometryCollection", "prisms": []}, 1, "no trajectory"),
        ({"type": "MovingGeometryCollection"}, 1, "is no MovingPoint"),
        (7, 1, "is no MovingPoint"),
    ],
)
def test_what_is_no_moving_point_is_rejected(write: Write, geometry: Any, read_: int, reason: str) -> None:  # noqa: ANN401
    fixes = read(write(collection(moving(prism(), temporalGeometry=geometry)), "t.json"))
    assert (fixes.read, fixes.used) == (read_, 0)
    assert all(reason in said for _, _, said in why(fixes))


# coordinates and times


def _crs(name: str) -> Json:
    return {"type": "Name", "properties": {"name": name}}


@pytest.mark.parametrize(
    "name",
    [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "EPSG:4326",
        "urn:ogc:def:crs:EPSG::4326",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "urn:ogc:def:crs:EPSG::4490",
    ],
)
@pytest.mark.parametrize("where", ["top", "feature", "geometry"])
def test_wgs84_may_be_said(write: Write, name: str, where: str) -> None:
    said = {"crs": _crs(name)}
    one = moving(prism(**(said if where == "geometry" else {})), **(said if where == "feature" else {}))
    assert read(write(collection(one, **(said if where == "top" else {})), "t.json")).used == 3


@pytest.mark.parametrize("crs", [_crs("EPSG:3857"), _crs("EPSG:4547"), {"type": "Link"}, "GCJ02", 7])
@pytest.mark.parametrize("where", ["top", "feature", "geometry", "after"])
def test_other_coordinates_are_refused_wherever_they_are_said(write: Write, crs: Any, where: str) -> None:  # noqa: ANN401
    said = {"crs": crs}
    one = moving(prism(**(said if where == "geometry" else {})), **(said if where == "feature" else {}))
    text = collection(one, **(said if where == "top" else {}))
    if where == "after":
        text = json.dumps({"type": "FeatureCollection", "features": [one], **said})
    error = refused(write(text, "t.json"))
    assert error.field == "crs"
    assert "WGS 84" in error.text.zh


def test_times_of_another_calendar_are_refused(write: Write) -> None:
    good = moving(prism(), trs={"type": "Name", "properties": {"name": "urn:ogc:data:time:iso8601"}})
    assert read(write(json.dumps(good), "t.json")).used == 3
    bad = moving(prism(trs={"type": "Name", "properties": {"name": "urn:example:julian"}}))
    assert refused(write(json.dumps(bad), "t.json")).field == "trs"


# the file


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 20])
def test_a_file_is_read_in_pieces_whatever_their_size(
    write: Write, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("truckban.traces.formats.json_stream._CHUNK", chunk)
    monkeypatch.setattr("truckban.traces.formats.geojson._MOST_ROWS", 4)
    features = [at(time=1715133600 + n) for n in range(9)] + [line({"车牌": "晋M1", "times": TIMES})]
    text = json.dumps({"features": features, "n": 12, "type": "FeatureCollection"}, ensure_ascii=False, indent=1)
    fixes = read(write("\ufeff" + text + "\n", "t.geojson"))
    assert (fixes.files, fixes.used, fixes.vehicle_ids) == ([("t.geojson", 12)], 12, ["T1", "晋M1"])


@pytest.mark.parametrize("late", ["vehicle_id", "车牌号", "has_fix"])
def test_a_property_that_says_late_what_another_said_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    """Of a file that is read as a whole `vehicle_id` would have been taken for all of its features."""
    features = [{"truck": "晋M1", "time": 1715133600 + n, "valid": "A"} for n in range(9)]
    features[7] |= {late: "T7"}
    places = [feature({"type": "Point", "coordinates": LINE[0]}, properties) for properties in features]
    path = write(json.dumps({"type": "FeatureCollection", "features": places}), "t.geojson")
    monkeypatch.setattr("truckban.traces.formats.geojson._MOST_ROWS", 4)
    if late == "has_fix":  # the contract's own name, `valid`, was there before
        assert read(path).used == 9
        return
    error = refused(path)
    assert (error.line, error.field) == (8, "vehicle_id")
    assert f"from this feature on {late} says what truck said before" in error.text.en
    assert read(path, columns={"vehicle_id": "truck"}).vehicle_ids == ["晋M1"]


@pytest.mark.parametrize("number", ["1715133600.5", "1e308", "-2.5E+3", "1.0e-7"])
def test_a_number_may_end_one_piece_and_go_on_in_the_next(
    write: Write, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    text = f'{{"n": {number}, "features": [{json.dumps(at())}, {number}], "type": "FeatureCollection"}}'
    for chunk in range(1, text.index(number) + len(number)):
        monkeypatch.setattr("truckban.traces.formats.json_stream._CHUNK", chunk)
        fixes = read(write(text, "t.geojson"))
        assert (fixes.used, [reject.reason.en for reject in fixes.rejects]) == (1, ["not a GeoJSON Feature"]), chunk


def test_members_that_say_nothing_here_are_not_held(write: Write) -> None:
    text = "".join(f'"m{n}":"{"y" * 60}",' for n in range(400_000))
    _, peak = rows_and_peak(write(f'{{{text}"type":"FeatureCollection","features":[]}}', "t.geojson"))
    _, least = rows_and_peak(write('{"type":"FeatureCollection","features":[]}', "u.geojson"))
    assert peak - least < 80_000


def test_a_value_of_more_than_a_hundred_million_characters_is_refused(write: Write) -> None:
    path = write('{"type":"FeatureCollection","features":["' + "x" * 140_000_000 + '"]}', "t.geojson")
    assert refused(path).text.en == "one feature is large beyond all sense"


@pytest.mark.parametrize("text", [collection(), '{"features": [], "type": "FeatureCollection"}'])
def test_a_collection_of_nothing_has_no_rows(write: Write, text: str) -> None:
    assert read(write(text, "t.geojson")).read == 0


@pytest.mark.parametrize(
    "data",
    [
        "{}",
        "[]",
        "7",
        '"x"',
        "nothing",
        collection(at())[:-1],
        collection(at())[:-20],
        collection(at()) + "}",
        '{"type": "FeatureCollection", "features": [1 2]}',
        '{"type" "x"}',
        '{"type": "Topology", "objects": {}}',
        '{"type": "Point", "coordinates": [1, 2]}',
        '{"a": ' + "[" * 100_000,
        '{"type": "FeatureCollection", "features": ' + "[" * 100_000,
        collection(at(vehicle_id="晋")).encode("gbk"),
        collection(at()).encode("utf-16"),
        '{"type": "FeatureCollection", "features": ["' + "x" * 100,
        "{1: 2}",
    ],
)
def test_what_is_no_geojson_is_refused_in_a_sentence(write: Write, data: str | bytes) -> None:
    error = refused(write(data, "t.geojson"))
    assert error.text.zh != error.text.en


def test_an_error_names_its_line(write: Write) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": [at(), at()]}, indent=1)
    assert refused(write(text.replace('"vehicle_id": "T1"', '"vehicle_id" "T1"', 1), "t.geojson")).line == 14


def test_half_of_a_letter_pair_does_no_harm(write: Write) -> None:
    text = collection(at()).replace('"T1"', '"T\\ud800"').replace('"time"', '"\\udfff": "\\ud800", "time"')
    assert read(write(text, "t.geojson")).vehicle_ids == ["T?"]


def test_a_property_more_on_every_feature_does_not_make_a_table_of_a_column_more_for_each(write: Write) -> None:
    features = [at(time=1715133600 + n, **{f"p{n}": n, f"ti.me{'.' * n}": 7}) for n in range(3000)]
    fixes = read(write(collection(*features), "t.geojson"))
    assert fixes.used == 3000
    [table, _] = read_geojson(write(collection(*features), "t.geojson"), {})
    assert len(table.frame.columns) <= 1000


def test_an_error_lists_the_properties_there_are(write: Write) -> None:
    one = feature({"type": "Point", "coordinates": [110.77, 35.14]}, {"vehicle_id": "T1", "gefahren": AT})
    assert "vehicle_id, gefahren" in refused(write(collection(one), "t.geojson")).text.en
