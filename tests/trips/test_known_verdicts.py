"""Verdicts of days are remembered between trips; where they are forgotten meanwhile, the answer is the same."""

from typing import Any

import pytest

from truckban.trips import timetable
from truckban.trips.answer import answer_trip

SOUTH, NORTH, INSIDE = (
    {"lon": lon, "lat": lat} for lon, lat in ((110.772, 35.12), (110.772, 35.172), (110.779, 35.14))
)
HEAVY = {"plate": "晋M10001", "vehicle_type": "重型自卸货车", "length_mm": 8600, "gross_mass_kg": 25_000}
TRIPS = [
    {"id": f"{n}", "vehicle": HEAVY, "origin": SOUTH, "destination": to, "depart": f"2024-05-{day:02d}T21:50:00+08:00"}
    for n, (to, day) in enumerate([(INSIDE, 8), (NORTH, 8), (INSIDE, 9), (INSIDE, 8), (NORTH, 30)])
]


@pytest.mark.parametrize("most", [1, 3, 20])
def test_what_is_forgotten_between_two_looks_is_worked_out_again(
    network: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
    most: int,
) -> None:
    timetable._known.cache_clear()  # noqa: SLF001 - as in a new process
    expected = [answer_trip(trip, network.streets, network.rules) for trip in TRIPS]
    short = timetable._Known(most)  # noqa: SLF001
    monkeypatch.setattr(timetable, "_known", lambda *_of: short)
    assert [answer_trip(trip, network.streets, network.rules) for trip in TRIPS] == expected
