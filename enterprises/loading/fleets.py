"""How many goods vehicles a carrier has: a small table that the operator gives."""

from collections.abc import Mapping
from pathlib import Path

from enterprises.errors import EnterpriseError, Text
from enterprises.given_files import csv_rows, decoded, header
from enterprises.naming.normal import normal

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "carrier": ("承运单位", "运输企业", "运输公司", "企业名称", "单位名称", "名称", "name"),
    "vehicles": ("车辆数", "货车总数", "货运车辆总数", "车辆总数", "fleet"),
}


def read_fleets(path: Path) -> dict[str, int]:
    """Read a CSV of carriers and their numbers of goods vehicles.

    Raises:
        EnterpriseError: with line and field; a carrier that stands twice with two numbers is an error.
    """
    try:
        text = decoded(path.read_bytes(), path.name)
    except (FileNotFoundError, IsADirectoryError):
        raise EnterpriseError(Text("没有这个文件", "there is no such file"), file=path.name) from None
    rows = [(line, cells) for line, cells in csv_rows(text, path.name) if any(cell.strip() for cell in cells)]
    columns = header(rows[0][1], COLUMNS) if rows else {}
    for wanted in COLUMNS:
        if wanted not in columns:
            raise EnterpriseError(
                Text(f"缺少列 {wanted}", f"the column {wanted} is missing"), file=path.name, line=1, field=wanted
            )
    fleets: dict[str, int] = {}
    seen: dict[str, int] = {}
    for line, cells in rows[1:]:
        name, number = (
            cells[place].strip() if (place := columns[wanted]) < len(cells) else ""
            for wanted in ("carrier", "vehicles")
        )
        if not name or not number.isascii() or not number.isdigit() or not int(number):
            raise EnterpriseError(
                Text(
                    "应为单位名称和车辆数（1 以上的整数）",
                    "a carrier's name and a number of vehicles from 1 are needed",
                ),
                file=path.name,
                line=line,
                field="vehicles" if name else "carrier",
            )
        if seen.setdefault(normal(name), int(number)) != int(number):
            raise EnterpriseError(
                Text("同一单位有两个车辆数", "one carrier has two numbers of vehicles"),
                file=path.name,
                line=line,
                field="vehicles",
            )
        fleets[name] = int(number)
    return fleets
