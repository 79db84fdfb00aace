"""Arrow's columns as NumPy's arrays and back, through their buffers.

Arrow's own ways (`to_numpy`, `pa.array`) import pandas when they are first used, which takes longer than a small check.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {pa.float64(): "f8", pa.int64(): "i8", pa.int32(): "i4"}


def as_one(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def as_frame(table: pa.Table) -> "pd.DataFrame":
    """Return a table as pandas has it, whole numbers as such where some are missing; two columns of one name do not mix."""
    # pandas' own description of the columns may be damaged where the data are whole; nothing here needs it
    numbered = table.replace_schema_metadata().rename_columns([str(number) for number in range(table.num_columns)])
    frame: pd.DataFrame = numbered.to_pandas(ignore_metadata=True, integer_object_nulls=True)
    frame.columns = table.column_names
    return frame


def numbers_of(array: pa.Array) -> npt.NDArray[Any]:
    """Return the values of an array of numbers or of times without nulls, times in their unit; not a copy, not to be written to."""
    kind = np.dtype("i8" if pa.types.is_timestamp(array.type) else _TYPES[array.type])
    if not len(array):
        return np.empty(0, kind)
    return np.frombuffer(array.buffers()[1], kind, count=len(array), offset=array.offset * kind.itemsize)


def is_number(kind: pa.DataType) -> bool:
    """Return whether `numbers_or_nan` can read a type."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def numbers_or_nan(array: pa.Array) -> npt.NDArray[np.float64]:
    """Return the values of an array of numbers of any width, NaN for nulls; not to be written to."""
    plain = array if array.type == pa.float64() else array.cast(pa.float64(), safe=False)
    return numbers_of(plain.fill_null(np.nan) if plain.null_count else plain)


def indices_of(array: pa.DictionaryArray) -> npt.NDArray[np.int32]:
    """Return the indices of an array by dictionary without nulls; not to be written to."""
    if array.type.index_type != pa.int32() or not len(array):
        return numbers_of(array.indices).astype(np.int32, copy=False)
    # asked for by itself, Arrow makes an array of its own of them first
    return np.frombuffer(array.buffers()[1], np.int32, count=len(array), offset=array.offset * 4)


def array_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return Python's values, None among them, as an array of texts, lists of texts, whole numbers, numbers or booleans."""
    present = np.array([value is not None for value in values], np.bool_)
    valid = None if present.all() else _bits(present)
    if pa.types.is_list(kind):
        lists = [value or () for value in values]
        texts = array_of([text for texts in lists for text in texts], kind.value_type)
        return pa.Array.from_buffers(kind, len(values), [valid, _offsets(map(len, lists))], children=[texts])
    if pa.types.is_string(kind):
        encoded = [b"" if value is None else value.encode() for value in values]
        return pa.Array.from_buffers(
            kind, len(values), [valid, _offsets(map(len, encoded)), pa.py_buffer(b"".join(encoded))]
        )
    if pa.types.is_boolean(kind):
        return pa.Array.from_buffers(kind, len(values), [valid, _bits(np.array(values, np.bool_))])
    numbers = np.array([0 if value is None else value for value in values], _TYPES[kind])
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(numbers)])


def rows_at(rows: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """Return numbers of rows as Arrow's `take` wants them."""
    return pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(np.ascontiguousarray(rows, np.int64))])


def chosen(rows: npt.NDArray[np.bool_]) -> pa.Array:
    """Return a mask as Arrow's `filter` wants it."""
    return pa.Array.from_buffers(pa.bool_(), len(rows), [None, _bits(rows)])


def _bits(values: npt.NDArray[np.bool_]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values, bitorder="little").tobytes())


def _offsets(lengths: Any) -> pa.Buffer:  # noqa: ANN401
    ends = np.cumsum([0, *lengths], dtype=np.int64)
    if ends[-1] > np.iinfo(np.int32).max:
        message = "texts of more than 2 GB in one array"
        raise OverflowError(message)
    return pa.py_buffer(ends.astype(np.int32))
