"""The class of a vehicle, from the words or code on its licence and from its length and gross mass.

The answer keeps what is still possible: a `Reading` holds sets of kinds, sizes and bodies and intervals of the two
numbers, so that a rule which does not depend on what is unknown can still be decided. Where the licence's words and
its numbers cannot both be true there are two readings, and neither is taken for the right one.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from truckban.vehicles.codes import read_code, split_code, vehicle_codes
from truckban.vehicles.measures import gross_mass_in_kg, length_in_mm
from truckban.vehicles.remarks import Warnings, conflict, oversize, remarks
from truckban.vehicles.sizes import (
    ANY,
    MEDIUM_FROM_KG,
    Box,
    Interval,
    narrowed,
    sizes_of,
    without_contradiction,
)
from truckban.vehicles.terms import (
    BODIED_KINDS,
    BODIES,
    CLASSED_KINDS,
    KINDS,
    NONE,
    NOT_TRUCK_KINDS,
    SIZED_KINDS,
    SIZES,
    Meaning,
    normalise,
)
from truckban.vehicles.words import read_words
from zones.errors import InputError
from zones.text import Text

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """One consistent reading of a vehicle: the possibilities it leaves.

    Args:
        source: what it follows: `words`, `code` or `numbers`.
        kinds: what the vehicle may be (`terms.KINDS`).
        sizes: `heavy`, `medium`, `light`, `micro`, or `none` for a kind without sizes.
        bodies: the bodies it may have (`terms.BODIES`), or `none` for a kind that carries no goods.
        length_mm: closed interval of the possible lengths; `(v, v)` where it is known.
        gross_mass_kg: closed interval of the possible gross masses; `(v, v)` where it is known.
    """

    source: str
    kinds: frozenset[str]
    sizes: frozenset[str]
    bodies: frozenset[str]
    length_mm: Interval
    gross_mass_kg: Interval


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of a vehicle and what it rests on.

    Args:
        vehicle_class: heavy, medium, light, micro, low_speed, three_wheel, tractor, trailer, special, not_truck or
            unknown.
        body: one body word; of a combined body the main one; `unknown`, or `none` where the kind has no body.
        rule: stable code of the rule that decided, or `undecided.…` with what stands in the way.
        readings: one, or two where the licence's words and its numbers disagree (the words' first).
        warnings: what the reader should know: code and sentence.
    """

    vehicle_class: str
    body: str
    rule: str
    readings: tuple[Reading, ...]
    warnings: Warnings


@dataclass(frozen=True, slots=True)
class _Said:
    """What the vehicle type says, and from which kind of text."""

    meaning: Meaning
    source: str
    rule: str


_ABSENT = _Said(Meaning(frozenset({"goods"}), notes=frozenset({"vehicle.assumed_goods"})), "numbers", "")
_NOT_UNDERSTOOD = _Said(
    Meaning(KINDS, notes=frozenset({"vehicle.words_not_recognised"})), "words", "undecided.words_not_recognised"
)


def classify(
    *, vehicle_type: str | None, length_mm: float | None = None, gross_mass_kg: float | None = None
) -> Classification:
    """Return the class of a vehicle by GA 802-2019.

    Args:
        vehicle_type: the words on the licence (行驶证 车辆类型), a GA 24.4 code, or both (`H22 中型厢式货车`); None or
            blank is taken for a goods vehicle of unknown body, with a warning.
        length_mm: the licence's length; None where unknown.
        gross_mass_kg: the licence's gross mass (总质量); None where unknown.

    Raises:
        InputError: a number is no length or gross mass of a vehicle in these units, or the type is no text.
    """
    length, mass = length_in_mm(length_mm), gross_mass_in_kg(gross_mass_kg)
    if vehicle_type is not None and not isinstance(vehicle_type, str):
        raise InputError(
            Text("应是行驶证上的车辆类型文字或代码", "must be the licence's vehicle type: words or a code"),
            field="vehicle_type",
        )
    return _classified(vehicle_type, length, mass)


@lru_cache(maxsize=4096)
def _classified(vehicle_type: str | None, length: float | None, mass: float | None) -> Classification:
    """Classify by numbers in millimetres and kilograms; a fleet has few kinds of vehicles."""
    known = Box(ANY if length is None else (length, length), ANY if mass is None else (mass, mass))
    said = _understand(vehicle_type)
    meaning = said.meaning
    warnings = remarks(meaning, vehicle_type or "") + oversize(meaning, length, mass)
    by_numbers = sizes_of(known)
    if meaning.kinds <= CLASSED_KINDS and meaning.sizes and not meaning.sizes & by_numbers:
        readings: tuple[Reading, ...] = _two_readings(said, known)
        vehicle_class = "tractor" if meaning.kinds == {"tractor"} else _UNKNOWN
        rule = said.rule if vehicle_class == "tractor" else "undecided.class_conflict"
        warnings += (conflict(vehicle_type or "", meaning.sizes, length, mass, by_numbers),)
    else:
        readings = (_reading(said, known),)
        vehicle_class, rule = _decide(said, readings[0], by_numbers, known)
    return Classification(vehicle_class, _body(meaning, readings[0].bodies), rule, readings, warnings)


def _understand(vehicle_type: str | None) -> _Said:
    if vehicle_type is None:
        return _ABSENT
    text = normalise(vehicle_type)
    if not text:
        return _ABSENT
    meaning = read_code(text)
    if meaning is not None:
        listed = "vehicle.code_not_listed" not in meaning.notes
        return _Said(meaning, "code", "ga24_4.code" if listed else "ga24_4.letter")
    both = split_code(text)
    if both is not None and both[0] in vehicle_codes():
        meaning = vehicle_codes()[both[0]].meaning
        return _Said(meaning, "code", "ga24_4.code") if read_words(both[1]) == meaning else _NOT_UNDERSTOOD
    meaning = read_words(text)
    return _NOT_UNDERSTOOD if meaning is None else _Said(meaning, "words", "licence.words")


def _reading(said: _Said, known: Box) -> Reading:
    meaning = said.meaning
    kinds = KINDS if "other" in meaning.kinds else meaning.kinds
    sizes: set[str] = set()
    for kind in kinds:
        if kind in CLASSED_KINDS:
            sizes |= (meaning.sizes or SIZES) & sizes_of(known)
        else:
            sizes |= (meaning.sizes or SIZES) if kind in SIZED_KINDS else {NONE}
    left = frozenset(sizes)
    box = narrowed(left, known) if kinds <= CLASSED_KINDS else known
    return Reading(said.source, kinds, left, _bodies(meaning, kinds), box.length_mm, box.gross_mass_kg)


def _bodies(meaning: Meaning, kinds: frozenset[str]) -> frozenset[str]:
    if meaning.bodies:
        return frozenset(meaning.bodies)
    bodied = BODIES if kinds & BODIED_KINDS else frozenset[str]()
    return bodied if kinds <= BODIED_KINDS else bodied | {NONE}


def _two_readings(said: _Said, known: Box) -> tuple[Reading, Reading]:
    meaning = said.meaning
    box = without_contradiction(meaning.sizes, known)
    words = Reading(
        said.source, meaning.kinds, meaning.sizes, _bodies(meaning, meaning.kinds), box.length_mm, box.gross_mass_kg
    )
    numbers = replace(
        words,
        source="numbers",
        sizes=sizes_of(known),
        length_mm=known.length_mm,
        gross_mass_kg=known.gross_mass_kg,
    )
    return words, numbers


def _body(meaning: Meaning, bodies: frozenset[str]) -> str:
    if meaning.bodies:
        return meaning.bodies[0]
    return NONE if bodies == {NONE} else _UNKNOWN


def _decide(said: _Said, reading: Reading, by_numbers: frozenset[str], known: Box) -> tuple[str, str]:
    if said is _NOT_UNDERSTOOD:
        return _UNKNOWN, said.rule
    if reading.kinds == KINDS:
        return _UNKNOWN, "undecided.type_other"
    if reading.kinds <= NOT_TRUCK_KINDS:
        return "not_truck", said.rule
    if len(reading.kinds) > 1:
        return _UNKNOWN, "undecided.code_not_listed" if said.rule == "ga24_4.letter" else "undecided.kind"
    (kind,) = reading.kinds
    if kind != "goods":
        return kind, said.rule
    return _decide_goods(said, reading, by_numbers, known)


def _decide_goods(said: _Said, reading: Reading, by_numbers: frozenset[str], known: Box) -> tuple[str, str]:
    if len(reading.sizes) > 1:
        missing = [name for name, value in zip(("length", "gross_mass"), known, strict=True) if value == ANY]
        return _UNKNOWN, f"undecided.{missing[0] if len(missing) == 1 else 'numbers'}_missing"
    (size,) = reading.sizes
    if len(said.meaning.sizes) == 1 or len(by_numbers) > 1:
        return size, said.rule
    if size == "medium":
        return size, "ga802.mass_medium" if known.gross_mass_kg[0] >= MEDIUM_FROM_KG else "ga802.length_medium"
    return size, "ga802.gross_mass_heavy" if size == "heavy" else f"ga802.{size}"
