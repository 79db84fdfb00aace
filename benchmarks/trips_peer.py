"""A plan of a trip with all its alternatives, beside one route of Valhalla that keeps out of the zone: time, and what is answered.

    python benchmarks/trips_peer.py [--trips 300] [--peer] [--work DIR] [--profile] [--repeat 3] [--speeds FILE]

On a county of about 4,000 junctions and 10,000 directed edges that is made (see `county_network.py`); its zone is built from it by
`truckban zone build` for notice linyi-2023-5. Trips of a heavy truck are drawn by a seed: ends outside and inside the zone,
departures all over a day. Ours is `answer_trip`, JSON to JSON, in one thread, after trips that are not counted (compiling).
With `--peer` Valhalla is installed under DIR (a temporary folder unless said) from its wheel and asked over HTTP on this machine,
one request at a time by one worker of each kind, nothing else: truck costing, `exclude_polygons` the zone's area (outer rings; its
limits of 10 km and 100 vertices raised, or it refuses the zone). Both are asked `--repeat` times in turn, the least time of each
trip is taken. Printed: percentiles and the ratio of the medians, then how many trips each answered of each question, as counted.
`--profile` prints what part each step of ours takes (measured apart, the clock adds to it).
"""

import argparse
import contextlib
import json
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt
from trips_drawn import DAY, Trip, county, inside, trips_of
from trips_questions import questions
from valhalla_service import OK, Answer, CannotBeHadError, Valhalla, installed
from zone_build import Clock

import truckban.trips.answer
import truckban.trips.instead
import truckban.trips.plan
import truckban.trips.search
from truckban.trips.answer import answer_trip
from truckban.trips.network import Network
from truckban.trips.opening import Opening
from truckban.trips.search import Routes
from truckban.trips.ways import Way
from zones.errors import InputError

AIM_S = 0.015
SAME_TRUCK = {"weight": 25.0, "length": 9.0, "height": 3.9, "width": 2.5, "axle_load": 10.0}
AWAY_M, INSIDE_M, STEP_M = 50.0, 50.0, 10.0
METRES_DEG = 111_195.0

STEPS: dict[str, tuple[tuple[Any, str], ...]] = {
    "reading": ((truckban.trips.answer, "read_trip"),),
    "timetable": ((truckban.trips.plan, "timetable"), (truckban.trips.instead, "timetable")),
    "spells": ((Opening, "_spells"),),
    "searches": ((truckban.trips.search, "search"),),
    "ends and bounds": ((Routes, "_ends"), (Routes, "_lower")),
    "ways": ((Way, "of"), (Way, "parts")),
    "verdicts": ((truckban.trips.plan, "_begin"),),
    "permit": ((truckban.trips.instead, "_permit"),),
    "sentences": ((truckban.trips.plan, "says_of"), (truckban.trips.instead, "why_alternative")),
    "JSON": ((truckban.trips.answer, "as_json"),),
}


Seconds = npt.NDArray[np.float64]


def ours(network: Network, trip: Trip) -> tuple[dict[str, Any], float]:
    """Return our answer and the seconds it took."""
    begun = time.perf_counter()
    answer = answer_trip(trip.asked, network.streets, network.rules)
    return answer, time.perf_counter() - begun


def all_of_ours(network: Network, trips: list[Trip], limit_s: float) -> list[dict[str, Any] | None]:
    """Return our answers; None for one that takes longer than a limit (worked out in a process that can be ended)."""
    context = multiprocessing.get_context("fork")
    answers: list[dict[str, Any] | None] = []
    ours(network, trips[0]._replace(asked={**trips[0].asked, "depart": f"{DAY}T00:30:00+08:00"}))
    while len(answers) < len(trips):
        with context.Pool(1, initializer=_fork.append, initargs=(network,)) as pool:
            for trip in trips[len(answers) :]:
                try:
                    answers.append(pool.apply_async(_of_fork, (trip,)).get(limit_s))
                except multiprocessing.TimeoutError:
                    answers.append(None)
                    break
    return answers


_fork: list[Network] = []


def _of_fork(trip: Trip) -> dict[str, Any]:
    try:
        return ours(_fork[-1], trip)[0]
    except InputError as error:
        return {"error": str(error)}


def request(trip: Trip, rings: list[Any] | None, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the same trip as Valhalla is asked."""
    asked = {
        "locations": [{"lon": lon, "lat": lat} for lon, lat in trip.ends],
        "costing": "truck",
        "costing_options": {"truck": SAME_TRUCK},
        **more,
    }
    return asked if rings is None else {**asked, "exclude_polygons": rings}


def rings_of(network: Network) -> list[list[list[float]]]:
    """Return the outer rings of the zone's area."""
    area = network.rules[0].ground.zone.area
    parts = getattr(area, "geoms", [area])
    return [[[x, y] for x, y in part.exterior.coords] for part in parts]


def percentiles(name: str, seconds: Seconds | list[float]) -> float:
    """Print them in milliseconds; returns the median, seconds."""
    half, most, last = np.percentile(seconds, [50, 90, 99])
    print(f"{name:52} median {half * 1e3:7.2f}   p90 {most * 1e3:7.2f}   p99 {last * 1e3:7.2f} ms")
    return float(half)


def line_of(said: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Return the positions of a route: encoded polylines of six digits."""
    values: list[float] = []
    for leg in said["trip"]["legs"]:
        number, shift, last = 0, 0, [0, 0]
        for letter in leg["shape"]:
            bits = ord(letter) - 63
            number |= (bits & 31) << shift
            shift += 5
            if bits < 32:  # noqa: PLR2004 - the last group of a number
                axis = len(values) % 2
                last[axis] += ~(number >> 1) if number & 1 else number >> 1
                values.append(last[axis] * 1e-6)
                number = shift = 0
    return np.array(values).reshape(-1, 2)[:, ::-1]


def metres_inside(network: Network, line: npt.NDArray[np.float64]) -> float:
    """Return how many metres of a line lie in the zone, about."""
    flat = line * [METRES_DEG * float(np.cos(np.radians(line[0, 1]))), METRES_DEG]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(flat, axis=0).T))])
    at = np.arange(0.0, along[-1], STEP_M)
    return float(inside(network, np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])).sum() * STEP_M)


def away_m(line: npt.NDArray[np.float64], end: tuple[float, float]) -> float:
    """Return how far from the destination a route ends."""
    east = METRES_DEG * float(np.cos(np.radians(end[1])))
    return float(np.hypot((line[-1, 0] - end[0]) * east, (line[-1, 1] - end[1]) * METRES_DEG))


def outcome(network: Network, trip: Trip, answer: Answer) -> str:
    """Say in a few words what Valhalla's answer is."""
    if answer.status != OK:
        return f"error {answer.said.get('error_code')} ({answer.said.get('error')})"
    line = line_of(answer.said)
    far, within = away_m(line, trip.ends[1]), metres_inside(network, line)
    words = ["success"]
    if within > INSIDE_M:
        words.append("drives in the zone")
    if far > AWAY_M:
        words.append("ends elsewhere")
    return ", ".join(words)


@contextlib.contextmanager
def booked(clock: Clock) -> Iterator[None]:
    """Book the time of every step of ours while the block runs."""
    with contextlib.ExitStack() as stack:
        for step, functions in STEPS.items():
            for owner, name in functions:
                timed: Any = clock.timed(step, getattr(owner, name))
                stack.enter_context(patch.object(owner, name, staticmethod(timed) if name == "of" else timed))
        yield


def profile(network: Network, trips: list[Trip]) -> None:
    """Print what part each step takes."""
    clock = Clock()
    with booked(clock):
        whole = sum(ours(network, trip)[1] for trip in trips)
    print(f"\nsteps of ours, mean of {len(trips)} trips (with the clock {whole / len(trips) * 1e3:.2f} ms):")
    rest = whole - sum(clock.seconds.values())
    for step, seconds in [*clock.seconds.most_common(), ("rest", rest)]:
        print(f"  {step:18} {seconds / len(trips) * 1e3:7.3f} ms {seconds / whole:6.1%}")


def compared(
    network: Network, osm: Path, asked: argparse.Namespace, trips: list[Trip], times: Seconds
) -> tuple[list[str], list[str]]:
    """Ask Valhalla; print its times beside ours and return what it answered: with the zone left out, and without.

    Raises:
        CannotBeHadError: there is none.
    """
    rings = rings_of(network)
    with Valhalla(installed(asked.work), osm, asked.work) as valhalla:
        print(f"\nValhalla's tiles made in {valhalla.tiles_s:.1f} s")
        said, plain = (
            [outcome(network, trip, valhalla.ask("route", request(trip, polygon))) for trip in trips]
            for polygon in (rings, None)
        )
        found = np.array([word.startswith("success") for word in said])

        def timed(polygon: list[Any] | None, **more: Any) -> Seconds:  # noqa: ANN401 - of the request
            requests = [request(trip, polygon, **more) for trip in trips]
            least = [min(valhalla.ask("route", one).seconds for _ in range(asked.repeat)) for one in requests]
            return np.array(least)

        for name, more in (("", {}), (", no manoeuvres", {"directions_type": "none"})):
            theirs = timed(rings, **more)
            for which, word in ((np.ones_like(found), "all trips"), (found, "where it finds a way")):
                half = percentiles(f"Valhalla{name}, {word} ({which.sum()})", theirs[which])
                own = float(np.median(times[which]))
                print(f"{'':52} ours of the same {own * 1e3:7.2f} ms: {own / half:.2f} times as long")
        percentiles("Valhalla without the polygon", timed(None))
        percentiles("of these HTTP alone (status)", [valhalla.ask("status", {}).seconds for _ in trips])
    return said, plain


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--trips", type=int, default=300)
    parser.add_argument("--peer", action="store_true", help="install Valhalla and ask it too")
    parser.add_argument(
        "--work", type=Path, help="where it is installed and files are written, kept; else a temporary folder"
    )
    parser.add_argument("--profile", action="store_true", help="what part each step of ours takes")
    parser.add_argument("--repeat", type=int, default=3, help="the least time of so many")
    parser.add_argument("--limit-s", type=float, default=5.0, help="for a plan of ours, the first time")
    parser.add_argument("--seed", type=int, default=3, help="of the county and the trips")
    parser.add_argument("--speeds", type=Path, help="other assumed speeds and places to stand")
    return parser.parse_args()


def measured(asked: argparse.Namespace) -> None:
    """Measure and print."""
    osm, zone, network = county(asked.work, asked.seed, asked.speeds)
    ends = network.streets.graph.edges.ends
    nodes = len(np.unique(np.round(np.vstack([ends[:, :2], ends[:, 2:]]), 2), axis=0))
    print(
        f"{osm.stat().st_size:,} bytes of OSM, {zone.stat().st_size:,} of the zone: {nodes:,} nodes, {len(ends):,} directed edges"
    )
    trips = trips_of(network, asked.trips, asked.seed)
    found = all_of_ours(network, trips, asked.limit_s)
    late = [trip for trip, answer in zip(trips, found, strict=True) if answer is None]
    if late:
        print(f"{len(late)} of {len(trips)} plans took more than {asked.limit_s:g} s and are left out, from here on")
        print("  the first: " + json.dumps(late[0].asked, ensure_ascii=False))
    for error, count in Counter(answer["error"] for answer in found if answer and "error" in answer).items():
        print(f"{count} could not be asked: {error}")
    good = [n for n, answer in enumerate(found) if answer and "error" not in answer]
    trips, answers = [trips[n] for n in good], [answer for answer in found if answer and "error" not in answer]
    times = np.array([min(ours(network, trip)[1] for _ in range(asked.repeat)) for trip in trips])
    half = percentiles(f"ours, all trips ({len(trips)})", times)
    banned = np.array([answer["verdict"] == "unlawful" for answer in answers])
    for word, which in (("unlawful as asked, with all alternatives", banned), ("the others", ~banned)):
        if which.any():
            percentiles(f"  {word} ({which.sum()})", times[which])
    print("within the aim" if half < AIM_S else f"slower than the aim of {AIM_S * 1e3:g} ms at the median")
    if asked.profile:
        profile(network, trips)
    said = plain = None
    if asked.peer:
        try:
            said, plain = compared(network, osm, asked, trips, times)
        except CannotBeHadError as error:
            print(f"Valhalla is left out: {error}")
    questions(trips, answers, said, plain)
    print(json.dumps({"median_ms": round(half * 1e3, 3), "nodes": nodes, "edges": len(ends)}))


def main() -> None:
    """Run it in a folder that is kept, or in a temporary one."""
    asked = arguments()
    with contextlib.ExitStack() as stack:
        asked.work = asked.work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        asked.work.mkdir(parents=True, exist_ok=True)
        measured(asked)


if __name__ == "__main__":
    main()
