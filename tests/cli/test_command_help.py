"""The way in: two languages, wrong calls answered in a sentence, nothing heavy loaded for a line of help."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet
import pytest

from truckban.cli.main import run
from zones.errors import InputError

COMMANDS = [
    ["decide"],
    ["vehicle"],
    ["vehicle", "classify"],
    ["check"],
    ["simulate"],
    ["score"],
    ["notice"],
    ["notice", "list"],
    ["notice", "show"],
    ["notice", "validate"],
    ["notice", "schema"],
    ["zone"],
    ["zone", "build"],
    ["enterprise"],
    ["enterprise", "list"],
    ["enterprise", "show"],
    ["enterprise", "import"],
    ["enterprise", "diff"],
    ["enterprise", "match"],
    ["enterprise", "visits"],
    ["enterprise", "loads"],
    ["enterprise", "export"],
]
HEAVY_MODULES = {
    "rapidfuzz",
    "pypinyin",
    "pandas",
    "osmnx",
    "geopandas",
    "numba",
    "numpy",
    "shapely",
    "pyarrow",
    "pydantic",
}
SLOW_TO_START = {
    "pandas",
    "numba",
    "ruamel.yaml",
    "rapidfuzz",
    "pypinyin",
    "osmnx",
    "geopandas",
    "matplotlib",
    "fastapi",
    "sqlalchemy",
    "httpx",
    "enterprises.registry",
    "truckban.freight.sites_given",
    "truckban.freight.visiting",
    "truckban.traces.formats.jt808",
}
"""What the check of a small file does without: each takes as long to import as such a file takes to check."""
Capture = pytest.CaptureFixture[str]


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["nope"], ["--lang", "en", "zone", "--help"]])
def test_help_and_wrong_calls_load_nothing_heavy(arguments: list[str]) -> None:
    program = (
        f"import sys; from truckban.cli.main import run; run({arguments!r}); "
        f"sys.exit(','.join(sorted({HEAVY_MODULES!r} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr if done.returncode else "") == (0, "")


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_second_check_of_a_small_file_loads_nothing_that_it_can_do_without(tmp_path: Path, ending: str) -> None:
    rows = [
        ("T1", f"2024-05-08 10:{minute:02}:00", 118.3 + minute / 1000, 35.1, 30.0)
        for minute in (0, 1, 2, 4, 3, 5, 5)  # one out of order, one twice
    ]
    text = "".join(",".join(map(str, row)) + "\n" for row in [("vehicle_id", "time", "lon", "lat", "speed"), *rows])
    (tmp_path / "traces.csv").write_text(f"{text}T1,2024-05-08 10:06:00,0,0,0\n")
    (tmp_path / "vehicles.csv").write_text(
        "vehicle_id,plate,vehicle_type\nT1,晋M00001,重型自卸货车\n", encoding="utf-8"
    )
    if ending == "parquet":
        table = pyarrow.csv.read_csv(tmp_path / "traces.csv")
        pyarrow.parquet.write_table(table, tmp_path / "traces.parquet")
    arguments = ["check", str(tmp_path / f"traces.{ending}"), "--vehicles", str(tmp_path / "vehicles.csv")]
    arguments += ["--out", str(tmp_path / "out")]
    program = (
        "import sys; sys.dont_write_bytecode = False; sys.stdout = open(sys.argv[1], 'w', encoding='utf-8');"
        "sys.pycache_prefix = sys.argv[2];"  # what is kept is shared with nothing that runs beside it
        f"from truckban.cli.main import run; status = run({arguments!r}); assert status == 1, status;"
        f"sys.exit(','.join(sorted({SLOW_TO_START!r} & set(sys.modules))) or 0)"
    )
    for turn in ("first", "second"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "said.txt"), str(tmp_path / "kept")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (tmp_path / "out" / "run.json").exists(), (turn, done.stderr)
    assert (done.returncode, done.stderr if done.returncode else "") == (0, "")


@pytest.mark.parametrize("command", [[], *COMMANDS])
def test_every_command_has_its_help_in_both_languages(capsys: Capture, command: list[str]) -> None:
    shown = {}
    for lang, usage in (("zh", "用法："), ("en", "Usage: ")):
        assert run(["--lang", lang, *command, "--help"]) == 0
        shown[lang], errors = capsys.readouterr()
        assert shown[lang].startswith(f"{usage}truckban")
        assert errors == ""
    assert chinese(shown["zh"])
    english = shown["en"].replace("time=定位时间", "")
    assert not chinese(english)
    for heading in ("Options:", "Show this message", "Commands:"):
        assert heading not in shown["zh"]


@pytest.mark.parametrize(
    ("lang", "headings"),
    [("zh", ["问一次", "查轨迹", "通告与区域"]), ("en", ["Ask about", "Check traces", "Notices and zones"])],
)
def test_the_commands_stand_under_headings(capsys: Capture, lang: str, headings: list[str]) -> None:
    run(["--lang", lang, "--help"])
    shown = capsys.readouterr().out
    places = [shown.index(heading) for heading in headings]
    assert places == sorted(places)
    decide, check, notice = (shown.index(f"\n  {name} ") for name in ("decide", "check", "notice"))
    assert places[0] < decide < places[1] < check < places[2] < notice


@pytest.mark.parametrize(
    ("environ", "arguments", "is_chinese"),
    [
        ({}, [], True),
        ({"LANG": "C.UTF-8"}, [], True),
        ({"LANG": "POSIX"}, [], True),
        ({"LANG": "zh_CN.UTF-8"}, [], True),
        ({"LANG": "en_GB.UTF-8"}, [], False),
        ({"LANG": "de_DE"}, [], False),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, [], False),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, [], True),
        ({"LANG": "en_US.UTF-8"}, ["--lang", "zh"], True),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang=en"], False),
    ],
)
def test_the_language_is_what_is_said_else_the_environments_else_chinese(
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    arguments: list[str],
    is_chinese: bool,  # noqa: FBT001
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    run([*arguments, "--help"])
    assert chinese(capsys.readouterr().out) is is_chinese


def test_the_language_may_stand_after_the_command(capsys: Capture) -> None:
    assert run(["notice", "list", "--help", "--lang", "en"]) == 0
    assert "Usage:" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nope"], "nope"),
        (["zone", "nope"], "nope"),
        (["--nope"], "--nope"),
        (["check", "x", "--nope"], "--nope"),
        (["check", "x", "--out", "o"], "--vehicles"),
        (["check", "x", "--vehicles", "v", "--out", "o", "--crs", "utm"], "gcj02"),
        (["check", "x", "--vehicles", "v", "--out", "o", "--min-probability", "1.1"], "--min-probability"),
        (["check", "x", "--vehicles", "v", "--out", "o", "--min-probability", "nan"], "--min-probability"),
        (["check", "x", "--vehicles", "v", "--out", "o", "--min-probability", "sure"], "--min-probability"),
        (["check", "x", "--vehicles"], "--vehicles"),
        (["zone", "build", "--streets", "s", "--out", "o"], "--spec"),
        (["zone", "build", "--streets", "s", "--out", "o", "--spec", "s", "--notice", "n"], "--notice"),
        (["zone", "build", "--streets", "s", "--out", "o", "--spec", "s", "--max-gap-m", "-1"], "--max-gap-m"),
        (["--lang", "fr", "notice", "list"], "--lang"),
        (["--lang"], "--lang"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_call_ends_with_2_and_one_sentence_in_the_language(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, arguments: list[str], named: str, lang: str
) -> None:
    monkeypatch.setenv("LANG", {"zh": "zh_CN", "en": "en_US"}[lang])
    assert run(arguments) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    sentence = errors.splitlines()[0]
    spoken = "en" if arguments[:2] == ["--lang", "fr"] else lang
    assert sentence.startswith({"zh": "用法不对：", "en": "Wrong call: "}[spoken])
    assert named in sentence
    if spoken == "zh":
        for english in ("No such", "requires", "is not", "Invalid", "Missing"):
            assert english not in sentence
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["decide", "nothing.jsonl"],
        ["decide", "."],
        ["vehicle", "classify", "nothing.jsonl"],
        ["notice", "show", "nothing"],
        ["check", "nothing.csv", "--vehicles", "nothing.csv", "--out", "o"],
        ["zone", "build", "--streets", "nothing.osm", "--notice", "linyi-2023-5", "--out", "o.geojson"],
        ["zone", "build", "--streets", "nothing.osm", "--spec", "nothing.yaml", "--out", "o.geojson"],
    ],
)
def test_what_cannot_be_read_ends_with_3_and_a_sentence_and_with_debug_with_the_inner_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 3
    out, errors = capsys.readouterr()
    assert out == ""
    assert len(errors.splitlines()) == 1
    assert chinese(errors)
    with pytest.raises(InputError):
        run(["--debug", *arguments])
    assert list(tmp_path.iterdir()) == []


def test_a_traceback_is_shown_only_with_debug(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("truckban")
    environ = {**os.environ, "LANG": "en_US.UTF-8"}
    for debug in ([], ["--debug"]):
        done = subprocess.run(
            [program, *debug, "decide", tmp_path / "no"], capture_output=True, text=True, check=False, env=environ
        )
        assert ("Traceback" in done.stderr) is bool(debug)
        assert (done.returncode != 0, done.stdout) == (True, "")


def test_a_fault_of_the_program_itself_is_said_without_its_trace(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("truckban.notices.load.builtin_names", fail)
    assert run(["--lang", "en", "notice", "list"]) == 3
    said = capsys.readouterr().err
    assert "RuntimeError" in said
    assert "--debug" in said
    assert "Traceback" not in said


def test_the_version_names_the_program_and_the_notices(capsys: Capture) -> None:
    assert run(["--version"]) == 0
    first, *packs = capsys.readouterr().out.splitlines()
    assert first.startswith("truckban ")
    assert any("linyi-2023-5" in line for line in packs)
