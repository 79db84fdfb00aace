"""Leads into the store: what a run found, each lead once however often it is found."""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.store.base import Table, now
from api.store.lead_counts import Kind, count, kinds_of
from api.store.lead_roads import rows_of
from api.store.tables.leads import Basis, Lead, LeadFacts, LeadRoad, LeadRun, LeadTrack

OPEN = ("new", "assigned")
CLOSED = ("confirmed", "dismissed", "merged")
_TOGETHER = 1000
_OWN = (
    *("lead_id", "vehicle_id", "plate", "entered_at", "left_at", "probability", "verdict", "vehicle_class"),
    *("enterprise_id", "entry_number", "enforceable", "grade", "notice", "incident_id"),
)


class Track(NamedTuple):
    """What a lead can be decided again from.

    Attributes:
        fixes: Parquet with `vehicle_id, time, lon, lat` and, where known, `accuracy_m`; WGS 84, times in UTC.
        vehicle: a row of the vehicles' file.
        permits: rows of the permits' file that are for its plate.
    """

    fixes: bytes
    vehicle: Mapping[str, Any]
    permits: Sequence[Mapping[str, Any]] = ()


class Added(NamedTuple):
    """How many leads of a run were new, and how many the store had already."""

    new: int
    known: int


def add_leads(
    session: Session,
    run_id: str,
    path: str | Path,
    *,
    basis: Mapping[str, Any],
    path_geojson: str | Path | None = None,
    tracks: Mapping[str, Track] | None = None,
) -> Added:
    """Add the leads of a run; call it in the transaction that ends the run. Called again it changes nothing.

    Args:
        session: a transaction that writes.
        run_id: the run.
        path: its `leads.parquet`.
        basis: what its `run.json` says (`notice`, `zone`, `truckban`, `min_probability`); `options`, where given, is what else
            the check was called with.
        path_geojson: its `leads.geojson`; without it a lead's line goes from where it came in to where it went out.
        tracks: by lead id, see `api.leads.evidence.tracks_of`; a lead without one cannot be decided again.
    """
    basis_id = _basis(session, basis)
    more = {"fit_for_enforcement": False} if _unfit(basis) else {}
    lines = {} if path_geojson is None else _lines(path_geojson)
    new = known = 0
    for rows in _rows(path):
        inserted = _insert_leads(session, rows, lines, basis_id, more)
        numbers = _numbers(session, [row["lead_id"] for row in rows])
        _link(session, run_id, basis_id, rows, numbers)
        _keep_tracks(session, rows, numbers, tracks or {}, inserted)
        new += len(inserted)
        known += len(rows) - len(inserted)
    return Added(new, known)


def insert_or_leave(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those that are there already stay as they are."""
    if rows:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(insert(table).on_conflict_do_nothing(), rows)


def _basis(session: Session, run: Mapping[str, Any]) -> str:
    """Return the id of the row for what a run judged by."""
    told = {
        "notice": run["notice"]["id"],
        "notice_sha256": run["notice"]["sha256"],
        "zone": run["zone"]["id"],
        "zone_sha256": run["zone"]["sha256"],
        "program": run["truckban"],
        "options": {"min_probability": run["min_probability"], **run.get("options", {})},
    }
    if _unfit(run):
        told["options"]["fit_for_enforcement"] = False
    id_ = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
    insert_or_leave(session, Basis, [{"id": id_, **told}])
    return id_


def _unfit(run: Mapping[str, Any]) -> bool:
    """Whether a run says that its zone is not fit for enforcement though its grade does not say so: it is of other roads."""
    zone = run["zone"]
    return zone.get("fit_for_enforcement") is False and zone.get("grade") != "schematic"


def _rows(path: str | Path) -> Iterator[list[dict[str, Any]]]:
    """Yield the leads of a file, each once, some together."""
    seen: set[str] = set()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_TOGETHER):
            rows = []
            for row in batch.to_pylist():
                if row["lead_id"] not in seen:
                    seen.add(row["lead_id"])
                    rows.append({name: _storable(value) for name, value in row.items()})
            yield rows


def _storable(value: Any) -> Any:  # noqa: ANN401
    """Return a value without NUL, which PostgreSQL cannot store."""
    if isinstance(value, str):
        return value.replace("\0", "")
    return [_storable(each) for each in value] if isinstance(value, list) else value


def _lines(path: str | Path) -> dict[str, list[list[float]]]:
    features = json.loads(Path(path).read_text("utf-8"))["features"]
    return {each["properties"]["lead_id"]: each["geometry"]["coordinates"] for each in features}


def _insert_leads(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    lines: Mapping[str, Any],
    basis_id: str,
    more: Mapping[str, Any],
) -> dict[str, int]:
    """Insert the leads that are new; return their numbers."""
    at = now()
    made = {row["lead_id"]: _lead(row, lines.get(row["lead_id"]), basis_id, at) for row in rows}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Lead).on_conflict_do_nothing(index_elements=["lead_id"]).returning(Lead.lead_id, Lead.number)
    inserted = dict(session.execute(statement, [row for row, _, _ in made.values()]).all()) if made else {}
    facts, roads, kinds = [], [], Counter[Kind]()
    for id_, number in inserted.items():
        row, said, line = made[id_]
        facts.append({"number": number, "facts": {**said, **more}, "line": line})
        roads += rows_of(number, row, said["roads"])
        kinds.update(kinds_of(row, said["roads"]))
    if facts:
        session.execute(sa.insert(LeadFacts), facts)
    if roads:
        session.execute(sa.insert(LeadRoad), roads)
    count(session, kinds)
    return inserted


def _lead(
    row: Mapping[str, Any], line: list[list[float]] | None, basis_id: str, at: dt.datetime
) -> tuple[dict[str, Any], dict[str, Any], list[list[float]]]:
    """Return a lead's row, its other facts, and its line."""
    entered, left = (dt.datetime.fromisoformat(row[name]) for name in ("entered_at", "left_at"))
    offset = entered.utcoffset()
    assert offset is not None  # noqa: S101  (the contract writes times with one)
    line = line or [[row[f"{end}_lon"], row[f"{end}_lat"]] for end in ("entry", "exit")]
    lon, lat = line[len(line) // 2]
    own = {
        **{name: row[name] for name in _OWN},
        "basis_id": basis_id,
        "entered_at": entered,
        "left_at": left,
        "offset_min": offset // dt.timedelta(minutes=1),
        "day": entered.toordinal(),
        "hour": entered.hour,
        "lon": lon,
        "lat": lat,
        "state": "new",
        "version": 1,
        "added_at": at,
    }
    return own, {name: value for name, value in row.items() if name not in _OWN or name == "entry_number"}, line


def _numbers(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    found = session.execute(sa.select(Lead.lead_id, Lead.number, Lead.state).where(Lead.lead_id.in_(ids)))
    return {row.lead_id: row for row in found}


def _link(
    session: Session, run_id: str, basis_id: str, rows: Sequence[Mapping[str, Any]], numbers: Mapping[str, Any]
) -> None:
    stored = session.execute(
        sa.select(Lead.number, Lead.entered_at, Lead.probability).where(
            Lead.number.in_([numbers[row["lead_id"]].number for row in rows])
        )
    )
    insert_or_leave(session, LeadRun, [{"run_id": run_id, "basis_id": basis_id, **row} for row in stored.mappings()])


def _keep_tracks(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, Any],
    tracks: Mapping[str, Track],
    inserted: Mapping[str, int],
) -> None:
    """Keep the fixes of leads that are open; of a closed one they are not gathered again."""
    at = now()
    kept = []
    for id_ in (row["lead_id"] for row in rows):
        if id_ in tracks and (id_ in inserted or numbers[id_].state in OPEN):
            track = tracks[id_]
            kept.append(
                {
                    "number": numbers[id_].number,
                    "fixes": track.fixes,
                    "vehicle": dict(track.vehicle),
                    "permits": [dict(permit) for permit in track.permits],
                    "added_at": at,
                }
            )
    insert_or_leave(session, LeadTrack, kept)
