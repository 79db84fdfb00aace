"""Whether the terminal had a satellite fix, where a table has a column that says so."""

import numpy as np
import numpy.typing as npt
import pandas as pd

_WITHOUT = (
    "0 v n f no false invalid void none nofix not_fixed unlocated 无效 未定位 不定位 否 无 失效 定位无效 无定位 未锁定"
)
_WITH = (
    "1 2 3 4 5 6 7 8 a d y t yes true valid ok fix fixed located 2d 3d dgps pps rtk "
    "有效 定位 已定位 是 定位有效 精确定位 正常 有定位 单点定位 差分定位"
)
_NO, _YES = frozenset(_WITHOUT.split()), frozenset(_WITH.split())


def without_fix(column: pd.Series) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Return which rows say that there was no fix, and the words in the column that mean neither.

    Row by row: what a row says does not depend on the others. Empty says nothing. Digits are those of NMEA 0183 (0 is none, 1 to 8
    are kinds of fixes) and JT/T 808 (0 and 1); letters are NMEA's A and V. An unknown word rejects nothing.

    Without a word of `_WITHOUT` the rule never fires.
    """
    words = column.astype("string").str.strip().str.lower().str.replace(r"\.0+$", "", regex=True).fillna("")
    names = pd.unique(words)
    no = [word for word in names if word in _NO]
    unknown = [str(word) for word in names if word and word not in _NO and word not in _YES]
    return words.isin(no).to_numpy(bool), sorted(unknown)
