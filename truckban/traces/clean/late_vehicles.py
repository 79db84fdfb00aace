"""Vehicles whose reports were received 8 hours after their times: their clocks look like UTC that was read as local time.

Rows that were sent together have one receipt, so of a backlog only those of some eleven minutes are 8 hours late. A wrong clock is so
all day long.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from truckban.traces.clean.noted import VehicleNote
from zones.text import Text

_Floats = npt.NDArray[np.float64]
_Both = tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
RECEIVED_LATER = "received_8_hours_later"
"""How `why_probability` says it."""
AS_LIKELY = 0.5
"""Of a drive at the hours that such a clock says no more is claimed."""
BACKLOG_S = 660.0
"""Rows of one receipt that are 8 hours late by `truckban.traces.clean.clocks.eight_hours_late` have times no farther apart."""
_FEW = 10


@dataclass(frozen=True, slots=True)
class Late:
    """Rows of one vehicle.

    Attributes:
        late: received about 8 hours after their time.
        both: that have both times.
        first_s: the earliest time of a late row, seconds since 1970-01-01 UTC; infinite where there is none.
        last_s: the latest, likewise.
        columns: which say when they were received.
    """

    late: int
    both: int
    first_s: float
    last_s: float
    columns: frozenset[str]

    @property
    def clock(self) -> bool:
        """Whether its clock looks wrong: most rows are late, ten at least, and of more minutes than one backlog can make late."""
        return self.late >= _FEW and 2 * self.late > self.both and self.last_s - self.first_s > BACKLOG_S

    def __or__(self, other: "Late") -> "Late":
        """Return both together."""
        return Late(
            self.late + other.late,
            self.both + other.both,
            min(self.first_s, other.first_s),
            max(self.last_s, other.last_s),
            self.columns | other.columns,
        )


@dataclass(slots=True)
class LateVehicles:
    """What receipts say of the clocks of vehicles, in figures that add up over pieces of files, in any order."""

    _known: dict[str, Late] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, Late]]:
        """Yield vehicles and what is said of each."""
        yield from self._known.items()

    def put(self, vehicle: str, late: Late) -> None:
        """Take in what some rows of a vehicle say."""
        known = self._known.get(vehicle)
        self._known[vehicle] = late if known is None else known | late

    def add(self, other: "LateVehicles") -> None:
        """Take in what another piece says."""
        for vehicle, late in other:
            self.put(vehicle, late)

    def count(
        self, column: str, vehicle: npt.NDArray[np.int32], names: Sequence[str], t_s: _Floats, rows: _Both
    ) -> None:
        """Count rows of a table.

        Args:
            column: which says when they were received.
            vehicle: index into `names`, -1 for none, shape (n,).
            names: of vehicles; an empty one is none.
            t_s: seconds since 1970-01-01 UTC, NaN where there is none, shape (n,).
            rows: which were received about 8 hours after their time, and which have both times, each of shape (n,).
        """
        late, both = (np.flatnonzero(some & (vehicle >= 0)) for some in rows)
        n_late, n_both = (np.bincount(vehicle[some], minlength=len(names)) for some in (late, both))
        first_s, last_s = np.full(len(names), np.inf), np.full(len(names), -np.inf)
        np.minimum.at(first_s, vehicle[late], t_s[late])
        np.maximum.at(last_s, vehicle[late], t_s[late])
        columns = frozenset([column])
        for one in np.flatnonzero(n_both).tolist():
            if names[one]:
                said = int(n_late[one]), int(n_both[one]), float(first_s[one]), float(last_s[one])
                self.put(names[one], Late(*said, columns))

    def clocks(self) -> "LateVehicles":
        """Return the vehicles whose clocks look wrong."""
        return LateVehicles({vehicle: late for vehicle, late in self if late.clock})

    def names(self) -> frozenset[str]:
        """Return the vehicles."""
        return frozenset(self._known)

    def notes(self) -> list[Text]:
        """Return what is to be said of vehicles whose clocks look wrong."""
        wrong = self.clocks().names()
        if not wrong:
            return []
        named = ", ".join(sorted(frozenset[str]().union(*(late.columns for name, late in self if name in wrong))))
        n = len(wrong)
        return [
            VehicleNote.of_some(
                Text(
                    f"{n} 辆车的定位多数在其时间约 8 小时之后才被接收（{named}）：终端时钟像是世界时，却按当地时间理解；"
                    "没有更改时间，这些车的经过只列为拿不准，不作线索",
                    f"most reports of {n} vehicles were received about 8 hours after their time ({named}): their clocks look like UTC "
                    "read as local; no time was changed, and their passages are kept as unsure, not as leads",
                ),
                wrong,
            )
        ]
