"""`truckban zone build`: a polygon where the streets give one, else status 4, a reason in JSON and no file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from truckban.cli.main import run

SIDES = {"北路": "south", "东路": "west", "南路": "north", "西路": "east"}
LON_DEG, LAT_DEG = 0.01, 0.005
"""The ring: about 950 m by 555 m."""
CORNERS = {"nw": (0, LAT_DEG), "ne": (LON_DEG, LAT_DEG), "se": (LON_DEG, 0), "sw": (0, 0)}
RING = {"北路": ["nw", "ne"], "东路": ["ne", "se"], "南路": ["se", "sw"], "西路": ["sw", "nw"]}
SHU = {"南外环路": "north", "东外环路": "west", "北外环路": "south", "西外环路": "east"}
Capture = pytest.CaptureFixture[str]


def osm(path: Path, ring: dict[str, list[Any]]) -> Path:
    """Write ways through corners, or through (lon, lat) offsets in degrees, as OSM XML."""
    points = {name: [CORNERS[end] if isinstance(end, str) else end for end in ends] for name, ends in ring.items()}
    ids = {place: number for number, place in enumerate(dict.fromkeys(p for line in points.values() for p in line), 1)}
    nodes = [f'<node id="{n}" version="1" lon="{121 + x:.7f}" lat="{31 + y:.7f}"/>' for (x, y), n in ids.items()]
    ways = [
        f'<way id="{100 + n}" version="1">'
        + "".join(f'<nd ref="{ids[place]}"/>' for place in line)
        + f'<tag k="name" v="{name}"/><tag k="highway" v="secondary"/><tag k="lanes" v="2"/></way>'
        for n, (name, line) in enumerate(points.items())
    ]
    path.write_text("\n".join(['<osm version="0.6">', *nodes, *ways, "</osm>"]), "utf-8")
    return path


def spec(path: Path, sides: dict[str, str]) -> Path:
    edges = [f"  - {{road: {road}, side: {side}, boundary: excluded}}" for road, side in sides.items()]
    path.write_text("\n".join(["zone: t", "edges:", *edges, ""]), "utf-8")
    return path


def build(folder: Path, streets: Path, sides: dict[str, str], *more: str) -> int:
    words = spec(folder / "spec.yaml", sides)
    call = ["--streets", str(streets), "--spec", str(words), "--out", str(folder / "zone.geojson"), *more]
    return run(["--lang", "en", "zone", "build", *call])


def refused(folder: Path, capsys: Capture) -> dict[str, Any]:
    """Return the error object on standard output, where nothing was written."""
    out, errors = capsys.readouterr()
    answer = json.loads(out)
    assert set(answer) == {"error"}
    assert {"code", "message", "gaps", "candidates"} <= set(answer["error"])
    assert answer["error"]["message"] in errors
    assert not (folder / "zone.geojson").exists()
    return dict(answer["error"])


def test_a_ring_becomes_a_zone_file(tmp_path: Path, capsys: Capture) -> None:
    assert build(tmp_path, osm(tmp_path / "s.osm", RING), SIDES) == 0
    out, errors = capsys.readouterr()
    assert errors == ""
    zone = json.loads((tmp_path / "zone.geojson").read_text("utf-8"))
    facts = zone["truckban"]
    assert facts["loop_area_km2"] == pytest.approx(0.9556 * 0.5544, rel=0.01)
    assert facts["area_km2"] < facts["loop_area_km2"]
    assert f"{facts['area_km2']:.3f}" in out
    assert (facts["zone"], facts["grade"], facts["gaps"]) == ("t", "osm", [])
    assert set(facts["names"]) == set(SIDES)
    roles = [feature["properties"]["role"] for feature in zone["features"]]
    assert (roles.count("area"), roles.count("boundary_road")) == (1, 4)


def test_the_same_streets_and_words_give_the_same_bytes(tmp_path: Path, capsys: Capture) -> None:
    streets = osm(tmp_path / "s.osm", RING)
    files = []
    for _ in range(2):
        assert build(tmp_path, streets, SIDES) == 0
        files.append((tmp_path / "zone.geojson").read_bytes())
    capsys.readouterr()
    assert files[0] == files[1]


def test_a_zone_may_be_built_by_a_notices_words(tmp_path: Path, capsys: Capture) -> None:
    streets = Path(__file__).parents[2] / "zones" / "data" / "linyi_schematic.osm"
    out = str(tmp_path / "new" / "zone.geojson")
    assert run(["zone", "build", "--streets", str(streets), "--notice", "linyi-2023-5", "--out", out]) == 0
    capsys.readouterr()
    assert json.loads(Path(out).read_text("utf-8"))["truckban"]["gaps"] == []


@pytest.mark.parametrize("more", [[], ["--max-gap-m", "10"]])
def test_an_open_ring_is_4_with_the_gap_and_no_file(tmp_path: Path, capsys: Capture, more: list[str]) -> None:
    short = {**RING, "西路": ["sw", (0, LAT_DEG - 0.0005)]}
    assert build(tmp_path, osm(tmp_path / "s.osm", short), SIDES, *more) == 4
    error = refused(tmp_path, capsys)
    assert error["code"] == "loop_open"
    [gap] = error["gaps"]
    assert gap["length_m"] == pytest.approx(55.4, abs=1)
    assert gap["bridged_by"] is None
    assert (gap["lon"], gap["lat"]) == pytest.approx((121, 31 + LAT_DEG), abs=6e-4)


def test_the_operator_may_agree_to_close_a_ring(tmp_path: Path, capsys: Capture) -> None:
    short = {**RING, "西路": ["sw", (0, LAT_DEG - 0.0005)]}
    assert build(tmp_path, osm(tmp_path / "s.osm", short), SIDES, "--bridge", "121.0,31.0048") == 0
    capsys.readouterr()
    [gap] = json.loads((tmp_path / "zone.geojson").read_text("utf-8"))["truckban"]["gaps"]
    assert gap["bridged_by"] == "operator"


def test_a_road_that_is_not_there_is_4_with_the_nearest_names(tmp_path: Path, capsys: Capture) -> None:
    renamed = {("东大路" if name == "东路" else name): ends for name, ends in RING.items()}
    assert build(tmp_path, osm(tmp_path / "s.osm", renamed), SIDES) == 4
    error = refused(tmp_path, capsys)
    assert error["code"] == "road_not_found"
    assert "东大路" in json.dumps(error["candidates"]["东路"], ensure_ascii=False)


def test_sides_that_contradict_each_other_are_4(tmp_path: Path, capsys: Capture) -> None:
    assert build(tmp_path, osm(tmp_path / "s.osm", RING), {**SIDES, "北路": "north"}) == 4
    error = refused(tmp_path, capsys)
    assert error["code"] == "sides_contradict"
    assert "北路" in error["message"]


def test_a_zone_that_cannot_be_built_leaves_the_old_file_alone(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "zone.geojson").write_text("old")
    assert build(tmp_path, osm(tmp_path / "s.osm", RING), {**SIDES, "北路": "north"}) == 4
    capsys.readouterr()
    assert (tmp_path / "zone.geojson").read_text() == "old"


@pytest.mark.parametrize(
    "words",
    ["zone: t\nedges: []\n", "zone: t\nedges:\n  - {road: 北路, side: up, boundary: excluded}\n", "\t", "- 1\n"],
)
def test_a_specification_that_is_wrong_is_3_with_its_place(tmp_path: Path, capsys: Capture, words: str) -> None:
    streets = osm(tmp_path / "s.osm", RING)
    (tmp_path / "spec.yaml").write_text(words, "utf-8")
    call = ["--streets", str(streets), "--spec", str(tmp_path / "spec.yaml"), "--out", str(tmp_path / "zone.geojson")]
    assert run(["zone", "build", *call]) == 3
    assert "spec.yaml:" in capsys.readouterr().err
    assert not (tmp_path / "zone.geojson").exists()


@pytest.mark.parametrize("text", ["", "<osm", "<html></html>", '{"type": "FeatureCollection"', "{}"])
@pytest.mark.parametrize("name", ["s.osm", "s.geojson"])
def test_streets_that_are_none_are_said(tmp_path: Path, capsys: Capture, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert build(tmp_path, tmp_path / name, SIDES) in (3, 4)
    assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "zone.geojson").exists()


@pytest.mark.parametrize("bridge", ["here", "121.0", "121.0,31.0,5"])
def test_a_bridge_that_is_no_position_is_a_wrong_call(tmp_path: Path, capsys: Capture, bridge: str) -> None:
    assert build(tmp_path, osm(tmp_path / "s.osm", RING), SIDES, "--bridge", bridge) == 2
    assert bridge in capsys.readouterr().err


def test_a_folder_for_an_output_is_refused(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "zone.geojson").mkdir()
    assert build(tmp_path, osm(tmp_path / "s.osm", RING), SIDES) == 3
    assert "zone.geojson" in capsys.readouterr().err


def test_a_real_campus_closes_along_the_way_through_its_gap_or_not_at_all(
    tmp_path: Path, capsys: Capture, shared: Callable[[str], Path]
) -> None:
    streets = shared("osm/shu_campus.osm")
    assert build(tmp_path, streets, SHU, "--max-gap-m", "10") == 4
    error = refused(tmp_path, capsys)
    assert (error["code"], [round(gap["length_m"]) for gap in error["gaps"]]) == ("loop_open", [92])
    assert build(tmp_path, streets, SHU) == 0
    out, errors = capsys.readouterr()
    assert "gap of 92 m" in out
    assert errors
    facts = json.loads((tmp_path / "zone.geojson").read_text("utf-8"))["truckban"]
    assert facts["loop_area_km2"] == pytest.approx(0.49, rel=0.03)
    assert [gap["bridged_by"] for gap in facts["gaps"]] == ["ways"]
