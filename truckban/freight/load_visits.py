"""Weighing records beside visits: the records that no visit explains, and the visits that left no record. Both are to be asked about."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from enterprises.loading.times import written
from enterprises.loads import Compared, Loading, Loads, Reading, against_visits, loadings
from enterprises.stops import EMPTY
from enterprises.visits import Visit
from truckban.freight.load_shown import Shown
from truckban.freight.visit_table import VisitTable

WITHIN_S = 1800.0
"""How far a weighbridge's clock and the queue at the gate may lie apart."""
NEED_NONE = ("light", "micro", "low_speed", "three_wheel", "special", "not_truck", "trailer")
"""Classes of which no record is asked: their visits are rarely for loads that are weighed. A choice of this program."""
RECORD_WHY = ("outside_period", "vehicle_never_seen", "enterprise_never_visited", "no_visit_then")
VISIT_WHY = ("outside_period", "enterprise_without_records", "vehicle_without_records", "no_record_then")
RECORD_COLUMNS = (
    "file",
    "line",
    "slip",
    "time",
    "vehicle",
    "plate",
    "enterprise_id",
    "enterprise_name",
    "why",
    "perhaps",
)
VISIT_COLUMNS = (
    "line", "vehicle", "plate", "vehicle_class", "enterprise_id", "enterprise_name", "site", "arrived_at", "left_at", "certainty",
    "why", "perhaps",
)  # fmt: skip
NAMES = ("records_without_visit.csv", "visits_without_record.csv")
Row = tuple[Any, ...]
_WORDS = {True: "true", False: "false"}


@dataclass(frozen=True, slots=True)
class Beside:
    """Records and visits compared.

    Attributes:
        table: the visits.
        records: the records, as they were compared.
        found: who has a partner and who has none.
        within_s: the time allowed before the arrival and after the departure.
    """

    table: VisitTable
    records: Sequence[Loading]
    found: Compared
    within_s: float

    @classmethod
    def of(cls, loads: Loads, table: VisitTable, *, within_s: float = WITHIN_S) -> "Beside":
        """Compare records with visits.

        A visit is asked for a record unless its vehicle is of a class that needs none, or its terminal says that it left empty.

        Args:
            loads: the records.
            table: the visits.
            within_s: the time allowed.
        """

        def asked(visit: Visit) -> bool | None:
            if visit.load_after == EMPTY:
                return False
            known = table.classes.get(visit.vehicle_id)
            return None if known in (None, "unknown") else known not in NEED_NONE

        records = loadings(loads.records)
        return cls(table, records, against_visits(records, table.visits, within_s, heavy=asked), within_s)

    def counts(self) -> dict[str, Any]:
        """Return figures that add up.

        records = paired + more + alone + nowhere; visits = paired + alone + not_asked + nowhere; `why` adds up to `alone`, and
        `perhaps` is a part of it.
        """
        found = self.found
        return {
            "records": {
                "all": len(self.records),
                "paired": len(found.pairs),
                "more": len(found.more),
                "alone": len(found.records_alone),
                "perhaps": len(found.records_perhaps),
                "nowhere": len(found.records_nowhere),
                "why": _every(RECORD_WHY, self.record_why().values()),
            },
            "visits": {
                "all": len(self.table.visits),
                "paired": len(found.pairs),
                "alone": len(found.visits_alone),
                "perhaps": len(found.visits_perhaps),
                "not_asked": len(found.visits_not_asked),
                "nowhere": len(found.visits_nowhere),
                "why": _every(VISIT_WHY, self.visit_why().values()),
            },
            "within_s": self.within_s,
        }

    def record_why(self) -> dict[int, str]:
        """Return of each record without a visit what is known of the visits: the first of `RECORD_WHY` that holds."""
        visits = self.table.visits
        plates, enterprises = {one.plate for one in visits}, {one.enterprise for one in visits}
        first = min((one.arrived_s for one in visits), default=np.inf) - self.within_s
        last = max((one.left_s for one in visits), default=-np.inf) + self.within_s
        found = {}
        for place in self.found.records_alone:
            one = self.records[place]
            held = (not first <= one.at_s <= last, one.plate not in plates, one.enterprise not in enterprises, True)
            found[place] = RECORD_WHY[held.index(True)]
        return found

    def visit_why(self) -> dict[int, str]:
        """Return of each visit without a record what is known of the records: the first of `VISIT_WHY` that holds."""
        plates, enterprises = {one.plate for one in self.records}, {one.enterprise for one in self.records}
        first = min((one.at_s for one in self.records), default=np.inf) - self.within_s
        last = max((one.at_s for one in self.records), default=-np.inf) + self.within_s
        found = {}
        for place in self.found.visits_alone:
            one = self.table.visits[place]
            outside = one.left_s < first or one.arrived_s > last
            held = (outside, one.enterprise not in enterprises, one.plate not in plates, True)
            found[place] = VISIT_WHY[held.index(True)]
        return found


def _every(names: Sequence[str], found: Iterable[str]) -> dict[str, int]:
    counted = Counter(found)
    return {name: counted[name] for name in names}


def record_rows(beside: Beside, loads: Loads, how: Reading, shown: Shown, names: Mapping[str, str]) -> list[Row]:
    """Return the rows of `records_without_visit.csv`."""
    records, why = loads.records, beside.record_why()
    perhaps = set(beside.found.records_perhaps)
    times = written(records.time, how.zone)
    rows = []
    for place, reason in why.items():
        one, plate = beside.records[place], int(records.plate.codes[place])
        rows.append(
            (
                shown.text(records.files[int(records.file[place])]), int(records.line[place]), shown.text(records.slip[place].as_py() or ""),
                str(times[place]), shown.vehicles[plate], shown.plates[plate], one.enterprise, names.get(one.enterprise or ""), reason,
                _WORDS[place in perhaps],
            )
        )  # fmt: skip
    return rows


def visit_rows(beside: Beside, how: Reading, shown: Shown, names: Mapping[str, str]) -> list[Row]:
    """Return the rows of `visits_without_record.csv`; `line` is that of the visits' file."""
    table, why = beside.table, beside.visit_why()
    perhaps = set(beside.found.visits_perhaps)
    places = list(why)
    ends = [
        written(np.array([int(end(table.visits[place])) for place in places], np.int64), how.zone)
        for end in (attrgetter("arrived_s"), attrgetter("left_s"))
    ]
    rows = []
    for number, place in enumerate(places):
        one = table.visits[place]
        own = None if one.plate is None else shown.place.get(one.plate)
        rows.append(
            (
                table.lines[place], None if own is None else shown.vehicles[own], shown.text(one.plate or ""),
                table.classes.get(one.vehicle_id), one.enterprise, names.get(one.enterprise or ""), one.site, str(ends[0][number]),
                str(ends[1][number]), one.certainty, why[place], _WORDS[place in perhaps],
            )
        )  # fmt: skip
    return rows
