"""Vehicles and permits as offices keep them: a row is used as it stands or rejected; none is made wider or guessed."""

import datetime as dt
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from mutations_in_slabs import in_slabs

from truckban.permits import Permit
from truckban.traces.read.fleet import Fleet, read_fleet, read_permits
from zones.errors import InputError

HEADER = "vehicle_id,plate,vehicle_type,length_mm,gross_mass_kg,energy,on_duty"
ROW = "T1,晋M12345,重型自卸货车,8600,25000,diesel,"
PERMITS = "plate,valid_from,valid_to,windows,roads,area,status"
SQUARE = {"type": "Polygon", "coordinates": [[[110, 35], [111, 35], [111, 36], [110, 35]]]}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(*lines: str, name: str = "v.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([*lines, ""]).encode(encoding))
        return path

    return to


def excel(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, column, cell)
    return path


def fleet_of(path: Path) -> Fleet:
    fleet = read_fleet(path)
    assert fleet.read == fleet.used + len(fleet.rejects)
    return fleet


def why(fleet: Fleet) -> list[tuple[int | None, str]]:
    return sorted((reject.line or 0, reject.field) for reject in fleet.rejects)


def permits_of(path: Path) -> tuple[tuple[Permit, ...], list[tuple[int | None, str]]]:
    found, rejects, read = read_permits(path)
    assert read == len(found.permits) + len(rejects)
    return found.permits, [(reject.line, reject.field) for reject in rejects]


# vehicles


@pytest.mark.parametrize("kind", ["csv", "gbk", "parquet", "xlsx"])
def test_the_same_vehicles_come_from_every_kind_of_file(tmp_path: Path, write: Write, kind: str) -> None:
    if kind == "parquet":
        table = {
            "vehicle_id": ["T1", "5002"],
            "plate": ["晋M12345", None],
            "vehicle_type": ["重型自卸货车", "轻型厢式货车"],
            "length_mm": pa.array([8600, None]),
            "gross_mass_kg": [25000.0, 4495.5],
            "energy": ["diesel", None],
            "on_duty": pa.array([None, True]),
        }
        path = tmp_path / "v.parquet"
        pq.write_table(pa.table(table), path)
    elif kind == "xlsx":
        rows = [
            HEADER.split(","),
            ["T1", "晋M12345", "重型自卸货车", 8600, 25000, "diesel", None],
            [5002, None, "轻型厢式货车", None, 4495.5, None, True],
        ]
        path = excel(tmp_path / "v.xlsx", rows)
    else:
        path = write(HEADER, ROW, "5002,,轻型厢式货车,,4495.5,,true", encoding=kind if kind == "gbk" else "utf-8")
    fleet = fleet_of(path)
    assert (fleet.read, fleet.rejects) == (2, [])
    assert fleet.plates == {"T1": "晋M12345", "5002": None}
    assert {name: (facts.vehicle_class, facts.given.get("on_duty")) for name, facts in fleet.vehicles.items()} == {
        "T1": ("heavy", None),
        "5002": ("light", True),
    }
    assert fleet.vehicles["T1"].given["length_mm"] == 8600
    assert fleet.vehicles["5002"].given["gross_mass_kg"] == 4495.5
    assert "length_mm" not in fleet.vehicles["5002"].given
    assert bool(fleet.notes) == (kind == "gbk")


def test_chinese_headers_are_known(write: Write) -> None:
    fleet = fleet_of(write("车辆编号,车牌号,车辆类型,总质量,能源种类", "T1,晋M12345,重型自卸货车,25000,diesel"))
    assert fleet.vehicles["T1"].given["gross_mass_kg"] == 25000
    assert fleet.plates["T1"] == "晋M12345"


def test_numbers_as_ids_in_excel_are_the_ids_of_the_traces(tmp_path: Path) -> None:
    path = excel(tmp_path / "v.xlsx", [["vehicle_id", "length_mm"], [5002, 6000], [5003.0, 6000], ["007", 6000]])
    assert list(fleet_of(path).vehicles) == ["5002", "5003", "007"]


def test_blank_rows_of_a_sheet_are_no_rows_and_the_lines_after_them_keep_their_numbers(tmp_path: Path) -> None:
    path = excel(tmp_path / "v.xlsx", [["vehicle_id", "length_mm"], [], ["T1", 6000], [None], ["T2", "long"], []])
    fleet = fleet_of(path)
    assert (fleet.read, list(fleet.vehicles), why(fleet)) == (2, ["T1"], [(5, "length_mm")])


def test_rows_said_twice_are_one_vehicle_and_all_used(write: Write) -> None:
    fleet = fleet_of(write(HEADER, ROW, ROW.replace("8600", "8600.0"), ROW))
    assert (list(fleet.vehicles), fleet.used, fleet.rejects) == (["T1"], 3, [])


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 0, 1)])
def test_rows_that_disagree_are_all_rejected_whatever_their_order(write: Write, order: tuple[int, ...]) -> None:
    rows = [ROW, ROW.replace("8600", "8601")]
    fleet = fleet_of(write(HEADER, *[rows[n] for n in order], ROW.replace("T1", "T2")))
    assert list(fleet.vehicles) == ["T2"]
    assert why(fleet) == [(line, "vehicle_id") for line in range(2, 2 + len(order))]
    assert {reject.reason.zh for reject in fleet.rejects} == {"同一车辆有两行而内容不同，都不采用"}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("晋M12345", "hello", "plate"),
        ("晋M12345", "晋M1234567", "plate"),
        ("8600", "long", "length_mm"),
        ("8600", "8600 mm", "length_mm"),
        ("8600", "-8600", "length_mm"),
        ("8600", "9" * 400, "length_mm"),
        ("25000", "25", "gross_mass_kg"),
        ("diesel", "steam", "energy"),
        ("diesel,", "diesel,maybe", "on_duty"),
    ],
)
def test_a_row_with_a_value_that_cannot_be_is_rejected_with_its_field(
    write: Write, old: str, new: str, field: str
) -> None:
    bad = ROW.replace(old, new)
    fleet = fleet_of(write(HEADER, ROW.replace("T1", "T2"), bad, bad))
    assert list(fleet.vehicles) == ["T2"]
    assert why(fleet) == [(3, field), (4, field)]


@pytest.mark.parametrize("word", ["true", "TRUE", "1", "是", "yes", "Y", "false", "0", "否", "No", "n", "", "null"])
def test_yes_and_no_are_read_in_words(write: Write, word: str) -> None:
    given = fleet_of(write(HEADER, ROW + word)).vehicles["T1"].given
    expected = None if word in ("", "null") else word in ("true", "TRUE", "1", "是", "yes", "Y")
    assert given.get("on_duty") is expected


def test_a_row_without_an_id_is_known_by_its_plate_and_one_without_either_is_rejected(write: Write) -> None:
    fleet = fleet_of(write(HEADER, ROW.replace("T1", ""), ",,重型自卸货车,8600,25000,diesel,"))
    assert list(fleet.vehicles) == ["晋M12345"]
    assert why(fleet) == [(3, "vehicle_id")]
    assert list(fleet_of(write("plate,length_mm", "晋M12345,8600")).vehicles) == ["晋M12345"]


def test_a_file_that_says_of_no_vehicle_which_it_is_cannot_be_used(write: Write) -> None:
    with pytest.raises(InputError, match="vehicle_type, length_mm"):
        read_fleet(write("vehicle_type,length_mm", "重型自卸货车,8600"))


@pytest.mark.parametrize("name", ["plate", "车牌号", '"Plate No"', "vehicle_id"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_plates_alone_one_a_line_are_vehicles(tmp_path: Path, name: str, end: str) -> None:
    path = tmp_path / "v.csv"
    path.write_text(end.join([name, "晋M12345", "", '"晋M12346"', "晋M12347,x", ""]), "utf-8", newline="")
    fleet = fleet_of(path)
    assert list(fleet.vehicles) == ["晋M12345", "晋M12346"]
    assert why(fleet) == [(5, "")]
    assert [reject.reason.en for reject in fleet.rejects] == ["2 columns where 1 are needed"]


@pytest.mark.parametrize("slab", [16, 60])
def test_plates_alone_of_a_large_file_are_vehicles(write: Write, slab: int) -> None:
    plates = [f"晋M{number}" for number in range(12300, 12360)]
    path = write("plate", *(f'"{plate}"' if plate.endswith("7") else plate for plate in plates))
    with in_slabs(slab):
        assert list(fleet_of(path).vehicles) == plates


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("length_mm", "vehicle_id: there is no column vehicle_id; the file has: length_mm"),
        ("晋M12345", "the first line must name the columns"),
        ("plate length_mm", "the first line must name the columns"),
    ],
)
def test_one_column_that_says_of_no_vehicle_which_it_is_is_refused_for_what_it_lacks(
    write: Write, line: str, said: str
) -> None:
    with pytest.raises(InputError) as error:
        read_fleet(write(line, "8600"))
    assert said in str(error.value)


@pytest.mark.parametrize("data", [b"PK\x03\x04junk", b"junk", b""])
def test_a_damaged_workbook_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "v.xlsx").write_bytes(data)
    with pytest.raises(InputError):
        read_fleet(tmp_path / "v.xlsx")


def test_an_empty_workbook_is_refused_and_a_header_alone_is_a_fleet_of_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="vehicle_id"):
        read_fleet(excel(tmp_path / "v.xlsx", []))
    assert fleet_of(excel(tmp_path / "v.xlsx", [HEADER.split(",")])).read == 0


# permits

EXPECTED = Permit(
    "晋M12345",
    dt.date(2024, 5, 1),
    dt.date(2024, 5, 31),
    ("22:00-07:00", "09:00-10:00"),
    frozenset({"五一路", "北环路"}),
    None,
    "suspended",
)


def test_a_permit_is_the_same_from_every_kind_of_file(tmp_path: Path, write: Write) -> None:
    names = PERMITS.split(",")
    lists = "22:00-07:00; 09:00-10:00", "五一路；北环路"
    fields = {
        "plate": "晋M12345",
        "valid_from": "2024-05-01",
        "valid_to": "2024-05-31",
        "windows": list(EXPECTED.windows),
        "roads": ["五一路", "北环路"],
        "status": "suspended",
    }
    days = dt.date(2024, 5, 1), dt.date(2024, 5, 31)
    typed = {**fields, "valid_from": days[0], "valid_to": dt.datetime(2024, 5, 31)}  # noqa: DTZ001
    pq.write_table(pa.table({name: [value] for name, value in typed.items()}), tmp_path / "p.parquet")
    paths = [
        write(PERMITS, f"晋M12345,2024-05-01,2024-05-31,{lists[0]},{lists[1]},,suspended", name="p.csv"),
        write(json.dumps([fields], indent=1), name="p.json"),
        write("", json.dumps(fields), "", name="p.jsonl"),
        excel(tmp_path / "text.xlsx", [names, ["晋M12345", "2024-05-01", "2024-05-31", *lists, None, "suspended"]]),
        excel(tmp_path / "dates.xlsx", [names, ["晋M12345", *days, *lists, None, "suspended"]]),
        tmp_path / "p.parquet",
    ]
    for path in paths:
        permits, rejects = permits_of(path)
        assert (path.name, permits, rejects) == (path.name, (EXPECTED,), [])


def test_plates_alone_are_permits_for_all_as_the_contract_says_of_what_is_not_limited(
    tmp_path: Path, write: Write
) -> None:
    for path in (write("车牌号", "晋M12345", name="p.csv"), excel(tmp_path / "p.xlsx", [["车牌号"], ["晋M12345"]])):
        assert permits_of(path) == ((Permit("晋M12345", None, None),), [])


def test_days_alone_are_no_permits(write: Write) -> None:
    with pytest.raises(InputError, match="there is no column plate; the file has: 有效期止"):
        read_permits(write("有效期止", "2024-05-08", name="p.csv"))


def test_a_dated_permit_of_a_sheet_does_not_become_one_for_ever(tmp_path: Path) -> None:
    path = excel(tmp_path / "p.xlsx", [["plate", "valid_to"], ["晋M12345", dt.date(2024, 5, 7)], ["晋M12346", 45419]])
    permits, rejects = permits_of(path)
    assert [permit.valid_to for permit in permits] == [dt.date(2024, 5, 7)]
    assert rejects == [(3, "valid_to")]


@pytest.mark.parametrize(
    "day", ["2024-02-31", "2024/13/08", "1/5/2024", "2024-05-08T10:00:00", "tomorrow", "2024-13-01", "0"]
)
@pytest.mark.parametrize("field", ["valid_from", "valid_to"])
def test_a_bad_day_rejects_the_permit(write: Write, field: str, day: str) -> None:
    permits, rejects = permits_of(write(f"plate,{field}", f"晋M12345,{day}", "晋M12346,2024-05-08"))
    assert [permit.plate for permit in permits] == ["晋M12346"]
    assert rejects == [(2, field)]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("晋M12345,2024-05-09,2024-05-08,,,,", "valid_to"),
        ("晋M12345,,,25:00-07:00,,,", "windows"),
        ("晋M12345,,,22:00-07:00;noon,,,", "windows"),
        (",2024-05-09,,,,,", "plate"),
        ("hello,,,,,,", "plate"),
        ("晋M12345,,", ""),
        ("晋M12345,,,,,,,,", ""),
    ],
)
def test_a_row_that_is_no_permit_is_rejected_with_its_line_and_field(write: Write, row: str, field: str) -> None:
    permits, rejects = permits_of(write(PERMITS, "晋M12346,,,,,,active", "", row))
    assert [permit.plate for permit in permits] == ["晋M12346"]
    assert rejects == [(4, field)]


def test_an_area_is_read_from_its_cell(write: Write) -> None:
    cell = json.dumps(SQUARE).replace('"', '""')
    [permit], rejects = permits_of(write(PERMITS, f'晋M12345,,,,,"{cell}",active'))
    assert rejects == []
    assert permit.area is not None
    assert permit.area.bounds == (110, 35, 111, 36)


@pytest.mark.parametrize(
    "area",
    ["{bad", '"text"', "5", "NaN", "[]", "{}", "null,", "[" * 100_000]
    + [json.dumps({**SQUARE, "coordinates": value}) for value in ("x", [], [[[110, 35]]], [[["a", "b"]] * 4], 5)]
    + [json.dumps({"type": "Point", "coordinates": [110, 35]}), json.dumps({"type": "Feature", "geometry": "x"})]
    + ['{"type":"Polygon","coordinates":[[[NaN,35],[111,35],[111,36],[NaN,35]]]}'],
)
def test_a_malformed_area_rejects_its_row_and_nothing_else(write: Write, area: str) -> None:
    cell = area.replace('"', '""')
    permits, rejects = permits_of(write(PERMITS, f'晋M12345,,,,,"{cell}",active', "晋M12346,,,,,,"))
    assert [permit.plate for permit in permits] == ["晋M12346"]
    assert rejects == [(2, "area")]


def test_a_bad_permit_among_json_is_rejected_and_the_others_used(write: Write) -> None:
    wrong = [{"plate": 5}, {"roads": ["五一路"]}, {"plate": "晋M12345", "roads": "五一路"}]
    wrong += [
        {"plate": "晋M12345", "windows": [5]},
        {"plate": "晋M12345", "area": [1]},
        {"plate": "晋M12345", "day": 1},
    ]
    permits, rejects = permits_of(write(json.dumps([*wrong, {"plate": "晋M12346"}]), name="p.json"))
    assert [permit.plate for permit in permits] == ["晋M12346"]
    assert rejects == list(zip(range(1, 7), ["plate", "plate", "roads", "windows", "area", "day"], strict=True))


@pytest.mark.parametrize(
    ("text", "line"),
    [("5", 1), ("[5]", 1), ('{"plate": "晋M12345"}\n\n{bad', 3), ("[\n\n{bad", 3), ("[" * 100_000, 1), ("[1,\n2", 3)],
)
def test_a_file_that_is_no_list_of_permits_is_refused_with_its_line(write: Write, text: str, line: int) -> None:
    with pytest.raises(InputError) as error:
        read_permits(write(text, name="p.json"))
    assert (error.value.file, error.value.line) == ("p.json", line)


def test_permits_that_are_not_there_or_are_a_folder_are_refused(tmp_path: Path) -> None:
    for name in ("p.json", "p.csv", "p.xlsx"):
        with pytest.raises(InputError):
            read_permits(tmp_path / name)
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(InputError):
        read_permits(tmp_path / "folder.json")


@pytest.mark.parametrize("name", ["p.json", "p.jsonl", "p.csv"])
def test_permits_are_not_read_from_a_pipe(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises(InputError) as error:
        read_permits(path)
    assert "no file but a pipe or a device" in error.value.text.en


def test_permits_of_gigabytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.jsonl"
    with path.open("wb") as file:
        file.truncate(5 << 30)
    with pytest.raises(InputError) as error:
        read_permits(path)
    assert error.value.text.en == "the file is large beyond all sense"
