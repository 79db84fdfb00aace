"""The files a check leaves: leads as Parquet, CSV and GeoJSON, the rejected rows, and what was counted."""

import csv
import hashlib
import json
from collections.abc import Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import shapely

from truckban.spreadsheet import inert
from truckban.traces.check import Checked
from truckban.traces.clean.noted import vehicles_of
from truckban.traces.lead.evidence import EVIDENCE
from truckban.traces.lead.leads import Lead
from truckban.traces.lead.repeats import repeats_facts
from truckban.traces.read.arrow_arrays import array_of
from truckban.traces.read.rejects import Rejects
from truckban.traces.read.tables import Reject
from truckban.whole_folder import RUN, whole_folder

_TEXTS = pa.list_(pa.string())


def _end(name: str) -> list[tuple[str, pa.DataType]]:
    """Return the columns that say how a part of a passage begins or ends."""
    more = {"street": pa.string(), "number": pa.int64(), "from": pa.string(), "lon": pa.float64(), "lat": pa.float64()}
    return [(name, pa.string()), *((f"{name}_{part}", kind) for part, kind in more.items())]


FILES = (
    "leads.parquet", "leads.csv", "leads.geojson", "rejected.csv", "passages.parquet", "passages.csv", "report.html",
)  # fmt: skip
APART = "passages"
"""The folder of passages that are too many for one file."""
SCHEMA = pa.schema(
    [
        ("lead_id", pa.string()),
        ("vehicle_id", pa.string()),
        ("plate", pa.string()),
        ("entered_at", pa.string()),
        ("left_at", pa.string()),
        ("fixes", pa.int64()),
        ("fixes_inside", pa.int64()),
        ("distance_inside_m", pa.float64()),
        ("roads", _TEXTS),
        ("probability", pa.float64()),
        ("verdict", pa.string()),
        ("reasons", _TEXTS),
        ("enforceable", pa.bool_()),
        ("permit_status", pa.string()),
        ("enterprise_id", pa.string()),
        ("grade", pa.string()),
        ("clauses", _TEXTS),
        ("missing", _TEXTS),
        ("other_readings", _TEXTS),
        ("notice", pa.string()),
        ("route", pa.string()),
        ("route_en", pa.string()),
        *_end("entry"),
        *_end("exit"),
        ("mean_speed_kmh", pa.float64()),
        ("max_speed_kmh", pa.float64()),
        ("depth_max_m", pa.float64()),
        ("vehicle_class", pa.string()),
        ("vehicle_facts", _TEXTS),
        ("why_probability", _TEXTS),
        ("evidence_missing", _TEXTS),
        ("incident_id", pa.string()),
        ("repeat_rule", pa.string()),
    ]
)


def write_outputs(checked: Checked, out: Path, *, all_passages: bool, excel: bool, lang: str) -> None:
    """Write the leads and the rejected rows (contract, section 2) into a folder.

    Args:
        checked: the outcome.
        out: the folder, made where it is not there.
        all_passages: also write `passages.parquet` and `passages.csv`, with lawful and unsure ones, and their `kind`.
        excel: begin the CSV files with a byte order mark, without which Excel misreads Chinese.
        lang: the language of the rejected rows' reasons; both stand in the file, this one first.
    """
    out.mkdir(parents=True, exist_ok=True)
    encoding = "utf-8-sig" if excel else "utf-8"
    leads = checked.leads
    rows = [lead.row() for lead in leads]
    _write_rows(rows, out / "leads", encoding)
    if all_passages and not checked.others_apart:
        _write_rows([part.row() for part in checked.parts], out / "passages", encoding, checked.part_kinds)
    (out / "leads.geojson").write_text(_geojson(leads, rows, checked), encoding="utf-8")
    write_rejects(checked.rejects, out / "rejected.csv", lang, encoding)


def whole_result(checked: Checked, out: Path) -> AbstractContextManager[Path]:
    """Give a folder to write the files of a check to; whole, they take the place of an earlier check's (`whole_folder`)."""
    # passages that the machines of an earlier run wrote; nothing else that may stand under that name
    apart = not checked.others_apart and (out / APART / "_SUCCESS").exists()
    return whole_folder(out, FILES, [APART] if apart else [])


def write_run(checked: Checked, out: Path) -> None:
    """Write `run.json`, last of all: where it stands, the folder is whole."""
    run = run_facts(checked)
    (out / RUN).write_text(json.dumps(run, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def run_facts(checked: Checked) -> dict[str, Any]:
    """Return what `run.json` says: inputs, counts, what was judged by, versions."""
    zone = checked.ground.zone
    return {
        "truckban": metadata.version("truckban"),
        "engine": checked.engine,
        "notice": {"id": checked.notice.id, "doc_no": checked.notice.pack.doc_no, "sha256": checked.notice.sha256},
        "zone": {
            "id": zone.id,
            "grade": zone.grade,
            "sha256": zone.sha256,
            "fit_for_enforcement": checked.fit_for_enforcement,
        },
        "min_probability": checked.min_probability,
        "files": [{"file": name, "rows": rows} for name, rows in checked.fixes.files],
        "counts": checked.counts(),
        "repeats": repeats_facts(checked.notice.pack.repeats),
        "evidence_missing": {code: {"zh": text.zh, "en": text.en} for code, text in EVIDENCE.items()},
        "fit": checked.fixes.fit.as_json() if checked.fixes.fit else None,
        "notes": _notes(checked),
        **({} if checked.origins is None else {"origins": checked.origins}),
        **({} if checked.notice.alerts is None else {"options": {"alerts": checked.notice.alerts.as_json()}}),
        "leads_sha256": hashlib.sha256("".join(lead.lead_id for lead in checked.leads).encode()).hexdigest(),
    }


def _notes(checked: Checked) -> list[dict[str, Any]]:
    """Return the notes; the first vehicles that one is about are named as the report names them, without whole plates."""
    notes: list[dict[str, Any]] = [{"zh": note.zh, "en": note.en} for note in checked.notes]
    named = {number: vehicles for number, note in enumerate(checked.notes) if (vehicles := vehicles_of(note))}
    if named:
        from truckban.report.rows import masker_of  # noqa: PLC0415 - the report imports this module

        masker = masker_of(checked)
        for number, vehicles in named.items():
            notes[number]["vehicles"] = [masker.name(vehicle) for vehicle in vehicles]
    return notes


def _write_rows(
    rows: Sequence[Mapping[str, Any]], path: Path, encoding: str, kinds: Sequence[str] | None = None
) -> None:
    schema = SCHEMA
    if kinds is not None:
        schema = SCHEMA.append(pa.field("kind", pa.string()))
        rows = [{**row, "kind": kind} for row, kind in zip(rows, kinds, strict=True)]
    values = {name: [row[name] for row in rows] for name in schema.names}
    columns = [array_of(values[name], schema.field(name).type) for name in schema.names]
    pa.parquet.write_table(pa.Table.from_arrays(columns, schema=schema), path.with_suffix(".parquet"))
    with path.with_suffix(".csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(schema.names)
        writer.writerows(zip(*(_cells(values[name], schema.field(name).type) for name in schema.names), strict=True))


def _cells(values: Sequence[Any], kind: pa.DataType) -> Sequence[Any]:
    """Return what stands in a CSV file for a column's values; numbers are written as they are."""
    return values if pa.types.is_floating(kind) or pa.types.is_integer(kind) else [cell(value) for value in values]


def cell(value: Any) -> Any:  # noqa: ANN401
    """Return what stands in a CSV file for a value."""
    if isinstance(value, list):
        value = ";".join(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return inert(value)


def _geojson(leads: Sequence[Lead], rows: Sequence[Mapping[str, Any]], checked: Checked) -> str:
    # along the streets where the path is known (`why_probability` says so), else from fix to fix
    lines = [lead.line if (path := lead.path) is None else path for lead in leads]
    points, of = shapely.get_coordinates(np.array(lines, dtype=object), return_index=True)
    places, bounds = points.tolist(), np.searchsorted(of, np.arange(len(lines) + 1)).tolist()
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": {"type": "LineString", "coordinates": places[begin:end]},
        }
        for row, (begin, end) in zip(rows, pairwise(bounds), strict=True)
    ]
    zone = checked.ground.zone
    head = {
        "notice": checked.notice.id,
        "zone": zone.id,
        "grade": zone.grade,
        "fit_for_enforcement": checked.fit_for_enforcement,
    }
    return json.dumps({"type": "FeatureCollection", "truckban": head, "features": features}, ensure_ascii=False) + "\n"


def write_rejects(rejects: Sequence[Reject], path: Path, lang: str, encoding: str) -> None:
    """Write the rows that were not used, each with its reason in both languages, `lang` first."""
    other = "en" if lang == "zh" else "zh"
    # a few texts come again and again
    known: dict[Hashable, tuple[str, str, str, str]] = {}
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "line", "field", "reason", f"reason_{other}"])
        for name, line, field, reason in (rejects if isinstance(rejects, Rejects) else Rejects(rejects)).by_line():
            key = name, field, reason
            cells = known.get(key)
            if cells is None:
                cells = known[key] = cell(name), cell(field), cell(reason.of(lang)), cell(reason.of(other))
            writer.writerow([cells[0], line, *cells[1:]])
