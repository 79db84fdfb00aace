"""What a lead says beside its verdict, held against the truth: times, metres, depth, speeds, streets."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from accuracy.checker import Judged
from accuracy.drive import Drive, Spell
from accuracy.ground import Ground

NAMES = (
    "entered at the border, s", "left at the border, s", "began inside, s", "ended inside, s", "distance inside, m",
    "depth, m", "mean speed, km/h", "greatest speed, km/h",
)  # fmt: skip
LACKING, ADDED = "streets lacking", "streets not driven"
_LEAST_M = 30.0
_STEADY_S = 20
_KMH = 3.6


def errors(ground: Ground, drive: Drive, judged: Sequence[Judged]) -> Iterator[tuple[str, float]]:
    """Yield what each fact of a lead is off by, as said less true; of days with one drive inside and one lead of it.

    Of streets, 1 or 0 for each that was driven for 30 m or more (`LACKING`) and for each that the lead names (`ADDED`).
    """
    leads = [one for one in judged if one.is_lead]
    if len(leads) != 1 or len(drive.spells) != 1:
        return
    [lead], [spell] = leads, drive.spells
    stood = drive.parked & (drive.t_s >= spell.since) & (drive.t_s < spell.until)
    if lead.left < spell.since or lead.entered > spell.until or stood.any():
        return
    said = (
        (NAMES[0] if lead.entry == "crossed" else NAMES[2], lead.entered, spell.since),
        (NAMES[1] if lead.exit == "crossed" else NAMES[3], lead.left, spell.until),
        (NAMES[4], lead.metres, spell.metres),
        (NAMES[5], lead.depth_m, spell.depth_m),
        (NAMES[6], lead.mean_kmh, spell.metres / (spell.until - spell.since) * _KMH),
        (NAMES[7], lead.max_kmh, _fastest(drive, spell)),
    )
    yield from ((name, value - true) for name, value, true in said if value is not None and np.isfinite(true))
    driven = _streets(ground, drive, spell)
    yield from ((LACKING, float(name not in lead.roads)) for name, metres in driven.items() if metres >= _LEAST_M)
    yield from ((ADDED, float(name not in driven)) for name in lead.roads)


def _fastest(drive: Drive, spell: Spell) -> float:
    """Return the greatest speed over 20 s, km/h; NaN where the stay was shorter."""
    clock = np.arange(spell.since, spell.until)
    if len(clock) <= _STEADY_S:
        return float("nan")
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(drive.xy, axis=0).T))])
    metres = np.interp(clock, drive.t_s, along)
    return float((metres[_STEADY_S:] - metres[:-_STEADY_S]).max() / _STEADY_S * _KMH)


def _streets(ground: Ground, drive: Drive, spell: Spell) -> Mapping[str, float]:
    """Return metres inside on each street with a name."""
    here = (drive.t_s[:-1] >= spell.since - 1) & (drive.t_s[1:] <= spell.until + 1)
    here &= ground.inside((drive.xy[1:] + drive.xy[:-1]) / 2)
    moved = np.hypot(*np.diff(drive.xy, axis=0).T)
    found: Counter[str] = Counter()
    for edge, metres in zip(drive.edge[1:][here].tolist(), moved[here].tolist(), strict=True):
        found[ground.edges[edge].name] += metres
    return {name: metres for name, metres in found.items() if name}
