"""What a parked truck's terminal sends: every few minutes, drifting; none of it is driving in the window."""

from pathlib import Path

import numpy as np
import pandas as pd
from driving import BLOCK, accused, at, drive, frame, judged, off

from truckban.traces.clean.jumps import jumps_of


def asleep(place: tuple[float, float], start: float, end: float, every_s: float) -> pd.DataFrame:
    t_s = np.arange(start, end, every_s)
    return frame("T1", t_s, np.full(len(t_s), place[0]), np.full(len(t_s), place[1]))


def test_a_truck_that_leaves_after_22_is_not_held_to_its_last_sleeping_report(tmp_path: Path) -> None:
    parked = asleep(BLOCK[0], at("18:00:00"), at("21:57:00"), 300.0)
    leaving = drive([BLOCK[0], BLOCK[1], off(BLOCK[1], 3000, 0)], at("22:00:40"), every_s=15.0)
    checked = judged(tmp_path, parked, leaving)
    assert [part.verdict for part in checked.parts if part.probability > 0.5] == ["allowed"]
    assert accused(checked) == []


def test_a_truck_that_leaves_before_22_is_held_to_what_it_drove(tmp_path: Path) -> None:
    parked = asleep(BLOCK[0], at("18:00:00"), at("21:40:00"), 300.0)
    leaving = drive([BLOCK[0], BLOCK[1], off(BLOCK[1], 3000, 0)], at("21:45:00"), every_s=15.0)
    checked = judged(tmp_path, parked, leaving)
    assert len(checked.leads) == 1
    assert "21:44" <= checked.leads[0].entered_at[11:16] <= "21:45"


def test_a_wandering_receiver_of_a_parked_truck_is_no_drive(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    t_s = np.arange(at("10:00:00"), at("16:00:00"), 60.0)
    wander = np.cumsum(rng.normal(0, 12, (len(t_s), 2)), axis=0)
    wander = np.clip(wander, -70, 70)
    lon = BLOCK[0][0] + wander[:, 0] / 91126.0
    lat = BLOCK[0][1] + wander[:, 1] / 110943.0
    assert judged(tmp_path, frame("T1", t_s, lon, lat)).leads == []


def test_a_wandering_receiver_does_not_make_a_truck_leave_before_22_or_arrive_after_6(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    for day in range(6):
        out = drive([BLOCK[0], BLOCK[1], off(BLOCK[1], 3000, 0)], at("22:00:30"), every_s=15.0)
        home = drive([off(BLOCK[1], 3000, 0), BLOCK[1], BLOCK[0]], at("05:35:00"), every_s=15.0)
        came = float(home["t_s"].max()) if "t_s" in home else at("05:50:00")
        parked = asleep(BLOCK[0], max(came, at("05:55:00")) + 15.0, at("22:00:15"), 15.0)
        rows = pd.concat([home, parked, out], ignore_index=True)
        rows["lon"] += rng.normal(0, 30, len(rows)) / 91126.0
        rows["lat"] += rng.normal(0, 30, len(rows)) / 110943.0
        folder = tmp_path / str(day)
        folder.mkdir()
        checked = judged(folder, rows)
        assert [(lead.entered_at, lead.left_at) for lead in checked.leads] == []


def test_jumps_are_what_cannot_be_reached_and_come_back_from() -> None:
    t_s = np.arange(10) * 15.0
    lon, lat = np.full(10, 110.77), 35.14 + np.arange(10) * 0.001
    vehicle = np.zeros(10, np.intp)
    assert not jumps_of(vehicle, t_s, lon, lat).any()
    lon[4] += 0.05
    assert np.flatnonzero(jumps_of(vehicle, t_s, lon, lat)).tolist() == [4]
    lon[5] += 0.10
    assert np.flatnonzero(jumps_of(vehicle, t_s, lon, lat)).tolist() == [4, 5]
    # three that fit each other are where the vehicle is
    lon[4:] = 110.87
    assert not jumps_of(vehicle, t_s, lon, lat)[6:].any()
    # another vehicle is elsewhere
    assert not jumps_of(np.repeat([0, 1], 5), t_s, np.repeat([110.77, 111.77], 5), lat).any()
