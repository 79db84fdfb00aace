"""The kinds of day a truck can have, how many of 200 have it, and what is true of its driving inside by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zones.errors import InputError
from zones.text import Text

Verdict = Literal["prohibited", "allowed", "undetermined"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of day.

    Attributes:
        name: its name.
        of_200: how many trucks of 200 have it.
        vehicle: a kind of `truckban.demo.fleet`.
        drive: a plan of `truckban.demo.drives`.
        verdict: what the notice says of this vehicle's driving inside within the window, by how the vehicle was made
            up and not by asking the program. A permit may lift it, see `truckban.demo.passes`.
        permit: a kind of `truckban.demo.passes`, None where it has none.
    """

    name: str
    of_200: int
    vehicle: str
    drive: str
    verdict: Verdict = "prohibited"
    permit: str | None = None


SCENARIOS = (
    Scenario("ring_lap", 14, "banned", "ring_lap"),
    Scenario("ring_part", 18, "banned", "ring_part"),
    Scenario("carve_out", 14, "banned", "carve_out"),
    Scenario("detour", 16, "banned", "detour"),
    Scenario("parked_outside", 6, "banned", "parked_outside"),
    Scenario("through_town", 21, "banned", "through_town"),
    Scenario("delivery", 10, "banned", "delivery"),
    Scenario("inside_at_six", 6, "banned", "inside_at_six"),
    Scenario("inside_at_ten", 6, "banned", "inside_at_ten"),
    Scenario("night", 10, "banned", "night"),
    Scenario("parked_inside", 6, "banned", "parked_inside"),
    Scenario("in_and_out_by_night", 2, "banned", "in_and_out_by_night"),
    Scenario("parked_then_drives", 2, "banned", "parked_then_drives"),
    Scenario("small_van", 10, "small_van", "town", "allowed"),
    Scenario("light", 10, "light", "town", "allowed"),
    Scenario("small_new_energy", 6, "small_new_energy", "town", "allowed"),
    Scenario("big_new_energy", 4, "big_new_energy", "town"),
    Scenario("emergency", 4, "emergency", "town", "allowed"),
    Scenario("on_duty", 3, "on_duty", "town", "allowed"),
    Scenario("off_duty", 2, "off_duty", "town"),
    Scenario("duty_unknown", 2, "duty_unknown", "town", "undetermined"),
    Scenario("public_works", 5, "public_works", "town", "allowed"),
    Scenario("special_without_service", 3, "special_without_service", "town", "undetermined"),
    Scenario("length_missing", 4, "length_missing", "town", "undetermined"),
    Scenario("permit_whole_zone", 4, "banned", "town", permit="whole_zone"),
    Scenario("permit_on_route", 4, "banned", "permit_on_route", permit="one_road"),
    Scenario("permit_off_time", 3, "banned", "permit_off_time", permit="one_road"),
    Scenario("permit_off_route", 3, "banned", "permit_off_route", permit="one_road"),
    Scenario("permit_void", 2, "banned", "town", permit="void"),
)


def shared_out(trucks: int, scenarios: Sequence[Scenario] = SCENARIOS) -> list[Scenario]:
    """Return a scenario for each truck in the proportions of `of_200`; every one occurs from one truck each on.

    Raises:
        InputError: fewer than one truck.
    """
    if trucks < 1:
        raise InputError(Text("车辆数应不小于 1", "one truck or more is needed"), field="trucks")
    base = [1 if trucks >= len(scenarios) else 0] * len(scenarios)
    every = sum(scenario.of_200 for scenario in scenarios)
    wanted = [
        max(scenario.of_200 * trucks / every - start, 0.0) for scenario, start in zip(scenarios, base, strict=True)
    ]
    left = trucks - sum(base)
    total = sum(wanted)
    parts = [left * want / total if total else 0.0 for want in wanted]
    counts = [start + int(part) for start, part in zip(base, parts, strict=True)]
    by_rest = sorted(range(len(parts)), key=lambda i: (int(parts[i]) - parts[i], i))
    for index in by_rest[: trucks - sum(counts)]:
        counts[index] += 1
    return [scenario for scenario, count in zip(scenarios, counts, strict=True) for _ in range(count)]
