"""Each record held against its limit: over, within or undetermined, by how much on both bases, by which article."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from enterprises.loading.limits import Case, Limits, Range, limit_of
from enterprises.loading.numbers import ABSENT
from enterprises.loading.records import KINDS, NOTE, Records

_Ints = npt.NDArray[np.int64]
WITHIN, OVER, UNDETERMINED = 0, 1, 2
VERDICTS = ("within", "over", "undetermined")
GRAMS_PER_KG = 1_000
_CONFORMS = "gb1589"


@dataclass(slots=True)
class Judged:
    """What the law's table says of records, shape (n,) each; `ABSENT` where there is nothing to say. Masses in grams.

    Attributes:
        verdict: `WITHIN`, `OVER`, `UNDETERMINED`.
        low, high: the limits that are possible for what is known; equal where the limit is known.
        ranges, range_of: the limit's article and what is missing, each once, and which one is whose.
        over_low, over_high: by how much it is over at least and at most; 0 where it is not.
        cargo: what it carries: the net mass, else gross less tare; absent where they contradict each other.
        payload_over: by how much the cargo is over the rated payload; 0 where it is not.
    """

    verdict: npt.NDArray[np.int8]
    low: _Ints
    high: _Ints
    ranges: list[Range]
    range_of: _Ints
    over_low: _Ints
    over_high: _Ints
    cargo: _Ints
    payload_over: _Ints

    def missing(self, row: int) -> tuple[str, ...]:
        """Return what would settle an undetermined record."""
        if self.verdict[row] != UNDETERMINED:
            return ()
        return self.missing_of(int(self.range_of[row]), over=bool(self.over_low[row] > 0))

    def missing_of(self, place: int, *, over: bool) -> tuple[str, ...]:
        """Return what would settle an undetermined record of one range; `over`: over the largest of its limits."""
        known = self.ranges[place]
        if known.licence:
            return ("licence",)
        if known.low_kg is None:
            return ("no_limit",)
        return (_CONFORMS,) if over else (*known.missing, *([_CONFORMS] if known.may_lift else []))


def judge(records: Records, limits: Limits) -> Judged:
    """Hold records against limits; what is unknown of a vehicle is taken for neither side."""
    ranges, range_of = _ranges(records, limits)
    low = _grams([known.low_kg for known in ranges], range_of)
    high = _grams([known.high_kg for known in ranges], range_of)
    by_licence = _of([known.licence for known in ranges], range_of)
    low, high = (np.where(by_licence, records.masses["licence"], end) for end in (low, high))
    gross = records.masses["gross"]
    edge = 1 if limits.includes_limit else 0
    known = low != ABSENT
    over = known & (gross > high - edge)
    within = known & (gross <= low - edge)
    verdict = np.full(len(records), UNDETERMINED, np.int8)
    verdict[over & ~_of([known.may_lift for known in ranges], range_of)] = OVER
    verdict[within] = WITHIN
    cargo = _cargo(records)
    payload = records.masses["payload"]
    both = (cargo != ABSENT) & (payload != ABSENT)
    return Judged(
        verdict=verdict,
        low=low,
        high=high,
        ranges=ranges,
        range_of=range_of,
        over_low=np.where(known, np.maximum(0, gross - high), ABSENT),
        over_high=np.where(known, np.maximum(0, gross - low), ABSENT),
        cargo=cargo,
        payload_over=np.where(both, np.maximum(0, cargo - payload), ABSENT),
    )


def _ranges(records: Records, limits: Limits) -> tuple[list[Range], _Ints]:
    """Ask the table once for each different case."""
    fields = (records.axles, records.kind, records.drive_axles, records.single_axles, records.exception)
    packed = np.zeros(len(records), np.int64)
    for values in fields:
        packed = packed * 64 + values + 1  # below 63 each, which reading sees to
    codes, unique = pd.factorize(packed)
    ranges = []
    for whole in unique.tolist():
        parts: list[Any] = []
        rest = whole
        for _ in fields:
            rest, part = divmod(rest, 64)
            parts.append(part - 1 if part else None)
        exception, single, drive, kind, axles = parts
        ranges.append(limit_of(limits, Case(axles, None if kind is None else KINDS[kind], drive, single, exception)))
    return ranges, codes.astype(np.int64)


def _grams(kilograms: list[int | None], of: _Ints) -> _Ints:
    found = [ABSENT if one is None else one * GRAMS_PER_KG for one in kilograms] or [ABSENT]
    return np.array(found, np.int64)[of]


def _of(flags: list[bool], of: _Ints) -> npt.NDArray[np.bool_]:
    return np.array(flags or [False], np.bool_)[of]


def _cargo(records: Records) -> _Ints:
    gross, tare, net = (records.masses[name] for name in ("gross", "tare", "net"))
    cargo = np.where(net != ABSENT, net, np.where((tare != ABSENT) & (tare <= gross), gross - tare, ABSENT))
    return np.where((records.notes & NOTE["cargo.differs"]) != 0, ABSENT, cargo)


def percent(part: _Ints, base: _Ints) -> npt.NDArray[np.float64]:
    """Return the percentage to four places, since one kilogram in 49 t is 0.002 %; NaN where either is absent."""
    known = (part != ABSENT) & (base > 0)
    return np.where(known, np.round(part * 100.0 / np.where(known, base, 1), 4), np.nan)
