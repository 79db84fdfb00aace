"""Weights, lengths and speeds as OSM's tags have them, in kilograms, metres and km/h.

Sources: OSM wiki, Key:maxweight, Key:maxheight, Key:maxspeed, Map features/Units. What is not of a form given there is not
guessed: a comma is no decimal point, `20;30` no weight.
"""

import re
from typing import Literal, NamedTuple

_PLAIN = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(\D*)")
_FEET = re.compile(
    r"(?:([0-9]+(?:\.[0-9]+)?)\s*(?:'|′|ft|feet)\s*)?(?:-?\s*([0-9]+(?:\.[0-9]+)?)\s*(?:\"|″|''|in|inches))?"
)
_FOOT_M, _INCH_M = 0.3048, 0.0254
# `st` is the American short ton, `lt` the long one (OSM wiki, Key:maxweight)
_KG = {
    "": 1000.0,
    "t": 1000.0,
    "吨": 1000.0,
    "kg": 1.0,
    "公斤": 1.0,
    "千克": 1.0,
    "st": 907.18474,
    "lt": 1016.0469088,
    "lbs": 0.45359237,
    "lb": 0.45359237,
    "cwt": 45.359237,
}
_M = {"": 1.0, "m": 1.0, "米": 1.0, "cm": 0.01, "mm": 0.001}
_KMH = {
    "": 1.0,
    "km/h": 1.0,
    "kmh": 1.0,
    "kph": 1.0,
    "公里/小时": 1.0,
    "mph": 1.609344,
    "knots": 1.852,
}
# no sign, or one that lifts a limit: nothing here binds one truck more than another
_UNLIMITED = frozenset({"none", "no", "unlimited", "default", "unsigned", "no_sign", "no_indications"})

Measure = Literal["kg", "m"]


class Limit(NamedTuple):
    """What a limit says: a figure, none at all (`unlimited`), or something that cannot be read (neither)."""

    figure: float | None
    unlimited: bool = False


def limit_of(value: str, measure: Measure) -> Limit:
    """Return what a value of `maxweight`, `maxheight` and such says, in kilograms or metres.

    `maxheight=default` says that no sign stands there and what the law allows fits; `below_default` that less fits,
    and not how much: it cannot be read.
    """
    text = value.strip().lower()
    if text in _UNLIMITED:
        return Limit(None, unlimited=True)
    figure = _figure(text, _KG if measure == "kg" else _M)
    if figure is None and measure == "m":
        figure = _feet(text)
    return Limit(figure)


def speed_of(value: str) -> float | None:
    """Return the km/h of a value of `maxspeed` that is a number with or without a unit, None where it is none."""
    return _figure(value.strip().lower(), _KMH)


def _figure(text: str, units: dict[str, float]) -> float | None:
    found = _PLAIN.fullmatch(text)
    factor = units.get(found[2].strip()) if found else None
    if found is None or factor is None:
        return None
    figure = float(found[1]) * factor
    return figure if 0 < figure < float("inf") else None


def _feet(text: str) -> float | None:
    found = _FEET.fullmatch(text)
    if not text or found is None or (found[1] is None and found[2] is None):
        return None
    metres = float(found[1] or 0) * _FOOT_M + float(found[2] or 0) * _INCH_M
    return metres if metres > 0 else None
