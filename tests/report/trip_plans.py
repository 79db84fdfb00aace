"""Plans that the pages of trips are drawn of, on the demonstration streets: every verdict, every kind of way instead."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

from truckban.trips.model import Alternative, Plan
from truckban.trips.network import Network, network_of
from truckban.trips.plan import plan_trip
from truckban.trips.request import read_trip
from zones.text import Text

PLATE, OTHER_PLATE = "晋M12345", "晋M54321"
HEAVY = {"plate": PLATE, "vehicle_type": "重型自卸货车", "gross_mass_kg": 25000}
VAN = {"plate": PLATE, "vehicle_type": "中型厢式货车", "gross_mass_kg": 7000}
LIGHT = {"plate": OTHER_PLATE, "vehicle_type": "轻型厢式货车", "gross_mass_kg": 4000, "length_mm": 5900}
WAIT_S = 480.0
NAMES = ("unlawful", "near", "lawful", "open", "fleet", "waits")


@cache
def network() -> Network:
    return network_of(["linyi-2023-5"])


def asked(at: str, **changes: Any) -> Mapping[str, Any]:  # noqa: ANN401
    return {
        "vehicle": HEAVY,
        "origin": {"lon": 110.735, "lat": 35.128},
        "destination": {"lon": 110.765, "lat": 35.14},
        "depart": f"2024-05-08T{at}:00+08:00",
        **changes,
    }


@cache
def plan(name: str) -> Plan:
    """Return the plan of a name."""
    match name:
        case "unlawful":
            return _planned(asked("10:00"))
        case "near":
            return _planned(asked("21:50"))
        case "lawful":
            return _planned(asked("22:30"))
        case "open":
            return _planned(asked("10:00", vehicle=VAN))
        case "fleet":
            return _planned(asked("10:00", fleet=[LIGHT]))
        case _:
            return _waiting(plan("near"))


def _planned(trip: Mapping[str, Any]) -> Plan:
    known = network()
    return plan_trip(known.streets, read_trip(trip, known.streets, known.rules))


def _waiting(planned: Plan) -> Plan:
    """Return a plan whose first way instead leaves earlier, and stands in the middle."""
    first = planned.alternatives[0]
    half = len(first.way.legs) // 2
    early = [leg._replace(entered=leg.entered - WAIT_S, left=leg.left - WAIT_S) for leg in first.way.legs[:half]]
    way = dataclasses.replace(first.way, legs=(*early, *first.way.legs[half:]))
    why = Text("照常出发，在丰喜大道等到 22:00", "leave as planned, wait on 丰喜大道 until 22:00")
    waits = Alternative("wait", way, first.extra_s, first.extra_m, why)
    return dataclasses.replace(planned, alternatives=(waits, *planned.alternatives))


def renamed(planned: Plan, name: str) -> Plan:
    """Return a plan whose streets are all called by one name."""
    streets = network().streets
    stretches = tuple(one._replace(name=name) for one in streets.stretches)
    called = dataclasses.replace(streets, stretches=stretches)
    assert planned.way is not None
    first = planned.first_unlawful
    return dataclasses.replace(
        planned,
        way=dataclasses.replace(planned.way, streets=called),
        pieces=tuple(dataclasses.replace(piece, roads=(name,)) for piece in planned.pieces),
        first_unlawful=None if first is None else dataclasses.replace(first, road=name),
        alternatives=tuple(
            dataclasses.replace(one, way=dataclasses.replace(one.way, streets=called), why=Text(name, name))
            for one in planned.alternatives
        ),
        says=tuple((code, Text(name, name)) for code, _ in planned.says),
    )
