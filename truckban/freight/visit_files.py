"""The files that `truckban enterprise visits` leaves: visits, candidates, cross-checks; number plates masked unless asked for."""

import csv
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from enterprises.registry import Registry
from enterprises.stops import EMPTY, FULL, HALF
from enterprises.unlisted import Candidate
from enterprises.visits import Visit
from truckban.freight.crosschecks import Row
from truckban.report.masking import Masker
from truckban.traces.output import cell
from zones.text import Text

LOADS = {EMPTY: "empty", HALF: "half", FULL: "full", None: None}
VISIT_COLUMNS = (
    "vehicle_id", "plate", "vehicle_class", "enterprise", "name", "listed_on_day", "site", "arrived_at", "left_at", "minutes", "certainty",
    "probability", "margin_m", "others", "stops", "load_before", "load_after", "silent_min", "came_unseen", "left_unseen",
)  # fmt: skip
CANDIDATE_COLUMNS = (
    "rank", "id", "lon", "lat", "reach_m", "sprawls", "vehicles", "stops", "overnight", "vehicles_overnight", "days",
    "first_at", "last_at", "hours", "median_min", "load_known", "left_loaded", "near", "near_m", "examples",
)  # fmt: skip
ORIGIN_COLUMNS = ("enterprise", "name", "origin", "leads", "prohibited", "undetermined", "incidents", "vehicles")
RATE_COLUMNS = (
    "enterprise", "name", "vehicles", "trips", "unlawful_trips", "rate", "rate_low", "rate_high", "leads_prohibited",
    "leads_undetermined",
)  # fmt: skip
NOT_LISTED_COLUMNS = ("enterprise", "name", "visits", "vehicles", "first_day", "last_day", "listed")
SHIPPER_COLUMNS = ("shipper", "status", "rows", "first_day", "last_day", "enterprise", "name", "reason")
MANY_COLUMNS = ("vehicle_id", "plate", "enterprises", "visits", "which")
CAUTION = Text(
    "这些地点供实地核查，不是指控：饭店、停车场、修理厂也会有多辆货车久停。",
    "These places are candidates for inspection, not accusations: trucks also stand for long at restaurants, car parks and workshops.",
)


@dataclass(frozen=True, slots=True)
class Writer:
    """How rows are written.

    Attributes:
        timezone: in which times are written.
        masker: hides plates.
        masked: whether it does.
        encoding: of the CSV files.
    """

    timezone: str
    masker: Masker
    masked: bool
    encoding: str = "utf-8"

    def at(self, t_s: float) -> str:
        """Write an instant to the second (RFC 3339)."""
        return dt.datetime.fromtimestamp(int(t_s), ZoneInfo(self.timezone)).isoformat()

    def who(self, vehicle_id: str) -> str:
        """Write a vehicle's id."""
        return self.masker.name(vehicle_id) if self.masked else vehicle_id

    def plate(self, plate: str | None) -> str | None:
        """Write a plate."""
        return self.masker.name(plate) if plate and self.masked else plate

    def table(self, path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a CSV file."""
        with path.open("w", encoding=self.encoding, newline="") as file:
            out = csv.writer(file)
            out.writerow(columns)
            out.writerows([cell(row[name]) for name in columns] for row in rows)


def visit_rows(
    visits: Sequence[Visit], registry: Registry, writer: Writer, classes: Mapping[str, str] | None = None
) -> list[Row]:
    """Return the rows of `visits.csv`; whether the enterprise was listed is asked of the day of arrival.

    Args:
        visits: found.
        registry: of the enterprises.
        writer: of the files.
        classes: of the vehicles, by id.
    """
    known: dict[tuple[str, dt.date], tuple[str, bool | None]] = {}

    def entry(enterprise: str, on: dt.date) -> tuple[str, bool | None]:
        if (enterprise, on) not in known:
            found = registry.entry(enterprise, on)
            # before the first list at hand nobody knows
            known[enterprise, on] = found.name, found.listed if registry.in_force(on) else None
        return known[enterprise, on]

    zone = ZoneInfo(writer.timezone)
    rows = []
    for visit in visits:
        day = dt.datetime.fromtimestamp(visit.arrived_s, zone).date()
        name, listed = entry(visit.enterprise, day) if visit.enterprise else (None, None)
        rows.append(
            {
                "vehicle_id": writer.who(visit.vehicle_id),
                "plate": writer.plate(visit.plate),
                "vehicle_class": (classes or {}).get(visit.vehicle_id),
                "enterprise": visit.enterprise,
                "name": name,
                "listed_on_day": listed,
                "site": visit.site,
                "arrived_at": writer.at(visit.arrived_s),
                "left_at": writer.at(visit.left_s),
                "minutes": round((visit.left_s - visit.arrived_s) / 60, 1),
                "certainty": visit.certainty,
                "probability": visit.probability,
                "margin_m": visit.margin_m,
                "others": list(visit.others),
                "stops": visit.stops,
                "load_before": LOADS[visit.load_before],
                "load_after": LOADS[visit.load_after],
                "silent_min": round(visit.silent_s / 60, 1),
                "came_unseen": visit.came_unseen,
                "left_unseen": visit.left_unseen,
            }
        )
    return rows


def candidate_rows(candidates: Sequence[Candidate], writer: Writer) -> list[Row]:
    """Return the rows of `unlisted.csv`."""
    return [
        asdict(one)
        | {
            "first_at": writer.at(one.first_s),
            "last_at": writer.at(one.last_s),
            "hours": [str(count) for count in one.hours],
            "examples": [
                f"{writer.who(stop.vehicle_id)} {writer.at(stop.start_s)}/{writer.at(stop.end_s)}"
                for stop in one.examples
            ],
        }
        for one in candidates
    ]


def candidates_geojson(rows: Sequence[Row]) -> str:
    """Return `unlisted.geojson`: points, with the evidence."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {name: row[name] for name in CANDIDATE_COLUMNS if name not in ("lon", "lat")},
        }
        for row in rows
    ]
    caution = {"zh": CAUTION.zh, "en": CAUTION.en}
    return (
        json.dumps({"type": "FeatureCollection", "caution": caution, "features": features}, ensure_ascii=False) + "\n"
    )


def masked_rows(rows: Sequence[Row], writer: Writer) -> list[Row]:
    """Return rows with vehicle ids and plates as they are to be shown."""
    return [row | {"vehicle_id": writer.who(row["vehicle_id"]), "plate": writer.plate(row["plate"])} for row in rows]
