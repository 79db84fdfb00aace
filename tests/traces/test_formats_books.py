"""Workbooks that are no `.xlsx`: the same rows, and none that ends the process."""

import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from effort import times
from mutations import BOOKS
from mutations_in_streams import run_both_ways
from mutations_of_lists import LISTS, run_lists
from reading import TEN, read, refused

from truckban.traces.read.fleet import read_fleet
from truckban.trips.batch_files import read_grid
from zones.errors import InputError

_FOLDER = Path(__file__).parent / "books"
_SHEET = "xl/worksheets/sheet1.bin"
_LAST_ROW = b"\x00\x19" + struct.pack("<I", 8)
"""A row's record in `.xlsb`: its kind, its length, its number."""
_FIFTH = b"\x02\x0c" + struct.pack("<I", 4)
"""That of a number in the fifth column."""
_BEYOND = "the Excel file unpacks to a size beyond all sense"


@pytest.mark.parametrize("kind", BOOKS)
def test_the_rows_of_a_book_are_those_that_were_written(kind: str) -> None:
    fixes = read(_FOLDER / f"t.{kind}")
    assert sorted(fixes.t_s.tolist()) == [TEN + 30 * n for n in range(8)]
    assert sorted(fixes.lon.tolist()) == pytest.approx([110.76 + n / 1000 for n in range(8)])
    assert fixes.vehicle_ids == ["晋M12340", "晋M12341", "晋M12342"]


def _far_xlsb(path: Path, row: int) -> Path:
    """Put the last row of a book elsewhere."""
    with zipfile.ZipFile(_FOLDER / "t.xlsb") as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            assert part.filename != _SHEET or content.count(_LAST_ROW) == 1
            head, found, tail = content.partition(_LAST_ROW) if part.filename == _SHEET else (content, b"", b"")
            wide = tail.replace(_FIFTH, _FIFTH[:2] + struct.pack("<I", 16_383))
            assert wide != tail or not found
            new.writestr(part.filename, head + (found[:2] + struct.pack("<I", row) + wide if found else b""))
    return path


def _wide_xls(path: Path) -> Path:
    """Say of a book of eight rows that it has all the rows and columns that there could be."""
    data = (_FOLDER / "t.xls").read_bytes()
    dimensions = struct.pack("<HHIIHH", 0x200, 14, 0, 9, 0, 5)
    assert data.count(dimensions) == 1
    path.write_bytes(data.replace(dimensions, struct.pack("<HHIIHH", 0x200, 14, 0, 65536, 0, 65535)))
    return path


def test_a_book_that_asks_for_more_room_than_there_is_is_refused(tmp_path: Path) -> None:
    """Each of these ended the process: 400 GB, 100 GB."""
    for path in (_far_xlsb(tmp_path / "t.xlsb", 1_048_575), _wide_xls(tmp_path / "t.xls")):
        assert refused(path).text.en == _BEYOND
        for reader in (read_fleet, read_grid):
            with pytest.raises(InputError) as error:
                reader(path)
            assert error.value.text.en == _BEYOND


@pytest.mark.parametrize("value", [1e300, 1e12, 1e15])
def test_a_time_of_no_calendar_in_a_cell_is_an_error_and_not_a_panic(tmp_path: Path, value: float) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["vehicle_id", "time", "lon", "lat"])
        sheet.write_row(1, 0, ["T1", value, 110.7, 35.1], book.add_format({"num_format": "[h]:mm:ss"}))
    assert refused(tmp_path / "t.xlsx").text.en == "the Excel file cannot be opened"


@pytest.mark.slow
@pytest.mark.parametrize("values", [True, False])
@pytest.mark.parametrize("kind", LISTS)
def test_lists_end_in_an_answer_or_a_clear_error(kind: str, tmp_path: Path, *, values: bool) -> None:
    ends, failures = run_lists(kind, range(times(100)), tmp_path, values=values)
    assert failures == []
    assert ends["answer"] > times(100) // 5


def test_a_list_that_once_ended_wrongly_no_longer_does(tmp_path: Path) -> None:
    """A colour of the plate that was nothing but a mark of the order of bytes."""
    assert run_lists("vehicles", range(4000483, 4000484), tmp_path, values=True)[1] == []


def test_a_damaged_book_that_says_it_has_tens_of_thousands_of_columns_is_refused_at_once(tmp_path: Path) -> None:
    seeds = range(5000307, 5000308)  # it took more than the seconds that any file may
    ends, failures = run_both_ways("xls", seeds, tmp_path, lambda _: None, values=True)
    assert failures == []
    assert ends["error"] == 1
