"""Permits as offices keep them: tables, of one permit a row."""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from truckban.json_text import read_json
from truckban.traces.read.column_names import plain
from truckban.traces.read.tables import Reject, find_columns, read_tables, refuse_twice
from zones.errors import InputError
from zones.text import Text

PLATE = ("plate_no", "车牌号", "车牌号码", "号牌号码", "车牌")
"""What the column of plates is called."""
_NAMES: Mapping[str, Sequence[str]] = {
    "plate": PLATE,
    "id": ("通行证号", "通行证编号", "通行证号码", "许可证号", "证号", "证件编号", "编号"),
    "kind": ("通行证种类", "通行证类型", "种类"),
    "valid_from": ("有效期起", "有效期自", "有效期开始", "起始日期", "开始日期", "生效日期", "有效起始日期"),
    "valid_to": ("有效期止", "有效期至", "有效期结束", "截止日期", "结束日期", "到期日期", "有效截止日期"),
    "windows": ("通行时段", "通行时间", "准行时段", "时段"),
    "roads": ("通行道路", "通行路线", "准行道路", "准行路线", "道路", "路线"),
    "area": ("通行区域",),
    "status": ("状态", "通行证状态"),
}
_OTHERS = (
    "序号 号牌种类 号牌颜色 车辆类型 申请单位 申请人 单位 单位名称 企业名称 所有人 车主 "
    "驾驶人 联系人 联系电话 电话 手机号 手机号码 发证机关 签发机关 发证日期 签发日期 申请日期"
)
_LIMITS_NOTHING = frozenset(map(plain, _OTHERS.split()))
"""Columns that say of no place, day or hour that a permit is not for it. Of another one, such as 备注, nobody knows that."""
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-—–－~～至]\s*(\d{1,2})[:：](\d{2})")
_BETWEEN = re.compile("[;；,，、\n]")


def permit_rows(path: Path, rejects: list[Reject]) -> list[tuple[str, int, Mapping[str, Any]]]:
    """Return file, line and fields of each row of a table (CSV, Parquet, Excel), as the contract's JSON would have them.

    Columns have the contract's names or those of Chinese offices. A column that is neither, nor one that limits nothing, is left for
    `read_permit` to refuse where it says something.

    Args:
        path: of the file.
        rejects: rows that cannot be read are added.

    Raises:
        InputError: there are no plates, or a column is there twice.
    """
    rows: list[tuple[str, int, Mapping[str, Any]]] = []
    alone = [*chain(_NAMES, *_NAMES.values())]
    for table in read_tables(path, Text("通行证", "permits"), excel=True, alone=alone):
        rejects += table.rejects
        refuse_twice(table.names, table.file)
        names = {column: name for name, column in find_columns(table, _NAMES, ("plate",), None).items()}
        columns = {
            names.get(column, str(column)): table.cells(column)
            for column in table.names
            if column in names or plain(column) not in _LIMITS_NOTHING
        }
        for row, line in enumerate(table.lines):
            cells = {name: _cell(name, values[row]) for name, values in columns.items()}
            rows.append((table.file, int(line), {name: cell for name, cell in cells.items() if cell is not None}))
    return rows


def _cell(name: str, value: Any) -> Any:  # noqa: ANN401
    """Return a cell as the contract's JSON would have it; what does not convert is left for `read_permit` to refuse."""
    value = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(value, dt.datetime):
        return value.date() if value == value else None  # noqa: PLR0124  (NaT is no time and equals nothing)
    if not isinstance(value, str):
        return None if value is None or (isinstance(value, float) and math.isnan(value)) else value
    return _of_text(name, value.strip())


def _of_text(name: str, value: str) -> Any:  # noqa: ANN401
    if name == "windows":
        return [_SPAN.sub(_span, part) for part in _parts(value)] or None
    if name == "roads":
        return _parts(value) or None
    if name in ("valid_from", "valid_to"):
        return _day(value) or None
    if name == "area" and value:
        try:
            return read_json(value)
        except InputError:
            return value
    return value or None


def _parts(value: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(value) if part.strip()]


def _span(found: re.Match[str]) -> str:
    return f"{found[1]:0>2}:{found[2]}-{found[3]:0>2}:{found[4]}"


def _day(value: str) -> dt.date | str:
    found = _DAY.fullmatch(value)
    try:
        return dt.date(*map(int, found.groups())) if found else value
    except ValueError:
        return value
