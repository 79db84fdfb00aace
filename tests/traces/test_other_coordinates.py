"""Traces in GCJ-02 or BD-09 given as WGS 84 accuse nobody: drives outside come out inside by hundreds of metres."""

from pathlib import Path

import pandas as pd
import pytest
from driving import IN_BY_SECOND_STREET, accused, at, drive, judged, noisy, round_the_ring

from truckban.report.lead_words import basis_words
from truckban.traces.check import Checked
from zones.coords import from_wgs84

LAWFUL = round_the_ring(0.0)


def given_as_wgs84(fixes: pd.DataFrame, crs: str) -> pd.DataFrame:
    lon, lat = from_wgs84(fixes["lon"].to_numpy(), fixes["lat"].to_numpy(), crs)
    return fixes.assign(lon=lon, lat=lat)


def kinds(checked: Checked) -> set[str]:
    return {checked.kind(part) for part in checked.parts}


@pytest.mark.parametrize("min_probability", [0.9, 0.1])
@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_who_drove_along_the_boundary_is_not_accused_by_another_system(
    tmp_path: Path, crs: str, min_probability: float
) -> None:
    fixes = noisy(drive(LAWFUL, at("10:00:00")), 3)
    shifted = judged(tmp_path, given_as_wgs84(fixes, crs), min_probability=min_probability)
    assert shifted.parts
    assert kinds(shifted) <= {"unsure"}
    for part in shifted.parts:
        assert part.why_probability[-1] == "other_coordinates"
        assert part.probability <= 0.5
        assert "another system of coordinates" in basis_words(part)[-1].en
    assert any("another system" in note.en and "kept as unsure" in note.en for note in shifted.notes)
    assert shifted.counts()["cleaning"]["vehicles_other_coordinates"] == 1


@pytest.mark.parametrize("seed", range(4))
def test_who_drove_inside_is_a_lead_in_the_right_system(tmp_path: Path, seed: int) -> None:
    checked = judged(tmp_path, noisy(drive(IN_BY_SECOND_STREET, at("10:00:00")), seed))
    assert accused(checked)
    assert checked.counts()["cleaning"]["vehicles_other_coordinates"] == 0
    assert not any("another system" in note.en for note in checked.notes)


def test_only_the_vehicle_in_another_system_is_unsure_whatever_the_order_of_rows(tmp_path: Path) -> None:
    wrong = given_as_wgs84(noisy(drive(LAWFUL, at("10:00:00"), name="T1"), 3), "gcj02")
    right = noisy(drive(IN_BY_SECOND_STREET, at("10:00:00"), name="T2"), 3)
    rows = pd.concat([wrong, right], ignore_index=True)
    told = [
        [(part.lead_id, part.vehicle_id, checked.kind(part), part.probability) for part in checked.parts]
        for checked in (
            judged(tmp_path, order)
            for order in (rows, rows[::-1], rows.sample(frac=1.0, random_state=1), rows.sort_values("t_s"))
        )
    ]
    assert all(one == told[0] for one in told)
    assert {(vehicle, kind) for _, vehicle, kind, _ in told[0]} == {("T1", "unsure"), ("T2", "prohibited")}
