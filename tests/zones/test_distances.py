"""Distances by loops are those of GEOS to the last bit, so that what is asked one way or the other is the same."""

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from zones import load_builtin
from zones.depths import exact_depths
from zones.distances import any_within, least_metres, nearest_width
from zones.locate import Locator

Floats = npt.NDArray[np.float64]


def pieces(seed: int) -> Floats:
    """Return both ends of pieces that meet, cross, stand upright, lie flat and are points, (n, 4)."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(-500.0, 500.0, (40, 2))
    chain = np.column_stack([corners[:-1], corners[1:]])
    square = np.array([[0, 0, 100, 0], [100, 0, 100, 100], [100, 100, 0, 100], [0, 100, 0, 0], [50, 50, 50, 50]], float)
    return np.concatenate([chain, square])


def positions(ends: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return positions around pieces, at their ends and on them."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.0, 1.0, (len(ends), 1))
    on = ends[:, :2] + share * (ends[:, 2:] - ends[:, :2])
    found = np.concatenate([rng.uniform(-700.0, 700.0, (800, 2)), ends[:, :2], ends[:, 2:], on])
    return np.ascontiguousarray(found[:, 0]), np.ascontiguousarray(found[:, 1])


def by_geos(x: Floats, y: Floats, ends: Floats) -> Floats:
    lines = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)
    return np.asarray(shapely.distance(np.asarray(shapely.points(x, y))[:, None], lines))


@pytest.mark.parametrize("seed", range(4))
def test_the_least_distance_is_that_of_geos_to_the_last_bit(seed: int) -> None:
    ends = pieces(seed)
    x, y = positions(ends, seed)
    found = np.empty(len(x))
    least_metres(x, y, ends, found)
    np.testing.assert_array_equal(found, by_geos(x, y, ends).min(axis=1))


@pytest.mark.parametrize("seed", range(4))
def test_the_width_is_that_of_a_nearest_piece_and_it_is_said_where_other_widths_are_as_near(seed: int) -> None:
    ends = pieces(seed)
    x, y = positions(ends, seed)
    widths = np.random.default_rng(seed).choice([3.5, 5.25, 9.0], len(ends))
    metres, width, several = np.empty(len(x)), np.empty(len(x)), np.empty(len(x), np.bool_)
    nearest_width(x, y, ends, widths, metres, width, several)
    far = by_geos(x, y, ends)
    least = far.min(axis=1)
    np.testing.assert_array_equal(metres, least)
    as_near = [set(widths[row == best].tolist()) for row, best in zip(far, least, strict=True)]
    assert all(own in some for own, some in zip(width.tolist(), as_near, strict=True))
    assert several.tolist() == [len(some) > 1 for some in as_near]
    assert several.any()
    assert not several.all()


def test_a_piece_of_the_cell_within_some_metres_is_found_and_those_of_other_cells_are_not_asked() -> None:
    ends = pieces(1)
    x, y = positions(ends, 1)
    cell = np.arange(len(x)) % 3  # of the third no pieces are known
    own = [np.arange(0, len(ends), 2), np.arange(1, len(ends), 2), np.arange(0)]
    first = np.cumsum([0, *map(len, own)])
    found = np.empty(len(x), np.bool_)
    any_within(x, y, cell, first, np.concatenate(own), ends, 25.0, found)
    far = by_geos(x, y, ends)
    assert found.tolist() == [
        bool(len(own[c]) and (row[own[c]] <= 25.0).any()) for row, c in zip(far, cell.tolist(), strict=True)
    ]
    assert found.any()


def test_depths_through_pieces_are_those_of_the_locator_to_the_last_bit() -> None:
    ground = Locator(load_builtin("linyi-schematic"))
    west, south, east, north = ground.area.bounds
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(west - 0.3, east + 0.3, 4000), rng.uniform(south - 0.3, north + 0.3, 4000)
    lon[:2000], lat[:2000] = rng.uniform(west, east, 2000), rng.uniform(south, north, 2000)
    depth, x, y = exact_depths(ground, lon, lat)
    np.testing.assert_array_equal(depth, ground.depth_m(lon, lat))
    np.testing.assert_array_equal([x, y], ground.plane.xy(lon, lat))
    assert (depth > 0).any()
