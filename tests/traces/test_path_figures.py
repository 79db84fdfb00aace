"""Figures of a drive: the usual interval, the error that the streets show."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from truckban.traces.in_or_out.paths import lasting, median, usual_interval


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60))
def test_the_median_is_that_of_numpy_to_the_last_bit(values: list[float]) -> None:
    given_ = np.array(values)
    assert median(given_) == float(np.median(given_))
    assert given_.tolist() == values


def test_a_single_fix_has_the_interval_for_which_an_error_lasts() -> None:
    assert usual_interval(np.array([5.0])) == 60.0
    assert lasting(np.array([5.0])) == 1.0
    assert usual_interval(np.array([5.0, 20.0, 35.0, 95.0])) == 15.0
    assert lasting(np.array([5.0, 20.0, 35.0, 95.0])) == 2.0
