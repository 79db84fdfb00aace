"""How much a fixed lag changes what is said of each fix, beside the whole drive.

    python benchmarks/matching_stream.py ROOT [--interval 30] [--lag 5 10 20] [--table-m 1500]

Reads every track folder under ROOT (see `tracks.py`), thins it, and matches it twice: as a whole, and fix by fix with a fixed
lag, each fix being given out after the lag (`early=False`). Three things are compared of every fix that was used: the street
it is on; the probability of that street where both name the same one; and the probability that it was on one side of the
map, which is cut north to south through the middle of the fixes: the worst place for a border. One core; compiling is not counted.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tracks import BadTrackError, Track, folders, read_track

from zones.errors import InputError
from zones.matching.matcher import Match, Matcher
from zones.matching.stream import Settled, Stream
from zones.matching.streets import RoadGraph

NOTABLE = 0.01


class Apart(NamedTuple):
    """Of the fixes of a track, how far the two forms are from each other.

    Attributes:
        elsewhere: whether the street differs.
        p: of the probabilities of the street, where it is the same.
        side: of those of the side.
        seconds: that the stream took.
    """

    elsewhere: np.ndarray
    p: np.ndarray
    side: np.ndarray
    seconds: float


def streamed(matcher: Matcher, track: Track, lag: int, inside: np.ndarray) -> tuple[list[Settled], float]:
    """Return what a stream gives out of a track, and the seconds it took."""
    begun = time.perf_counter()
    stream, settled = Stream(matcher, lag=lag, early=False, inside=inside), []
    for lon, lat, t in track.fixes.tolist():
        settled += stream.push(lon, lat, t)
    settled += stream.finish()
    return settled, time.perf_counter() - begun


def beside(match: Match, settled: list[Settled], inside: np.ndarray, seconds: float) -> Apart:
    """Compare what a stream said with the whole drive."""
    graph, chosen = match.graph, match.chosen
    arcs = [
        graph.arc_at(int(match.trellis.edge[j]), float(match.trellis.offset[j]))[0] if j >= 0 else -1 for j in chosen
    ]
    source = np.where(chosen >= 0, graph.arc_source[arcs], -1)
    said = np.array([-1 if s.source is None else s.source for s in settled])
    same = (said == source) & (source >= 0)
    p = np.array([np.nan if s.p is None else s.p for s in settled])
    side = np.array([np.nan if s.p_inside is None else s.p_inside for s in settled])
    apart = np.abs(side - match.fix_probability(inside))
    return Apart(said != source, np.abs(p - match.fix_p)[same], apart[~np.isnan(apart)], seconds)


def compared(folder: Path, asked: argparse.Namespace) -> dict[int, Apart]:
    """Match a track in both forms; by lag."""
    track = read_track(folder, asked.interval)
    (lon, lat), (start, end) = track.nodes.T, track.arcs.T
    graph = RoadGraph.of_arcs(lon, lat, start, end)
    matcher = Matcher(graph).tabled(asked.table_m)
    match = matcher.match(*track.fixes.T)
    inside = (graph.arc_ends[:, 0] + graph.arc_ends[:, 2]) / 2 < np.median(match.x)
    return {lag: beside(match, *_with(matcher, track, lag, inside)) for lag in asked.lag}


def _with(matcher: Matcher, track: Track, lag: int, inside: np.ndarray) -> tuple[list[Settled], np.ndarray, float]:
    settled, seconds = streamed(matcher, track, lag, inside)
    return settled, inside, seconds


def main() -> None:
    """Match, compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("root", type=Path, help="the folder of track folders")
    parser.add_argument("--interval", type=float, default=30.0, help="seconds between fixes; 1 keeps all")
    parser.add_argument("--lag", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--table-m", type=float, default=1500.0, help="bound of the table of ways, metres")
    asked = parser.parse_args()
    found: dict[int, list[Apart]] = {lag: [] for lag in asked.lag}
    compiled = False
    for folder in folders(asked.root):
        try:
            if not compiled:
                compared(folder, asked)
            compiled = True
            for lag, apart in compared(folder, asked).items():
                found[lag].append(apart)
        except (BadTrackError, InputError) as error:
            print(f"error: {folder}: {error}", file=sys.stderr)
    print(f"one fix in {asked.interval:g} s, {len(found[asked.lag[0]])} tracks")
    for lag, parts in found.items():
        elsewhere, p, side = (np.concatenate([part[k] for part in parts]) for k in range(3))
        print(
            f"lag {lag:3}: {len(elsewhere):,} fixes, {elsewhere.sum():,} on another street; p of the street at most "
            f"{p.max():.4f} apart, {np.count_nonzero(p > NOTABLE):,} more than {NOTABLE}; p of the side at most {side.max():.4f}, "
            f"{np.count_nonzero(side > NOTABLE):,} more than {NOTABLE}; {len(elsewhere) / sum(part.seconds for part in parts):,.0f} fixes/s"
        )


if __name__ == "__main__":
    main()
