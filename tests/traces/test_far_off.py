"""A receiver that is hundreds of metres off for a while, as where a terminal falls back on the cell it is in."""

from pathlib import Path

import pandas as pd
import pytest
from driving import IN_BY_SECOND_STREET, LON_M, accused, at, drive, judged, noisy, ring


def _carried_off(fixes: int, metres: float, seed: int, every_s: float = 15.0) -> pd.DataFrame:
    true = noisy(drive(ring(-12.5)["西环路"][::-1], at("10:00:00"), every_s=every_s), seed, 3.0)
    first = len(true) // 2
    away = (true.index >= first) & (true.index < first + fixes)
    return true.assign(lon=true["lon"] + away * metres / LON_M)


@pytest.mark.parametrize("fixes", range(1, 9))
def test_no_lead_is_of_no_length(tmp_path: Path, fixes: int) -> None:
    for seed in range(6):
        folder = tmp_path / str(seed)
        folder.mkdir()
        checked = judged(folder, _carried_off(fixes, 900.0, seed))
        assert [
            (lead.fixes_inside, lead.distance_inside_m) for lead in checked.leads if lead.distance_inside_m < 30
        ] == []


@pytest.mark.parametrize(
    ("fixes", "metres", "every_s"), [(3, 900.0, 15.0), (5, 600.0, 15.0), (8, 900.0, 15.0), (4, 1300.0, 30.0)]
)
def test_who_hops_into_the_zone_and_back_as_no_truck_drives_is_no_lead(
    tmp_path: Path, fixes: int, metres: float, every_s: float
) -> None:
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert accused(judged(folder, _carried_off(fixes, metres, seed, every_s))) == []


@pytest.mark.parametrize(("later_s", "leads"), [(60.0, 0), (240.0, 1)])
def test_a_hop_long_before_says_nothing_of_a_drive_inside(tmp_path: Path, later_s: float, leads: int) -> None:
    inside = noisy(drive(IN_BY_SECOND_STREET, at("10:10:00"), every_s=15.0), 1, 3.0)
    before = inside.iloc[:1].loc[[0] * 4].assign(t_s=[at("10:10:00") - later_s - 15.0 * k for k in range(4, 0, -1)])
    elsewhere = before.assign(lon=before["lon"] - 1500.0 / LON_M)
    hopped = pd.concat([elsewhere, before.assign(t_s=before["t_s"] + 60.0), inside], ignore_index=True)
    assert (
        len(judged(tmp_path, hopped[hopped["t_s"] < at("10:10:00") - 1.0].pipe(lambda f: pd.concat([f, inside]))).leads)
        == leads
    )
