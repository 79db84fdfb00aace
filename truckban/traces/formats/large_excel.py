"""A large Excel sheet in pieces: some ten thousand rows at a time are made a workbook of their own, which calamine reads.

calamine, and pandas after it, hold a sheet as a whole: a full one (1,048,576 rows) takes more than a gigabyte so. Here the XML of the
sheet is unpacked as a stream and cut behind rows; what a cell says is for calamine alone to tell, as in small files.
"""

import datetime as dt
import io
import shutil
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineSheet, CalamineWorkbook

from truckban.traces.read.tables import Table
from zones.errors import InputError
from zones.text import Text

PIECE = 10_000_000
"""Bytes of XML that are read together: some ten thousand rows."""
LARGE = 32_000_000
"""A sheet of more bytes of XML is read in pieces."""
NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    KeyError,
    OverflowError,
)
"""What unpacking a damaged file raises; OverflowError of a time of no calendar."""
GOES_BACK = "rows that do not follow those before"
_NO_END = "a row that is long beyond all sense"
_MOST_ROW = 1 << 26
_MOST_COLUMNS = 16_384
"""Up to XFD; a damaged sheet may say that it has more."""
_SHEETS = "xl/worksheets/"
_NAMED = 5
_CHUNK = 1 << 20
_ROW_END = b"</row>"
_ROWS, _TAIL = b"<sheetData>", b"</sheetData></worksheet>"
_MISSING: float = np.nan
_NONE = {
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA"),
    *("NULL", "NaN", "None", "n/a", "nan", "null"),
}
"""What pandas takes for no value, as its `read_excel` says of `na_values`."""


def large_sheet(path: Path) -> str | None:
    """Return the name of a workbook's only sheet within the file if that is large; None where it is to be read as a whole."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = [part for part in packed.infolist() if part.filename.startswith(_SHEETS)]
            sheets = [part for part in parts if part.filename.endswith(".xml")]
            if len(sheets) != 1 or sheets[0].file_size <= LARGE:
                return None
            with packed.open(sheets[0]) as file:
                head = file.read(_CHUNK)
    except NO_ZIP:  # calamine may make something of it, and says so where it cannot
        return None
    row = head.partition(_ROWS)[2].partition(b">")[0]
    return sheets[0].filename if row.startswith(b"<row ") and b' r="1"' in row else None


def excel_pieces(path: Path, sheet: str) -> Iterator[Table]:
    """Yield the rows of a sheet; cells are what `pandas.read_excel` makes of them, columns those that the first row names.

    Args:
        path: of the file.
        sheet: what `large_sheet` says of it.

    Raises:
        Exception: one of `NO_ZIP` or a CalamineError: the file is damaged.
    """
    names: list[str] | None = None
    last, told = 0, False
    with zipfile.ZipFile(path) as packed:
        others = _others(packed, sheet)
        for piece in _cut(packed, sheet):
            book = _book(piece, sheet, others)
            first, rows, sheets = _cells(book)
            if rows:
                if first < last:
                    raise ValueError(GOES_BACK)
                last = first + len(rows)
            if names is None:
                names = _names(rows.pop(0)) if rows and not first else []
                first += 1
            elif not rows:
                continue
            table = _table(path.name, names, first, rows)
            rows.clear()
            if not told and sheets > 1:  # two names may be of this one sheet
                with pd.ExcelFile(book, engine="calamine") as whole:
                    table.notes += sheets_not_read(whole)
                told = True
            yield table


def _others(packed: zipfile.ZipFile, sheet: str) -> bytes:
    """Return a workbook without its sheet: styles, and texts that cells point to."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for part in packed.infolist():
            if part.filename != sheet and part.filename.endswith((".xml", ".rels")):
                with packed.open(part) as file, book.open(part.filename, "w") as out:
                    shutil.copyfileobj(file, out)
    return made.getvalue()


def _cut(packed: zipfile.ZipFile, sheet: str) -> Iterator[list[bytes]]:
    """Yield the XML of a sheet in pieces that are sheets themselves, each in parts."""
    with packed.open(sheet) as file:
        text = file.read(_CHUNK)
        head, begun, text = text.partition(_ROWS)
        parts, size, enough = [text], len(text), PIECE
        while chunk := file.read(_CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size < enough:
                continue
            text = b"".join(parts)
            end = text.rfind(_ROW_END) + len(_ROW_END)
            if end >= len(_ROW_END):
                yield [head, begun, text[:end], _TAIL]
                text = text[end:]
            if len(text) > _MOST_ROW:
                raise ValueError(_NO_END)
            parts, size, enough = [text], len(text), max(PIECE, 2 * len(text))
    yield [head, begun, *parts]


def _book(piece: list[bytes], sheet: str, others: bytes) -> io.BytesIO:
    """Return a workbook with a piece of its sheet."""
    book = io.BytesIO()
    book.write(others)
    with zipfile.ZipFile(book, "a") as packed, packed.open(sheet, "w") as out:
        out.writelines(piece)
    book.seek(0)
    return book


def _cells(book: io.BytesIO) -> tuple[int, list[list[Any]], int]:
    """Return the number of a piece's first row, from 0, the cells of all from the first column on, and how many sheets are named."""
    found = CalamineWorkbook.from_filelike(book)
    sheet = found.get_sheet_by_index(0)
    row, column = sheet.start or (0, 0)
    return row, [[""] * column + cells for cells in sheet.to_python()], len(found.sheet_names)


def _names(header: list[Any]) -> list[str]:
    """Return names of columns as pandas has them: what has none is numbered, and so are those that are named twice."""
    plain = [str(_value(cell)) if cell != "" else f"Unnamed: {number}" for number, cell in enumerate(header)]
    seen: Counter[str] = Counter()
    names = []
    for name in plain:  # there may be 65,536
        names.append((f"{name}.{seen[name]}" if seen[name] else name).strip())
        seen[name] += 1
    return names


def sheets_not_read(book: pd.ExcelFile) -> list[Text]:
    """Return the note that names the sheets behind the first one that say anything."""
    names = [str(name) for name in book.sheet_names]
    others = [name for name in names[1:] if not pd.read_excel(book, sheet_name=name, header=None, nrows=1).empty]
    if not others:
        return []
    named = ", ".join(f"“{name}”" for name in others[:_NAMED]) + (" …" if len(others) > _NAMED else "")
    return [
        Text(
            f"只读取第一个工作表“{names[0]}”；另有 {len(others)} 个有内容的工作表没有读取：{named}",
            f"only the first sheet, “{names[0]}”, is read; {len(others)} more with content are not: {named}",
        )
    ]


def sheet_table(file: str, sheet: CalamineSheet) -> Table:
    """Return the rows of a sheet as `excel_pieces` yields them; of rows without a value nothing is held, however many there are."""
    left = [""] * (sheet.start or (0, 0))[1]
    rows = (left + cells for cells in sheet.iter_rows())
    header = next(rows, [])
    if len(header) > _MOST_COLUMNS:
        raise InputError(
            Text(f"表格有 {_MOST_COLUMNS} 列以上", f"the sheet has more than {_MOST_COLUMNS} columns"),
            file=file,
            line=1,
        )
    return _table(file, _names(header), 1, rows)


def _table(file: str, names: list[str], first: int, rows: Iterable[list[Any]]) -> Table:
    some, kept = [], []
    for number, cells in enumerate(rows):
        if cells.count("") == len(cells):
            continue
        cells[:] = map(_value, cells)
        if any(cell is not _MISSING for cell in cells):
            cells.extend([_MISSING] * (len(names) - len(cells)))
            some.append(number)
            kept.append(cells)
    columns = [[cells[column] for cells in kept] for column in range(len(names))]
    kept.clear()
    frame = pd.DataFrame({number: pd.Series(column, dtype=object) for number, column in enumerate(columns)})
    frame.columns = pd.Index(names, dtype=object)  # two may be the same
    return Table(file, frame, np.array(some, np.int64) + first + 1)


def _value(cell: Any) -> Any:  # noqa: ANN401
    if isinstance(cell, str):
        return _MISSING if cell in _NONE else cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - a sheet knows no zone
    return cell
