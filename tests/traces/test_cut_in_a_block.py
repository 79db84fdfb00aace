"""Where the hours cut a drive that stands in a block, what was driven before and after is what its fixes say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import (
    BLOCK,
    EAST,
    HEAVY,
    KERB_M,
    LON_M,
    WEST,
    Floats,
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

STREET = BLOCK[0][1]
ROUTE = [
    off((WEST, STREET), -12.5, -900),
    off((WEST, STREET), -12.5),
    off((EAST, STREET), 12.5),
    off((EAST, STREET), 12.5, 900),
]
"""Up one boundary road, through the zone on one street, up the other boundary road."""
IN_M = 900 + 12.5 + KERB_M
OUT_M = IN_M + (EAST - WEST) * LON_M - 2 * KERB_M


def standing(seed: int, cut: str, every_s: float, sigma_m: float) -> tuple[pd.DataFrame, float]:
    """Return the fixes of a drive that stands twice and is cut near its first stand, and how far it had come by then."""
    rng = np.random.default_rng(seed)
    speed = float(rng.uniform(20, 50)) / 3.6
    clock, metres = [0.0], [0.0]
    for stop_m, lasts_s in zip(np.sort(rng.uniform(IN_M + 100, OUT_M - 100, 2)), rng.uniform(60, 150, 2), strict=True):
        clock += [clock[-1] + (stop_m - metres[-1]) / speed] * 2
        clock[-1] += lasts_s
        metres += [stop_m] * 2
    clock.append(clock[-1] + (length_m(ROUTE) - metres[-1]) / speed)
    metres.append(length_m(ROUTE))
    cut_s = float(rng.uniform(clock[1], clock[2] + 30))
    t_s: Floats = np.arange(float(rng.uniform(0, every_s)), clock[-1], every_s)
    fixes = frame(f"T{seed}", at(cut) - cut_s + t_s, *where(ROUTE, np.interp(t_s, clock, metres)))
    return noisy(fixes, seed, sigma_m, 0.8) if sigma_m else fixes, float(np.interp(cut_s, clock, metres))


@pytest.mark.parametrize(
    ("every_s", "sigma_m", "most_m", "usual_m"),
    [(5.0, 0.0, 15.0, 2.0), (15.0, 0.0, 40.0, 2.0), (15.0, 8.0, 45.0, 12.0)],
)
def test_the_distance_inside_is_what_was_driven_within_the_hours(
    tmp_path: Path, every_s: float, sigma_m: float, most_m: float, usual_m: float
) -> None:
    drives, driven = [], {}
    for seed in range(30):
        cut = ["06:00:00", "22:00:00"][seed % 2]
        fixes, come_m = standing(seed, cut, every_s, sigma_m)
        drives.append(fixes)
        driven[f"T{seed}"] = OUT_M - come_m if cut < "12" else come_m - IN_M
    vehicles = {name: {**HEAVY, "plate": f"晋M{30000 + n}"} for n, name in enumerate(driven)}
    parts = [part for part in judged(tmp_path, *drives, vehicles=vehicles).parts if part.verdict == "prohibited"]
    off_m = np.array([part.distance_inside_m - driven[part.vehicle_id] for part in parts])
    assert len(parts) >= 25
    assert np.abs(off_m).max() <= most_m
    assert np.median(np.abs(off_m)) <= usual_m


def test_the_streets_and_the_line_of_a_part_begin_where_the_truck_stood(tmp_path: Path) -> None:
    """It stood for three minutes 20 m before a turn as the hours began, and drove on in them."""
    turn = BLOCK[1]
    before = off(turn, east_m=-20)
    coming = [off((WEST, STREET), -12.5, -900), off((WEST, STREET), -12.5), before]
    came = drive(coming, at("05:57:30") - length_m(coming) / 10.0)
    stood = stay(before, float(came["t_s"].iloc[-1]) + 15.0, at("06:00:30"), every_s=15.0)
    left = drive([before, turn, BLOCK[2]], at("06:00:30"))
    [lead] = judged(tmp_path, came, stood, left).leads
    assert lead.entry.how == "window_opened"
    assert lead.roads[0] == lead.entry.street == "示意二街"
    path = lead.path
    assert path is not None
    assert abs(path.coords[0][0] - before[0]) * LON_M < 20.0
