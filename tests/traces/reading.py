"""Read a file of fixes and hold every reading to what must be true of all."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from truckban.traces.fixes import Fixes, read_fixes
from zones.errors import InputError

TIMEZONE = "Asia/Shanghai"
HEADER = "vehicle_id,time,lon,lat"
TEN = dt.datetime(2024, 5, 8, 2, tzinfo=dt.UTC).timestamp()
GOOD = "T1,2024-05-08T10:00:00+08:00,110.77,35.14"


def read(path: Path, **how: str | dict[str, str]) -> Fixes:
    fixes = read_fixes(path, timezone=TIMEZONE, **how)  # type: ignore[arg-type]
    assert fixes.read == fixes.used + len(fixes.rejects)
    assert fixes.read == sum(rows for _, rows in fixes.files)
    assert len(fixes.t_s) == len(fixes.lon) == len(fixes.lat) == len(fixes.vehicle) == len(fixes.accuracy_m)
    assert fixes.assumed_zone <= fixes.used
    return fixes


def why(fixes: Fixes) -> list[tuple[int | None, str, str]]:
    return sorted((reject.line or 0, reject.field, reject.reason.en) for reject in fixes.rejects)


def refused(path: Path, **how: str | dict[str, str]) -> InputError:
    with pytest.raises(InputError) as error:
        read(path, **how)
    assert error.value.file == path.name
    return error.value


def rows_and_peak(path: Path) -> tuple[int, int]:
    """Read a file of traces in a process of its own; return its rows and the most memory that this took, in kilobytes."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from truckban.traces.read.pieces import Source\n"
        "rows = sum(len(piece.vehicle) for piece, _ in Source(Path(sys.argv[1]), 'Asia/Shanghai').pieces())\n"
        "print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    found = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    rows, peak = found.stdout.split()
    return int(rows), int(peak)
