"""Files of records as they are handed in, CSV or Excel: columns of text, every row with its line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from enterprises.errors import EnterpriseError, Text
from enterprises.given_files import cell_text, decoded, header
from enterprises.loading.columns import COLUMNS, NEEDED, without_unit
from enterprises.workbooks import BEYOND_SENSE, CANNOT_BE_OPENED, trouble_with

CSV = (".csv", ".txt", ".tsv")
EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_SEPARATORS = ",;\t|"
_HEADER_WITHIN = 10
_MOST_UNPACKED = 1 << 30


@dataclass(frozen=True, slots=True)
class Reject:
    """An input row that was not used, and why."""

    file: str
    line: int | None
    field: str
    reason: Text


@dataclass(slots=True)
class Raw:
    """One file's rows, every cell as text.

    Attributes:
        file: its name without folders.
        header: the cells of its header.
        columns: one array of text for each cell of the header, shape (rows,).
        lines: the line (CSV) or row (Excel) of each row, from 1.
        rejects: lines that are no rows.
        notes: what was found out about the file.
    """

    file: str
    header: list[str]
    columns: list[Any]
    lines: npt.NDArray[np.int64]
    rejects: list[Reject] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many rows were read, those rejected as rows included."""
        return len(self.lines) + len(self.rejects)


def read_tables(paths: Sequence[Path]) -> Iterator[Raw]:
    """Yield the tables of files, and of the files of folders in the order of their names.

    Raises:
        EnterpriseError: no such file, none of these kinds, or no header with a time, a plate and a mass.
    """
    for path in paths:
        if not path.is_dir():
            yield _one(path, path.name)
            continue
        files = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".csv", ".xlsx", ".xls") and _seen(p))
        if not files:
            raise EnterpriseError(
                Text("文件夹里没有 .csv .xlsx .xls", "the folder holds no .csv, .xlsx or .xls"), file=path.name
            )
        for file in files:
            yield _one(file, file.relative_to(path).as_posix())


def _seen(path: Path) -> bool:
    return not path.name.startswith((".", "_", "~")) and path.is_file()


def _one(path: Path, name: str) -> Raw:
    ending = path.suffix.lower()
    if ending not in CSV + EXCEL:
        listed = " ".join(CSV + EXCEL)
        raise EnterpriseError(
            Text(f"不认识的文件类型；可以是 {listed}", f"unknown kind of file; it can be {listed}"), file=name
        )
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise EnterpriseError(Text("没有这个文件", "there is no such file"), file=name) from None
    if not data.strip():
        raise EnterpriseError(Text("文件是空的", "the file is empty"), file=name)
    return _excel(data, name) if ending in EXCEL else _csv(data, name)


def _is_header(cells: Sequence[str]) -> bool:
    found = header([without_unit(cell)[0] for cell in cells], COLUMNS)
    return all(name in found for name in NEEDED)


def _no_header(file: str, cells: Sequence[str]) -> EnterpriseError:
    found = header([without_unit(cell)[0] for cell in cells], COLUMNS)
    lacking = [name for name in NEEDED if name not in found]
    also = "; ".join(f"{name}: {'、'.join(COLUMNS[name][:3])}" for name in lacking)
    return EnterpriseError(
        Text(f"找不到列 {'、'.join(lacking)}；列名可以是 {also}", f"no column {', '.join(lacking)}; it can be {also}"),
        file=file,
        line=1,
        field=lacking[0] if lacking else None,
    )


def _csv(data: bytes, file: str) -> Raw:
    notes: list[Text] = []
    try:
        data.decode("utf-8")
        data = data.removeprefix(b"\xef\xbb\xbf")
    except UnicodeDecodeError:
        text, note = _other_encoding(data, file)
        notes.append(note)
        data = text.encode()
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    data = data if data.endswith(b"\n") else data + b"\n"
    before, cells, separator = _find_header(data, file)
    raw = None if b'"' in data else _fast(data, file, before, cells, separator)
    raw = raw or _slow(data, file, before, cells, separator)
    raw.notes = notes
    return raw


def _other_encoding(data: bytes, file: str) -> tuple[str, Text]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), Text("按 UTF-16 读取", "read as UTF-16")
        except UnicodeDecodeError:
            raise EnterpriseError(Text("UTF-16 文件损坏", "the UTF-16 file is damaged"), file=file) from None
    return decoded(data, file), Text("不是 UTF-8，按 GBK（GB 18030）读取", "not UTF-8; read as GBK (GB 18030)")


def _find_header(data: bytes, file: str) -> tuple[int, list[str], str]:
    """Return how many lines stand before the header, its cells and what separates them; titles may stand above it."""
    end = 0
    first: list[str] = []
    for before in range(_HEADER_WITHIN):
        begin, end = end, data.find(b"\n", end) + 1
        if end == 0:
            break
        line = data[begin:end].decode("utf-8", "replace").strip("\r\n")
        separator = max(_SEPARATORS, key=line.count)
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
        except csv.Error:
            continue
        first = first if len(first) > 1 else cells
        if _is_header(cells):
            return before, cells, separator
    raise _no_header(file, first)


def _fast(data: bytes, file: str, before: int, cells: list[str], separator: str) -> Raw | None:
    """Read a CSV without quotes; None where its lines do not come out even."""
    bad: list[tuple[int, int]] = []

    def on_bad(row: Any) -> str:  # noqa: ANN401
        bad.append((row.number, row.actual_columns))
        return "skip"

    names = [str(number) for number in range(len(cells))]
    options = pa.csv.ReadOptions(use_threads=False, column_names=names, skip_rows=before + 1, block_size=1 << 24)
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(data),
            read_options=options,
            parse_options=pa.csv.ParseOptions(
                delimiter=separator, quote_char=False, invalid_row_handler=on_bad, ignore_empty_lines=False
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    taken = dict(bad)
    lines = np.arange(before + 2, before + 2 + table.num_rows + len(bad), dtype=np.int64)
    if len(lines) + before + 1 != data.count(b"\n"):
        return None
    if taken:
        lines = lines[~np.isin(lines, np.fromiter(taken, np.int64))]
    columns = [table.column(name).combine_chunks() for name in names]
    rejects = []
    if taken:
        all_lines = data.split(b"\n")
        rejects = [_width(file, n, width, len(cells)) for n, width in taken.items() if all_lines[n - 1].strip()]
    return _without_blank(Raw(file, cells, columns, lines, rejects))


def _width(file: str, line: int, actual: int, expected: int) -> Reject:
    return Reject(
        file,
        line,
        "",
        Text(f"有 {actual} 列，应为 {expected} 列", f"{actual} columns where {expected} are needed"),
    )


def _slow(data: bytes, file: str, before: int, cells: list[str], separator: str) -> Raw:
    """Read a CSV whose cells may hold quotes and line breaks."""
    reader = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    rejects: list[Reject] = []
    begins = 1
    try:
        for row in reader:
            if begins > before + 1 and any(cell.strip() for cell in row):
                if len(row) == len(cells):
                    rows.append(row)
                    lines.append(begins)
                else:
                    rejects.append(_width(file, begins, len(row), len(cells)))
            begins = reader.line_num + 1
    except csv.Error:
        raise EnterpriseError(
            Text("引号没有配对，后面的行无法分开", "the quotes do not pair, so rows cannot be told apart"),
            file=file,
            line=begins,
        ) from None
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(cells))]
    return Raw(file, cells, columns, np.array(lines, np.int64), rejects)


def _without_blank(raw: Raw) -> Raw:
    """Leave out rows of nothing but separators."""
    blank = np.ones(len(raw.lines), np.bool_)
    for column in raw.columns:
        if not blank.any():
            return raw
        blank &= np.asarray(pa.compute.equal(pa.compute.utf8_trim_whitespace(column), ""))
    if blank.any():
        kept = pa.array(~blank)
        raw.columns = [column.filter(kept) for column in raw.columns]
        raw.lines = raw.lines[~blank]
    return raw


def _excel(data: bytes, file: str) -> Raw:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415

    refused = BEYOND_SENSE if _beyond_sense(data) else trouble_with(data)
    if refused is not None:
        raise EnterpriseError(refused, file=file)
    try:
        sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
        grid = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise EnterpriseError(CANNOT_BE_OPENED, file=file) from error
    heads = [[cell_text(value).strip() for value in row] for row in grid[:_HEADER_WITHIN]]
    before = next((place for place, cells in enumerate(heads) if _is_header(cells)), None)
    if before is None:
        raise _no_header(file, heads[0] if heads else [])
    cells = heads[before]
    while cells and not cells[-1]:
        cells.pop()
    rest = grid[before + 1 :]
    columns = [
        pa.array([cell_text(row[place]) if place < len(row) else "" for row in rest], pa.string())
        for place in range(len(cells))
    ]
    lines = np.arange(before + 2, before + 2 + len(rest), dtype=np.int64)
    return _without_blank(Raw(file, cells, columns, lines))


def _beyond_sense(data: bytes) -> bool:
    import zipfile  # noqa: PLC0415

    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED
    except zipfile.BadZipFile:
        return False
