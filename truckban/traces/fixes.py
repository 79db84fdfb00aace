"""Fixes: reading position reports of many vehicles, each row used or rejected with its reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.cleaning import Columns, cleaned, numbered
from truckban.traces.clean.cleaning_notes import notes_of
from truckban.traces.clean.noted import Named
from truckban.traces.read.file_notes import FileNotes
from truckban.traces.read.reasons import by_reason
from truckban.traces.read.tables import Reject, read_tables
from truckban.traces.read.typed import LOAD, typed
from zones.coords import to_wgs84
from zones.text import Text

if TYPE_CHECKING:
    import pandas as pd


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
        load: what JT/T 808 terminals say of their load (bits 8 and 9 of the status), NaN where nothing is said, shape (n,); None
            where no file can say it.
        speed_kmh: what terminals say of their speed, NaN where nothing is said, shape (n,); None where no file says any.
        heading: what they say of their course over ground, degrees from north, likewise.
        read: rows in the files.
        duplicates: rows that repeat a fix; they are used, once.
        assumed_zone: used rows whose time named no zone and was read in the notice's.
        rejects: rows not used.
        notes: what was found out about the files.
        tally: what cleaning counted and did not reject, see `truckban.traces.clean.cleaning.Cleaned`.
        named: the first of the vehicles that were counted.
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
    tally: Counter[str] = field(default_factory=Counter)
    named: Named = field(default_factory=Named)
    leapt: frozenset[str] = frozenset()
    doubled: frozenset[str] = frozenset()
    load: npt.NDArray[np.float64] | None = None
    speed_kmh: npt.NDArray[np.float64] | None = None
    heading: npt.NDArray[np.float64] | None = None

    def taken(self, rows: npt.NDArray[np.intp]) -> "Fixes":
        """Return some of the fixes, in the given order, with the figures of all."""
        columns = {name: getattr(self, name)[rows] for name in ("vehicle", "t_s", "lon", "lat", "accuracy_m")}
        said = {name: getattr(self, name) for name in ("load", "speed_kmh", "heading")}
        columns |= {name: None if column is None else column[rows] for name, column in said.items()}
        return replace(self, **columns)

    @property
    def used(self) -> int:
        """Rows that were used: fixes, and repetitions of them."""
        return len(self.t_s) + self.duplicates


def read_fixes(
    path: str | Path,
    *,
    timezone: str,
    crs: str = "wgs84",
    columns: Mapping[str, str] | None = None,
    now_s: float | None = None,
) -> Fixes:
    """Read a file or a folder of fixes.

    Args:
        path: CSV, Parquet, Excel, GPX, GeoJSON, OGC Moving Features JSON or a log of JT/T 808 messages; or a folder.
        timezone: how a time without a zone is read; rows for which that was done are counted.
        crs: `wgs84`, `gcj02` or `bd09`: what the positions are in.
        columns: names in the file, by the contract's names.
        now_s: seconds since 1970-01-01 UTC; what is later is rejected. None for no such test.

    Raises:
        InputError: the file cannot be read at all.
    """
    import pandas as pd  # noqa: PLC0415 - only where rows are looked at as a whole

    frames: list[pd.DataFrame] = []
    rejects: list[Reject] = []
    notes = FileNotes()
    read = 0
    files: list[tuple[str, int]] = []
    for table in read_tables(path, Text("轨迹", "traces"), excel=True, traces=True, chosen=columns or {}):
        read += table.read
        if files and files[-1][0] == table.file:  # a large file comes in several tables
            files[-1] = (table.file, files[-1][1] + table.read)
        else:
            files.append((table.file, table.read))
        rejects += table.rejects
        if table.rows or not (table.named and frames):
            frame, bad = typed(table, timezone, columns or {}, now_s=now_s)
            frames.append(frame.assign(file=len(files) - 1))
            rejects += bad
        notes.add(table.file, table.notes, table.tally)
    frame = pd.concat(frames, ignore_index=True)
    lon, lat = frame["lon"].to_numpy(np.float64), frame["lat"].to_numpy(np.float64)
    if crs != "wgs84" and len(lon):
        lon, lat = to_wgs84(lon, lat, crs)
    frame = frame.assign(lon=lon, lat=lat)
    fixes = fixes_of(columns_of(frame), [name for name, _ in files])
    fixes.read, fixes.files = read, files
    fixes.rejects[:0] = rejects
    fixes.notes[:0] = notes.all()
    fixes.notes += remarks(fixes, timezone)
    return fixes


class Counted(Protocol):
    """What is counted of fixes, wherever they are."""

    assumed_zone: int
    tally: Counter[str]
    named: Named

    @property
    def rejects(self) -> Sequence[Reject]:
        """Rows not used."""


def remarks(fixes: Counted, timezone: str) -> list[Text]:
    """Return the notes on all fixes together; they follow from counts that add up over vehicles, wherever those were read."""
    zone = Text(
        f"{fixes.assumed_zone} 行时间没有时区，按 {timezone} 理解",
        f"{fixes.assumed_zone} times without a zone were read as {timezone}",
    )
    return [*([zone] if fixes.assumed_zone else []), *notes_of(by_reason(fixes.rejects), fixes.tally, fixes.named)]


def columns_of(frame: "pd.DataFrame") -> Columns:
    """Return the columns of a frame as arrays."""
    return {str(name): frame[name].to_numpy() for name in frame.columns}


def fixes_of(frame: Columns, files: Sequence[str]) -> Fixes:
    """Return rows that were typed as clean fixes; what is made of one vehicle's rows does not depend on the others.

    Args:
        frame: columns of `truckban.traces.read.typed`, positions in WGS 84, and `file`, an index into
        files: names, for the rows that are taken out.
    """
    clean = cleaned(frame)
    kept = clean.kept
    rejects = [
        Reject(files[number], line, field_name, reason)
        for out, field_name, reason in clean.out
        for number, line in zip(out["file"].tolist(), out["line"].tolist(), strict=True)
    ]
    vehicle, ids = numbered(kept["vehicle_id"])
    return Fixes(
        ids,
        vehicle,
        np.asarray(kept["time"], np.float64),
        np.asarray(kept["lon"], np.float64),
        np.asarray(kept["lat"], np.float64),
        np.asarray(kept["accuracy_m"], np.float64),
        len(frame["time"]),
        clean.duplicates,
        int(frame["without_zone"].sum() - sum(out["without_zone"].sum() for out, _, _ in clean.out)),
        rejects,
        tally=clean.tally,
        named=clean.named,
        leapt=clean.leapt,
        doubled=clean.doubled,
        load=np.asarray(kept[LOAD], np.float64) if LOAD in kept else None,
        speed_kmh=np.asarray(kept["speed_kmh"], np.float64),
        heading=np.asarray(kept["heading"], np.float64),
    )
