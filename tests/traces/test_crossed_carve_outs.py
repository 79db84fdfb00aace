"""A drive that crosses a lawful street is one passage; the metres on that street are not inside."""

from pathlib import Path

import pytest
from driving import CROSS, LAT_M, MIDDLE, NORTH, SOUTH, LonLat, at, drive, inside_times, judged, off

STREET, LANE = 110.7595, 35.1603
UP_AND_OUT: list[LonLat] = [
    off((STREET, SOUTH), -900, -12.5),
    off((STREET, SOUTH), 0, -12.5),
    (STREET, LANE),
    (MIDDLE, LANE),
    off((MIDDLE, NORTH), 0, 900),
]
"""Up a street, across the lawful part of 北环路, and out by the lawful part of 五一路."""
WIDE_M = 18.0


@pytest.mark.parametrize(("start", "cut"), [("10:00:00", False), ("05:57:00", True)])
def test_the_width_of_a_carve_out_that_is_crossed_is_not_inside(tmp_path: Path, start: str, cut: bool) -> None:  # noqa: FBT001
    _, left, inside_m = inside_times(UP_AND_OUT, at(start), 36.0)
    if cut:
        inside_m = (left - at("06:00:00")) * 10.0 - WIDE_M
    [lead] = judged(tmp_path, drive(UP_AND_OUT, at(start))).leads
    assert (lead.entry.how == "window_opened") is cut
    assert lead.distance_inside_m == pytest.approx(inside_m, abs=6.0)


def test_what_was_crossed_before_the_hours_is_not_taken_off_what_was_driven_in_them(tmp_path: Path) -> None:
    crossing_s = (900 + (CROSS - SOUTH) * LAT_M + 12.5) / 10.0
    start = at("06:00:00") - crossing_s - 20.0
    _, left, _ = inside_times(UP_AND_OUT, start, 36.0)
    [lead] = judged(tmp_path, drive(UP_AND_OUT, start)).leads
    assert lead.entry.how == "window_opened"
    assert lead.distance_inside_m == pytest.approx((left - at("06:00:00")) * 10.0, abs=6.0)
