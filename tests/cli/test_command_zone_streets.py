"""`truckban zone build`: streets of every source, by options that say what is wrong with them."""

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "zones"))

from overpass_server import SIDES, SMALL, Step, answer_of, serving

from truckban.cli.main import run
from zones.coords import from_wgs84

Capture = pytest.CaptureFixture[str]
AROUND = ["--around", "121.005,31.0025,2000"]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def build(folder: Path, streets: str, *more: str, lang: str = "en") -> int:
    edges = [f"  - {{road: {road}, side: {side}, boundary: excluded}}" for road, side in SIDES.items()]
    (folder / "spec.yaml").write_text("\n".join(["zone: t", "edges:", *edges, ""]), "utf-8")
    call = ["--streets", streets, "--spec", str(folder / "spec.yaml"), "--out", str(folder / "zone.geojson"), *more]
    return run(["--lang", lang, "zone", "build", *call])


def zone(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "zone.geojson").read_text("utf-8"))["truckban"])


def osm(folder: Path, text: str = SMALL) -> str:
    (folder / "small.osm").write_text(text, "utf-8")
    return str(folder / "small.osm")


def test_the_zone_from_a_server_is_the_zone_from_the_file(tmp_path: Path, capsys: Capture) -> None:
    assert build(tmp_path, osm(tmp_path)) == 0
    from_file = zone(tmp_path)
    with serving(Step(status=429, headers={"Retry-After": "0"}), Step(answer_of(SMALL))) as server:
        options = [*AROUND, "--overpass-url", server.url, "--cache", str(tmp_path / "cache"), "--timeout-s", "5"]
        for _ in range(2):
            assert build(tmp_path, "overpass", *options) == 0
    capsys.readouterr()
    assert len(server.asked) == 2
    assert zone(tmp_path)["area_km2"] == from_file["area_km2"]


def test_an_area_may_be_a_file(tmp_path: Path, capsys: Capture) -> None:
    ring = [[121, 31], [121.01, 31], [121.01, 31.01], [121, 31]]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    with serving(Step(answer_of(SMALL))) as server:
        assert build(tmp_path, "overpass", "--within", str(tmp_path / "a.geojson"), "--overpass-url", server.url) == 0
    capsys.readouterr()
    assert "poly:" in server.asked[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "more",
    [[], [*AROUND, "--within", "a.geojson"], [*AROUND, "--place", "x"], ["--around", "121,31"], ["--around", "a,b,c"]],
)
def test_a_server_is_not_asked_without_one_area(tmp_path: Path, capsys: Capture, more: list[str], lang: str) -> None:
    assert build(tmp_path, "overpass", *more, lang=lang) == 2
    assert "--around" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        ["--overpass-url", "http://x"],
        ["--nominatim-url", "http://x"],
        ["--cache", "c"],
        ["--retries", "1"],
        ["--timeout-s", "1"],
        ["--user-agent", "x"],
        ["--layer", "x"],
        ["--name-column", "x"],
        ["--track-crs", "gcj02"],
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_options_without_effect_on_a_file_are_refused(
    tmp_path: Path, capsys: Capture, more: list[str], lang: str
) -> None:
    assert build(tmp_path, osm(tmp_path), *more, lang=lang) == 2
    assert more[0] in capsys.readouterr().err


@pytest.mark.parametrize(
    "more", [["--crs", "wgs84"], ["--layer", "x"], ["--name-column", "x"], ["--nominatim-url", "http://x"]]
)
def test_options_without_effect_on_a_server_are_refused(tmp_path: Path, capsys: Capture, more: list[str]) -> None:
    assert build(tmp_path, "overpass", *AROUND, *more) == 2
    assert more[0] in capsys.readouterr().err


def test_a_file_may_be_read_around_a_position_or_within_an_area(tmp_path: Path, capsys: Capture) -> None:
    streets = osm(tmp_path)
    assert build(tmp_path, streets) == 0
    whole = zone(tmp_path)
    assert build(tmp_path, streets, *AROUND) == 0
    assert zone(tmp_path)["area_km2"] == whole["area_km2"]
    assert dict(zone(tmp_path)["source"])["area"] == {"around": [121.005, 31.0025, 2000.0]}
    # 东路 is out of reach
    assert build(tmp_path, streets, "--around", "121.0,31.0025,300") == 4
    assert build(tmp_path, streets, "--around", "31.0,81.0,300") == 3
    assert "longitude comes before latitude" in capsys.readouterr().err


def place(number: int, display: str = "小镇, 某县") -> dict[str, object]:
    ring = [[120.99, 30.99], [121.02, 30.99], [121.02, 31.02], [120.99, 31.02], [120.99, 30.99]]
    return {
        "osm_type": "relation", "osm_id": number, "lat": "31.0", "lon": "121.0", "category": "boundary",
        "type": "administrative", "name": "小镇", "display_name": display,
        "geojson": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip


@pytest.mark.parametrize("online", [True, False])
def test_a_place_by_its_name_says_where_for_a_server_and_for_a_file(
    tmp_path: Path, capsys: Capture, *, online: bool
) -> None:
    with (
        serving(Step(json.dumps([place(7)]).encode())) as names,
        serving(Step(answer_of(SMALL))) as streets,
    ):
        call = ["--place", "小镇", "--nominatim-url", names.url, "--user-agent", "tester (a@example.org)"]
        source = "overpass" if online else osm(tmp_path)
        assert build(tmp_path, source, *call, *(["--overpass-url", streets.url] if online else [])) == 0
    capsys.readouterr()
    assert {*names.agents, *streets.agents} == {"tester (a@example.org)"}
    assert len(streets.asked) == online
    said = dict(zone(tmp_path)["source"])["area"]
    assert {name: said[name] for name in ("place", "osm", "display_name")} == {
        "place": "小镇", "osm": "R7", "display_name": "小镇, 某县",
    }  # fmt: skip


def test_a_place_that_may_be_two_is_3_and_both_are_named(tmp_path: Path, capsys: Capture) -> None:
    both = Step(json.dumps([place(7), place(8, "小镇, 别县")]).encode())
    with serving(both) as names:
        assert build(tmp_path, "overpass", "--place", "小镇", "--nominatim-url", names.url, lang="zh") == 3
    error = capsys.readouterr().err
    assert "R7 小镇, 某县" in error
    assert "R8 小镇, 别县" in error
    assert not (tmp_path / "zone.geojson").exists()


@pytest.mark.parametrize(
    "more",
    [
        ["--around", "121,31,-5"],
        ["--around", "nan,31,5"],
        [*AROUND, "--overpass-url", "x"],
        ["--within", "none.geojson"],
    ],
)
def test_values_that_no_server_should_be_asked_are_3(tmp_path: Path, capsys: Capture, more: list[str]) -> None:
    assert build(tmp_path, "overpass", *more) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_a_server_that_stays_busy_is_3_with_the_advice_and_no_file(tmp_path: Path, capsys: Capture) -> None:
    with serving(Step(status=504)) as server:
        assert build(tmp_path, "overpass", *AROUND, "--overpass-url", server.url, "--retries", "0") == 3
    assert "use a file instead" in capsys.readouterr().err
    assert not (tmp_path / "zone.geojson").exists()


def test_names_may_be_added_and_are_shown(tmp_path: Path, capsys: Capture) -> None:
    streets = osm(tmp_path, SMALL.replace('<tag k="name" v="东路"/>', ""))
    assert build(tmp_path, streets) == 4
    (tmp_path / "names.yaml").write_text("- {way: 102, name: 东路}\n", "utf-8")
    assert build(tmp_path, streets, "--names", str(tmp_path / "names.yaml")) == 0
    assert "names.yaml" in capsys.readouterr().err
    assert zone(tmp_path)["names"] == {"北路": "exact", "东路": "overlay", "南路": "exact", "西路": "exact"}
    (tmp_path / "names.yaml").write_text("- {way: 7, name: 东路}\n", "utf-8")
    assert build(tmp_path, streets, "--names", str(tmp_path / "names.yaml")) == 3
    assert "entry 1" in capsys.readouterr().err


def test_a_drive_may_stand_for_a_road_that_the_map_lacks(tmp_path: Path, capsys: Capture) -> None:
    streets = osm(tmp_path, SMALL.replace('v="service"', 'v="proposed"').replace('<tag k="name" v="东路"/>', ""))
    rows = [f"121.0100000,{31.0055 - i * 0.0001:.7f}" for i in range(61)]
    (tmp_path / "east.csv").write_text("\n".join(["lon,lat", *rows, ""]))
    assert build(tmp_path, streets, "--track", f"东路={tmp_path / 'east.csv'}") == 0
    capsys.readouterr()
    assert "east.csv" in str(zone(tmp_path))
    for wrong in ("东路", "=x.csv", "东路="):
        assert build(tmp_path, streets, "--track", wrong) == 2
    assert build(tmp_path, streets, "--track", "东路=none.csv") == 3


def test_a_drives_coordinates_are_its_own(tmp_path: Path, capsys: Capture) -> None:
    streets = osm(tmp_path, SMALL.replace('v="service"', 'v="proposed"').replace('<tag k="name" v="东路"/>', ""))
    true = [(121.01, 31.0055 - i * 0.0001) for i in range(61)]
    rows = ["{:.7f},{:.7f}".format(*map(float, from_wgs84(*point, "gcj02"))) for point in true]
    (tmp_path / "east.csv").write_text("\n".join(["lon,lat", *rows, ""]))
    track = ["--track", f"东路={tmp_path / 'east.csv'}"]
    assert build(tmp_path, streets, *track, "--track-crs", "gcj02") == 0
    assert float(str(zone(tmp_path)["loop_area_km2"])) == pytest.approx(0.531, abs=0.01)
    capsys.readouterr()
    assert build(tmp_path, streets, *track, "--crs", "gcj02") == 2
    assert "--track-crs" in capsys.readouterr().err


def test_coordinates_that_are_unknown_or_the_formats_own_are_said(tmp_path: Path, capsys: Capture) -> None:
    assert build(tmp_path, osm(tmp_path), "--crs", "mars") == 3
    assert "crs" in capsys.readouterr().err
    assert build(tmp_path, "overpass", *AROUND, "--crs", "gcj02") == 2
    assert "--crs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tags", "lang", "said"),
    [
        ({}, "en", "5 places where they cross count as junctions (121.000000,31.000000; "),
        ({}, "zh", "5 处交叉按路口处理（121.000000,31.000000; "),
        ({"bridge": "yes"}, "en", "4 places where they cross count as junctions (121.000000,31.000000; "),
    ],
)
def test_crossings_of_lines_without_nodes_are_counted_for_the_person_to_look(
    tmp_path: Path, capsys: Capture, tags: dict[str, str], lang: str, said: str
) -> None:
    lines = {
        "北路": [[120.999, 31.005], [121.011, 31.005]],
        "南路": [[120.999, 31.0], [121.011, 31.0]],
        "西路": [[121.0, 30.999], [121.0, 31.006]],
        "东路": [[121.01, 30.999], [121.01, 31.006]],
        "高架": [[121.005, 31.001], [121.005, 31.008]],
    }
    features = [
        {
            "type": "Feature",
            "properties": {"name": name, "highway": "secondary", **(tags if name == "高架" else {})},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for name, line in lines.items()
    ]
    (tmp_path / "s.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    assert build(tmp_path, str(tmp_path / "s.geojson"), lang=lang) == 0
    assert said in capsys.readouterr().err


def test_nothing_is_said_of_crossings_where_streets_have_nodes(tmp_path: Path, capsys: Capture) -> None:
    assert build(tmp_path, osm(tmp_path)) == 0
    assert "junctions" not in capsys.readouterr().err
