"""Whether the conditions of a clause hold for a truck: its figures, the times, and what it is there for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt
from typing import NamedTuple

from zones.osm_conditions import Clause
from zones.routing.measures import Measure, limit_of
from zones.routing.opening import ALWAYS, not_understood
from zones.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """A truck's figures; None is unknown.

    Attributes:
        gross_mass_kg: the licence's maximum (总质量), not today's weight.
        axle_load_kg: of its heaviest axle.
        height_m: with its load.
        length_m: with its trailer.
        width_m: without mirrors.
    """

    gross_mass_kg: float | None = None
    axle_load_kg: float | None = None
    height_m: float | None = None
    length_m: float | None = None
    width_m: float | None = None


class Figure(NamedTuple):
    """One of a truck's figures: the attribute, its unit and its name."""

    attribute: str
    measure: Measure
    name: Text

    def of(self, truck: Truck) -> float | None:
        """Return it; None where it is not known."""
        value: float | None = getattr(truck, self.attribute)
        return value


MASS = Figure("gross_mass_kg", "kg", Text("总质量", "gross mass"))
AXLE = Figure("axle_load_kg", "kg", Text("轴荷", "axle load"))
HEIGHT = Figure("height_m", "m", Text("高度", "height"))
LENGTH = Figure("length_m", "m", Text("长度", "length"))
WIDTH = Figure("width_m", "m", Text("宽度", "width"))
# what conditions compare (OSM wiki, Conditional restrictions, vehicle properties)
_PROPERTIES = {
    "weight": MASS,
    "maxweight": MASS,
    "weightrating": MASS,
    "maxweightrating": MASS,
    "axleload": AXLE,
    "maxaxleload": AXLE,
    "height": HEIGHT,
    "length": LENGTH,
    "width": WIDTH,
}
_COMPARED = re.compile(r"(\w+)\s*(<=|>=|==|=|<|>|≤|≥)\s*(.+)")
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lt, "<=": le, "≤": le, ">": gt, ">=": ge, "≥": ge, "=": eq, "==": eq,
}  # fmt: skip
# whom a street is open to although it is no way through
_PURPOSES = frozenset(
    {"destination", "delivery", "deliveries", "customers", "loading", "unloading", "loading_unloading"}
)
_TRUCKS = frozenset({"hgv", "goods"})
HEAVY_KG = 3500.0
"""`goods` is for trucks up to this gross mass, `hgv` for heavier ones (OSM wiki, Key:hgv)."""


class Held(NamedTuple):
    """Whether a clause applies to a truck; as in `layers.Said`."""

    applies: bool | None = True
    times: tuple[str, ...] = ()
    purpose: bool = False
    why: tuple[Text, ...] = ()
    missing: tuple[str, ...] = ()


def held(clause: Clause, truck: Truck, *, opens: bool) -> Held:
    """Return whether the conditions of a clause hold for a truck, and at what times.

    Args:
        clause: of a conditional restriction.
        truck: its figures.
        opens: the clause opens a street (times that depend on holidays then never hold).
    """
    applies: bool | None = True
    times: list[str] = []
    why: list[Text] = []
    missing: list[str] = []
    purpose = False
    for part in clause.parts:
        if part == ALWAYS:
            continue
        compared = _COMPARED.fullmatch(part)
        if compared is not None:
            one = _compare(compared, truck)
        elif part.lower() in _PURPOSES:
            purpose = True
            continue
        elif part.lower() in _TRUCKS:
            one = _is_truck(part.lower(), truck)
        else:
            one = _times(part, opens=opens)
            times += one.times
        why += one.why
        missing += one.missing
        applies = False if applies is False or one.applies is False else applies if one.applies else None
    if applies is False:
        return Held(applies=False)
    return Held(applies, tuple(times), purpose, tuple(why), tuple(missing))


def _times(part: str, *, opens: bool) -> Held:
    """Return the times of a condition; `wet` or `permit_holder` is a word, and no time that was written badly."""
    unread = not_understood(part, opens=opens)
    if unread is None:
        return Held(times=(part,))
    return Held(None, why=(unread if any(letter.isdigit() for letter in part) or "H" in part else _unknown(part),))


def _compare(compared: re.Match[str], truck: Truck) -> Held:
    figure = _PROPERTIES.get(compared[1].lower())
    limit = None if figure is None else limit_of(compared[3], figure.measure).figure
    if figure is None or limit is None:
        return Held(None, why=(_unknown(compared[0]),))
    own = figure.of(truck)
    if own is None:
        why = Text(
            f"{compared[0]}：不知道本车{figure.name.zh}", f"{compared[0]}: this truck's {figure.name.en} is not known"
        )
        return Held(None, why=(why,), missing=(figure.attribute,))
    return Held(_HOLDS[compared[2]](own, limit))


def _unknown(part: str) -> Text:
    return Text(
        f"不知道条件“{part}”是否成立，规划时按禁止通行处理",
        f"whether the condition `{part}` holds is not known, the street counts as closed",
    )


def _is_truck(word: str, truck: Truck) -> Held:
    """Tell whether a truck is one of OSM's `hgv` (above 3.5 t) or `goods` (up to 3.5 t)."""
    if truck.gross_mass_kg is None:
        return Held(None, why=(_unknown(word),), missing=(MASS.attribute,))
    return Held((truck.gross_mass_kg > HEAVY_KG) == (word == "hgv"))
