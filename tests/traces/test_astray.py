"""A receiver that is led astray for some reports and comes back: what it sent there is no drive, and hides none."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from driving import IN_BY_SECOND_STREET, MIDDLE, accused, at, drive, judged, noisy, off, round_the_ring

from truckban.traces.clean.jumps import jumps_of
from truckban.traces.read.reasons import JUMP

Floats = npt.NDArray[np.float64]
ASTRAY = (MIDDLE, 35.142)


def eastward(n: int, every_s: float = 15.0) -> tuple[npt.NDArray[np.intp], Floats, Floats, Floats]:
    """Return vehicle, times, longitudes, latitudes of a truck that drives 200 m from each fix to the next."""
    k = np.arange(n)
    return np.zeros(n, np.intp), k * every_s, 110.7 + k * 0.0022, np.full(n, 35.14)


@pytest.mark.parametrize("fixes", range(1, 15))
@pytest.mark.parametrize("north_deg", [0.01, 0.05, 3.0], ids=["1 km", "5 km", "300 km"])
def test_a_piece_that_fits_neither_side_is_jumps_as_a_whole_and_nothing_else_is(fixes: int, north_deg: float) -> None:
    vehicle, t_s, lon, lat = eastward(40)
    lat[20 : 20 + fixes] += north_deg
    assert np.flatnonzero(jumps_of(vehicle, t_s, lon, lat)).tolist() == list(range(20, 20 + fixes))


def test_every_piece_astray_is_jumps_also_where_few_fixes_lie_between_two() -> None:
    vehicle, t_s, lon, lat = eastward(60)
    gone = [*range(20, 24), *range(26, 31), 32, *range(35, 37)]
    for begin, end in ((20, 24), (26, 31), (32, 33), (35, 37)):
        lat[begin:end] += 0.03 * (begin - 15)
    assert np.flatnonzero(jumps_of(vehicle, t_s, lon, lat)).tolist() == gone


@pytest.mark.parametrize("fixes", [1, 2])
def test_a_terminal_that_wakes_somewhere_else_and_then_finds_itself_has_jumped(fixes: int) -> None:
    vehicle, t_s, lon, lat = eastward(20)
    lat[:fixes] += 0.05
    lat[-fixes:] += 0.05
    assert np.flatnonzero(jumps_of(vehicle, t_s, lon, lat)).tolist() == [*range(fixes), *range(20 - fixes, 20)]


def test_a_piece_as_long_as_those_about_it_or_longer_than_ten_minutes_is_where_the_truck_went() -> None:
    vehicle, t_s, lon, lat = eastward(15)
    lat[5:10] += 0.05
    assert not jumps_of(vehicle, t_s, lon, lat).any()
    vehicle, t_s, lon, lat = eastward(200)
    lat[80:121] += 0.05  # 41 fixes, and 42 times 15 s from the fix before them to the one after
    assert not jumps_of(vehicle, t_s, lon, lat).any()
    lat[119:121] -= 0.05
    assert np.flatnonzero(jumps_of(vehicle, t_s, lon, lat)).tolist() == list(range(80, 119))


def astray(trip: pd.DataFrame, rows: list[int], seed: int) -> pd.DataFrame:
    """Return a trip of which some fixes lie at one place deep inside the zone, some metres apart."""
    rng = np.random.default_rng(seed)
    for row in rows:
        trip.loc[row, ["lon", "lat"]] = off(ASTRAY, *rng.normal(0, 8, 2))
    return trip


@pytest.mark.parametrize("fixes", [2, 3, 5, 8])
@pytest.mark.parametrize("speeds", [True, False])
def test_a_lawful_truck_that_is_led_astray_into_the_zone_is_not_accused(
    tmp_path: Path, fixes: int, *, speeds: bool
) -> None:
    trips = []
    for seed in range(20):
        trip = noisy(drive(round_the_ring(0), at("10:00:00"), kmh=45, name=f"T{seed}"), seed, 5)
        begin = 10 + 2 * seed
        trip = astray(trip, list(range(begin, begin + fixes)), seed)
        trips.append(trip.assign(speed_kmh=45.0) if speeds else trip)
    checked = judged(tmp_path, *trips)
    assert accused(checked) == []
    assert checked.counts()["rejected_by_reason"] == {"jump": 20 * fixes}


@pytest.mark.parametrize(("before", "fixes", "after"), [(2, 3, 2), (50, 45, 50)])
@pytest.mark.parametrize("kmh", [0.5, 5, 20])
def test_a_lawful_truck_that_comes_near_the_zone_only_while_it_is_astray_is_not_accused(
    tmp_path: Path, before: int, fixes: int, after: int, kmh: float
) -> None:
    """It stays too long, or sends too little, for its fixes there to be jumps; and its leaps are all that says how it drives."""
    home = (110.8158, 35.177)
    trip = drive([home, off(home, 0, 90_000)], at("10:00:00"), kmh=45)[: before + fixes + after]
    place = (110.756, 35.1489)
    gone = noisy(drive([place, off(place, 0, 9900)], at("10:00:00"), kmh=kmh)[:fixes], 2)
    trip.loc[before : before + fixes - 1, ["lon", "lat"]] = gone[["lon", "lat"]].to_numpy()
    checked = judged(tmp_path, trip)
    assert accused(checked) == []
    assert checked.counts()["passages"]["unsure"] >= 1


@pytest.mark.parametrize("fixes", [3, 5, 8])
def test_an_intrusion_of_a_truck_that_was_astray_on_the_way_is_found(tmp_path: Path, fixes: int) -> None:
    trips, whole = [], []
    for seed in range(10):
        trip = noisy(drive(IN_BY_SECOND_STREET, at("10:00:00"), kmh=36, name=f"T{seed}"), seed, 5)
        whole.append(trip.copy())
        gone = slice(12 + seed, 12 + seed + fixes - 1)  # both ends included
        trip.loc[gone, "lon"] += 0.1
        trip.loc[gone, "lat"] += 0.03
        trips.append(trip)
    checked = judged(tmp_path, *trips)
    assert [reject.reason for reject in checked.rejects] == [JUMP] * (10 * fixes)
    leads = judged(tmp_path, *whole).leads
    assert [(lead.vehicle_id, lead.verdict) for lead in checked.leads] == [
        (one.vehicle_id, one.verdict) for one in leads
    ]
    assert len(leads) == 10
