"""What the adapters of other matchers share: they run in their own environments, apart from the project.

An adapter reads one JSON object from standard input, `{"nodes": [[lon, lat], …], "arcs": [[from, to], …], "fixes": [[lon, lat,
t], …]}`, and prints one: `{"arcs": [numbers in travel order], "setup_s", "match_s"}`.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from typing import Any

# the quick ones are timed over many matches of the same track
LEAST_S = 0.3
METRES = 6371008.8 * math.pi / 180.0


def plane(nodes: list[list[float]]) -> Callable[[float, float], tuple[float, float]]:
    """Return a function from lon, lat to metres east and north of the middle of the nodes."""
    lon0 = sum(lon for lon, _ in nodes) / len(nodes)
    lat0 = sum(lat for _, lat in nodes) / len(nodes)
    east = METRES * math.cos(math.radians(lat0))
    return lambda lon, lat: ((lon - lon0) * east, (lat - lat0) * METRES)


def numbers(arcs: list[list[int]]) -> dict[tuple[int, int], int]:
    """Return the first arc between two nodes."""
    found: dict[tuple[int, int], int] = {}
    for number, (start, end) in enumerate(arcs):
        found.setdefault((start, end), number)
    return found


def answer(prepare: Callable[[dict[str, Any]], Callable[[], list[int]]]) -> None:
    """Read the track, let `prepare` return what matches it, and print what that gives; only the latter is matching."""
    track = json.load(sys.stdin)
    begun = time.perf_counter()
    match = prepare(track)
    ready = time.perf_counter()
    times = 0
    while times == 0 or time.perf_counter() - ready < LEAST_S:
        arcs = match()
        times += 1
    taken = (time.perf_counter() - ready) / times
    print(json.dumps({"arcs": arcs, "setup_s": ready - begun, "match_s": taken}))
