"""Tables of text: CSV in what encoding it comes and with what separator, each row with the line that it begins on."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from truckban.traces.clean.late_vehicles import LateVehicles
from truckban.traces.read.arrow_arrays import array_of, chosen
from truckban.traces.read.column_names import plain
from truckban.traces.read.file_marks import changed, mark
from truckban.traces.read.file_notes import ColumnTally
from truckban.traces.read.tables import Reject, Table, decoded, encoding_of, refuse_twice
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    import pandas as pd

_SEPARATORS = ",;\t|"
_MOST_IN_ONE = 2**31
"""Bytes of an array of texts, whose offsets are of 32 bits."""
WHOLE_BYTES = 8_000_000
"""A larger file is read"""
SLAB = 4_000_000
"""so many characters at a time."""
_MOST_COLUMNS = 16_384
"""As many as a sheet of Excel has."""
_MOST_TITLES, _LONGEST_TITLE = 10, 10_000
_SAYS_SEPARATOR = re.compile(r"sep=[,;|\t]?", re.IGNORECASE).fullmatch
_MOST_CELL = csv.field_size_limit()
_BEFORE_SPACES = (*range(ord(" ") + 1), 0xC2, 0xE1, 0xE2, 0xE3)
"""Bytes that a character of space begins with in UTF-8."""
_Bad = list[tuple[int, int, int]]


class TextTable(Table):
    """Rows whose cells are all text; `frame` is made when it is asked for."""

    def __init__(
        self, file: str, texts: pa.Table, lines: npt.NDArray[np.int64], rejects: list[Reject], notes: list[Text]
    ) -> None:
        """Take columns over, in which nothing is missing."""
        self.file, self.texts, self.lines, self.rejects, self.notes = file, texts, lines, rejects, notes
        self.named, self.tally, self.late = False, ColumnTally(), LateVehicles()

    @cached_property
    def frame(self) -> "pd.DataFrame":  # type: ignore[override]
        """The rows as pandas has them."""
        frame: pd.DataFrame = self.texts.to_pandas()
        return frame

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.texts)

    @property
    def names(self) -> list[str]:
        """The file's own names of its columns."""
        return list(self.texts.column_names)

    def stored(self, name: str) -> pa.Array | pa.ChunkedArray | None:
        """Return a column; None where it is too long for one array of Arrow's."""
        column = self.texts.column(self.names.index(name))
        return column if column.nbytes < _MOST_IN_ONE else None

    def cells(self, name: str) -> list[Any]:
        """Return the cells of a column."""
        cells: list[Any] = self.texts.column(self.names.index(name)).to_pylist()
        return cells


def read_csv(path: Path, alone: Collection[str] = ()) -> TextTable | Iterator[TextTable]:
    """Return the rows of a CSV file, every cell as text; of a large one some hundred thousand at a time.

    Args:
        path: the file.
        alone: names of which one may be that of the only column, compared without case, spaces and punctuation.

    Raises:
        InputError: no table, not whole, in no known encoding; of a large file, at the latest when what is wrong is come to.
    """
    if path.stat().st_size > WHOLE_BYTES:
        return _unchanged(path, alone)
    text, notes = decoded(path)
    text = _line_ends(text)
    text = text if text.endswith("\n") else text + "\n"
    sheet, rows = _Sheet.headed(path.name, text, notes, alone)
    return sheet.parsed(rows, first=sheet.first).table


def _unchanged(path: Path, alone: Collection[str]) -> Iterator[TextTable]:
    """Yield the rows of a large file, which is gone through twice.

    Raises:
        InputError: it cannot be read, or is another than it was before it was read.
    """
    before = mark(path)
    try:
        yield from _slabs(path, alone)
    except (UnicodeDecodeError, InputError, FileNotFoundError) as error:
        if isinstance(error, InputError) and mark(path) == before:
            raise
        raise changed(path) from None
    if mark(path) != before:
        raise changed(path)


def _slabs(path: Path, alone: Collection[str]) -> Iterator[TextTable]:
    """Yield the rows of a file of which little is held at once."""
    encoding, notes = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        blocks = _blocks(file)
        text = next(blocks, "")
        block = next(blocks, None)
        text += "\n" if block is None and not text.endswith("\n") else ""
        sheet, text = _Sheet.headed(path.name, text, notes, alone)
        first = sheet.first
        while True:
            end = text.rfind("\n") + 1
            part = sheet.parsed(text[:end], first=first, open_ended=block is not None)
            if part.lines or first == sheet.first:
                yield part.table
            first += part.lines
            text = part.rest + text[end:]
            if block is None:
                return
            if len(text) > 2 * SLAB:
                raise sheet.endless(text, first)
            text, block = text + block, next(blocks, None)
            text += "\n" if block is None and not text.endswith("\n") else ""


def _blocks(file: IO[str]) -> Iterator[str]:
    """Yield a text in blocks whose lines end with a line feed."""
    held = ""
    while block := file.read(SLAB):
        block = held + block
        held = "\r" if block.endswith("\r") else ""
        yield _line_ends(block.removesuffix(held))
    if held:
        yield "\n"


def _line_ends(text: str) -> str:
    """Return a text whose every line ends with a line feed: a carriage return alone is one, as it is for Arrow and `csv`."""
    if text.count("\r") == text.count("\r\n"):
        return text
    return re.sub(r"\r(?!\n)", "\n", text) if "\n" in text else text.replace("\r", "\n")


class _Part(NamedTuple):
    """What was read of a text.

    Attributes:
        table: its rows.
        lines: how many lines they are on.
        rest: what follows these: a row whose end is not there.
    """

    table: TextTable
    lines: int
    rest: str


def _below_titles(text: str, alone: Collection[str]) -> tuple[str, int]:
    """Return a text without the lines above its header, and how many those are.

    Fleets' programs write a title into cells that Excel shows as one (`车辆轨迹表,,,`), with empty lines below, and Excel's own `sep=;`.
    """
    known = {plain(name) for name in alone}
    for lines in range(_MOST_TITLES):
        line, line_end, below = text.partition("\n")
        line = line.strip(" \r")
        cells = line.split(max(_SEPARATORS, key=line.count)) if len(line) < _LONGEST_TITLE else [line]
        named = [cell for cell in cells if cell.strip(' "')]
        title = len(named) <= 1 < len(cells) and not known.intersection(map(plain, named))
        if not line_end or not (title or _SAYS_SEPARATOR(line) or (lines and not line)):
            return text, lines
        text = below
    return text, _MOST_TITLES


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the first line of a file says of all others.

    Attributes:
        file: its name without folders.
        names: of the columns.
        separator: what stands between two cells.
        first: the number of the line below.
        notes: what was found out about the file.
    """

    file: str
    names: list[str]
    separator: str
    first: int
    notes: list[Text]

    @classmethod
    def headed(cls, file: str, text: str, notes: list[Text], alone: Collection[str]) -> tuple[Self, str]:
        """Look at the first line that is no title; return also what is below it."""
        text, titles = _below_titles(text, alone)
        header, line_end, below = text.partition("\n")
        header = header.removesuffix("\r")
        separator = max(_SEPARATORS, key=header.count)
        first = 2
        if not line_end or (separator not in header and not alone):
            raise _no_names(file)
        if header.count(separator) >= _MOST_COLUMNS:
            raise InputError(
                Text(
                    f"第一行有 {_MOST_COLUMNS} 个以上的列名", f"the first line names more than {_MOST_COLUMNS} columns"
                ),
                file=file,
                line=1,
            )
        try:
            names, *others = csv.reader([header, "x"], delimiter=separator)
            if not others:  # a name's quote is open at the end of the line
                reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
                names, first = next(reader), reader.line_num + 1
                below = text.split("\n", first - 1)[-1]
        except csv.Error as error:
            raise _unpaired(file, 1, f": {error}") from None
        if len(names) == 1 and plain(names[0]) not in map(plain, alone):
            raise _no_names(file)
        refuse_twice(names, file)
        if titles:
            said = Text(
                f"表头上面的 {titles} 行是标题，未使用", f"{titles} lines above the header are titles and were not used"
            )
            notes = [*notes, said]
        return cls(file, names, separator, first + titles, notes), below

    def parsed(self, text: str, *, first: int, open_ended: bool = False) -> _Part:
        """Return the rows of a text.

        Args:
            text: whole lines below the first one of the file.
            first: the number of the first of them in the file.
            open_ended: whether more follows, so that a quote that is not closed may be closed there.
        """
        data, rest = text.encode(), ""
        blank, length = _blank_lines(data)
        count, quoted = len(blank), b'"' in data
        lines = np.arange(count)
        if blank.any() and not quoted:
            data = np.frombuffer(data, np.uint8)[np.repeat(~blank, length)].tobytes()
            lines = np.flatnonzero(~blank)
        table, bad = self._at_once(data, closed=not (quoted and open_ended))
        if table is None or len(table) + len(bad) != len(lines):
            # a cell holds a line break, or a quote is never closed: only a slower reader knows each row's line
            rows, bad, count, rest = self._line_by_line(text, first, open_ended=open_ended)
            table, lines = self._table(rows), np.fromiter(rows, np.int64, len(rows))
        else:
            numbers = lines
            lines = np.delete(lines, np.array([at for at, _, _ in bad], np.intp))
            bad = [(at, actual, due) for row, actual, due in bad if not blank[at := int(numbers[row])]]
            if blank[lines].any():
                table, lines = table.filter(chosen(~blank[lines])), lines[~blank[lines]]
        table = table.rename_columns([name.strip() for name in self.names])
        rejects = [Reject(self.file, first + number, "", _width(actual, expected)) for number, actual, expected in bad]
        return _Part(TextTable(self.file, table, lines + first, rejects, [*self.notes]), count, rest)

    def _at_once(self, data: bytes, *, closed: bool) -> tuple[pa.Table | None, _Bad]:
        """Return the rows as Arrow reads them, None where it cannot, and the number, width and right width of the others, from 0.

        Args:
            data: whole lines.
            closed: whether a quote that is open at the end is taken for closed there.
        """
        bad: _Bad = []
        if not data:
            return self._table({}), bad
        if data.startswith(codecs.BOM_UTF8):  # Arrow leaves one out; here it is part of a cell
            data = codecs.BOM_UTF8 + data

        def on_bad(row: Any) -> str:  # noqa: ANN401
            bad.append((row.number - 1, row.actual_columns, row.expected_columns))
            return "skip"

        try:
            table = pa.csv.read_csv(
                # one more line, of one column: a quote that is open takes it into its cell
                io.BytesIO(data if closed else data + b"x\n"),
                read_options=pa.csv.ReadOptions(use_threads=False, column_names=self.names),
                parse_options=pa.csv.ParseOptions(
                    delimiter=self.separator,
                    invalid_row_handler=on_bad,
                    ignore_empty_lines=False,
                    newlines_in_values=False,
                ),
                convert_options=pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid:
            return None, []
        if closed:
            return table, bad
        return (table, bad[:-1]) if bad and bad[-1][0] == len(table) + len(bad) - 1 else (None, [])

    def _table(self, rows: Mapping[int, list[str]]) -> pa.Table:
        cells = list(zip(*rows.values(), strict=True)) or [()] * len(self.names)
        try:
            return pa.Table.from_arrays([array_of(column, pa.string()) for column in cells], names=self.names)
        except OverflowError:
            raise InputError(
                Text(
                    "文件太大，单元格里又有换行；请分成几个小文件",
                    "the file is too large for one with line breaks in its cells; split it",
                ),
                file=self.file,
            ) from None

    def _line_by_line(self, text: str, first: int, *, open_ended: bool) -> tuple[dict[int, list[str]], _Bad, int, str]:
        """Return rows by the line they begin on, the line, width and right width of the others, how many lines, and what is left.

        Lines are counted from 0.

        Raises:
            InputError: a quote is opened and never closed, so that nobody knows where its row ends; or a cell is too long.
        """
        at, line = 0, ""

        def lines() -> Iterator[str]:
            nonlocal at, line
            for line in io.StringIO(text, newline=""):
                at += len(line)
                yield line

        reader = csv.reader(lines(), delimiter=self.separator, strict=True)
        rows: dict[int, list[str]] = {}
        bad: _Bad = []
        width, begins, end = len(self.names), 0, 0
        try:
            for row in reader:
                if reader.line_num == begins + 1 and not line.strip():
                    pass
                elif len(row) == width:
                    rows[begins] = row
                else:
                    bad.append((begins, len(row), width))
                begins, end = reader.line_num, at
        except csv.Error as error:
            if "field limit" in str(error):
                raise self.endless(text[end:], first + begins) from None
            if not (open_ended and at == len(text)):
                raise _unpaired(self.file, first + begins, f": {error}") from None
        return rows, bad, begins, text[end:]

    def endless(self, text: str, line: int) -> InputError:
        """Return the error of a row that does not end.

        Args:
            text: which begins with the row.
            line: its number.
        """
        cells = text[: _MOST_CELL // 2].split("\n", 1)[0].split(self.separator)
        long = len(cells) <= len(self.names) and len(cells[-1]) > _MOST_CELL // 4
        return InputError(
            Text(
                "这一行长得没有道理；也许引号没有配对",
                "this row is long beyond all sense; perhaps its quotes do not pair",
            ),
            file=self.file,
            line=line,
            field=self.names[len(cells) - 1].strip() if long else None,
        )


@lru_cache(1000)
def _width(actual: int, expected: int) -> Text:
    return Text(f"有 {actual} 列，应为 {expected} 列", f"{actual} columns where {expected} are needed")


def _no_names(file: str) -> InputError:
    text = Text(
        "第一行应是列名，用逗号、分号或制表符分开",
        "the first line must name the columns, with commas, semicolons or tabs between",
    )
    return InputError(text, file=file, line=1)


def _unpaired(file: str, line: int, why: str) -> InputError:
    text = Text("引号没有配对，后面的行无法分开", f"the quotes do not pair, so rows cannot be told apart{why}")
    return InputError(text, file=file, line=line)


def _blank_lines(data: bytes) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Return which lines of a text in UTF-8 are blank, and how many bytes each has with its end, both shape (n,)."""
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == ord("\n")) + 1
    begins = np.append(0, ends)[:-1]
    first, length = codes[begins], ends - begins
    blank = (length == 1) | ((length == 2) & (first == ord("\r")))  # noqa: PLR2004 - CR LF
    for row in np.flatnonzero(np.isin(first, _BEFORE_SPACES) & ~blank).tolist():
        blank[row] = not data[begins[row] : ends[row]].decode().strip()
    return blank, length
