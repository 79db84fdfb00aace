"""Leads for the tests: rows of a leads file as a check writes them, with invented plates."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from api.store.database import Store
from api.store.leads import Added, Track, add_leads
from truckban.traces.output import SCHEMA

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
START = dt.datetime(2024, 5, 8, 9, 0, tzinfo=SHANGHAI)
BASIS = {
    "notice": {"id": "linyi-2023-5", "sha256": "a" * 64},
    "zone": {"id": "linyi-schematic", "sha256": "b" * 64, "grade": "schematic"},
    "truckban": "0.1.0",
    "min_probability": 0.9,
}


def row(number: int, **given: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a lead; each number is another one."""
    entered = given.pop("at", START + dt.timedelta(minutes=number))
    plate = given.get("plate", f"晋M{10000 + number % 50}")
    made: dict[str, Any] = {
        "lead_id": hashlib.sha256(f"lead {number}".encode()).hexdigest()[:16],
        "vehicle_id": f"T{number % 50:04}",
        "plate": plate,
        "entered_at": entered.isoformat(timespec="seconds"),
        "left_at": (entered + dt.timedelta(minutes=6)).isoformat(timespec="seconds"),
        "fixes": 15,
        "fixes_inside": 14,
        "distance_inside_m": 3079.7,
        "roads": ["五一路"],
        "probability": 0.99,
        "verdict": "prohibited",
        "reasons": ["ban.heavy_medium"],
        "enforceable": True,
        "permit_status": "none",
        "enterprise_id": None,
        "grade": "surveyed",
        "clauses": ["一(一)"],
        "missing": [],
        "other_readings": [],
        "notice": "linyi-2023-5",
        "route": "五一路 由南向北",
        "route_en": "五一路 northward",
        "mean_speed_kmh": 30.9,
        "max_speed_kmh": 48.2,
        "depth_max_m": 1512.8,
        "vehicle_class": "heavy",
        "vehicle_facts": ["gross_mass_kg=25000"],
        "why_probability": ["path"],
        "evidence_missing": ["picture", "person"],
        "incident_id": None,
        "repeat_rule": "none",
    }
    for name, lon, lat in (("entry", 110.772, 35.1281), ("exit", 110.772, 35.1559)):
        made |= {name: "crossed", f"{name}_street": "五一路", f"{name}_number": 15, f"{name}_from": "丰喜大道"}
        made |= {f"{name}_lon": lon, f"{name}_lat": lat}
    return {**made, **given}


def written(rows: Sequence[dict[str, Any]], path: Path) -> Path:
    """Write a leads file."""
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMA), path)
    return path


def added(
    store: Store,
    rows: Sequence[dict[str, Any]],
    folder: Path,
    *,
    run: str = "run-1",
    tracks: dict[str, Track] | None = None,
) -> Added:
    """Add leads to a store, as the end of a run does."""
    path = written(rows, folder / "leads.parquet")
    with store.write() as session:
        return add_leads(session, run, path, basis=BASIS, tracks=tracks)
