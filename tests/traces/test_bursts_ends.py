"""Where a burst begins and ends is the same whether it is reckoned by a compiled loop or by NumPy, to the bit."""

import numpy as np
import pytest

from truckban.traces.in_or_out import bursts
from zones.matching.compiled import FAST


@pytest.mark.skipif(not FAST, reason="the loops are not compiled here")
@pytest.mark.parametrize("seed", range(60))
def test_the_loop_and_numpy_find_the_same_ends(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    t_s = np.cumsum(rng.choice([10.0, 15.0, 30.0, 120.0, bursts.LASTS_S], n))
    shares = -rng.gamma(1.0, 3.0, (25, n))
    # as far from streets with an offset as without, so that several ends are as good
    shares[:, rng.random(n) < 0.3] = np.round(shares[:, :1])
    first = int(rng.integers(n))
    last = int(rng.integers(first, n))
    by_loop = bursts.best_ends(t_s, shares, first, last)
    monkeypatch.setattr(bursts, "quick", lambda: False)
    by_numpy = bursts.best_ends(t_s, shares, first, last)
    for one, other in zip(by_loop, by_numpy, strict=True):
        assert one.shape == (12, 3)
        assert one.tolist() == other.tolist()
