"""What tests of permits share."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from enterprises.names import Matcher
from enterprises.registry_file import builtin_registry

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    return Matcher(builtin_registry())


@pytest.fixture(scope="module")  # no longer: its event loop would be that of every test after it
def browser() -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
