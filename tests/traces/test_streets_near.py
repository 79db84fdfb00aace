"""How near streets are to fixes is the same by compiled loops over few pieces and through a tree."""

import numpy as np
import pytest
import shapely

from truckban.traces.clean import misfit, moving_fixes, street_ground
from truckban.traces.clean.street_ground import StreetGround
from zones import load_builtin


def test_streets_near_fixes_are_the_same_through_pieces_and_through_a_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = load_builtin("linyi-schematic")
    ground = StreetGround(zone.streets)  # it has both ways
    west, south, east, north = misfit.street_box(zone.streets)
    rng = np.random.default_rng(3)
    ends = shapely.get_coordinates([street.geometry for street in zone.streets])
    lon, lat = (
        np.concatenate([rng.uniform(low, high, 3000), at])
        for low, high, at in zip((west, south), (east, north), ends.T, strict=True)
    )
    near = [ground.near(lon, lat, within_m=within) for within in (5.0, 25.0, 60.0)]
    far, on = ground.distance(lon, lat)
    monkeypatch.setattr(street_ground, "quick", lambda: False)
    by_tree = ground.distance(lon, lat)
    np.testing.assert_array_equal(far, by_tree[0])
    np.testing.assert_array_equal(on, by_tree[1])
    np.testing.assert_array_equal(near, [ground.near(lon, lat, within_m=within) for within in (5.0, 25.0, 60.0)])
    assert on.any()
    assert not on.all()


def test_rows_are_in_order_of_vehicle_and_number_as_sorting_by_both_has_it() -> None:
    rng = np.random.default_rng(4)
    for vehicles in (1, 40, 70_000):
        vehicle = np.sort(rng.integers(0, vehicles, 100_000)) * 3 + 5
        number = rng.integers(0, 1 << 63, len(vehicle)).astype(np.uint64)
        order = moving_fixes._by_vehicle(vehicle, number)  # noqa: SLF001 - what decides which fixes are looked at
        np.testing.assert_array_equal(order, np.lexsort((number, vehicle)))
    assert not len(moving_fixes._by_vehicle(np.zeros(0, np.intp), np.zeros(0, np.uint64)))  # noqa: SLF001
