"""Cleaning: each fix once, in order, without those that cannot be; whatever order, files and repetitions the rows came in."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from truckban.traces.jumps import jumps_of
from zones.text import Text

TWO_PLACES = Text("同一时刻有两个位置", "two places at one time")
JUMP = Text("车辆来不及到的地方：定位跳变", "no vehicle could have got there in the time: a jump of the receiver")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Fixes after cleaning, and what was taken out.

    Attributes:
        kept: in order of vehicle and time, each fix once.
        duplicates: rows that repeat a fix.
        out: rows taken out, with the field at fault and the reason.
    """

    kept: pd.DataFrame
    duplicates: int
    out: list[tuple[pd.DataFrame, str, Text]]


def cleaned(frame: pd.DataFrame) -> Cleaned:
    """Clean the fixes of any vehicles; what is kept of one does not depend on the others.

    Args:
        frame: columns of `truckban.traces.typed`, positions in WGS 84, and `file`.
    """
    kept, duplicates, conflicting = _each_once(frame)
    kept, slipped = _without_jumps(kept)
    return Cleaned(kept, duplicates, [(conflicting, "time", TWO_PLACES), (slipped, "lon", JUMP)])


def _each_once(frame: pd.DataFrame) -> tuple[pd.DataFrame, int, pd.DataFrame]:
    """Return the fixes sorted and each once, how many repeated one, and those that contradict another."""
    key = ["vehicle_id", "time"]
    frame = frame.sort_values([*key, "lon", "lat", "accuracy_m", "file", "line"], kind="stable", ignore_index=True)
    again = frame.duplicated([*key, "lon", "lat"])
    once = frame[~again]
    torn = once.duplicated(key, keep=False)
    contradicting = (
        frame.set_index(key).index.isin(once[torn].set_index(key).index) if torn.any() else np.zeros(len(frame), bool)
    )
    duplicates = int((again & ~contradicting).sum())
    return once[~torn], duplicates, frame[contradicting]


def _without_jumps(kept: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the fixes without impossible jumps, and those."""
    codes, _ = pd.factorize(kept["vehicle_id"], sort=True)
    columns = (kept[name].to_numpy(np.float64) for name in ("time", "lon", "lat"))
    jump = jumps_of(codes.astype(np.intp), *columns)
    return kept[~jump], kept[jump]
