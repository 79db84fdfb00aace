"""Truck-days with known truth through the check: lawful trucks accused, intrusions found, and whether p is true.

    python benchmarks/accuracy --lawful 1000 --intrusions 300
    python benchmarks/accuracy --nanjing nanjing_centre.osm --noise 3,10,20,30 --every 1,5,15,30,60 --json out.json
    python benchmarks/accuracy --facts --lawful 0 --every 5,15,30
    python benchmarks/accuracy --only L36,X72 --show out/          (the same days again, as GeoJSON)

`--noise` is the standard deviation of each axis; `--lasting` is the share of its variance that lasts half a minute to five
minutes. The same seed and number give the same day, however many there are.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from accuracy import report
from accuracy.checker import Judged, judge
from accuracy.drive import Drive, drive
from accuracy.errors import ACCURACIES, Receiver, Sent, send
from accuracy.ground import Ground, nanjing, schematic
from accuracy.score import Tally, picture
from accuracy.tours import Planner

_BATCH = 400
_GROUNDS = ("schematic", "nanjing")


def day(ground: Ground, name: str, seed: int) -> Drive:
    """Return the true day of a truck: `L17` or `X17`."""
    rng = np.random.default_rng([seed, *_place_of(ground, name)])
    planner = Planner(ground, rng)
    return drive(ground, planner.intrusion() if name.startswith("X") else planner.lawful(), name, rng)


def fixes(ground: Ground, true: Drive, receiver: Receiver, seed: int) -> Sent:
    """Return what its terminal sent."""
    return send(ground, true, receiver, np.random.default_rng([seed, *_place_of(ground, true.name), 1]))


def measure(
    ground: Ground, names: Sequence[str], receivers: Sequence[Receiver], seed: int
) -> Iterator[tuple[Receiver, list[tuple[Drive, Sent, list[Judged]]], float]]:
    """Yield for each batch of days and each receiver what is true, what was sent and what the check says."""
    for begin in range(0, len(names), _BATCH):
        days = [day(ground, name, seed) for name in names[begin : begin + _BATCH]]
        for receiver in receivers:
            sent = [(true.name, fixes(ground, true, receiver, seed)) for true in days]
            started = time.perf_counter()
            by_vehicle: dict[str, list[Judged]] = {true.name: [] for true in days}
            for one in judge(ground, sent):
                by_vehicle[one.vehicle].append(one)
            took = time.perf_counter() - started
            yield (
                receiver,
                [(true, own, by_vehicle[true.name]) for true, (_, own) in zip(days, sent, strict=True)],
                took,
            )


def run(
    grounds: Sequence[Ground],
    names: Sequence[str],
    receivers: Sequence[Receiver],
    seed: int,
    show: tuple[Path, int] | None,
) -> dict[tuple[str, Receiver], Tally]:
    """Measure all grounds with all receivers."""
    cells = {(ground.name, receiver): Tally() for ground in grounds for receiver in receivers}
    for ground in grounds:
        done = 0
        for receiver, days, took in measure(ground, names, receivers, seed):
            tally = cells[ground.name, receiver]
            tally.seconds += took
            for true, sent, judged in days:
                before = len(tally.failures)
                tally.add(ground, true, sent, judged)
                for number, failure in enumerate(tally.failures[before:], start=before):
                    if show and number < show[1]:
                        head = f"{ground.name}-{receiver.noise_m:g}m-{receiver.every_s:g}s-{true.name}"
                        _write(show[0] / f"{head}-{number}.geojson", picture(ground, true, sent, judged, failure))
            done += len(days)
            if sys.stderr.isatty():
                print(f"\r{ground.name}: {done} of {len(names) * len(receivers)}", end="", file=sys.stderr)
    return cells


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    given = _parser().parse_args(arguments)
    grounds = [schematic()] if given.ground in ("schematic", "both") else []
    if given.ground in ("nanjing", "both"):
        if given.nanjing is None:
            sys.exit("--ground nanjing needs --nanjing FILE, the OSM file of the streets")
        grounds.append(nanjing(given.nanjing))
    if given.no_streets:
        grounds = [replace(ground, streets_told=False) for ground in grounds]
    receivers = [
        Receiver(
            noise_m=noise,
            every_s=every,
            lasting=given.lasting,
            bursts_h=given.bursts,
            burst_m=given.burst_m,
            canyon_m=given.canyon,
            drift_m=given.drift,
            lost=given.lost,
            outages_h=given.outages,
            accuracy=given.accuracy,
            speed=given.speed,
            course=given.course,
        )
        for noise in given.noise
        for every in given.every
    ]
    first = given.first_day
    names = given.only or [
        *(f"L{n}" for n in range(first, first + given.lawful)),
        *(f"X{n}" for n in range(first, first + given.intrusions)),
    ]
    show = (given.show, given.most) if given.show else None
    cells = run(grounds, names, receivers, given.seed, show)
    print(f"seed {given.seed}; {receivers[0]}")
    print("\n" + report.table(cells) + "\n\n" + report.details(cells) + "\n\n" + report.verdicts(cells))
    if given.facts:
        print("\n" + report.facts(cells))
    print("\n" + report.places(cells, given.most))
    print("\n" + report.failures(cells, given.most))
    options = {name: str(value) if isinstance(value, Path) else value for name, value in vars(given).items()}
    if given.json:
        _write(given.json, report.as_json(cells, options))
    if given.png:
        report.draw(cells, given.png)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python benchmarks/accuracy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ground", choices=(*_GROUNDS, "both"), default="schematic")
    parser.add_argument("--nanjing", type=Path, metavar="FILE", help="OSM file with the centre of Nanjing")
    parser.add_argument("--lawful", type=int, default=1000, help="lawful truck-days on each ground")
    parser.add_argument("--intrusions", type=int, default=300, help="truck-days with an intrusion on each ground")
    parser.add_argument("--first-day", type=int, default=0)
    parser.add_argument("--only", type=lambda text: text.split(","), help="only these days: L17,X3")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=_numbers, default=[10.0], help="metres each axis, one or more: 3,10,30")
    parser.add_argument("--every", type=_numbers, default=[15.0, 30.0], help="seconds between fixes: 1,5,15,30,60")
    usual = Receiver()
    parser.add_argument("--lasting", type=float, default=usual.lasting, help="share of the variance that lasts")
    parser.add_argument("--bursts", type=float, default=usual.bursts_h, help="multipath bursts an hour")
    parser.add_argument("--burst-m", type=float, default=usual.burst_m, help="the worst of them, metres")
    parser.add_argument("--canyon", type=float, default=usual.canyon_m, help="greatest bias to one side, metres")
    parser.add_argument("--drift", type=float, default=usual.drift_m, help="of a parked receiver, metres")
    parser.add_argument("--lost", type=float, default=usual.lost, help="share of fixes")
    parser.add_argument("--outages", type=float, default=usual.outages_h, help="silences an hour")
    parser.add_argument(
        "--accuracy",
        type=_accuracy,
        default=usual.accuracy,
        help="what accuracy_m says: absent, true, optimistic, or always so many metres",
    )
    parser.add_argument("--no-streets", action="store_true", help="the zone's file holds no streets")
    parser.add_argument("--speed", action="store_true", help="terminals send speed_kmh, some of them dead")
    parser.add_argument("--course", action="store_true", help="terminals send heading, some of them dead")
    parser.add_argument(
        "--facts", action="store_true", help="what the leads' times, metres, speeds and streets are off by"
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--png", type=Path, help="the reliability diagram")
    parser.add_argument("--show", type=Path, metavar="FOLDER", help="write the first failures as GeoJSON")
    parser.add_argument("--most", type=int, default=12, help="failures to print and to show, of each line of the table")
    return parser


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _accuracy(text: str) -> str:
    if text not in ACCURACIES:
        float(text)
    return text


def _place_of(ground: Ground, name: str) -> tuple[int, int, int]:
    return _GROUNDS.index(ground.name), int(name.startswith("X")), int(name[1:])


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=float) + "\n", encoding="utf-8")
