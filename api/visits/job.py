"""The job that finds visits and possible loading places in uploaded traces."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.enterprises.freight_job import REGISTRY, FreightKind, held, row_id
from api.jobs.kinds import Task
from api.law import Law
from api.store.base import now
from api.store.enterprises import put_candidates, put_rows
from api.store.tables.enterprises import FreightRun, Visit
from enterprises.registry import Registry
from enterprises.unlisted import Candidate
from enterprises.visits import Visit as Found
from truckban.freight.visit_files import LOADS
from zones.errors import InputError
from zones.locate import Locator
from zones.text import Text

_IN_COLUMNS = ("lon", "lat", "vehicles", "stops", "id", "examples", "first_s", "last_s")


class _Visits(FreightKind):
    name = "visits"

    def count(self, task: Task, run: FreightRun, law: Law, folder: Path, given: Mapping[str, Path]) -> dict[str, Any]:
        # what takes long to import is for this process alone
        from truckban.freight.sites_given import read_given_sites  # noqa: PLC0415
        from truckban.freight.visit_report import VisitReport  # noqa: PLC0415
        from truckban.freight.visiting import visiting, with_sites  # noqa: PLC0415
        from truckban.traces.check import Inputs, check  # noqa: PLC0415

        notice = run.options["notice"]
        ground = law.ground(notice)
        if ground is None:
            raise InputError(Text(f"通告 {notice} 没有区域", f"there is no zone for notice {notice}"), field="notice")
        ground = _meant(ground, run.options.get("zone"))
        known = str(folder / REGISTRY)
        sites = read_given_sites(str(given["sites"]), known) if "sites" in given else read_given_sites(known)
        inputs = Inputs(
            given["traces"],
            given["vehicles"],
            given.get("permits"),
            run.options["crs"],
            run.options["columns"],
            now=dt.datetime.now(dt.UTC),
        )
        checked = check(inputs, law.now.pairs[notice].notice, ground)
        task.tell({"phase": "visits", "rows": checked.fixes.read})
        zone = checked.notice.pack.timezone
        min_s = run.options["min_minutes"] * 60
        found = visiting(inputs, zone, sites, checked.fleet.plates, min_s=min_s)
        checked, origins = with_sites(checked, found)
        report = VisitReport.of(checked, origins, found, None)
        classes = {name: one.vehicle_class for name, one in checked.fleet.vehicles.items()}
        plates = checked.fleet.plates
        counts = report.counts()
        return {
            "rows": {
                "visits": list(_visit_rows(found.visited.visits, sites.registry, ZoneInfo(zone), classes)),
                "places": [_place(one, plates) for one in report.unlisted.candidates],
            },
            "read": checked.fixes.read,
            "counts": {name: counts[name] for name in ("visits", "unlisted", "leads", "rows", "vehicles")},
            "notes": [{"zh": text.zh, "en": text.en} for text in report.notes()],
            "basis": {
                "notice": checked.notice.sha256,
                "zone": checked.ground.zone.sha256,
                "registry": sites.registry.sha256,
                "invented": sites.registry.invented,
                "sites": len(sites.places),
                "program": metadata.version("truckban"),
            },
        }

    def put(self, session: Session, run_id: str, rows: Mapping[str, Any]) -> None:
        at = now()
        put_rows(session, Visit, [_stored(row) | {"run_id": run_id, "added_at": at} for row in rows["visits"]])
        put_candidates(session, run_id, rows["places"])


VISITS = _Visits()


def _meant(ground: Locator, sha256: str | None) -> Locator:
    """Return the map of one zone.

    Raises:
        InputError: it is none of the notice's now, or there are several and none is said.
    """
    meant = [each for each in ground.each if sha256 in (None, each.zone.sha256)]
    if len(meant) != 1:
        text = Text(
            "通告的区域已换，请重新开始并写明哪个区域", "the notice's zones have changed: begin again and say which"
        )
        raise InputError(text, field="zone")
    return meant[0]


def _visit_rows(
    visits: Iterable[Found], registry: Registry, zone: ZoneInfo, classes: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for visit in visits:
        day = dt.datetime.fromtimestamp(visit.arrived_s, zone).date()
        entry = registry.entry(visit.enterprise, day) if visit.enterprise else None
        known = registry.in_force(day) is not None
        where = visit.site or ",".join(visit.others)
        yield {
            "visit_id": row_id(visit.plate or visit.vehicle_id, where, int(visit.arrived_s)),
            "enterprise": visit.enterprise,
            "name": held(entry.name) if entry else None,
            "listed": entry.listed if entry and known else None,
            "site": held(visit.site),
            "vehicle_id": held(visit.vehicle_id),
            "plate": held(visit.plate, 40),
            "vehicle_class": classes.get(visit.vehicle_id),
            "arrived_at": visit.arrived_s,
            "left_at": visit.left_s,
            "day": day.toordinal(),
            "certainty": visit.certainty,
            "probability": visit.probability,
            "facts": {
                "margin_m": visit.margin_m,
                "others": list(visit.others),
                "stops": visit.stops,
                "load_before": LOADS[visit.load_before],
                "load_after": LOADS[visit.load_after],
                "silent_min": round(visit.silent_s / 60, 1),
                "came_unseen": visit.came_unseen,
                "left_unseen": visit.left_unseen,
            },
            "invented": registry.invented,
        }


def _place(one: Candidate, plates: Mapping[str, str | None]) -> dict[str, Any]:
    evidence = {name: value for name, value in asdict(one).items() if name not in _IN_COLUMNS}
    return {
        "id": one.id,
        "lon": one.lon,
        "lat": one.lat,
        "vehicles": one.vehicles,
        "stops": one.stops,
        "evidence": {**evidence, "first_at": int(one.first_s), "last_at": int(one.last_s)},
        "examples": [
            {
                "vehicle_id": held(stop.vehicle_id),
                "plate": held(plates.get(stop.vehicle_id), 40),
                "from": int(stop.start_s),
                "to": int(stop.end_s),
            }
            for stop in one.examples
        ],
    }


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    times = {name: dt.datetime.fromtimestamp(row[name], dt.UTC) for name in ("arrived_at", "left_at")}
    return {**row, **times}
