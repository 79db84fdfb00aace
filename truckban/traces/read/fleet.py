"""The vehicles and the permits that traces are judged with, from the files people keep them in."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from truckban.facts import BUILTIN, Fact
from truckban.json_text import read_json
from truckban.permits import Permit, PermitList, read_permit
from truckban.traces.read.permit_tables import PLATE, permit_rows
from truckban.traces.read.reasons import NO_VEHICLE, SHORTENED, is_shortened
from truckban.traces.read.tables import Reject, Table, find_columns, read_tables, refuse_pipe
from truckban.vehicle_facts import VehicleFacts, VehicleReader
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

_IDS = "vehicle vid truck_id terminal_id 车辆编号 车辆id 终端号 终端编号 终端手机号 设备号 设备编号 sim卡号"
_NAMES: Mapping[str, Sequence[str]] = {
    "vehicle_id": _IDS.split(),
    "plate": PLATE,
    "plate_color": ("号牌颜色", "车牌颜色"),
    "vehicle_type": ("车辆类型",),
    "length_mm": ("车长mm", "车长毫米", "外廓长"),
    "gross_mass_kg": ("总质量", "总质量kg"),
    "energy": ("能源种类", "燃料种类"),
    "service": ("用途",),
    "on_duty": ("执行任务",),
}
_TRUE, _FALSE = {"true", "1", "yes", "y", "是"}, {"false", "0", "no", "n", "否"}
_MOST_JSON = 1 << 27
"""Bytes: hundreds of thousands of permits, of which Python's objects take twenty times the room at the worst."""
_DISAGREE = Text("同一车辆有两行而内容不同，都不采用", "two rows for one vehicle disagree; neither is used")


@dataclass(slots=True)
class Fleet:
    """Vehicles by id, and what could not be used of their file."""

    vehicles: dict[str, VehicleFacts]
    plates: dict[str, str | None]
    read: int = 0
    rejects: list[Reject] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    @property
    def used(self) -> int:
        """Rows that were used; a row repeated word for word counts again."""
        return self.read - len(self.rejects)


def read_fleet(path: str | Path, facts: Mapping[str, Fact] = BUILTIN) -> Fleet:
    """Read the vehicles' file: CSV, Parquet or Excel with `vehicle_id` and the fields of `vehicle`.

    A row with a value that cannot be is rejected as a whole, and so are rows for one vehicle that disagree: its fixes are
    then judged with nothing known of it. A row without `vehicle_id` is known by its plate.

    Raises:
        InputError: the file cannot be read at all.
    """
    fleet = Fleet({}, {})
    rows: dict[str, list[tuple[dict[str, Any], str, int]]] = {}
    reader = VehicleReader(facts)
    names = _names(facts)
    for table in read_tables(path, Text("车辆", "vehicles"), excel=True, alone=[*chain(names, *names.values())]):
        fleet.read += table.read
        fleet.rejects += table.rejects
        fleet.notes += [Text(f"{table.file}：{note.zh}", f"{table.file}: {note.en}") for note in table.notes]
        for line, fields in _records(table, facts):
            name = str(fields.pop("vehicle_id", None) or fields.get("plate") or "").strip()
            if is_shortened(name):
                fleet.rejects.append(Reject(table.file, line, "vehicle_id", SHORTENED))
            elif name:
                rows.setdefault(name, []).append((fields, table.file, line))
            else:
                fleet.rejects.append(Reject(table.file, line, "vehicle_id", NO_VEHICLE))
    for name, same in rows.items():
        fields = same[0][0]
        field_name, reason = "vehicle_id", _DISAGREE
        if all(others == fields for others, _, _ in same):
            try:
                fleet.vehicles[name] = reader.read(fields)
                fleet.plates[name] = fleet.vehicles[name].plate
                continue
            except InputError as error:
                field_name, reason = error.field or "", error.text
        fleet.rejects += [Reject(file, line, field_name, reason) for _, file, line in same]
    return fleet


def read_permits(
    path: str | Path | None,
    road_name: Callable[[str], str] = str.strip,
    *,
    granted: Sequence[Mapping[str, Any]] = (),
) -> tuple[PermitList, list[Reject], int]:
    """Read permits: JSON (a list, or one a line), or a table whose lists are joined by `;`.

    Args:
        path: the file; None for none.
        road_name: turns a road as people write it into the notice's own spelling.
        granted: permits that are known without a file, as JSON would have them.

    Returns:
        The permits (of rows that could not be used the plate, where that can be read: such a truck may have a permit), the rows that
        could not be used, and how many rows there are.

    Raises:
        InputError: the file cannot be read at all.
    """
    permits: list[Permit] = []
    rejects: list[Reject] = []
    rows = [] if path is None else _permit_rows(Path(path), rejects)
    rows += [("granted", number, fields) for number, fields in enumerate(granted, start=1)]
    no_rows = len(rejects)
    unread: list[str] = []
    for file, line, fields in rows:
        try:
            permits.append(read_permit(fields, road_name))
        except InputError as error:
            rejects.append(Reject(file, line, error.field or "", error.text))
            unread += _plate_of(fields)
    return PermitList(permits, unread=unread), rejects, len(rows) + no_rows


def _plate_of(fields: Mapping[str, Any]) -> list[str]:
    """Return whose permit it is, where at least that can be read."""
    try:
        return [] if fields.get("plate") is None else [read_plate(fields["plate"]).number]
    except InputError:
        return []


def _names(facts: Mapping[str, Fact]) -> dict[str, Sequence[str]]:
    """Return the columns of vehicles, and what else each is called."""
    return {**_NAMES, **{name: () for name in facts if name not in _NAMES and name not in ("kind", "size", "body")}}


def _records(table: Table, facts: Mapping[str, Fact]) -> list[tuple[int, dict[str, Any]]]:
    found = find_columns(table, _names(facts), (), None)
    if "vehicle_id" not in found and "plate" not in found:
        find_columns(table, {"vehicle_id": _NAMES["vehicle_id"]}, ("vehicle_id",), None)
    columns = {name: _cells(name, table.cells(column), facts) for name, column in found.items()}
    return [
        (int(line), {name: value for name, values in columns.items() if (value := values[row]) is not None})
        for row, line in enumerate(table.lines)
    ]


def _cells(name: str, values: Sequence[Any], facts: Mapping[str, Fact]) -> list[Any]:
    """Return a column's cells as `_cell` has them; a fleet has few kinds of vehicles, whose texts are the same again and again."""
    known: dict[str, Any] = {}
    cells = []
    for value in values:
        if isinstance(value, str):
            if value not in known:
                known[value] = _cell(name, value, facts)
            cells.append(known[value])
        else:
            cells.append(_cell(name, value, facts))
    return cells


def _cell(name: str, value: Any, facts: Mapping[str, Fact]) -> Any:  # noqa: ANN401
    """Return a cell as the contract's JSON would have it; what does not convert is left for `read_vehicle` to refuse."""
    kind = facts[name].kind if name in facts else "text"
    if isinstance(value, str):
        return _from_text(kind, value.strip())
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if kind == "flag":
        return bool(value) if value in (0, 1) else value
    value = value.item() if hasattr(value, "item") else value
    return str(_whole(value)) if kind == "text" else _whole(value)


def _from_text(kind: str, value: str) -> Any:  # noqa: ANN401
    if value.lower() in ("", "null", "none", "nan"):
        return None
    if kind == "number" and re.fullmatch(r"\d+(?:\.\d+)?", value):
        return _whole(float(value))
    if kind == "flag" and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    return value


def _whole(value: Any) -> Any:  # noqa: ANN401
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _permit_rows(path: Path, rejects: list[Reject]) -> list[tuple[str, int, Mapping[str, Any]]]:
    return _json_rows(path) if path.suffix.lower() in (".json", ".jsonl") else permit_rows(path, rejects)


def _json_rows(path: Path) -> list[tuple[str, int, Mapping[str, Any]]]:
    refuse_pipe(path)
    try:
        if path.stat().st_size > _MOST_JSON:
            raise InputError(Text("文件大得没有道理", "the file is large beyond all sense"), file=path.name)
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(Text("没有这个通行证文件", "there is no such file of permits"), file=path.name) from None
    except IsADirectoryError:
        raise InputError(Text("这是文件夹，应为文件", "this is a folder; a file is needed"), file=path.name) from None
    except UnicodeDecodeError:
        raise InputError(Text("不是 UTF-8 编码", "this is not UTF-8"), file=path.name) from None
    if text.lstrip().startswith("["):
        rows = list(enumerate(_json(text, path, 1), start=1))
    else:
        rows = [(n, _json(line, path, n)) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    for line, row in rows:
        if not isinstance(row, dict):
            raise InputError(Text("每个通行证应是对象 {…}", "each permit is an object {…}"), file=path.name, line=line)
    return [(path.name, line, row) for line, row in rows]


def _json(text: str, path: Path, first_line: int) -> Any:  # noqa: ANN401
    try:
        return read_json(text)
    except InputError as error:
        raise InputError(error.text, file=path.name, line=first_line + (error.line or 1) - 1) from None
