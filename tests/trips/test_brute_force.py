"""A few of the cases of `benchmarks/trips_brute_force.py`; it says what is compared."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

import trips_brute_force as brute

MAPS = 40


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(MAPS))
def test_plans_on_a_random_map_agree_with_a_search_of_all_seconds(seed: int) -> None:
    _, wrong, kinds = brute.checked(seed)
    assert kinds.total() == brute.TRIPS_A_MAP
    assert not [(name, one) for name, said in wrong for one in said if not one.startswith(brute.MOUTH)]
