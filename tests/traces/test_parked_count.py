"""Fixes of a parked truck are counted: they are used, and however its receiver drifts they show no drive."""

from pathlib import Path

import pandas as pd
import pytest
from driving import BLOCK, IN_BY_SECOND_STREET, WEST, at, drive, judged, noisy, off, stay


@pytest.mark.parametrize("sigma_m", [0.0, 5.0, 25.0])
@pytest.mark.parametrize("place", [BLOCK[0], off((WEST, 35.14), -60)], ids=["inside", "beside the zone"])
def test_what_a_truck_sends_while_it_stands_is_counted(
    tmp_path: Path, place: tuple[float, float], sigma_m: float
) -> None:
    fixes = noisy(stay(place, at("08:00:00"), at("12:00:00")), 1, sigma_m)
    counts = judged(tmp_path, fixes).counts()
    assert counts["cleaning"]["parked"] == len(fixes) == 240
    assert counts["drives"] == counts["leads"] == 0


def test_what_it_sends_while_it_drives_is_not(tmp_path: Path) -> None:
    trip = noisy(drive(IN_BY_SECOND_STREET, at("10:00:00")), 1, 5)
    assert judged(tmp_path, trip).counts()["cleaning"]["parked"] == 0
    stands = stay((trip["lon"].iloc[-1], trip["lat"].iloc[-1]), trip["t_s"].iloc[-1] + 60, at("12:00:00"))
    counts = judged(tmp_path, pd.concat([trip, noisy(stands, 2, 5)], ignore_index=True)).counts()
    # the drive ends with a fix at which the truck has come to rest
    assert len(stands) - 3 <= counts["cleaning"]["parked"] <= len(stands)
    assert counts["drives"] == counts["leads"] == 1
