"""What the tests of enterprises share."""

from collections.abc import Callable
from pathlib import Path

import pytest

from enterprises.names import Matcher
from enterprises.registry_file import builtin_registry

_REPO = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    """Return a matcher for the published list."""
    return Matcher(builtin_registry())


@pytest.fixture
def gazette() -> Path:
    """Return the gazette with the announcement, or skip the test where it is absent."""
    folder = _REPO.parent / "shared" / "seeds"
    found = [path for path in folder.glob("*.txt") if "临政办发〔2023〕18号" in path.read_text("utf-8")]
    if not found:
        pytest.skip("the gazette, which is not part of the project, is absent: ../shared/seeds")
    return found[0]


@pytest.fixture
def notice_text() -> str:
    """Return the announcement's own words, as the package has them."""
    return (_REPO / "enterprises" / "data" / "linyi-2023-18.txt").read_text("utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Return a writer of files into a folder of their own."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
