"""Damaged files of every format read as the command reads large ones, in pieces and sifted: the outcome is that of the whole.

A file of some kilobytes goes the way of one of gigabytes because every size at which something is let go is made small: a slab of
CSV, a group of rows, a piece of a sheet, a chunk of XML, JSON or messages, and what a stream remembers.
"""

import random
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from mutations import FORMATS, Told, counts_hold, damaged, limited, outcome, refusal_says_why
from mutations_of_values import with_odd_values
from whole import TIMEZONE, figures, near, streamed, visits_by_name

from truckban.traces.fixes import Fixes, read_fixes
from truckban.traces.formats import geojson, gpx, json_stream, jt808_frames, large_excel
from truckban.traces.read import arrow_table, csv_table
from truckban.traces.sifting import stream, torn_rows
from truckban.traces.sifting.near import visits_of
from truckban.traces.sifting.stream import Traces
from zones.errors import InputError

_SIZES: Mapping[tuple[ModuleType, str], tuple[int, ...]] = {
    (arrow_table, "_ROWS"): (3, 16, 1 << 17),
    (csv_table, "WHOLE_BYTES"): (0, 8_000_000),
    (csv_table, "SLAB"): (300, 700),
    (large_excel, "LARGE"): (0, 32_000_000),
    (large_excel, "PIECE"): (700, 1500),
    (large_excel, "_CHUNK"): (600, 900),
    (gpx, "_CHUNK"): (150, 1 << 18),
    (gpx, "_MOST_POINTS"): (3, 200_000),
    (geojson, "_MOST_ROWS"): (2, 100_000),
    (json_stream, "_CHUNK"): (40, 300, 1 << 20),
    (jt808_frames, "_CHUNK"): (60, 300, 1 << 22),
    (stream, "_HELD_ROWS"): (0, 5, 1_000_000, 1_000_000),
    (torn_rows, "TOGETHER"): (1, 7, 100_000, 100_000),
    (stream, "IN_MEMORY"): (1, 1 << 23),
    (stream, "_ENOUGH"): (1, 9, 200_000),
}
"""Where a size stands, and what it may be: little, or as it is."""
_MAY_REFUSE = {
    "csv": ("this row is long beyond all sense", "the first line must name the columns"),
    "geojson": ("from this feature on",),
}
"""What only pieces are refused for: a row of CSV longer than two slabs, a first line longer than one; a slab is millions of characters.
A property that says of later features what another one said of those before."""
_DAMAGED_PARQUET = ("the Parquet file is damaged or cut off",)
"""Of damaged bytes Arrow may make something by one way to read and nothing by another."""
_MAY_READ = {
    "csv": ("the quotes do not pair",),
    "parquet": _DAMAGED_PARQUET,
    "excel": ("the Excel file cannot be opened",),
}
"""What only the whole is refused for: a quote in a row far below; a column that nothing here needs; the head of a zip."""


@contextmanager
def small_sizes(seed: int) -> Iterator[None]:
    """Make sizes small; which ones, and how small, depends on the seed."""
    draw = random.Random(seed + 1)  # noqa: S311 - nothing secret
    before = [(where, name, getattr(where, name)) for where, name in _SIZES]
    try:
        for (where, name), sizes in _SIZES.items():
            setattr(where, name, draw.choice(sizes))
        yield
    finally:
        for where, name, size in before:
            setattr(where, name, size)


def outcome_both_ways(path: Path, kind: str, seed: int, *, values: bool) -> str:
    """Return `answer` or `error`.

    Args:
        path: of the file.
        kind: of the file.
        seed: by which sizes are made small.
        values: whether the file is whole and has odd values.

    Raises:
        AssertionError: counts do not add up, an error says nothing, or the stream says something else than the whole.
        Exception: whatever else the readers let through.
    """
    whole: Fixes | InputError
    parts: tuple[Traces, object] | InputError
    try:
        with limited():
            whole = read_fixes(path, timezone=TIMEZONE)
    except InputError as error:
        whole = error
    try:
        with small_sizes(seed), limited():
            parts = streamed(path)
    except InputError as error:
        parts = error
    for refused in (whole, parts):
        if isinstance(refused, InputError):
            refusal_says_why(refused, path)
    if isinstance(whole, Fixes):
        counts_hold(whole, path)
    if isinstance(parts, InputError):
        damage = _DAMAGED_PARQUET if kind == "parquet" and not values else None
        may = _one_of(parts, _MAY_REFUSE.get(kind)) or _one_of(parts, damage) or _is_no_book_in_pieces(parts)
        assert isinstance(whole, InputError) or may, f"as a whole it is read: {parts}: {parts.__cause__}"
    else:
        traces, found = parts
        counts_hold(traces, path)
        if isinstance(whole, InputError):
            assert _one_of(whole, _MAY_READ.get(kind)), f"as a stream it is read: {whole}"
        else:
            _same(whole, traces, found)
    return "error" if isinstance(whole, InputError) else "answer"


def _is_no_book_in_pieces(refused: InputError) -> bool:
    """Return whether a workbook was refused for what calamine does not look at.

    It reads the parts that it needs, in any order of rows; pieces are cut from what Python's `zipfile` says is whole, and rows that go
    back are refused, as are cells whose text is not there.
    """
    why = refused.__cause__
    damaged_zip = isinstance(why, zipfile.BadZipFile | zlib.error | EOFError | RuntimeError | UnicodeDecodeError)
    return damaged_zip or str(why) == large_excel.GOES_BACK or "not found in shared strings" in str(why)


def _one_of(refused: InputError, beginnings: tuple[str, ...] | None) -> bool:
    return beginnings is not None and refused.text.en.startswith(beginnings)


def _same(whole: Fixes, traces: Traces, found: object) -> None:
    one, other = figures(traces), figures(whole)
    for name, value in other.items():
        assert one[name] == value, f"{name}: {str(one[name])[:150]}, not {str(value)[:150]}"
    visits = visits_of(whole, near())
    expected: dict[str, list[list[tuple[float, float, float, float]]]] = {}
    visits_by_name(visits, expected)
    assert (traces.fixes, traces.gaps) == (len(whole.t_s), visits.gaps), "fixes and gaps"
    assert found == expected, "visits"


def run_both_ways(kind: str, seeds: range, folder: Path, told: Told, *, values: bool) -> tuple[Counter[str], list[str]]:
    """Read files; return how many ended how, and of each that ended wrongly, what happened.

    Args:
        kind: of the files.
        seeds: of the files.
        folder: where they are written.
        told: which one is read.
        values: whether they are whole and have odd values; else their bytes are damaged, and every other one, most of which are no
            file of the kind any more, is read as a whole only.
    """
    made = FORMATS[kind]()
    ends: Counter[str] = Counter()
    failures = []
    for seed in seeds:
        name, data = with_odd_values(kind, seed) if values else damaged(made, seed)
        path = folder / name
        path.write_bytes(data)
        told(seed)
        try:
            both = values or seed % 2 == 0
            ends[outcome_both_ways(path, kind, seed, values=values) if both else outcome(path)] += 1
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            ends["failure"] += 1
            failures.append(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}")
    return ends, failures
