"""A terminal whose clock leaps by whole hours as the truck drives accuses nobody: which of its times are wrong is not known."""

from pathlib import Path

import pandas as pd
import pytest
from driving import IN_BY_SECOND_STREET, WEST, at, drive, judged, off, stay

from truckban.report.lead_words import basis_words
from truckban.traces.check import Checked

APPROACH = off((WEST, 35.1368), east_m=-3000)
TOUR = [APPROACH, *IN_BY_SECOND_STREET]
HOUR_S = 3600.0


def leaping(name: str, start: str, hours: float) -> pd.DataFrame:
    """Return a drive into the zone of which the clock leaps 2 km before it."""
    fixes = drive(TOUR, at(start), name=name)
    fixes.loc[fixes.index >= 6, "t_s"] += hours * HOUR_S
    return fixes


def kinds(checked: Checked) -> set[tuple[str, str]]:
    return {(part.vehicle_id, checked.kind(part)) for part in checked.parts}


@pytest.mark.parametrize("min_probability", [0.9, 0.1])
@pytest.mark.parametrize(("start", "hours"), [("22:30:00", 8), ("05:00:00", 1), ("23:00:00", 12)])
def test_a_lawful_drive_by_night_that_a_clock_makes_one_by_day_is_no_lead(
    tmp_path: Path, start: str, hours: int, min_probability: float
) -> None:
    checked = judged(tmp_path, leaping("T1", start, hours), min_probability=min_probability)
    [part] = checked.parts
    assert part.verdict == "prohibited"
    assert checked.kind(part) == "unsure"
    assert part.probability <= 0.5
    assert part.why_probability[-1] == "clock_leaps"
    assert "leaps by whole hours" in basis_words(part)[-1].en
    assert any("kept as unsure" in note.en for note in checked.notes)


def test_only_the_vehicle_whose_clock_leaps_is_unsure_whatever_the_order_of_rows(tmp_path: Path) -> None:
    rows = pd.concat([leaping("T1", "22:30:00", 8), leaping("T2", "10:00:00", 0)], ignore_index=True)
    for seed in range(3):
        mixed = rows.sample(frac=1.0, random_state=seed) if seed else rows
        assert kinds(judged(tmp_path, mixed)) == {("T1", "unsure"), ("T2", "prohibited")}


def test_a_truck_that_stood_for_hours_and_then_drives_in_is_a_lead(tmp_path: Path) -> None:
    before = drive(TOUR[:2], at("22:30:00"))[:6]
    stood = stay(
        (before["lon"].iloc[-1], before["lat"].iloc[-1]), before["t_s"].iloc[-1] + 15, at("06:30:00", "2024-05-09")
    )
    after = drive([(stood["lon"].iloc[-1], stood["lat"].iloc[-1]), *IN_BY_SECOND_STREET], at("06:31:15", "2024-05-09"))
    assert kinds(judged(tmp_path, before, stood, after)) == {("T1", "prohibited")}
    # the same if its terminal slept while it stood
    asleep = drive([(stood["lon"].iloc[-1], stood["lat"].iloc[-1]), *IN_BY_SECOND_STREET], at("06:31:40", "2024-05-09"))
    assert kinds(judged(tmp_path, before, asleep)) == {("T1", "prohibited")}
