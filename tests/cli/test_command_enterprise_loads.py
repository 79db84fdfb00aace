"""`truckban enterprise loads`: its files, its exit statuses, counts that add up, plates masked unless asked for."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from truckban.cli.main import run
from truckban.freight.load_files import FIRM_COLUMNS, MISSING, NAMES, VEHICLE_COLUMNS

Capture = pytest.CaptureFixture[str]
HEADER = "时间,车牌号,毛重(t),轴数,企业名称,磅单号,车辆类型,驱动轴数,单轮胎轴数,核定载质量(t),皮重(t),承运单位"
ROWS = [
    "2024-05-08 10:00:00,晋M12345,49.000,6,示意甲商砼,A1,汽车列车,2,0,33,15,示意运输",
    "2024-05-08 11:00:00,晋M12345,49.001,6,示意甲商砼,晋M12345-2,汽车列车,2,0,33,15,示意运输",
    "2024-05-08 12:00:00,晋M12346,20.0005,,=cmd,A3,,,,,,",
    "2024-05-08 12:00:00,晋M12346,20.0005,,=cmd,A3,,,,,,",
    "2024-05-08 12:00:00,晋M1234,20,,甲,A4,,,,,,",
]


def ran(capsys: Capture, *arguments: str | Path, lang: str = "en") -> tuple[int, str, str]:
    status = run(["--lang", lang, "enterprise", "loads", *map(str, arguments)])
    out, errors = capsys.readouterr()
    return status, out, errors


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "晋M12345 loads.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_files_are_there_and_their_counts_add_up(given: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    status, shown, errors = ran(capsys, given, "--out", out, "--registry", "schematic")
    assert (status, errors) == (1, "")
    assert sorted(path.name for path in out.iterdir()) == sorted(NAMES)
    run_: dict[str, Any] = json.loads((out / "run.json").read_text("utf-8"))
    counts = run_["counts"]
    assert counts["read"] == 5 == counts["records"] + counts["repeats"] + counts["rejected"]
    assert counts["records"] == 3 == counts["over"] + counts["within"] + counts["undetermined"]
    assert shown.startswith("5 rows: 3 used, 1 repeats, 1 rejected\n1 over, 1 within, 1 undetermined.")
    loads, firms = rows_of(out / "loads.csv"), rows_of(out / "enterprises.csv")
    assert [row["verdict"] for row in loads] == ["within", "over", "undetermined"]
    over = loads[1]
    assert (over["gross_kg"], over["limit_high_kg"], over["over_low_kg"], over["over_low_percent"]) == ("49001", "49000", "1", "0.002")  # fmt: skip
    assert (over["payload_over_kg"], over["payload_over_percent"], over["unit_from"]) == ("1001", "3.0333", "header")
    assert over["article"] == "第三条第一款（八）"
    assert loads[2]["missing"].split(";") == ["axles", "kind", "drive_axles", "single_axles"]
    assert loads[2]["gross_kg"] == "20000.5"
    assert loads[1]["enterprise_name"] == "示意甲商砼有限公司"
    assert loads[2]["enterprise"] == "'=cmd"
    assert [(row["role"], row["enterprise"], row["over"]) for row in firms] == [
        ("source", "示意甲商砼有限公司", "1"), ("source", "'=cmd", "0"), ("carrier", "示意运输", "1"),
    ]  # fmt: skip
    assert tuple(firms[0]) == FIRM_COLUMNS
    assert tuple(rows_of(out / "vehicles.csv")[0]) == VEHICLE_COLUMNS
    (reject,) = rows_of(out / "rejected.csv")
    assert (reject["line"], reject["field"]) == ("6", "plate")
    assert reject["reason"]
    assert reject["reason_zh"]


def test_plates_are_masked_everywhere_unless_asked_for(given: Path, tmp_path: Path, capsys: Capture) -> None:
    for more, held in (((), False), (("--plates",), True)):
        out = tmp_path / f"out{held}"
        ran(capsys, given, "--out", out, *more)
        text = "".join(path.read_text("utf-8") for path in out.iterdir())
        assert ("M12345" in text) is held
        assert ("M12346" in text) is held
    masked = rows_of(tmp_path / "outFalse" / "loads.csv")
    assert [row["plate"] for row in masked] == ["晋M***45", "晋M***45", "晋M***46"]
    assert [row["vehicle"] for row in masked] == ["v000001", "v000001", "v000002"]


def test_a_plate_in_a_wrong_cell_is_masked_and_the_reason_stays(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "l.csv"
    path.write_text("时间,车牌号,毛重(t)\n2024-05-08 10:00:00,晋M12345,晋M12347\n", encoding="utf-8")
    ran(capsys, path, "--out", tmp_path / "o")
    (reject,) = rows_of(tmp_path / "o" / "rejected.csv")
    assert (reject["reason"], reject["reason_zh"]) == ("'晋M***47' is no mass", "“晋M***47”不是质量")


def test_without_rejected_rows_the_status_is_0_and_a_fleet_makes_the_share(tmp_path: Path, capsys: Capture) -> None:
    path, fleets = tmp_path / "l.csv", tmp_path / "f.csv"
    path.write_text("\n".join([HEADER, *ROWS[:2]]), encoding="gb18030")
    fleets.write_text("carrier,vehicles\n示意运输,9\n", encoding="utf-8")
    status, _, errors = ran(capsys, path, "--out", tmp_path / "o", "--fleets", fleets, "--excel", lang="zh")
    assert (status, errors) == (0, "l.csv: 不是 UTF-8，按 GBK（GB 18030）读取\n")
    assert (tmp_path / "o" / "loads.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    carrier = rows_of(tmp_path / "o" / "enterprises.csv")[-1]
    assert (carrier["fleet"], carrier["more_than_percent"], carrier["reached"]) == ("9", "10", "yes")
    assert carrier["article"] == "公路安全保护条例第六十六条"


def test_what_is_said_for_all_records_settles_them(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "l.csv"
    path.write_text("时间,车牌号,毛重(t),轴数\n2024-05-08 10:00:00,晋M12345,49.001,6\n", encoding="utf-8")
    for more, verdict in (((), "over"), (("--drive-axles", "2", "--tyres", "double"), "over")):
        ran(capsys, path, "--out", tmp_path / "o", *more)
        assert rows_of(tmp_path / "o" / "loads.csv")[0]["verdict"] == verdict
    path.write_text("时间,车牌号,毛重(t),轴数\n2024-05-08 10:00:00,晋M12345,49,6\n", encoding="utf-8")
    for more, verdict in (((), "undetermined"), (("--drive-axles", "2", "--tyres", "double"), "within")):
        ran(capsys, path, "--out", tmp_path / "o", *more)
        assert rows_of(tmp_path / "o" / "loads.csv")[0]["verdict"] == verdict


@pytest.mark.parametrize(
    ("arguments", "status", "named"),
    [
        (["--out", "o"], 2, "RECORDS"),
        (["l.csv"], 2, "--out"),
        (["l.csv", "--out", "o", "--time-zone", "Mars"], 2, "--time-zone"),
        (["l.csv", "--out", "o", "--column", "weight=x"], 2, "--column weight=x"),
        (["l.csv", "--out", "o", "--drive-axles", "0"], 2, "--drive-axles"),
        (["none.csv", "--out", "o"], 3, "none.csv"),
        (["l.csv", "--out", "l.csv"], 3, "must be a folder"),
        (["l.csv", "--out", "o", "--limits", "none.yaml"], 3, "none.yaml"),
        (["l.csv", "--out", "o", "--column", "gross=净"], 3, "there is no column 净"),
    ],
)
def test_wrong_calls_and_unreadable_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, arguments: list[str], status: int, named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("l.csv").write_text("\n".join([HEADER, *ROWS]), encoding="utf-8")
    found, shown, errors = ran(capsys, *arguments)
    assert (found, shown) == (status, "")
    assert named in errors
    assert not Path("o").exists()


def test_nobody_is_left_with_an_old_answer(given: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    ran(capsys, given, "--out", out)
    first = {path.name: path.read_bytes() for path in out.iterdir()}
    ran(capsys, given, "--out", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == first


def test_the_page_names_every_column_note_and_missing_fact() -> None:
    from enterprises.loading.columns import COLUMNS  # noqa: PLC0415
    from enterprises.loading.records import NOTES  # noqa: PLC0415

    page = (Path(__file__).parents[2] / "docs" / "loads.md").read_text("utf-8")
    for name in (*COLUMNS, *NAMES, *MISSING):
        assert f"`{name}`" in page, name
    for note in NOTES:
        assert note in page or note.partition(".")[2] in ("unread", "said"), note
