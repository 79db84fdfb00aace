"""Whole checks of damaged traces, vehicles and permits: they end in counts that add up and files on the disk, or in a clear error."""

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from driving import HEAVY, law
from mutations import BOOKS, FORMATS, Seeds, damaged_bytes, limited, tell_nobody
from mutations_in_streams import small_sizes
from mutations_of_values import odd, with_odd_values

from truckban.traces.check import Inputs, check
from truckban.traces.output import write_outputs, write_run
from zones.errors import InputError

_PLATES = ("晋M12340", "晋M12341", "晋M12342")
_KINDS = [kind for kind in FORMATS if kind not in ("excel", *BOOKS)]  # another path to the same rows, and slower


def _vehicles() -> list[dict[str, Any]]:
    return [{"vehicle_id": plate, **HEAVY, "plate": plate, "on_duty": None} for plate in _PLATES]


def _permits() -> list[dict[str, Any]]:
    square = {"type": "Polygon", "coordinates": [[[110.7, 35.1], [110.8, 35.1], [110.8, 35.2], [110.7, 35.1]]]}
    dates = {"valid_from": "2024-01-01", "valid_to": "2024-12-31", "status": "in_force"}
    return [
        {"plate": _PLATES[0], **dates, "windows": ["09:00-11:00"]},
        {"plate": _PLATES[1], **dates, "roads": ["五一路"], "area": square},
        {"plate": _PLATES[2], **dates, "status": "revoked"},
    ]


def _table(draw: random.Random, rows: list[dict[str, Any]], stem: str) -> tuple[str, bytes]:
    """Return rows as CSV, Parquet or Excel, whose cells are odd here and there."""
    for _ in range(draw.choice([0, 0, 1, 2, 5])):
        row = draw.choice(rows)
        row[draw.choice([*row])] = odd(draw)
    if draw.random() < 0.2:
        rows.append(dict(draw.choice(rows)))
    names = list(dict.fromkeys(name for row in rows for name in row))
    rows = [{name: row.get(name) for name in names} for row in rows]
    if draw.random() < 0.9:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        cells = (
            [json.dumps(row[name]) if isinstance(row[name], dict) else row[name] for name in names] for row in rows
        )
        writer.writerows(
            [names, *([";".join(map(str, cell)) if isinstance(cell, list) else cell for cell in row] for row in cells)]
        )
        return f"{stem}.csv", out.getvalue().encode(draw.choice(["utf-8", "gb18030"]))
    plain = pd.DataFrame([{name: None if row[name] is None else str(row[name]) for name in names} for row in rows])
    packed = io.BytesIO()
    plain.to_parquet(packed)
    return f"{stem}.parquet", packed.getvalue()


def _json(draw: random.Random, rows: list[dict[str, Any]]) -> tuple[str, bytes]:
    for _ in range(draw.choice([0, 0, 1, 2, 5])):
        row = draw.choice(rows)
        row[draw.choice([*row])] = odd(draw)
    if draw.random() < 0.5:
        return "p.json", json.dumps(rows, ensure_ascii=draw.random() < 0.5).encode()
    return "p.jsonl", "\n".join(json.dumps(row) for row in rows).encode()


def inputs_of(folder: Path, seed: int) -> Inputs:
    """Write traces, vehicles and permits into a folder; each of them may be damaged, and so may be two or all."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    kind = draw.choice(_KINDS)
    whole: Seeds = FORMATS[kind]()
    files = [
        draw.choice(
            [lambda: draw.choice(whole), lambda: with_odd_values(kind, seed), lambda: _spoilt(draw, draw.choice(whole))]
        )(),
        _table(draw, _vehicles(), "v"),
        draw.choice([lambda: _table(draw, _permits(), "p"), lambda: _json(draw, _permits())])(),
    ]
    for number in (1, 2):
        if draw.random() < 0.2:
            files[number] = _spoilt(draw, files[number])
    paths = [folder / name for name, _ in files]
    for path, (_, data) in zip(paths, files, strict=True):
        path.write_bytes(data)
    return Inputs(paths[0], paths[1], draw.choice([paths[2], None]), min_probability=draw.choice([0.0, 0.9]))


def _spoilt(draw: random.Random, file: tuple[str, bytes]) -> tuple[str, bytes]:
    return file[0], damaged_bytes(file[1], [file], draw)


def outcome_of_check(inputs: Inputs, out: Path, seed: int) -> str:
    """Return `answer` or `error`.

    Raises:
        AssertionError: counts do not add up, or an error says nothing.
        Exception: whatever else a check lets through.
    """
    names = {path.name for path in (inputs.traces, inputs.vehicles, inputs.permits) if path is not None}
    refused: InputError | None = None
    try:
        with small_sizes(seed), limited():
            checked = check(inputs, *law())
            write_outputs(checked, out, all_passages=seed % 2 == 0, excel=seed % 3 == 0, lang="zh")
            write_run(checked, out)
    except InputError as error:
        refused = error
    if refused is not None:
        assert refused.text.zh
        assert refused.text.en
        assert refused.file in names, f"{refused.file}: {refused}"
        return "error"
    counts = checked.counts()
    for name in ("rows", "vehicles", "permits"):
        assert counts[name]["read"] == counts[name]["used"] + counts[name]["rejected"], name
    rejected = sum(counts[name]["rejected"] for name in ("rows", "vehicles", "permits"))
    assert rejected == len(checked.rejects)
    assert sum(counts["rejected_by_reason"].values()) == counts["rows"]["rejected"]
    with (out / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == rejected
    assert all(row["file"] in names and row["reason"] and row["reason_en"] for row in rows)
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["counts"] == json.loads(json.dumps(counts))
    return "answer"


def run_checks(seeds: range, folder: Path, told: Callable[[int], None] = tell_nobody) -> tuple[Counter[str], list[str]]:
    """Check damaged files; return how many checks ended how, and of each that ended wrongly, what happened."""
    ends: Counter[str] = Counter()
    failures = []
    for seed in seeds:
        told(seed)
        try:
            ends[outcome_of_check(inputs_of(folder, seed), folder / "out", seed)] += 1
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            ends["failure"] += 1
            failures.append(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}")
    return ends, failures
