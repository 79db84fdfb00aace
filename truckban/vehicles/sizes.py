"""GA 802-2019 table 1: which size a goods vehicle has by its length and gross mass.

    heavy   gross mass >= 12000 kg
    medium  length >= 6000 mm, or 4500 kg <= gross mass < 12000 kg; and not heavy
    light   length < 6000 mm and gross mass < 4500 kg; and not micro
    micro   length <= 3500 mm and gross mass <= 1800 kg

Heavy is decided first. The table stands below as boxes in the plane of length and mass, the only place where a limit
is written down: what sizes some numbers allow and what numbers some sizes imply both follow from them.
"""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

HEAVY_FROM_KG = 12000.0
MEDIUM_FROM_KG = 4500.0
MEDIUM_FROM_MM = 6000.0
MICRO_TO_MM = 3500.0
MICRO_TO_KG = 1800.0

Interval = tuple[float, float]
ANY: Interval = (0.0, math.inf)


class Box(NamedTuple):
    """Closed intervals of the lengths (mm) and gross masses (kg) that are possible."""

    length_mm: Interval
    gross_mass_kg: Interval


def _below(limit: float) -> float:
    return math.nextafter(limit, -math.inf)


def _above(limit: float) -> float:
    return math.nextafter(limit, math.inf)


_BOXES: Mapping[str, tuple[Box, ...]] = MappingProxyType(
    {
        "heavy": (Box(ANY, (HEAVY_FROM_KG, math.inf)),),
        "medium": (
            Box((MEDIUM_FROM_MM, math.inf), (0.0, _below(HEAVY_FROM_KG))),
            Box(ANY, (MEDIUM_FROM_KG, _below(HEAVY_FROM_KG))),
        ),
        "light": (
            Box((_above(MICRO_TO_MM), _below(MEDIUM_FROM_MM)), (0.0, _below(MEDIUM_FROM_KG))),
            Box((0.0, _below(MEDIUM_FROM_MM)), (_above(MICRO_TO_KG), _below(MEDIUM_FROM_KG))),
        ),
        "micro": (Box((0.0, MICRO_TO_MM), (0.0, MICRO_TO_KG)),),
    }
)


def _meet(one: Interval, two: Interval) -> Interval | None:
    low, high = max(one[0], two[0]), min(one[1], two[1])
    return (low, high) if low <= high else None


def _parts(size: str, known: Box) -> Iterable[Box]:
    for box in _BOXES[size]:
        length = _meet(box.length_mm, known.length_mm)
        mass = _meet(box.gross_mass_kg, known.gross_mass_kg)
        if length is not None and mass is not None:
            yield Box(length, mass)


def _hull(intervals: Iterable[Interval]) -> Interval:
    lows, highs = zip(*intervals, strict=True)
    return (min(lows), max(highs))


def sizes_of(known: Box) -> frozenset[str]:
    """Return the sizes that a vehicle with these possible numbers can have; never empty."""
    return frozenset(size for size in _BOXES if any(_parts(size, known)))


def narrowed(sizes: frozenset[str], known: Box) -> Box:
    """Return `known` without the numbers that none of `sizes` allows; one of `sizes` must be possible for `known`."""
    parts = [part for size in sizes for part in _parts(size, known)]
    return Box(_hull(part.length_mm for part in parts), _hull(part.gross_mass_kg for part in parts))


def without_contradiction(sizes: frozenset[str], known: Box) -> Box:
    """Return what stays possible if the vehicle does have one of `sizes`, whatever the numbers say.

    A number that contradicts the sizes by itself gives way to what the sizes imply, one that does not is kept. Both are
    kept where they contradict only together (中型 with 5995 mm and 4495 kg): neither is wrong by itself, and what is in
    doubt is the class.
    """
    keep_length = bool(sizes & sizes_of(Box(known.length_mm, ANY)))
    keep_mass = bool(sizes & sizes_of(Box(ANY, known.gross_mass_kg)))
    if keep_length and keep_mass:
        return known
    return narrowed(sizes, Box(known.length_mm if keep_length else ANY, known.gross_mass_kg if keep_mass else ANY))
