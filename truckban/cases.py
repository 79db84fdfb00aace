"""What is known of a case: one, or columns of them."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from truckban.logic import COLUMNS, Coded, Logic


class Later:
    """What is looked up the first time that somebody asks for it: most cases are settled without."""

    __slots__ = ("_look_up", "_value")

    def __init__(self, look_up: Callable[[], Any]) -> None:
        """Take what finds the value; it must find the same each time."""
        self._look_up: Callable[[], Any] | None = look_up
        self._value: Any = None

    def value(self) -> Any:  # noqa: ANN401
        """Return the value."""
        look_up = self._look_up
        if look_up is not None:
            self._value = look_up()
            self._look_up = None
        return self._value


def settled(value: Any) -> Any:  # noqa: ANN401
    """Return a value that may have been left for later."""
    return value.value() if isinstance(value, Later) else value


class Permits(Protocol):
    """The permits a case is judged with."""

    def cover(self, kind: str | None, case: "Case") -> Any:  # noqa: ANN401
        """Return the trit of: some permit of this kind covers the case."""


class Case(Struct, frozen=True):
    """The possibilities that remain, in the shapes `truckban.facts` describes.

    Attributes:
        logic: `ONE`, or `COLUMNS` where every value below is an array of shape (n,) or a `Coded` column.
        day: ordinal of the local date.
        second: second of that day, 0..86399.
        categories: mask of possible values, by fact.
        numbers: least and greatest possible value, by fact.
        plate: the number, or None.
        zones: mask of possible parts (`truckban.zone_parts`), by zone.
        roads: frozenset of the streets it is on, None where that is not known, or `Later` one of these.
        lon: WGS 84 degrees, NaN where not known.
        lat: likewise.
        alerts: alert levels in force.
        permits: asked by norms that are permits.
        readings: how each question of the notice is read; None while it is open.
    """

    logic: Logic
    day: Any
    second: Any
    categories: Mapping[str, Any]
    numbers: Mapping[str, tuple[Any, Any]]
    plate: Any
    zones: Mapping[str, Any]
    roads: Any
    lon: Any
    lat: Any
    permits: Permits
    readings: Mapping[str, str | None]
    alerts: frozenset[str] = frozenset()

    def take(self, rows: np.ndarray) -> "Case":
        """Return the columns of some rows only."""
        if self.logic is not COLUMNS:
            msg = "only columns have rows"
            raise TypeError(msg)
        return replace(
            self,
            day=self.day[rows],
            second=self.second[rows],
            categories={name: mask[rows] for name, mask in self.categories.items()},
            numbers={name: (low[rows], high[rows]) for name, (low, high) in self.numbers.items()},
            plate=Coded(self.plate.codes[rows], self.plate.distinct),
            zones={name: mask[rows] for name, mask in self.zones.items()},
            roads=Coded(self.roads.codes[rows], self.roads.distinct),
            lon=self.lon[rows],
            lat=self.lat[rows],
        )
