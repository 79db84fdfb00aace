"""`truckban zone build`: streets of every source, by options that say what is wrong with them."""

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "zones"))

from overpass_server import SIDES, SMALL, Step, answer_of, serving

from truckban.cli.main import run

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
    "more", [[], [*AROUND, "--within", "a.geojson"], ["--around", "121,31"], ["--around", "a,b,c"]]
)
def test_a_server_is_not_asked_without_one_area(tmp_path: Path, capsys: Capture, more: list[str], lang: str) -> None:
    assert build(tmp_path, "overpass", *more, lang=lang) == 2
    assert "--around" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        AROUND,
        ["--within", "x"],
        ["--overpass-url", "http://x"],
        ["--cache", "c"],
        ["--retries", "1"],
        ["--timeout-s", "1"],
    ],
)
def test_options_of_a_server_have_no_use_with_a_file(tmp_path: Path, capsys: Capture, more: list[str]) -> None:
    assert build(tmp_path, osm(tmp_path), *more) == 2
    assert more[0] in capsys.readouterr().err


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


def test_coordinates_that_are_unknown_or_the_formats_own_are_said(tmp_path: Path, capsys: Capture) -> None:
    assert build(tmp_path, osm(tmp_path), "--crs", "mars") == 3
    assert "crs" in capsys.readouterr().err
    assert build(tmp_path, "overpass", *AROUND, "--crs", "gcj02") == 2
    assert "--crs" in capsys.readouterr().err
