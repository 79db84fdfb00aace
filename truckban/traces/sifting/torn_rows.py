"""Rows of vehicles that are cleaned as a whole, in lots of vehicles that fit into memory; many rows are laid aside on disk.

So the files are read but once more, however many vehicles have rows out of order: a backlog of one report each is enough for all.
"""

from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

ROW = np.dtype(
    [
        *(
            ("vehicle", np.int32),
            ("file", np.int32),
            ("line", np.int64),
            ("time", np.float64),
            ("without_zone", np.bool_),
        ),
        *((name, np.float64) for name in ("lon", "lat", "speed_kmh", "heading", "accuracy_m")),
    ]
)
"""A fix as it is laid aside: the code of its vehicle and what `truckban.traces.read.typed` has of it; no names, no plates."""
Rows = npt.NDArray[np.void]
TOGETHER = 100_000
"""Rows that are cleaned together, as far as they are those of several vehicles."""
IN_MEMORY = 1 << 23
"""Bytes that need no disk."""


class TornRows:
    """Rows of some vehicles, put in as they come and taken out vehicle by vehicle, those of one in the order in which they came."""

    def __init__(self, file: IO[bytes], rows: npt.NDArray[np.int64]) -> None:
        """Make room.

        Args:
            file: empty, to write to and read from.
            rows: how many there will be of each vehicle's code at most, shape (vehicles,).
        """
        self._file, self._lot = file, np.cumsum(rows) // TOGETHER
        self._parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]] = []

    def put(self, rows: Rows) -> None:
        """Lay rows aside.

        Raises:
            OSError: there is no room on the disk.
        """
        lots = self._lot[rows["vehicle"]]
        order = np.argsort(lots, kind="stable")
        lots, begins = np.unique(lots[order], return_index=True)
        begin = self._file.tell() // ROW.itemsize
        self._file.write(rows[order].view(np.uint8).data)
        self._parts.append((lots, begin + np.append(begins, len(rows))))

    def lots(self) -> Iterator[Rows]:
        """Yield all rows, all of a vehicle together."""
        for lot in np.unique(np.concatenate([lots for lots, _ in self._parts])) if self._parts else ():
            yield np.concatenate([self._read(*places) for places in self._of(lot)])

    def _of(self, lot: Any) -> Iterator[tuple[int, int]]:  # noqa: ANN401
        for lots, bounds in self._parts:
            k = int(np.searchsorted(lots, lot))
            if k < len(lots) and lots[k] == lot:
                yield int(bounds[k]), int(bounds[k + 1])

    def _read(self, begin: int, end: int) -> Rows:
        self._file.seek(begin * ROW.itemsize)
        return np.frombuffer(self._file.read((end - begin) * ROW.itemsize), ROW)
