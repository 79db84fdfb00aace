"""Files of vehicles and of permits, damaged or odd in what they say: an answer in which each row is once used or rejected, or a clear error."""

import csv
import io
import json
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from driving import HEAVY
from mutations import Told, damaged_bytes, limited, refusal_says_why, tell_nobody
from mutations_of_values import odd

from truckban.traces.read.fleet import read_fleet, read_permits
from zones.errors import InputError

if TYPE_CHECKING:
    from truckban.traces.read.tables import Reject

LISTS = ("vehicles", "permits")
_PLATES = ("晋M12340", "晋M12341", "晋MD12342", "晋M12343挂")
_IDS = ("vehicle_id", "车辆编号", "终端号", "plate", "车牌号码", "x")
_CELLS = (
    "重型自卸货车",
    "轻型封闭货车",
    "H11",
    "黄",
    "绿",
    "diesel",
    "纯电动",
    "8600.0",
    "25000",
    "4500",
    "是",
    "否",
    "挂",
)
_DATES = (
    "2024-01-01",
    "2024/1/1",
    "2024-01-01T00:00:00+08:00",
    "2024-02-30",
    "9999-12-31",
    "45420",
    45420,
    "有效",
    "吊销",
)
_LISTED = (
    ["09:00-11:00"],
    ["22:00-07:00", "24:00-24:00"],
    ["25:00-1"],
    ["五一路", ""],
    "09:00-11:00；12:00-13:00",
    [None],
    [[1]],
)


def _vehicles() -> list[dict[str, Any]]:
    more = {"length_mm": 8600, "on_duty": None, "energy": "diesel", "plate_color": "黄"}
    return [{"vehicle_id": f"T{n}", **HEAVY, **more, "plate": plate} for n, plate in enumerate(_PLATES)]


def _permits() -> list[dict[str, Any]]:
    square = {"type": "Polygon", "coordinates": [[[110.7, 35.1], [110.8, 35.1], [110.8, 35.2], [110.7, 35.1]]]}
    dates = {"valid_from": "2024-01-01", "valid_to": "2024-12-31", "status": "in_force"}
    return [
        {"plate": _PLATES[0], **dates, "windows": ["09:00-11:00"], "roads": None, "area": None},
        {"plate": _PLATES[1], **dates, "windows": None, "roads": ["五一路", "府北街"], "area": square},
        {"plate": _PLATES[2], **dates, "status": "吊销", "windows": ["22:00-07:00"], "roads": None, "area": None},
    ]


def _spoilt(rows: list[dict[str, Any]], draw: random.Random) -> list[dict[str, Any]]:
    """Change cells, names of columns and rows."""
    for _ in range(draw.choice([1, 1, 2, 3, 8])):
        row = draw.choice(rows)
        name = draw.choice([*row])
        match draw.randint(0, 9):
            case 0:
                rows.append(dict(row))
            case 1:
                new = draw.choice([*_IDS, "windows", "status", ""])
                rows = [{new if key == name else key: value for key, value in other.items()} for other in rows]
            case 2 | 3:
                row[name] = draw.choice([*_CELLS, *_DATES, *_LISTED])
            case 4 if len(row) > 1:
                del row[name]
            case _:
                row[name] = odd(draw)
    return rows


def _cell(value: Any) -> Any:  # noqa: ANN401
    """Return a value as a table has it."""
    if isinstance(value, list):
        return ";".join(map(str, value))
    return json.dumps(value) if isinstance(value, dict) else value


def _written(rows: list[dict[str, Any]], kind: str, draw: random.Random) -> tuple[str, bytes]:
    ending = draw.choice(["csv", "csv", "xlsx", "parquet", *(["json", "jsonl"] if kind == "permits" else [])])
    name = f"{kind}.{ending}"
    if ending == "json":
        return name, json.dumps(rows, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
    if ending == "jsonl":
        return name, "\n".join(json.dumps(row) for row in rows).encode()
    names = list(dict.fromkeys(key for row in rows for key in row))
    table = [[_cell(row.get(key)) for key in names] for row in rows]
    if ending == "csv":
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=draw.choice(["\n", "\r\n"])).writerows([names, *table])
        return name, out.getvalue().encode(draw.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"]))
    packed = io.BytesIO()
    if ending == "xlsx":
        frame = pd.DataFrame([[_in_a_sheet(cell) for cell in row] for row in table], columns=names, dtype=object)
        frame.to_excel(packed, index=False, engine="xlsxwriter")
    else:
        columns = {key: [row[at] for row in table] for at, key in enumerate(names)}
        try:
            pd.DataFrame(columns).to_parquet(packed)
        except (ValueError, TypeError, OverflowError):  # cells of several types
            texts = {key: [None if cell is None else str(cell) for cell in cells] for key, cells in columns.items()}
            pd.DataFrame(texts).to_parquet(packed)
    return name, packed.getvalue()


def _in_a_sheet(cell: Any) -> Any:  # noqa: ANN401
    number = isinstance(cell, int | float) and abs(cell) < 1e300
    return cell if cell is None or isinstance(cell, bool) or number else str(cell).encode("utf-8", "replace").decode()


def list_of(kind: str, seed: int, *, values: bool) -> tuple[str, bytes]:
    """Return a file's name and its content; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    rows = _vehicles() if kind == "vehicles" else _permits()
    name, data = _written(_spoilt(rows, draw) if values else rows, kind, draw)
    return name, data if values else damaged_bytes(data, [(name, data)], draw)


def outcome_of_list(path: Path, kind: str) -> str:
    """Return `answer` or `error`.

    Raises:
        AssertionError: a row is neither used nor rejected, or twice; an error says nothing.
        Exception: whatever else the readers let through.
    """
    refused: InputError | None = None
    rejects: list[Reject] = []
    with limited():
        try:
            if kind == "vehicles":
                fleet = read_fleet(path)
                rejects, read, used = fleet.rejects, fleet.read, len(fleet.vehicles)
                assert used <= fleet.used
                assert (used == 0) == (fleet.used == 0)
                assert fleet.plates.keys() == fleet.vehicles.keys()
            else:
                permits, rejects, read = read_permits(path)
                assert len(permits.permits) + len(rejects) == read
        except InputError as error:
            refused = error
    if refused is not None:
        refusal_says_why(refused, path)
        return "error"
    assert all(reject.reason.zh and reject.reason.en and reject.file == path.name for reject in rejects)
    lines = Counter(reject.line for reject in rejects)
    assert all(count == 1 for count in lines.values()), f"rejected twice: {lines}"
    return "answer"


def run_lists(
    kind: str, seeds: range, folder: Path, told: Told = tell_nobody, *, values: bool
) -> tuple[Counter[str], list[str]]:
    """Read files of vehicles or permits; return how many ended how, and of each that ended wrongly, what happened.

    Args:
        kind: `vehicles` or `permits`.
        seeds: of the files.
        folder: where they are written.
        told: which one is read.
        values: whether they are whole and have odd values; else their bytes are damaged.
    """
    ends: Counter[str] = Counter()
    failures = []
    for seed in seeds:
        name, data = list_of(kind, seed, values=values)
        path = folder / name
        path.write_bytes(data)
        told(seed)
        try:
            ends[outcome_of_list(path, kind)] += 1
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            ends["failure"] += 1
            failures.append(f"seed {seed}: {name}: {type(error).__name__}: {str(error)[:300]}")
    return ends, failures
