"""Facts of leads where trucks stand on the way, turn back, or are cut by the hours: held against where and when they truly were."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import (
    BLOCK,
    HEAVY,
    KERB_M,
    LAT_M,
    LON_M,
    MIDDLE,
    SOUTH,
    WEST,
    LonLat,
    at,
    drive,
    frame,
    judged,
    length_m,
    noisy,
    off,
    stay,
    where,
)

from truckban.traces.lead.leads import Lead

SLOW_KMH = 16.0
KERB = off((WEST, BLOCK[0][1]), KERB_M)
"""Where 示意一街 crosses the inner kerb of 西环路."""
LANE = off(KERB, -5.25)
"""On the carriageway of 西环路 beside it, which leads north."""
LIGHT, LIGHT_S = off(LANE, north_m=-5), 60.0


def _with_a_stand(
    before: list[LonLat], after: list[LonLat], start: float, stand_s: float, every_s: float
) -> pd.DataFrame:
    """Return the fixes of a drive that stands for a while where its two parts meet."""
    stop_s = length_m(before) / 10
    seconds = np.arange(0.0, stop_s + stand_s + length_m(after) / 10, every_s)
    driven = np.where(seconds < stop_s, seconds, np.maximum(seconds - stand_s, stop_s))
    return frame("T1", start + seconds, *where([*before, *after[1:]], driven * 10))


def _metres(a: LonLat, b: LonLat) -> float:
    return float(np.hypot((a[0] - b[0]) * LON_M, (a[1] - b[1]) * LAT_M))


@pytest.mark.parametrize("every_s", [5.0, 15.0])
def test_who_waits_at_a_light_before_the_border_enters_when_it_drives_on(tmp_path: Path, every_s: float) -> None:
    route = [off(LANE, north_m=-900), LIGHT], [LIGHT, LANE, BLOCK[1]]
    [lead] = judged(tmp_path, _with_a_stand(*route, at("10:00:00"), LIGHT_S, every_s)).leads
    entered = at("10:00:00") + (900 + _metres(LANE, KERB)) / 10 + LIGHT_S
    assert lead.begin_s == pytest.approx(entered, abs=every_s + 2)


@pytest.mark.parametrize("every_s", [5.0, 15.0])
def test_who_waits_inside_leaves_when_it_drives_on(tmp_path: Path, every_s: float) -> None:
    light = off(KERB, 5)
    route = [BLOCK[1], light], [light, LANE, off(LANE, north_m=900)]
    [lead] = judged(tmp_path, _with_a_stand(*route, at("10:00:00"), LIGHT_S, every_s)).leads
    left = at("10:00:00") + _metres(BLOCK[1], KERB) / 10 + LIGHT_S
    assert lead.end_s == pytest.approx(left, abs=every_s + 2)


@pytest.mark.parametrize("seed", range(6))
def test_no_speed_is_said_that_nobody_drove_where_a_drive_ends_inside(tmp_path: Path, seed: int) -> None:
    route = [off(KERB, -800), off(KERB, 180 + 20 * seed)]
    trip = drive(route, at("10:00:00"), kmh=SLOW_KMH, every_s=30.0)
    end = at("10:00:00") + _metres(*route) / SLOW_KMH * 3.6
    fixes = [trip, stay(route[1], end, end + 1800, every_s=30.0)]
    for part in judged(tmp_path, noisy(pd.concat(fixes), seed, sigma_m=3.0)).parts:
        assert part.max_speed_kmh is None or part.max_speed_kmh < SLOW_KMH * 1.5
        assert part.mean_speed_kmh is None or part.mean_speed_kmh < SLOW_KMH * 1.5


def _cut_at_six(tmp_path: Path, stand_s: float) -> Lead:
    """Return the lead of a truck that stands on the last street before the ban begins, then drives on."""
    stand = off(BLOCK[1], north_m=1200)
    before = [off(KERB, -600), KERB, BLOCK[1], stand]
    driven_s = sum(_metres(a, b) for a, b in pairwise(before)) / 10
    start = at("06:00:00") - driven_s - stand_s
    after = [stand, BLOCK[2], BLOCK[3]]
    [lead] = judged(tmp_path, _with_a_stand(before, after, start, stand_s + 20, 5.0)).leads
    assert lead.entered_at == "2024-05-08T06:00:00+08:00"
    return lead


def test_what_was_driven_before_six_is_not_counted_where_it_stood_for_minutes(tmp_path: Path) -> None:
    lead = _cut_at_six(tmp_path, stand_s=200.0)
    stand = off(BLOCK[1], north_m=1200)
    truly = _metres(stand, BLOCK[2]) + _metres(BLOCK[2], BLOCK[3])
    assert lead.distance_inside_m == pytest.approx(truly, abs=60)
    assert _metres((lead.entry.lon, lead.entry.lat), stand) < 15


def test_the_line_of_a_cut_drive_begins_where_its_lead_says(tmp_path: Path) -> None:
    lead = _cut_at_six(tmp_path, stand_s=120.0)
    assert lead.path is not None
    assert _metres(lead.path.coords[0], (lead.entry.lon, lead.entry.lat)) < 1.0


def test_the_border_is_crossed_at_the_border_also_where_a_fix_is_of_that_very_instant(tmp_path: Path) -> None:
    route = [off(LANE, north_m=-900), LIGHT], [LIGHT, LANE, BLOCK[1]]
    names = [f"T{seed}" for seed in range(60)]
    drives = [
        noisy(_with_a_stand(*route, at("10:00:00"), LIGHT_S, [5.0, 10.0][seed % 2]).assign(vehicle_id=name), seed)
        for seed, name in enumerate(names)
    ]
    vehicles = {name: {**HEAVY, "plate": f"晋M{30000 + n}"} for n, name in enumerate(names)}
    leads = judged(tmp_path, *drives, vehicles=vehicles).leads
    assert len(leads) == len(names)
    assert max(_metres((lead.entry.lon, lead.entry.lat), KERB) for lead in leads) < 5


def test_in_and_out_by_one_street_says_that_it_turned_back(tmp_path: Path) -> None:
    turn = off(KERB, 700)
    fixes = drive([off(KERB, -700), turn, off(KERB, -700)], at("10:00:00"), every_s=5.0)
    [lead] = judged(tmp_path, fixes).leads
    assert lead.route is not None
    name = lead.entry.street
    assert lead.route.zh == f"{name} 由西向东，折返 由东向西"
    assert lead.roads == (name,)


def test_what_another_reading_asks_of_the_vehicle_is_among_its_facts(tmp_path: Path) -> None:
    truck = {**HEAVY, "energy": "electric"}
    fixes = drive([off((MIDDLE, SOUTH), north_m=-1500), off((MIDDLE, SOUTH), north_m=2500)], at("10:00:00"))
    [lead] = judged(tmp_path, fixes, vehicles={"T1": truck}).leads
    assert lead.other_readings == ("nev-any-size",)
    assert "energy=electric" in lead.vehicle_facts
    [diesel] = judged(tmp_path, fixes).leads
    assert not diesel.other_readings
    assert "energy=diesel" not in diesel.vehicle_facts
