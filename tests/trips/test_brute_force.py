"""A few of the cases of `benchmarks/trips_brute_force`; it says what is compared."""

import sys
from pathlib import Path

import pytest
from effort import times

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from trips_brute_force.comparison import EDGE, MOUTH, checked
from trips_brute_force.questions import TRIPS_A_MAP

CHOSEN = (2, 6, 7, 9, 14, 15, 25, 33)
"""Of the first forty maps: with these trips end in every way in which they do with all."""
MAPS = [*CHOSEN, *range(100, 100 + times(4))]


@pytest.mark.slow
@pytest.mark.parametrize("seed", MAPS)
def test_plans_on_a_random_map_agree_with_a_search_of_all_seconds(seed: int) -> None:
    _, wrong, kinds = checked(seed)
    assert kinds.total() == TRIPS_A_MAP
    assert not [(name, one) for name, said in wrong for one in said if not one.startswith((MOUTH, EDGE))]
