"""A large Excel sheet is read some rows at a time, with the same cells and lines as the sheet as a whole."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from effort import times
from mutations import damaged
from mutations import outcome as how_it_ends
from reading import read, refused, rows_and_peak, why

from truckban.traces.formats import large_excel
from truckban.traces.formats.large_excel import large_sheet
from truckban.traces.read.tables import Table, read_tables
from zones.text import Text

SHEET = "xl/worksheets/sheet1.xml"
NONE = ["NA", "null", "", "None", "n/a", "#N/A", "NaN", "<NA>", "NULL", "-nan"]


def tables_of(path: Path) -> list[Table]:
    return list(read_tables(path, Text("轨迹", "traces"), excel=True))


def in_pieces(path: Path, piece: int = 1500) -> list[Table]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("PIECE", piece), ("LARGE", 0), ("_CHUNK", 700)):
            patch.setattr(large_excel, name, value)
        return tables_of(path)


def outcome(parts: list[Table]) -> tuple[list[str], list[list[tuple[str, object]]], list[int]]:
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    cells = [[(type(cell).__name__, str(cell)) for cell in row] for row in frame.to_numpy(object).tolist()]
    return list(frame.columns), cells, [line for part in parts for line in part.lines.tolist()]


def odd_book(path: Path, rows: int = 60) -> Path:
    """Write a workbook with cells of every kind, rows and cells left out."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    day, instant = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy/m/d h:mm:ss"})
    hours = book.add_format({"num_format": "h:mm"})
    for column, name in ((0, "vehicle_id"), (1, "time"), (2, " lon "), (3, "lat"), (5, "note"), (6, "note"), (7, 12)):
        sheet.write(0, column, name)
    for row in range(1, rows):
        if row % 11 == 0:
            continue
        sheet.write_string(row, 0, f"00{row % 7}")
        sheet.write_datetime(row, 1, dt.datetime(2024, 5, 8, 10, 0, row % 60), instant)  # noqa: DTZ001 - a sheet has none
        sheet.write_number(row, 2, 110.77 if row % 5 else 110)
        sheet.write_string(row, 3, "35.14")
        kinds = [
            lambda row=row: sheet.write_string(row, 5, NONE[row % len(NONE)]),
            lambda row=row: sheet.write_boolean(row, 5, row % 2 == 0),
            lambda row=row: sheet.write_datetime(row, 6, dt.date(2024, 5, 8), day),
            lambda row=row: sheet.write_formula(row, 6, "=1/0", None, "#DIV/0!"),
            lambda row=row: sheet.write_string(row, 7, "<晋 & 'M'>\nx"),
            lambda row=row: sheet.write_datetime(row, 7, dt.time(7, 30), hours),
            lambda row=row: sheet.write_number(row, 9, row),
        ]
        kinds[row % len(kinds)]()
    book.close()
    return path


@pytest.mark.parametrize("piece", [300, 1500, 4000, 1 << 20])
def test_in_pieces_it_is_what_it_is_as_a_whole(tmp_path: Path, piece: int) -> None:
    path = odd_book(tmp_path / "t.xlsx")
    whole, parts = tables_of(path), in_pieces(path, piece)
    assert len(whole) == 1
    assert len(parts) > 1 or piece > 4000
    names, cells, lines = outcome(parts)
    wanted, whole_cells, whole_lines = outcome(whole)
    assert names == wanted[: len(names)]
    assert set(wanted[len(names) :]) <= {
        "Unnamed: 8",
        "Unnamed: 9",
    }  # a piece does not know of cells right of its names
    assert cells == [row[: len(names)] for row in whole_cells]
    assert lines == whole_lines


def test_two_names_of_one_sheet_are_noted_once_as_they_are_of_the_whole(tmp_path: Path) -> None:
    path = odd_book(tmp_path / "t.xlsx")
    named = b'<sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, old.read(part).replace(named, named + named.replace(b"Sheet1", b"Other")))
    path.write_bytes(out.getvalue())
    [whole], parts = tables_of(path), in_pieces(path)
    assert len(parts) > 1
    assert [note.en for note in whole.notes] == [
        "only the first sheet, “Sheet1”, is read; 1 more with content are not: “Other”"
    ]
    assert [note for part in parts for note in part.notes] == whole.notes


def test_fixes_and_rejects_are_those_of_the_whole_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = odd_book(tmp_path / "t.xlsx")
    whole = read(path)
    for name, value in (("PIECE", 1500), ("LARGE", 0), ("_CHUNK", 700)):
        monkeypatch.setattr(large_excel, name, value)
    parts = read(path)
    assert whole.read == 54
    assert (parts.read, parts.used, parts.vehicle_ids) == (whole.read, whole.used, whole.vehicle_ids)
    assert why(parts) == why(whole)
    assert parts.files == whole.files
    np.testing.assert_array_equal(parts.t_s, whole.t_s)


def rezipped(path: Path, sheet: bytes, *, more: dict[str, bytes] | None = None) -> Path:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, sheet if part.filename == SHEET else old.read(part))
        for name, data in (more or {}).items():
            new.writestr(name, data)
    path.write_bytes(out.getvalue())
    return path


def sheet_of(path: Path) -> bytes:
    with zipfile.ZipFile(path) as packed:
        return packed.read(SHEET)


def test_a_sheet_whose_rows_bear_no_numbers_and_one_of_several_are_read_as_a_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = odd_book(tmp_path / "t.xlsx")
    assert large_sheet(path) is None
    monkeypatch.setattr(large_excel, "LARGE", 0)
    assert large_sheet(path) == SHEET
    text = sheet_of(path)
    plain = re.sub(rb'<row r="\d+"', b"<row", text)
    assert large_sheet(rezipped(path, plain)) is None
    assert large_sheet(rezipped(path, text.replace(b"<row ", b"<x:row "))) is None
    assert large_sheet(rezipped(path, text)) == SHEET
    assert large_sheet(rezipped(path, text, more={"xl/worksheets/sheet2.xml": text})) is None
    path.write_bytes(b"no zip")
    assert large_sheet(path) is None


@pytest.mark.parametrize("cut", ["sheet", "file"])
def test_a_large_sheet_that_is_damaged_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    path = odd_book(tmp_path / "t.xlsx")
    text = sheet_of(path)
    if cut == "sheet":
        rezipped(path, text[: len(text) // 2])
    else:
        data = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as packed:
            at = packed.getinfo(SHEET).header_offset
        data[at + 200 : at + 400] = bytes(200)
        path.write_bytes(data)
    for name, value in (("PIECE", 1500), ("LARGE", 0), ("_CHUNK", 700)):
        monkeypatch.setattr(large_excel, name, value)
    assert refused(path).text.en == "the Excel file cannot be opened"


@pytest.mark.slow
def test_damaged_sheets_end_in_pieces_as_they_do_as_a_whole(tmp_path: Path) -> None:
    path = odd_book(tmp_path / "t.xlsx", rows=30)
    text = sheet_of(path)
    answers = 0
    for seed in range(times(60)):
        rezipped(path, damaged([("x", text)], seed)[1])
        whole = how_it_ends(path)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in (("PIECE", 1500), ("LARGE", 0), ("_CHUNK", 700)):
                patch.setattr(large_excel, name, value)
            parts = how_it_ends(path)
        if whole == parts == "answer":
            answers += 1
            names, cells, lines = outcome(in_pieces(path))
            assert (cells, lines) == ([row[: len(names)] for row in outcome(tables_of(path))[1]], lines), seed
    assert answers > times(60) // 20


@pytest.mark.slow
def test_what_is_held_does_not_grow_with_the_sheet(tmp_path: Path) -> None:
    seed = odd_book(tmp_path / "seed.xlsx", rows=1)
    head, names, tail = re.split(rb"(<row .*</row>)", sheet_of(seed))
    row = (
        '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>T{1}</t></is></c><c r="B{0}"><v>{2}</v></c>'
        '<c r="C{0}"><v>110.77{3:05}</v></c><c r="D{0}"><v>35.14{3:05}</v></c></row>'
    )
    path = tmp_path / "t.xlsx"
    peaks = []
    for rows in (250_000, 500_000):
        with zipfile.ZipFile(seed) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
            for part in old.infolist():
                if part.filename != SHEET:
                    new.writestr(part.filename, old.read(part))
            with new.open(SHEET, "w") as out:  # held by nobody: what this process takes counts for the one it starts
                out.write(head + names)
                for first in range(2, rows + 2, 10_000):
                    some = range(first, first + 10_000)
                    out.write("".join(row.format(n, n // 2000, 1715133600 + n, n % 99_991) for n in some).encode())
                out.write(tail)
        read_, peak = rows_and_peak(path)
        assert read_ == rows
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.15, peaks
