"""The job that holds uploaded weighing and loading-slip records against the limits of total mass."""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.enterprises.freight_job import FreightKind, held, row_id
from api.jobs.kinds import Task
from api.law import Law
from api.store.base import now
from api.store.enterprises import put_rows
from api.store.tables.enterprises import FreightRun, Load
from enterprises.names import Matcher
from truckban.freight.enterprise_answers import told
from truckban.freight.load_given import enterprise_of, plate_number


class _Loads(FreightKind):
    name = "loads"

    def count(self, task: Task, run: FreightRun, law: Law, folder: Path, given: Mapping[str, Path]) -> dict[str, Any]:  # noqa: ARG002
        # what takes long to import is for this process alone
        from enterprises.loads import Reading, builtin_limits, check_loads, zone_named  # noqa: PLC0415
        from truckban.freight.load_files import run_facts  # noqa: PLC0415
        from truckban.freight.load_shown import Shown  # noqa: PLC0415

        options = run.options
        with told():
            how = Reading(
                limits=builtin_limits(),
                zone=zone_named(options["time_zone"]),
                plate=plate_number,
                enterprise=enterprise_of(Matcher(law.registry)),
                columns=options["columns"],
                drive_axles=options["drive_axles"],
                single_axles=0 if options["tyres"] == "double" else None,
            )
            # the files of one kind lie together
            found = check_loads(sorted(given["loads"].parent.iterdir()), how)
        facts = run_facts(found, how, Shown(found, plates=False).text)
        task.tell({"phase": "writing", "rows": facts["counts"]["read"]})
        counts = {name: value for name, value in facts["counts"].items() if name != "notes"}
        shown = Shown(found, plates=False)
        rejects = [
            {
                "file": shown.text(one.file),
                "line": one.line,
                "field": one.field,
                "zh": shown.sentence(one.reason.zh),
                "en": shown.sentence(one.reason.en),
            }
            for one in sorted(found.rejects, key=lambda one: (one.file, one.line or 0))[:100]
        ]
        return {
            "rows": {"loads": list(_rows(found, how))},
            "read": counts["read"],
            "counts": counts | {"rejects": rejects},
            "notes": [{"zh": each["zh"], "en": each["en"]} for each in facts["notes"]],
            "basis": {
                "limits": facts["limits"]["sha256"],
                "article": facts["limits"]["article"],
                "registry": law.registry.sha256,
                "invented": law.registry.invented,
                "program": facts["truckban"],
            },
        }

    def put(self, session: Session, run_id: str, rows: Mapping[str, Any]) -> None:
        at = now()
        stored = [
            {**row, "at": dt.datetime.fromtimestamp(row["at"], dt.UTC), "run_id": run_id, "added_at": at}
            for row in rows["loads"]
        ]
        put_rows(session, Load, stored)


LOADS = _Loads()


def _rows(found: Any, how: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (of modules that load late)
    from enterprises.loading.judging import VERDICTS  # noqa: PLC0415
    from enterprises.loading.numbers import ABSENT  # noqa: PLC0415
    from enterprises.loading.records import NOTES  # noqa: PLC0415

    records, judged = found.records, found.judged
    slips = records.slip.to_pylist()
    times = records.time.tolist()
    gross = records.masses["gross"].tolist()

    def known(value: Any) -> int | None:  # noqa: ANN401
        return None if int(value) == ABSENT else int(value)

    for row in range(len(records)):
        plate, slip, at = records.plate.of(row), slips[row] or None, times[row]
        id_ = row_id(plate, at, gross[row], slip, records.enterprise_key.of(row))
        notes = int(records.notes[row])
        yield {
            "load_id": id_,
            "enterprise": records.enterprise_id[int(records.enterprise.codes[row])],
            "written": held(records.enterprise.of(row)) or None,
            "file": held(records.files[int(records.file[row])]),
            "line": int(records.line[row]),
            "slip": held(slip, 100),
            "plate": held(plate, 40),
            "at": at,
            "day": _day(at, how.zone),
            "axles": known(records.axles[row]),
            "gross_g": gross[row],
            "limit_low_g": known(judged.low[row]),
            "limit_high_g": known(judged.high[row]),
            "verdict": VERDICTS[int(judged.verdict[row])],
            "over_low_g": max(0, int(judged.over_low[row])),
            "over_high_g": max(0, int(judged.over_high[row])),
            "facts": {
                "article": judged.ranges[int(judged.range_of[row])].article,
                "missing": list(judged.missing(row)),
                "notes": [name for place, name in enumerate(NOTES) if notes >> place & 1],
                "cargo_g": known(judged.cargo[row]),
                "payload_over_g": max(0, int(judged.payload_over[row])),
            },
        }


def _day(at: int, zone: dt.tzinfo) -> int:
    return dt.datetime.fromtimestamp(at, zone).date().toordinal()
