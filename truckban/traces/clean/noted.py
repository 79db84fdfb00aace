"""Vehicles that a note is about: the first few by name, however the rows were shared out, beside the sentence and never in it.

Sentences go to screens and logs, and a vehicle's id may be its plate or its terminal's phone number.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from zones.text import Text

FEW = 5


class VehicleNote(Text):
    """A note about some vehicles.

    Attributes:
        vehicles: ids of the first few of them, in order.
    """

    vehicles: tuple[str, ...] = ()

    @classmethod
    def of_some(cls, text: Text, vehicles: Iterable[str]) -> "VehicleNote":
        """Return a sentence as a note about vehicles."""
        note = cls(*text)
        note.vehicles = first_few(vehicles)
        return note


@dataclass(slots=True)
class Named:
    """Names of vehicles by what is said of them; parts add up in any order."""

    by_code: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def put(self, code: str, vehicles: Iterable[str]) -> None:
        """Take in vehicles of which something is said."""
        if few := first_few((*self.by_code.get(code, ()), *vehicles)):
            self.by_code[code] = few

    def add(self, other: "Named") -> None:
        """Take in what is said of other vehicles."""
        for code, vehicles in other.by_code.items():
            self.put(code, vehicles)


def first_few(vehicles: Iterable[str]) -> tuple[str, ...]:
    """Return the first few of some names, in order."""
    return tuple(sorted(set(vehicles))[:FEW])


def vehicles_of(note: Text) -> tuple[str, ...]:
    """Return the vehicles that a note is about; none where it is about other things."""
    vehicles: Any = getattr(note, "vehicles", ())
    return tuple(vehicles)
