"""Damaged files of every format of traces: each must end in an answer whose counts add up, or in a clear error.

    python benchmarks/fuzz_traces.py [--files 100000] [--format csv,parquet-values,…] [--first 0]

Reads so many files of each format, as a whole and as the command reads large ones, in pieces and sifted; both have to say the same.
`csv` and so on are damaged in their bytes (bits flipped, cut off, parts inserted, removed, repeated, mixed with another file; in pieces
every other one); `csv-values` and so on are whole files that say what they should not (cells, columns, types, members, messages). `slabs` is CSV read
only a few hundred characters at a time, and held to what it is as a whole; `vehicles` and `permits` are
those files alone; `check` is whole checks of traces, vehicles and permits, any of them damaged, with the files that they leave. The same
seed makes the same file.

Files are read in processes that may end: a crash of a library is reported with its seed, and the rest goes on. A line a format: how
many ended how, seconds (of the clock, of the processor), and the most memory a process took; exit status 1 if any ended wrongly.
"""

import argparse
import gc
import multiprocessing
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "traces"))

from mutations import FORMATS, MOST_SECONDS, Told, tell_nobody
from mutations_in_slabs import run_in_slabs
from mutations_in_streams import run_both_ways
from mutations_of_checks import run_checks
from mutations_of_lists import LISTS, run_lists

Run = Callable[[range, Path, Told], tuple[Counter[str], list[str]]]
KINDS: dict[str, Run] = {
    **{kind: partial(run_both_ways, kind, values=False) for kind in FORMATS},
    **{f"{kind}-values": partial(run_both_ways, kind, values=True) for kind in FORMATS},
    "slabs": run_in_slabs,
    **{kind: partial(run_lists, kind, values=False) for kind in LISTS},
    **{f"{kind}-values": partial(run_lists, kind, values=True) for kind in LISTS},
    "check": run_checks,
}
_STEP = 500
_ADDRESS_SPACE = 6 << 30
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


def _work(kind: str, seeds: range, folder: str, reached: Any, out: Connection) -> None:  # noqa: ANN401
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def told(seed: int) -> None:
        reached.value = seed  # read after a crash of the process

    for start in range(seeds.start, seeds.stop, _STEP):
        part = range(start, min(start + _STEP, seeds.stop))
        found = KINDS[kind](part, Path(folder), told)
        gc.collect()
        if start == seeds.start:  # what was imported and compiled stays: it need not be gone through again and again
            gc.freeze()
            gc.set_threshold(10_000)
        out.send((*found, part.stop, _peak_mb()))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _processor_s() -> float:
    """Return how long the processes that have ended kept a processor busy."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime


def fuzz(kind: str, seeds: range) -> tuple[Counter[str], list[str], float]:
    """Read damaged files in a process that may crash; return how many ended how, failures, and MB at most."""
    ends: Counter[str] = Counter()
    failures: list[str] = []
    peak = 0.0
    at = seeds.start
    context = multiprocessing.get_context("spawn")
    reached = context.Value("q", at, lock=False)
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None) as folder:
        while at < seeds.stop:
            mine, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(kind, range(at, seeds.stop), folder, reached, theirs))
            process.start()
            theirs.close()
            hung = False
            try:
                while at < seeds.stop:
                    if not mine.poll(MOST_SECONDS * 30):
                        hung = True
                        break
                    found, bad, at, mb = mine.recv()
                    ends, failures, peak = ends + found, failures + bad, max(peak, mb)
            except EOFError:
                pass
            if at < seeds.stop:
                process.kill()
                process.join()
                seed = int(reached.value)
                failures.append(f"seed {seed}: {'hang' if hung else f'process ended with {process.exitcode}'}")
                found, bad = _before(kind, range(at, seed), folder)
                ends, failures = ends + found, failures + bad
                ends["crash"] += 1
                at = seed + 1
            process.join()
    return ends, failures, peak


def _before(kind: str, seeds: range, folder: str) -> tuple[Counter[str], list[str]]:
    """Count again what a process had read before it crashed."""
    return KINDS[kind](seeds, Path(folder), tell_nobody)


def main() -> int:
    """Read the options, fuzz, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=3000, help="damaged files of each format (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--format", default=",".join(KINDS), help="formats, separated by commas (%(default)s)")
    given = parser.parse_args()
    wrong = 0
    for kind in given.format.split(","):
        begun, before = time.perf_counter(), _processor_s()
        ends, failures, peak = fuzz(kind, range(given.first, given.first + given.files))
        wrong += len(failures)
        said = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
        took = f"{time.perf_counter() - begun:.0f} s ({_processor_s() - before:.0f} of the processor)"
        print(f"{kind}: {said}; {took}, {peak:.0f} MB at most", flush=True)
        for failure in failures[:20]:
            print("  ", failure, flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
