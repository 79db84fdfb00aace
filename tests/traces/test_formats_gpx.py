"""GPX as receivers and phones write it: the points of tracks, each with its line; nothing that a file can do to a parser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reading import TEN, read, refused, why

from truckban.traces.formats.gpx import read_gpx

Write = Callable[..., Path]
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">\n'


def point(second: int = 0, lon: object = 110.77, lat: object = 35.14, inside: str = "") -> str:
    return f'<trkpt lat="{lat}" lon="{lon}"><time>2024-05-08T02:00:{second:02d}Z</time>{inside}</trkpt>\n'


def track(*points: str, name: str | None = "晋M12345", number: int | None = None) -> str:
    of = f"<name>{name}</name>" if name is not None else ""
    of += f"<number>{number}</number>" if number is not None else ""
    return f"<trk>{of}\n<trkseg>\n{''.join(points)}</trkseg></trk>\n"


def gpx(*inside: str) -> str:
    return HEAD + "".join(inside) + "</gpx>\n"


def test_the_points_of_all_tracks_and_segments_are_read(write: Write) -> None:
    two = track(point(0), "</trkseg><trkseg>", point(30, 110.78))
    fixes = read(write(gpx(two, track(point(0), name="晋M00001")), "t.gpx"))
    assert fixes.vehicle_ids == ["晋M00001", "晋M12345"]
    assert (fixes.read, fixes.t_s.tolist(), fixes.notes) == (3, [TEN, TEN, TEN + 30], [])
    assert fixes.lon.tolist() == [110.77, 110.77, 110.78]


@pytest.mark.parametrize(
    ("name", "number", "vehicle"), [("A", 7, "A"), (None, 7, "7"), ("", 7, "7"), (None, None, "晋M54321")]
)
def test_the_vehicle_is_the_tracks_name_else_its_number_else_the_files_name_and_that_is_said(
    write: Write, name: str | None, number: int | None, vehicle: str
) -> None:
    fixes = read(write(gpx(track(point(), name=name, number=number)), "晋M54321.gpx"))
    assert fixes.vehicle_ids == [vehicle]
    assert ["晋M54321 is taken for the vehicle" in note.en for note in fixes.notes] == [True] * (vehicle == "晋M54321")


def test_bad_points_are_rejected_on_their_own_line(write: Write) -> None:
    points = [
        point(),
        '<trkpt lat="35.14" lon="110.77"></trkpt>\n',
        '<trkpt lat="35.14" lon="110.77"/>\n',
        point(1, "east"),
        point(2, lat=""),
        '<trkpt lat="35.14"><time>2024-05-08T02:00:09Z</time></trkpt>\n',
        point(3, 35.14, 110.77),
        point(4, 181),
        '<trkpt lat="35.14" lon="110.77"><time>noon</time></trkpt>\n',
    ]
    fixes = read(write(gpx(track(*points)), "t.gpx"))
    assert (fixes.read, fixes.used) == (9, 1)
    assert why(fixes) == [
        (6, "time", "no time"),
        (7, "time", "no time"),
        (8, "lon", "not a number"),
        (9, "lat", "not a number"),
        (10, "lon", "not a number"),
        (11, "lon", "longitude and latitude look swapped"),
        (12, "lon", "out of range"),
        (13, "time", "not a time"),
    ]


def test_routes_and_waypoints_are_no_drives_and_are_noted(write: Write) -> None:
    beside = '<wpt lat="35" lon="110"><time>2024-05-08T02:00:00Z</time></wpt><rte><rtept lat="35" lon="110"/></rte>'
    fixes = read(write(gpx(beside, track(point())), "t.gpx"))
    assert fixes.read == 1
    assert "1 route points, 1 waypoints" in fixes.notes[0].en


def test_a_dilution_of_precision_is_no_accuracy(write: Write) -> None:
    fixes = read(write(gpx(track(point(inside="<hdop>1.2</hdop>"))), "t.gpx"))
    assert fixes.accuracy_m.tolist() != [1.2]
    assert fixes.used == 1


@pytest.mark.parametrize(
    "inside",
    [
        "<speed>10</speed><course>271.5</course>",
        "<extensions><x:TrackPointExtension><x:speed>10</x:speed><x:course>271.5</x:course></x:TrackPointExtension></extensions>",
    ],
)
def test_speed_is_in_metres_a_second_in_1_0_and_in_the_extension(write: Write, inside: str) -> None:
    frame = next(read_gpx(write(gpx(track(point(inside=inside))), "t.gpx"))).frame
    assert frame["speed_kmh"].tolist() == [36.0]
    assert frame["heading"].tolist() == ["271.5"]


def test_a_time_without_a_zone_is_counted_and_said(write: Write) -> None:
    fixes = read(write(gpx(track(point().replace("T02", "T10").replace("Z", ""))), "t.gpx"))
    assert (fixes.t_s.tolist(), fixes.assumed_zone) == ([TEN], 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gbk", "GB2312", "gb18030"])
def test_the_encoding_is_what_the_file_says(write: Write, encoding: str) -> None:
    text = gpx(track(point())).replace("UTF-8", encoding)
    assert read(write(text.encode(encoding), "t.gpx")).vehicle_ids == ["晋M12345"]


def test_a_large_file_comes_in_parts_and_is_one(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truckban.traces.formats.gpx._MOST_POINTS", 10)
    monkeypatch.setattr("truckban.traces.formats.gpx._CHUNK", 300)
    fixes = read(write(gpx(track(*(point(n) for n in range(60)))), "t.gpx"))
    assert (fixes.files, fixes.used) == ([("t.gpx", 60)], 60)


def test_a_file_without_tracks_has_no_rows(write: Write) -> None:
    assert (read(write(gpx(), "t.gpx")).read, read(write(gpx(track()), "t.gpx")).read) == (0, 0)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<gpx><trk><name>&b;</name></trk></gpx>"
)


@pytest.mark.parametrize(
    "data",
    [
        gpx(track(point()))[:-30],
        "<kml></kml>",
        "<html><body>404</body></html>",
        "not xml",
        "<gpx>&undefined;</gpx>",
        "<gpx>" + "<a>" * 100,
        BOMB,
        '<!DOCTYPE gpx SYSTEM "file:///etc/hostname"><gpx/>',
        HEAD.replace("UTF-8", "ebcdic-cp-us") + "</gpx>",
        HEAD.replace("UTF-8", "big5") + "</gpx>",
        gpx(track(point())).encode("utf-8").replace("晋".encode(), b"\xff\xfe"),
        HEAD.replace("UTF-8", "gbk").encode() + b"\x81",
        '<gpx a="' + "x" * 3_000_000,
        "<gpx><!--" + "x" * 3_000_000,
    ],
)
def test_what_is_no_whole_gpx_is_refused_in_a_sentence(write: Write, data: str | bytes) -> None:
    error = refused(write(data, "t.gpx"))
    assert error.text.zh != error.text.en


def test_names_and_text_of_any_length_are_cut(write: Write) -> None:
    fixes = read(write(gpx(track(point(), name="x" * 2_000_000)), "t.gpx"))
    assert len(fixes.vehicle_ids[0]) == 200


def test_a_position_of_hundreds_of_digits_is_no_number(write: Write) -> None:
    """The digits of 200,000 points are held at a time."""
    fixes = read(write(gpx(track(point(lon="110.77" + "0" * 300), point(1))), "t.gpx"))
    assert fixes.used == 1
    assert [(line, field) for line, field, _ in why(fixes)] == [(5, "lon")]
