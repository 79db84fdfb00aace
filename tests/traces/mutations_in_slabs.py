"""Damaged CSV files read some hundred characters at a time: the outcome is what it is where the file is read as a whole."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pandas as pd
import pyarrow as pa
from mutations import Seeds, Told, damaged, outcome, tell_nobody

from truckban.traces.read import csv_table
from truckban.traces.read.csv_table import TextTable, read_csv
from truckban.traces.read.tables import Reject
from zones.errors import InputError
from zones.text import Text

_SLABS = (300, 700)
_QUOTES = "the quotes do not pair"
"""A file in which one cell holds a line break is read strictly as a whole; of slabs only the one with that cell."""
_MAY_REFUSE = ("this row is long beyond all sense", "the first line must name the columns")
"""A row longer than two slabs, a first line longer than one: refused, since a slab is millions of characters long."""
Rows = tuple[list[dict[str, str]], list[int], list[Reject], set[Text]]


def large_files() -> Seeds:
    """Return files of some slabs each, in the encodings and with the line ends of fleets."""
    count = 24
    frame = pd.DataFrame(
        {
            "vehicle_id": [f"晋M1234{n % 3}" for n in range(count)],
            "time": [1715133600 + 30 * n for n in range(count)],
            "lon": [round(110.76 + n / 1000, 6) for n in range(count)],
            "lat": 35.14,
            "speed": range(count),
        }
    )
    told = frame.assign(定位状态=["A", "V", "", "有效", "0", "1", "x", "A"] * 3, 接收时间=1715133603, accuracy_m=5)
    noted = frame.assign(note=['two\nlines, "quoted"', "", "a;b", "plain"] * 6, time="2024-05-08 10:00:00")
    return [
        ("t.csv", frame.to_csv(index=False).encode()),
        ("t.csv", noted.to_csv(index=False, sep=";", lineterminator="\r\n").encode("gb18030")),
        ("t.tsv", frame.to_csv(index=False, sep="\t").encode("utf-16")),
        ("t.csv", told.to_csv(index=False, quoting=1).encode()),
        ("t.csv", frame.to_csv(index=False, lineterminator="\r").encode("utf-8-sig")),
        ("t.csv", frame.to_csv(index=False, lineterminator="\r\r\n").encode()),
    ]


@contextmanager
def in_slabs(slab: int) -> Iterator[None]:
    """Read every CSV file so many characters at a time."""
    with mock.patch.object(csv_table, "WHOLE_BYTES", 0), mock.patch.object(csv_table, "SLAB", slab):
        yield


def rows_of(path: Path) -> Rows | InputError:
    """Return the rows of a CSV file, their lines, the rejects and the notes; or what it was refused for."""
    try:
        found = read_csv(path)
        parts = [found] if isinstance(found, TextTable) else list(found)
    except InputError as error:
        return error
    return (
        pa.concat_tables([part.texts for part in parts]).to_pylist(),
        [line for part in parts for line in part.lines.tolist()],
        [reject for part in parts for reject in part.rejects],
        {note for part in parts for note in part.notes},
    )


def outcome_in_slabs(path: Path, slab: int, *, as_fixes: bool) -> str:
    """Return `answer` or `error`.

    Args:
        path: of the file.
        slab: characters at a time.
        as_fixes: whether the rows are made fixes too, which takes longer than all else.

    Raises:
        AssertionError: as `outcome` does; or the rows are not those of the file as a whole.
        Exception: whatever else the reader lets through.
    """
    whole = rows_of(path)
    with in_slabs(slab):
        parts = rows_of(path)
        said = outcome(path) if as_fixes else "error" if isinstance(parts, InputError) else "answer"
    if isinstance(parts, InputError):
        head = parts.line == 1 and parts.text.en.startswith(_QUOTES)  # one that goes on into the next slab
        assert isinstance(whole, InputError) or head or parts.text.en.startswith(_MAY_REFUSE), (
            f"as a whole it is read: {parts}"
        )
    elif isinstance(whole, InputError):
        assert whole.text.en.startswith(_QUOTES), f"in slabs it is read: {whole}"
    else:
        assert parts == whole, (
            f"{len(parts[0])} rows and {len(parts[2])} rejects, not {len(whole[0])} and {len(whole[2])}"
        )
    return said


def run_in_slabs(seeds: range, folder: Path, told: Told = tell_nobody) -> tuple[Counter[str], list[str]]:
    """Read damaged files; return how many ended how, and of each that ended wrongly, what happened."""
    made = large_files()
    ends: Counter[str] = Counter()
    failures = []
    for seed in seeds:
        name, data = damaged(made, seed)
        path = folder / name
        path.write_bytes(data)
        told(seed)
        slab = random.Random(seed + 1).choice(_SLABS)  # noqa: S311 - nothing secret
        try:
            ends[outcome_in_slabs(path, slab, as_fixes=seed % 5 == 0)] += 1
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            ends["failure"] += 1
            failures.append(f"slabs seed {seed}, {slab} characters: {type(error).__name__}: {str(error)[:200]}")
    return ends, failures
