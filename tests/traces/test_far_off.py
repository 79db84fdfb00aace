"""A receiver that is hundreds of metres off for a while, as where a terminal falls back on the cell it is in."""

from pathlib import Path

import pandas as pd
import pytest
from driving import LON_M, at, drive, judged, noisy, ring


def _carried_off(fixes: int, metres: float, seed: int) -> pd.DataFrame:
    true = noisy(drive(ring(-12.5)["西环路"][::-1], at("10:00:00"), every_s=15.0), seed, 3.0)
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
