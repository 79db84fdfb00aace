"""From the rows of a table, as its file has them, to fixes in numbers: each row typed or rejected with its reason."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truckban.positions import CHINA_LAT, CHINA_LON, MOST_LAT, MOST_LON
from truckban.traces.clean.clocks import eight_hours_late, impossible_times
from truckban.traces.read.arrow_arrays import as_one, numbers_of
from truckban.traces.read.column_names import EXTRA, NAMES, NEEDED
from truckban.traces.read.other_times import usually_written, why_unreadable
from truckban.traces.read.reasons import (
    EARLY,
    MILLIONTHS,
    MINUTES,
    NO_NUMBER,
    NO_TIME,
    NO_VEHICLE,
    OUT_OF_RANGE,
    SHORTENED,
    SWAPPED,
    WITHOUT_FIX,
    ZERO,
    is_shortened,
)
from truckban.traces.read.satellite import as_texts, without_fix
from truckban.traces.read.stamps import EPOCH, LATEST_IN_SECONDS, epoch_seconds, stored_seconds, written_seconds
from truckban.traces.read.tables import Reject, Table, find_columns
from zones.errors import InputError
from zones.text import Text

if TYPE_CHECKING:
    import pandas as pd

LOAD = "load"
"""What a JT/T 808 terminal says of its load; a column that only such logs have."""
_NUMBERS = ("lon", "lat", "speed_kmh", "heading", "accuracy_m")
_STAMP = (
    r"\d{4}(?:[-/]\d{1,2}[-/]\d{1,2}|\d{4})[Tt ] ?\d{1,2}:?\d\d(?::?\d\d(?:\.\d+)?)? ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?"
)
"""A day and a time of that day; `2024`, `2024-05-08` or `now` are no time of a fix."""
_USUAL = f"{EPOCH}|{_STAMP}"
_FINER = r"(?<=\.\d{6})\d+"
_OFFSET = r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
EARLIEST_S = int(dt.datetime(2000, 1, 1, tzinfo=dt.UTC).timestamp())
_DECIMAL = r"^(?:-?\d{1,15}(?:\.\d{1,30})?)?$"
"""Numbers that Arrow reads as everybody does; an empty cell is none."""


Columns = dict[str, npt.NDArray[Any]]


def typed(
    table: Table, timezone: str, chosen: Mapping[str, str], *, now_s: float | None = None
) -> "tuple[pd.DataFrame, list[Reject]]":
    """Return the rows of a table as `typed_columns` does, in a frame of pandas, each with its `vehicle_id`."""
    import pandas as pd  # noqa: PLC0415 - takes longer to import than a small file to check

    columns, rejects = typed_columns(table, timezone, chosen, now_s=now_s)
    ids = pd.Series(columns.pop("names")[columns.pop("vehicle")], dtype="string")
    line = columns.pop("line")
    return pd.DataFrame({"line": line, "vehicle_id": ids, **columns}), rejects


def typed_columns(
    table: Table, timezone: str, chosen: Mapping[str, str], *, now_s: float | None = None
) -> tuple[Columns, list[Reject]]:
    """Return the rows of a table as fixes, and those that are none.

    Args:
        table: as read; what is found out about its columns is added to its notes and its tally.
        timezone: how a time without a zone is read.
        chosen: names of columns in the file, by the contract's names.
        now_s: seconds since 1970-01-01 UTC; what is later is rejected. None for no such test.

    Returns:
        Columns `line, vehicle` (an index into `names`: vehicles as they are met), `time` (seconds since 1970-01-01 UTC),
        `without_zone, lon, lat` (as in the file, degrees), `speed_kmh, heading, accuracy_m` (NaN where not given); `load` where the
        format has it.

    Raises:
        InputError: a needed column is not there, or cannot be told from another.
    """
    found = find_columns(table, NAMES, NEEDED, chosen)
    lines = np.asarray(table.lines, np.int64)
    faults: list[tuple[str, Text, npt.NDArray[np.bool_]]] = []
    vehicle, names = _vehicles(table, found["vehicle_id"])
    faults.append(("vehicle_id", NO_VEHICLE, np.append(names == "", False)[vehicle]))
    short = np.array([is_shortened(name or "") is not None for name in names], np.bool_)
    faults.append(("vehicle_id", SHORTENED, np.append(short, False)[vehicle]))
    seconds, without_zone, time_faults = _times(table, found["time"], timezone)
    out: Columns = {"line": lines, "time": seconds, "without_zone": without_zone}
    faults += time_faults
    extra = _extra_columns(table, chosen, found["time"])
    received = _times(table, extra["received"], timezone)[0] if "received" in extra else None
    if received is not None:
        late, both = eight_hours_late(seconds, received), np.isfinite(seconds - received)
        table.tally.count_late(extra["received"], int(late.sum()), int(both.sum()))
        table.late.count(extra["received"], vehicle, names.tolist(), seconds, (late, both))
    faults += [("time", reason, rows) for reason, rows in impossible_times(seconds, received, now_s)]
    if "valid" in extra:
        without, unknown = without_fix(table, extra["valid"])
        faults.append((extra["valid"], WITHOUT_FIX, without))
        table.tally.not_understood(extra["valid"], unknown)
    for name in _NUMBERS:
        out[name] = _numbers(table, found[name]) if name in found else np.full(len(lines), np.nan)
    if table.named and LOAD in table.names:
        out[LOAD] = _numbers(table, LOAD)
    with np.errstate(invalid="ignore"):
        # terminals write 0 or -1 for "not known"
        out["accuracy_m"] = np.where(out["accuracy_m"] > 0, out["accuracy_m"], np.nan)
    lon, lat = out["lon"], out["lat"]
    with np.errstate(invalid="ignore"):
        (west, east), (south, north) = CHINA_LON, CHINA_LAT
        swapped = (lon >= south) & (lon <= north) & (lat >= west) & (lat <= east)
        faults += [
            ("lon", NO_NUMBER, ~np.isfinite(lon)),
            ("lat", NO_NUMBER, ~np.isfinite(lat)),
            ("lon", ZERO, (lon == 0) & (lat == 0)),
            ("lon", SWAPPED, swapped),
            *_other_units(lon, lat),
            ("lon", OUT_OF_RANGE, np.abs(lon) > MOST_LON),
            ("lat", OUT_OF_RANGE, np.abs(lat) > MOST_LAT),
        ]
    bad = np.zeros(len(lines), bool)
    rejects = []
    for name, reason, rows in faults:
        rejects += [Reject(table.file, int(lines[row]), name, reason) for row in np.flatnonzero(rows & ~bad)]
        bad |= rows
    if bad.any():
        vehicle, names = _as_met(vehicle[~bad], names)
        out = {name: column[~bad] for name, column in out.items()}
    return {**out, "vehicle": vehicle, "names": names}, rejects


def _vehicles(table: Table, name: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
    """Return of each row the number of its vehicle, and their names, in the order in which they are met."""
    import pyarrow.compute as pc  # noqa: PLC0415 - takes a while to import, and Parquet of the right types needs none

    stored = table.stored(name)
    if stored is not None and not stored.null_count:
        texts = as_one(stored)
        texts = texts.dictionary_decode() if pa.types.is_dictionary(texts.type) else texts
        if pa.types.is_string(texts.type):
            coded = pc.utf8_trim_whitespace(texts).dictionary_encode()
            return numbers_of(coded.indices).copy(), np.array([*coded.dictionary.to_pylist(), None], object)[:-1]
    import pandas as pd  # noqa: PLC0415

    numbers, names = pd.factorize(as_texts(table.frame[name]).str.strip().fillna(""))
    return numbers.astype(np.int32), np.array([*map(str, names), None], object)[:-1]


def _as_met(
    vehicle: npt.NDArray[np.int32], names: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.object_]]:
    """Return the vehicles of some rows, numbered as these meet them."""
    there, first = np.unique(vehicle, return_index=True)
    there = there[np.argsort(first)]
    number = np.zeros(len(names), np.int32)
    number[there] = np.arange(len(there))
    return number[vehicle], names[there]


def _extra_columns(table: Table, chosen: Mapping[str, str], time: str) -> dict[str, str]:
    """Return the columns that say more of a row; where two could be one, neither is used, since none is needed."""
    extra: dict[str, str] = {}
    for wanted, others in EXTRA.items():
        try:
            extra |= find_columns(table, {wanted: others}, (), chosen)
        except InputError as error:
            if wanted in chosen:
                raise
            note = Text(f"没有使用：{error.text.zh}", f"not used: {error.text.en}")
            table.notes.append(note)
    return {wanted: name for wanted, name in extra.items() if name != time}


def _numbers(table: Table, name: str) -> npt.NDArray[np.float64]:
    import pyarrow.compute as pc  # noqa: PLC0415

    stored = table.stored(name)
    if stored is not None and not stored.null_count:
        column = as_one(stored)
        if pa.types.is_float64(column.type):
            return np.array(numbers_of(column), np.float64)
        if pa.types.is_string(column.type) and pc.all(pc.match_substring_regex(column, pattern=_DECIMAL)).as_py():
            filled = pc.replace_substring_regex(column, pattern="^$", replacement="nan")
            return np.array(numbers_of(pc.cast(filled, pa.float64())))
    import pandas as pd  # noqa: PLC0415

    return pd.to_numeric(table.frame[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)


def _other_units(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> list[tuple[str, Text, npt.NDArray[np.bool_]]]:
    """Return the rows whose positions would be in China, were they written in another unit than degrees."""
    (west, east), (south, north) = CHINA_LON, CHINA_LAT
    found = []
    for reason, a_degree in ((MILLIONTHS, 1e6), (MINUTES, 100)):
        rows = (
            (lon >= west * a_degree) & (lon <= east * a_degree) & (lat >= south * a_degree) & (lat <= north * a_degree)
        )
        found.append(("lon", reason, rows))
    return found


_Times = tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], list[tuple[str, Text, npt.NDArray[np.bool_]]]]


def _times(table: Table, name: str, timezone: str) -> _Times:
    """Return seconds since 1970 UTC, which rows named no zone, and which rows are to be rejected."""
    seconds, naive, empty = _all_alike(table, name, timezone) or _each_time(table.frame[name], timezone)
    with np.errstate(invalid="ignore"):
        faults = [("time", NO_TIME, empty), ("time", EARLY, seconds < EARLIEST_S)]
    unread = np.flatnonzero(np.isnan(seconds) & ~empty)
    if len(unread):
        texts = pa.array(as_texts(table.frame[name]).iloc[unread].str.strip(), pa.string())
        for reason, fitting in why_unreadable(texts):
            rows = np.zeros(len(seconds), bool)
            rows[unread[fitting]] = True
            faults.append(("time", reason, rows))
    return seconds, naive, faults


def _all_alike(
    table: Table, name: str, timezone: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]] | None:
    """Return seconds, which rows named no zone and which are empty, where all are written or stored in one way."""
    import pyarrow.compute as pc  # noqa: PLC0415

    stored = pa.array(table.frame[name]) if table.named else table.stored(name)
    if stored is None or stored.null_count:
        return None
    column, found = as_one(stored), None
    if pa.types.is_timestamp(column.type):
        found = stored_seconds(column, timezone)
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        texts = as_one(pc.utf8_trim_whitespace(column)).cast(pa.string())
        found = _written_alike(texts, timezone)
        if found is None and len(texts) and not re.fullmatch(_USUAL, texts[0].as_py()):
            found = _written_alike(usually_written(texts), timezone)
    if found is None:
        return None
    seconds, naive = found
    return seconds, np.full(len(seconds), naive), np.zeros(len(seconds), bool)


def _written_alike(texts: pa.Array, timezone: str) -> tuple[npt.NDArray[np.float64], bool] | None:
    """Return seconds of times that are all written in one way, and whether they name no zone; None where they are not."""
    found = written_seconds(texts, timezone)
    if found is None and (seconds := epoch_seconds(texts)) is not None:
        found = seconds, False
    return found


def _each_time(
    column: "pd.Series[Any]", timezone: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    import pandas as pd  # noqa: PLC0415

    if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        aware = isinstance(column.dtype, pd.DatetimeTZDtype)
        stamps = column if aware else column.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
        return _epoch(stamps), np.full(len(column), not aware), column.isna().to_numpy()
    text = column.astype("string").str.strip().fillna("")
    empty = (text == "").to_numpy()
    other = ~text.str.fullmatch(_USUAL).to_numpy(bool) & ~empty
    if other.any():
        written = usually_written(pa.array(text[other], pa.string())).to_pandas().to_numpy()
        text = text.mask(other, pd.Series(written, text.index[other], dtype="string"))
    number = text.str.fullmatch(EPOCH).to_numpy(bool)
    stamp = text.str.fullmatch(_STAMP).to_numpy(bool)
    zoned = stamp & text.str.contains(_OFFSET).to_numpy(bool)
    naive = stamp & ~zoned
    seconds = np.full(len(text), np.nan)
    values = text[number].astype(float).to_numpy()
    seconds[number] = np.where(values > LATEST_IN_SECONDS, values / 1000, values)
    # more digits in one row would narrow the years that pandas reads in all others
    plain = text.str.replace("/", "-", regex=False).str.replace(_FINER, "", regex=True).str.upper()
    seconds[zoned] = _epoch(pd.to_datetime(plain[zoned], format="ISO8601", errors="coerce", utc=True))
    local = pd.to_datetime(plain[naive], format="ISO8601", errors="coerce")
    seconds[naive] = (
        _epoch(local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")) if naive.any() else np.nan
    )
    return seconds, naive, empty


def _epoch(stamps: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """Return seconds since 1970 UTC of aware timestamps, NaN where there is none."""
    milliseconds = stamps.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    return np.where(np.isnat(milliseconds), np.nan, milliseconds.astype(np.int64) / 1000.0)
