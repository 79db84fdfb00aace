"""How long `truckban check` of a small file takes, from the shell to the written report: mostly the program's own start.

    python benchmarks/check_small.py                      # 10,000 fixes of 10 trucks; 6 % of them near the zone
    python benchmarks/check_small.py --dense              # half of them near, a third of the passages unlawful
    python benchmarks/check_small.py --runs 9

Each run is a process of its own. Printed are the medians of wall and processor seconds, after one run that compiles what has to be
compiled, writes byte code and brings files into memory, and does not count. On a machine that does other work too, the processor's
seconds are the better figure.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from check_speed import DENSE, NORMAL, as_users_have_it
from fleet_file import write_fleet

_TRUCKS, _FIXES = 10, 1000


def one_run(folder: Path, out: Path) -> tuple[float, float]:
    """Check the folder's files as a person does; return wall and processor seconds."""
    files = [str(folder / "traces.parquet"), "--vehicles", str(folder / "vehicles.csv"), "--out", str(out)]
    begun, before = time.perf_counter(), os.times()
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "truckban.cli", "check", *files],
        check=False,  # rejected rows are status 1
        env=as_users_have_it(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wall, after = time.perf_counter() - begun, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, used


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder, out = Path(temporary) / "files", Path(temporary) / "out"
        write_fleet(folder, trucks=_TRUCKS, fixes=_FIXES, **(DENSE if given.dense else NORMAL))
        one_run(folder, out)
        if not (out / "report.html").exists():
            sys.exit("the check failed")
        runs = [one_run(folder, out) for _ in range(given.runs)]
    wall, used = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"{_TRUCKS * _FIXES:,} fixes, median of {given.runs} runs: {wall:.2f} s wall, {used:.2f} s of processor")


if __name__ == "__main__":
    main()
