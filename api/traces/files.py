"""Where the files are, and how they are written so that they last."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.settings import Settings
from api.store.written import sync

PIECE_BYTES = 16_000_000
"""The largest piece of an upload: one request's body."""
EVIDENCE = "evidence.parquet"
"""In the folder of a try: the fixes of its leads, until they are in the store."""
REPORT_EN = "report.en.html"
"""Beside `report.html`, which is in Chinese; whoever asks for the report has the one in their language."""
PIECES_PATH = "/v1/traces/uploads/"
"""PATCH requests below this path have bodies of up to PIECE_BYTES."""


class Locked(Exception):  # noqa: N818
    """Somebody else is writing to the file."""


def uploads_folder(settings: Settings) -> Path:
    """Return the folder of uploads."""
    return settings.data_dir / "uploads"


def runs_folder(settings: Settings) -> Path:
    """Return the folder of what runs left."""
    return settings.data_dir / "runs"


def new_name() -> str:
    """Return a name that nobody can guess and that says nothing."""
    return secrets.token_hex(16)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open an upload's file to write to it, alone; make it where it is not there.

    Raises:
        Locked: another request, in whatever process, has it.
        OSError: no space, no right.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    made = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Locked from None
        if made:
            sync(path.parent)
        yield handle
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes) -> None:
    """Write all of some bytes, or raise OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def remove_tree(folder: Path) -> None:
    """Remove a folder, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
