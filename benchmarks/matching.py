"""Matches tracks with ground truth, writes what was matched, and tells how long it took.

    python benchmarks/matching.py ROOT OUT_DIR [--interval 30] [--table-m 1500] [--repeat 20]

Reads every track folder under ROOT (see `tracks.py`), thins it, matches it, and writes `OUT_DIR/<track>.txt` (arc numbers in
travel order) and `OUT_DIR/<track>.p.csv` (`arc,p`: every arc that may have been driven). A track that cannot be read is
told of, the others are still done, and the exit status is 1.

Timed apart: the network (from arrays to graph and grid), the table of ways, and matching. Files are not counted, nor is
compiling: the first track is matched once before anything is timed. Tracks of 30 s have some 50 fixes each, so matching is
timed twice over: `first` is the first match of a track after its table was made, when the processor's caches hold nothing
of it; `again` is the mean of `--repeat` more, when they do. Matching is from positions to arc numbers; with posteriors, also
to the probability of every arc. One core; matching is timed by the processor's clock.
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tracks import BadTrackError, Track, folders, read_track

from zones.errors import InputError
from zones.matching.compiled import FAST
from zones.matching.matcher import Match, Matcher
from zones.matching.streets import RoadGraph

LEAST_P = 0.001
HEADINGS = (
    *("track", "fixes", "arcs", "edges", "network s", "table s", "table MB"),
    *("first fix/s", "again fix/s", "first +p", "again +p", "breaks", "skipped"),
)


class Timing(NamedTuple):
    """What one track took; of `first_p_s` and `again_p_s`, matching is a part."""

    track: str
    fixes: int
    arcs: int
    edges: int
    network_s: float
    table_s: float
    table_mb: float
    first_s: float
    again_s: float
    first_p_s: float
    again_p_s: float
    breaks: int
    skipped: int

    def row(self) -> list[str]:
        """Return the words of a line."""
        rates = [f"{self.fixes / s:,.0f}" for s in (self.first_s, self.again_s, self.first_p_s, self.again_p_s)]
        seconds = [f"{self.network_s:.3f}", f"{self.table_s:.3f}", f"{self.table_mb:.1f}"]
        counts = [f"{n:,}" for n in (self.fixes, self.arcs, self.edges)]
        return [self.track, *counts, *seconds, *rates, str(self.breaks), str(self.skipped)]


def once(matcher: Matcher, track: Track, *, posteriors: bool) -> tuple[Match, float]:
    """Match a track; returns the seconds of the processor from positions to arcs."""
    lon, lat, t = track.fixes.T
    begun = time.process_time()
    match = matcher.match(lon, lat, t)
    _ = match.arcs
    if posteriors:
        _ = match.arc_p
    return match, time.process_time() - begun


def graph_of(track: Track) -> RoadGraph:
    """Return the streets of a track."""
    (lon, lat), (start, end) = track.nodes.T, track.arcs.T
    return RoadGraph.of_arcs(lon, lat, start, end)


def measured(track: Track, table_m: float, repeat: int) -> tuple[Match, Timing]:
    """Match a track, and tell how long it took."""
    begun = time.perf_counter()
    graph = graph_of(track)
    built = time.perf_counter()
    matcher = Matcher(graph).tabled(table_m) if table_m > 0 else Matcher(graph)
    tabled = time.perf_counter()
    match, first_s = once(matcher, track, posteriors=False)
    begun_p = time.process_time()
    _ = match.arc_p
    first_p_s = first_s + time.process_time() - begun_p
    again = [float(np.mean([once(matcher, track, posteriors=p)[1] for _ in range(repeat)])) for p in (False, True)]
    taken = Timing(
        track=track.name,
        fixes=len(track.fixes),
        arcs=len(track.arcs),
        edges=len(graph.edges.length),
        network_s=built - begun,
        table_s=tabled - built,
        table_mb=(matcher.table.slots.nbytes + matcher.table.ptr.nbytes) / 1e6,
        first_s=first_s,
        again_s=again[0],
        first_p_s=first_p_s,
        again_p_s=again[1],
        breaks=len(match.breaks),
        skipped=len(match.skipped),
    )
    return match, taken


def write(match: Match, name: str, out: Path) -> None:
    """Write the arcs of the way, and the posteriors."""
    (out / f"{name}.txt").write_text("".join(f"{arc}\n" for arc in match.arcs), "ascii")
    likely = np.flatnonzero(match.arc_p >= LEAST_P)
    numbers, p = match.graph.arc_source[likely], match.arc_p[likely]
    with (out / f"{name}.p.csv").open("w", encoding="ascii", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("arc", "p"))
        rows.writerows((int(numbers[k]), f"{p[k]:.6f}") for k in np.argsort(numbers))


def total(timings: list[Timing]) -> Timing:
    """Return the sum of all tracks; of the memory of tables, the most."""
    sums = [sum(column) for column in list(zip(*timings, strict=True))[1:]]
    return Timing("total", *sums)._replace(table_mb=max(t.table_mb for t in timings))


def warm_up(tracks: list[Path], interval_s: float, table_m: float) -> float:
    """Compile everything on the first track that can be matched; returns the seconds."""
    begun = time.perf_counter()
    for folder in tracks:
        try:
            measured(read_track(folder, interval_s), min(table_m, 500.0), 1)
            # with a table too short for its ways, ways are searched: also to be compiled
            once(Matcher(graph_of(read_track(folder, interval_s))), read_track(folder, interval_s), posteriors=True)
        except (BadTrackError, InputError):
            continue
        break
    return time.perf_counter() - begun


def timings_of(asked: argparse.Namespace, tracks: list[Path]) -> Iterator[Timing]:
    """Match and write every track that can be read; tell of the others."""
    for folder in tracks:
        try:
            match, timing = measured(read_track(folder, asked.interval), asked.table_m, asked.repeat)
        except BadTrackError as error:
            print(f"error: {error}", file=sys.stderr)
            continue
        except InputError as error:
            print(f"error: {folder / folder.name}.*: {error}", file=sys.stderr)
            continue
        write(match, folder.name, asked.out)
        yield timing


def shown(row: list[str]) -> str:
    """Return a line of the table."""
    widths = [max(len(heading), 9) for heading in HEADINGS]
    return " ".join(word.rjust(width) for word, width in zip(row, widths, strict=True))


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("root", type=Path, help="the folder of track folders")
    parser.add_argument("out", type=Path, help="where to write; made if it is not there")
    parser.add_argument("--interval", type=float, default=30.0, help="seconds between fixes; 1 keeps all")
    parser.add_argument("--table-m", type=float, default=1500.0, help="bound of the table of ways, metres; 0 for none")
    parser.add_argument("--repeat", type=int, default=20, help="matches timed after the first one, at least 1")
    asked = parser.parse_args()
    if not asked.root.is_dir():
        parser.error(f"{asked.root} is no folder")
    if asked.repeat < 1:
        parser.error("--repeat is at least 1")
    asked.out.mkdir(parents=True, exist_ok=True)
    return asked


def main() -> None:
    """Match, write and print."""
    asked = arguments()
    tracks = folders(asked.root)
    compiled_s = warm_up(tracks, asked.interval, asked.table_m)
    print(f"one fix in {asked.interval:g} s, table to {asked.table_m:g} m, {asked.repeat} repeats")
    print(
        f"warm-up on the first track (not counted): {compiled_s:.2f} s; {'Numba' if FAST else 'plain Python, no Numba'}"
    )
    print(shown(list(HEADINGS)))
    timings = []
    for timing in timings_of(asked, tracks):
        print(shown(timing.row()))
        timings.append(timing)
    if timings:
        everything = total(timings)
        print(shown(everything.row()))
        print(json.dumps(everything._asdict()))
    if not tracks:
        print(f"error: {asked.root}: no track folders", file=sys.stderr)
    if len(timings) < max(len(tracks), 1):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
