"""Where fixes hop farther and faster than any truck is found for many visits at once, as for each alone."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from driving import law

from truckban.traces.fixes import Fixes
from truckban.traces.in_or_out.drives import SLOW_MS
from truckban.traces.in_or_out.paths import ZoneMatcher
from truckban.traces.in_or_out.slips import Visit, leaps_of


def sent(t_s: npt.NDArray[np.float64]) -> Fixes:
    none = np.zeros(len(t_s))
    return Fixes(["a"], none.astype(np.intp), t_s, none, none, none, len(t_s), 0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_the_hops_of_a_visit_are_those_of_its_own_fixes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 60
    t_s = np.cumsum(rng.choice([0.0, 5.0, 10.0, 30.0], n))
    x_m, y_m = np.cumsum(rng.normal(0, 60, n)), np.cumsum(rng.normal(0, 60, n))
    moved = rng.random(n) < 0.2
    x_m[moved] += rng.choice([300.0, 301.0, 900.0], int(moved.sum()))
    square_m2 = np.diff(x_m) ** 2 + np.diff(y_m) ** 2
    leaps = leaps_of(t_s, x_m, y_m, square_m2)
    assert len(leaps)
    streets = ZoneMatcher.of(law()[1].zone)
    assert streets is not None
    one = Visit(sent(t_s), x_m, y_m, 0, 0, streets, leaps)
    for start, stop in ((0, 17), (17, 18), (18, 40), (40, n)):
        begin, end, sure = replace(one, start=start, stop=stop).hops
        seen = slice(start, stop)
        step = np.hypot(np.diff(x_m[seen]), np.diff(y_m[seen]))
        speed = step / np.maximum(np.diff(t_s[seen]), 1.0)
        usual = np.median(speed[speed > SLOW_MS]) if (speed > SLOW_MS).any() else 0.0
        found = np.flatnonzero((step > 300.0) & (speed > 28.0) & (speed > min(2.0 * usual, 50.0)))
        assert begin.tolist() == t_s[seen][found].tolist()
        assert end.tolist() == t_s[seen][found + 1].tolist()
        assert sure.tolist() == (speed[found] > 50.0).tolist()


@pytest.mark.parametrize(
    ("metres", "seconds", "leaps"), [(300.0, 5.0, 0), (300.001, 5.0, 1), (560.0, 20.0, 0), (561.0, 20.0, 1)]
)
def test_a_leap_is_longer_than_300_m_and_faster_than_28_m_a_second(metres: float, seconds: float, leaps: int) -> None:
    t_s, x_m, y_m = np.array([0.0, seconds]), np.array([0.0, metres]), np.zeros(2)
    assert len(leaps_of(t_s, x_m, y_m, np.diff(x_m) ** 2)) == leaps
