"""How long a zone takes to build from 20,000 ways, and what of it each step takes.

    python benchmarks/zone_build.py [--streets FILE] [--repeat 3]

The streets are a block of Beijing where the shared data lie beside the project, else a grid of 20,000 ways that is made
here. Loading the file is not counted. Prints a line a step and the sum, then the same as one line of JSON. One core.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from shapely import LineString

from zones import boundary, build, roads
from zones.build import build_zone
from zones.network import Segment, Source, StreetNetwork, read_streets
from zones.spec import ZoneSpec

BEIJING = Path(__file__).parents[2] / "shared" / "data" / "osm" / "beijing_2012_named_ways.geojson"
BLOCK = {"西直门北大街": "east", "学院南路": "south", "新街口外大街": "west", "文慧园路": "north"}
GRID = {"横100路": "south", "纵100路": "west", "横0路": "north", "纵0路": "east"}
LINES = 101
AIM_S = 5.0
WEST, SOUTH = 121.0, 31.0
STEP_LON, STEP_LAT = 0.0021, 0.0018
"""About 200 m."""

STEPS: dict[str, tuple[tuple[Any, str], ...]] = {
    "names": ((boundary, "_found"),),
    "streets to metres": ((boundary, "carriageways_of"),),
    "stretches": ((boundary.Stretches, "part_of_road"), (boundary.Stretches, "surface")),
    "roundabouts": ((boundary, "roundabouts_of"),),
    "carriageways": ((roads, "_strips"),),
    "gaps": ((boundary, "find_gaps"), (boundary, "bridge_gaps"), (boundary, "cyclic_order")),
    "face": ((boundary, "choose"),),
    "loop": ((boundary, "centre_loop"),),
    "surfaces": ((boundary, "_surfaces_along"), (boundary, "_area"), (boundary, "_clean")),
    "placing of streets": ((build, "streets_around"),),
}


def grid() -> StreetNetwork:
    """Return 101 x 101 streets, a way from crossing to crossing: 20,200 ways."""

    def way(name: str, ends: tuple[tuple[int, int], tuple[int, int]]) -> Segment:
        points = [(WEST + x * STEP_LON, SOUTH + y * STEP_LAT) for x, y in ends]
        return Segment(f"{name}/{ends}", name, "tertiary", LineString(points), lanes=2)

    pairs = [(line, step) for line in range(LINES) for step in range(LINES - 1)]
    along = [way(f"横{y}路", ((x, y), (x + 1, y))) for y, x in pairs]
    across = [way(f"纵{x}路", ((x, y), (x, y + 1))) for x, y in pairs]
    return StreetNetwork((*along, *across), Source("grid", "0" * 64))


def spec_of(sides: dict[str, str], carve_out: str) -> ZoneSpec:
    """Return the words of a block with one carve-out."""
    edges = [{"road": road, "side": side, "boundary": "excluded"} for road, side in sides.items()]
    return ZoneSpec.model_validate({"zone": "benchmark", "edges": edges, "carve_outs": [{"road": carve_out}]})


class Clock:
    """Seconds by step; a step within a step counts once, for the inner one."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.seconds: Counter[str] = Counter()
        self._within = [0.0]

    def timed(self, step: str, run: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function that does the same and books its time."""

        @wraps(run)
        def booked(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever it takes and gives
            self._within.append(0.0)
            begun = time.perf_counter()
            try:
                return run(*args, **options)
            finally:
                taken = time.perf_counter() - begun
                self.seconds[step] += taken - self._within.pop()
                self._within[-1] += taken

        return booked

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Book the time of every step while the block runs."""
        places = [(step, owner, name) for step, functions in STEPS.items() for owner, name in functions]
        patches = [patch.object(o, n, self.timed(step, getattr(o, n))) for step, o, n in places]
        for one in patches:
            one.start()
        try:
            yield
        finally:
            for one in patches:
                one.stop()


def measure(network: StreetNetwork, spec: ZoneSpec) -> dict[str, float]:
    """Return the seconds of each step, and their sum."""
    clock = Clock()
    with clock.installed():
        begun = time.perf_counter()
        zone = build_zone(network, spec)
        built = time.perf_counter()
        text = zone.text
        done = time.perf_counter()
    found = {step: clock.seconds[step] for step in STEPS}
    found["rest"] = built - begun - sum(found.values())
    found["dump"] = done - built
    found["sum"] = done - begun
    if not text:
        raise SystemExit(1)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--streets", type=Path, default=BEIJING, help="Beijing's streets; without them a grid is made")
    parser.add_argument("--repeat", type=int, default=3, help="the fastest of so many")
    asked = parser.parse_args()
    begun = time.perf_counter()
    if asked.streets.exists():
        network, spec = read_streets(asked.streets), spec_of(BLOCK, "文慧园路")
    else:
        network, spec = grid(), spec_of(GRID, "横50路")
    loaded_s = time.perf_counter() - begun
    best = min((measure(network, spec) for _ in range(asked.repeat)), key=lambda found: found["sum"])
    print(f"{network.source.file}: {len(network.segments):,} ways, loaded in {loaded_s:.2f} s (not counted)")
    for step, seconds in best.items():
        print(f"{step:20} {seconds:8.3f} s {seconds / best['sum']:6.1%}")
    print("within the aim" if best["sum"] < AIM_S else f"slower than the aim of {AIM_S:g} s")
    print(json.dumps({step: round(seconds, 4) for step, seconds in best.items()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
