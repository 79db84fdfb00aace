"""Trips that are drawn at random: vehicle, permits, ends, horizon; the trips of one map."""

# ruff: noqa: PLR2004, S311 - chances of a generator of cases

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import shapely

from trips_brute_force.blocks import BLOCK_M, Block, Map
from trips_brute_force.drawing import random_map, spans_near
from truckban.trips.model import Options
from zones.errors import InputError

TIMEZONE = ZoneInfo("Asia/Shanghai")
TRIPS_A_MAP = 5

TYPES = ("重型自卸货车", "中型厢式货车", "轻型厢式货车", "重型半挂牵引车", None)


def random_vehicle(rng: Random) -> dict[str, Any]:
    """Return a vehicle; some facts are not known."""
    vehicle: dict[str, Any] = {"plate": "晋M10001", "vehicle_type": rng.choice(TYPES)}
    for name, values in (
        ("length_mm", (5990, 6000, 8600, None)),
        ("gross_mass_kg", (4490, 7500, 12_000, 25_000, None)),
        ("energy", ("diesel", "diesel", "electric", None)),
    ):
        value = rng.choice(values)
        if rng.random() < 0.9:
            vehicle[name] = value
    if rng.random() < 0.1:
        vehicle["service"] = "fire"
    if rng.random() < 0.05:
        del vehicle["plate"]
    # most trips are of trucks that the notices are about
    if rng.random() < 0.5:
        vehicle |= {"vehicle_type": TYPES[0], "length_mm": 8600, "gross_mass_kg": 25_000, "energy": "diesel"}
    return vehicle


def random_permit(rng: Random, drawn: Map, t0: dt.datetime) -> dict[str, Any]:
    """Return a permit of some streets and hours."""
    names = sorted({block.name for block in drawn.blocks if block.name})
    day = t0.date()
    permit: dict[str, Any] = {
        "plate": "晋M10001" if rng.random() < 0.9 else "晋M10002",
        "valid_from": (day - dt.timedelta(days=rng.choice((0, 1, 30)))).isoformat(),
        "valid_to": (day + dt.timedelta(days=rng.choice((0, 0, 1, 30)))).isoformat(),
        "status": "active" if rng.random() < 0.95 else "suspended",
    }
    if rng.random() < 0.8:
        permit["roads"] = rng.sample(names, rng.randint(1, min(3, len(names))))
    if rng.random() < 0.6:
        permit["windows"] = spans_near(rng, t0.hour * 60 + t0.minute, most=2)
    return permit


def random_trip(rng: Random, drawn: Map, t0: dt.datetime) -> tuple[dict[str, Any], list[tuple[Block, float]]]:
    """Return a question, and where on which blocks it begins and ends."""
    usable = [block for block in drawn.blocks if block.trucks]
    while True:
        ends = [(rng.choice(usable), rng.choice((0.0, 50.0, 100.0, 150.0, BLOCK_M))) for _ in range(2)]
        if ends[0][0].place(ends[0][1]) != ends[1][0].place(ends[1][1]):
            break
    at = t0 + dt.timedelta(seconds=rng.randint(-2400, 2400))
    places = [dict(zip(("lon", "lat"), block.place(along), strict=True)) for block, along in ends]
    asked = {
        "id": "t",
        "vehicle": random_vehicle(rng),
        "origin": places[0],
        "destination": places[1],
        rng.choice(("depart", "arrive")): at.isoformat(),
        "permits": [random_permit(rng, drawn, t0) for _ in range(rng.choice((0, 0, 1, 2)))],
        "geometry": True,
    }
    if rng.random() < 0.2:
        asked["fleet"] = [{"id": "other", **random_vehicle(rng)}]
    return asked, ends


def options_of(rng: Random) -> Options:
    """Return a horizon: some hours, or some days."""
    if rng.random() < 0.96:
        return Options(margin_s=0.0, ahead_s=3 * 3600.0, before_s=3600.0)
    return Options(margin_s=0.0, ahead_s=2 * 86_400.0, before_s=86_400.0)


def instant_near(rng: Random) -> dt.datetime:
    """Return a whole minute; one in five is near midnight."""
    day = dt.datetime(2024, 1, 1, tzinfo=TIMEZONE) + dt.timedelta(days=rng.randrange(700))
    return day + dt.timedelta(minutes=rng.choice((rng.randrange(1440),) * 4 + (rng.randint(-10, 10),)))


def cases_of(seed: int) -> Iterator[tuple[Map, dict[str, Any], list[tuple[Block, float]], Options]]:
    """Yield the trips on one map."""
    rng = Random(seed)
    t0 = instant_near(rng)
    while True:
        try:
            drawn = random_map(rng, t0)
            break
        except (InputError, KeyError, shapely.errors.GEOSException):
            continue
    for _ in range(TRIPS_A_MAP):
        yield drawn, *random_trip(rng, drawn, t0), options_of(rng)
