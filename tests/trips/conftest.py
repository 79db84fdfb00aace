"""The demonstration network for lines that are drawn on it."""

from collections.abc import Callable
from typing import Any

import pytest
from drawn_lines import Point

from truckban.trips.network import network_of
from zones.routing.ground import TripStreets
from zones.routing.snap import crossings


@pytest.fixture(scope="session")
def network() -> Any:  # noqa: ANN401
    return network_of(["linyi-2023-5"])


@pytest.fixture(scope="session")
def streets(network: Any) -> TripStreets:  # noqa: ANN401
    return network.streets


@pytest.fixture(scope="session")
def at(streets: TripStreets) -> Callable[[str, str], Point]:
    def place(one: str, other: str) -> Point:
        found = crossings(streets, one, other)[0]
        return found.lon, found.lat

    return place


@pytest.fixture(scope="session")
def wuyi(at: Callable[[str, str], Point]) -> list[Point]:
    """五一路 from the south to the north, 3.1 km."""
    return [at("五一路", "丰喜大道"), at("五一路", "北环路")]
