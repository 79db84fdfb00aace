"""How fast a whole check is, beside only reading the same columns, a GeoPandas spatial join, and pandas with shapely.

    python benchmarks/check_speed.py                       # 2,000 trucks, 10,000 fixes each; 6 % of the fixes near the zone
    python benchmarks/check_speed.py --dense               # half of them near, a third of the passages unlawful
    python benchmarks/check_speed.py --trucks 200 --skip geopandas

One process on one core runs all of them in turn, several times, and prints the best time of each, by the clock and of processor, and
the ratios of the latter, which other work on the machine disturbs less. The first round of each, in which code is compiled and files
come into memory, does not count.
"""

import argparse
import contextlib
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet
from fleet_file import write_fleet
from table_peers import by_geopandas, by_pandas_and_shapely

from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice
from truckban.report import write_report
from truckban.traces.check import Inputs, check
from truckban.traces.output import write_outputs, write_run

if TYPE_CHECKING:
    from collections.abc import Callable

_COLUMNS = ["vehicle_id", "time", "lon", "lat"]
_NOTICE = "linyi-2023-5"
NORMAL = {"visits": 1.2, "unlawful": 0.02}
DENSE = {"visits": 8.0, "unlawful": 1 / 3}


def whole_check(folder: Path, out: Path) -> dict[str, Any]:
    """Run what `truckban check` runs, once its modules are there."""
    notice = builtin_notice(_NOTICE)
    ground = ground_for(notice, None)
    assert ground is not None  # noqa: S101
    checked = check(Inputs(folder / "traces.parquet", folder / "vehicles.csv"), notice, ground)
    write_outputs(checked, out, all_passages=False, excel=False, lang="zh")
    write_report(checked, out / "report.html", lang="zh")
    write_run(checked, out)
    return checked.counts()


def command_line(folder: Path, out: Path) -> str:
    """Run the command as a person does, in a process of its own, and say what it took."""
    begun = time.perf_counter()
    files = [str(folder / "traces.parquet"), "--vehicles", str(folder / "vehicles.csv"), "--out", str(out)]
    command = [sys.executable, "-m", "truckban.cli", "check", *files]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return f"{time.perf_counter() - begun:.2f} s, at most {peak / 1024:.0f} MB,"


def read_only(path: Path, *, codes: bool, ahead: bool) -> int:
    """Read the columns in batches, the vehicle's as codes into a dictionary or as texts; with Arrow's reading ahead or without."""
    with pa.parquet.ParquetFile(path, read_dictionary=["vehicle_id"] if codes else [], pre_buffer=ahead) as file:
        return sum(len(batch) for batch in file.iter_batches(1 << 17, columns=_COLUMNS, use_threads=False))


def read_by_polars(path: Path) -> int:
    """Read the columns with polars, where it is installed."""
    import polars as pl  # noqa: PLC0415 - no part of the project

    return len(pl.read_parquet(path, columns=_COLUMNS))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trucks", type=int, default=2000)
    parser.add_argument("--fixes", type=int, default=10_000, help="of each truck")
    parser.add_argument("--dense", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip", default="", help="geopandas,pandas")
    parser.add_argument("--folder", type=Path, help="keep the made files here, and use them if they are there")
    given = parser.parse_args()
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    gc.set_threshold(50_000)  # as the command has it; the peers gain by it too
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if not (folder / "vehicles.csv").exists():
            print("making the files", file=sys.stderr)
            write_fleet(folder, trucks=given.trucks, fixes=given.fixes, **(DENSE if given.dense else NORMAL))
        traces, out = folder / "traces.parquet", Path(temporary) / "out"
        jobs: dict[str, Callable[[], Any]] = {
            "only reading, vehicles as codes": lambda: read_only(traces, codes=True, ahead=False),
            "only reading, as codes, read ahead (Arrow's default)": lambda: read_only(traces, codes=True, ahead=True),
            "only reading, vehicles as texts, read ahead": lambda: read_only(traces, codes=False, ahead=True),
            "whole check": lambda: whole_check(folder, out),
        }
        with contextlib.suppress(ImportError):
            read_by_polars(traces)
            jobs["only reading, polars"] = lambda: read_by_polars(traces)
        for _ in range(2):  # the first compiles, where nothing is compiled yet
            print(f"{command_line(folder, out)} from the shell to the report")
        counts = jobs["whole check"]()
        best = dict.fromkeys(jobs, float("inf"))
        processor = dict(best)
        for _ in range(given.rounds):
            for name, job in jobs.items():
                begun, before = time.perf_counter(), time.process_time()
                job()
                best[name] = min(best[name], time.perf_counter() - begun)
                processor[name] = min(processor[name], time.process_time() - before)
        fixes = counts["rows"]["read"]
        peers = {"geopandas": by_geopandas, "pandas": by_pandas_and_shapely}
        for name, peer in peers.items():
            if name not in given.skip.split(","):
                begun, before = time.perf_counter(), time.process_time()
                found = peer(traces, folder / "vehicles.csv")
                best[f"{name}: {found} passages"] = time.perf_counter() - begun
                processor[f"{name}: {found} passages"] = time.process_time() - before
        print(f"{fixes:,} rows; {counts['passages']}; seconds by the clock and of processor")
        ours = processor["whole check"]
        for name, seconds in best.items():
            used = processor[name]
            print(
                f"{seconds:8.2f} s {used:8.2f} s {used / fixes * 1e9:7.1f} ns a row  {used / ours:6.2f} of ours  {name}"
            )


if __name__ == "__main__":
    main()
