"""Simulated days whose truth is known: unlawful passages found, lawful trucks accused, over many seeds.

    python benchmarks/demo_days.py [--seeds 12] [--trucks 200] [--persistence 0.0]

`--persistence` is the correlation of a moving receiver's error from one fix to the next; 0 makes errors independent.
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd

from truckban.demo.day import make_day
from truckban.demo.score import Score, score
from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice
from truckban.traces.check import Inputs, check


def one_day(seed: int, trucks: int, persistence: float) -> Score:
    """Simulate, check and score one day."""
    notice = builtin_notice("linyi-2023-5")
    ground = ground_for(notice)
    if ground is None:
        msg = "the notice comes with a zone"
        raise RuntimeError(msg)
    day = make_day(seed=seed, trucks=trucks, persistence=persistence)
    with tempfile.TemporaryDirectory() as folder:
        day.write(folder)
        inputs = Inputs(*(Path(folder) / f"{name}.csv" for name in ("traces", "vehicles", "permits")))
        checked = check(inputs, notice, ground)
    rows = [lead.row() for lead in checked.leads]
    return score(
        pd.DataFrame(rows, columns=["vehicle_id", "entered_at", "left_at", "verdict"]), day.truth, day.vehicles
    )


def main() -> None:
    """Print a line a seed and the sum."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--trucks", type=int, default=200)
    parser.add_argument("--persistence", type=float, default=0.0)
    given = parser.parse_args()
    days = []
    for seed in range(1, given.seeds + 1):
        days.append(one_day(seed, given.trucks, given.persistence))
        print(f"seed {seed}: {days[-1].sentence.en}", flush=True)
    found, unlawful = sum(day.found for day in days), sum(day.unlawful for day in days)
    accused, lawful = sum(len(day.accused) for day in days), sum(day.lawful for day in days)
    print(f"all: {found} of {unlawful} unlawful passages found; {accused} of {lawful} lawful truck-days accused")


if __name__ == "__main__":
    main()
