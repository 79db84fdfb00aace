"""How long visits and places on no list take: stops to visits at sites, stops to clusters, beside the plain library calls.

    python benchmarks/visits.py [--stops 100000] [--sites 500] [--clustered 10000000] [--peer 1000000]

Stops are invented: seven of ten lie in yards, the rest anywhere within 60 km. Every figure is processor time of one run, and the
process's memory at its highest so far. The peers say less: `shapely` which points lie in which polygon, without the receiver's
error, visits or evidence; `scikit-learn` (where it is installed) clusters without evidence, of `--peer` stops, since it holds the
neighbours of all of them.
"""

import argparse
import importlib.util
import json
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import shapely

from enterprises.density import clusters_of
from enterprises.places import Place, Places
from enterprises.plane import metres_a_degree
from enterprises.stops import Stops
from enterprises.unlisted import Search, unlisted_places
from enterprises.visits import visits_of

LON, LAT, HALF_M = 110.77, 35.15, 30_000.0
EAST, NORTH = (float(value) for value in metres_a_degree(LAT))
T = TypeVar("T")


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, value in (("stops", 100_000), ("sites", 500), ("clustered", 10_000_000), ("peer", 1_000_000)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args()
    chance = np.random.default_rng(1)
    yards = chance.uniform(-HALF_M, HALF_M, (asked.sites, 2))
    places = Places([_yard(number, *at) for number, at in enumerate(yards.tolist())])
    stops = _stops(chance, asked.stops, yards)
    found = _timed("truckban visits_of", lambda: visits_of(stops, places), rows=asked.stops)
    print(json.dumps({"visits": found.counts["visits"]}))
    _timed("shapely STRtree.query, intersects", lambda: _plain(stops, places), rows=asked.stops)

    many = _stops(chance, asked.clustered, chance.uniform(-HALF_M, HALF_M, (3000, 2)))
    result = _timed("truckban unlisted_places", lambda: unlisted_places(many, places), rows=asked.clustered)
    print(json.dumps({"clusters": result.clusters, "stops": result.stops}))
    x, y = many.lon * EAST, many.lat * NORTH
    search = Search()
    _timed(
        "truckban clusters_of alone",
        lambda: clusters_of(x, y, radius_m=search.radius_m, least=search.dense),
        rows=asked.clustered,
    )
    few = slice(0, asked.peer)
    _timed(
        "truckban clusters_of alone",
        lambda: clusters_of(x[few], y[few], radius_m=search.radius_m, least=search.dense),
        rows=asked.peer,
    )
    if importlib.util.find_spec("sklearn"):
        from sklearn.cluster import DBSCAN  # noqa: PLC0415 - where it is installed

        plain = DBSCAN(eps=search.radius_m, min_samples=search.dense)
        _timed("scikit-learn DBSCAN", lambda: plain.fit_predict(np.column_stack([x[few], y[few]])), rows=asked.peer)
    else:
        print("scikit-learn is not installed")


def _yard(number: int, x: float, y: float) -> Place:
    """Return a polygon of twelve corners, 70 to 130 m from its middle."""
    chance = np.random.default_rng(number)
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    far = chance.uniform(70, 130, 12)
    ring = np.column_stack([LON + (x + far * np.cos(turn)) / EAST, LAT + (y + far * np.sin(turn)) / NORTH])
    return Place(f"s{number}", f"e{number}", shapely.Polygon(ring))


def _stops(chance: np.random.Generator, n: int, yards: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> Stops:
    at = yards[chance.integers(0, len(yards), n)] + chance.normal(0, 40, (n, 2))
    alone = chance.random(n) > 0.7  # noqa: PLR2004 - the share that is in yards
    at[alone] = chance.uniform(-HALF_M, HALF_M, (int(alone.sum()), 2))
    start = chance.uniform(1.7150e9, 1.7176e9, n)
    vehicles = max(10, n // 300)
    return Stops(
        [f"T{k}" for k in range(vehicles)],
        chance.integers(0, vehicles, n),
        start,
        start + chance.uniform(300, 7200, n),
        LON + at[:, 0] / EAST,
        LAT + at[:, 1] / NORTH,
        chance.uniform(0, 15, n),
    )


def _plain(stops: Stops, places: Places) -> int:
    tree = shapely.STRtree([place.shape for place in places.all])
    return len(tree.query(shapely.points(stops.lon, stops.lat), predicate="intersects")[0])


def _timed(what: str, call: Callable[[], T], *, rows: int) -> T:
    begin, wall = time.process_time(), time.perf_counter()
    result = call()
    took, waited = time.process_time() - begin, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{what:36} {rows:>10,} stops {took:8.2f} s ({waited:.1f} s by the clock) {rows / took:>12,.0f} a second {memory:6.2f} GB"
    )
    return result


if __name__ == "__main__":
    main()
