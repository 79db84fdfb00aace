"""How much a Parquet file says it holds: a few bytes can stand for as many equal values as anyone likes.

What is equal is said once, with how often. Of 2 MB that are 150 million equal rows pandas makes tens of gigabytes.
"""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from zones.errors import InputError
from zones.text import Text

_FEW, _ROWS_A_BYTE, _VALUES_A_BYTE = 1 << 24, 20, 40
"""So many rows, or values of what is read as a whole, may any file have, and more only one of so many bytes; fixes take some bytes each."""
_FEW_BYTES, _BYTES_A_VALUE = 1 << 28, 1 << 10
"""A column of a group of rows may take so many bytes, and more only where its values are so short."""
_NO_PARQUET = (pa.ArrowException, OSError, ValueError, KeyError, TypeError)


def refuse_thin(path: Path, wanted: Callable[[str], bool] | None = None) -> None:
    """Raise InputError where a file says it has far more than it has bytes for; of a damaged one whoever reads it says so.

    Args:
        path: of the file.
        wanted: which columns are read, some hundred thousand rows at a time; None for a file that is read as a whole.
    """
    try:
        said, size = pa.parquet.read_metadata(path), path.stat().st_size
        groups = [said.row_group(number) for number in range(said.num_row_groups)]
        chunks = [group.column(number) for group in groups for number in range(said.num_columns)]
        chunks = [chunk for chunk in chunks if wanted is None or wanted(chunk.path_in_schema)]
    except _NO_PARQUET:
        return
    values = sum(chunk.num_values for chunk in chunks) if wanted is None else 0
    thin = values > max(_FEW, _VALUES_A_BYTE * size) or said.num_rows > max(_FEW, _ROWS_A_BYTE * size)
    if thin or any(
        chunk.total_uncompressed_size > max(_FEW_BYTES, _BYTES_A_VALUE * chunk.num_values) for chunk in chunks
    ):
        raise InputError(
            Text("Parquet 文件展开后大得没有道理", "the Parquet file unpacks to a size beyond all sense"),
            file=path.name,
        )
