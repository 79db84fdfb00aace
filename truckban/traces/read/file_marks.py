"""Whether files are still what they were when they were first read: some are read twice, and others write them meanwhile."""

from collections.abc import Mapping
from pathlib import Path

from truckban.traces.read.tables import IN_FOLDERS, in_folder
from zones.errors import InputError
from zones.text import Text

Mark = tuple[int, ...]


def mark(path: Path) -> Mark | None:
    """Return what changes when somebody writes a file or puts another into its place; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def marks(path: Path) -> dict[Path, Mark | None]:
    """Return the mark of a file, or of those in a folder that are read as traces."""
    files = in_folder(path, {".csv", ".parquet", *IN_FOLDERS})[0] if path.is_dir() else [path]
    return {file: mark(file) for file in files}


def refuse_changed(path: Path, before: Mapping[Path, Mark | None]) -> None:
    """Raise InputError where a file is not what it was, is new or is gone."""
    now = marks(path)
    for file in sorted(now.keys() | before.keys()):
        if now.get(file) != before.get(file):
            raise changed(file)


def changed(path: Path) -> InputError:
    """Return what is raised of a file that is another than it was."""
    text = Text("文件在读取时被改动；请写完再查", "the file was changed while it was read; check it when it is written")
    return InputError(text, file=path.name)
