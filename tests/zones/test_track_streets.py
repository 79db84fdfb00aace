"""A drive along a road becomes its line; one with holes or jumps does not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from zones.build import build_zone
from zones.coords import LocalPlane, from_wgs84
from zones.errors import InputError
from zones.network import read_streets
from zones.spec import ZoneSpec
from zones.track_streets import read_tracks, with_tracks

PLANE = LocalPlane(110.77, 35.14)
Point = tuple[float, float]


def drive(*corners: Point, step_m: float = 20.0, noise_m: float = 0.0) -> list[Point]:
    """Return lon/lat every few metres along corners given in metres."""
    line = shapely.segmentize(shapely.LineString(corners), step_m)
    points = shapely.get_coordinates(line) + np.random.default_rng(7).normal(0, noise_m, (len(line.coords), 2))
    return [(float(x), float(y)) for x, y in zip(*PLANE.lonlat(points[:, 0], points[:, 1]), strict=True)]


def csv(path: Path, points: list[Point], *, seconds: list[float | str] | None = None, name: str | None = None) -> Path:
    head = "lon,lat" + (",time" if seconds else "") + (",name" if name else "")
    rows = [
        f"{lon:.7f},{lat:.7f}" + (f",{seconds[i]}" if seconds else "") + (f",{name}" if name else "")
        for i, (lon, lat) in enumerate(points)
    ]
    path.write_text("\n".join([head, *rows, ""]), "utf-8")
    return path


def gpx(path: Path, *tracks: tuple[str | None, list[Point]]) -> Path:
    body = "".join(
        "<trk>" + (f"<name>{name}</name>" if name else "") + "<trkseg>"
        + "".join(f'<trkpt lat="{y:.7f}" lon="{x:.7f}"><time>2024-05-08T10:{i // 60:02}:{i % 60:02}Z</time></trkpt>'
                  for i, (x, y) in enumerate(points))
        + "</trkseg></trk>"
        for name, points in tracks
    )  # fmt: skip
    head = '<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
    path.write_text(f"{head}{body}</gpx>", "utf-8")
    return path


def test_a_straight_drive_with_noise_becomes_a_line_of_few_points(tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", drive((0, 0), (1000, 0), noise_m=1.5))
    network = read_tracks(path, name="五一路")
    [segment] = network.segments
    line = PLANE.to_xy(segment.line)
    assert len(line.coords) <= 4
    assert shapely.hausdorff_distance(line, shapely.LineString([(0, 0), (1000, 0)])) < 6
    assert (segment.name, segment.oneway, segment.driven, network.grade) == ("五一路", False, True, "survey")
    assert (network.source.file, len(network.source.sha256)) == ("a.csv", 64)


def test_a_bend_larger_than_the_error_stays(tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", drive((0, 0), (300, 0), (300, 300)))
    [segment] = read_tracks(path, name="x").segments
    assert len(segment.line.coords) == 3


def test_a_gpx_names_its_drives(tmp_path: Path) -> None:
    path = gpx(tmp_path / "a.gpx", ("北环路", drive((0, 0), (500, 0))), ("东环路", drive((0, 0), (0, 500))))
    network = read_streets(path)
    assert set(network.by_name) == {"北环路", "东环路"}
    assert network.grade == "survey"
    assert {s.name for s in read_tracks(path, name="西环路").segments} == {"西环路"}
    assert len({s.id for s in network.segments}) == 2


def test_a_csv_may_name_its_drives_and_be_shifted(tmp_path: Path) -> None:
    true = drive((0, 0), (500, 0))
    moved = [tuple(map(float, from_wgs84(*point, "gcj02"))) for point in true]
    path = csv(tmp_path / "a.csv", [(x, y) for x, y in moved], name="北环路")
    [segment] = read_streets(path, crs="gcj02").segments
    assert segment.name == "北环路"
    assert shapely.get_coordinates(segment.line)[0] == pytest.approx(true[0], abs=2e-7)


def test_four_drives_round_a_town_make_a_zone(tmp_path: Path) -> None:
    roads = {
        "北环路": drive((-600, 500), (600, 500)),
        "东环路": drive((500, 600), (500, -600)),
        "南环路": drive((-600, -500), (600, -500)),
        "西环路": drive((-500, 600), (-500, -600)),
    }
    sides = {"北环路": "south", "东环路": "west", "南环路": "north", "西环路": "east"}
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in sides.items()]
    spec = ZoneSpec.model_validate({"zone": "t", "edges": edges})
    zone = build_zone(gpx(tmp_path / "a.gpx", *roads.items()), spec)
    assert zone.loop_area_km2 == pytest.approx(1.0, rel=0.01)
    assert (zone.grade, zone.gaps) == ("survey", ())


def test_drives_are_added_to_a_network_with_their_files(tmp_path: Path) -> None:
    first = read_tracks(csv(tmp_path / "a.csv", drive((0, 0), (500, 0))), name="a")
    second = read_tracks(csv(tmp_path / "b.csv", drive((0, 0), (0, 500))), name="b")
    both = with_tracks(first, second, second)
    assert both.source.file == "a.csv + b.csv + b.csv"
    assert len({s.id for s in both.segments}) == 3
    assert both.source.sha256 != first.source.sha256
    assert with_tracks(first) is first


def test_a_drive_in_gcj02_comes_to_its_place_from_gpx_too(tmp_path: Path) -> None:
    true = drive((0, 0), (500, 0))
    moved = [(float(x), float(y)) for x, y in (from_wgs84(*point, "gcj02") for point in true)]
    path = gpx(tmp_path / "a.gpx", ("北环路", moved))
    for network in (read_streets(path, crs="gcj02"), read_tracks(path, crs="gcj02")):
        assert shapely.get_coordinates(network.segments[0].line)[0] == pytest.approx(true[0], abs=2e-7)
    unsaid = shapely.get_coordinates(read_streets(path).segments[0].line)[0]
    assert abs(unsaid - true[0]).max() > 0.001


@pytest.mark.parametrize("grade", ["schematic", "osm", "survey"])
def test_drives_leave_the_grade_of_the_network_as_it_is(tmp_path: Path, grade: Any) -> None:  # noqa: ANN401
    track = read_tracks(csv(tmp_path / "a.csv", drive((0, 0), (500, 0))), name="a")
    assert with_tracks(replace(track, grade=grade), track).grade == grade


def test_time_may_be_seconds_or_iso_with_or_without_a_zone(tmp_path: Path) -> None:
    points = drive((0, 0), (60, 0))
    for seconds in (
        [0, 1.5, 3, 4],
        ["2024-05-08T10:00:00+08:00", "2024-05-08T10:00:02+08:00", "2024-05-08 02:00:04Z", ""],
        ["2024-05-08 10:00:00", "2024-05-08 10:00:02", "2024-05-08 10:00:04", "2024-05-08 10:00:04"],
    ):
        assert read_tracks(csv(tmp_path / "a.csv", points, seconds=list(seconds)), name="x").segments


def test_a_gap_is_refused_with_its_line(tmp_path: Path) -> None:
    path = csv(tmp_path / "a.csv", [*drive((0, 0), (400, 0)), *drive((650, 0), (900, 0))])
    with pytest.raises(InputError, match="gap of 250 m") as error:
        read_tracks(path, name="x")
    assert error.value.line == 23
    with pytest.raises(InputError, match="gap of 250 m"):
        read_tracks(gpx(tmp_path / "a.gpx", ("x", [*drive((0, 0), (400, 0)), *drive((650, 0), (900, 0))])))


@pytest.mark.parametrize(
    ("points", "seconds", "why"),
    [
        ([(0, 0), (50, 0), (75, 120), (100, 0), (150, 0)], None, "out and back"),
        ([(0, 0), (50, 0), (200, 0)], [0, 3, 4], "jumps by 150 m"),
        ([(0, 0), (50, 0), (100, 0)], [0, 9, 6], "goes back"),
        ([(0, 0), (10, 0), (20, 0)], None, "shorter than 50"),
        ([(0, 0), (0, 0), (0, 0)], None, "shorter than 50"),
        ([(0, 0)], None, "shorter than 50"),
    ],
)
def test_jumps_stands_and_times_that_go_back_are_refused(
    tmp_path: Path, points: list[Point], seconds: list[float | str] | None, why: str
) -> None:
    lon, lat = PLANE.lonlat([p[0] for p in points], [p[1] for p in points])
    path = csv(tmp_path / "a.csv", list(zip(lon.tolist(), lat.tolist(), strict=True)), seconds=seconds)
    with pytest.raises(InputError, match=why):
        read_tracks(path, name="x")


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", None, None), ("a,b\n1,2\n", 1, "lon"), ("lon,lat\n", None, None), ("lon,lat\n1\n", 2, "lat"),
        ("lon,lat\nx,2\n", 2, "lon"), ("lon,lat\n110,nan\n", 2, "lat"), ("lon,lat\n35,110\n", 2, "lat"),
        ("lon,lat,time\n110,35,noon\n", 2, "time"), ("lon,lat,time\n110,35,inf\n", 2, "time"),
        ('lon,lat\n"110,35\n', None, None), ("lon,lat\n1,2,3,4\n", None, None),
    ],
)  # fmt: skip
def test_a_broken_csv_is_said_with_its_line(tmp_path: Path, text: str, line: int | None, field: str | None) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"a\.csv") as error:
        read_tracks(tmp_path / "a.csv", name="x")
    assert (error.value.line, error.value.field) == (line, field)


@pytest.mark.parametrize("data", [b"x", b"<gpx/>", b"<gpx><trk>", b"\xff\xfe\x00"])
@pytest.mark.parametrize("name", ["a.gpx", "a.csv"])
def test_what_is_no_track_is_said(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError):
        read_tracks(tmp_path / name, name="x")


def test_a_drive_without_a_roads_name_is_asked_for_it(tmp_path: Path) -> None:
    for path in (
        csv(tmp_path / "a.csv", drive((0, 0), (500, 0))),
        gpx(tmp_path / "a.gpx", (None, drive((0, 0), (500, 0)))),
    ):
        with pytest.raises(InputError) as error:
            read_streets(path)
        assert error.value.field == "name"


@pytest.mark.parametrize("error_m", [0, -1, float("nan"), 1000])
def test_an_error_that_is_none_is_refused(tmp_path: Path, error_m: float) -> None:
    with pytest.raises(InputError):
        read_tracks(csv(tmp_path / "a.csv", drive((0, 0), (500, 0))), name="x", error_m=error_m)
