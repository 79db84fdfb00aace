"""`truckban zone show | entries | verify | diff | export` on finished zones."""

import json
from pathlib import Path

import pytest

from truckban.cli.main import run
from zones.errors import InputError
from zones.zone_file import load_builtin

BUILTIN = ["--builtin", "linyi-schematic"]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    load_builtin("linyi-schematic").write(tmp_path / "z.geojson")
    return tmp_path / "z.geojson"


@pytest.mark.parametrize(("lang", "words"), [("zh", ["闭合：是", "丰喜大道", "不得用于执法"]), ("en", ["closed: yes"])])
def test_show_reports_the_quality(capsys: Capture, lang: str, words: list[str]) -> None:
    assert run(["--lang", lang, "zone", "show", *BUILTIN]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in [*words, "17.1192", "linyi_schematic.osm"])


def drawing_needs() -> None:
    """Skip where there is nothing to draw Chinese names with."""
    pytest.importorskip("matplotlib")
    from zones.pictures.fonts import chinese_family  # noqa: PLC0415

    try:
        chinese_family()
    except InputError as missing:
        pytest.skip(missing.text.en)


def test_show_draws(file: Path, capsys: Capture) -> None:
    drawing_needs()
    png, page = file.parent / "new" / "z.png", file.parent / "z.html"
    assert run(["zone", "show", str(file), "--png", str(png), "--html", str(page)]) == 0
    assert png.read_bytes().startswith(b"\x89PNG")
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert str(png) in capsys.readouterr().out


def test_entries_are_printed_or_written(file: Path, capsys: Capture) -> None:
    assert run(["zone", "entries", str(file)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("number,kind,street,from_road,lon,lat,bearing_deg,direction\n1,entry,")
    assert run(["zone", "entries", str(file), "--csv", str(file.parent / "e.csv")]) == 0
    assert (file.parent / "e.csv").read_text("utf-8-sig") == printed


def test_verify_is_0_for_a_whole_file_and_1_for_an_altered_one(file: Path, capsys: Capture) -> None:
    assert run(["zone", "verify", str(file)]) == 0
    file.write_text(file.read_text("utf-8").replace("17.1192", "17.9192"), "utf-8")
    assert run(["--lang", "en", "zone", "verify", str(file)]) == 1
    assert "17.9192" in capsys.readouterr().out
    assert run(["zone", "verify", str(file), "--json"]) == 1
    assert any(not check["ok"] for check in json.loads(capsys.readouterr().out))


def test_diff_of_a_file_with_itself_is_empty_and_of_another_is_not_a_fault(file: Path, capsys: Capture) -> None:
    assert run(["--lang", "en", "zone", "diff", str(file), str(file)]) == 0
    assert capsys.readouterr().out == "nothing changed\n"
    other = file.with_name("other.geojson")
    other.write_text(file.read_text("utf-8").replace('"grade": "schematic"', '"grade": "survey"'), "utf-8")
    assert run(["--lang", "en", "zone", "diff", str(file), str(other)]) == 0
    assert "schematic -> survey" in capsys.readouterr().out


@pytest.mark.parametrize(("format_", "name"), [("geojson", "o.geojson"), ("gpkg", "o.gpkg"), ("kml", "o.kml")])
def test_export_writes(file: Path, capsys: Capture, format_: str, name: str) -> None:
    assert run(["zone", "export", str(file), "--format", format_, "--out", str(file.parent / name)]) == 0
    assert (file.parent / name).stat().st_size > 1000
    capsys.readouterr()


def test_tags_take_their_hours_from_the_notice(file: Path, capsys: Capture) -> None:
    call = ["zone", "export", str(file), "--format", "osm-tags", "--out", str(file.parent / "t.csv")]
    assert run(call) == 2
    assert run([*call, "--notice", "linyi-2023-5"]) == 3
    file.write_text(file.read_text("utf-8").replace('"grade": "schematic"', '"grade": "osm"'), "utf-8")
    assert run([*call, "--notice", "linyi-2023-5"]) == 0
    assert "hgv:conditional,no @ (06:00-22:00)" in (file.parent / "t.csv").read_text("utf-8")
    capsys.readouterr()


@pytest.mark.parametrize("command", ["show", "entries", "verify"])
def test_a_call_names_one_zone(file: Path, capsys: Capture, command: str) -> None:
    assert run(["zone", command]) == 2
    assert run(["zone", command, str(file), *BUILTIN]) == 2
    assert run(["zone", command, str(file.with_name("none.geojson"))]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_a_ring_that_does_not_close_is_drawn_where_asked(tmp_path: Path, capsys: Capture) -> None:
    drawing_needs()
    (tmp_path / "s.geojson").write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"name": name, "highway": "primary"},
                        "geometry": {"type": "LineString", "coordinates": line},
                    }
                    for name, line in {
                        "南路": [[121.0, 31.0], [121.01, 31.0]],
                        "东路": [[121.01, 31.0], [121.01, 31.01]],
                        "北路": [[121.01, 31.01], [121.0, 31.01]],
                        "西路": [[121.0, 31.008], [121.0, 31.0]],
                    }.items()
                ],
            }
        ),
        "utf-8",
    )
    sides = {"南路": "north", "东路": "west", "北路": "south", "西路": "east"}
    edges = [f"  - {{road: {road}, side: {side}, boundary: excluded}}" for road, side in sides.items()]
    (tmp_path / "spec.yaml").write_text("\n".join(["zone: t", "edges:", *edges, ""]), "utf-8")
    call = ["--streets", str(tmp_path / "s.geojson"), "--spec", str(tmp_path / "spec.yaml")]
    pictures = ["--failure-png", str(tmp_path / "f.png"), "--failure-html", str(tmp_path / "f.html")]
    assert run(["zone", "build", *call, "--out", str(tmp_path / "z.geojson"), *pictures]) == 4
    assert set(json.loads(capsys.readouterr().out)) == {"error"}
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "f.html").read_text("utf-8")
    assert not (tmp_path / "z.geojson").exists()
