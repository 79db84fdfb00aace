"""What tests of several rooms share: helper folders, and the data that the project did not make."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
sys.path += [str(_TESTS / folder) for folder in ("maps", "traces")]


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Return the path of a file of the shared data, or skip the test where there is none."""

    def path(name: str) -> Path:
        found = _TESTS.parents[1] / "shared" / "data" / name
        if not found.exists():
            pytest.skip(f"data that is not part of the project is absent: {name}")
        return found

    return path
