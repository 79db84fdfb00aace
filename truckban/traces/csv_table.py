"""Tables of text: CSV in what encoding it comes and with what separator, each row with the line that it begins on."""

import csv
import io
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from truckban.traces.arrow_arrays import array_of, chosen
from truckban.traces.file_notes import ColumnTally
from truckban.traces.tables import Reject, Table, decoded
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    import pandas as pd

_SEPARATORS = ",;\t|"
_MOST_IN_ONE = 2**31
"""Bytes of an array of texts, whose offsets are of 32 bits."""


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


def read_csv(path: Path) -> TextTable:
    """Return the rows of a CSV file, every cell as text.

    Raises:
        InputError: no table, not whole, in no known encoding.
    """
    text, notes = decoded(path)
    text = text if "\n" in text else text.replace("\r", "\n")
    text = text if text.endswith("\n") else text + "\n"
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    separator = max(_SEPARATORS, key=header.count)
    if header.count(separator) == 0:
        raise InputError(
            Text(
                "第一行应是列名，用逗号、分号或制表符分开",
                "the first line must name the columns, with commas, semicolons or tabs between",
            ),
            file=path.name,
            line=1,
        )
    bad: list[tuple[int, int, int]] = []

    def on_bad(row: Any) -> str:  # noqa: ANN401
        bad.append((row.number, row.actual_columns, row.expected_columns))
        return "skip"

    try:
        table = pa.csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pa.csv.ReadOptions(use_threads=False),
            parse_options=pa.csv.ParseOptions(
                delimiter=separator, invalid_row_handler=on_bad, ignore_empty_lines=False, newlines_in_values=False
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(next(csv.reader([header], delimiter=separator)), pa.string()),
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, csv.Error) as error:
        raise InputError(Text(f"不是完整的 CSV：{error}", f"this is not whole CSV: {error}"), file=path.name) from None
    twice = {name for name in table.column_names if table.column_names.count(name) > 1}
    if twice:
        listed = ", ".join(sorted(twice))
        raise InputError(Text(f"列名重复：{listed}", f"columns named twice: {listed}"), file=path.name, line=1)
    if any(kind != pa.string() for kind in table.schema.types):
        table = table.cast(pa.schema([(name, pa.string()) for name in table.column_names]))
    taken = {number for number, _, _ in bad}
    lines = [line for line in range(2, len(table) + len(bad) + 2) if line not in taken]
    if len(table) + len(bad) + 1 != text.count("\n"):
        # a cell holds a line break, or a quote is never closed: only a slower reader knows each row's line
        rows, bad = _line_by_line(path, text, separator)
        if rows and len(next(iter(rows.values()))) != table.num_columns:
            raise InputError(
                Text("列名里有换行，无法分列", "a column's name holds a line break; the columns cannot be told apart"),
                file=path.name,
                line=1,
            )
        cells = list(zip(*rows.values(), strict=True)) or [()] * table.num_columns
        try:
            table = pa.Table.from_arrays([array_of(column, pa.string()) for column in cells], names=table.column_names)
        except OverflowError:
            raise InputError(
                Text(
                    "文件太大，单元格里又有换行；请分成几个小文件",
                    "the file is too large for one with line breaks in its cells; split it",
                ),
                file=path.name,
            ) from None
        lines = list(rows)
    blank = _blank_lines(text) if bad or "" in table.column(0).to_pylist() else set()
    kept = np.array([line not in blank for line in lines], bool)
    if not kept.all():
        table = table.filter(chosen(kept))
    table = table.rename_columns([name.strip() for name in table.column_names])
    rejects = [
        Reject(
            path.name,
            number,
            "",
            Text(f"有 {actual} 列，应为 {expected} 列", f"{actual} columns where {expected} are needed"),
        )
        for number, actual, expected in bad
        if number not in blank
    ]
    return TextTable(path.name, table, np.array(lines, np.int64)[kept], rejects, notes)


def _line_by_line(path: Path, text: str, separator: str) -> tuple[dict[int, list[str]], list[tuple[int, int, int]]]:
    """Return rows by the line they begin on, and the line, width and right width of the others.

    Raises:
        InputError: a quote is opened and never closed, so that nobody knows where its row ends.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: dict[int, list[str]] = {}
    bad: list[tuple[int, int, int]] = []
    begins = 1
    try:
        width, begins = len(next(reader)), reader.line_num + 1
        for row in reader:
            if len(row) == width:
                rows[begins] = row
            else:
                bad.append((begins, len(row), width))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            Text("引号没有配对，后面的行无法分开", f"the quotes do not pair, so rows cannot be told apart: {error}"),
            file=path.name,
            line=begins,
        ) from None
    return rows, bad


def _blank_lines(text: str) -> set[int]:
    return {number for number, line in enumerate(text.split("\n"), start=1) if not line.strip()}
