"""How much a Parquet file says it holds: a few bytes can stand for as many equal values as anyone likes.

What is equal is said once, with how often. Of 2 MB that are 150 million equal rows pandas makes tens of gigabytes.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from zones.errors import InputError
from zones.text import Text

_FEW, _ROWS_A_BYTE, _VALUES_A_BYTE = 1 << 24, 20, 40
"""So many rows, or values of what is read as a whole, may any file have, and more only one of so many bytes; fixes take some bytes each."""
_FEW_BYTES, _BYTES_A_VALUE = 1 << 28, 1 << 10
"""A column of a group of rows may take so many bytes, and more only where its values are so short."""
NO_PARQUET = (pa.ArrowException, OSError, ValueError, KeyError, TypeError)
"""What reading a damaged Parquet file raises; a name or text may be no UTF-8."""


def refuse_thin(path: Path, wanted: Callable[[str], bool] | None = None) -> None:
    """Raise InputError where a file says it has far more than it has bytes for; of a damaged one whoever reads it says so.

    Args:
        path: of the file.
        wanted: which columns are read, some hundred thousand rows at a time; None for a file that is read as a whole.
    """
    try:
        said, size = pa.parquet.read_metadata(path), path.stat().st_size
        groups = [said.row_group(number) for number in range(said.num_row_groups)]
        values = 0 if wanted else said.num_rows * said.num_columns
        chunks = []
        # pyarrow ends the process where what is said of a chunk is damaged: none is asked for without need
        if any(_is_much(group.total_byte_size, group.num_rows) for group in groups) or _is_nested(said):
            chunks = [group.column(number) for group in groups for number in range(said.num_columns)]
            chunks = [chunk for chunk in chunks if wanted is None or wanted(chunk.path_in_schema)]
            values = 0 if wanted else sum(chunk.num_values for chunk in chunks)
    except NO_PARQUET:
        return
    thin = values > max(_FEW, _VALUES_A_BYTE * size) or said.num_rows > max(_FEW, _ROWS_A_BYTE * size)
    if thin or any(_is_much(chunk.total_uncompressed_size, chunk.num_values) for chunk in chunks):
        raise InputError(
            Text("Parquet 文件展开后大得没有道理", "the Parquet file unpacks to a size beyond all sense"),
            file=path.name,
        )


def _is_much(size: int, values: int) -> bool:
    return size > max(_FEW_BYTES, _BYTES_A_VALUE * values)


def _is_nested(said: Any) -> bool:  # noqa: ANN401
    """Return whether a row may have several values of a column."""
    return any(said.schema.column(number).max_repetition_level for number in range(said.num_columns))
