"""The same fixes sent once with seven digits and once with five, as by two formats, are the same fixes."""

from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from driving import IN_BY_SECOND_STREET, at, drive, judged, noisy, off, written

TRUE = noisy(drive(IN_BY_SECOND_STREET, at("10:00:00")), 3, 5.0)


def _with_digits(fixes: pd.DataFrame, digits: int) -> pd.DataFrame:
    return fixes.assign(lon=fixes["lon"].round(digits), lat=fixes["lat"].round(digits))


@pytest.mark.parametrize(("first", "second"), list(permutations([5, 6, 7], 2)))
def test_a_drive_sent_in_two_precisions_is_found_once_in_whatever_order(
    tmp_path: Path, first: int, second: int
) -> None:
    [alone] = judged(tmp_path, _with_digits(TRUE, 7)).leads
    checked = judged(tmp_path, _with_digits(TRUE, first), _with_digits(TRUE, second))
    [lead] = checked.leads
    assert (lead.fixes, lead.roads) == (alone.fixes, alone.roads)
    assert lead.distance_inside_m == pytest.approx(alone.distance_inside_m, abs=3)
    assert checked.counts()["duplicates"] == len(TRUE)
    assert checked.counts()["rows"]["rejected"] == 0
    [again] = judged(tmp_path, _with_digits(TRUE, second), _with_digits(TRUE, first)).leads
    assert again.row() == lead.row()


def test_the_same_in_two_files_one_of_them_parquet(tmp_path: Path) -> None:
    folder = tmp_path / "traces"
    folder.mkdir()
    written(_with_digits(TRUE, 5)).to_csv(folder / "a.csv", index=False)
    single = written(TRUE).astype({"lon": "float32", "lat": "float32"})
    single.to_parquet(folder / "b.parquet", index=False)
    checked = judged(tmp_path, traces=folder, vehicles={"T1": {"plate": "晋M12345", "vehicle_type": "重型自卸货车"}})
    assert len(checked.leads) == 1
    assert checked.counts()["rows"] == {"read": 2 * len(TRUE), "used": 2 * len(TRUE), "rejected": 0}


def test_two_places_farther_apart_than_rounding_are_still_nobodys(tmp_path: Path) -> None:
    beside = TRUE.iloc[10:20]
    lon, lat = off((0.0, 0.0), 0.0, 3.0)
    checked = judged(tmp_path, TRUE, beside.assign(lon=beside["lon"] + lon, lat=beside["lat"] + lat))
    assert checked.counts()["rejected_by_reason"] == {"two_places": 20}
    # nor is a third row a reason to believe one of two
    checked = judged(tmp_path, TRUE, beside, beside.assign(lat=beside["lat"] + lat))
    assert checked.counts()["rejected_by_reason"] == {"two_places": 30}
