"""No innocent driver is accused because a receiver drifted: hundreds of seeded drives on the roads that are open."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import (
    BLOCK,
    EAST,
    KERB_M,
    LON_M,
    MIDDLE,
    SOUTH,
    WEST,
    LonLat,
    accused,
    at,
    carve_outs,
    drive,
    judged,
    law,
    length_m,
    noisy,
    off,
    ring,
    round_the_ring,
    stay,
    where,
)
from effort import times

from truckban.traces.clean.cleaning import JUMP

RUNS = times(80)


def many(
    routes: dict[str, list[LonLat]], sigma_m: float, *, persistence: float = 0.0, accuracy_m: float | None = None
) -> list[pd.DataFrame]:
    """Return RUNS drives of as many trucks over some routes, at several speeds and intervals."""
    drives = []
    for seed in range(RUNS):
        name, route = list(routes.items())[seed % len(routes)]
        rng = np.random.default_rng(seed)
        kmh, every_s = float(rng.choice([25, 40, 70])), float(rng.choice([5, 10, 15, 30, 60]))
        true = drive(route, at("10:00:00") + float(rng.uniform(0, 60)), kmh=kmh, every_s=every_s, name=f"{name}{seed}")
        drives.append(noisy(true, seed, sigma_m, persistence).assign(accuracy_m=accuracy_m))
    return drives


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inward_m", "sigma_m", "accuracy_m"),
    [(-12.5, 8, None), (12.5, 8, None), (16, 8, None), (-12.5, 15, 15), (12.5, 15, 15), (16, 15, 15), (16, 8, 0)],
    ids=["outer", "inner", "kerb", "outer, worse", "inner, worse", "kerb, worse", "kerb, accuracy not known"],
)
def test_no_drift_on_a_boundary_road_accuses_anybody(
    tmp_path: Path, inward_m: float, sigma_m: float, accuracy_m: float | None
) -> None:
    assert inward_m < KERB_M
    checked = judged(tmp_path, *many(ring(inward_m), sigma_m, accuracy_m=accuracy_m))
    assert len(checked.fixes.vehicle_ids) == RUNS
    assert accused(checked) == []


def test_no_slow_drift_on_a_boundary_road_accuses_anybody(tmp_path: Path) -> None:
    assert accused(judged(tmp_path, *many(ring(16.0), 8.0, persistence=0.95))) == []


@pytest.mark.slow
@pytest.mark.parametrize("outward_m", [-12.5, 12.5])
def test_going_all_round_the_ring_accuses_nobody(tmp_path: Path, outward_m: float) -> None:
    loop = round_the_ring(outward_m)
    checked = judged(tmp_path, *many({"there": loop, "back": loop[::-1]}, 8.0))
    assert accused(checked) == []


@pytest.mark.slow
@pytest.mark.parametrize(("sigma_m", "accuracy_m"), [(8.0, None), (15.0, 15.0)])
@pytest.mark.parametrize("right_m", [0.0, 6.75])
def test_the_carve_outs_are_open(tmp_path: Path, right_m: float, sigma_m: float, accuracy_m: float | None) -> None:
    checked = judged(tmp_path, *many(carve_outs(right_m), sigma_m, accuracy_m=accuracy_m))
    assert accused(checked) == []


def test_one_wild_fix_far_inside_accuses_nobody(tmp_path: Path) -> None:
    trips = many(ring(-12.5), 8.0)
    for seed, trip in enumerate(trips):
        row = int(np.random.default_rng(seed).integers(1, len(trip) - 1))
        trip.loc[row, ["lon", "lat"]] = off((MIDDLE, 35.142), 0, 500)
    checked = judged(tmp_path, *trips)
    assert accused(checked) == []
    jumps = [reject for reject in checked.rejects if reject.reason == JUMP]
    # what could have been reached in the time is unsure, and what could not is rejected with that reason
    assert checked.counts()["passages"]["unsure"] + len(jumps) >= RUNS
    assert len(jumps) > RUNS / 2


def test_one_wild_fix_does_not_set_a_parked_truck_driving(tmp_path: Path) -> None:
    for place in (BLOCK[0], off((WEST, SOUTH), -200, -200)):
        fixes = noisy(stay(place, at("08:00:00"), at("12:00:00")), 3)
        fixes.loc[100, ["lon", "lat"]] = off(BLOCK[2], 0, 0)
        assert judged(tmp_path, fixes).leads == []


def test_the_map_lies_where_these_tests_think_it_does() -> None:
    ground = law()[1]
    for inward_m, inside in ((KERB_M - 1, False), (KERB_M + 1, True)):
        for route in ring(inward_m).values():
            lon, lat = where(route, np.array([1900 + 700.0]))
            assert (ground.depth_m(lon, lat) > 0).tolist() == [inside]
    assert length_m([off((WEST, SOUTH), 0, 0), (EAST, SOUTH)]) == pytest.approx((EAST - WEST) * LON_M)
