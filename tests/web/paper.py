"""What a reader of PDF files that is no browser makes of them (Poppler, where it is installed)."""

import shutil
import subprocess
from pathlib import Path

import pytest


def poppler(program: str, *arguments: str | Path) -> bytes:
    """Return what a program of Poppler makes of a PDF file."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} (poppler-utils) is not installed: the sheet is not read")
    return subprocess.run([found, *arguments], capture_output=True, check=True).stdout
