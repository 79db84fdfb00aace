"""The plane in compiled loops against pyproj's, and packing against what was packed."""

import numpy as np
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.coords import LocalPlane
from zones.matching.ground import Ground, packed, unpacked
from zones.matching.model import Model
from zones.matching.plane import NOWHERE_M, plane_numbers, project
from zones.matching.routes import Prices, scratch_for, table_of
from zones.matching.streets import RoadGraph

_law = settings(max_examples=times(25), deadline=None)


def projected(plane: LocalPlane, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.empty(len(lon)), np.empty(len(lon))
    project(plane_numbers(plane), lon, lat, x, y)
    return x, y


@_law
@given(st.integers(-18000, 18000), st.integers(-7500, 7500), st.integers(0, 99))
def test_positions_are_where_pyproj_puts_them(east: int, north: int, seed: int) -> None:
    # planes lie around hundredths of a degree
    lon, lat = east / 100, north / 100
    plane, rng = LocalPlane(lon, lat), np.random.default_rng(seed)
    lons = (lon + rng.uniform(-1.0, 1.0, 50) + 180.0) % 360.0 - 180.0
    lats = lat + rng.uniform(-1.0, 1.0, 50)
    for ours, theirs in zip(projected(plane, lons, lats), plane.xy(lons, lats), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-6)


@_law
@given(st.floats(-180, 180), st.floats(-90, 90))
def test_no_position_on_earth_is_without_a_place_and_none_that_is_far_comes_near(lon: float, lat: float) -> None:
    plane = LocalPlane(110.7, 35.1)
    (x,), (y,) = projected(plane, np.array([lon]), np.array([lat]))
    assert abs(x) <= NOWHERE_M
    assert abs(y) <= NOWHERE_M
    turn = abs((lon - 110.7 + 180.0) % 360.0 - 180.0)
    if abs(lat - 35.1) > 1.0 or (turn > 10.0 and abs(lat) < 80.0):
        assert np.hypot(x, y) > 50_000.0


@pytest.mark.parametrize(("lon", "lat"), [(0.0, 90.0), (110.7, -90.0), (-159.3, 0.0), (20.7, 0.0), (-69.3, 0.0)])
def test_the_ends_of_the_plane_are_far_away(lon: float, lat: float) -> None:
    (x,), (y,) = projected(LocalPlane(110.7, 35.1), np.array([lon]), np.array([lat]))
    assert np.hypot(x, y) > 1e6


def test_what_was_packed_is_taken_out_again() -> None:
    lon, lat = np.array([121.0, 121.002, 121.004, 121.002]), np.array([31.0, 31.001, 31.0, 31.003])
    start, end = np.array([0, 1, 2, 1, 1, 3]), np.array([1, 2, 1, 0, 3, 1])
    graph = RoadGraph.of_arcs(lon, lat, start, end)
    table = table_of(graph.edges, bound_m=900.0, prices=Prices())
    work = scratch_for(len(graph.edges.length), len(graph.edges.next_edge), graph.pieces.crowd)
    given_, back = (g := Ground(graph.edges, graph.pieces, table, Model(), work)), unpacked(packed(g))
    for group, taken in zip(given_, back, strict=True):
        assert type(group) is type(taken)
        for name, one, other in zip(group._fields, group, taken, strict=True):
            if isinstance(one, np.ndarray):
                assert one.dtype == other.dtype, name
                assert one.shape == other.shape, name
                # what is written on may hold anything
                assert type(group).__name__ == "Scratch" or one.tobytes() == other.tobytes(), name
            else:
                assert one == other, name
