"""A ring of four roads, its specification, and what lies where on it."""

from typing import Any

import shapely
from shapely import Point
from street_map import lonlat, street_map

from zones.boundary import Outline
from zones.network import StreetNetwork
from zones.spec import ZoneSpec

# 100 m a character and a line: a ring of 1000 m by 500 m, its roads running on beyond the corners
RING = """
  a         b
 wA---------Bx
  |         |
  |         |
  |         |
  |         |
 zD---------Cy
  d         c
"""
WAYS = {
    "wABx": {"name": "北路"},
    "bBCc": {"name": "东路"},
    "yCDz": {"name": "南路"},
    "dDAa": {"name": "西路"},
}
SIDES = {"北路": "south", "东路": "west", "南路": "north", "西路": "east"}
RING_KM2 = 1.0 * 0.5


def spec_of(sides: dict[str, Any] | None = None, **more: object) -> ZoneSpec:
    edges = [{"road": r, "side": s, "boundary": "excluded"} for r, s in (sides or SIDES).items()]
    return ZoneSpec.model_validate({"zone": "t", "edges": edges, **more})


def with_boundary(spec: ZoneSpec, road: str, boundary: str) -> ZoneSpec:
    edges = [e.model_copy(update={"boundary": boundary}) if e.road == road else e for e in spec.edges]
    return spec.model_copy(update={"edges": edges})


def holds(drawn: Outline, geometry: shapely.Geometry, x: float, y: float) -> bool:
    point = drawn.plane.to_xy(Point(*lonlat(x, y)))
    return bool(shapely.covers(geometry, point))


def ring(**changes: dict[str, object]) -> StreetNetwork:
    return street_map(RING, {**WAYS, **changes})
