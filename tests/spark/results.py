"""What two engines left in their folders, held against each other."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text("utf-8"))
    return found


def assert_same(spark: Path, local: Path) -> None:
    """Hold every file to the other engine's; row by row first, because that says what differs."""
    names = ("leads", "passages") if (spark / "passages.csv").exists() else ("leads",)
    for name in names:
        ours, theirs = (rows(folder / f"{name}.csv") for folder in (spark, local))
        assert len(ours) == len(theirs) > 20
        for one, other in zip(ours, theirs, strict=True):
            assert one == other
        tables = [pq.read_table(folder / f"{name}.parquet") for folder in (spark, local)]
        assert tables[0].equals(tables[1])
    for file in ("leads.csv", "leads.geojson", "rejected.csv"):
        assert (spark / file).read_bytes() == (local / file).read_bytes(), file
    ours, theirs = run_of(spark), run_of(local)
    assert ours.pop("engine")["name"] == "spark"
    assert theirs.pop("engine") == {"name": "local"}
    assert ours == theirs
