"""`truckban zone build`: what a zone is built for and after, what it records of the call, and that none is ever edited."""

import hashlib
import html
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1] / "zones"))

from overpass_server import SIDES, SMALL, Step, answer_of, serving

from truckban.cli.main import run
from truckban.notices.load import builtin_notice
from zones.coords import from_wgs84
from zones.errors import InputError

Capture = pytest.CaptureFixture[str]
SCHEMATIC = Path(__file__).parents[2] / "zones" / "data" / "linyi_schematic.osm"
# the west road ends 55 m short of the north road
OPEN = SMALL.replace('<nd ref="4"/><nd ref="1"/>', '<nd ref="4"/><nd ref="7"/>').replace(
    '<node id="5"', '<node id="7" lon="121.0000000" lat="31.0045000"/><node id="5"'
)
CLOSED = ["--max-gap-m", "50", "--bridge", "121.0,31.0048"]


def put(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)


def build(folder: Path, streets: str, *more: str, out: str = "zone.geojson") -> int:
    edges = [f"  - {{road: {road}, side: {side}, boundary: excluded}}" for road, side in SIDES.items()]
    spec = put(folder, "spec.yaml", "\n".join(["zone: t", "edges:", *edges, ""]))
    call = ["--streets", streets, "--spec", spec, "--out", str(folder / out), *more]
    return run(["--lang", "en", "zone", "build", *call])


def head(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))["truckban"])


def verify(folder: Path, *more: str, zone: str = "zone.geojson") -> int:
    return run(["--lang", "en", "zone", "verify", str(folder / zone), *more])


def test_a_zone_built_for_a_notice_carries_its_hash_and_one_of_plain_words_none(
    tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "n.geojson"
    call = ["--streets", str(SCHEMATIC), "--notice", "linyi-2023-5", "--out", str(out)]
    assert run(["zone", "build", *call]) == 0
    sha256 = builtin_notice("linyi-2023-5").sha256
    assert head(out)["notice"] == {"id": "linyi-2023-5", "sha256": sha256}
    assert build(tmp_path, put(tmp_path, "s.osm", SMALL)) == 0
    assert {"notice", "replaces", "built_with"}.isdisjoint(head(tmp_path / "zone.geojson"))
    capsys.readouterr()
    assert run(["zone", "show", str(out)]) == 0
    assert f"所依通告：linyi-2023-5，sha256 {sha256}" in capsys.readouterr().out


def test_the_zone_before_is_named_by_the_bytes_of_its_file(tmp_path: Path, capsys: Capture) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    assert build(tmp_path, streets, out="old.geojson") == 0
    old = tmp_path / "old.geojson"
    # another program's spelling of the same zone: the hash is that of the file as it lies
    old.write_text(json.dumps(json.loads(old.read_text("utf-8"))), "utf-8")
    sha256 = hashlib.sha256(old.read_bytes()).hexdigest()
    assert build(tmp_path, streets, "--replaces", str(old)) == 0
    assert head(tmp_path / "zone.geojson")["replaces"] == {"zone": "t", "sha256": sha256}
    assert verify(tmp_path, "--streets", streets) == 0
    capsys.readouterr()
    assert run(["--lang", "en", "zone", "show", str(tmp_path / "zone.geojson")]) == 0
    assert f"the zone before: t, file sha256 {sha256}" in capsys.readouterr().out
    assert run(["--lang", "en", "zone", "diff", str(old), str(tmp_path / "zone.geojson")]) == 0
    assert capsys.readouterr().out == "nothing changed\nthe new zone names the old one as the one before\n"


@pytest.mark.parametrize("text", ["", "zone: t\n", "{}", '{"type": "FeatureCollection", "features": []}', None])
def test_the_zone_before_must_be_one(tmp_path: Path, capsys: Capture, text: str | None) -> None:
    if text is not None:
        put(tmp_path, "old.geojson", text)
    assert build(tmp_path, put(tmp_path, "s.osm", SMALL), "--replaces", str(tmp_path / "old.geojson")) == 3
    errors = capsys.readouterr().err
    assert "old.geojson" in errors
    assert "Traceback" not in errors
    assert not (tmp_path / "zone.geojson").exists()


def test_a_zone_is_not_written_over_the_one_that_it_replaces(tmp_path: Path, capsys: Capture) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    assert build(tmp_path, streets) == 0
    old = (tmp_path / "zone.geojson").read_bytes()
    (tmp_path / "link.geojson").symlink_to(tmp_path / "zone.geojson")
    for name in ("zone.geojson", "link.geojson"):
        assert build(tmp_path, streets, "--replaces", str(tmp_path / name)) == 3
    assert "another name" in capsys.readouterr().err
    assert (tmp_path / "zone.geojson").read_bytes() == old


def test_what_stood_in_the_file_is_kept_beside_it(tmp_path: Path, capsys: Capture) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    assert build(tmp_path, streets) == 0
    first = (tmp_path / "zone.geojson").read_bytes()
    assert build(tmp_path, streets) == 0
    assert [path.name for path in tmp_path.glob("zone*")] == ["zone.geojson"]
    assert build(tmp_path, streets, "--max-gap-m", "5") == 0
    aside = f"zone.{hashlib.sha256(first).hexdigest()[:8]}.geojson"
    assert f"kept as {aside}" in capsys.readouterr().err
    assert (tmp_path / aside).read_bytes() == first
    assert head(tmp_path / "zone.geojson")["built_with"] == {"max_gap_m": 5.0}
    put(tmp_path, "notes.txt", "notes")
    assert build(tmp_path, streets, out="notes.txt") == 0
    assert [path.read_text("utf-8") for path in tmp_path.glob("notes.*.txt")] == ["notes"]
    put(tmp_path, "empty.geojson", "")
    assert build(tmp_path, streets, out="empty.geojson") == 0
    assert len([*tmp_path.glob("empty*")]) == 1
    capsys.readouterr()


def test_verify_needs_no_options_repeated_and_sees_one_changed_byte(tmp_path: Path, capsys: Capture) -> None:
    streets = put(tmp_path, "s.osm", OPEN)
    assert build(tmp_path, streets, "--max-gap-m", "50") == 4
    assert build(tmp_path, streets, *CLOSED) == 0
    assert head(tmp_path / "zone.geojson")["built_with"] == {"max_gap_m": 50.0, "bridge": [[121.0, 31.0048]]}
    assert verify(tmp_path, "--streets", streets) == 0
    assert "the same bytes" in capsys.readouterr().out
    put(tmp_path, "s.osm", OPEN.replace('v="9"', 'v="8"'))
    assert verify(tmp_path, "--streets", streets) == 1
    assert "s.osm: --streets: this is not the file of the build" in capsys.readouterr().out
    assert run(["--lang", "en", "zone", "show", str(tmp_path / "zone.geojson")]) == 0
    out = capsys.readouterr().out
    assert "build option: gaps closed along drawn ways up to 50 m" in out
    assert "build option: straight lines agreed to at 121.000000,31.004800" in out


@pytest.mark.parametrize("option", ["--track", "--names", "--within", "--cache"])
def test_files_beside_the_streets_are_of_no_use_without_them(tmp_path: Path, capsys: Capture, option: str) -> None:
    assert build(tmp_path, put(tmp_path, "s.osm", SMALL)) == 0
    assert verify(tmp_path, option, "东路=x.csv") == 2
    assert option in capsys.readouterr().err


def with_all(folder: Path) -> list[str]:
    """Return options of a build with added names and a drive in GCJ-02, whose positions lie 400 m beside the road."""
    text = (
        SMALL.replace('<tag k="name" v="东路"/>', "").replace('v="service"', 'v="proposed"').replace("西路", "无名路")
    )
    lon, lat = from_wgs84([121.01] * 61, [31.0055 - i * 0.0001 for i in range(61)], "gcj02")
    rows = [f"{x:.7f},{y:.7f}" for x, y in zip(lon, lat, strict=True)]
    track = put(folder, "east.csv", "\n".join(["lon,lat", *rows, ""]))
    names = put(folder, "names.yaml", "- {way: 104, name: 西路}\n")
    return ["--streets", put(folder, "s.osm", text), "--track", f"东路={track}", "--names", names]


def test_drives_and_names_are_given_again_to_verify(tmp_path: Path, capsys: Capture) -> None:
    given = with_all(tmp_path)
    assert build(tmp_path, given[1], *given[2:], "--track-crs", "gcj02", "--around", "121.005,31.0025,2000") == 0
    told = head(tmp_path / "zone.geojson")["built_with"]
    track = {
        "road": "东路",
        "file": "east.csv",
        "sha256": hashlib.sha256((tmp_path / "east.csv").read_bytes()).hexdigest(),
    }
    assert told == {"tracks": [track], "track_crs": "gcj02"}
    assert verify(tmp_path, *given) == 0
    assert verify(tmp_path, *given[:2]) == 1
    assert verify(tmp_path, *given[:2], "--track", "no-file") == 2
    capsys.readouterr()
    put(tmp_path, "east.csv", "lon,lat\n")
    assert verify(tmp_path, *given) == 1
    assert "east.csv: --track 东路: this is not the file of the build" in capsys.readouterr().out


def test_streets_of_a_server_are_built_again_from_the_folder_that_kept_them(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    cache = str(tmp_path / "cache")
    with serving(Step(answer_of(SMALL))) as server:
        asked = ["--around", "121.005,31.0025,2000", "--overpass-url", server.url, "--cache", cache]
        assert build(tmp_path, "overpass", *asked) == 0
    assert verify(tmp_path, "--streets", "overpass", "--cache", cache) == 0
    capsys.readouterr()
    assert verify(tmp_path, "--streets", "overpass") == 1
    assert "whose answer of today is another one" in capsys.readouterr().out
    assert run(["--lang", "en", "zone", "show", str(tmp_path / "zone.geojson")]) == 0
    assert "only within an area: within 2000.0 m of 121.005,31.0025" in capsys.readouterr().out


def test_two_processes_write_the_same_bytes(tmp_path: Path, capsys: Capture) -> None:
    assert build(tmp_path, put(tmp_path, "o.osm", SMALL), out="old.geojson") == 0
    capsys.readouterr()
    given = [*with_all(tmp_path), "--spec", str(tmp_path / "spec.yaml"), "--replaces", str(tmp_path / "old.geojson")]
    call = ["zone", "build", *given, "--track-crs", "gcj02", "--out"]
    here, there = tmp_path / "here.geojson", tmp_path / "there.geojson"
    assert run([*call, str(here)]) == 0
    capsys.readouterr()
    # the order of sets is another in each process
    other = {**os.environ, "PYTHONHASHSEED": "4711"}
    program = [sys.executable, "-m", "truckban.cli", *call, str(there)]
    subprocess.run(program, check=True, capture_output=True, env=other)
    assert here.read_bytes() == there.read_bytes()
    assert {"replaces", "built_with"} <= set(json.loads(here.read_bytes())["truckban"])


def drawing_needs() -> None:
    """Skip where there is nothing to draw Chinese names with."""
    pytest.importorskip("matplotlib")
    from zones.pictures.fonts import chinese_family  # noqa: PLC0415

    try:
        chinese_family()
    except InputError as missing:
        pytest.skip(missing.text.en)


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "新文件没有写明接替哪个文件"), ("en", "names none as the one before")]
)
def test_diff_draws_a_page_that_says_every_change(tmp_path: Path, capsys: Capture, lang: str, words: str) -> None:
    drawing_needs()
    streets = put(tmp_path, "s.osm", SMALL)
    assert build(tmp_path, streets, out="a.geojson") == 0
    assert build(tmp_path, streets, "--max-gap-m", "50", out="b.geojson") == 0
    capsys.readouterr()
    pair = [str(tmp_path / "a.geojson"), str(tmp_path / "b.geojson")]
    page = tmp_path / "new" / "d.html"
    assert run(["--lang", lang, "zone", "diff", *pair, "--html", str(page)]) == 0
    out = capsys.readouterr().out
    assert str(page) in out
    text = html.unescape(page.read_text("utf-8"))
    assert text.count("<svg") == 1
    assert words in text
    assert all(line in text for line in out.splitlines()[:-1])


@pytest.mark.parametrize(
    ("order", "subject"), [("ab", "follows"), ("ba", "reversed"), ("cb", "follows_another"), ("ca", "follows_none")]
)
def test_diff_says_whether_the_new_zone_follows_the_old_one(
    tmp_path: Path, capsys: Capture, order: str, subject: str
) -> None:
    streets = put(tmp_path, "s.osm", SMALL)
    assert build(tmp_path, streets, out="a.geojson") == 0
    assert build(tmp_path, streets, "--replaces", str(tmp_path / "a.geojson"), out="b.geojson") == 0
    assert build(tmp_path, streets, "--max-gap-m", "5", out="c.geojson") == 0
    capsys.readouterr()
    assert run(["zone", "diff", *(str(tmp_path / f"{name}.geojson") for name in order), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["succession"]["subject"] == subject
    assert [change["subject"] for change in found["changes"]] == (["built_with"] if "c" in order else [])
