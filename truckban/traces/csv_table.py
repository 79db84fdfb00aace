"""Tables of text: CSV in what encoding it comes and with what separator, each row with the line that it begins on."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from truckban.traces.arrow_arrays import array_of, chosen
from truckban.traces.file_notes import ColumnTally
from truckban.traces.tables import Reject, Table, decoded, encoding_of
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    import pandas as pd

_SEPARATORS = ",;\t|"
_MOST_IN_ONE = 2**31
"""Bytes of an array of texts, whose offsets are of 32 bits."""
WHOLE_BYTES = 64_000_000
"""A larger file is read"""
SLAB = 4_000_000
"""so many characters at a time."""
_Bad = list[tuple[int, int, int]]


class TextTable(Table):
    """Rows whose cells are all text; `frame` is made when it is asked for."""

    def __init__(
        self, file: str, texts: pa.Table, lines: npt.NDArray[np.int64], rejects: list[Reject], notes: list[Text]
    ) -> None:
        """Take columns over, in which nothing is missing."""
        self.file, self.texts, self.lines, self.rejects, self.notes = file, texts, lines, rejects, notes
        self.named, self.tally = False, ColumnTally()

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


def read_csv(path: Path) -> TextTable | Iterator[TextTable]:
    """Return the rows of a CSV file, every cell as text; of a large one some hundred thousand at a time.

    Raises:
        InputError: no table, not whole, in no known encoding; of a large file, at the latest when what is wrong is come to.
    """
    if path.stat().st_size > WHOLE_BYTES:
        return _unchanged(path)
    text, notes = decoded(path)
    text = text if "\n" in text else text.replace("\r", "\n")
    text = text if text.endswith("\n") else text + "\n"
    return _Sheet.headed(path.name, text, notes).parsed(text).table


def _unchanged(path: Path) -> Iterator[TextTable]:
    try:
        yield from _slabs(path)
    except UnicodeDecodeError:  # it was looked through before: somebody is still writing it
        text = Text(
            "文件在读取时被改动；请写完再查", "the file was changed while it was read; check it when it is written"
        )
        raise InputError(text, file=path.name) from None


def _slabs(path: Path) -> Iterator[TextTable]:
    """Yield the rows of a file of which little is held at once."""
    encoding, notes = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        rest = file.read(SLAB)
        line_end = "\n" if "\n" in rest else "\r"
        rest = rest.replace(line_end, "\n")
        rest += "\n" if len(rest) < SLAB and not rest.endswith("\n") else ""
        header, first = rest[: rest.find("\n") + 1], 2
        sheet = _Sheet.headed(path.name, header, notes)
        rest = rest[len(header) :]
        while True:
            block = file.read(SLAB).replace(line_end, "\n")
            text = rest + block
            if not block and not text.endswith("\n"):
                text += "\n" if text else ""
            end = text.rfind("\n") + 1
            last = text.rfind("\n", 0, max(end - 1, 0)) + 1
            if block and text.count('"', last, end) % 2:  # the line may end within a cell
                end = last
            part = sheet.parsed(header + text[:end], first=first, open_ended=bool(block))
            if len(part.rest) + len(text) - end > 2 * SLAB:
                raise _unpaired(path.name, first + part.lines)
            if text or first == 2:  # noqa: PLR2004 - the line below the header
                yield part.table
            rest, first = part.rest + text[end:], first + part.lines
            if not block:
                return


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


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What the first line of a file says of all others."""

    file: str
    header: str
    separator: str
    notes: list[Text]

    @classmethod
    def headed(cls, file: str, text: str, notes: list[Text]) -> Self:
        """Look at the first line."""
        header = re.split(r"[\r\n]", text, maxsplit=1)[0]
        separator = max(_SEPARATORS, key=header.count)
        if header.count(separator) == 0:
            raise InputError(
                Text(
                    "第一行应是列名，用逗号、分号或制表符分开",
                    "the first line must name the columns, with commas, semicolons or tabs between",
                ),
                file=file,
                line=1,
            )
        return cls(file, header, separator, notes)

    def parsed(self, text: str, *, first: int = 2, open_ended: bool = False) -> _Part:
        """Return the rows of a text.

        Args:
            text: the first line of the file and others.
            first: the number of the first of the others in the file.
            open_ended: whether more follows, so that a quote that is not closed may be closed there.
        """
        table, bad = self._at_once(text, open_ended=open_ended)
        names = self._names() if table is None else list(table.column_names)
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            listed = ", ".join(sorted(twice))
            raise InputError(Text(f"列名重复：{listed}", f"columns named twice: {listed}"), file=self.file, line=1)
        lines, rest, count = np.empty(0, np.int64), "", text.count("\n") - 1
        if table is None or len(table) + len(bad) != count:
            # a cell holds a line break, or a quote is never closed: only a slower reader knows each row's line
            rows, bad, count, rest = self._line_by_line(text, first, open_ended=open_ended)
            table, lines = self._table(names, rows), np.fromiter(rows, np.int64, len(rows))
        else:
            lines = np.delete(np.arange(2, count + 2), [number - 2 for number, _, _ in bad])
        blank = _blank_lines(text) if bad or "" in table.column(0).to_pylist() else set()
        if blank:
            kept = np.array([line not in blank for line in lines.tolist()], np.bool_)
            table, lines = table.filter(chosen(kept)), lines[kept]
        table = table.rename_columns([name.strip() for name in names])
        rejects = [
            Reject(
                self.file,
                number + first - 2,
                "",
                Text(f"有 {actual} 列，应为 {expected} 列", f"{actual} columns where {expected} are needed"),
            )
            for number, actual, expected in bad
            if number not in blank
        ]
        return _Part(TextTable(self.file, table, lines + (first - 2), rejects, [*self.notes]), count, rest)

    def _names(self) -> list[str]:
        return next(csv.reader([self.header], delimiter=self.separator))

    def _at_once(self, text: str, *, open_ended: bool) -> tuple[pa.Table | None, _Bad]:
        """Return the rows as Arrow reads them, None where it cannot, and the line, width and right width of the others."""
        bad: _Bad = []

        def on_bad(row: Any) -> str:  # noqa: ANN401
            bad.append((row.number, row.actual_columns, row.expected_columns))
            return "skip"

        try:
            table = pa.csv.read_csv(
                io.BytesIO(text.encode()),
                read_options=pa.csv.ReadOptions(use_threads=False),
                parse_options=pa.csv.ParseOptions(
                    delimiter=self.separator,
                    invalid_row_handler=on_bad,
                    ignore_empty_lines=False,
                    newlines_in_values=False,
                ),
                convert_options=pa.csv.ConvertOptions(
                    column_types=dict.fromkeys(self._names(), pa.string()), strings_can_be_null=False
                ),
            )
        except (pa.ArrowInvalid, csv.Error) as error:
            if open_ended:
                return None, []
            text_ = Text(f"不是完整的 CSV：{error}", f"this is not whole CSV: {error}")
            raise InputError(text_, file=self.file) from None
        if any(kind != pa.string() for kind in table.schema.types):
            table = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
        return table, bad

    def _table(self, names: list[str], rows: Mapping[int, list[str]]) -> pa.Table:
        if rows and len(next(iter(rows.values()))) != len(names):
            raise InputError(
                Text("列名里有换行，无法分列", "a column's name holds a line break; the columns cannot be told apart"),
                file=self.file,
                line=1,
            )
        cells = list(zip(*rows.values(), strict=True)) or [()] * len(names)
        try:
            return pa.Table.from_arrays([array_of(column, pa.string()) for column in cells], names=names)
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

        Raises:
            InputError: a quote is opened and never closed, so that nobody knows where its row ends.
        """
        at = 0

        def lines() -> Iterator[str]:
            nonlocal at
            for line in io.StringIO(text, newline=""):
                at += len(line)
                yield line

        reader = csv.reader(lines(), delimiter=self.separator, strict=True)
        rows: dict[int, list[str]] = {}
        bad: _Bad = []
        begins, end = 1, 0
        try:
            width, begins, end = len(next(reader)), reader.line_num + 1, at
            for row in reader:
                if len(row) == width:
                    rows[begins] = row
                else:
                    bad.append((begins, len(row), width))
                begins, end = reader.line_num + 1, at
        except csv.Error as error:
            if not (open_ended and at == len(text)):
                raise _unpaired(self.file, begins + first - 2, f": {error}") from None
        return rows, bad, begins - 2, text[end:]


def _unpaired(file: str, line: int, why: str = "") -> InputError:
    text = Text("引号没有配对，后面的行无法分开", f"the quotes do not pair, so rows cannot be told apart{why}")
    return InputError(text, file=file, line=line)


def _blank_lines(text: str) -> set[int]:
    return {number for number, line in enumerate(text.split("\n"), start=1) if not line.strip()}
