"""Fixes: reading position reports of many vehicles, each row used or rejected with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from truckban.positions import CHINA_LAT, CHINA_LON, MOST_LAT, MOST_LON
from truckban.traces.column_names import NAMES
from truckban.traces.jumps import jumps_of
from truckban.traces.tables import Reject, Table, find_columns, read_tables
from zones.coords import to_wgs84
from zones.text import Text

NEEDED = ("vehicle_id", "time", "lon", "lat")
_NUMBERS = ("lon", "lat", "speed_kmh", "heading", "accuracy_m")
_STAMP = (
    r"\d{4}(?:[-/]\d{1,2}[-/]\d{1,2}|\d{4})[Tt ] ?\d{1,2}:?\d\d(?::?\d\d(?:\.\d+)?)? ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?"
)
"""A day and a time of that day; `2024`, `2024-05-08` or `now` are no time of a fix."""
# Seconds or milliseconds since 1970, up to 2033: ten digits that begin with 2 are rather a date (2024050810).
_EPOCH = r"1\d{9}(?:\.\d+)?|1\d{12}(?:\.\d+)?"
_OFFSET = r"(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
_LATEST_IN_SECONDS = 1e11
_EARLIEST = pd.Timestamp("2000-01-01", tz="UTC").value // 1_000_000_000

NO_VEHICLE = Text("没有车辆编号", "no vehicle id")
NO_TIME = Text("没有时间", "no time")
BAD_TIME = Text("时间读不懂", "not a time")
EARLY = Text("时间早于 2000 年，像是终端时钟有误", "before the year 2000: the terminal's clock looks wrong")
NO_NUMBER = Text("不是数字", "not a number")
ZERO = Text("经纬度为零：没有定位", "longitude and latitude are zero: no position")
SWAPPED = Text("经纬度像是写反了", "longitude and latitude look swapped")
OUT_OF_RANGE = Text("经纬度超出范围", "out of range")
TWO_PLACES = Text("同一时刻有两个位置", "two places at one time")
JUMP = Text("车辆来不及到的地方：定位跳变", "no vehicle could have got there in the time: a jump of the receiver")


@dataclass(slots=True)
class Fixes:
    """Fixes of many vehicles, sorted by vehicle and time, each fix once.

    Attributes:
        vehicle_ids: distinct ids, sorted.
        vehicle: index into them, shape (n,).
        t_s: seconds since 1970-01-01 UTC, shape (n,).
        lon: WGS 84 degrees, shape (n,).
        lat: likewise.
        accuracy_m: NaN where not given, shape (n,).
        read: rows in the files.
        duplicates: rows that repeat a fix; they are used, once.
        assumed_zone: used rows whose time named no zone and was read in the notice's.
        rejects: rows not used.
        notes: what was found out about the files.
        files: name and rows of each file.
    """

    vehicle_ids: list[str]
    vehicle: npt.NDArray[np.intp]
    t_s: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    accuracy_m: npt.NDArray[np.float64]
    read: int
    duplicates: int
    assumed_zone: int
    rejects: list[Reject] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    files: list[tuple[str, int]] = field(default_factory=list)

    @property
    def used(self) -> int:
        """Rows that were used: fixes, and repetitions of them."""
        return len(self.t_s) + self.duplicates


def read_fixes(
    path: str | Path, *, timezone: str, crs: str = "wgs84", columns: Mapping[str, str] | None = None
) -> Fixes:
    """Read a file or a folder of fixes.

    Args:
        path: CSV, Parquet, Excel, GPX, GeoJSON, OGC Moving Features JSON or a log of JT/T 808 messages; or a folder.
        timezone: how a time without a zone is read; rows for which that was done are counted.
        crs: `wgs84`, `gcj02` or `bd09`: what the positions are in.
        columns: names in the file, by the contract's names.

    Raises:
        InputError: the file cannot be read at all.
    """
    frames: list[pd.DataFrame] = []
    rejects: list[Reject] = []
    notes: list[Text] = []
    read = 0
    files: list[tuple[str, int]] = []
    for table in read_tables(path, Text("轨迹", "traces"), excel=True, traces=True, chosen=columns or {}):
        read += table.read
        if files and files[-1][0] == table.file:  # a large file comes in several tables
            files[-1] = (table.file, files[-1][1] + table.read)
        else:
            files.append((table.file, table.read))
        rejects += table.rejects
        if len(table.frame) or not (table.named and frames):
            frame, bad = _typed(table, timezone, columns or {})
            frames.append(frame.assign(file=len(files) - 1))
            rejects += bad
        notes += [Text(f"{table.file}：{note.zh}", f"{table.file}: {note.en}") for note in table.notes]
    frame = pd.concat(frames, ignore_index=True)
    lon, lat = frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64)
    if crs != "wgs84" and len(lon):
        lon, lat = to_wgs84(lon, lat, crs)
    frame = frame.assign(lon=lon, lat=lat)
    kept, duplicates, conflicting = _each_once(frame)
    rejects += [
        Reject(files[number][0], line, "time", TWO_PLACES)
        for number, line in zip(conflicting["file"].tolist(), conflicting["line"].tolist(), strict=True)
    ]
    kept, slipped = _without_jumps(kept)
    rejects += [
        Reject(files[number][0], line, "lon", JUMP)
        for number, line in zip(slipped["file"].tolist(), slipped["line"].tolist(), strict=True)
    ]
    assumed = int(frame["without_zone"].sum() - conflicting["without_zone"].sum() - slipped["without_zone"].sum())
    if assumed:
        notes.append(
            Text(
                f"{assumed} 行时间没有时区，按 {timezone} 理解",
                f"{assumed} times without a zone were read as {timezone}",
            )
        )
    codes, ids = pd.factorize(kept["vehicle_id"], sort=True)
    return Fixes(
        [str(name) for name in ids],
        codes.astype(np.intp),
        kept["time"].to_numpy(np.float64),
        kept["lon"].to_numpy(np.float64),
        kept["lat"].to_numpy(np.float64),
        kept["accuracy_m"].to_numpy(np.float64),
        read,
        duplicates,
        assumed,
        rejects,
        notes,
        files,
    )


def _each_once(frame: pd.DataFrame) -> tuple[pd.DataFrame, int, pd.DataFrame]:
    """Return the fixes sorted and each once, how many repeated one, and those that contradict another."""
    key = ["vehicle_id", "time"]
    frame = frame.sort_values([*key, "lon", "lat", "accuracy_m", "file", "line"], kind="stable", ignore_index=True)
    again = frame.duplicated([*key, "lon", "lat"])
    once = frame[~again]
    torn = once.duplicated(key, keep=False)
    contradicting = (
        frame.set_index(key).index.isin(once[torn].set_index(key).index) if torn.any() else np.zeros(len(frame), bool)
    )
    duplicates = int((again & ~contradicting).sum())
    return once[~torn], duplicates, frame[contradicting]


def _without_jumps(kept: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the fixes without impossible jumps, and those."""
    codes, _ = pd.factorize(kept["vehicle_id"], sort=True)
    columns = (kept[name].to_numpy(np.float64) for name in ("time", "lon", "lat"))
    jump = jumps_of(codes.astype(np.intp), *columns)
    return kept[~jump], kept[jump]


def _typed(table: Table, timezone: str, chosen: Mapping[str, str]) -> tuple[pd.DataFrame, list[Reject]]:
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
    for name in _NUMBERS:
        out[name] = _numbers(frame[found[name]]) if name in found else np.nan
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
        early = seconds < _EARLIEST
    return seconds, naive, [("time", NO_TIME, empty), ("time", BAD_TIME, missing & ~empty), ("time", EARLY, early)]


def _epoch(stamps: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """Return seconds since 1970 UTC of aware timestamps, NaN where there is none."""
    milliseconds = stamps.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]")
    return np.where(np.isnat(milliseconds), np.nan, milliseconds.astype(np.int64) / 1000.0)
