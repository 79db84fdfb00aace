"""The command line of the comparison; `__init__.py` says what is compared."""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path

# the folder is run as it stands, not installed; its name is that of the package
sys.path.insert(0, str(Path(__file__).parents[1]))

import trips_brute_force
from trips_brute_force.comparison import EDGE, MOUTH, checked
from trips_brute_force.questions import TRIPS_A_MAP

SEEDS = 1_000_000
EACH = 500

Result = tuple[int, list[tuple[str, list[str]]], Counter[str]]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(trips_brute_force.__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--first", type=int, default=0, help="the case to go on with, where a run was broken off")
    parser.add_argument("--show", type=int, default=20, help="faults to print")
    given = parser.parse_args()
    if not 0 <= given.first < given.cases:
        parser.error(f"--first lies between 0 and {given.cases - 1}")
    if given.jobs < 1:
        parser.error("--jobs is one or more")
    if given.cases > SEEDS * TRIPS_A_MAP:
        parser.error(f"there are {SEEDS * TRIPS_A_MAP} cases of a seed")
    return given


def in_order(seeds: range, jobs: int) -> Iterator[Result]:
    """Yield the results of maps in their order, worked out by processes; a process that dies ends the run."""
    rest = iter(seeds)
    with ProcessPoolExecutor(jobs) as pool:
        waiting: list[Future[Result]] = [pool.submit(checked, seed) for seed in islice(rest, 4 * jobs)]
        while waiting:
            done = waiting.pop(0).result()
            waiting += [pool.submit(checked, seed) for seed in islice(rest, 1)]
            yield done


class Tally:
    """What was found so far."""

    def __init__(self, show: int) -> None:
        """Begin with nothing; so many faults are printed."""
        self.kinds, self.faults = Counter[str](), Counter[str]()
        self.show, self.wrong, self.begun = show, 0, time.perf_counter()

    def add(self, result: Result) -> None:
        """Count the trips of a map; print those that disagree."""
        _, wrong, kinds = result
        self.kinds += kinds
        for name, said in wrong:
            self.faults.update({one.split(":")[0] for one in said})
            faults = [one for one in said if not one.startswith((MOUTH, EDGE))]
            if faults:
                self.wrong += 1
                if self.wrong <= self.show:
                    print(name, *faults, sep="\n    ", flush=True)

    def line(self) -> str:
        """Return the sum in a line."""
        took = time.perf_counter() - self.begun
        return f"{self.kinds.total()} trips in {took:.0f} s; {self.wrong} disagree {dict(self.faults)}"


def main() -> int:
    """Run; 1 where trips disagree."""
    given = arguments()
    first, end = given.first // TRIPS_A_MAP, -(-given.cases // TRIPS_A_MAP)
    seeds = range(given.seed * SEEDS + first, given.seed * SEEDS + end)
    tally = Tally(given.show)
    try:
        for done, result in enumerate(in_order(seeds, given.jobs), start=first + 1):
            tally.add(result)
            if done * TRIPS_A_MAP % EACH == 0:
                print(
                    f"cases {given.first} to {done * TRIPS_A_MAP}: {tally.line()}; go on with --first {done * TRIPS_A_MAP}",
                    flush=True,
                )
    except KeyboardInterrupt:
        print(f"broken off: {tally.line()}")
        return 130
    print(tally.line())
    for kind, number in tally.kinds.most_common():
        print(f"  {number:6d}  {kind}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
