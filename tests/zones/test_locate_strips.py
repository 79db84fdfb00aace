"""What lies between carriageways may be kept: streets are the same as where it is made anew, and it is made but once."""

from collections.abc import Callable

import numpy as np

from zones import load_builtin
from zones.locate import Locator

ZONE = "linyi-schematic"


def test_streets_of_positions_are_the_same_by_kept_shapes() -> None:
    zone = load_builtin(ZONE)
    made: list[dict[str, bytes]] = []

    def keep(make: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
        if not made:
            made.append(make())
        return made[0]

    west, south, east, north = zone.area.bounds
    lon, lat = np.random.default_rng(3).uniform((west, south), (east, north), (20_000, 2)).T
    expected = Locator(zone).roads(lon, lat)
    assert sum(map(len, expected)) > 1000
    first, second = Locator(zone, keep=keep), Locator(zone, keep=keep)
    assert first.roads(lon, lat) == expected
    assert len(made) == 1
    assert second.roads(lon, lat) == expected
    # of few, only what is near is made
    few = Locator(zone, keep=keep)
    assert few.roads(lon[:50], lat[:50]) == expected[:50]


def test_where_few_positions_are_asked_for_nothing_is_kept() -> None:
    zone = load_builtin(ZONE)

    def never(_make: Callable[[], dict[str, bytes]]) -> dict[str, bytes]:
        raise AssertionError

    west, south, _, _ = zone.area.bounds
    assert Locator(zone, keep=never).roads(np.array([west]), np.array([south])) is not None
