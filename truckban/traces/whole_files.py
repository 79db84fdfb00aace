"""Files that stand under their name only when they are whole: who is killed while writing one leaves none that looks whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name beside a file's to write to; when all is written, that takes the place of the file.

    What an earlier run wrote stands until then, and stays where the writing ends in an error.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
