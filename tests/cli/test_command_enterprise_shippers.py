"""`truckban enterprise shippers`: the same rows out with the answer, from CSV, Excel and JSON lines."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from python_calamine import load_workbook

from truckban.cli.main import run
from truckban.freight.shipper_files import ANSWERS, COLUMNS, day_of
from truckban.freight.shippers import STATUSES
from zones.errors import InputError

Capture = pytest.CaptureFixture[str]
HEAD = ["车牌号", "托运单位", "装货日期", "备注"]
ROWS = [
    ["晋M12345", "汇鑫商砼", "2024-05-08", "=1+1"],
    ["晋M12345", "汇鑫商砼", "2023年5月24日", "-5"],
    ["晋M12346", "鑫利得", "2024/5/8 10:00", ""],
    ["晋M12346", "太原示意化工有限公司", "20240508", ""],
    ["晋M12346", "", "2024-05-08", "甲,乙"],
    ["晋M12346", "汇鑫商砼", "2024-02-30"],
    [],
]
WANTED = ["listed", "no_list_known", "unclear", "on_no_list", "", ""]


def ran(capsys: Capture, *arguments: str | Path, lang: str = "en") -> tuple[int, str, str]:
    status = run(["--lang", lang, "enterprise", "shippers", *map(str, arguments)])
    out, errors = capsys.readouterr()
    return status, out, errors


def sheet(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "trips.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["五月行程"], HEAD, *ROWS])
    return path


def test_every_row_comes_back_as_it_was_with_its_answer(given: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out.csv"
    status, shown, _ = ran(capsys, given, "--out", out)
    assert status == 1
    assert shown == (
        "6 rows: 1 listed, 0 on some of the days, 0 not on the day, 1 on no list, 1 unclear which, 1 no list of the day, 2 not understood\n"
    )
    title, head, *rows = sheet(out)
    assert (title, head) == (["五月行程"], [*HEAD, *ANSWERS])
    assert [row[4] for row in rows[:6]] == WANTED
    assert [row[:3] for row in rows[:6]] == [row[:3] for row in ROWS[:6]]
    assert [rows[0][3], rows[1][3], rows[4][3]] == ["'=1+1", "-5", "甲,乙"]
    assert rows[0][5:9] == ["true", "linyi-2023-18-01", "临猗汇鑫商砼有限公司", "2023-05-25/.."]
    assert "临政办发〔2023〕18号" in rows[0][11]
    assert rows[2][9].startswith("临猗鑫得利纺织印染有限公司 (0.")
    assert [row[12] for row in rows[4:6]] == ["no shipper is given", "a day is needed, such as 2024-05-08: 2024-02-30"]


def test_the_same_sheet_twice_gives_the_same_bytes_and_is_never_written_over(
    given: Path, tmp_path: Path, capsys: Capture
) -> None:
    for name in ("a.csv", "b.csv"):
        ran(capsys, given, "--out", tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    before = given.read_bytes()
    assert ran(capsys, given, "--out", given)[0] == 3
    assert given.read_bytes() == before


def test_excel_with_days_as_days_answers_alike(tmp_path: Path, capsys: Capture) -> None:
    path, out = tmp_path / "permits.xlsx", tmp_path / "out.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, ["发货单位", "有效期起", "有效期止"])
        page.write_string(1, 0, "汇鑫商砼")
        page.write_datetime(1, 1, dt.datetime(2024, 5, 8), day)  # noqa: DTZ001 - Excel has no zones
        page.write_datetime(1, 2, dt.datetime(2024, 6, 8), day)  # noqa: DTZ001
    assert ran(capsys, path, "--out", out)[0] == 0
    rows = load_workbook(out).get_sheet_by_index(0).to_python()
    assert rows[1][3] == "listed"
    assert "2024-05-08 to 2024-06-08" in str(rows[1][9])


def lines(capsys: Capture, monkeypatch: pytest.MonkeyPatch, *texts: str, more: tuple[str, ...] = ()) -> tuple[int, Any]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(texts).encode())))
    status, out, _ = ran(capsys, "-", *more)
    return status, [json.loads(line) for line in out.splitlines()]


def test_json_lines_keep_their_fields_and_bad_ones_are_answered_in_place(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, (good, later, bad, number, array, none) = lines(
        capsys,
        monkeypatch,
        '{"id": 1, "shipper": "汇鑫商砼", "on": "2024-05-08", "plate": "晋M12345"}',
        '{"shipper": "汇鑫商砼", "depart": "2023-05-24T16:00:00Z"}',
        "nope",
        '{"shipper": 5, "on": "2024-05-08"}',
        "[]",
        '{"shipper": "汇鑫商砼"}',
    )
    assert status == 1
    assert (good["id"], good["plate"], good["shipper_check"]["status"]) == (1, "晋M12345", "listed")
    assert (later["shipper_check"]["on"], later["shipper_check"]["status"]) == ("2023-05-25", "listed")
    assert [one["error"]["line"] for one in (bad, number, array, none)] == [3, 4, 5, 6]
    assert [one["error"]["field"] for one in (number, none)] == ["shipper", "on"]


def test_columns_are_named_by_option(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    more = ("--column", "shipper=from", "--column", "on=when")
    _, (found,) = lines(capsys, monkeypatch, '{"from": "汇鑫商砼", "when": "2024-05-08"}', more=more)
    assert found["shipper_check"]["listed"] is True


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["trips.csv"], 2, "--out"),
        (["-", "--out", "o.csv"], 2, "--out"),
        (["trips.csv", "--out", "o.pdf"], 3, ".csv or .xlsx"),
        (["none.csv", "--out", "o.csv"], 3, "none.csv"),
        (["trips.csv", "--out", "o.csv", "--column", "x=y"], 2, "--column x=y"),
        (["trips.csv", "--out", "o.csv", "--column", "shipper=没有"], 3, "no header is found"),
        (["trips.csv", "--out", "o.csv", "--time-zone", "Mars"], 2, "--time-zone"),
        (["trips.csv", "--out", "o.csv", "--registry", "nope"], 3, "no built-in registry nope"),
    ],
)
def test_wrong_calls_and_unreadable_files(
    given: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str], status: int, said: str
) -> None:
    monkeypatch.chdir(given.parent)
    found, _, errors = ran(capsys, *arguments)
    assert found == status
    assert said in errors
    assert [path.name for path in given.parent.iterdir()] == ["trips.csv"]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-05-08", "2024-05-08"),
        ("2024.5.8", "2024-05-08"),
        ("２０２４年５月８日 10时", "2024-05-08"),
        ("20240508", "2024-05-08"),
        (20240508.0, "2024-05-08"),
        ("2024-05-08T23:30:00Z", "2024-05-09"),
        ("2024-05-08 23:30:00+00:00", "2024-05-09"),
        ("2024-05-08T23:30:00+08:00", "2024-05-08"),
        ("2024-05-08T23:30:00", "2024-05-08"),
        ("", None),
        (None, None),
    ],
)
def test_days_are_read_as_people_write_them(cell: Any, day: str | None) -> None:  # noqa: ANN401
    found = day_of(cell, ZoneInfo("Asia/Shanghai"))
    assert (found and found.isoformat()) == day


@pytest.mark.parametrize(
    "cell", ["5月8日", "2024-13-01", "2024-02-30", "202405081", "x", "2024", "9999-12-31T23:59:59-23:59"]
)
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(InputError):
        day_of(cell, ZoneInfo("Asia/Shanghai"))


def test_the_page_names_every_column_and_answer() -> None:
    page = (Path(__file__).parents[2] / "docs" / "enterprises.md").read_text("utf-8")
    for name in (*STATUSES, *ANSWERS, *COLUMNS):
        assert f"`{name}`" in page, name
