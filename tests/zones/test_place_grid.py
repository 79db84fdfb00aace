"""The grid of cells answers as the polygons do, or says that they must be asked."""

import pickle

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from zones import load_builtin
from zones.locate import Locator
from zones.place_grid import CROSSED, PlaceGrid

WEST, EAST, SOUTH, NORTH = 110.70, 110.85, 35.08, 35.20


@pytest.fixture(scope="module")
def ground() -> Locator:
    found = Locator(load_builtin("linyi-schematic"))
    found.make_ready()
    return found


def somewhere(count: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(3)
    return draw.uniform(WEST, EAST, count), draw.uniform(SOUTH, NORTH, count)


def near_borders(ground: Locator, count: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(4)
    borders = shapely.boundary([ground.area, *(road.geometry for road in ground.zone.boundary_roads)])
    corners = shapely.get_coordinates(borders)
    chosen = corners[draw.integers(0, len(corners), count)] + draw.normal(0, 1e-5, (count, 2))
    chosen[::5] = corners[draw.integers(0, len(corners), len(chosen[::5]))]
    return chosen[:, 0], chosen[:, 1]


class TestGrid:
    @pytest.mark.parametrize("where", ["anywhere", "near borders"])
    def test_places_and_edges_are_those_of_the_polygons(self, ground: Locator, where: str) -> None:
        lon, lat = somewhere(20_000) if where == "anywhere" else near_borders(ground, 5000)
        place, edge = np.array([ground.of_code(code) for code in ground.codes(lon, lat).tolist()]).T
        exact = ground.edge(lon, lat)
        assert (place == ground.places(lon, lat)).all()
        assert (edge == np.where(exact < 0, len(ground.zone.boundary_roads), exact)).all()

    @pytest.mark.parametrize("where", ["anywhere", "near borders"])
    def test_one_position_with_its_accuracy_is_where_the_polygons_say(self, ground: Locator, where: str) -> None:
        lon, lat = somewhere(1500) if where == "anywhere" else near_borders(ground, 500)
        accuracy = np.random.default_rng(5).choice([0.0, 1.0, 10.0, 40.0, 150.0], len(lon))
        exact = ground.places(lon, lat, accuracy_m=accuracy)
        singly = [
            ground.place_and_edge(*one)[0] for one in zip(lon.tolist(), lat.tolist(), accuracy.tolist(), strict=True)
        ]
        assert singly == exact.tolist()

    def test_a_few_positions_are_where_many_together_are(self, ground: Locator) -> None:
        lon, lat = near_borders(ground, 3000)
        few = [ground.codes(lon[i : i + 7], lat[i : i + 7]) for i in range(0, len(lon), 7)]
        assert np.concatenate(few).tolist() == ground.codes(lon, lat).tolist()

    def test_most_cells_are_known_without_the_polygons(self, ground: Locator) -> None:
        assert (ground.grid.answers(*somewhere(20_000)) == CROSSED).mean() < 0.02

    def test_a_box_that_no_border_runs_through_has_one_answer(self, ground: Locator) -> None:
        draw = np.random.default_rng(6)
        told = 0
        for lon, lat in zip(*near_borders(ground, 300), strict=True):
            size = draw.choice([1e-6, 1e-4, 1e-3, 0.01, 0.5])
            corner_lon, corner_lat = lon + draw.uniform(-3, 3) * size, lat + draw.uniform(-3, 3) * size
            code = ground.one_code((corner_lon, corner_lat, corner_lon + size, corner_lat + size))
            across = draw.uniform(0, size, (2, 200))
            within = set(ground.codes(corner_lon + across[0], corner_lat + across[1]).tolist())
            assert code is None or within == {code}
            told += code is not None
        assert told > 50

    def test_a_box_all_round_the_cells_or_far_away_is_told_apart(self, ground: Locator) -> None:
        assert ground.one_code((WEST - 1, SOUTH - 1, EAST + 1, NORTH + 1)) is None
        assert ground.one_code((100.0, 30.0, 101.0, 31.0)) == ground.grid.outside
        assert ground.one_code((-180.0, NORTH + 1, 180.0, 90.0)) == ground.grid.outside

    def test_cells_are_looked_up_alike_where_nothing_is_compiled(self, ground: Locator) -> None:
        lon, lat = (np.append(near, far) for near, far in zip(near_borders(ground, 3000), somewhere(3000), strict=True))
        plain = pickle.loads(pickle.dumps(ground.grid))  # noqa: S301
        plain.compiled = False
        assert (plain.answers(lon, lat) == ground.grid.answers(lon, lat)).all()
        inner = (lon > 110.76) & (lon < 110.77) & (lat > 35.13) & (lat < 35.15)
        assert (plain.answers(lon[inner], lat[inner]) == ground.grid.answers(lon[inner], lat[inner])).all()

    def test_the_first_questions_are_answered_without_a_grid_and_alike(self, ground: Locator) -> None:
        fresh = Locator(ground.zone)
        lon, lat = near_borders(ground, 150)
        answers = [fresh.place_and_edge(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
        assert answers == [ground.place_and_edge(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]

    def test_streets_of_one_position_are_those_of_an_array(self, ground: Locator) -> None:
        lon, lat = somewhere(300)
        assert [ground.roads_at(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)] == ground.roads(
            lon, lat
        )

    def test_it_is_the_same_after_a_journey_between_processes(self, ground: Locator) -> None:
        again = pickle.loads(pickle.dumps(ground.grid))  # noqa: S301
        lon, lat = somewhere(500)
        assert (again.answers(lon, lat) == ground.grid.answers(lon, lat)).all()
        assert [again.at(x, y, 5.0) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)] == [
            ground.grid.at(x, y, 5.0) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)
        ]


@given(
    corners=st.lists(
        st.tuples(st.floats(110.0, 110.1), st.floats(35.0, 35.1)).map(lambda c: (round(c[0], 4), round(c[1], 4))),
        min_size=3,
        max_size=8,
        unique=True,
    )
)
@settings(max_examples=8, deadline=None)
def test_any_polygon_and_its_grid_agree_everywhere(corners: list[tuple[float, float]]) -> None:
    hull = shapely.convex_hull(shapely.MultiPoint(corners))
    if not hull.area:
        return
    grid = PlaceGrid(shapely.boundary(hull), lambda x, y: shapely.contains_xy(hull, x, y).astype(np.int64))
    draw = np.random.default_rng(6)
    west, south, east, north = hull.bounds
    lon, lat = draw.uniform(west - 0.01, east + 0.01, 2000), draw.uniform(south - 0.01, north + 0.01, 2000)
    lon[:4], lat[:4] = [west, east, west, east], [south, north, north, south]
    found = grid.answers(lon, lat)
    known = found != CROSSED
    assert (found[known] == shapely.contains_xy(hull, lon, lat)[known]).all()
