"""Invented permits, and what is true of a truck that has one."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FIELDS = ("plate", "valid_from", "valid_to", "windows", "roads", "area", "status")
ROAD = "五一路"
HOURS = (9, 16)


@dataclass(frozen=True, slots=True)
class Pass:
    """One permit, as its issuer meant it.

    Attributes:
        fields: by the contract; lists joined by `;`.
        counts: whether it is in force on the day.
        hours: from and to, full hours of the day, None for any time.
        road: the street it names, None for the whole zone.
    """

    fields: dict[str, Any]
    counts: bool
    hours: tuple[int, int] | None = None
    road: str | None = None

    def lifts(self, seconds: npt.NDArray[np.int64], roads: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
        """Return for each second of the day and the street driven on whether the permit lifts the ban."""
        held = np.full(len(seconds), self.counts)
        if self.hours is not None:
            held &= (seconds >= self.hours[0] * 3600) & (seconds < self.hours[1] * 3600)
        if self.road is not None:
            held &= np.asarray(roads == self.road, dtype=bool)
        return held


def make_pass(kind: str, plate: str, date: dt.date, turn: int) -> Pass:
    """Return a permit.

    Args:
        kind: `whole_zone` (at any time), `one_road` (by day) or `void` (expired or revoked).
        plate: whose it is.
        date: the simulated day.
        turn: how many of its kind came before.
    """
    fields: dict[str, Any] = {
        "plate": plate,
        "valid_from": (date - dt.timedelta(days=60)).isoformat(),
        "valid_to": (date + dt.timedelta(days=turn % 3 * 15)).isoformat(),
        "windows": "",
        "roads": "",
        "area": "",
        "status": "active",
    }
    if kind == "one_road":
        fields |= {"windows": f"{HOURS[0]:02d}:00-{HOURS[1]:02d}:00", "roads": ROAD}
        return Pass(fields, counts=True, hours=HOURS, road=ROAD)
    if kind == "void":
        day_before = (date - dt.timedelta(days=1)).isoformat()
        fields |= {"status": "revoked"} if turn % 2 else {"valid_to": day_before}
        return Pass(fields, counts=False)
    return Pass(fields, counts=True)
