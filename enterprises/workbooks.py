"""Whether a workbook can be opened at all: another process tries first, so that it, and not this one, ends of it.

calamine makes room for every cell between the first and the last that say anything, and a process that asks for more than there is
ends. One cell in the last corner of a sheet, in a file of 3 KB, asks for hundreds of gigabytes. Which cells there are only calamine knows.
"""

import signal
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from enterprises.errors import Text
from enterprises.workbook_trial import TOO_LARGE

BEYOND_SENSE = Text("Excel 文件解压后大得没有道理", "the Excel file unpacks to a size beyond all sense")
CANNOT_BE_OPENED = Text("Excel 文件打不开", "the Excel file cannot be opened")
_TRIAL = Path(__file__).with_name("workbook_trial.py")
_ENDED_BY = ("SIGABRT", "SIGXCPU", "SIGKILL")
_TOO_MUCH = {TOO_LARGE, *(-getattr(signal, name) for name in _ENDED_BY if hasattr(signal, name))}
"""Exit statuses of a trial that had too little memory or time."""


def trouble_with(book: bytes | BinaryIO) -> Text | None:
    """Return why a workbook (.xlsx, .xls, .xlsb, .ods) is not to be opened in this process; None where it may be.

    What may be opened takes calamine 2 GB at most. It may still be damaged: calamine says so.

    Args:
        book: its content, or a file of the system that is read to its end.
    """
    status = subprocess.run(  # noqa: S603  (this very Python)
        [sys.executable, "-P", str(_TRIAL)],
        input=book if isinstance(book, bytes) else None,
        stdin=None if isinstance(book, bytes) else book,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode
    if status == 0:
        return None
    return BEYOND_SENSE if status in _TOO_MUCH else CANNOT_BE_OPENED
