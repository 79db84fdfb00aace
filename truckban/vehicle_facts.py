"""From the fields of a vehicle to the facts that norms ask about."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from truckban.facts import BUILTIN, UNKNOWN_NUMBER, Fact
from truckban.numbers import is_number
from truckban.remembered import Remembered
from truckban.vehicles import Reading, classify
from truckban.vehicles.plate_colors import read_color
from truckban.vehicles.plates import read_plate
from zones.errors import InputError
from zones.text import Text

_BY_CLASS = {"kind", "size", "body", "length_mm", "gross_mass_kg"}
_FROM_LICENCE = {"kind", "size", "body"}
_OTHER_FIELDS = {"plate", "vehicle_type", "vehicle_id"}
_MOST_VEHICLES = 8192
# of what is handed in nothing longer is held
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class World:
    """One consistent way the vehicle can be, in the shapes of `truckban.facts`."""

    source: str
    categories: Mapping[str, int]
    numbers: Mapping[str, tuple[float, float]]


class VehicleFacts(Struct, frozen=True):
    """A vehicle as norms see it.

    Attributes:
        vehicle_class: the contract's word.
        worlds: one; two where the licence's words and its numbers disagree (GA 802), the words' first.
        plate: the number in its usual form, or None.
        given: the fields that were given and understood, as given.
        warnings: reason codes with their sentences.
    """

    vehicle_class: str
    worlds: tuple[World, ...]
    plate: str | None
    given: Mapping[str, Any]
    warnings: tuple[tuple[str, Text], ...]


def read_vehicle(fields: Mapping[str, Any], facts: Mapping[str, Fact] = BUILTIN) -> VehicleFacts:
    """Read the `vehicle` object of a case.

    Args:
        fields: JSON values by field; absent and null mean unknown (`service`: none).
        facts: the facts that the notice asks about.

    Raises:
        InputError: a value that cannot be, with its field.
    """
    given = {name: value for name, value in fields.items() if value is not None and value != ""}
    plate = given.pop("plate", None)
    return _with_plate(_without_plate(given, facts), plate)


def vehicle_fields(facts: Mapping[str, Fact]) -> frozenset[str]:
    """Return the fields of a vehicle that change an answer."""
    return frozenset(facts.keys() - _FROM_LICENCE) | {"plate", "vehicle_type"}


class VehicleReader:
    """Reads vehicles as `read_vehicle` does; what was found of one is held for others that differ from it in their plate."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        """Take the facts that the notice asks about."""
        self._facts = facts
        self._known: Remembered[Hashable, _Bare] = Remembered(_MOST_VEHICLES)

    def read(self, fields: Mapping[str, Any]) -> VehicleFacts:
        """Read the `vehicle` object of a case.

        Raises:
            InputError: a value that cannot be, with its field.
        """
        given = {name: value for name, value in fields.items() if value is not None and value != ""}
        plate = given.pop("plate", None)
        values = given.values()
        key = (*given, *values, *map(type, values))  # 1, 1.0 and true are equal and not the same
        try:
            bare = self._known.get(key)
        except TypeError:  # a list or an object, which no field can be
            return _with_plate(_without_plate(given, self._facts), plate)
        if bare is None:
            bare = _without_plate(given, self._facts)
            if sum(len(part) for part in key if isinstance(part, str)) < _LONGEST:
                self._known.keep(key, bare)
        return _with_plate(bare, plate)


@dataclass(frozen=True, slots=True)
class _Bare:
    """A vehicle without its plate; what was said of it before and after what is said of the plate."""

    facts: VehicleFacts
    color: Any
    before: tuple[tuple[str, Text], ...]
    after: tuple[tuple[str, Text], ...]


def _with_plate(bare: _Bare, plate: Any) -> VehicleFacts:  # noqa: ANN401
    if plate is None:
        return bare.facts
    facts, read = bare.facts, read_plate(plate, bare.color)
    warnings = (*bare.before, *read.warnings, *bare.after) if read.warnings else facts.warnings
    return VehicleFacts(facts.vehicle_class, facts.worlds, read.number, {"plate": plate, **facts.given}, warnings)


def _without_plate(given: Mapping[str, Any], facts: Mapping[str, Fact]) -> _Bare:
    typed = given.get("vehicle_type")
    if typed is not None and not isinstance(typed, str):
        raise InputError(Text("应为文字", "text is needed"), field="vehicle_type")
    found = classify(vehicle_type=typed, length_mm=given.get("length_mm"), gross_mass_kg=given.get("gross_mass_kg"))
    categories, numbers = {}, {}
    for name, fact in facts.items():
        if name in _BY_CLASS:
            continue
        if fact.kind == "number":
            numbers[name] = _number(name, given.get(name))
        else:
            categories[name] = _category(fact, given.get(name))
    unknown = tuple(
        ("vehicle.unknown_field", Text(f"不认识的字段 {name}，没有使用", f"unknown field {name}, not used"))
        for name in given
        if (name not in facts or name in _FROM_LICENCE) and name not in _OTHER_FIELDS
    )
    understood = {n: v for n, v in given.items() if not (n == "vehicle_type" and _not_understood(found.warnings))}
    worlds = tuple(_world(reading, categories, numbers) for reading in found.readings)
    warnings = (*found.warnings, *unknown)
    bare = VehicleFacts(found.vehicle_class, worlds, None, understood, warnings)
    return _Bare(bare, given.get("plate_color"), found.warnings, unknown)


def _not_understood(warnings: tuple[tuple[str, Text], ...]) -> bool:
    return any(code == "vehicle.words_not_recognised" for code, _ in warnings)


def _world(reading: Reading, categories: Mapping[str, int], numbers: Mapping[str, tuple[float, float]]) -> World:
    return World(
        reading.source,
        {
            **categories,
            "kind": BUILTIN["kind"].mask(reading.kinds),
            "size": BUILTIN["size"].mask(reading.sizes),
            "body": BUILTIN["body"].mask(reading.bodies),
        },
        {**numbers, "length_mm": reading.length_mm, "gross_mass_kg": reading.gross_mass_kg},
    )


def _number(name: str, value: Any) -> tuple[float, float]:  # noqa: ANN401
    if value is None:
        return UNKNOWN_NUMBER
    if not is_number(value) or value < 0:
        raise InputError(Text("应为不小于零的数字", "a number of zero or more is needed"), field=name)
    return float(value), float(value)


def _category(fact: Fact, value: Any) -> int:  # noqa: ANN401
    if value is None:
        return fact.everything if fact.absent is None else fact.mask([fact.absent])
    if fact.kind == "flag":
        if not isinstance(value, bool):
            raise InputError(Text("应为 true、false 或空", "true, false or null is needed"), field=fact.name)
        return fact.mask(["true" if value else "false"])
    if fact.name == "plate_color":
        color = read_color(value)
        return fact.everything if color is None else fact.mask([color])
    if value not in fact.values:
        listed = ", ".join(fact.values)
        raise InputError(
            Text(f"`{value}` 不行；可以是：{listed}", f"`{value}` will not do; it is one of: {listed}"), field=fact.name
        )
    return fact.mask([value])
