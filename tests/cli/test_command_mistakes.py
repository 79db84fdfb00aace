"""Common mistakes end in a sentence that says what to do, in both languages, and never as an error inside the program."""

from pathlib import Path
from types import ModuleType

import pytest

from truckban.cli.main import run

Capture = pytest.CaptureFixture[str]
TRACES = "vehicle_id,time,lon,lat\nT1,2024-05-08T10:00:00+08:00,110.765,35.14\n"


def said(capsys: Capture, *arguments: str) -> tuple[int, str]:
    status = run(["--lang", "en", *arguments])
    return status, capsys.readouterr().err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("traces.csv").write_text(TRACES, "utf-8")
    Path("vehicles.csv").write_text("vehicle_id,plate\nT1,晋M12345\n", "utf-8")
    Path("wrong.csv").write_text("a,b\n1,2\n", "utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_advice_about_a_column_is_advice_that_can_be_followed(capsys: Capture) -> None:
    status, traces = said(capsys, "check", "wrong.csv", "--vehicles", "vehicles.csv", "--out", "out")
    assert status == 3
    assert "--column vehicle_id=NAME" in traces
    status, vehicles = said(capsys, "check", "traces.csv", "--vehicles", "wrong.csv", "--out", "out")
    assert status == 3
    assert "--column" not in vehicles  # it is about the traces
    assert "Call it vehicle_id in the file" in vehicles
    Path("twice.csv").write_text("终端号,vehicle\nT1,T1\n", "utf-8")
    _, twice = said(capsys, "check", "traces.csv", "--vehicles", "twice.csv", "--out", "out")
    assert "--column" not in twice
    assert "call the one that is meant vehicle_id" in twice


@pytest.mark.usefixtures("folder")
def test_rows_of_vehicles_and_permits_that_were_not_used_are_told_at_once(capsys: Capture) -> None:
    Path("permits.csv").write_text("plate,valid_from\n晋M12345,soon\n", "utf-8")
    call = ("check", "traces.csv", "--vehicles", "vehicles.csv", "--out", "out")
    assert run(["--lang", "en", *call]) == 0
    assert "rejected.csv" not in capsys.readouterr().out
    assert run(["--lang", "en", *call, "--permits", "permits.csv"]) == 1
    assert "permits: 1 rows, 1 rejected; rejected.csv says why" in capsys.readouterr().out


@pytest.mark.parametrize(("lang", "reason"), [("en", "there is no such file"), ("zh", "没有这个文件")])
@pytest.mark.usefixtures("folder")
def test_why_a_file_cannot_be_read_is_said_in_the_readers_language(capsys: Capture, lang: str, reason: str) -> None:
    for call in (
        ["zone", "show", "none.geojson"],
        ["zone", "build", "--streets", "none.osm", "--notice", "linyi-2023-5", "--out", "z.geojson"],
        ["zone", "build", "--streets", "wrong.csv", "--spec", "none.yaml", "--out", "z.geojson"],
    ):
        assert run(["--lang", lang, *call]) == 3
        told = capsys.readouterr().err
        assert reason in told
        assert "No such file" not in told


@pytest.mark.usefixtures("folder")
def test_a_folder_that_cannot_be_written_is_named(capsys: Capture) -> None:
    status, told = said(capsys, "check", "traces.csv", "--vehicles", "vehicles.csv", "--out", "traces.csv/out")
    assert status == 3
    assert "a part of its path is no folder" in told
    status, told = said(capsys, "simulate", "--out", "traces.csv")
    assert status == 3
    assert told == "traces.csv: cannot be written: a file of that name is there already\n"


@pytest.mark.usefixtures("folder")
def test_leads_that_are_none_are_no_error_inside_the_program(capsys: Capture) -> None:
    Path("truth.csv").write_text("vehicle_id\nT1\n", "utf-8")
    status, told = said(capsys, "score", "wrong.csv", "--truth", ".")
    assert (status, told) == (3, "wrong.csv:1: there is no column vehicle_id, entered_at, left_at, verdict\n")
    Path("leads.csv").write_text("vehicle_id,entered_at,left_at,verdict\n", "utf-8")
    status, told = said(capsys, "score", "leads.csv", "--truth", ".")
    assert (status, told) == (3, "truth.csv:1: there is no column entered_at, left_at, verdict, length_m\n")
    Path("leads.csv").write_bytes(b"")
    assert said(capsys, "score", "leads.csv", "--truth", ".") == (3, "leads.csv: this is not readable as CSV\n")


@pytest.mark.parametrize(
    ("module", "extra"), [("uvicorn.config", "service"), ("pydantic_settings", "service"), ("numba", "fast")]
)
def test_a_package_that_an_extra_installs_is_named_with_the_extra(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, module: str, extra: str
) -> None:
    def absent(_path: str) -> ModuleType:
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr("truckban.cli.base.import_module", absent)
    assert said(capsys, "serve") == (3, f"{module} is not installed; run pip install 'truckban[{extra}]'\n")


def test_a_module_that_no_extra_installs_is_an_error_inside_the_program(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(_path: str) -> ModuleType:
        raise ModuleNotFoundError(name="nobody_has_this")

    monkeypatch.setattr("truckban.cli.base.import_module", absent)
    status, told = said(capsys, "decide", "-")
    assert status == 3
    assert "an error inside the program" in told


@pytest.mark.parametrize(("lang", "reason"), [("en", "a command is missing"), ("zh", "缺少命令")])
def test_a_call_without_a_command_is_told_so(capsys: Capture, lang: str, reason: str) -> None:
    assert run(["--lang", lang]) == 2
    assert reason in capsys.readouterr().err
