"""The process in which a workbook is opened first: it has so much memory and time, and no more; its exit status says how it went.

It is run as a file, with the workbook on its standard input, and imports nothing of ours: most of its time is Python's own start.
"""

import contextlib
import io
import sys
import zipfile
from xml.parsers import expat

from python_calamine import CalamineError, load_workbook

TOO_LARGE = 3
"""The exit status where there is too much of it, or the cells of a sheet lie too far apart."""
_MEMORY = 2 << 30
"""A full sheet (1,048,576 rows) of seven columns takes less than half of it."""
_SECONDS = 120
_MOST_CELLS, _ONE_IN = 1 << 23, 20
"""Eight columns down to the last row of a sheet; more only where one cell in so many says something."""


def _limit() -> None:
    with contextlib.suppress(
        ImportError
    ):  # Windows has no such limits: there what asks for too much ends this process alone
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_as_xml(file: io.BytesIO) -> None:
    """Read a workbook of OpenDocument (.ods) as XML; where it is none, this process ends of it.

    Calamine looks for ever for the end of an element that has none.
    """
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as parts:
            if "content.xml" in parts.namelist():
                with parts.open("content.xml") as content:
                    expat.ParserCreate().ParseFile(content)
    file.seek(0)


def main() -> int:
    """Open every sheet; return 0 also where calamine says in an orderly way that it cannot."""
    _limit()
    try:
        file = io.BytesIO(sys.stdin.buffer.read())
        _read_as_xml(file)
        with load_workbook(file) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                row, column = sheet.end or (0, 0)
                room = (row + 1) * (column + 1)  # empty cells before the first count too
                said = sum(len(row) - row.count("") for row in sheet.iter_rows())  # a time of no calendar ends it here
                if room > _MOST_CELLS and room > _ONE_IN * said:
                    return TOO_LARGE
    except CalamineError:
        return 0
    except MemoryError:
        return TOO_LARGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
