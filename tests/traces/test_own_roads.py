"""Roads that are banned themselves: a fix is as deep on them as the next street outside is far."""

import numpy as np
import pytest
from street_map import lonlat, street_map

from truckban.traces.in_or_out.own_roads import BESIDE_M, SHARE, OwnRoads, own_roads
from truckban.traces.in_or_out.paths import ZoneMatcher
from zones.build import build_zone
from zones.locate import Locator
from zones.spec import ZoneSpec

# 府前街 with a street across at each end and one 400 m south of it
MAP = """
  a         c
  |         |
 wA---------Cx
  |         |
  |         |
  |         |
 uD---------Fv
"""
WAYS = {"wACx": {"name": "府前街"}, "uDFv": {"name": "文昌街"}, "aAD": {"name": "建设路"}, "cCF": {"name": "光明路"}}
WEST, EAST, ROAD = 200.0, 1200.0, 400.0
LISTED = {"zone": "t", "roads": [{"road": "府前街"}]}
EDGES = {"文昌街": "north", "建设路": "east", "光明路": "west", "府前街": "south"}


def found(words: dict[str, object]) -> tuple[Locator, OwnRoads | None]:
    zone = build_zone(street_map(MAP, WAYS), ZoneSpec.model_validate(words))
    ground, streets = Locator(zone), ZoneMatcher.of(zone)
    assert streets is not None
    return ground, own_roads(ground, streets)


def depths(words: dict[str, object], x: float, y: float) -> tuple[float, float]:
    """Return how deep a fix lies by the border, and how deep with the streets."""
    ground, own = found(words)
    assert own is not None
    lon, lat = (np.array([value]) for value in lonlat(x, y))
    before = ground.depth_m(lon, lat)
    return float(before[0]), float(own.deepened(before, lon, lat, np.array([0, len(lon)]))[0])


def edges(boundary: str) -> dict[str, object]:
    sides = [{"road": road, "side": side, "boundary": "excluded"} for road, side in EDGES.items()]
    return {
        "zone": "t",
        "edges": [{**edge, "boundary": boundary} if edge["road"] == "府前街" else edge for edge in sides],
    }


@pytest.mark.parametrize("words", [LISTED, edges("included")], ids=["listed", "included"])
def test_where_no_other_street_is_near_a_fix_on_the_road_is_deep(words: dict[str, object]) -> None:
    middle = (WEST + EAST) / 2
    border, streets = depths(words, middle, ROAD)
    assert border < 10
    assert streets == pytest.approx(SHARE * 400, rel=0.05)


def test_at_a_junction_and_beside_the_road_it_is_not() -> None:
    for x, y in ((WEST, ROAD), (WEST + 10, ROAD), ((WEST + EAST) / 2, ROAD + 3.5 + BESIDE_M + 2)):
        border, streets = depths(LISTED, x, y)
        assert streets <= max(border, SHARE * 10 + 0.1)


def test_nowhere_is_a_fix_less_deep_than_by_the_border() -> None:
    ground, own = found(LISTED)
    assert own is not None
    noise = np.random.default_rng(5)
    some = [lonlat(x, y) for x, y in zip(noise.uniform(0, 1400, 500), noise.uniform(300, 500, 500), strict=True)]
    lon, lat = np.array(some).T
    before = ground.depth_m(lon, lat)
    assert (own.deepened(before, lon, lat, np.array([0, len(lon)])) >= before).all()


@pytest.mark.parametrize("boundary", ["excluded", "unstated"])
def test_a_zone_whose_roads_are_not_banned_has_none(boundary: str) -> None:
    assert found(edges(boundary))[1] is None
