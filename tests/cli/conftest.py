"""Where the drives on the schematic, the maps drawn as text and the data that the project did not make are."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_REPO = Path(__file__).parents[2]
sys.path += [str(_REPO / "tests" / "traces")]


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Return the path of a file of the shared data, or skip the test where there is none."""

    def path(name: str) -> Path:
        found = _REPO.parent / "shared" / "data" / name
        if not found.exists():
            pytest.skip(f"data that is not part of the project is absent: {name}")
        return found

    return path
