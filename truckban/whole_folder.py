"""A result of several files stands whole or not at all: who is killed while writing one spoils nothing that stands there."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

RUN = "run.json"
"""Where it stands, the files beside it are all of the run that it tells of."""
PART = ".part"


@contextmanager
def whole_folder(folder: Path, files: Iterable[str] = (), folders: Iterable[str] = ()) -> Iterator[Path]:
    """Give an empty folder to write a result to; when all is written, its files take their places, `run.json` as the last.

    What an earlier run left stands until then, and stays where the writing ends in an error.

    Args:
        folder: where the result is to stand; made where it is not there. Files of other names stay in it.
        files: what an earlier run may have left there and this one need not write again: removed.
        folders: likewise, with all that is in them.

    Raises:
        IsADirectoryError: a folder stands where a file is to be written; nothing was touched.
    """
    part = folder / PART
    shutil.rmtree(part, ignore_errors=True)  # of one that was killed
    part.mkdir(parents=True)
    try:
        yield part
        names = {RUN, *files, *(path.name for path in part.iterdir())}
        for name in sorted(names):
            if (folder / name).is_dir():  # seen before anything is touched
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(folder / name))
        for name in (RUN, *files):
            (folder / name).unlink(missing_ok=True)
        for name in folders:
            shutil.rmtree(folder / name)
        for path in sorted(part.iterdir(), key=lambda path: (path.name == RUN, path.name)):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
