"""Writing a registry's file: in one step, one writer at a time, and never over what somebody else has written since."""

import glob
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from enterprises.errors import EnterpriseError, Text
from enterprises.registry import Registry
from enterprises.registry_file import written

ANY = "any"
"""Whatever stands in the file may be replaced."""
WAIT_S = 10.0
"""So long one writer waits for another: writing takes a blink."""
_LOOK_S = 0.05

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def keep(registry: Registry, path: Path, *, expected: str | None = ANY, wait_s: float = WAIT_S) -> Path | None:
    """Write a registry in one step; return where the file before went, None where there was none.

    What stood there gets the beginning of its hash into its name, so that going back is renaming it. Whoever is killed half-way
    leaves the old file or the new one, whole.

    Args:
        registry: what is written.
        path: where.
        expected: the SHA-256 of the file that the change began with (`Registry.sha256`), None where there was no file; `ANY` asks
            for none.
        wait_s: how long another writer is waited for.

    Raises:
        EnterpriseError: the file is another by now, another writer does not end, or the folder cannot be written to.
    """
    new = written(registry)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path, wait_s):
            before = path.read_bytes() if path.is_file() else None
            found = None if before is None else hashlib.sha256(before).hexdigest()
            if expected not in (ANY, found):
                raise EnterpriseError(
                    Text(
                        "读取之后这个文件已被别人改动，没有写入；请重新执行，对照新的内容",
                        "somebody else changed this file after it was read; nothing was written, start again from what it holds now",
                    ),
                    file=path.name,
                )
            aside = None
            if before and found is not None and before != new:
                aside = path.with_name(f"{path.stem}.{found[:8]}{path.suffix}")
                _put(aside, before, path.name)
            _put(path, new, path.name)
            return aside
    except OSError as error:
        raise EnterpriseError(
            Text(f"无法写入：{error.strerror}", f"cannot be written: {error.strerror}"), file=path.name
        ) from error


@contextmanager
def _alone(path: Path, wait_s: float) -> Iterator[None]:
    """Hold the file's lock; the system lets go of it where its holder is killed.

    The lock is a file of its own that stays: the registry's is replaced, and removing a lock lets two writers in.
    """
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        until = time.monotonic() + wait_s
        while True:
            try:
                _lock(handle)
                break
            except OSError:
                if time.monotonic() >= until:
                    raise EnterpriseError(
                        Text(
                            "另一个程序正在写这个文件，没有写入；请稍后再试",
                            "another program is writing this file; nothing was written, try again later",
                        ),
                        file=path.name,
                    ) from None
                time.sleep(_LOOK_S)
        # under the lock nobody else is at work: what lies here was left by somebody who was killed
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(handle)


def _put(path: Path, data: bytes, name_of_parts: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{name_of_parts}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
