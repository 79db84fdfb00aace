"""How many verdicts a second: one at a time, from JSON bytes to JSON bytes, fixes of one vehicle in one question, and in columns.

    python benchmarks/decide.py [--quick]

The cases are made here from a fixed seed: mixed vehicles, the hours of a day and a half, positions all over the built-in
zone, some permits. Times of single calls are of the processor, the least of a few runs each. Prints a line a figure for a
person, then one line of JSON with the same figures. Nothing is fetched.
"""

import argparse
import datetime as dt
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from truckban.columns import Questions, decide_columns
from truckban.grounds import ground_for
from truckban.logic import Coded
from truckban.norms import Notice
from truckban.notices.load import notice_named
from truckban.permits import PermitList, read_permit
from truckban.questions.asking import answer, read_question, zone_facts
from truckban.questions.asking_bytes import answer_bytes, answer_fixes_bytes
from truckban.questions.jurisdiction import Jurisdiction
from truckban.vehicle_facts import read_vehicle
from truckban.verdict import decide
from truckban.zone_parts import part_masks
from zones.locate import Locator

SEED = 5
WEST, EAST, SOUTH, NORTH = 110.735, 110.81, 35.115, 35.178
START = dt.datetime(2024, 5, 8, tzinfo=dt.UTC)
SPAN_S = 36 * 3600
TYPES = [
    "重型自卸货车",
    "中型厢式货车",
    "中型仓栅式货车",
    "轻型厢式货车",
    "重型半挂牵引车",
    "大型专项作业车",
    "轻型栏板货车",
    None,
]
ENERGIES = ["diesel", "diesel", "electric", None]
PERMITS_EACH = 10
"""One vehicle in so many has a permit."""

Case = dict[str, Any]


def make_vehicles(draw: random.Random, count: int) -> list[Case]:
    """Return vehicles as JSON has them, with gaps and classes that conflict."""
    return [
        {
            "plate": f"晋M{number % 90000 + 10000}",
            "vehicle_type": draw.choice(TYPES),
            "length_mm": draw.choice([5995, 6000, 6001, 8600, None]),
            "gross_mass_kg": draw.choice([4495, 7500, 8000, 8001, 25000, None]),
            "energy": draw.choice(ENERGIES),
        }
        for number in range(count)
    ]


def permit_of(vehicle: Case) -> Case:
    """Return a permit of one vehicle for a night and a road."""
    return {
        "plate": vehicle["plate"],
        "valid_from": "2024-05-01",
        "valid_to": "2024-05-31",
        "windows": ["20:00-07:00"],
        "roads": ["五一路"],
    }


def make_cases(count: int) -> list[Case]:
    """Return cases as JSON has them."""
    draw = random.Random(SEED)  # noqa: S311
    return [
        {
            "id": number,
            "vehicle": vehicle,
            "at": (START + dt.timedelta(seconds=draw.randrange(SPAN_S))).isoformat(),
            "place": {"lon": draw.uniform(WEST, EAST), "lat": draw.uniform(SOUTH, NORTH)},
            "permits": [] if number % PERMITS_EACH else [permit_of(vehicle)],
        }
        for number, vehicle in enumerate(make_vehicles(draw, count))
    ]


def make_columns(notice: Notice, ground: Locator, rows: int) -> Questions:
    """Return columns of cases about 1,000 vehicles, positions looked up."""
    draw = random.Random(SEED)  # noqa: S311
    numbers = np.random.default_rng(SEED)
    vehicles = make_vehicles(draw, 1000)
    lon, lat = numbers.uniform(WEST, EAST, rows), numbers.uniform(SOUTH, NORTH, rows)
    (zone,) = notice.zones
    return Questions(
        vehicles=[read_vehicle(vehicle, notice.facts) for vehicle in vehicles],
        vehicle=numbers.integers(0, len(vehicles), rows),
        at_s=int(START.timestamp()) + numbers.integers(0, SPAN_S, rows),
        zones={zone: part_masks(notice, ground)[ground.places(lon, lat), ground.edge(lon, lat)]},
        roads=Coded.of(ground.roads(lon, lat)),
        lon=lon,
        lat=lat,
        permits=PermitList([read_permit(permit_of(vehicle)) for vehicle in vehicles[::PERMITS_EACH]]),
    )


def make_traces(count: int, fixes: int) -> list[bytes]:
    """Return questions about fixes: trucks that wander through the zone, a fix every 15 s."""
    draw = random.Random(SEED)  # noqa: S311
    bodies = []
    for number, vehicle in enumerate(make_vehicles(draw, count)):
        lon, lat, turn = draw.uniform(WEST, EAST), draw.uniform(SOUTH, NORTH), draw.uniform(0, 6.28)
        at = START + dt.timedelta(seconds=draw.randrange(SPAN_S))
        columns: dict[str, list[Any]] = {"time": [], "lon": [], "lat": []}
        for step in range(fixes):
            turn += draw.gauss(0, 0.1) + (0 if WEST < lon < EAST and SOUTH < lat < NORTH else 0.8)
            lon, lat = lon + 0.0012 * math.cos(turn), lat + 0.001 * math.sin(turn)
            columns["time"].append((at + dt.timedelta(seconds=15 * step)).isoformat())
            columns["lon"].append(round(lon, 6))
            columns["lat"].append(round(lat, 6))
        bodies.append(compact({"id": number, "vehicle": vehicle, "permits": [], "fixes": columns}))
    return bodies


def compact(value: Any) -> bytes:  # noqa: ANN401
    """Return JSON as programs send it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def microseconds(run: Callable[[Any], object], over: Sequence[Any], *, repeats: int = 1) -> dict[str, float]:
    """Return median, mean and 99th percentile of the processor's time for one call, after all of them as warm-up."""
    for one in over:
        run(one)
    times = [math.inf] * len(over)
    for _ in range(repeats):
        for number, one in enumerate(over):
            begun = time.thread_time_ns()
            run(one)
            times[number] = min(times[number], (time.thread_time_ns() - begun) / 1000)
    ranked = sorted(times)
    return {
        "median_us": round(statistics.median(ranked), 1),
        "mean_us": round(statistics.fmean(ranked), 1),
        "p99_us": round(ranked[len(ranked) * 99 // 100], 1),
        "per_s": round(1e6 / statistics.fmean(ranked)),
    }


def measure(*, scalar: int, rows: int) -> dict[str, Any]:
    """Return every figure."""
    begun = time.perf_counter()
    notice = notice_named("linyi-2023-5")
    ground = ground_for(notice)
    if ground is None:
        raise SystemExit(1)
    loaded_s = time.perf_counter() - begun
    cases = make_cases(scalar)
    zone = zone_facts(ground)
    first = time.perf_counter()
    answer(cases[0], notice, ground)
    first_s = time.perf_counter() - first
    questions = [read_question(case, notice, ground) for case in cases]
    words = [decide(notice, question, zone=zone).verdict for question in questions]
    figures: dict[str, Any] = {
        "load_ms": round(loaded_s * 1000, 1),
        "first_answer_ms": round(first_s * 1000, 1),
        "cases": scalar,
        "verdicts": {word: words.count(word) for word in sorted(set(words))},
        "decide": microseconds(lambda question: decide(notice, question, zone=zone), questions),
        "answer": microseconds(lambda case: answer(case, notice, ground), cases),
    }
    context = Jurisdiction.of("linyi-2023-5")
    context.make_ready()
    bodies = [compact(case) for case in cases]
    figures["bytes"] = microseconds(lambda body: answer_bytes(body, context=context), bodies, repeats=3)
    for kind, permitted in (("no permit", False), ("permit", True)):
        some = [body for case, body in zip(cases, bodies, strict=True) if bool(case["permits"]) == permitted]
        figures[f"bytes.{kind}"] = microseconds(lambda body: answer_bytes(body, context=context), some, repeats=3)
    for fixes in (100, 1000):
        traces = make_traces(scalar // 20, fixes)
        figures[f"fixes.{fixes}"] = microseconds(
            lambda body: answer_fixes_bytes(body, context=context), traces, repeats=3
        )
    for word in figures["verdicts"]:
        such = [question for question, found in zip(questions, words, strict=True) if found == word]
        figures[f"decide.{word}"] = microseconds(lambda question: decide(notice, question, zone=zone), such)
    begun = time.perf_counter()
    columns = make_columns(notice, ground, rows)
    built_s = time.perf_counter() - begun
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        found = decide_columns(notice, columns)
        times.append(time.perf_counter() - begun)
    figures["columns"] = {
        "rows": rows,
        "look_up_s": round(built_s, 2),
        "decide_s": round(min(times), 3),
        "per_s": round(rows / min(times)),
        "prohibited": int((found == 1).sum()),
        "undetermined": int((found == 0).sum()),
    }
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    quick = parser.parse_args().quick
    figures = measure(scalar=500 if quick else 5000, rows=100_000 if quick else 1_000_000)
    print(f"notice and zone loaded in {figures['load_ms']} ms; first answer {figures['first_answer_ms']} ms")
    for name, figure in figures.items():
        if isinstance(figure, dict) and "mean_us" in figure:
            print(
                f"{name:22} {figure['per_s']:>10,} a second   mean {figure['mean_us']:.1f} us"
                f"   median {figure['median_us']:.1f} us   99 % {figure['p99_us']:.0f} us"
            )
    columns = figures["columns"]
    print(
        f"{'columns':22} {columns['per_s']:>10,} verdicts/s   {columns['rows']:,} rows in {columns['decide_s']} s"
        f" (looked up in {columns['look_up_s']} s)"
    )
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
