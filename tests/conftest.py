"""What tests of several rooms share: helper folders, and the data that the project did not make."""

import gc
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from effort import TIMES
from hypothesis import settings

# a busy machine is no fault of the program: what is slow is shown by benchmarks
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

_TESTS = Path(__file__).parent
sys.path += [str(_TESTS / folder) for folder in ("maps", "traces")]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="write screenshots of the pages into docs/pages")


def pytest_xdist_auto_num_workers() -> int | None:
    """Of `-n auto` make half as many more as there are cores: many tests wait for a database, a browser or a worker."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None  # as was asked for
    return (os.cpu_count() or 1) * 3 // 2


def pytest_report_header() -> str:
    return f"random cases: {TIMES} times as many as are enough for every day (TRUCKBAN_TEST_TIMES)"


# the longest: one that compiles everything anew, and what compiles nothing and mostly waits
_FIRST = (
    "test_cold_check.py",
    "test_api_kills.py",
    "test_spark_cluster.py",
    "test_api_backup_broken_off.py",
    "test_api_leads_list.py",
)
_LONG = ("spark", "slow")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: else one core is left with it when the others have nothing to do."""
    order = {name: number for number, name in enumerate(_FIRST)}
    items.sort(
        key=lambda item: (
            order.get(item.path.name, len(order)),
            not any(item.get_closest_marker(name) for name in _LONG),
        )
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage in what tests make, and as `truckban` does not after every 700 objects.

    What is imported and collected stays until the end: to go through it again and again is a tenth of all that the tests cost.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Return the path of a file of the shared data, or skip the test where there is none."""

    def path(name: str) -> Path:
        found = _TESTS.parents[1] / "shared" / "data" / name
        if not found.exists():
            pytest.skip(f"data that is not part of the project is absent: {name}")
        return found

    return path
