"""How fast a whole check is, beside only reading the same columns, a GeoPandas spatial join, and pandas with shapely.

    python benchmarks/check_speed.py                       # 2,000 trucks, 10,000 fixes each; 6 % of the fixes near the zone
    python benchmarks/check_speed.py --dense               # half of them near, a third of the passages unlawful
    python benchmarks/check_speed.py --order backlog       # one early report of each truck at the end of the file; or all rows by time
    python benchmarks/check_speed.py --trucks 200 --skip geopandas

Each job runs in a process of its own on one core, in turn, several times (GeoPandas once): first on a small file, by which its code is
loaded, then on the large one, which is timed. What a job leaves behind in memory so helps no other. Printed are the best time of each, by
the clock and of processor, and the ratios of the latter, which other work on the machine disturbs less.
"""

import argparse
import contextlib
import gc
import importlib.util
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
from fleet_file import reorder, write_fleet
from table_peers import by_geopandas, by_pandas_and_shapely

from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice
from truckban.report import write_report
from truckban.traces.check import Inputs, check
from truckban.traces.output import write_outputs, write_run

_COLUMNS = ["vehicle_id", "time", "lon", "lat"]
_NOTICE = "linyi-2023-5"
TRACES = "traces.parquet"
OURS = "whole check"
_WARMING = 300
"""Trucks of the small file: enough for all loops to be loaded; with 100 of them, 64 ms of loading had been timed with the check."""
NORMAL = {"visits": 1.2, "unlawful": 0.02}
DENSE = {"visits": 8.0, "unlawful": 1 / 3}


def whole_check(folder: Path, out: Path) -> dict[str, Any]:
    """Run what `truckban check` runs, once its modules are there."""
    notice = builtin_notice(_NOTICE)
    ground = ground_for(notice, None)
    assert ground is not None  # noqa: S101
    checked = check(Inputs(folder / TRACES, folder / "vehicles.csv"), notice, ground)
    write_outputs(checked, out, all_passages=False, excel=False, lang="zh")
    write_report(checked, out / "report.html", lang="zh")
    write_run(checked, out)
    return checked.counts()


def command_line(folder: Path, out: Path) -> str:
    """Run the command as a person does, in a process of its own, and say what it took."""
    begun = time.perf_counter()
    files = [str(folder / TRACES), "--vehicles", str(folder / "vehicles.csv"), "--out", str(out)]
    command = [sys.executable, "-m", "truckban.cli", "check", *files]
    env = as_users_have_it()
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)  # noqa: S603
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    return f"{time.perf_counter() - begun:.2f} s, at most {used.ru_maxrss / 1024:.0f} MB,"


def read_only(path: Path, *, codes: bool, ahead: bool) -> int:
    """Read the columns in batches, the vehicle's as codes into a dictionary or as texts; with Arrow's reading ahead or as the check reads."""
    codes_of, some = ["vehicle_id"] if codes else [], 0 if ahead else 1 << 20
    with pa.parquet.ParquetFile(path, read_dictionary=codes_of, pre_buffer=ahead, buffer_size=some) as file:
        return sum(len(batch) for batch in file.iter_batches(1 << 17, columns=_COLUMNS, use_threads=False))


def read_by_polars(path: Path) -> int:
    """Read the columns with polars, where it is installed."""
    import polars as pl  # noqa: PLC0415 - no part of the project

    return len(pl.read_parquet(path, columns=_COLUMNS))


def jobs() -> dict[str, Callable[[Path, Path], object]]:
    """Return what is measured: each from the folder of the files and one to write to."""

    def read(*, codes: bool, ahead: bool) -> Callable[[Path, Path], object]:
        return lambda folder, _: read_only(folder / TRACES, codes=codes, ahead=ahead)

    found: dict[str, Callable[[Path, Path], object]] = {
        "only reading, vehicles as codes": read(codes=True, ahead=False),
        "only reading, as codes, read ahead (Arrow's default)": read(codes=True, ahead=True),
        "only reading, vehicles as texts, read ahead": read(codes=False, ahead=True),
        OURS: whole_check,
        "pandas and shapely": lambda folder, _: by_pandas_and_shapely(folder / TRACES, folder / "vehicles.csv"),
        "geopandas": lambda folder, _: by_geopandas(folder / TRACES, folder / "vehicles.csv"),
    }
    if importlib.util.find_spec("polars"):
        found["only reading, polars"] = lambda folder, _: read_by_polars(folder / TRACES)
    return found


def as_users_have_it() -> dict[str, str]:
    """Return the environment of the jobs: with what Python and the program keep of code and zones, which this switch turns off."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measured(name: str, folder: Path, small: Path, out: Path) -> None:
    """Run one job in this process and print what it took, as JSON."""
    gc.set_threshold(500_000)  # as the command has it; the peers gain by it too
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    job = jobs()[name]
    job(small, out)
    begun, before = time.perf_counter(), time.process_time()
    found = job(folder, out)
    print(json.dumps([time.perf_counter() - begun, time.process_time() - before, found]))


def in_a_process(name: str, folder: Path, small: Path, out: Path) -> tuple[float, float, Any]:
    """Return seconds by the clock and of processor, and the outcome, of one job in a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--one",
        name,
        "--folder",
        str(folder),
        "--small",
        str(small),
        "--out",
        str(out),
    ]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=as_users_have_it())  # noqa: S603
    seconds, used, found = json.loads(told.stdout.splitlines()[-1])
    return seconds, used, found


def _write(folder: Path, *, trucks: int, given: argparse.Namespace) -> None:
    write_fleet(folder, trucks=trucks, fixes=given.fixes, **(DENSE if given.dense else NORMAL))
    if given.order != "truck":
        # in a process of its own, whose memory is not counted with the check's
        again = multiprocessing.get_context("spawn").Process(target=reorder, args=(folder / TRACES, given.order))
        again.start()
        again.join()


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trucks", type=int, default=2000)
    parser.add_argument("--fixes", type=int, default=10_000, help="of each truck")
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--order", choices=("truck", "time", "backlog"), default="truck", help="of the rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip", default="", help="geopandas,pandas")
    parser.add_argument("--folder", type=Path, help="keep the made files here, and use them if they are there")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--small", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measured(given.one, given.folder, given.small, given.out)
        return
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as temporary:
        folder, small, out = given.folder or Path(temporary), Path(temporary) / "small", Path(temporary) / "out"
        if not (folder / "vehicles.csv").exists():
            print("making the files", file=sys.stderr)
            _write(folder, trucks=given.trucks, given=given)
        small.mkdir()
        _write(small, trucks=_WARMING, given=given)
        for _ in range(2):  # the first compiles, where nothing is compiled yet
            print(f"{command_line(folder, out)} from the shell to the report")
        skipped = tuple(filter(None, given.skip.split(",")))
        best: dict[str, tuple[float, float, Any]] = {}
        for number in range(given.rounds):
            for name in jobs():
                if not name.startswith(skipped) and not (number and name == "geopandas"):
                    took = in_a_process(name, folder, small, out)
                    best[name] = min(best.get(name, took), took, key=lambda taken: taken[1])
        counts = best[OURS][2]
        fixes, ours = counts["rows"]["read"], best[OURS][1]
        print(f"{fixes:,} rows; {counts['passages']}; seconds by the clock and of processor")
        for name, (seconds, used, _) in best.items():
            print(
                f"{seconds:8.2f} s {used:8.2f} s {used / fixes * 1e9:7.1f} ns a row  {used / ours:6.2f} of ours  {name}"
            )


if __name__ == "__main__":
    main()
