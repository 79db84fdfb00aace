"""Where a truck was at 06:00 or 22:00 sharp lies between two fixes: a lead rests on what they show, not on an even speed."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import BLOCK, HEAVY, KERB_M, WEST, accused, at, drive, frame, judged, noisy, off

GATE = off((WEST, 35.1368), KERB_M)
OUTSIDE, WITHIN = off(GATE, -1500), (110.7845, 35.1368)


def _thinned(
    route: list[tuple[float, float]], start: float, every_s: float, seed: int, name: str, kmh: float
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    dense = drive(route, start, kmh=kmh, every_s=1.0, name=name)
    sent = dense.iloc[int(rng.uniform(0, every_s)) :: int(every_s)].reset_index(drop=True)
    return noisy(sent, seed, [0.0, 5.0][seed % 2], 0.8)


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return abs(a[0] - b[0]) * 91126.0


@pytest.mark.parametrize("every_s", [10.0, 15.0, 30.0, 60.0])
def test_who_comes_in_just_after_22_or_is_out_just_before_6_is_not_accused(tmp_path: Path, every_s: float) -> None:
    drives, held_to_time = [], {}
    for seed in range(24):
        rng = np.random.default_rng(seed)
        kmh, spare_s = float(rng.uniform(20, 50)), float(rng.choice([1, 1, 2, 4]))
        name, speed = f"T{seed}", kmh / 3.6
        if seed % 2:
            route, start = [OUTSIDE, GATE, WITHIN], at("22:00:00") + spare_s - _metres(OUTSIDE, GATE) / speed
        else:
            route, start = [WITHIN, GATE, OUTSIDE], at("06:00:00") - spare_s - _metres(WITHIN, GATE) / speed
        drives.append(_thinned(route, start, every_s, seed, name, kmh))
        held_to_time[name] = {**HEAVY, "plate": f"晋M{30000 + seed}"}
    checked = judged(tmp_path, *drives, vehicles=held_to_time)
    assert len(checked.parts) >= len(drives), "they did drive inside, at night"
    assert accused(checked) == []


def test_who_comes_to_rest_inside_before_6_is_not_accused_of_the_last_metres(tmp_path: Path) -> None:
    drives = []
    for seed in range(12):
        speed = 20 + 2 * seed
        start = at("05:59:59") - _metres(OUTSIDE, WITHIN) / (speed / 3.6)
        coming = _thinned([OUTSIDE, WITHIN], start, 30.0, seed, f"T{seed}", speed)
        t_s = np.arange(float(coming["t_s"].iloc[-1]) + 30.0, at("06:30:00"), 30.0)
        parked = frame(f"T{seed}", t_s, np.full(len(t_s), WITHIN[0]), np.full(len(t_s), WITHIN[1]))
        drives += [coming, noisy(parked, seed, 3.0)]
    names = {f"T{seed}": {**HEAVY, "plate": f"晋M{30000 + seed}"} for seed in range(12)}
    assert accused(judged(tmp_path, *drives, vehicles=names)) == []


@pytest.mark.parametrize(
    ("route", "start", "how"),
    [([OUTSIDE, GATE, WITHIN], "21:57:00", "window_closed"), ([WITHIN, GATE, OUTSIDE], "05:55:30", "window_opened")],
)
def test_who_is_seen_to_drive_within_the_hours_is_a_lead_cut_where_they_begin_or_end(
    tmp_path: Path, route: list[tuple[float, float]], start: str, how: str
) -> None:
    [lead] = judged(tmp_path, drive(route, at(start), every_s=15.0)).leads
    assert how in (lead.entry.how, lead.exit.how)
    assert lead.probability >= 0.9
    assert "hours_between_fixes" not in lead.why_probability


def test_what_is_unsure_for_the_hour_alone_says_so(tmp_path: Path) -> None:
    start = at("22:00:00") - 3.0 - _metres(OUTSIDE, GATE) / 10.0
    checked = judged(tmp_path, drive([OUTSIDE, GATE, WITHIN], start, every_s=30.0))
    before = [part for part in checked.parts if part.verdict == "prohibited"]
    assert [checked.kind(part) for part in before] == ["unsure"]
    assert "hours_between_fixes" in before[0].why_probability


def test_a_permit_that_ends_as_its_holder_leaves_leaves_no_lead(tmp_path: Path) -> None:
    permit = {"plate": HEAVY["plate"], "valid_from": "2024-05-01", "valid_to": "2024-05-31", "windows": ["08:00-10:00"]}
    start = at("10:00:00") + 2.0 - _metres(WITHIN, GATE) / 10.0
    assert judged(tmp_path, drive([WITHIN, GATE, OUTSIDE], start, every_s=30.0), permits=[permit]).leads == []
    late = drive([BLOCK[0], BLOCK[1]], at("09:59:00"), every_s=15.0)
    [lead] = judged(tmp_path, late, permits=[permit]).leads
    assert lead.entry.how == "permit_ended"
