"""Reported passages held against what is true of the day."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from accuracy.checker import Judged
from accuracy.drive import Drive, Spell
from accuracy.errors import Sent
from accuracy.facts import errors
from accuracy.ground import Floats, Ground

CLASSES_M = {
    "<50": (0.5, 50.0),
    "50-100": (50.0, 100.0),
    "100-200": (100.0, 200.0),
    "200-300": (200.0, 300.0),
    "300-500": (300.0, 500.0),
    "500-1000": (500.0, 1000.0),
    ">=1000": (1000.0, math.inf),
    ">=300": (300.0, math.inf),
    ">=300 seen": (300.0, math.inf),
}
"""The last are those during which the terminal was not silent for long."""
SURE = 0.95
BINS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
_SLACK_S = 60.0
# a claim of p is about its own time; at 30 s between fixes no instant is known better
_CLAIM_S = 15.0
_LEAST_M = 0.5
_SILENT_S = 75.0


@dataclass
class Tally:
    """Counts of one ground and one receiver.

    Attributes:
        lawful: truck-days without driving inside by day.
        accused: those of them with a lead.
        lawful_unsure: those of them with a passage that is held back.
        wanted: truck-days with driving inside by day, by class of its length: [all, found, only unsure].
        leads: all of them.
        stray: leads on days with an intrusion, yet at another time.
        p: what was claimed of each passage, and whether the truck was inside then.
        failures: what a person should look at.
        facts: what the facts of leads are off by, by name (`accuracy.facts`).
        fixes: how many were checked.
        seconds: that the check took.
    """

    lawful: int = 0
    accused: int = 0
    lawful_unsure: int = 0
    wanted: dict[str, list[int]] = field(default_factory=lambda: {name: [0, 0, 0] for name in CLASSES_M})
    leads: int = 0
    stray: int = 0
    p: list[tuple[float, bool]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, list[float]] = field(default_factory=dict)
    fixes: int = 0
    seconds: float = 0.0

    def add(self, ground: Ground, drive: Drive, sent: Sent, judged: Sequence[Judged]) -> None:
        """Count one truck-day."""
        self.fixes += len(sent.t_s)
        leads = [one for one in judged if one.is_lead]
        self.leads += len(leads)
        self.p += [(one.probability, any(_meet(one, spell, _CLAIM_S) for spell in drive.spells_any)) for one in judged]
        if drive.inside_m <= _LEAST_M:
            self.lawful += 1
            self.accused += bool(leads)
            self.lawful_unsure += any(one.kind == "unsure" for one in judged) and not leads
            self.failures += [accusation(ground, drive, sent, one) for one in leads]
            return
        for name, off in errors(ground, drive, judged):
            self.facts.setdefault(name, []).append(off)
        met = [one for one in judged if any(_meet(one, spell) for spell in drive.spells)]
        found = any(one.is_lead for one in met)
        silent = max(silence_s(sent, spell.since, spell.until) for spell in drive.spells)
        for name, (low, high) in CLASSES_M.items():
            if low <= drive.inside_m < high and not (name.endswith("seen") and silent > _SILENT_S):
                counts = self.wanted[name]
                counts[0] += 1
                counts[1] += found
                counts[2] += bool(met) and not found
        if not found and drive.inside_m >= CLASSES_M["50-100"][0]:
            self.failures.append(miss(ground, drive, sent, met))
        strays = [one for one in leads if one not in met]
        self.stray += len(strays)
        self.failures += [{**accusation(ground, drive, sent, one), "failure": "stray lead"} for one in strays]

    def reliability(self) -> list[tuple[float, float, int, float]]:
        """Return (mean p, share true, passages, lower edge) of each bin that is not empty."""
        return reliability(self.p)

    def sure(self) -> tuple[int, int]:
        """Return how many passages were given p >= 0.95, and how many of them were true."""
        said = [true for p, true in self.p if p >= SURE]
        return len(said), sum(said)


def reliability(claims: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int, float]]:
    """Return (mean p, share true, passages, lower edge) of each bin that is not empty."""
    if not claims:
        return []
    p, true = (np.array(column, np.float64) for column in zip(*claims, strict=True))
    number = np.clip(np.searchsorted(BINS, p, side="right") - 1, 0, len(BINS) - 2)
    return [
        (float(p[number == k].mean()), float(true[number == k].mean()), int((number == k).sum()), BINS[k])
        for k in np.unique(number).tolist()
    ]


def _meet(one: Judged, spell: Spell, slack_s: float = _SLACK_S) -> bool:
    return one.entered - slack_s <= spell.until and one.left + slack_s >= spell.since


def accusation(ground: Ground, drive: Drive, sent: Sent, one: Judged) -> dict[str, Any]:
    """Return where and why a lead names a truck that was not there."""
    return {
        "failure": "false lead",
        "day": drive.name,
        "kind": drive.kind,
        "inside_m": round(drive.inside_m, 1),
        "from": clock(one.entered),
        "to": clock(one.left),
        "p": round(one.probability, 3),
        "claimed_m": round(one.metres),
        "claimed_roads": list(one.roads),
        **_circumstances(ground, drive, sent, one.entered, one.left),
    }


def miss(ground: Ground, drive: Drive, sent: Sent, met: Sequence[Judged]) -> dict[str, Any]:
    """Return what an intrusion without a lead was like."""
    since, until = drive.spells[0].since, drive.spells[-1].until
    return {
        "failure": "missed",
        "day": drive.name,
        "kind": drive.kind,
        "inside_m": round(drive.inside_m, 1),
        "depth_m": round(max(spell.depth_m for spell in drive.spells), 1),
        "inside_s": round(sum(spell.seconds for spell in drive.spells), 1),
        "from": clock(since),
        "to": clock(until),
        "unsure_p": [round(one.probability, 3) for one in met],
        **_circumstances(ground, drive, sent, since, until),
    }


def silence_s(sent: Sent, since: float, until: float) -> float:
    """Return the longest time without a fix that touches a span of time."""
    first = max(int(np.searchsorted(sent.t_s, since)) - 1, 0)
    around = sent.t_s[first : int(np.searchsorted(sent.t_s, until)) + 1]
    return float(np.diff(around).max()) if len(around) > 1 else math.inf


def _circumstances(ground: Ground, drive: Drive, sent: Sent, since: float, until: float) -> dict[str, Any]:
    """Return the true streets, and how the fixes lay, from half a minute before to half a minute after."""
    true = (drive.t_s >= since - 1) & (drive.t_s <= until + 1)
    first = int(np.clip(np.searchsorted(drive.t_s, since, side="right") - 1, 0, len(drive.t_s) - 1))
    edges = drive.edge[true] if true.any() else drive.edge[first : first + 1]
    seen = (sent.t_s >= since - 30) & (sent.t_s <= until + 30)
    xy = np.column_stack(ground.plane.xy(sent.lon[seen], sent.lat[seen]))
    deep = ground.depth_m(xy) if seen.any() else np.array([np.nan])
    names = [ground.edges[k].name or "?" for k in edges.tolist()]
    return {
        "true_roads": list(dict.fromkeys(names))[:8],
        "fixes": int(seen.sum()),
        "silence_s": round(min(silence_s(sent, since, until), 86400.0)),
        "fixes_inside": int((deep > 0).sum()),
        "deepest_fix_m": round(float(deep.max()), 1),
        "largest_error_m": round(float(sent.off_m[seen].max(initial=0.0)), 1),
        "parked": bool(drive.parked[true].any() or drive.parked[first]),
    }


def clock(second: float) -> str:
    """Return a second of the day as people write it."""
    whole = round(second)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def picture(
    ground: Ground, drive: Drive, sent: Sent, judged: Sequence[Judged], failure: dict[str, Any]
) -> dict[str, Any]:
    """Return a failure as GeoJSON: the area, the true path, the fixes around it, and what was claimed."""
    moving = np.append(True, np.diff(drive.t_s) > 0)
    lon, lat = ground.plane.lonlat(*drive.xy[moving].T)
    since, until = (_second(failure[name]) for name in ("from", "to"))
    seen = (sent.t_s >= since - 300) & (sent.t_s <= until + 300)
    features: list[tuple[dict[str, Any], shapely.Geometry]] = [
        ({"role": "area"}, ground.zone.area),
        ({"role": "true path", **failure}, shapely.LineString(np.column_stack([lon, lat]))),
    ]
    features += [
        ({"role": "fix", "time": clock(t), "error_m": round(float(off))}, shapely.Point(x, y))
        for t, x, y, off in zip(sent.t_s[seen], sent.lon[seen], sent.lat[seen], sent.off_m[seen], strict=True)
    ]
    features += [({"role": one.kind, "p": one.probability, "roads": list(one.roads)}, one.line) for one in judged]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": said, "geometry": shapely.geometry.mapping(shape)}
            for said, shape in features
        ],
    }


def _second(text: str) -> float:
    hours, minutes, seconds = map(int, text.split(":"))
    return hours * 3600.0 + minutes * 60 + seconds


def bounds(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided bounds (Clopper-Pearson 1934) of a share."""
    if not trials:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else _root(lambda p: 1 - _at_most(hits - 1, trials, p) - tail)
    high = 1.0 if hits == trials else _root(lambda p: tail - _at_most(hits, trials, p))
    return low, high


def _at_most(hits: int, trials: int, p: float) -> float:
    """Return the probability of at most so many hits."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return float(hits >= trials)
    k = np.arange(hits + 1)
    logs: Floats = _log_factorial(trials) - _log_factorial(k) - _log_factorial(trials - k)
    logs = logs + k * math.log(p) + (trials - k) * math.log1p(-p)
    return float(min(1.0, np.exp(logs).sum()))


def _log_factorial(k: Any) -> Floats:  # noqa: ANN401 - a number or an array
    return np.vectorize(math.lgamma, otypes=[float])(np.asarray(k) + 1.0)


def _root(rising: Callable[[float], float]) -> float:
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
