"""What takes longer to make than to read: kept beside the program's own byte code, and made anew where anything it is made of changed.

It goes where Python puts byte code and is as trustworthy as that. Where nothing can be written, or Python is told to write no byte
code, it is made each time; the outcome is the same.
"""

import contextlib
import hashlib
import importlib.util
import os
import pickle
import platform
import sys
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_NEWEST = 8
"""Of one kind so many files are kept, those used last: as many zones or notices as one works with."""
_MOST_BYTES = 32_000_000
_ENDING = ".kept"


def kept(kind: str, of: Iterable[str], make: Callable[[], T], *, packages: Iterable[str] = ()) -> T:
    """Return what `make` returns, from a file where it was made of the very same before.

    Args:
        kind: what it is, for the file's name.
        of: all that it is made of: hashes of data, versions of libraries.
        make: makes it, of plain Python objects and arrays.
        packages: names of packages whose code makes it.
    """
    made_of = hashlib.sha256(repr((platform.python_version(), *of, *map(_sources, packages))).encode()).hexdigest()
    path = Path(importlib.util.cache_from_source(__file__)).with_name(f"{kind}.{made_of[:32]}{_ENDING}")
    # whatever a damaged file raises, it is made again
    with contextlib.suppress(Exception):
        found: T = pickle.loads(path.read_bytes())  # noqa: S301 - as trustworthy as the byte code beside it
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                os.utime(path)  # the files used longest ago are the ones to go
        return found
    made = make()
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):
            _write(path, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
            _drop_oldest(path.parent, kind)
    return made


def _write(path: Path, data: bytes) -> None:
    if len(data) > _MOST_BYTES:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _drop_oldest(folder: Path, kind: str) -> None:
    files = sorted(folder.glob(f"{kind}.*{_ENDING}"), key=lambda file: file.stat().st_mtime_ns)
    for file in files[:-_NEWEST]:
        file.unlink(missing_ok=True)


@cache
def _sources(package: str) -> str:
    """Return what tells one state of a package's code from another: name, time and size of each file, as byte code has them."""
    found = hashlib.sha256()
    for folder in sorted(import_module(package).__path__):
        for at, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    said = os.stat(os.path.join(at, name))  # noqa: PTH116, PTH118 - a hundred files at each start
                    found.update(f"{at}/{name} {said.st_mtime_ns} {said.st_size}\n".encode())
    return found.hexdigest()
