"""What tests of permits share."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import chromium

from enterprises.names import Matcher
from enterprises.registry_file import builtin_registry

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher(builtin_registry())


@pytest.fixture(scope="module")  # no longer: its event loop would be that of every test after it
def browser() -> Iterator[object]:
    with chromium("--no-sandbox", "--disable-gpu") as opened:
        yield opened
