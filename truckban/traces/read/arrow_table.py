"""Parquet files as tables of some hundred thousand rows, whose columns can be had as they are stored."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet

from truckban.traces.clean.late_vehicles import LateVehicles
from truckban.traces.read.arrow_arrays import as_frame, rows_at
from truckban.traces.read.column_names import NEEDED, meaning
from truckban.traces.read.file_notes import ColumnTally
from truckban.traces.read.parquet_extent import NO_PARQUET, refuse_thin
from truckban.traces.read.tables import DAMAGED_PARQUET, PARQUET, Table
from zones.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 1 << 17
"""Rows at a time: their columns fit into a processor's cache."""
_DIFFERENCES = ("DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY")
_BUFFERED = 1 << 20
"""Bytes of a column that are read at a time: otherwise a group of rows is held as a whole, and a file may be one group."""


class ArrowTable(Table):
    """Rows of a Parquet file; `frame` is made when it is asked for."""

    def __init__(self, file: str, batch: pa.RecordBatch, first: int) -> None:
        """Take a batch over.

        Args:
            file: its name without folders.
            batch: rows; texts of the vehicle's column as a dictionary.
            first: number of the first row, from 1.
        """
        self.file, self.batch, self.first = file, batch, first
        self.rejects, self.notes, self.named, self.tally = [], [], False, ColumnTally()
        self.late = LateVehicles()

    @cached_property
    def _whole(self) -> bool:
        try:
            self.batch.validate(full=True)
        except NO_PARQUET as error:
            raise InputError(DAMAGED_PARQUET, file=self.file) from error
        return True

    @cached_property
    def frame(self) -> "pd.DataFrame":  # type: ignore[override]
        """The rows as pandas has them."""
        _ = self._whole
        try:
            plain = [
                column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
                for column in self.batch.columns
            ]
            return as_frame(pa.Table.from_arrays(plain, names=self.batch.schema.names))
        except NO_PARQUET as error:
            raise InputError(DAMAGED_PARQUET, file=self.file) from error

    @property
    def lines(self) -> npt.NDArray[np.int64]:
        """The number of each row, from 1."""
        return np.arange(self.first, self.first + len(self.batch))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.batch)

    @property
    def names(self) -> list[str]:
        """The file's own names of its columns."""
        return list(self.batch.schema.names)

    def stored(self, name: str) -> pa.Array:
        """Return a column.

        Raises:
            InputError: the rows are damaged.
        """
        _ = self._whole
        return self.batch.column(self.names.index(name))

    def some(self, rows: npt.NDArray[np.intp]) -> Table:
        """Return some rows as a table."""
        return _SomeRows(self, rows)


class _SomeRows(ArrowTable):
    """Rows of another table, with their numbers in it."""

    def __init__(self, table: ArrowTable, rows: npt.NDArray[np.intp]) -> None:
        super().__init__(table.file, table.batch.take(rows_at(rows)), 1)
        self._lines = table.lines[rows]

    @property
    def lines(self) -> npt.NDArray[np.int64]:
        return self._lines


def parquet_tables(path: Path, chosen: Iterable[str] = ()) -> Iterator[ArrowTable]:
    """Yield the rows of a Parquet file, of those columns that fixes may have.

    Args:
        path: of the file.
        chosen: columns that the caller named.

    Raises:
        InputError: the file is damaged, at the latest when what is damaged is come to.
    """
    first, chosen = 1, set(chosen)
    refuse_thin(path, lambda name: name in chosen or meaning(name) is not None)
    try:
        with pa.parquet.ParquetFile(path, pre_buffer=False) as file:
            schema = file.schema_arrow
            names = schema.names
            wanted = [name for name in names if name in chosen or meaning(name)]
            flat = {column.name for column in schema if not pa.types.is_nested(column.type)}
            texts = [name for name in wanted if name in flat and (meaning(name) == "vehicle_id" or name in chosen)]
            by_difference = _by_difference(file.metadata, texts)
        texts = [name for name in texts if name not in by_difference]
        with pa.parquet.ParquetFile(path, read_dictionary=texts, pre_buffer=False, buffer_size=_BUFFERED) as file:
            # where one that is needed is not there, the others are named; and a dot in a name means a column of a structure
            meant = {meaning(name) for name in wanted}
            whole = not (chosen or meant.issuperset(NEEDED)) or any("." in name for name in names)
            some = None if whole or not wanted else wanted
            rows = file.metadata.num_rows
            for batch in file.iter_batches(batch_size=_ROWS, columns=some, use_threads=False):
                yield ArrowTable(path.name, _with_codes(batch, by_difference), first)
                first += len(batch)
            if first - 1 != rows:  # groups of rows that are not there any more
                raise InputError(DAMAGED_PARQUET, file=path.name)
            if not rows:
                empty = file.schema_arrow.empty_table().to_batches() or [
                    pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
                ]
                yield ArrowTable(path.name, empty[0], 1)
    except NO_PARQUET as error:
        raise InputError(DAMAGED_PARQUET, file=path.name) from error


def _by_difference(metadata: pa.parquet.FileMetaData, texts: Sequence[str]) -> list[str]:
    """Return which columns of texts are written as differences from one to the next anywhere: Arrow cannot read them as codes."""
    columns = {metadata.schema.column(k).path: k for k in range(len(metadata.schema))}
    groups = [metadata.row_group(k) for k in range(metadata.num_row_groups)]
    return [
        name
        for name in texts
        if any(set(_DIFFERENCES).intersection(group.column(columns[name]).encodings) for group in groups)
    ]


def _with_codes(batch: pa.RecordBatch, names: Sequence[str]) -> pa.RecordBatch:
    """Return a batch with codes into a dictionary in place of the texts of some columns."""
    for k, name in enumerate(batch.schema.names):
        if name in names:
            batch = batch.set_column(k, name, batch.column(k).dictionary_encode())
    return batch


def rows_said(path: Path) -> int | None:
    """Return how many rows a Parquet file or a folder of nothing else says it has; None where that cannot be known so cheaply."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    # a pipe is no file, and nobody may ever write into it
    if not files or any(file.suffix.lower() not in PARQUET or not file.is_file() for file in files):
        return None
    try:
        return sum(int(pa.parquet.read_metadata(file).num_rows) for file in files)
    except NO_PARQUET:
        return None
