"""A few of the cases of `benchmarks/trips_brute_force`; it says what is compared."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from trips_brute_force.comparison import MOUTH, checked
from trips_brute_force.questions import TRIPS_A_MAP

MAPS = 40


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(MAPS))
def test_plans_on_a_random_map_agree_with_a_search_of_all_seconds(seed: int) -> None:
    _, wrong, kinds = checked(seed)
    assert kinds.total() == TRIPS_A_MAP
    assert not [(name, one) for name, said in wrong for one in said if not one.startswith(MOUTH)]
