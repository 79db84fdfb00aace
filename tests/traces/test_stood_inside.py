"""Who stood inside for longer than reflections last drove there, however few fixes of the drive are left."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import BLOCK, KERB_M, SOUTH, accused, at, drive, judged, noisy, off, stay
from effort import times

STREET = BLOCK[0][0]
"""A street inside runs north from the southern ring here, without a junction for 900 m."""
LANE_M = -12.5
EVERY_S = 30.0
RUNS = times(20)


def deep(fixes: pd.DataFrame) -> "pd.Series[bool]":
    return (fixes["lat"] - SOUTH) * 110943.0 > KERB_M


@pytest.mark.parametrize("way", ["in", "out"])
def test_who_stood_inside_drove_there(tmp_path: Path, way: str) -> None:
    trips = []
    for seed in range(RUNS):
        fixes = visit(f"T{seed}", 120.0, at("10:30:00"))
        inside = np.flatnonzero(deep(fixes))
        # what was seen of the other way is hidden by a silence
        hidden = inside[-1] + np.arange(1, 30) if way == "in" else inside[0] - np.arange(1, 30)
        trips.append(noisy(fixes.drop(index=hidden[(hidden >= 0) & (hidden < len(fixes))]), seed, 6.0))
    assert len(accused(judged(tmp_path, *trips))) >= 0.9 * RUNS


def visit(name: str, deep_m: float, until: float) -> pd.DataFrame:
    """Return a drive along the ring and in by the street, a stand there, and the same back."""
    corner = off((STREET, SOUTH), 0, LANE_M)
    place = off((STREET, SOUTH), 0, deep_m)
    there = drive([off(corner, -1500), corner, place], at("10:00:00"), every_s=EVERY_S, name=name)
    stood = stay(place, float(there["t_s"].iloc[-1]) + EVERY_S, until, every_s=EVERY_S, name=name)
    back = drive([place, corner, off(corner, 1500)], until, every_s=EVERY_S, name=name)
    return pd.concat([there, stood, back], ignore_index=True)


def test_who_parks_at_the_kerb_in_reflections_that_pass_is_not_taken_to_have_stood_inside(tmp_path: Path) -> None:
    trips = []
    for seed in range(RUNS):
        corner = off((STREET, SOUTH), 0, LANE_M)
        fixes = noisy(
            pd.concat(
                [
                    drive([off(corner, -1500), corner], at("10:00:00"), every_s=EVERY_S),
                    stay(corner, at("10:02:30"), at("10:25:00"), every_s=EVERY_S),
                    drive([corner, off(corner, 1500)], at("10:25:00"), every_s=EVERY_S),
                ],
                ignore_index=True,
            ).assign(vehicle_id=f"T{seed}"),
            seed,
            8.0,
        )
        # the terminal falls asleep and reports every five minutes; what is left of the error goes slowly
        asleep = fixes["t_s"].between(at("10:08:00"), at("10:24:59")) & (np.arange(len(fixes)) % 10 != 0)
        since = fixes["t_s"] - at("10:02:20")
        left_m = np.interp(since, [-1.0, 0.0, 335.0, 600.0, 900.0], [0.0, 105.0, 105.0, 55.0, 0.0], left=0.0, right=0.0)
        fixes["lat"] += left_m / 110943.0
        trips.append(fixes[~asleep])
    assert accused(judged(tmp_path, *trips)) == []
