"""A file that is there whole or not at all, whatever becomes of who writes it, and that nobody overwrites."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from zones.errors import InputError
from zones.text import Text


@contextmanager
def written(file: Path) -> Iterator[IO[bytes]]:
    """Open a file to write to it under another name, alone; where the block ends well it has its own, and lasts.

    Raises:
        InputError: somebody else is writing it, or has written it.
    """
    taken = Text("已有同名文件，不覆盖", "there is a file of that name; it is not overwritten")
    if file.exists():
        raise InputError(taken, file=file.name)
    part = file.with_name(file.name + ".part")
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)  # plates and names are in it
    with os.fdopen(handle, "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = Text("另一个备份正在写这个文件", "another backup is being written to this file")
            raise InputError(text, file=file.name) from None
        try:
            if file.exists():  # since we looked; what we have open may be that very file
                raise InputError(taken, file=file.name)
            out.truncate(0)  # what one that was killed left
            yield out
            out.flush()
            os.fsync(out.fileno())
            part.replace(file)
            sync(file.absolute().parent)
        finally:
            with suppress(FileNotFoundError):
                if os.path.samestat(part.stat(), os.fstat(out.fileno())):
                    part.unlink()


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, last."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Have a folder with all its files last, and its name."""
    for path in [*folder.rglob("*"), folder, folder.parent]:
        sync(path)
