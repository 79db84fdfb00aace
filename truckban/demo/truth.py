"""What is true of a day: every maximal time of driving inside the area, cut at 06:00 and 22:00.

The verdict is what the scenario was made to be, never what the program answers.
"""

from typing import Any

import numpy as np

from truckban.demo.drives import SIX, TEN, DayOfTruck
from truckban.demo.passes import Pass
from truckban.demo.scenarios import Scenario
from truckban.demo.streets import Streets
from zones.locate import Locator, Place

COLUMNS = ("vehicle_id", "entered_at", "left_at", "verdict", "length_m", "in_window", "scenario")
_CODES = ("allowed", "undetermined", "prohibited")


def true_passages(
    day: DayOfTruck, scenario: Scenario, permit: Pass | None, streets: Streets, locator: Locator
) -> list[dict[str, Any]]:
    """Return one truck's times of driving inside; `entered_at` and `left_at` as seconds of the day, the end not included.

    Standing at a light is part of a drive, standing in a yard is not. A second belongs to where the truck is at its
    start.
    """
    names = np.array([edge.name for edge in streets.edges], dtype=object)
    rows = []
    for trip in day.trips:
        drive = trip.drive
        second = trip.start + np.arange(len(drive))
        inside = locator.places(*streets.plane.lonlat(*drive.xy.T)) == Place.INSIDE
        by_day = (second >= SIX) & (second < TEN)
        state = np.where(by_day, _CODES.index(scenario.verdict), 0)
        if permit is not None:
            state[permit.lifts(second, names[drive.edge])] = 0
        state = np.where(inside, state + len(_CODES) * by_day, -1)
        steps = np.append(np.hypot(*np.diff(drive.xy, axis=0).T), 0.0)
        cuts = np.flatnonzero(np.diff(state)) + 1
        for start, end in zip([0, *cuts], [*cuts, len(drive)], strict=True):
            if state[start] >= 0:
                rows.append(
                    {
                        "entered_at": int(second[start]),
                        "left_at": int(second[end - 1]) + 1,
                        "verdict": _CODES[int(state[start]) % len(_CODES)],
                        "length_m": round(float(steps[start:end].sum()), 1),
                        "in_window": bool(by_day[start]),
                        "scenario": scenario.name,
                    }
                )
    return rows
