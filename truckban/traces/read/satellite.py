"""Whether the terminal had a satellite fix, where a table has a column that says so."""

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truckban.traces.read.arrow_arrays import array_of, as_one, numbers_of
from truckban.traces.read.tables import Table

if TYPE_CHECKING:
    import pandas as pd

_WITHOUT = (
    "0 v n f no false invalid void none nofix not_fixed unlocated 无效 未定位 不定位 否 无 失效 定位无效 无定位 未锁定"
)
_WITH = (
    "1 2 3 4 5 6 7 8 a d y t yes true valid ok fix fixed located 2d 3d dgps pps rtk "
    "有效 定位 已定位 是 定位有效 精确定位 正常 有定位 单点定位 差分定位"
)
_NO, _YES = frozenset(_WITHOUT.split()), frozenset(_WITH.split())


def as_texts(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as texts; of times each by itself, where pandas would look whether any of them is not midnight."""
    if column.dtype.kind == "M":
        column = column.where(column.dt.year.between(dt.MINYEAR, dt.MAXYEAR))  # of other years there is no text
    return (column.astype(object) if column.dtype.kind in "mM" else column).astype("string")


def without_fix(table: Table, column: str) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Return which rows say that there was no fix, and the words in the column that mean neither.

    Row by row: what a row says does not depend on the others. Empty says nothing. Digits are those of NMEA 0183 (0 is none, 1 to 8
    are kinds of fixes) and JT/T 808 (0 and 1); letters are NMEA's A and V. An unknown word rejects nothing.

    Without a word of `_WITHOUT` the rule never fires.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - takes a while to import, and Parquet of the right types needs none

    stored = table.stored(column)
    if stored is not None and not stored.null_count and pa.types.is_string(stored.type):
        said = as_one(stored).dictionary_encode()
        row, distinct = numbers_of(said.indices), said.dictionary
    else:
        import pandas as pd  # noqa: PLC0415 - takes longer to import than a small file to check

        row, cells = pd.factorize(as_texts(table.frame[column]).fillna(""))
        distinct = array_of([str(cell) for cell in cells], pa.string())
    words = pc.utf8_lower(pc.utf8_trim_whitespace(distinct))
    names = pc.replace_substring_regex(words, pattern=r"\.0+$", replacement="").to_pylist()
    unknown = {word for word in names if word and word not in _NO and word not in _YES}
    return np.array([*(word in _NO for word in names), False])[row], sorted(unknown)
