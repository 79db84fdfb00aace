"""Loads: weighing and loading-slip records, held against what a vehicle may weigh on a road.

    found = check_loads([Path("slips.csv")], Reading(builtin_limits(), zone_named("Asia/Shanghai")))

The law's figures are data (`data/limits.yaml`); what is not known of a vehicle is taken for neither side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from enterprises.errors import EnterpriseError, Text
from enterprises.loading.against import Compared, Loading, against_visits
from enterprises.loading.counters import FirmCount, VehicleCount, firm_counts, vehicle_counts
from enterprises.loading.judging import VERDICTS, Judged, judge
from enterprises.loading.limit_file import builtin_limits, read_limits
from enterprises.loading.limits import Case, Limits, Range, limit_of
from enterprises.loading.records import Reading, Records, joined, typed
from enterprises.loading.slips import Repeat, without_repeats
from enterprises.loading.tables import Reject, read_tables
from enterprises.loading.times import zone_named

__all__ = [
    "Case", "Compared", "FirmCount", "Judged", "Limits", "Loading", "Loads", "Range", "Reading", "Records", "Reject", "Repeat",
    "VehicleCount", "against_visits", "builtin_limits", "check_loads", "limit_of", "loadings", "read_limits", "zone_named",
]  # fmt: skip


@dataclass(slots=True)
class Loads:
    """What files of records say.

    Attributes:
        files: name and rows of each.
        records, judged: the records, each once, and what the table says of them.
        repeats: rows that say again what another said.
        rejects: rows that could not be used.
        vehicles, firms: the counters.
        notes: what was found out about files.
    """

    files: list[tuple[str, int]]
    records: Records
    judged: Judged
    repeats: list[Repeat]
    rejects: list[Reject]
    vehicles: list[VehicleCount]
    firms: list[FirmCount]
    notes: list[tuple[str, Text]]

    def counts(self) -> dict[str, int]:
        """Return counts that add up: read = records + repeats + rejected, records = over + within + undetermined."""
        verdicts = {name: int((self.judged.verdict == verdict).sum()) for verdict, name in enumerate(VERDICTS)}
        return {
            "read": sum(rows for _, rows in self.files),
            "records": len(self.records),
            "repeats": len(self.repeats),
            "rejected": len(self.rejects),
            **verdicts,
        }


def check_loads(paths: Sequence[Path], how: Reading, *, fleets: Mapping[str, int] | None = None) -> Loads:
    """Read files of records, and hold every record against its limit.

    Args:
        paths: files (CSV, Excel) or folders of them.
        how: how they are read; see `Reading`.
        fleets: how many goods vehicles a carrier has, by its name.

    Raises:
        EnterpriseError: a file that cannot be read, or without a time, a plate and a mass.
    """
    parts, rejects, files, notes = [], [], [], []
    for raw in read_tables(paths):
        try:
            part, wrong = typed(raw, how)
        except EnterpriseError as error:
            raise EnterpriseError(
                error.text, file=error.file or raw.file, line=error.line, field=error.field
            ) from error
        parts.append((raw.file, part))
        rejects += wrong
        files.append((raw.file, raw.read))
        notes += [(raw.file, note) for note in raw.notes]
    records, repeats = without_repeats(joined(parts, how))
    judged = judge(records, how.limits)
    return Loads(
        files=files,
        records=records,
        judged=judged,
        repeats=repeats,
        rejects=rejects,
        vehicles=vehicle_counts(records, judged, how.limits, how.zone),
        firms=firm_counts(records, judged, how.limits, how.zone, fleets or {}),
        notes=notes,
    )


def loadings(records: Records) -> list[Loading]:
    """Return records as `against_visits` compares them, in their order."""
    enterprise, plates = records.enterprise, records.plate
    return [
        Loading(plates.texts[plate], records.enterprise_id[name], float(at))
        for plate, name, at in zip(plates.codes.tolist(), enterprise.codes.tolist(), records.time.tolist(), strict=True)
    ]
