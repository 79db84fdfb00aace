"""A real browser for the tests that open pages."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_WHOLE = ("chromium", "chromium-browser")
# it has no window with bars and buttons that nobody sees: what a page costs is less by a third
_SHELL = "chromium-headless-shell"


@contextmanager
def chromium(*arguments: str, whole: bool = False) -> Iterator[Any]:
    """Run Chromium until the block ends, or skip the test where there is none.

    Args:
        arguments: of its command line.
        whole: with its window, and so with its viewer of PDF.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = next(filter(None, map(shutil.which, _WHOLE if whole else (_SHELL, *_WHOLE))), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=list(arguments))
        yield browser
        browser.close()
