"""Parquet traces in pieces that any machine can read by itself: some row groups of one file.

The pieces are read by pyarrow, as on one machine, and not by Spark's own reader: that one has no nanoseconds and no unsigned
numbers, and reads old timestamps in its own zone of time, so the same file could give other fixes.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from truckban.traces.read.arrow_arrays import as_frame
from truckban.traces.read.column_names import meaning
from truckban.traces.read.parquet_extent import NO_PARQUET
from truckban.traces.read.tables import DAMAGED_PARQUET, IN_FOLDERS, PARQUET, Table, in_folder, left_out, readable
from truckban.traces.read.typed import typed
from zones.errors import InputError
from zones.text import Text

_PIECE_ROWS = 500_000
"""Row groups are read together up to about so many: a smaller file is seen as a whole, as on one machine."""
_FOOTERS_AT_ONCE = 8
_TRACES = Text("轨迹", "traces")
NOT_HERE = Text(
    "有的机器上没有这个文件；轨迹要放在所有机器以同一路径都能读到的文件夹里",
    "it is not there on every machine; traces must lie in a folder that all machines see under the same path",
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some row groups of one file.

    Attributes:
        file: index into the files.
        name: the file as results name it.
        path: where it is, for every machine.
        groups: its row groups.
        first: the number of the first row, counted from 1.
        columns: those to read.
    """

    file: int
    name: str
    path: str
    groups: tuple[int, ...]
    first: int
    columns: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """What there is to read.

    Attributes:
        files: name and rows of each file, in order of their names.
        pieces: in the same order.
        notes: what was found out and not said by the caller.
    """

    files: list[tuple[str, int]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows in all files."""
        return sum(rows for _, rows in self.files)


def planned(path: Path, timezone: str, chosen: Mapping[str, str]) -> Plan:
    """Look at a file or folder, without reading its rows.

    Args:
        path: a Parquet file, or a folder with nothing but such files among those that a check would read.
        timezone: how a time without a zone is read.
        chosen: names of columns in the files, by the contract's names.

    Raises:
        InputError: nothing to read there, another format, damaged, or a needed column is not there.
    """
    path = path.absolute()
    files, others = _files(path)
    plan = Plan()
    with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as pool:
        for (name, file), (footer, schema) in zip(files, pool.map(_footer, files), strict=True):
            empty = pd.DataFrame({column: pd.Series(dtype="object") for column in schema.names})
            typed(Table(name, empty, np.empty(0, np.int64)), timezone, chosen)  # whether the needed columns are there
            # a dot in a name means a column of a structure
            some = not any("." in column for column in schema.names)
            wanted = tuple(c for c in schema.names if not some or meaning(c) is not None or c in chosen.values())
            plan.pieces += _pieces(len(plan.files), name, str(file), footer, wanted)
            plan.files.append((name, footer.num_rows))
    plan.notes = [Text(f"{files[0][0]}：{note.zh}", f"{files[0][0]}: {note.en}") for note in left_out(others)]
    return plan


def _files(path: Path) -> tuple[list[tuple[str, Path]], list[Path]]:
    """Return the files to read with their names, and those that nobody reads."""
    if not path.is_dir():
        if path.exists() and path.suffix.lower() not in PARQUET:
            raise _other_format([path])
        readable(path, _TRACES, PARQUET)
        return [(path.name, path)], []
    files, others = in_folder(path, {".csv", ".parquet"} | IN_FOLDERS)
    other_formats = [file for file in files if file.suffix.lower() != ".parquet"]
    if other_formats:
        raise _other_format(other_formats)
    if not files:
        raise InputError(Text("文件夹里没有 Parquet 文件", "the folder holds no Parquet files"), file=path.name)
    for file in files:
        readable(file, _TRACES, PARQUET)
    return [(file.relative_to(path).as_posix(), file) for file in files], others


def _other_format(files: Sequence[Path]) -> InputError:
    some = ", ".join(file.name for file in files[:5])
    return InputError(
        Text(
            f"用 Spark 时轨迹只能是 Parquet，这里有 {some}；先转成 Parquet，或用 --engine local",
            f"with Spark traces are Parquet only, and here is {some}; convert it, or use --engine local",
        ),
        file=files[0].name,
    )


def _footer(named: tuple[str, Path]) -> tuple[Any, Any]:
    name, path = named
    try:
        with pa.parquet.ParquetFile(path) as file:
            return file.metadata, file.schema_arrow
    except NO_PARQUET as error:
        raise InputError(DAMAGED_PARQUET, file=name) from error


def _pieces(file: int, name: str, path: str, footer: Any, columns: tuple[str, ...]) -> Iterator[Piece]:  # noqa: ANN401
    first, rows, groups = 1, 0, list[int]()
    for group in range(footer.num_row_groups):
        groups.append(group)
        rows += footer.row_group(group).num_rows
        if rows >= _PIECE_ROWS or group == footer.num_row_groups - 1:
            yield Piece(file, name, path, tuple(groups), first, columns)
            first, rows, groups = first + rows, 0, []


def table_of(piece: Piece) -> Table:
    """Return the rows of a piece; each knows its number in the file.

    Raises:
        InputError: the file is damaged, or not there.
    """
    try:
        with pa.parquet.ParquetFile(piece.path) as file:
            table = file.read_row_groups(list(piece.groups), columns=list(piece.columns))
        table.validate(full=True)
        frame = as_frame(table)
    except FileNotFoundError as error:
        raise InputError(NOT_HERE, file=piece.name) from error
    except NO_PARQUET as error:
        raise InputError(DAMAGED_PARQUET, file=piece.name) from error
    return Table(piece.name, frame, np.arange(piece.first, piece.first + len(frame)))
