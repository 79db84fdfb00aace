"""A dispatcher's sheet: every cell comes back, every row has an answer or its error, and nothing in it runs."""

import csv
import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from truckban.trips.answer import answer_trip
from truckban.trips.batch import Counts, plan_sheet
from truckban.trips.network import network_of
from zones.errors import InputError
from zones.text import Text

HEADER = ["编号", "车牌", "车辆类型", "总质量", "车长", "起点", "终点", "出发时间", "备注"]
HEAVY = ["重型厢式货车", "18000", "9000"]
INSIDE = "110.7720,35.1450"
NEW = [
    "结论",
    "原因",
    "最佳办法",
    "办法出发时间",
    "办法到达时间",
    "多用分钟",
    "多走公里",
    "办证须写道路",
    "办证须写时段",
    "读不懂的地方",
]
PLATE = "晋M12345"


@pytest.fixture(scope="module")
def network() -> Any:  # noqa: ANN401
    return network_of(["linyi-2023-5"])


def trip(
    name: str = "1",
    origin: str = "东环路/丰喜大道",
    destination: str = INSIDE,
    depart: str = "2024-05-08 10:00",
    vehicle: Sequence[str] = HEAVY,
    note: str = "",
) -> list[str]:
    return [name, PLATE, *vehicle, origin, destination, depart, note]


def written(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def planned(network: Any, path: Path, out: Path, **options: Any) -> tuple[Counts, list[list[str]]]:  # noqa: ANN401
    options = {"crs": "wgs84", **options}
    counts = plan_sheet(path, out, network.streets, network.rules, **options)
    if out.suffix == ".xlsx":
        rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_index(0).to_python()
        return counts, rows
    with out.open(encoding="utf-8-sig", newline="") as file:
        return counts, list(csv.reader(file))


def test_every_cell_comes_back_with_its_answer_behind(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    rows = [
        ["五月八日派车单", "", "", "", "", "", "", "", ""],
        HEADER,
        trip("007", note=' 王师傅, "急"\n第二行 '),
        [""] * 9,
        trip("8", destination="西环路×峨嵋大道"),
        trip("9", vehicle=["", "", ""]),
        trip("10", destination="无此路"),
    ]
    counts, out = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert [row[:9] for row in out] == rows
    assert out[1][9:] == NEW
    assert [row[9] for row in out[2:]] == ["违法", "", "合法", "无法确定", ""]
    assert (counts.rows, counts.unlawful, counts.lawful, counts.undetermined, counts.unreadable) == (4, 1, 1, 1, 1)
    assert "无此路" in out[6][-1]
    assert [row[-1] for row in out[2:6]] == [""] * 4
    assert "一(一)" in out[2][10]


def test_the_answers_are_those_of_one_trip_asked_alone(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    _, out = planned(network, written(tmp_path / "in.csv", [HEADER, trip()]), tmp_path / "out.csv", lang="en")
    asked = {
        "vehicle": {"plate": PLATE, "vehicle_type": HEAVY[0], "gross_mass_kg": 18000, "length_mm": 9000},
        "origin": {"junction": ["东环路", "丰喜大道"]},
        "destination": {"lon": 110.772, "lat": 35.145, "crs": "wgs84"},
        "depart": "2024-05-08T10:00:00+08:00",
    }
    answer = answer_trip(asked, network.streets, network.rules)
    best = answer["alternatives"][0]
    row = dict(zip(out[0], out[1], strict=True))
    assert row["verdict"] == answer["verdict"] == "unlawful"
    assert best["text_en"] in row["best alternative"]
    assert row["alternative departs"] == best["depart"][:16].replace("T", " ")
    assert float(row["extra minutes"]) == pytest.approx(best["extra_s"] / 60, abs=0.06)
    assert float(row["extra km"]) == pytest.approx(best["extra_m"] / 1000, abs=0.006)
    permit = next(one["permit"] for one in answer["alternatives"] if one["kind"] == "permit")
    assert row["permit roads"] == "; ".join(permit["roads"])
    assert row["permit hours"] == "; ".join(permit["windows"])


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        ("五一路/北环路", True),
        ("五一路 × 北环路", True),
        ("五一路x北环路", True),
        ("五一路与北环路交叉口", True),
        ("五一路和北环路路口", True),
        ("五一路北环路交叉口", True),
        ("五一路／北环路", True),
        ("五一路", True),
        ("110.7720,35.1450", True),
        ("110.7720，35.1450", True),
        ("(110.7720 35.1450)", True),
        ("临猗示意厂", True),
        ("没有的厂", False),
        ("五一路/没有路", False),
        ("35.1450,110.7720", False),
        ("116.4,39.9", False),
        ("", False),
        ('=HYPERLINK("http://x")', False),
    ],
)
def test_places_as_people_write_them(network: Any, tmp_path: Path, place: str, wanted: bool) -> None:  # noqa: ANN401, FBT001
    def sites(name: str) -> tuple[float, float, Text] | None:
        return (110.76, 35.14, Text("示意", "demo")) if name == "临猗示意厂" else None

    path = written(tmp_path / "in.csv", [HEADER, trip(origin=place, destination="西环路/峨嵋大道")])
    counts, out = planned(network, path, tmp_path / "out.csv", sites=sites)
    assert (counts.unreadable == 0) == wanted, out[1][-1]


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ("2024-05-08 10:00", True),
        ("2024/5/8 10:00:30", True),
        ("2024年5月8日 10时30分", True),
        ("2024年5月8日10点", True),
        ("20240508 10:00", True),
        ("2024-05-08T10:00:00+08:00", True),
        ("2024-05-08T02:00:00Z", True),
        ("２０２４-05-08 10：00", True),
        ("10:00", False),
        ("2024-05-08", False),
        ("2024-02-30 10:00", False),
        ("2024-05-08 25:00", False),
        ("明天早上", False),
        ("", False),
    ],
)
def test_times_as_people_write_them(network: Any, tmp_path: Path, when: str, wanted: bool) -> None:  # noqa: ANN401, FBT001
    counts, out = planned(network, written(tmp_path / "in.csv", [HEADER, trip(depart=when)]), tmp_path / "out.csv")
    assert (counts.unreadable == 0) == wanted, out[1][-1]
    if wanted:
        assert out[1][9] == "违法"


def test_a_time_alone_takes_the_day_of_its_column(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    rows = [["日期", *HEADER], ["2024-05-08", *trip(depart="22:30")], ["2024/5/8", *trip(depart="6:00")]]
    _, out = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert [row[10] for row in out[1:]] == ["合法", "违法"]


def test_units_are_taken_from_the_cell_or_the_header_and_never_guessed(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    head = ["车型", "总质量（吨）", "车长(m)", "出发地", "目的地", "出发时间"]
    place = ["东环路/丰喜大道", INSIDE, "2024-05-08 10:00"]
    rows = [
        head,
        ["重型厢式货车", "18", "9", *place],
        ["重型厢式货车", "18000kg", "9000毫米", *place],
        ["重型厢式货车", "18米", "9", *place],
    ]
    _, out = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert [row[6] for row in out[1:]] == ["违法", "违法", ""]
    assert "gross_mass_kg" in out[3][-1]
    bare = [HEADER, trip(vehicle=["重型厢式货车", "18", "9000"]), trip(vehicle=["重型厢式货车", "18 t", "9米"])]
    _, out = planned(network, written(tmp_path / "bare.csv", bare), tmp_path / "out.csv")
    assert [row[9] for row in out[1:]] == ["", "违法"]
    assert "18000" in out[1][-1]


def test_words_for_energy_and_service(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    head = [*HEADER[:-1], "能源种类", "用途"]
    rows = [head]
    small = ["中型厢式货车", "7500", "5990"]
    for energy, service in (("纯电动", ""), ("柴油", "消防车"), ("新能源", ""), ("蒸汽", "")):
        rows.append([*trip(vehicle=small)[:-1], energy, service])
    _, out = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert [row[10] for row in out[1:]] == ["合法", "合法", "", ""]
    assert "fuel_cell" in out[3][-1] or "燃料电池" in out[3][-1]
    assert "energy" in out[4][-1]


def test_positions_need_their_coordinates(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    rows = [
        [*HEADER, "坐标系"],
        [*trip(), ""],
        [*trip(), "GCJ-02"],
        [*trip(destination="西环路/峨嵋大道"), ""],
        [*trip(), "msl"],
    ]
    _, out = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv", crs=None)
    assert [row[10] for row in out[1:]] == ["", "违法", "合法", ""]
    assert "gcj02" in out[1][-1]
    with pytest.raises(InputError):
        planned(network, tmp_path / "in.csv", tmp_path / "out.csv", crs="GCJ")


def test_positions_in_two_columns(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    head = ["车型", "起点经度", "起点纬度", "终点经度", "终点纬度", "到达时间"]
    rows = [
        head,
        [HEAVY[0], "110.796", "35.128", "110.772", "35.145", "2024-05-08 10:00"],
        [HEAVY[0], "110.796", "", "x", "", ""],
    ]
    counts, out = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert out[1][6] == "违法"
    assert counts.unreadable == 1


def test_gbk_in_is_readable_out(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    path = written(tmp_path / "in.csv", [HEADER, trip(note="王师傅")], "gbk")
    counts, out = planned(network, path, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert out[1][8] == "王师傅"
    assert any("GBK" in note.zh for note in counts.notes)
    assert any("UTF-8" in note.zh for note in counts.notes)


EVIL = ["=cmd|' /C calc'!A0", "+1+cmd", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "＝1+1"]


def test_what_would_run_in_a_spreadsheet_is_text(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    head = [*HEADER[:-1], "=备注"]
    rows = [
        head,
        *(trip(name=evil, note=evil) for evil in EVIL),
        trip(note="-5.5"),
        trip(note="+8613800000000"),
        trip(destination="=1/2"),
    ]
    path = written(tmp_path / "in.csv", rows)
    _, out = planned(network, path, tmp_path / "out.csv")
    assert [row[8] for row in out] == ["'=备注", *("'" + evil for evil in EVIL), "-5.5", "+8613800000000", ""]
    assert not any(cell.startswith(("=", "@", "＝")) for row in out for cell in row)
    _, again = planned(network, path, tmp_path / "out.xlsx")
    assert [row[8] for row in again][:7] == ["=备注", *EVIL]
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(tmp_path / "out.xlsx") as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert 'quotePrefix="1"' in packed.read("xl/styles.xml").decode()


def test_excel_keeps_types_and_loses_no_cell(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, _ = book.add_worksheet("行程"), book.add_worksheet("别的")
        stamp = book.add_format({"num_format": "yyyy/m/d h:mm"})
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["001", PLATE, HEAVY[0], 18000, 9000, "东环路/丰喜大道", INSIDE])
        sheet.write_datetime(1, 7, dt.datetime(2024, 5, 8, 10, 0), stamp)  # noqa: DTZ001 - Excel has no zones
        sheet.write_number(1, 8, 12.5)
    counts, out = planned(network, path, tmp_path / "out.xlsx")
    assert out[1][:9] == [
        "001",
        PLATE,
        HEAVY[0],
        18000,
        9000,
        "东环路/丰喜大道",
        INSIDE,
        dt.datetime(2024, 5, 8, 10, 0),  # noqa: DTZ001
        12.5,
    ]
    assert out[1][9] == "违法"
    assert isinstance(out[1][14], float)
    assert any("别的" in note.zh for note in counts.notes)
    _, rows = planned(network, path, tmp_path / "out.csv")
    assert rows[1][:9] == [
        "001",
        PLATE,
        HEAVY[0],
        "18000",
        "9000",
        "东环路/丰喜大道",
        INSIDE,
        "2024-05-08 10:00:00",
        "12.5",
    ]


def test_rows_too_long_or_too_short_are_kept(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    long = "1,晋M12345,重型厢式货车,18000,9000,110.796,35.128,110.772,35.145,2024-05-08 10:00,x"
    short = "2,晋M12345"
    (tmp_path / "in.csv").write_text("\n".join([",".join(HEADER), long, short]), encoding="utf-8")
    counts, out = planned(network, tmp_path / "in.csv", tmp_path / "out.csv")
    assert out[1][:11] == long.split(",")
    assert out[2][:2] == short.split(",")
    assert counts.unreadable == counts.rows == 2
    assert "引号" in out[1][-1]
    assert len({len(row) for row in out[1:]}) == 1


def test_both_times_mean_the_departure_and_a_late_arrival_is_told(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    rows = [
        [*HEADER, "到达时间"],
        [*trip(depart="2024-05-08 22:30"), "2024-05-08 22:31"],
        [*trip(depart="2024-05-08 22:30"), "2024-05-09 01:00"],
    ]
    _, out = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    assert [row[10] for row in out[1:]] == ["合法", "合法"]
    assert "晚" in out[1][11]
    assert "晚" not in out[2][11]


def test_an_answered_sheet_can_be_asked_again(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    first, second = tmp_path / "out.csv", tmp_path / "again.csv"
    planned(network, written(tmp_path / "in.csv", [HEADER, trip()]), first)
    _, out = planned(network, first, second)
    assert out[0][-10:] == [f"{name} 2" for name in NEW]
    assert out[1][9:18] == out[1][19:28]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.csv", b"\n\n"),
        ("a.csv", "编号,起点,终点\n1,2,3\n".encode()),
        ("a.csv", "起点,终点\n1,2\n".encode()),
        ("a.csv", "起点,出发地,终点,出发时间\n1,2,3,4\n".encode()),
        ("a.csv", '起点,终点,出发时间\n"1,2,3\n'.encode()),
        ("a.csv", b"\xff\xff\xff,\x80\n"),
        ("a.xlsx", b"PK\x03\x04nothing"),
        ("a.xlsx", b"text"),
        ("a.pdf", b"%PDF"),
    ],
)
def test_what_is_no_sheet_is_refused(network: Any, tmp_path: Path, name: str, data: bytes) -> None:  # noqa: ANN401
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError):
        planned(network, tmp_path / name, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_the_input_is_never_written_over(network: Any, tmp_path: Path) -> None:  # noqa: ANN401
    path = written(tmp_path / "in.csv", [HEADER, trip()])
    before = path.read_bytes()
    for out in ("in.csv", "out.pdf", "out.xls"):
        with pytest.raises(InputError):
            planned(network, path, tmp_path / out)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["in.csv"]


def test_plates_stay_in_the_sheet(
    network: Any,  # noqa: ANN401
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    rows = [HEADER, trip(), trip(destination="无此路"), trip(vehicle=["?", "-1", "x"])]
    counts, _ = planned(network, written(tmp_path / "in.csv", rows), tmp_path / "out.csv")
    told = "".join((caplog.text, *capsys.readouterr(), repr(counts)))
    assert PLATE not in told
    assert PLATE[2:] not in told
