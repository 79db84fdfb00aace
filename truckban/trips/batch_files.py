"""The dispatcher's sheet as a file: CSV or Excel in, cell by cell as it stands; CSV or Excel out, and nothing in it runs.

Read by hand and not by the reader of traces' tables, which drops what is no row of the table: here every cell comes back.
Excel is written by XlsxWriter (BSD-2, no dependencies of its own): python-calamine only reads.
"""

import csv
import datetime as dt
import io
import os
import re
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from truckban.spreadsheet import RUN, inert
from truckban.traces.formats.excel_extent import workbook_trouble
from truckban.traces.read.tables import EXCEL, decoded, readable
from truckban.trips.batch_cells import Cell, text_of
from zones.errors import InputError
from zones.text import Text

_CSV = (".csv", ".txt", ".tsv")
_SEPARATORS = ",;\t|"
WRITTEN = (".csv", ".xlsx")
_MOST_CELLS = 5_000_000
_MOST_ROWS, _MOST_TEXT = 1_048_576, 32_767
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Grid(NamedTuple):
    """A sheet.

    Attributes:
        rows: of cells, as long as each is; the first one is number 1 for people.
        notes: what was found out about the file.
    """

    rows: list[list[Cell]]
    notes: tuple[Text, ...] = ()


def read_grid(path: Path) -> Grid:
    """Read a sheet; of Excel, the first one, with values in place of formulas.

    Raises:
        InputError: no such file, not of a kind that is read, empty, damaged, or too large.
    """
    readable(path, Text("行程表", "trips"), (*_CSV, *EXCEL))
    grid = _csv(path) if path.suffix.lower() in _CSV else _excel(path)
    if sum(map(len, grid.rows)) > _MOST_CELLS:
        raise InputError(Text(f"表格超过 {_MOST_CELLS} 格", f"more than {_MOST_CELLS} cells"), file=path.name)
    return grid


def _csv(path: Path) -> Grid:
    text, notes = decoded(path)
    text = text if "\n" in text else text.replace("\r", "\n")
    head = "\n".join(text.split("\n", 20)[:20])
    separator = max(_SEPARATORS, key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(
            Text("引号没有配对，或单元格过长", f"this is not whole CSV: {error}"), file=path.name
        ) from None
    if notes:
        notes = [*notes, Text("输出为 UTF-8", "written as UTF-8")]
    return Grid([[*row] for row in rows], tuple(notes))


def _excel(path: Path) -> Grid:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415

    try:
        trouble = workbook_trouble(path)
        if trouble is not None:
            raise InputError(trouble, file=path.name)
        with CalamineWorkbook.from_path(str(path)) as book:
            names = book.sheet_names
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False) if names else []
    except (CalamineError, OSError, NotImplementedError, struct.error, zipfile.BadZipFile) as error:
        raise InputError(Text("Excel 文件打不开", "the Excel file cannot be opened"), file=path.name) from error
    notes = []
    if len(names) > 1:
        others = ", ".join(names[1:])
        notes.append(Text(f"只读第一个工作表；未读：{others}", f"only the first sheet is read; not: {others}"))
    return Grid([[None if cell == "" else cell for cell in row] for row in rows], tuple(notes))


def write_grid(rows: Sequence[Sequence[Cell]], path: Path, taken: Path) -> None:
    """Write a sheet, whole or not at all.

    Args:
        rows: all rows, the header included.
        path: `.csv` (UTF-8 with a byte order mark, for Excel) or `.xlsx`.
        taken: the file that was read; it is never written over.

    Raises:
        InputError: another kind of file, the file that was read, or more than Excel holds.
    """
    if path.suffix.lower() not in WRITTEN:
        raise InputError(Text("输出应为 .csv 或 .xlsx", "the output is .csv or .xlsx"), file=path.name)
    if path.exists() and path.samefile(taken):
        raise InputError(Text("输出不能是输入的文件", "the output must not be the file that is read"), file=path.name)
    beside = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        if path.suffix.lower() == ".csv":
            with beside.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
                csv.writer(file).writerows([_inert(text_of(cell)) for cell in row] for row in rows)
        else:
            _write_excel(rows, beside, path.name)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _inert(text: str) -> str:
    """Return a cell's text with an apostrophe before what a spreadsheet would run; numbers are as they were."""
    return text if _NUMBER.fullmatch(text) else str(inert(text))


def _write_excel(rows: Sequence[Sequence[Cell]], path: Path, name: str) -> None:
    import xlsxwriter  # noqa: PLC0415

    longest = max((len(cell) for row in rows for cell in row if isinstance(cell, str)), default=0)
    if len(rows) > _MOST_ROWS or longest > _MOST_TEXT:
        raise InputError(Text("超出 Excel 的容量，请输出 .csv", "more than Excel holds: write .csv"), file=name)
    options = {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        # text that would run if somebody typed it stays text when the cell is edited, as with an apostrophe
        quoted = book.add_format({"quote_prefix": True})
        instants = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        days, times = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm:ss"})
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                match cell:
                    case None | "":
                        pass
                    case bool():
                        sheet.write_boolean(r, c, cell)
                    case int() | float():
                        sheet.write_number(r, c, cell)
                    case dt.datetime():
                        sheet.write_datetime(r, c, cell, instants)
                    case dt.date():
                        sheet.write_datetime(r, c, cell, days)
                    case dt.time() | dt.timedelta():
                        sheet.write_datetime(r, c, cell, times)
                    case _:
                        sheet.write_string(r, c, cell, quoted if cell.startswith(RUN) else None)
