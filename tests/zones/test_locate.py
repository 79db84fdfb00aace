import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from ring_map import RING, ring, spec_of, with_boundary
from shapely import Point
from street_map import lonlat, places

import zones
from zones.build import build_zone
from zones.locate import Locator, Place, words
from zones.zone import Zone

_LON_M, _LAT_M = 91126.0, 110943.0
_WEST, _EAST, _SOUTH, _NORTH = 110.7480, 110.7960, 35.1280, 35.1640


@pytest.fixture(scope="module")
def zone() -> Zone:
    return zones.load_builtin("linyi-schematic")


@pytest.fixture(scope="module")
def locator(zone: Zone) -> Locator:
    return Locator(zone)


@pytest.mark.parametrize(
    ("lon", "lat", "place"),
    [
        (110.7650, 35.1400, "inside"),
        (110.796, 35.146, "boundary_road"),
        (110.772, 35.160, "carve_out"),
        (110.760, 35.156, "carve_out"),
        (110.772, 35.156, "carve_out"),
        (110.785, 35.156, "inside"),
        (110.772, 35.150, "inside"),
        (110.820, 35.145, "outside"),
        (110.748, 35.128, "boundary_road"),
        (float("nan"), 35.1, "unsure"),
        (110.7, float("inf"), "unsure"),
    ],
)
def test_a_position_has_the_place_of_the_contract(locator: Locator, lon: float, lat: float, place: str) -> None:
    assert words(locator.places(lon, lat)) == [place]


@pytest.mark.parametrize(
    ("metres", "place"),
    [(-19, "outside"), (-17, "boundary_road"), (0, "boundary_road"), (17, "boundary_road"), (19, "inside")],
)
def test_the_zone_begins_at_the_inner_kerb_of_every_ring_road(locator: Locator, metres: float, place: str) -> None:
    lon, lat = 110.7650, 35.1400
    across = [
        (_WEST + metres / _LON_M, lat),
        (_EAST - metres / _LON_M, lat),
        (lon, _SOUTH + metres / _LAT_M),
        (lon, _NORTH - metres / _LAT_M),
    ]
    assert words(locator.places(*np.array(across).T)) == [place] * 4


def test_a_position_exactly_on_a_kerb_is_lawful(locator: Locator, zone: Zone) -> None:
    corners = np.array(zone.area.geoms[0].exterior.coords)
    assert not (locator.places(*corners.T) == Place.INSIDE).any()


def test_the_boundary_road_that_a_position_is_on_has_an_index(locator: Locator, zone: Zone) -> None:
    names = [road.name for road in zone.boundary_roads]
    found = locator.edge([110.796, 110.7650, 110.765, np.nan], [35.146, 35.1640, 35.14, 35.1])
    assert found.tolist() == [names.index("东环路"), names.index("峨嵋大道"), -1, -1]


def test_depth_is_the_distance_to_the_kerb_positive_inside(locator: Locator) -> None:
    lon = _EAST - np.array([117.75, 17.75, -82.25, np.nan]) / _LON_M
    assert locator.depth_m(lon, np.full(4, 35.146))[:3] == pytest.approx([100, 0, -100], abs=0.3)
    assert np.isnan(locator.depth_m(lon, np.full(4, 35.146))[3])


@given(st.floats(110.74, 110.80), st.floats(35.12, 35.17))
def test_depth_is_positive_just_where_a_position_is_inside(lon: float, lat: float) -> None:
    locator = _shared_locator()
    inside = locator.places(lon, lat)[0] == Place.INSIDE
    assert (locator.depth_m(lon, lat)[0] > 0) == inside


@given(st.floats(110.74, 110.80), st.floats(35.12, 35.17), st.floats(0.1, 200))
def test_a_wide_circle_is_unsure_exactly_where_it_reaches_across_the_border(
    lon: float, lat: float, metres: float
) -> None:
    locator = _shared_locator()
    exact = locator.places(lon, lat)[0]
    straddles = abs(locator.depth_m(lon, lat)[0]) < metres
    assert locator.places(lon, lat, metres)[0] == (Place.UNSURE if straddles else exact)


def test_without_an_accuracy_nothing_near_the_border_is_unsure(locator: Locator) -> None:
    lon = np.full(3, _EAST - 19 / _LON_M)
    assert words(locator.places(lon, np.full(3, 35.146), [np.nan, 0.5, 5.0])) == ["inside", "inside", "unsure"]


@pytest.mark.parametrize(
    ("lon", "lat", "roads"),
    [
        (110.772, 35.150, {"五一路"}),
        (110.772 + 24 / _LON_M, 35.1485, {"五一路"}),
        (110.772 + 26 / _LON_M, 35.1485, set()),
        (110.772, 35.156, {"五一路", "北环路"}),
        (_EAST, 35.1500, {"东环路"}),
        (_EAST + 37 / _LON_M, 35.1500, {"东环路"}),
        (_EAST + 38 / _LON_M, 35.1500, set()),
        (110.765, 35.140, set()),
        (float("nan"), 35.0, set()),
    ],
)
def test_a_position_is_on_the_nearest_street_within_25_m(
    locator: Locator, lon: float, lat: float, roads: set[str]
) -> None:
    assert locator.roads(lon, lat) == [frozenset(roads)]


@pytest.mark.parametrize(
    ("ends", "places"),
    [
        ((), {Place.INSIDE, Place.CARVE_OUT, Place.BOUNDARY_ROAD, Place.OUTSIDE}),
        (("北环路", "峨嵋大道"), {Place.CARVE_OUT}),
        (("五一北岗", "丰喜大道"), {Place.INSIDE}),
        (("丰喜大道", "峨嵋大道"), {Place.INSIDE, Place.CARVE_OUT}),
        (("北环路", "无此路"), set()),
    ],
)
def test_a_stretch_of_a_road_has_its_places(locator: Locator, ends: tuple[str, ...], places: set[Place]) -> None:
    assert locator.segment_place("五一路", *ends) == places


def test_a_ring_road_between_its_corners_is_boundary(locator: Locator) -> None:
    assert locator.segment_place("东环路", "丰喜大道", "峨嵋大道") == {Place.BOUNDARY_ROAD}


@pytest.mark.parametrize(
    ("boundary", "place"), [("included", "inside"), ("excluded", "boundary_road"), ("unstated", "boundary_road")]
)
def test_an_included_road_is_inside_and_any_other_is_a_boundary_road(boundary: str, place: str) -> None:
    spec = with_boundary(spec_of(), "北路", boundary)
    zone = build_zone(ring(), spec)
    x, y = places(RING)["A"]
    on_road = np.array([lonlat(x + 300, y)])
    assert words(Locator(zone).places(*on_road.T)) == [place]
    assert Locator(zone).edge(*on_road.T).tolist() == [0]


def test_streets_know_where_they_run(zone: Zone) -> None:
    by_name: dict[str | None, set[str]] = {}
    for street in zone.streets:
        by_name.setdefault(street.name, set()).add(street.place)
    assert by_name["五一路"] >= {"inside", "carve_out", "outside"}
    assert by_name["示意三街"] == {"inside"}
    assert by_name["示意南乡道"] == {"outside"}
    assert by_name["东环路"] == {"boundary_road", "outside"}


def test_one_position_and_many_have_the_same_answers(locator: Locator) -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(110.74, 110.80, 300), rng.uniform(35.12, 35.17, 300)
    many = locator.places(lon, lat, 15.0)
    assert many.tolist() == [int(locator.places(x, y, 15.0)[0]) for x, y in zip(lon, lat, strict=True)]
    assert locator.roads(lon, lat) == [locator.roads(x, y)[0] for x, y in zip(lon, lat, strict=True)]
    inside = [zone_area_contains(locator, x, y) for x, y in zip(lon, lat, strict=True)]
    assert (locator.places(lon, lat) == Place.INSIDE).tolist() == inside


def test_between_carriageways_few_positions_and_many_have_the_same_streets(zone: Zone) -> None:
    rng = np.random.default_rng(2)
    lines = np.array([street.geometry for street in zone.streets if street.name and street.oneway], dtype=object)
    along = shapely.line_interpolate_point(rng.choice(lines, 1000), rng.uniform(0, 1, 1000), normalized=True)
    lon, lat = (values(along) + rng.normal(0, 5e-4, 1000) for values in (shapely.get_x, shapely.get_y))
    many = Locator(zone).roads(lon, lat)
    few = [names for k in range(0, 1000, 100) for names in Locator(zone).roads(lon[k : k + 100], lat[k : k + 100])]
    assert few == many
    one = Locator(zone)
    assert [one.roads(x, y)[0] for x, y in zip(lon[:250], lat[:250], strict=True)] == many[:250]


def zone_area_contains(locator: Locator, lon: float, lat: float) -> bool:
    return bool(locator.zone.area.contains(Point(lon, lat)))


def test_nothing_in_nothing_out(locator: Locator) -> None:
    assert locator.places([], []).tolist() == []
    assert locator.places([], [], 5.0).tolist() == []
    assert locator.roads([], []) == []
    assert locator.edge([], []).tolist() == []
    assert locator.depth_m([], []).tolist() == []


@pytest.mark.slow
def test_a_million_positions_take_seconds(locator: Locator) -> None:
    import time  # noqa: PLC0415

    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(110.72, 110.82, 10**6), rng.uniform(35.11, 35.18, 10**6)
    start = time.perf_counter()
    locator.places(lon, lat)
    assert time.perf_counter() - start < 10


_CACHE: list[Locator] = []


def _shared_locator() -> Locator:
    if not _CACHE:
        _CACHE.append(Locator(zones.load_builtin("linyi-schematic")))
    return _CACHE[0]
