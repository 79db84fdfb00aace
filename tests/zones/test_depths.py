"""Depths through a grid are those of the locator, to a micrometre and never on another side."""

import pickle
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

import zones
from zones.coords import LocalPlane
from zones.depths import Cells, DepthGrid
from zones.locate import Locator
from zones.quick_plane import MOST_OFF_M, quick_terms, quick_xy
from zones.zone import Zone

Floats = npt.NDArray[np.float64]
DEGREE_M = 111_000.0


def star(lon: float, lat: float, radius: float, points: int) -> Polygon:
    turns = np.linspace(0, 2 * np.pi, points, endpoint=False)
    r = radius * (0.6 + 0.4 * np.cos(5 * turns))
    return Polygon(np.round(np.column_stack([lon + r * np.cos(turns), lat + r * np.sin(turns)]), 7))


SQUARE = box(110.74, 35.12, 110.80, 35.17)
HOLED = SQUARE.difference(star(110.77, 35.145, 0.01, 40)).difference(box(110.75, 35.13, 110.7501, 35.1301))
AREAS: dict[str, BaseGeometry] = {
    "hole": HOLED,
    "island in a hole": MultiPolygon(
        [SQUARE.difference(box(110.76, 35.13, 110.78, 35.16)), box(110.765, 35.14, 110.775, 35.15)]
    ),
    "parts that touch": MultiPolygon([box(110.74, 35.12, 110.76, 35.14), box(110.76, 35.14, 110.78, 35.16)]),
    "many corners": star(110.77, 35.145, 0.03, 700),
    "tiny": box(110.77, 35.14, 110.7701, 35.1401),
    "sliver": Polygon([(110.74, 35.14), (110.80, 35.1400001), (110.80, 35.1400003)]),
    "large": star(110.77, 35.145, 0.2, 300),
    "south and west": star(-70.6, -33.4, 0.05, 50),
    "equator": star(0.01, 0.002, 0.03, 50),
    "far north": star(25.7, 66.5, 0.05, 60),
}


@cache
def ground(name: str) -> Locator:
    if name == "schematic":
        return Locator(zones.load_builtin("linyi-schematic"))
    return Locator(Zone(id="z", grade="other", area=AREAS[name], loop_area_km2=1.0, area_km2=1.0))  # type: ignore[arg-type]


@cache
def grid(name: str, around: float = 0.006) -> DepthGrid:
    west, south, east, north = ground(name).area.bounds
    return DepthGrid(ground(name), (west - around, south - around, east + around, north + around))


def same(name: str, lon: Floats, lat: Floats, around: float = 0.006) -> Floats:
    expected = ground(name).depth_m(lon, lat)
    depth, x, y = grid(name, around).depth_m(lon, lat)
    off = 1e-6 if name != "large" else MOST_OFF_M
    np.testing.assert_allclose(depth, expected, rtol=0, atol=off)
    assert ((depth > 0) == (expected > 0)).all()
    exact = ground(name).plane.xy(lon, lat)
    np.testing.assert_allclose([x, y], exact, rtol=0, atol=off)
    return depth


NAMES = ["schematic", *AREAS]


@pytest.mark.parametrize("name", NAMES)
def test_depths_everywhere_are_those_of_the_locator(name: str) -> None:
    west, south, east, north = grid(name).box
    rng = np.random.default_rng(3)
    wide, high = east - west, north - south
    lon, lat = (
        rng.uniform(west - 0.1 * wide, east + 0.1 * wide, 3000),
        rng.uniform(south - 0.1 * high, north + 0.1 * high, 3000),
    )
    depth = same(name, lon, lat)
    assert (depth > 0).any() or name in ("tiny", "sliver")
    assert (depth < 0).any()


@pytest.mark.parametrize("name", NAMES)
def test_on_the_border_and_at_its_corners_no_position_changes_sides(name: str) -> None:
    border = shapely.boundary(ground(name).area)
    corners = shapely.get_coordinates(border)
    along = shapely.get_coordinates(shapely.line_interpolate_point(border, np.linspace(0, 1, 700), normalized=True))
    halves = shapely.get_coordinates(shapely.line_interpolate_point(border, np.linspace(0, 1, 33), normalized=True))
    at = np.concatenate([corners, along, np.round(halves, 7)])
    for off_m in (0.0, 1e-9, 0.005, 0.0201):
        for turn in np.array([0.3, 2.5, 4.6]):
            moved = at + off_m / DEGREE_M * np.array([np.cos(turn), np.sin(turn)])
            same(name, *np.ascontiguousarray(moved.T))


@pytest.mark.parametrize("name", NAMES)
def test_where_cells_meet_and_at_the_ends_of_the_box_depths_are_those_of_the_locator(name: str) -> None:
    made = grid(name)
    west, south, east, north = made.box
    dx, dy = made._step  # noqa: SLF001 - where its cells meet
    lon = np.clip(west + dx * np.arange(made._columns + 1), west, east)  # noqa: SLF001
    lat = np.clip(south + dy * np.arange(made._rows + 1), south, north)  # noqa: SLF001
    some_lon, some_lat = lon[:: max(1, len(lon) // 40)], lat[:: max(1, len(lat) // 40)]
    grids = [g.ravel() for g in np.meshgrid(np.append(some_lon, east), np.append(some_lat, north))]
    same(name, *grids)
    for off in (-1, 1):
        same(name, np.nextafter(grids[0], grids[0] + off), np.nextafter(grids[1], grids[1] + off))


@pytest.mark.parametrize("share", [0.3, 0.5])
@pytest.mark.parametrize("name", ["hole", "island in a hole", "schematic", "many corners"])
def test_a_box_that_cuts_through_the_area_gives_the_depths_of_the_whole(name: str, share: float) -> None:
    west, south, east, north = ground(name).area.bounds
    inner = (
        west + share * (east - west) / 2,
        south + share * (north - south) / 2,
        east,
        north - share * (north - south) / 2,
    )
    made = DepthGrid(ground(name), inner)
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(west, east, 3000), rng.uniform(south, north, 3000)
    lat[:200], lat[200:400], lon[400:500], lon[500:600] = inner[1], inner[3], inner[0], inner[2]
    expected = ground(name).depth_m(lon, lat)
    depth, _, _ = made.depth_m(lon, lat)
    np.testing.assert_allclose(depth, expected, rtol=0, atol=1e-6)
    assert ((depth > 0) == (expected > 0)).all()


@settings(max_examples=times(10), deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.tuples(st.floats(-0.3, 1.3), st.floats(-0.3, 1.3)), min_size=1, max_size=40))
def test_any_positions_have_the_depths_of_the_locator(name: str, shares: list[tuple[float, float]]) -> None:
    west, south, east, north = grid(name).box
    x, y = np.array(shares).T
    same(name, west + x * (east - west), south + y * (north - south))


def test_far_away_and_without_positions_depths_are_those_of_the_locator() -> None:
    same("schematic", np.array([0.0, 121.5, 110.77, 73.0]), np.array([10.0, 31.2, -35.1, 50.0]))
    depth, x, y = grid("schematic").depth_m(np.empty(0), np.empty(0))
    assert len(depth) == len(x) == len(y) == 0


@pytest.mark.parametrize(
    ("lat", "size"), [(0.0, 0.05), (20.0, 0.1), (35.0, 0.2), (53.0, 0.2), (-35.0, 0.2), (35.0, 0.4)]
)
def test_the_quick_plane_is_as_near_as_it_says(lat: float, size: float) -> None:
    plane = LocalPlane(110.77, lat)
    frame = (110.77 - size, lat - size, 110.77 + size, lat + size)
    terms = quick_terms(plane, *frame)
    rng = np.random.default_rng(5)
    lon = np.concatenate([rng.uniform(frame[0], frame[2], 2000), [frame[0], frame[2], frame[0], frame[2], 110.77]])
    lats = np.concatenate([rng.uniform(frame[1], frame[3], 2000), [frame[1], frame[1], frame[3], frame[3], lat]])
    quick = np.array([quick_xy(terms, a, b) for a, b in zip(lon.tolist(), lats.tolist(), strict=True)])
    assert np.abs(quick - np.column_stack(plane.xy(lon, lats))).max() <= MOST_OFF_M


@pytest.mark.parametrize("size", [5.0, 20.0, 60.0])
def test_a_box_too_large_for_the_quick_plane_is_refused(size: float) -> None:
    with pytest.raises(ValueError, match="off in a quick plane"):
        quick_terms(LocalPlane(110.0, 35.0), 110 - size, 35 - size / 2, 110 + size, 35 + size / 2)


def test_what_was_kept_of_the_cells_gives_the_same_depths() -> None:
    name = "schematic"
    fresh = grid(name)
    lon, lat = np.random.default_rng(3).uniform(fresh.box[:2], fresh.box[2:], (500, 2)).T
    expected = fresh.depth_m(lon, lat)
    shelf: list[bytes] = []

    def keep(make: Callable[[], Cells]) -> Cells:
        if not shelf:
            shelf.append(pickle.dumps(make()))
        found: Cells = pickle.loads(shelf[0])  # noqa: S301 - of the line before
        return found

    for _ in range(2):
        kept = DepthGrid(ground(name), fresh.box, keep)
        for ours, theirs in zip(kept.depth_m(lon, lat), expected, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    assert len(shelf) == 1
