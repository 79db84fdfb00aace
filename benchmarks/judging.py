"""How long judging takes: microseconds a passage, of the passages of the simulated day, repeated over more vehicles.

    python benchmarks/judging.py [--passages 3000] [--profile]

The day is simulated and its passages are found once (the built-in notice and zone); every repetition is of other vehicles with
other plates, and their permits with them. Prints the processor time of the best of three, then one line of JSON with the same figures.
"""

import argparse
import cProfile
import json
import pstats
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from msgspec import structs

from truckban.demo.day import make_day
from truckban.grounds import ground_for
from truckban.notices.load import builtin_notice
from truckban.permits import PermitList
from truckban.traces.check import Inputs, check
from truckban.traces.lead.leads import SLIP_M, Law, judge

if TYPE_CHECKING:
    from truckban.traces.fixes import Fixes
    from truckban.traces.in_or_out.passages import Passage

_ROUNDS = 3


def case(passages: int) -> "tuple[list[Passage], Fixes, Law]":
    """Return so many passages, what they were found in, and what they are judged by."""
    notice = builtin_notice("linyi-2023-5")
    ground = ground_for(notice)
    if ground is None:
        msg = "the built-in notice has a built-in zone"
        raise RuntimeError(msg)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_day().write(folder)
        inputs = Inputs(folder / "traces.csv", folder / "vehicles.csv", folder / "permits.csv")
        checked = check(inputs, notice, ground)
    names = list(checked.fleet.vehicles)
    seen = {id(part.passage): (part.passage, part.vehicle_id) for part in checked.parts}
    once = [replace(passage, vehicle=names.index(name)) for passage, name in seen.values()]
    times = -(-passages // len(once))
    own = checked.fleet.vehicles
    vehicles = [
        structs.replace(own[name], plate=_other(own[name].plate, time)) for time in range(times) for name in names
    ]
    permits = [
        replace(permit.widened(SLIP_M), plate=_other(permit.plate, time) or "")
        for time in range(times)
        for permit in checked.permits.permits
    ]
    more = [replace(passage, vehicle=passage.vehicle + time * len(names)) for time in range(times) for passage in once]
    # of the fixes only the names are asked where no receiver states its error
    fixes = SimpleNamespace(vehicle_ids=[f"{name}-{time}" for time in range(times) for name in names], t_s=())
    return more[:passages], cast("Fixes", fixes), Law(notice, ground, vehicles, PermitList(permits))


def _other(plate: str | None, time: int) -> str | None:
    return plate if plate is None or not time else f"{plate}-{time}"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=3000)
    parser.add_argument("--profile", action="store_true")
    chosen = parser.parse_args()
    passages, fixes, law = case(chosen.passages)
    taken = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        leads = judge(passages, fixes, law)
        taken.append(time.process_time() - begun)
    if chosen.profile:
        with cProfile.Profile() as profile:
            judge(passages, fixes, law)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(35)
    each = 1e6 * min(taken) / len(passages)
    print(f"{len(passages)} passages, {len(leads)} parts: {min(taken):.2f} s, {each:.0f} us a passage")
    print(json.dumps({"passages": len(passages), "parts": len(leads), "seconds": min(taken), "us_a_passage": each}))


if __name__ == "__main__":
    main()
