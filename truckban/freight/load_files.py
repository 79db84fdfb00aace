"""The files that `truckban enterprise loads` leaves: records with verdicts, counters, rejected rows, what was counted."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from enterprises.loading.counters import FirmCount, VehicleCount, counter_for
from enterprises.loading.judging import UNDETERMINED, VERDICTS, percent
from enterprises.loading.limits import Counter
from enterprises.loading.numbers import ABSENT, UNIT_FROM
from enterprises.loading.records import KINDS, NOTES, Records
from enterprises.loading.times import written
from enterprises.loads import Loads, Reading
from truckban.freight import load_visits
from truckban.freight.load_shown import Shown
from truckban.spreadsheet import inert
from truckban.whole_folder import RUN, whole_folder

_MOST_REPEATS = 1_000
BESIDE = load_visits.NAMES
"""Written where visits are given."""
NAMES = ("loads.csv", "vehicles.csv", "enterprises.csv", "rejected.csv", "run.json")
MISSING = ("axles", "kind", "drive_axles", "single_axles", "licence", "no_limit", "gb1589")
"""What an undetermined record lacks."""


def write_loads(
    found: Loads,
    out: Path,
    how: Reading,
    *,
    plates: bool,
    excel: bool,
    lang: str,
    names: Mapping[str, str],
    beside: load_visits.Beside | None = None,
) -> dict[str, Any]:
    """Write the files into a folder, `run.json` last: where it stands, the folder is whole.

    Args:
        found: what was found.
        out: the folder, made where it is not there.
        how: how the records were read.
        plates: show plates in full.
        excel: begin the CSV files with a byte order mark.
        lang: the language of the rejected rows' reasons; both stand in the file, this one first.
        names: the official name of each enterprise's id.
        beside: the records beside visits, where those are given.

    Returns:
        What `run.json` says.
    """
    shown = Shown(found, plates=plates)
    # an answer of another run must not stand beside this one's
    with whole_folder(out, BESIDE) as part:
        mark = b"\xef\xbb\xbf" if excel else b""
        with (part / "loads.csv").open("wb") as file:
            file.write(mark)
            pa.csv.write_csv(_table(found, how, shown, names), file, pa.csv.WriteOptions(quoting_style="needed"))
        encoding = "utf-8-sig" if excel else "utf-8"
        _rows(part / "vehicles.csv", encoding, VEHICLE_COLUMNS, _vehicles(found, how, shown))
        _rows(part / "enterprises.csv", encoding, FIRM_COLUMNS, (_firm(one, how, shown, names) for one in found.firms))
        other = "en" if lang == "zh" else "zh"
        rejects = sorted(found.rejects, key=lambda one: (one.file, one.line or 0))
        _rows(
            part / "rejected.csv",
            encoding,
            ("file", "line", "field", "reason", f"reason_{other}"),
            (
                (
                    shown.text(one.file),
                    one.line,
                    one.field,
                    *(shown.sentence(one.reason.of(tongue)) for tongue in (lang, other)),
                )
                for one in rejects
            ),
        )
        run = run_facts(found, how, shown.text)
        if beside is not None:
            own, others = part / BESIDE[0], part / BESIDE[1]
            _rows(own, encoding, load_visits.RECORD_COLUMNS, load_visits.record_rows(beside, found, how, shown, names))
            _rows(others, encoding, load_visits.VISIT_COLUMNS, load_visits.visit_rows(beside, how, shown, names))
            run["visits"] = beside.counts()
            run["notes"] += [{"file": "visits.csv", "zh": note.zh, "en": note.en} for note in beside.table.notes]
        (part / RUN).write_text(json.dumps(run, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return run


def _table(found: Loads, how: Reading, shown: Shown, names: Mapping[str, str]) -> pa.Table:
    records, judged = found.records, found.judged
    plates = records.plate.codes
    notes, note_codes = np.unique(records.notes, return_inverse=True)
    lacking, lacking_codes = _missing(found)
    firms = [names.get(one or "", "") for one in records.enterprise_id]
    own = records.enterprise.codes
    articles = [known.article for known in judged.ranges]
    gross = records.masses["gross"]
    columns: dict[str, Any] = {
        "file": _words([shown.text(file) for file in records.files], records.file),
        "line": records.line,
        "slip": _slips(records, shown),
        "time": pa.array(written(records.time, how.zone)),
        "vehicle": _words(shown.vehicles, plates),
        "plate": _words(shown.plates, plates),
        "enterprise": _words([shown.text(text) for text in records.enterprise.texts], own),
        "enterprise_id": _words([one or "" for one in records.enterprise_id], own),
        "enterprise_name": _words(firms, own),
        "carrier": _words([shown.text(text) for text in records.carrier.texts], records.carrier.codes),
        "axles": _counts(records.axles),
        "kind": _words(["", *KINDS], records.kind + 1),
        "drive_axles": _counts(records.drive_axles),
        "single_axles": _counts(records.single_axles),
        "gross_kg": _kilograms(gross),
        "unit": _words(["kg", "t"], records.tonnes.astype(np.int64)),
        "unit_from": _words([UNIT_FROM[code] for code in sorted(UNIT_FROM)], records.unit_from),
        "verdict": _words(list(VERDICTS), judged.verdict),
        "limit_low_kg": _kilograms(judged.low),
        "limit_high_kg": _kilograms(judged.high),
        "article": _words(articles, judged.range_of),
        "missing": _words(lacking, lacking_codes),
        "over_low_kg": _kilograms(judged.over_low),
        "over_high_kg": _kilograms(judged.over_high),
        "over_low_percent": _percent(judged.over_low, judged.high),
        "over_high_percent": _percent(judged.over_high, judged.low),
        "cargo_kg": _kilograms(judged.cargo),
        "payload_kg": _kilograms(records.masses["payload"]),
        "payload_over_kg": _kilograms(judged.payload_over),
        "payload_over_percent": _percent(judged.payload_over, records.masses["payload"]),
        "notes": _words([_names(int(bits)) for bits in notes], note_codes),
    }
    return pa.table(
        {name: pa.array(column) if isinstance(column, np.ndarray) else column for name, column in columns.items()}
    )


def _names(bits: int) -> str:
    return ";".join(name for place, name in enumerate(NOTES) if bits >> place & 1)


def _missing(found: Loads) -> tuple[list[str], Any]:
    """Return what undetermined records lack, each combination once, and which is whose; the first is nothing."""
    judged = found.judged
    words = [""]
    for place in range(len(judged.ranges)):
        words += [";".join(judged.missing_of(place, over=over)) for over in (False, True)]
    codes = 1 + judged.range_of * 2 + (judged.over_low > 0)
    return words, np.where(judged.verdict == UNDETERMINED, codes, 0)


def _words(texts: Sequence[str], codes: Any) -> pa.Array:  # noqa: ANN401
    safe = pa.array([inert(text) or None for text in texts] or [None], pa.string())
    return safe.take(pa.array(codes))


def _slips(records: Records, shown: Shown) -> pa.Array:
    """Return slips' numbers; those with the plate of their vehicle, or with more than letters, digits and points, masked."""
    slips = records.slip
    plain = pc.utf8_upper(pc.replace_substring_regex(slips, r"[^A-Za-z0-9]+", ""))
    tails = [re.sub(r"[^A-Z0-9]+", "", text[1:]) for text in records.plate.texts]
    pairs = zip(plain.to_pylist(), records.plate.codes.tolist(), strict=True)
    held = np.fromiter((tails[code] in slip for slip, code in pairs), np.bool_, len(records))
    odd = pc.match_substring_regex(slips, r"[^\x00-\x7f]|^[=+\-@\t\r\n]").to_numpy(zero_copy_only=False)
    telling = odd | (held & (not shown.full))
    places = np.flatnonzero(telling)
    texts = [inert(shown.text(text)) for text in slips.take(pa.array(places)).to_pylist()]
    return _no_blanks(pc.replace_with_mask(slips, pa.array(telling), pa.array(texts, pa.string())))


def _no_blanks(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _counts(values: Any) -> pa.Array:  # noqa: ANN401
    return pa.array(values, mask=values == ABSENT)


def _kilograms(grams: Any) -> pa.Array:  # noqa: ANN401
    """Return kilograms: whole ones without a point, since 49000 is what people compare."""
    known = grams != ABSENT
    if not (grams[known] % 1_000).any():
        return pa.array(grams // 1_000, mask=~known)
    return pa.array(grams / 1_000, mask=~known)


def _percent(part: Any, base: Any) -> pa.Array:  # noqa: ANN401
    found = percent(part, base)
    return pa.array(found, mask=np.isnan(found))


VEHICLE_COLUMNS = (
    "vehicle", "plate", "records", "over", "undetermined", "first", "last", "most_in_rolling_year_low", "most_in_rolling_year_high",
    "most_in_calendar_year_low", "most_in_calendar_year_high", "more_than", "reached", "other_reading", "article",
)  # fmt: skip


def _vehicles(found: Loads, how: Reading, shown: Shown) -> Iterator[tuple[Any, ...]]:
    counter = counter_for(how.limits, "vehicle")
    ends = [
        written(np.array([end(one) for one in found.vehicles], np.int64), how.zone)
        for end in (attrgetter("first"), attrgetter("last"))
    ]
    for one, first, last in zip(found.vehicles, *ends, strict=True):
        yield _vehicle(one, (first, last), counter, shown)


def _vehicle(one: VehicleCount, ends: tuple[str, str], counter: Counter | None, shown: Shown) -> tuple[Any, ...]:
    place = shown.place[one.plate]
    return (
        shown.vehicles[place], shown.plates[place], one.records, one.over, one.undetermined, *ends, one.low["rolling"],
        one.high["rolling"], one.low["calendar"], one.high["calendar"], counter.more_than if counter else None, one.reached,
        one.other_reached if one.other_reached != one.reached else None, f"{counter.title.zh}{counter.article}" if counter else None,
    )  # fmt: skip


FIRM_COLUMNS = (
    "role", "enterprise", "enterprise_id", "records", "over", "within", "undetermined", "over_percent", "vehicles", "vehicles_over",
    "fleet", "most_vehicles_in_rolling_year_low", "most_vehicles_in_rolling_year_high", "most_vehicles_in_calendar_year_low",
    "most_vehicles_in_calendar_year_high", "more_than_percent", "reached", "other_reading", "article",
)  # fmt: skip


def _firm(one: FirmCount, how: Reading, shown: Shown, names: Mapping[str, str]) -> tuple[Any, ...]:
    counter = counter_for(how.limits, "carrier") if one.role == "carrier" else None
    ends = [side[year] if side else None for year in ("rolling", "calendar") for side in (one.low, one.high)]
    return (
        one.role, names.get(one.enterprise_id or "") or shown.text(one.name), one.enterprise_id, one.records, one.over, one.within,
        one.undetermined, round(100 * one.over / one.records, 2), one.vehicles, one.vehicles_over, one.fleet, *ends,
        counter.more_than if counter else None, one.reached, one.other_reached if one.other_reached != one.reached else None,
        f"{counter.title.zh}{counter.article}" if counter else None,
    )  # fmt: skip


def _rows(path: Path, encoding: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([inert(value) for value in row] for row in rows)


def run_facts(found: Loads, how: Reading, shown: Callable[[str], str]) -> dict[str, Any]:
    """Return what `run.json` says: files, counts that add up, limits, how records were read."""
    records = found.records
    notes = {name: int(((records.notes >> place) & 1).sum()) for place, name in enumerate(NOTES)}
    limits = how.limits
    return {
        "truckban": metadata.version("truckban"),
        "limits": {
            "id": limits.id,
            "article": limits.title.zh + limits.article,
            "sha256": limits.sha256,
            "known_from": limits.known_from,
        },
        "counters": [
            {key: value._asdict() if hasattr(value, "_asdict") else value for key, value in asdict(counter).items()}
            for counter in limits.counters.values()
        ],
        "zone": how.zone.key,
        "said": {"drive_axles": how.drive_axles, "single_axles": how.single_axles},
        "files": [{"file": shown(name), "rows": rows} for name, rows in found.files],
        "counts": {
            **found.counts(),
            "vehicles": len(found.vehicles),
            "vehicles_reached": sum(one.reached == "yes" for one in found.vehicles),
            "carriers_reached": sum(one.reached == "yes" for one in found.firms),
            "without_offset": int(records.without_offset.sum()),
            "notes": notes,
        },
        "repeats": [
            {
                "file": shown(one.file),
                "line": one.line,
                "first_file": shown(one.first_file),
                "first_line": one.first_line,
            }
            for one in found.repeats[:_MOST_REPEATS]
        ],
        "notes": [{"file": shown(name), "zh": note.zh, "en": note.en} for name, note in found.notes],
    }
