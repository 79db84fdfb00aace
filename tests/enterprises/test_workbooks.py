"""Workbooks that ask for more room than there is end the process that tries them, and not this one."""

import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from enterprises.errors import EnterpriseError
from enterprises.list_tables import read_list
from enterprises.loading.tables import read_tables
from enterprises.workbooks import BEYOND_SENSE, CANNOT_BE_OPENED, trouble_with

_BOOKS = Path(__file__).parents[1] / "traces" / "books"


def book(path: Path, *rows: list[str], place: str = "") -> Path:
    """Write a workbook whose cell A2 stands somewhere else, if that is said."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as new:
        sheet = new.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w") as changed:
        for part in old.infolist():
            content = old.read(part)
            changed.writestr(part.filename, content.replace(b'r="A2"', f'r="{place}"'.encode()) if place else content)
    return path


def test_a_workbook_as_people_send_it_is_no_trouble(tmp_path: Path) -> None:
    for path in (*_BOOKS.glob("t.*"), book(tmp_path / "t.xlsx", ["企业名称"], ["甲公司"])):
        assert trouble_with(path.read_bytes()) is None
        with path.open("rb") as file:
            assert trouble_with(file) is None


@pytest.mark.parametrize("place", ["XFD1048576", "J1048576"])
def test_a_cell_far_from_all_others_is_refused(tmp_path: Path, place: str) -> None:
    listed = book(tmp_path / "list.xlsx", ["企业名称"], ["甲公司"], place=place)
    assert trouble_with(listed.read_bytes()) == BEYOND_SENSE
    with pytest.raises(EnterpriseError) as refused:
        read_list(listed)
    assert (refused.value.text, refused.value.file) == (BEYOND_SENSE, "list.xlsx")
    slips = book(
        tmp_path / "slips.xlsx", ["车牌号", "时间", "总重"], ["晋M12345", "2024-05-08 10:00", "3"], place=place
    )
    with pytest.raises(EnterpriseError) as refused:
        list(read_tables([slips]))
    assert refused.value.text == BEYOND_SENSE


def test_what_calamine_says_in_order_is_left_to_it(tmp_path: Path) -> None:
    assert trouble_with(b"no workbook") is None
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"no workbook")
    with pytest.raises(EnterpriseError) as refused:
        read_list(path)
    assert refused.value.text == CANNOT_BE_OPENED


def test_the_only_cell_of_a_sheet_may_be_far_off_too(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsb"
    with zipfile.ZipFile(_BOOKS / "t.xlsb") as whole, zipfile.ZipFile(path, "w") as changed:
        for part in whole.infolist():
            content = whole.read(part)
            if part.filename.endswith("sheet1.bin"):
                # BrtCellIsst: its number and length, then the column; BrtEndSheetData (MS-XLSB 2.4)
                cell, end = content.index(b"\x07\x0c"), content.index(b"\x92\x01\x00")
                far = (142_639_104).to_bytes(4, "little")
                content = content[: cell + 2] + far + content[cell + 6 : cell + 14] + content[end:]
            changed.writestr(part.filename, content)
    assert trouble_with(path.read_bytes()) == BEYOND_SENSE


def test_a_sheet_whose_end_is_missing_does_not_keep_anybody_waiting(tmp_path: Path) -> None:
    path = tmp_path / "t.ods"
    with zipfile.ZipFile(_BOOKS / "t.ods") as whole, zipfile.ZipFile(path, "w") as damaged:
        for part in whole.infolist():
            damaged.writestr(part.filename, whole.read(part).replace(b"</table:table>", b"<.table:table>"))
    assert trouble_with(path.read_bytes()) == CANNOT_BE_OPENED


def test_a_file_of_gigabytes_is_refused_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "t.xls"
    with path.open("wb") as file:
        file.truncate(5 << 30)
    with path.open("rb") as file:
        assert trouble_with(file) == BEYOND_SENSE
