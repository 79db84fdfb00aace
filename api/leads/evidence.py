"""What a lead can be decided again from: the reports of its vehicle around it, its vehicle and its permits as they were given."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from api.store.leads import Track
from truckban.permits import Permit
from truckban.traces.check import Checked, Inputs
from truckban.traces.lead.leads import Lead
from truckban.traces.read.arrow_arrays import array_of
from truckban.traces.read.pieces import Source
from truckban.traces.sifting.sift_rows import Piece

AROUND_S = 3600.0
"""Reports so long before and after a lead belong to its evidence: a drive is judged as a whole."""
SCHEMA = pa.schema(
    [
        ("vehicle_id", pa.string()),
        ("time", pa.timestamp("ms", "UTC")),
        *((name, pa.float64()) for name in ("lon", "lat", "accuracy_m", "speed_kmh")),
    ]
)


class _Some(NamedTuple):
    """Reports of one vehicle: columns time (s), lon, lat, accuracy, speed; shape (n, 5)."""

    vehicle: str
    rows: npt.NDArray[np.float64]


def tracks_of(checked: Checked, inputs: Inputs) -> dict[str, Track]:
    """Return the evidence of each lead of a check, by lead id; the files are read once more, for these vehicles only.

    Args:
        checked: the outcome.
        inputs: what was checked.

    Raises:
        InputError: a file cannot be read any more.
    """
    leads = checked.leads
    if not leads:
        return {}
    by_vehicle: dict[str, list[npt.NDArray[np.float64]]] = {lead.vehicle_id: [] for lead in leads}
    spans: dict[str, list[Lead]] = {}
    for lead in leads:
        spans.setdefault(lead.vehicle_id, []).append(lead)
    for some in _reports(checked, inputs, spans):
        by_vehicle[some.vehicle].append(some.rows)
    permits: dict[str, list[dict[str, Any]]] = {}
    for permit in checked.permits.permits:
        permits.setdefault(permit.plate, []).append(permit_row(permit))
    found = {}
    for name, own in spans.items():
        rows = np.concatenate([*by_vehicle[name], np.zeros((0, 5))])
        facts = checked.fleet.vehicles.get(name)
        plate = facts.plate if facts else None
        for lead in own:
            near = (rows[:, 0] >= lead.begin_s - AROUND_S) & (rows[:, 0] <= lead.end_s + AROUND_S)
            given = dict(facts.given) if facts else {}
            # a vehicle without a plate is judged with the permits of all
            may_be_its = permits.get(plate, []) if plate else [each for rows_ in permits.values() for each in rows_]
            found[lead.lead_id] = Track(_packed(name, rows[near]), given, may_be_its)
    return found


def _reports(checked: Checked, inputs: Inputs, spans: Mapping[str, list[Lead]]) -> Iterator[_Some]:
    timezone = checked.notice.pack.timezone
    now_s = None if inputs.now is None else inputs.now.timestamp()
    source = Source(inputs.traces, timezone, inputs.crs, inputs.columns, now_s)
    ends = {
        name: (min(each.begin_s for each in own) - AROUND_S, max(each.end_s for each in own) + AROUND_S)
        for name, own in spans.items()
    }
    for piece, _ in source.pieces():
        names = list(source.vehicles)
        wanted = np.array([name in spans for name in names], bool)
        codes = piece.codes[piece.vehicle]
        rows = np.flatnonzero((codes >= 0) & wanted[codes])
        if not len(rows):
            continue
        t_s = _seconds(piece, rows)
        values = np.column_stack(
            [t_s, piece.lon[rows], piece.lat[rows], _some(piece.accuracy_m, rows), _some(piece.speed_kmh, rows)]
        )
        for code in np.unique(codes[rows]).tolist():
            first, last = ends[names[code]]
            mine = (codes[rows] == code) & (t_s >= first) & (t_s <= last)
            yield _Some(names[code], values[mine])


def _seconds(piece: Piece, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return times as seconds since 1970-01-01 UTC."""
    time = piece.time[rows]
    if piece.ms == 0:
        return time.astype(np.float64) + piece.shift_ms / 1000.0
    ticks = time.astype(np.int64) * piece.ms // piece.parts  # as the check itself reads them
    seconds: npt.NDArray[np.float64] = (ticks + piece.shift_ms) / 1000.0
    return seconds


def _some(column: npt.NDArray[np.float64], rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    return column[rows] if len(column) else np.full(len(rows), np.nan)


def _packed(name: str, rows: npt.NDArray[np.float64]) -> bytes:
    """Return reports as Parquet, compressed."""
    times = np.round(rows[:, 0] * 1000.0).astype(np.int64)
    time = pa.Array.from_buffers(SCHEMA.field("time").type, len(rows), [None, pa.py_buffer(times)])
    numbers = [_numbers(rows[:, k]) for k in range(1, 5)]
    table = pa.Table.from_arrays([array_of([name] * len(rows), pa.string()), time, *numbers], schema=SCHEMA)
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd")
    return file.getvalue()


def _numbers(values: npt.NDArray[np.float64]) -> pa.Array:
    """Return numbers; NaN is none given."""
    given = ~np.isnan(values)
    valid = None if given.all() else pa.py_buffer(np.packbits(given, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.float64(), len(values), [valid, pa.py_buffer(np.ascontiguousarray(values))])


def tracks_table(tracks: Mapping[str, Track]) -> pa.Table:
    """Return the evidence of leads as one table: by lead id the reports, and what was said of vehicle and permits."""
    said = [
        json.dumps({"vehicle": dict(track.vehicle), "permits": list(track.permits)}, default=str)
        for track in tracks.values()
    ]
    return pa.Table.from_arrays(
        [
            array_of(list(tracks), pa.string()),
            _large([track.fixes for track in tracks.values()], pa.large_binary()),
            _large([text.encode() for text in said], pa.large_string()),
        ],
        names=["lead_id", "fixes", "said"],
    )


def _large(values: list[bytes], kind: pa.DataType) -> pa.Array:
    ends = np.cumsum([0, *map(len, values)], dtype=np.int64)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(values))])


def reports_of(packed: bytes) -> list[dict[str, Any]]:
    """Return the reports in the evidence of a lead, in order of time."""
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(packed)).sort_by("time").to_pylist()
    return rows


def permit_row(permit: Permit) -> dict[str, Any]:
    """Return a permit as `truckban.permits.read_permit` reads it."""
    row = {
        "plate": permit.plate,
        "valid_from": permit.valid_from and permit.valid_from.isoformat(),
        "valid_to": permit.valid_to and permit.valid_to.isoformat(),
        "windows": list(permit.windows),
        "roads": sorted(permit.roads) if permit.roads is not None else None,
        "area": None if permit.area is None else shapely.geometry.mapping(permit.area),
        "status": permit.status,
        "kind": permit.kind,
    }
    return {name: value for name, value in row.items() if value is not None}
