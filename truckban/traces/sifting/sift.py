"""Sifting: of the fixes of a whole province, those near one zone, cleaned on the way; each row is looked at once.

Rows come in any number of pieces. Of each vehicle a few numbers are held: its last fix, and up to two that may be jumps. What is
kept are *visits*: runs of fixes whose straight line from one to the next comes into the zone's box. A vehicle whose rows are not in
order of time cannot be cleaned in this way: it is `torn`, and has to be read again as a whole.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.two_tracks import TURNS
from truckban.traces.sifting.sift_blocks import FEW, ordinary_ends
from truckban.traces.sifting.sift_loop import read, sift
from truckban.traces.sifting.sift_rows import (
    DUPLICATES,
    FIRST,
    GAPS,
    HELD,
    JUMPS,
    OPEN,
    ROWS,
    SLOTS,
    TORN,
    Held,
    Kept,
    Piece,
)
from zones.matching.compiled import ahead, quick

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]
_LOOK_S, _ROW_S = 3e-7, 8e-6
"""What a row takes where the loop is not compiled; and what more, if it is looked at by itself."""
_MANY = 2_500_000
"""So many rows take longer, where the loop is not compiled, than loading Numba, however ordinary they are."""
_SPARE = 200_000
"""Room for so many rows more than a piece may need: they are taken some at a time."""
Box = tuple[float, float, float, float]
"""West, south, east, north, WGS 84 degrees."""


@dataclass(slots=True)
class Sift:
    """A sieve for pieces.

    Attributes:
        box: ways that do not come into it are counted and passed over.
        bad: indices of the rows of the last piece that are no fixes.
        kept: how many rows there are to be taken.
    """

    box: Box
    bad: npt.NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    kept: int = 0
    _held: Held = field(default_factory=lambda: Held.room(0))
    _jumps: list[_Ints] = field(default_factory=list)
    _room: Kept = field(default_factory=lambda: Kept.room(0))
    _marks: tuple[_Ints, npt.NDArray[np.intp]] = field(
        default_factory=lambda: (np.empty((0, 4), np.int64), np.empty(0, np.intp))
    )

    def add(self, piece: Piece, vehicles: int) -> Kept:
        """Take a piece in; return what is kept of it, until it is `taken`.

        Args:
            piece: rows.
            vehicles: how many codes of vehicles there are by now.
        """
        self._grow(vehicles)
        n = len(piece.vehicle)
        # with a row the one before it can be kept, where a visit begins; and it can show that two that are held were jumps
        since = self.kept
        if len(self._room.vehicle) < since + 2 * n:
            more = Kept.room(since + 2 * n + _SPARE)
            self._room = Kept.all_of([self._room.take(slice(since)), more]) if since else more
        self._room = self._room.with_room(speeds=len(piece.speed_kmh) > 0, headings=len(piece.heading) > 0)
        if len(self._marks[1]) < n:
            self._marks = np.empty((2 * n, 4), np.int64), np.empty(n, np.intp)
        jumps, bad = self._marks
        box = np.array(self.box)
        ends = np.empty(0, np.int64)
        if not quick():
            ends = ordinary_ends(box, piece)
            ahead(n * _LOOK_S + _one_by_one(ends) * _ROW_S)
            ends = ends[:0] if quick() else ends
        columns = (box, piece, self._held, self._room, since, jumps, bad, ends)
        self.kept, jumped, wrong = sift(*(columns if quick() else map(_seen, columns)))
        self.bad = bad[:wrong].copy()
        if jumped:
            self._jumps.append(jumps[:jumped].copy())
        return self._room.take(slice(since, self.kept))

    def taken(self) -> Kept:
        """Return what is kept of all pieces since this was last called; the next piece overwrites it."""
        kept, self.kept = self._room.take(slice(self.kept)), 0
        return kept

    def fixes_among(self, piece: Piece, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.bool_], _Floats]:
        """Return which rows of a piece are fixes, and the times of all of them (seconds since 1970-01-01 UTC)."""
        good, t_s = np.empty(len(rows), np.bool_), np.empty(len(rows))
        read(piece, rows, good, t_s)
        return good, t_s

    def end(self) -> None:
        """Say that no piece follows: what still is held as a jump is one."""
        state = self._held.state
        for slot in range(1, SLOTS):
            here = np.flatnonzero((state[:, HELD] >= slot) & (state[:, TORN] == 0))
            self._jumps.append(np.column_stack([here, self._held.places[here, slot]]))
            state[here, JUMPS] += 1
        state[:, HELD] = 0
        state[:, OPEN] = 0
        # so many may be the fixes of a second track, which only the whole shows
        state[state[:, JUMPS] >= TURNS, TORN] = 1

    def open(self) -> npt.NDArray[np.bool_]:
        """Return of each vehicle whether its last visit may go on, shape (vehicles,)."""
        return np.asarray(self._held.state[:, OPEN] == 1)

    def torn(self) -> npt.NDArray[np.bool_]:
        """Return of each vehicle whether its rows were not in order, shape (vehicles,)."""
        return np.asarray(self._held.state[:, TORN] == 1)

    def first(self) -> _Ints:
        """Return the number of the piece in which each vehicle's first fix is, shape (vehicles,)."""
        return self._held.state[:, FIRST]

    def counts(self) -> dict[str, _Ints]:
        """Return rows, duplicates, gaps and jumps of each vehicle, each of shape (vehicles,)."""
        columns = {"rows": ROWS, "duplicates": DUPLICATES, "gaps": GAPS, "jumps": JUMPS}
        return {name: self._held.state[:, column] for name, column in columns.items()}

    def jumps(self) -> _Ints:
        """Return vehicle, line, file and lack of a zone of every jump, shape (jumps, 4)."""
        return np.concatenate(self._jumps) if self._jumps else np.empty((0, 4), np.int64)

    def _grow(self, vehicles: int) -> None:
        have = len(self._held.state)
        if vehicles > have:
            grown = Held.room(max(vehicles, 2 * have))
            for old, new in zip(self._held, grown, strict=True):
                new[:have] = old
            self._held = grown


def rows_to_come(rows: int) -> None:
    """Take in how many rows there will be: of very many, none is to be looked at by the loop as it stands."""
    if rows >= _MANY:
        ahead(rows * _LOOK_S)


def _one_by_one(ends: _Ints) -> int:
    """Return how many rows, or runs of them that are passed at once, are looked at."""
    first = np.flatnonzero(np.diff(ends, prepend=-1))
    lengths = ends[first] - first
    return len(first) + int(lengths[lengths < FEW].sum())


def _seen(columns: Any) -> Any:  # noqa: ANN401
    """Return arrays as views whose items are Python's own numbers: as exact as NumPy's, and much quicker one by one."""
    if isinstance(columns, np.ndarray):
        return columns.data
    return type(columns)(*map(_seen, columns)) if isinstance(columns, tuple) else columns


def touches(box: Box, lon: _Floats, lat: _Floats) -> npt.NDArray[np.bool_]:
    """Return of each position but the first whether the way to it from the one before may come into a box, shape (n - 1,)."""
    west, south, east, north = box
    return (
        (np.maximum(lon[1:], lon[:-1]) >= west)
        & (np.minimum(lon[1:], lon[:-1]) <= east)
        & (np.maximum(lat[1:], lat[:-1]) >= south)
        & (np.minimum(lat[1:], lat[:-1]) <= north)
    )
