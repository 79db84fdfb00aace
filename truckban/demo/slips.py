"""Weighing records of the simulated visits: most have theirs, some have none, and some records have no visit."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from enterprises.registry_file import builtin_registry
from truckban.demo.freight import REGISTRY

COLUMNS = ("time", "plate", "axles", "kind", "drive_axles", "single_axles", "gross_kg", "enterprise", "slip")
MISSING, INVENTED = 0.12, 0.05
"""Shares of visits without a record, and of records whose vehicle was at another enterprise."""
_AXLES = (2, 3, 4, 6)
_TRAIN = 6
# 超限运输车辆行驶公路管理规定, art. 3: trucks of two to four axles, a train of six with two drive axles
_LIMIT_T = {2: 18, 3: 25, 4: 31, _TRAIN: 49}


def make_slips(
    stays: Iterable[Mapping[str, Any]], plates: Mapping[str, str], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Return records; `time` as a second of the day.

    Args:
        stays: rows of `freight.true_stays` with `vehicle_id`, in any order.
        plates: by vehicle.
        rng: what is left to chance: which visits have no record, which record names another enterprise, masses.
    """
    registry = builtin_registry(REGISTRY)
    names = {entry.id: entry.name for entry in registry.listed(registry.latest)}
    rows: list[dict[str, Any]] = []
    for stay in sorted(
        (one for one in stays if one["enterprise"]), key=lambda one: (one["left_at"], one["vehicle_id"])
    ):
        if rng.random() < MISSING:
            continue
        wrong = rng.random() < INVENTED
        others = [name for enterprise, name in names.items() if enterprise != stay["enterprise"]]
        axles = _AXLES[int(stay["vehicle_id"][1:]) % len(_AXLES)]
        rows.append(
            {
                "time": int(stay["left_at"]) - int(rng.integers(30, 180)),
                "plate": plates[stay["vehicle_id"]],
                "axles": axles,
                "kind": "汽车列车" if axles == _TRAIN else "载货汽车",
                "drive_axles": 2 if axles == _TRAIN else 1,
                "single_axles": 0,
                "gross_kg": int(_LIMIT_T[axles] * rng.uniform(0.75, 1.08) * 50) * 20,
                "enterprise": others[int(rng.integers(len(others)))] if wrong else names[stay["enterprise"]],
                "slip": f"S{len(rows) + 1:04d}",
            }
        )
    return rows
