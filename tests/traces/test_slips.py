"""One fix that a receiver put somewhere else accuses nobody, and where it does so often, none of its single fixes does."""

from pathlib import Path

import pandas as pd
import pytest
from driving import BLOCK, EAST, SOUTH, WEST, LonLat, accused, at, drive, judged, noisy, off, stay
from effort import times

STREET = BLOCK[0][0]
"""A street inside runs north from the southern ring here."""
LANE_M = -12.5
RUNS = times(20)


def along_the_ring(name: str, every_s: float, *, stands_s: float = 0.0) -> pd.DataFrame:
    """Return a drive east along the southern ring that stands at the street's corner for a while."""
    before = drive([off((WEST, SOUTH), 300, LANE_M), off((STREET, SOUTH), 0, LANE_M)], at("10:00:00"), every_s=every_s)
    arrives = float(before["t_s"].iloc[-1]) + every_s
    waits = stay(off((STREET, SOUTH), 0, LANE_M), arrives, arrives + stands_s, every_s=every_s)
    goes = float(pd.concat([before, waits])["t_s"].iloc[-1]) + every_s
    after = drive([off((STREET, SOUTH), 100, LANE_M), off((EAST, SOUTH), -300, LANE_M)], goes, every_s=every_s)
    return pd.concat([before, waits, after], ignore_index=True).assign(vehicle_id=name)


def slipped(fixes: pd.DataFrame, row: int, place: LonLat) -> pd.DataFrame:
    fixes = fixes.copy()
    fixes.loc[row, ["lon", "lat"]] = place
    return fixes


def test_a_truck_at_a_light_is_not_driven_inside_by_one_fix(tmp_path: Path) -> None:
    trips = []
    for seed in range(RUNS):
        fixes = noisy(along_the_ring(f"T{seed}", 15.0, stands_s=75.0), seed, 4.0)
        stood = int(((fixes["lon"] - STREET).abs() < 1e-4).idxmax()) + 2
        trips.append(slipped(fixes, stood, off((STREET, SOUTH), 0, 80 + 120 * seed / RUNS)))
    checked = judged(tmp_path, *trips)
    assert accused(checked) == []
    assert checked.counts()["passages"]["unsure"] >= RUNS / 2


def in_and_back(name: str, deep_m: float, *, every_s: float, kmh: float) -> pd.DataFrame:
    corner = off((STREET, SOUTH), 0, LANE_M)
    route = [off(corner, -900), corner, off((STREET, SOUTH), 0, deep_m), corner, off(corner, 900)]
    return drive(route, at("10:00:00"), every_s=every_s, kmh=kmh, name=name)


@pytest.mark.parametrize("slips", [0, 1])
def test_where_a_receiver_slips_elsewhere_one_deep_fix_is_not_enough(tmp_path: Path, slips: int) -> None:
    for seed in range(RUNS):
        fixes = in_and_back("T1", 150.0, every_s=30.0, kmh=25.0)
        deep = int(fixes["lat"].idxmax())
        assert (fixes["lat"] > SOUTH + 40 / 110943.0).sum() == 1
        fixes = noisy(fixes, seed, 3.0)
        for row in range(2, 2 + 3 * slips, 3):
            # the truck crawls there, and one report lies off every street
            fixes.loc[row + 1, ["lon", "lat"]] = fixes.loc[row - 1, ["lon", "lat"]].to_numpy() + 1e-4
            fixes = slipped(fixes, row, off((float(fixes["lon"][row - 1]), SOUTH), 0, -140))
            assert abs(row - deep) > 1
        checked = judged(tmp_path, fixes)
        assert len(checked.leads) == (0 if slips else 1), seed


def test_one_report_does_not_drive_a_truck_that_is_parked_inside(tmp_path: Path) -> None:
    trips = []
    for seed in range(RUNS):
        fixes = noisy(stay(off(BLOCK[0], 20, 0), at("08:00:00"), at("10:00:00"), name=f"T{seed}"), seed, 8.0)
        trips.append(slipped(fixes, 40 + seed, off(BLOCK[0], 0, 120 + 150 * seed / RUNS)))
    assert accused(judged(tmp_path, *trips)) == []


@pytest.mark.parametrize("every_s", [15.0, 30.0])
def test_a_short_drive_from_a_parking_place_beside_the_ring_is_found(tmp_path: Path, every_s: float) -> None:
    gate = off((STREET, SOUTH), 0, -35)
    trips = []
    for seed in range(RUNS):
        parked = stay(gate, at("09:00:00"), at("10:00:00"), every_s=every_s)
        there = drive([gate, off((STREET, SOUTH), 0, 200), gate], at("10:00:00") + seed, every_s=every_s, kmh=16.0)
        after = stay(gate, float(there["t_s"].iloc[-1]) + every_s, at("11:00:00"), every_s=every_s)
        whole = pd.concat([parked, there, after], ignore_index=True).assign(vehicle_id=f"T{seed}")
        trips.append(noisy(whole, seed, 6.0))
    assert len(accused(judged(tmp_path, *trips))) >= RUNS - 1


def test_what_is_said_of_a_lawful_night_beside_the_border_is_not_sure(tmp_path: Path) -> None:
    trips = []
    for seed in range(RUNS):
        night = along_the_ring(f"T{seed}", 15.0)
        trips.append(noisy(night.assign(t_s=night["t_s"] + 13 * 3600), seed, 30.0, 0.9))
    checked = judged(tmp_path, *trips)
    told = [part.probability for part in checked.parts]
    assert told
    assert max(told) < 0.95


def test_two_reports_in_a_row_are_no_slip(tmp_path: Path) -> None:
    checked = judged(tmp_path, in_and_back("T1", 260.0, every_s=15.0, kmh=36.0))
    assert [lead.vehicle_id for lead in checked.leads] == ["T1"]
