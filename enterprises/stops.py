"""Stops: where and how long trucks stood, in arrays; found in traces or handed in by another system."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
UNKNOWN, EMPTY, HALF, FULL = -1, 0, 1, 3
"""What a terminal says of its load (JT/T 808, bits 8 and 9 of the status; 2 is reserved), and that it says nothing."""
_SHAPED = ("start_s", "end_s", "lon", "lat")


def _none() -> npt.NDArray[np.int8]:
    return np.empty(0, np.int8)


def _no_flags() -> npt.NDArray[np.bool_]:
    return np.empty(0, np.bool_)


def _no_floats() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, slots=True)
class Stops:
    """Stops of many vehicles, in any order; columns that are left out are filled in.

    Attributes:
        vehicle_ids: of the vehicles.
        vehicle: index into them, shape (n,).
        start_s: from when it stood, seconds since 1970-01-01 UTC, shape (n,).
        end_s: until when, not before `start_s`.
        lon: WGS 84 degrees, shape (n,).
        lat: likewise.
        spread_m: how far its positions scatter on each axis (one standard deviation), or what the receiver says; 0 where not known.
        load_before: as it came, `UNKNOWN`, `EMPTY`, `HALF` or `FULL`, shape (n,).
        load_after: as it went.
        silent_s: the longest silence in it, after which it stood at the same place.
        came_unseen: whether nothing is known of the time before, so that it may have come earlier.
        left_unseen: likewise, whether it may have stood longer.
    """

    vehicle_ids: Sequence[str]
    vehicle: Index
    start_s: Floats
    end_s: Floats
    lon: Floats
    lat: Floats
    spread_m: Floats = field(default_factory=_no_floats)
    load_before: npt.NDArray[np.int8] = field(default_factory=_none)
    load_after: npt.NDArray[np.int8] = field(default_factory=_none)
    silent_s: Floats = field(default_factory=_no_floats)
    came_unseen: npt.NDArray[np.bool_] = field(default_factory=_no_flags)
    left_unseen: npt.NDArray[np.bool_] = field(default_factory=_no_flags)

    def __post_init__(self) -> None:
        """Fill in the columns that are left out.

        Raises:
            ValueError: columns of several lengths, a position or time that is no number, an end before its start.
        """
        n = len(self.vehicle)
        for name, value in (("spread_m", 0.0), ("silent_s", 0.0), ("load_before", UNKNOWN), ("load_after", UNKNOWN)):
            old = getattr(self, name)
            if not len(old):
                object.__setattr__(self, name, np.full(n, value, old.dtype))
        for name in ("came_unseen", "left_unseen"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.zeros(n, np.bool_))
        if any(len(getattr(self, name)) != n for name in _columns()):
            message = "the columns of stops differ in length"
            raise ValueError(message)
        if not all(np.isfinite(getattr(self, name)).all() for name in _SHAPED):
            message = "a stop has a time or position that is no finite number"
            raise ValueError(message)
        if (self.end_s < self.start_s).any():
            message = "a stop ends before it starts"
            raise ValueError(message)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.vehicle)

    def taken(self, rows: Index | npt.NDArray[np.bool_]) -> Self:
        """Return some of them, in the given order."""
        return replace(self, **{name: getattr(self, name)[rows] for name in _columns()})

    def in_order(self) -> Self:
        """Return them in order of vehicle and time; what is told twice, once."""
        order = np.lexsort((self.lat, self.lon, self.end_s, self.start_s, self.vehicle))
        if not len(order):
            return self
        again = np.ones(len(order), np.bool_)
        again[0] = False
        for name in ("vehicle", *_SHAPED):
            again[1:] &= np.diff(getattr(self, name)[order]) == 0
        return self.taken(order[~again])


def _columns() -> tuple[str, ...]:
    return tuple(one.name for one in fields(Stops) if one.name != "vehicle_ids")
