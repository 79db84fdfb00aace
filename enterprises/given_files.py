"""Files as people hand them in: their bytes, their text, rows and columns; what is wrong with them is told with file and line."""

import csv
import io
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from enterprises.errors import EnterpriseError, Text


def bytes_of(path: Path) -> bytes:
    """Return what a file holds.

    Raises:
        EnterpriseError: there is none.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise EnterpriseError(Text("没有这个文件", "there is no such file"), file=path.name) from None
    except IsADirectoryError:
        raise EnterpriseError(
            Text("这是文件夹，应为文件", "this is a folder; a file is needed"), file=path.name
        ) from None


def decoded(data: bytes, file: str) -> str:
    """Return text that is UTF-8, or GB 18030 as older office programs write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise EnterpriseError(Text("既不是 UTF-8 也不是 GB 18030 编码", "this is neither UTF-8 nor GB 18030"), file=file)


def csv_rows(text: str, file: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file, each with the line it ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error:
        raise EnterpriseError(
            Text("CSV 读不下去：引号没有成对", "the CSV cannot be read on: a quote is not closed"),
            file=file,
            line=reader.line_num,
        ) from None


def cell_text(value: object) -> str:
    """Return a cell of Excel as a person reads it: whole numbers without a point, nothing for an empty one."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def plain(name: str) -> str:
    """Return a column's name without what does not distinguish it."""
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "").replace("\n", "").replace("_", "")


def header(cells: Sequence[str], names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return where a row names the wanted columns."""
    there = {plain(cell): place for place, cell in reversed(list(enumerate(cells)))}
    return {
        wanted: there[plain(name)]
        for wanted, others in names.items()
        for name in (*reversed(others), wanted)
        if plain(name) in there
    }
