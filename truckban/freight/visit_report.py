"""All that `truckban enterprise visits` found, and its folder: tables, picture, page, and a run.json whose figures add up."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from enterprises.places import Places
from enterprises.unlisted import Search, Unlisted, unlisted_places
from truckban.freight.crosschecks import Traced, enterprise_rates, leads_by_origin, many_enterprises, not_listed, traced
from truckban.freight.origins import Origin
from truckban.freight.shipper_files import Unlisted as Shippers
from truckban.freight.visit_files import (
    CANDIDATE_COLUMNS,
    CAUTION,
    MANY_COLUMNS,
    NOT_LISTED_COLUMNS,
    ORIGIN_COLUMNS,
    RATE_COLUMNS,
    SHIPPER_COLUMNS,
    VISIT_COLUMNS,
    Writer,
    candidate_rows,
    candidates_geojson,
    masked_rows,
    visit_rows,
)
from truckban.freight.visiting import HEAVY, Visiting
from truckban.report.masking import Masker
from truckban.report.visit_map import visit_map, write_picture
from truckban.report.visit_page import Tables, visit_page
from truckban.traces.check import Checked
from truckban.traces.output import write_rejects
from truckban.whole_folder import RUN, whole_folder
from zones.text import Text

FILES = (
    "visits.csv", "unlisted.csv", "unlisted.geojson", "unlisted.png", "leads_by_origin.csv", "enterprises.csv",
    "not_listed.csv", "vehicles_at_many.csv", "shippers.csv", "rejected.csv", "report.html",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VisitReport:
    """What was found.

    Attributes:
        checked: the check of the same traces, with origins.
        leads: its leads, with where they began.
        found: stops and visits.
        places: sites, and what is known to be no loading place.
        unlisted: the candidates.
        not_known: vehicles of the traces that the vehicles' file does not have; they count as not heavy.
        shippers: those of a sheet of trips or permit applications that were on no list on the day; None without a sheet.
    """

    checked: Checked
    leads: Sequence[Traced]
    found: Visiting
    places: Places
    unlisted: Unlisted
    not_known: int
    shippers: Shippers | None = None

    @classmethod
    def of(
        cls,
        checked: Checked,
        origins: Sequence[Origin],
        found: Visiting,
        known: Places | None,
        search: Search | None = None,
        shippers: Shippers | None = None,
    ) -> "VisitReport":
        """Put everything together.

        Args:
            checked: the check, with origins.
            origins: of each of its parts.
            found: stops and visits.
            known: places that are known to be no loading places.
            search: what a candidate is.
            shippers: what a sheet says of its shippers.
        """
        places = Places([*found.given.places.all, *(known.all if known else ())])
        fleet = checked.fleet.vehicles
        names = found.stops.vehicle_ids
        heavy = np.array([name in fleet and fleet[name].vehicle_class in HEAVY for name in names], np.bool_)
        zone = checked.notice.pack.timezone
        unlisted = unlisted_places(found.stops, places, heavy=heavy, timezone=zone, search=search)
        unknown = sum(name not in fleet for name in names)
        return cls(checked, traced(checked, origins), found, places, unlisted, unknown, shippers)

    def notes(self) -> list[Text]:
        """Return what a reader must know."""
        unknown = Text(
            f"{self.not_known} 辆不在车辆表中，找名单外地点时不算重型货车",
            f"{self.not_known} vehicles are not in the vehicles' file; they count as no heavy trucks when places on no list are sought",
        )
        of_sheet = self.shippers.notes if self.shippers else ()
        return [*self.checked.notes, *self.found.given.notes, *of_sheet, *([unknown] if self.not_known else [])]

    def counts(self) -> dict[str, Any]:
        """Return the figures of `run.json`."""
        with_origin = sum(one.origin.enterprise is not None for one in self.leads)
        return {
            **self.checked.counts(),
            "visits": dict(self.found.visited.counts),
            "unlisted": {"stops": self.unlisted.stops, "clusters": self.unlisted.clusters},
            "leads": {
                "all": len(self.leads),
                "with_origin": with_origin,
                "without_origin": len(self.leads) - with_origin,
            },
            **({"shippers": dict(self.shippers.counts)} if self.shippers else {}),
        }

    def write(self, out: Path, *, masked: bool, excel: bool, lang: str) -> None:
        """Write the folder, `run.json` last.

        Args:
            out: the folder, made where it is not there.
            masked: hide number plates.
            excel: begin the CSV files with a byte order mark.
            lang: of the page, and of what stands first in `rejected.csv`.
        """
        with whole_folder(out, FILES) as part:
            self._write(part, masked=masked, excel=excel, lang=lang)

    def _write(self, out: Path, *, masked: bool, excel: bool, lang: str) -> None:
        plates = self.checked.fleet.plates.values()
        writer = Writer(self.checked.notice.pack.timezone, Masker(plates), masked, "utf-8-sig" if excel else "utf-8")
        registry, visits = self.found.given.registry, self.found.visited.visits
        classes = {name: one.vehicle_class for name, one in self.checked.fleet.vehicles.items()}
        seen = {visit.enterprise for visit in visits if visit.enterprise}
        names = {enterprise: registry.entry(enterprise, registry.latest).name for enterprise in seen}
        tables = Tables(
            candidate_rows(self.unlisted.candidates, writer),
            leads_by_origin(self.leads, names),
            enterprise_rates(visits, self.leads, names),
            masked_rows(many_enterprises(visits, names=names), writer),
            not_listed(visits, registry, writer.timezone),
            self.shippers.rows if self.shippers else None,
        )
        writer.table(out / "visits.csv", VISIT_COLUMNS, visit_rows(visits, registry, writer, classes))
        writer.table(out / "unlisted.csv", CANDIDATE_COLUMNS, tables.candidates)
        (out / "unlisted.geojson").write_text(candidates_geojson(tables.candidates), encoding="utf-8")
        writer.table(out / "leads_by_origin.csv", ORIGIN_COLUMNS, tables.origins)
        writer.table(out / "enterprises.csv", RATE_COLUMNS, tables.rates)
        writer.table(out / "not_listed.csv", NOT_LISTED_COLUMNS, tables.not_listed)
        writer.table(out / "vehicles_at_many.csv", MANY_COLUMNS, tables.many)
        if tables.shippers is not None:
            writer.table(out / "shippers.csv", SHIPPER_COLUMNS, tables.shippers)
        write_rejects(self.checked.rejects, out / "rejected.csv", lang, writer.encoding)
        zone = self.checked.ground.zone
        picture = write_picture(out / "unlisted.png", zone, self.places.all, self.unlisted.candidates)
        page = visit_page(
            tables,
            visit_map(zone, self.places.all, self.unlisted.candidates),
            notes=self.notes(),
            visits=self.counts()["visits"]["visits"],
            invented=registry.invented,
            schematic=zone.grade == "schematic",
            lang=lang,
        )
        (out / "report.html").write_text(page, encoding="utf-8", newline="\n")
        run = self._run(masked=masked, picture=picture)
        (out / RUN).write_text(json.dumps(run, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def _run(self, *, masked: bool, picture: bool) -> dict[str, Any]:
        zone = self.checked.ground.zone
        return {
            "truckban": metadata.version("truckban"),
            "notice": {"id": self.checked.notice.id, "sha256": self.checked.notice.sha256},
            "zone": {"id": zone.id, "grade": zone.grade, "sha256": zone.sha256},
            "origins": self.checked.origins,
            "files": [{"file": name, "rows": rows} for name, rows in self.checked.fixes.files],
            "counts": self.counts(),
            "plates_masked": masked,
            "picture": picture,
            "caution": {"zh": CAUTION.zh, "en": CAUTION.en},
            "notes": [{"zh": note.zh, "en": note.en} for note in self.notes()],
        }
