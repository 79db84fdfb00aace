"""Invented vehicles: what their licences say. Plates are counted through; that one exists would be chance."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from truckban.vehicles.plates import read_plate

FIELDS = (
    "vehicle_id", "plate", "plate_color", "vehicle_type", "length_mm", "gross_mass_kg", "energy", "service", "on_duty"
)  # fmt: skip

_HEAVY = (
    ("重型自卸货车", 8600, 25000),
    ("重型仓栅式货车", 12000, 31000),
    ("重型厢式货车", 9000, 18000),
    ("重型半挂牵引车", 7200, 18000),
    ("重型平板货车", 11900, 25000),
)
_MEDIUM = (
    ("中型普通货车", 7100, 9500),
    ("中型栏板货车", 6900, 8200),
    ("中型厢式货车", 7600, 11500),
    ("中型自卸货车", 5800, 7400),  # small enough, yet neither van nor closed
    ("中型厢式货车", 5990, 8300),  # short enough, yet too heavy
)
_SMALL_VAN = (("中型厢式货车", 5995, 7300), ("中型封闭货车", 6000, 8000), ("中型厢式货车", 5990, 6800))
_LIGHT = (("轻型厢式货车", 5995, 4495), ("轻型仓栅式货车", 5900, 4490), ("轻型普通货车", 5300, 3200))
_SMALL_ELECTRIC = (("中型栏板货车", 5998, 7500), ("中型仓栅式货车", 5990, 4700), ("中型厢式货车", 5950, 7200))
_BIG_ELECTRIC = (("重型自卸货车", 9200, 31000), ("重型半挂牵引车", 7300, 25000))
_EMERGENCY = (
    ("police", "中型专项作业车", 7000, 9000),
    ("fire", "重型专项作业车", 9500, 19000),
    ("engineering_rescue", "重型专项作业车", 10200, 25000),
)
_DUTY = (("law_enforcement", "中型厢式货车", 6800, 9000), ("clearance", "重型平板货车", 9800, 16000))
_WORKS = (
    ("sanitation", "重型专项作业车", 8300, 16000),
    ("landscaping", "中型专项作业车", 6900, 9500),
    ("road_maintenance", "重型特殊结构货车", 8800, 18000),
    ("municipal_engineering", "重型自卸货车", 8600, 25000),
    ("medical_waste", "中型厢式货车", 6600, 8500),
)
_SPECIAL = (("重型专项作业车", 9800, 25000), ("重型专项作业车", 12000, 31000))
_LIGHT_TO_KG, _LIGHT_TO_MM = 4500, 6000
_HEAVY_SHARE, _GAS_SHARE = 0.65, 0.2


@dataclass(frozen=True, slots=True)
class _Made:
    """A vehicle before it has a number."""

    vehicle_type: str
    length_mm: int | None
    gross_mass_kg: int
    energy: str = "diesel"
    service: str | None = None
    on_duty: bool | None = None


def make_vehicle(kind: str, number: int, turn: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return one vehicle by the contract's fields.

    Args:
        kind: a key of `KINDS`.
        number: its number in the fleet; its id and its plate are made of it.
        turn: how many of its kind came before, so that every variety occurs.
        rng: what is left to chance.
    """
    made = KINDS[kind](turn, rng)
    plate, color = _plate(made, number, rng)
    return {
        "vehicle_id": f"T{number + 1:04d}",
        "plate": read_plate(plate, color).number,
        "plate_color": color,
        **{name: getattr(made, name) for name in FIELDS[3:]},
    }


def cruise_kmh(vehicle: dict[str, Any], rng: np.random.Generator) -> float:
    """Return a vehicle's speed on an open road, by its mass."""
    low, high = (38, 50) if vehicle["gross_mass_kg"] >= 2.5 * _LIGHT_TO_KG else (44, 58)
    return float(rng.uniform(low, high))


def _plate(made: _Made, number: int, rng: np.random.Generator) -> tuple[str, str]:
    """Return an invented number: the truck's own, counted from 0, in the pattern of its kind of plate."""
    small = made.gross_mass_kg < _LIGHT_TO_KG and (made.length_mm or 0) < _LIGHT_TO_MM
    letter = "ABCDEFGHJKLMNPQRSTUVWXYZ"[int(rng.integers(24))]
    if made.service == "police":
        return f"晋M{number % 10_000:04d}警", "white"
    if made.service == "fire":
        return f"晋X{number % 10_000:04d}应急", "white"
    if made.energy == "electric":
        return f"晋M{number % 100_000:05d}D", "yellow_green"
    return f"晋M{letter}{number % 10_000:04d}", "blue" if small else "yellow"


def _banned(turn: int, rng: np.random.Generator) -> _Made:
    heavy = rng.random() < _HEAVY_SHARE
    energy = "gas" if heavy and rng.random() < _GAS_SHARE else "diesel"
    return _Made(*(_HEAVY if heavy else _MEDIUM)[turn % 5], energy)


def _length_missing(turn: int, rng: np.random.Generator) -> _Made:
    """A closed medium truck light enough for clause 一(二): whether it is short enough is not known."""
    del rng
    return _Made("中型封闭货车" if turn % 2 else "中型厢式货车", None, 7400)


def _serving(
    kinds: tuple[tuple[str, str, int, int], ...], *, on_duty: bool | None
) -> Callable[[int, np.random.Generator], _Made]:
    def make(turn: int, rng: np.random.Generator) -> _Made:
        del rng
        service, words, length_mm, gross_mass_kg = kinds[turn % len(kinds)]
        return _Made(words, length_mm, gross_mass_kg, service=service, on_duty=on_duty)

    return make


def _one_of(
    kinds: tuple[tuple[str, int, int], ...], energy: str = "diesel"
) -> Callable[[int, np.random.Generator], _Made]:
    def make(turn: int, rng: np.random.Generator) -> _Made:
        del rng
        return _Made(*kinds[turn % len(kinds)], energy)

    return make


KINDS: dict[str, Callable[[int, np.random.Generator], _Made]] = {
    "banned": _banned,
    "heavy": _one_of(_HEAVY),
    "small_van": _one_of(_SMALL_VAN),
    "light": _one_of(_LIGHT, "gasoline"),
    "small_new_energy": _one_of(_SMALL_ELECTRIC, "electric"),
    "big_new_energy": _one_of(_BIG_ELECTRIC, "electric"),
    "emergency": _serving(_EMERGENCY, on_duty=True),
    "on_duty": _serving(_DUTY, on_duty=True),
    "off_duty": _serving(_DUTY, on_duty=False),
    "duty_unknown": _serving(_DUTY, on_duty=None),
    "public_works": _serving(_WORKS, on_duty=None),
    "special_without_service": _one_of(_SPECIAL),
    "length_missing": _length_missing,
}
