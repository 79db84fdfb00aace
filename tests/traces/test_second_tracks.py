"""Two terminals under one number, or a cloned plate: whose passage it is nobody knows, so nobody is accused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from driving import BLOCK, IN_BY_SECOND_STREET, WUYI, accused, at, drive, judged, noisy, off, stay

from truckban.report.lead_words import basis_words
from truckban.traces.check import Checked

INSIDE = [*IN_BY_SECOND_STREET, *BLOCK, *BLOCK]
AWAY = [off(place, 6000, 6000) for place in [*WUYI, *WUYI[::-1], *WUYI]]


def kinds(checked: Checked) -> set[tuple[str, str]]:
    return {(part.vehicle_id, checked.kind(part)) for part in checked.parts}


def two(inside_s: float, away_s: float) -> pd.DataFrame:
    inside = drive(INSIDE, at("10:00:00"), every_s=inside_s)
    return pd.concat([inside, drive(AWAY, at("10:00:07"), every_s=away_s)], ignore_index=True)


@pytest.mark.parametrize(("inside_s", "away_s"), [(15, 15), (15, 30), (15, 60), (30, 60), (30, 30), (30, 15), (60, 15)])
@pytest.mark.parametrize("min_probability", [0.9, 0.1])
def test_a_drive_inside_is_no_lead_while_another_is_elsewhere(
    tmp_path: Path, inside_s: float, away_s: float, min_probability: float
) -> None:
    checked = judged(tmp_path, two(inside_s, away_s), min_probability=min_probability)
    assert kinds(checked) <= {("T1", "unsure")}
    assert checked.counts()["cleaning"]["vehicles_two_tracks"] == 1
    assert any("a cloned plate" in note.en for note in checked.notes)
    for part in checked.parts:
        assert part.why_probability[-1] == "two_tracks"
        assert part.probability <= 0.5
        assert "another vehicle may have driven here" in basis_words(part)[-1].en


def test_nor_while_another_terminal_is_parked(tmp_path: Path) -> None:
    parked = stay(AWAY[0], at("09:00:07"), at("12:00:00"), every_s=120)
    assert kinds(judged(tmp_path, drive(INSIDE, at("10:00:00")), parked)) <= {("T1", "unsure")}


def test_only_the_doubled_vehicle_is_unsure_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = pd.concat([two(15, 60), drive(INSIDE, at("10:00:00"), name="T2")], ignore_index=True)
    for seed in range(3):
        mixed = rows.sample(frac=1.0, random_state=seed) if seed else rows.sort_values(["vehicle_id", "t_s"])
        assert kinds(judged(tmp_path, mixed)) == {("T1", "unsure"), ("T2", "prohibited")}


@pytest.mark.parametrize("slip_m", [400.0, 900.0, 30_000.0])
def test_a_receiver_that_slips_any_way_still_shows_the_drive(tmp_path: Path, slip_m: float) -> None:
    trip = noisy(drive(INSIDE, at("10:00:00"), every_s=5), 1)
    rng = np.random.default_rng(2)
    slips = np.arange(5, len(trip) - 5, 12)
    way = rng.uniform(0, 2 * np.pi, len(slips))
    trip.loc[slips, "lon"] += slip_m * np.cos(way) / 91126.0
    trip.loc[slips, "lat"] += slip_m * np.sin(way) / 110943.0
    checked = judged(tmp_path, trip)
    assert len(slips) > 10
    assert accused(checked)
    assert checked.counts()["cleaning"]["vehicles_two_tracks"] == 0
