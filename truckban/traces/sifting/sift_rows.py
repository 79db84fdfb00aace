"""Rows on their way through the sift, in arrays."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
SLOTS = 3
"""Fixes that are held of a vehicle: its last one, and two that may be jumps."""
T, LON, LAT, ACCURACY, SPEED, HEADING = range(6)
"""Columns of `Held.numbers`."""
LINE, FILE, NAIVE = range(3)
"""Columns of `Held.places`."""
SEEN, HELD, AFTER, OPEN, TORN, FIRST, ROWS, DUPLICATES, GAPS, JUMPS = range(10)
"""Columns of `Held.state`: whether any fix was met, how many may be jumps, how many jumps were right before the last fix, whether a
visit is open, whether the rows are out of order, the piece of the first; and counts."""


class Piece(NamedTuple):
    """Some rows of one file, in the file's order.

    Attributes:
        number: of the piece, from 0.
        file: index of the file.
        vehicle: of each row, an index into
        codes: of the vehicles of the piece; below 0: none.
        time: seconds since 1970-01-01 UTC, or whole ticks, shape (n,).
        ms: milliseconds of a tick, 0 where `time` is seconds.
        parts: ticks of a millisecond, 1 where a tick is longer.
        shift_ms: what makes it UTC.
        lon: WGS 84 degrees, shape (n,).
        lat: likewise.
        accuracy_m: NaN where not given, shape (n,), or (0,) where no row has one.
        speed_kmh: NaN where not given, shape (n,), or (0,) where no row has one.
        heading: likewise, degrees.
        lines: of each row, shape (n,), or of the first, which the others follow, shape (1,).
        naive: whether its time named no zone, of each row or of all, shape (n,) or (1,).
        latest_s: what is later is no fix.
    """

    number: int
    file: int
    vehicle: npt.NDArray[np.int32]
    codes: npt.NDArray[np.int32]
    time: _Ints | _Floats
    ms: int
    parts: int
    shift_ms: int
    lon: _Floats
    lat: _Floats
    accuracy_m: _Floats
    speed_kmh: _Floats
    heading: _Floats
    lines: _Ints
    naive: npt.NDArray[np.bool_]
    latest_s: float


class Kept(NamedTuple):
    """Rows of visits; those of one vehicle are in order, and those of others may lie between.

    Attributes:
        vehicle: code, shape (n,).
        t_s: seconds since 1970-01-01 UTC, shape (n,).
        lon: WGS 84 degrees, shape (n,).
        lat: likewise.
        accuracy_m: NaN where not given, shape (n,).
        speed_kmh: what the terminal says, NaN where nothing, shape (n,), or (0,) where no piece has any.
        heading: likewise, degrees.
        joined: whether the row goes on with the visit of the vehicle's row before, shape (n,).
    """

    vehicle: npt.NDArray[np.int32]
    t_s: _Floats
    lon: _Floats
    lat: _Floats
    accuracy_m: _Floats
    speed_kmh: _Floats
    heading: _Floats
    joined: npt.NDArray[np.bool_]

    @classmethod
    def room(cls, n: int) -> "Kept":
        """Return room for n rows, without speeds and headings."""
        return cls(
            np.empty(n, np.int32),
            np.empty(n),
            np.empty(n),
            np.empty(n),
            np.empty(n),
            np.empty(0),
            np.empty(0),
            np.empty(n, np.bool_),
        )

    @classmethod
    def all_of(cls, parts: Sequence["Kept"]) -> "Kept":
        """Return the rows of all parts, one after another."""
        speeds, headings = (any(len(getattr(part, name)) for part in parts) for name in ("speed_kmh", "heading"))
        parts = [part.with_room(speeds=speeds, headings=headings) for part in parts]
        return cls._make(np.concatenate(columns) for columns in zip(*parts, strict=True)) if parts else cls.room(0)

    def with_room(self, *, speeds: bool, headings: bool) -> "Kept":
        """Return the same with room for speeds and headings, which are not known where there was none."""
        n = len(self.vehicle)
        lacking = [name for name, wanted in (("speed_kmh", speeds), ("heading", headings)) if wanted]
        return self._replace(**{name: np.full(n, np.nan) for name in lacking if len(getattr(self, name)) != n})

    def copied(self) -> "Kept":
        """Return the rows in room of their own."""
        return Kept._make(column.copy() for column in self)

    def take(self, rows: npt.NDArray[np.intp] | slice) -> "Kept":
        """Return some rows."""
        return Kept._make(column[rows] if len(column) else column for column in self)


class Held(NamedTuple):
    """What is held between pieces, by vehicle.

    Attributes:
        numbers: time, lon, lat, accuracy, speed and heading of the last fix and of two that may be jumps, shape (vehicles, 3, 6).
        places: line and file of the same, and whether its time named no zone, shape (vehicles, 3, 3).
        state: shape (vehicles, 10).
    """

    numbers: _Floats
    places: _Ints
    state: _Ints

    @classmethod
    def room(cls, vehicles: int) -> "Held":
        """Return room for vehicles of which nothing is known yet."""
        return cls(
            np.zeros((vehicles, SLOTS, HEADING + 1)),
            np.zeros((vehicles, SLOTS, NAIVE + 1), np.int64),
            np.zeros((vehicles, JUMPS + 1), np.int64),
        )
