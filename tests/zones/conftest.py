"""Where the maps drawn as text are, and the data that the project did not make."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_REPO = Path(__file__).parents[2]
sys.path.append(str(_REPO / "tests" / "maps"))


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Return the path of a file of the shared data, or skip the test where there is none."""

    def path(name: str) -> Path:
        found = _REPO.parent / "shared" / "data" / name
        if not found.exists():
            pytest.skip(f"data that is not part of the project is absent: {name}")
        return found

    return path
