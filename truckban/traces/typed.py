"""From the rows of a table, as its file has them, to fixes in numbers: each row typed or rejected with its reason."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truckban.positions import CHINA_LAT, CHINA_LON, MOST_LAT, MOST_LON
from truckban.traces.clocks import eight_hours_late, impossible_times
from truckban.traces.column_names import EXTRA, NAMES
from truckban.traces.reasons import (
    BAD_TIME,
    EARLY,
    NO_NUMBER,
    NO_TIME,
    NO_VEHICLE,
    OUT_OF_RANGE,
    SWAPPED,
    WITHOUT_FIX,
    ZERO,
)
from truckban.traces.satellite import without_fix
from truckban.traces.tables import Reject, Table, find_columns
from zones.errors import InputError
from zones.text import Text

NEEDED = ("vehicle_id", "time", "lon", "lat")
LOAD = "load"
"""What a JT/T 808 terminal says of its load; a column that only such logs have."""
_NUMBERS = ("lon", "lat", "speed_kmh", "heading", "accuracy_m")
_STAMP = (
    r"\d{4}(?:[-/]\d{1,2}[-/]\d{1,2}|\d{4})[Tt ] ?\d{1,2}:?\d\d(?::?\d\d(?:\.\d+)?)? ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?"
)
"""A day and a time of that day; `2024`, `2024-05-08` or `now` are no time of a fix."""
# Seconds or milliseconds since 1970, up to 2033: ten digits that begin with 2 are rather a date (2024050810).
_EPOCH = r"1\d{9}(?:\.\d+)?|1\d{12}(?:\.\d+)?"
_OFFSET = r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
_LATEST_IN_SECONDS = 1e11
EARLIEST_S = pd.Timestamp("2000-01-01", tz="UTC").value // 1_000_000_000


def typed(
    table: Table, timezone: str, chosen: Mapping[str, str], *, now_s: float | None = None
) -> tuple[pd.DataFrame, list[Reject]]:
    """Return the rows of a table as fixes, and those that are none.

    Args:
        table: as read; what is found out about its columns is added to its notes and its tally.
        timezone: how a time without a zone is read.
        chosen: names of columns in the file, by the contract's names.
        now_s: seconds since 1970-01-01 UTC; what is later is rejected. None for no such test.

    Returns:
        Columns `line, vehicle_id, time` (seconds since 1970-01-01 UTC), `without_zone, lon, lat` (as in the file, degrees),
        `speed_kmh, heading, accuracy_m` (NaN where not given); `load` where the format has it.

    Raises:
        InputError: a needed column is not there, or cannot be told from another.
    """
    found = find_columns(table, NAMES, NEEDED, chosen)
    frame = table.frame
    out = pd.DataFrame({"line": table.lines})
    faults: list[tuple[str, Text, npt.NDArray[np.bool_]]] = []
    ids = frame[found["vehicle_id"]].astype("string").str.strip().fillna("")
    out["vehicle_id"] = ids
    faults.append(("vehicle_id", NO_VEHICLE, (ids == "").to_numpy()))
    seconds, without_zone, time_faults = _times(frame[found["time"]], timezone)
    out["time"], out["without_zone"] = seconds, without_zone
    faults += time_faults
    extra = _extra_columns(table, chosen, found["time"])
    received = _times(frame[extra["received"]], timezone)[0] if "received" in extra else None
    if received is not None:
        late, both = eight_hours_late(seconds, received), np.isfinite(seconds - received)
        table.tally.count_late(extra["received"], int(late.sum()), int(both.sum()))
    faults += [("time", reason, rows) for reason, rows in impossible_times(seconds, received, now_s)]
    if "valid" in extra:
        without, unknown = without_fix(frame[extra["valid"]])
        faults.append((extra["valid"], WITHOUT_FIX, without))
        table.tally.not_understood(extra["valid"], unknown)
    for name in _NUMBERS:
        out[name] = _numbers(frame[found[name]]) if name in found else np.nan
    if table.named and LOAD in frame:
        out[LOAD] = _numbers(frame[LOAD])
    out["accuracy_m"] = out["accuracy_m"].where(out["accuracy_m"] > 0)  # terminals write 0 or -1 for "not known"
    lon, lat = out["lon"].to_numpy(), out["lat"].to_numpy()
    with np.errstate(invalid="ignore"):
        (west, east), (south, north) = CHINA_LON, CHINA_LAT
        swapped = (lon >= south) & (lon <= north) & (lat >= west) & (lat <= east)
        faults += [
            ("lon", NO_NUMBER, ~np.isfinite(lon)),
            ("lat", NO_NUMBER, ~np.isfinite(lat)),
            ("lon", ZERO, (lon == 0) & (lat == 0)),
            ("lon", SWAPPED, swapped),
            ("lon", OUT_OF_RANGE, np.abs(lon) > MOST_LON),
            ("lat", OUT_OF_RANGE, np.abs(lat) > MOST_LAT),
        ]
    bad = np.zeros(len(out), bool)
    rejects = []
    for name, reason, rows in faults:
        rejects += [Reject(table.file, int(table.lines[row]), name, reason) for row in np.flatnonzero(rows & ~bad)]
        bad |= rows
    return out[~bad], rejects


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


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    return pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)


def _times(
    column: pd.Series, timezone: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], list[tuple[str, Text, npt.NDArray[np.bool_]]]]:
    """Return seconds since 1970 UTC, which rows named no zone, and which rows are to be rejected."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        aware = isinstance(column.dtype, pd.DatetimeTZDtype)
        stamps = column if aware else column.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
        seconds = _epoch(stamps)
        empty = column.isna().to_numpy()
        naive = np.full(len(column), not aware)
    else:
        text = column.astype("string").str.strip().fillna("")
        empty = (text == "").to_numpy()
        number = text.str.fullmatch(_EPOCH).to_numpy(bool)
        stamp = text.str.fullmatch(_STAMP).to_numpy(bool)
        zoned = stamp & text.str.contains(_OFFSET).to_numpy(bool)
        naive = stamp & ~zoned
        seconds = np.full(len(text), np.nan)
        values = text[number].astype(float).to_numpy()
        seconds[number] = np.where(values > _LATEST_IN_SECONDS, values / 1000, values)
        plain = text.str.replace("/", "-", regex=False).str.upper()
        seconds[zoned] = _epoch(pd.to_datetime(plain[zoned], format="ISO8601", errors="coerce", utc=True))
        local = pd.to_datetime(plain[naive], format="ISO8601", errors="coerce")
        seconds[naive] = (
            _epoch(local.dt.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")) if naive.any() else np.nan
        )
    missing = np.isnan(seconds)
    with np.errstate(invalid="ignore"):
        early = seconds < EARLIEST_S
    return seconds, naive, [("time", NO_TIME, empty), ("time", BAD_TIME, missing & ~empty), ("time", EARLY, early)]


def _epoch(stamps: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """Return seconds since 1970 UTC of aware timestamps, NaN where there is none."""
    milliseconds = stamps.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    return np.where(np.isnat(milliseconds), np.nan, milliseconds.astype(np.int64) / 1000.0)
