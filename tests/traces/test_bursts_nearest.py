"""How near fixes are to streets is the same whether it is reckoned by a compiled loop or by NumPy, to the bit."""

import numpy as np
import pytest

from truckban.traces.in_or_out import bursts
from zones.matching.compiled import FAST


@pytest.mark.skipif(not FAST, reason="the loops are not compiled here")
@pytest.mark.parametrize("seed", range(20))
def test_the_loop_and_numpy_find_the_same_distances(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0.0, 300.0, (2, 12, 17))
    pieces = rng.normal(0.0, 300.0, (rng.integers(1, 40), 4))
    pieces[0, 2:] = pieces[0, :2]  # a piece without length
    x[0, 0], y[0, 0] = pieces[0, :2]
    by_loop = bursts.nearest2(x, y, pieces)
    monkeypatch.setattr(bursts, "quick", lambda: False)
    by_numpy = bursts.nearest2(x, y, pieces)
    assert by_loop.shape == (12, 17)
    assert by_loop.tobytes() == by_numpy.tobytes()
    assert by_loop[0, 0] == 0.0
