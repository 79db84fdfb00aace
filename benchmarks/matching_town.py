"""How fast drives of many trucks are matched in a town of about 10,000 directed edges.

    python benchmarks/matching_town.py [--trucks 200] [--hours 8] [--parked 0.5] [--noise-m 10] [--table-m 1500]

The town and its trucks are made (see `town.py`), the same ones every time: streets about 170 m apart, some one-way, some
with two carriageways; a fix in 30 s with an error of 10 m on each axis; trucks that stand for half of the time, as trucks do.
Fixes nearer to the last one than the noise are left out by the matcher, so standing is cheap: the figure for driving alone
(`--parked 0`) is printed beside it. Compiling is not counted. One core; matching is timed by the processor's clock, which a busy
machine lengthens less than the one on the wall.
"""

import argparse
import json
import time

import numpy as np
from town import Traces, drives, town_of

from zones.matching.compiled import FAST
from zones.matching.matcher import Matcher

AIM = 1_000_000


def seconds(matcher: Matcher, traces: Traces, *, posteriors: bool) -> tuple[float, int, int]:
    """Match every truck's drive to arcs; returns (seconds of the processor, fixes that were not left out, breaks)."""
    sigma = np.full(len(traces.t), matcher.model.sigma)
    kept = breaks = 0
    begun = time.process_time()
    for x, y in zip(traces.x, traces.y, strict=True):
        match = matcher.match_xy(x, y, traces.t, sigma)
        _ = match.arcs
        if posteriors:
            _ = match.arc_p
        kept += len(match.kept)
        breaks += len(match.breaks)
    return time.process_time() - begun, kept, breaks


def main() -> None:
    """Make the town, match and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--streets", type=int, default=56, help="each way")
    parser.add_argument("--trucks", type=int, default=200)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--parked", type=float, default=0.5, help="share of the time")
    parser.add_argument("--noise-m", type=float, default=10.0, help="of a fix, one axis")
    parser.add_argument("--table-m", type=float, default=1500.0, help="bound of the table of ways")
    parser.add_argument("--repeat", type=int, default=3, help="the fastest of so many")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    begun = time.perf_counter()
    town = town_of(asked.streets, asked.seed)
    made_s = time.perf_counter() - begun
    Matcher(town.graph).tabled(300.0)  # compiles
    begun = time.perf_counter()
    matcher = Matcher(town.graph).tabled(asked.table_m)
    table_s = time.perf_counter() - begun
    table_mb = (matcher.table.slots.nbytes + matcher.table.ptr.nbytes) / 1e6
    edges = len(town.graph.edges.length)
    print(f"{edges:,} edges of {len(town.start):,} arcs, made in {made_s:.2f} s; {'Numba' if FAST else 'plain Python'}")
    print(f"table to {asked.table_m:g} m: {table_s:.2f} s, {table_mb:.0f} MB")
    found: dict[str, float] = {"edges": edges, "table_s": table_s, "table_mb": table_mb}
    for name, parked in (("with standing", asked.parked), ("driving alone", 0.0)):
        fixes = int(asked.hours * 120)
        traces = drives(town, trucks=asked.trucks, fixes=fixes, parked=parked, noise_m=asked.noise_m, seed=asked.seed)
        seconds(matcher, traces._replace(x=traces.x[:1], y=traces.y[:1]), posteriors=True)  # compiles
        print(f"{name}: {asked.trucks} trucks, {traces.x.size:,} fixes, {traces.parked:.0%} of them standing")
        for what, posteriors in (("matching", False), ("with posteriors", True)):
            taken, kept, breaks = min(seconds(matcher, traces, posteriors=posteriors) for _ in range(asked.repeat))
            rate = traces.x.size / taken
            found[f"{name}, {what}"] = rate
            print(
                f"  {what:16} {rate:11,.0f} fixes/s ({rate / AIM:.0%} of the aim), {kept / taken:11,.0f}/s of the "
                f"{kept:,} not left out; {breaks} breaks"
            )
    print(json.dumps({key: round(value, 3) for key, value in found.items()}))


if __name__ == "__main__":
    main()
