"""How often the tests draw what is drawn at random: a few times in every run, more where someone asks for a long one.

`TRUCKBAN_TEST_TIMES=10 .venv/bin/pytest tests/verdict` draws ten times as many cases; so it is with damaged files, drives and maps.
"""

import os

TIMES = max(1, int(os.environ.get("TRUCKBAN_TEST_TIMES", "1")))


def times(few: int) -> int:
    """Return how many to draw where a few are enough for every day."""
    return few * TIMES
