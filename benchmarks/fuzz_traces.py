"""Damaged files of every format of traces: each must end in an answer whose counts add up, or in a clear error.

    python benchmarks/fuzz_traces.py [--files 100000] [--format csv,parquet,…] [--first 0]

Reads so many damaged files of each format (bits flipped, cut off, parts inserted, removed, repeated, mixed with another file);
the same seed makes the same file. Each format is read in processes of their own: a crash of a library ends the process, is
reported with its seed, and the rest goes on. `slabs` is CSV read as a large file is, only a few hundred characters at a time, and
held to what it is as a whole. A line a format: how many ended how, seconds, and the most memory a process took; exit status 1 if
any ended wrongly.
"""

import argparse
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

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "traces"))

from mutations import FORMATS, MOST_SECONDS, run
from mutations_in_slabs import run_in_slabs

Run = Callable[[range, Path], tuple[Counter[str], list[str]]]
KINDS: dict[str, Run] = {**{kind: partial(run, kind) for kind in FORMATS}, "slabs": run_in_slabs}
_STEP = 500
_ADDRESS_SPACE = 6 << 30


def _work(kind: str, seeds: range, folder: str, out: Connection) -> None:
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for start in range(seeds.start, seeds.stop, _STEP):
        part = range(start, min(start + _STEP, seeds.stop))
        out.send((*KINDS[kind](part, Path(folder)), part.stop, _peak_mb()))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fuzz(kind: str, seeds: range) -> tuple[Counter[str], list[str], float]:
    """Read damaged files in a process that may crash; return how many ended how, failures, and MB at most."""
    ends: Counter[str] = Counter()
    failures: list[str] = []
    peak = 0.0
    at = seeds.start
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        while at < seeds.stop:
            mine, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(kind, range(at, seeds.stop), folder, theirs))
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
                seed = int((Path(folder) / "seed").read_text())
                failures.append(f"{kind} seed {seed}: {'hang' if hung else f'process ended with {process.exitcode}'}")
                found, bad = _before(kind, range(at, seed), folder)
                ends, failures = ends + found, failures + bad
                ends["crash"] += 1
                at = seed + 1
            process.join()
    return ends, failures, peak


def _before(kind: str, seeds: range, folder: str) -> tuple[Counter[str], list[str]]:
    """Count again what a process had read before it crashed."""
    return KINDS[kind](seeds, Path(folder))


def _one(task: tuple[str, range]) -> tuple[str, Counter[str], list[str], float]:
    return task[0], *fuzz(*task)


def main() -> int:
    """Read the options, fuzz, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=3000, help="damaged files of each format (%(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--format", default=",".join(KINDS), help="formats, separated by commas (%(default)s)")
    given = parser.parse_args()
    wrong = 0
    for kind in given.format.split(","):
        begun = time.perf_counter()
        ends, failures, peak = fuzz(kind, range(given.first, given.first + given.files))
        wrong += len(failures)
        said = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
        print(f"{kind}: {said}; {time.perf_counter() - begun:.0f} s, {peak:.0f} MB at most", flush=True)
        for failure in failures[:20]:
            print("  ", failure, flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
