"""Files of traces as pieces: rows of any format in arrays, some hundred thousand at a time, each row used or rejected.

A Parquet file whose columns have the types that fixes have goes into arrays as it is; everything else is typed row by row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truckban.traces.clean.clocks import TOLERANCE_S
from truckban.traces.clean.late_vehicles import LateVehicles
from truckban.traces.read.arrow_arrays import indices_of, is_number, numbers_of, numbers_or_nan
from truckban.traces.read.arrow_table import ArrowTable, parquet_tables
from truckban.traces.read.column_names import EXTRA, NAMES, NEEDED
from truckban.traces.read.file_notes import FileNotes
from truckban.traces.read.reasons import is_shortened
from truckban.traces.read.rejects import Rejects
from truckban.traces.read.stamps import MS_A_DAY, UNITS, offset_ms
from truckban.traces.read.tables import DAMAGED_PARQUET, Table, find_columns, read_tables
from truckban.traces.read.typed import typed_columns
from truckban.traces.sifting.sift_rows import Piece
from zones.coords import to_wgs84
from zones.errors import InputError
from zones.text import Text

_TOLD = ("accuracy_m", "speed_kmh", "heading")
"""What a terminal may say of a fix, or not."""
_NONE = np.empty(0)


@dataclass(slots=True)
class Source:
    """A file or a folder of traces, and what was found out about it while it was read.

    Attributes:
        path: of the file or folder.
        timezone: how a time without a zone is read.
        crs: what the positions are in.
        columns: names in the files, by the contract's names.
        now_s: seconds since 1970-01-01 UTC; what is later is rejected. None for no such test.
        vehicles: code of each vehicle, in the order in which they were met.
        files: name and rows of each file.
        rejects: rows that are no fixes.
        notes: what was not said by the caller.
        late: what receipts say of the clocks of vehicles.
        assumed_zone: rows whose time named no zone, of those that are fixes.
    """

    path: Path
    timezone: str
    crs: str = "wgs84"
    columns: Mapping[str, str] = field(default_factory=dict)
    now_s: float | None = None
    vehicles: dict[str, int] = field(default_factory=dict)
    files: list[tuple[str, int]] = field(default_factory=list)
    rejects: Rejects = field(default_factory=Rejects)
    notes: FileNotes = field(default_factory=FileNotes)
    late: LateVehicles = field(default_factory=LateVehicles)
    assumed_zone: int = 0
    _number: int = 0
    _plan: tuple[int, dict[str, int] | None] | None = None
    _known: tuple[pa.Array, npt.NDArray[np.int32]] | None = None

    def pieces(self) -> Iterator[tuple[Piece, Table]]:
        """Yield the rows of all files, with the tables that they are from.

        Raises:
            InputError: a file cannot be read at all.
        """

        def parquet(path: Path) -> Iterator[Table]:
            return parquet_tables(path, self.columns.values())

        what = Text("轨迹", "traces")
        some = False
        for table in read_tables(self.path, what, excel=True, traces=True, chosen=self.columns, parquet=parquet):
            if self.files and self.files[-1][0] == table.file:  # a large file comes in several tables
                self.files[-1] = (table.file, self.files[-1][1] + table.read)
            else:
                self.files.append((table.file, table.read))
            self.rejects += table.rejects
            piece = self._as_stored(table) if isinstance(table, ArrowTable) else None
            if piece is None and (table.rows or not (table.named and some)):
                piece = self._typed(table)
                some = True
            self.notes.add(table.file, table.notes, table.tally)
            if piece is not None:
                yield piece._replace(number=self._number), table
                self._number += 1

    def reject(self, table: Table, rows: npt.NDArray[np.intp]) -> None:
        """Find the reasons for rows of a table, stored as fixes are, that the sift says are none."""
        if not isinstance(table, ArrowTable):
            message = f"{len(rows)} typed rows are no fixes by the sift"
            raise TypeError(message)
        _, rejects = typed_columns(table.some(rows), self.timezone, self.columns, now_s=self.now_s)
        if len(rejects) != len(rows):
            message = f"of {len(rows)} rows that are no fixes by the sift, {len(rejects)} are none by their types"
            raise ValueError(message)
        self.rejects += rejects

    def _typed(self, table: Table) -> Piece:
        columns, bad = typed_columns(table, self.timezone, self.columns, now_s=self.now_s)
        self.late.add(table.late)
        self.rejects += bad
        self.assumed_zone += int(columns["without_zone"].sum())
        lon, lat = columns["lon"], columns["lat"]
        if self.crs != "wgs84" and len(lon):
            lon, lat = to_wgs84(lon, lat, self.crs)
        return Piece(
            number=0,
            file=len(self.files) - 1,
            vehicle=columns["vehicle"],
            codes=self._codes(columns["names"].tolist()),
            time=columns["time"],
            ms=0,
            parts=1,
            shift_ms=0,
            lon=_own(lon),
            lat=_own(lat),
            **{name: _where_any(columns[name]) for name in _TOLD},
            lines=columns["line"],
            naive=columns["without_zone"],
            latest_s=np.inf,
        )

    def _as_stored(self, table: ArrowTable) -> Piece | None:
        """Return a table whose columns have the types that fixes have; None where it has to be typed."""
        batch = table.batch
        if self._plan is None or self._plan[0] != len(self.files):
            self._plan = len(self.files), self._planned(table)
        plan = self._plan[1]
        if plan is None or not len(batch):
            return None
        columns = {name: batch.column(column) for name, column in plan.items()}
        told = {name: columns.pop(name) for name in _TOLD if name in columns}
        if any(column.null_count for column in columns.values()):
            return None
        ids, time = columns["vehicle_id"], columns["time"]
        try:
            ids.validate()
            ids.dictionary.validate(full=True)
        except pa.ArrowInvalid as error:
            raise InputError(DAMAGED_PARQUET, file=table.file) from error
        vehicle = indices_of(ids)
        if int(vehicle.view(np.uint32).max()) >= len(ids.dictionary):  # what is below zero is large without a sign
            raise InputError(DAMAGED_PARQUET, file=table.file)
        ticks = numbers_of(time)
        ms, parts = UNITS[time.type.unit]
        shift_ms = 0
        if time.type.tz is None:
            days = (int(ticks.min()) * ms // parts // MS_A_DAY, int(ticks.max()) * ms // parts // MS_A_DAY)
            offset = offset_ms(self.timezone, *days)
            if offset is None:
                return None
            shift_ms = -offset
            self.assumed_zone += len(batch)
        lon, lat = numbers_or_nan(columns["lon"]), numbers_or_nan(columns["lat"])
        if self.crs != "wgs84":
            with np.errstate(invalid="ignore", over="ignore"):  # rows that are no fixes are still among them
                lon, lat = to_wgs84(lon, lat, self.crs)
        values = {name: numbers_or_nan(told[name]) if name in told else _NONE for name in _TOLD}
        values["accuracy_m"] = np.where(values["accuracy_m"] > 0, values["accuracy_m"], np.nan)
        return Piece(
            number=0,
            file=len(self.files) - 1,
            vehicle=vehicle,
            codes=self._codes_of(ids.dictionary),
            time=ticks,
            ms=ms,
            parts=parts,
            shift_ms=shift_ms,
            lon=lon,
            lat=lat,
            **{name: _where_any(column) for name, column in values.items()},
            lines=np.array([table.first], np.int64),
            naive=np.array([time.type.tz is None]),
            latest_s=np.inf if self.now_s is None else self.now_s + TOLERANCE_S,
        )

    def _planned(self, table: ArrowTable) -> dict[str, int] | None:
        """Return which columns are which, by their numbers; None where a type or a column asks for a look at each row."""
        schema = table.batch.schema
        found = find_columns(table, NAMES, NEEDED, self.columns)
        try:
            extra = find_columns(table, EXTRA, (), self.columns)
        except InputError:
            return None
        kinds = {name: schema.field(column).type for name, column in found.items()}
        ids = kinds["vehicle_id"]
        fitting = (
            not extra
            and pa.types.is_dictionary(ids)
            and pa.types.is_string(ids.value_type)
            and pa.types.is_timestamp(kinds["time"])
            and all(is_number(kinds[name]) for name in ("lon", "lat", *_TOLD) if name in kinds)
        )
        return {name: schema.get_field_index(column) for name, column in found.items()} if fitting else None

    def _codes_of(self, names: pa.Array) -> npt.NDArray[np.int32]:
        """Return the code of each name of a dictionary; those of one group of rows have the same."""
        if self._known is None or not names.equals(self._known[0]):
            self._known = names, self._codes(names.to_pylist())
        return self._known[1]

    def _codes(self, names: list[str | None]) -> npt.NDArray[np.int32]:
        """Return the code of each name, -1 for none, shape (n,)."""
        known = self.vehicles
        cleaned = [(name or "").strip() for name in names]
        given = [name != "" and not is_shortened(name) for name in cleaned]
        codes = [
            known.setdefault(name, len(known)) if there else -1 for name, there in zip(cleaned, given, strict=True)
        ]
        return np.array(codes, np.int32)


def _where_any(column: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return _NONE if np.isnan(column).all() else _own(column)


def _own(column: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a column that lies in one piece and may be written to: for any other the loop would be compiled once more."""
    return np.require(column, np.float64, ("C", "W"))
