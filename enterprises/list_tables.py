"""A list from CSV, Excel or JSON: one row a name, columns under the names that offices use."""

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from enterprises.draft import Draft, DraftLine
from enterprises.errors import EnterpriseError, Text
from enterprises.given_files import bytes_of, cell_text, csv_rows, decoded, header
from enterprises.json_text import read_json
from enterprises.list_text import read_text
from enterprises.workbooks import CANNOT_BE_OPENED, trouble_with

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("企业名称", "名称", "单位名称", "源头企业", "源头单位", "企业", "单位", "公司名称", "enterprise"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "uscc", "code"),
    "number": ("序号", "编号", "no", "no."),
}
_HEAD = ("title", "doc_no", "issuer", "supervision_phone")
_EXCEL = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_HEADER_WITHIN = 10


def read_list(path: Path) -> Draft:
    """Read a list: CSV, Excel, JSON, or the notice's own text (.txt, .md).

    Raises:
        EnterpriseError: no such file, none of these, or no names in it, with line and column.
    """
    data = bytes_of(path)
    sha256 = hashlib.sha256(data).hexdigest()
    ending = path.suffix.lower()
    if ending in _EXCEL:
        return _from_rows(_excel_rows(data, path.name), path.name, sha256)
    text = decoded(data, path.name)
    if ending == ".csv":
        return _from_rows(csv_rows(text, path.name), path.name, sha256)
    if ending == ".json":
        return _from_json(text, path.name, sha256)
    if ending in (".txt", ".md"):
        return read_text(text, file=path.name, sha256=sha256)
    raise EnterpriseError(
        Text(
            f"不认识 {ending or '没有后缀的文件'}；名单可以是 .csv .xlsx .json 或通告原文 .txt",
            f"{ending or 'a file without an ending'} is not known; a list is .csv .xlsx .json or the notice's text, .txt",
        ),
        file=path.name,
    )


def _excel_rows(data: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415

    refused = trouble_with(data)
    if refused is not None:
        raise EnterpriseError(refused, file=file)
    try:
        sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise EnterpriseError(CANNOT_BE_OPENED, file=file) from error
    for line, row in enumerate(rows, start=1):
        yield line, [cell_text(value) for value in row]


def _from_rows(rows: Iterable[tuple[int, list[str]]], file: str, sha256: str) -> Draft:
    given = [(line, [cell.strip() for cell in row]) for line, row in rows if any(cell.strip() for cell in row)]
    for place, (_, cells) in enumerate(given[:_HEADER_WITHIN]):
        columns = header(cells, COLUMNS)
        if "name" in columns:
            lines = tuple(_row(cells, line, columns) for line, cells in given[place + 1 :])
            unused = tuple(cell for number, cell in enumerate(cells) if cell and number not in columns.values())
            return Draft(file=file, sha256=sha256, lines=lines, unused=unused)
    listed = "、".join(COLUMNS["name"][:4])
    raise EnterpriseError(
        Text(f"没有名称列；列名可以是：name、{listed}", f"there is no column of names; call it name or {listed}"),
        file=file,
        line=given[0][0] if given else None,
        field="name",
    )


def _row(cells: Sequence[str], line: int, columns: Mapping[str, int]) -> DraftLine:
    def cell(name: str) -> str:
        place = columns.get(name)
        return cells[place] if place is not None and place < len(cells) else ""

    return DraftLine(cell("name"), line, cell("credit_code") or None)


def _from_json(text: str, file: str, sha256: str) -> Draft:
    tree = read_json(text, file=file)
    head: Mapping[str, Any] = tree if isinstance(tree, dict) else {}
    names = head.get("names", head.get("enterprises")) if isinstance(tree, dict) else tree
    if not isinstance(names, list):
        raise EnterpriseError(
            Text(
                '应为名称的列表，或 {"names": […], "doc_no": …, "issued": …}',
                'a list of names is needed, or {"names": […], "doc_no": …, "issued": …}',
            ),
            file=file,
            field="names",
        )
    lines = tuple(_json_line(item, number, file) for number, item in enumerate(names, start=1))
    count = head.get("stated_count")
    if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
        raise EnterpriseError(Text("应为整数", "a whole number is needed"), file=file, field="stated_count")
    return Draft(
        file=file,
        sha256=sha256,
        lines=lines,
        stated_count=count,
        issued=_json_day(head, "issued", file),
        valid_from=_json_day(head, "valid_from", file),
        **{name: str(head[name]) for name in _HEAD if head.get(name)},  # type: ignore[arg-type]
    )


def _json_line(item: object, number: int, file: str) -> DraftLine:
    if isinstance(item, str):
        return DraftLine(item, number)
    if isinstance(item, dict) and isinstance(item.get("name"), str):
        code = item.get("credit_code")
        return DraftLine(item["name"], number, str(code) if code else None)
    raise EnterpriseError(
        Text(f'第 {number} 项应为名称，或 {{"name": …}}', f'item {number} is a name or {{"name": …}}'),
        file=file,
        field=f"names[{number - 1}]",
    )


def _json_day(head: Mapping[str, Any], name: str, file: str) -> dt.date | None:
    if head.get(name) is None:
        return None
    try:
        return dt.date.fromisoformat(str(head[name]))
    except ValueError:
        raise EnterpriseError(
            Text("应为日期，如 2023-05-25", "a day is needed, such as 2023-05-25"), file=file, field=name
        ) from None
