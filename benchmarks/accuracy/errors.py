"""What a receiver makes of a drive: white and lasting errors, bursts, street canyons, drift when parked, lost fixes, speeds, courses."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accuracy.drive import Drive
from accuracy.ground import Floats, Ground

ACCURACIES = ("absent", "true", "optimistic")
_CIRCLE = 1.51  # two axes of standard deviation 1 lie within this in 68 % of cases
_TAU_S = (30.0, 300.0)
_BURST_S, _BURST_LEAST_M, _BURST_RAMP_S = (60.0, 300.0), 20.0, 15.0
_CANYON_SHARE, _CANYON_S = 0.6, 20.0
_DRIFT_TAU_S, _DRIFT_IN_S, _DRIFT_OUT_S = 600.0, 120.0, 60.0
_PARKED_EVERY_S, _AWAKE_S = (60.0, 300.0), 300.0
_OUTAGE_S = (30.0, 240.0)
_BLOCK = 25.0
_DOPPLER_MS, _STILL_MS, _KMH = 0.3, 0.1, 3.6
_SPEEDS = ("measured",) * 7 + ("zeros", "constant", "none")
"""What one of ten terminals does each."""
_CONSTANT_KMH = (20.0, 50.0)
_COURSES = ("measured",) * 7 + ("late", "from_fixes", "zeros")
_FREEZES_MS, _STEADY_DEG, _LATE_S, _CLOCK_S = 1.0, 2.0, (1.0, 3.0), 0.5


@dataclass(frozen=True)
class Receiver:
    """How a terminal errs.

    Attributes:
        noise_m: standard deviation of each axis on an open road, white and lasting errors together.
        every_s: seconds between fixes.
        lasting: the share of the variance that lasts (Gauss-Markov, 30 to 300 s).
        bursts_h: multipath bursts an hour, each 1 to 5 minutes.
        burst_m: how far off the worst of them is.
        canyon_m: greatest bias to one side of a street; six of ten streets have one.
        drift_m: standard deviation of the slow error of a parked receiver, added to the noise.
        lost: share of fixes that never arrive.
        outages_h: silences an hour, half a minute to four minutes each.
        accuracy: what the column `accuracy_m` says: nothing, the truth, half of it and nothing of bursts, or always the same metres.
        speed: whether terminals send their speed in whole km/h, with a Doppler error of 0.3 m/s; three of ten send zeros, one number
            or nothing in its place. Positions are the same as without.
        course: whether terminals send their course in whole degrees, with the same Doppler error and at least 2 degrees, both doubled in a
            burst; who stands keeps the last. Three of ten send one of 1 to 3 s ago, the line from fix to fix, or zeros in its place.
    """

    noise_m: float = 10.0
    every_s: float = 15.0
    lasting: float = 0.5
    bursts_h: float = 0.0
    burst_m: float = 80.0
    canyon_m: float = 0.0
    drift_m: float = 12.0
    lost: float = 0.02
    outages_h: float = 0.2
    accuracy: str = "absent"
    speed: bool = False
    course: bool = False


@dataclass(frozen=True, eq=False)
class Sent:
    """Fixes of one truck, shape (n,) each; `t_s` in seconds of the day, `off_m` the true error."""

    t_s: Floats
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    off_m: Floats
    speed_kmh: Floats
    heading: Floats


def send(ground: Ground, drive: Drive, receiver: Receiver, rng: np.random.Generator) -> Sent:
    """Return the fixes of a drive."""
    t, parked, since = _times(drive, receiver, rng)
    xy = np.column_stack([np.interp(t, drive.t_s, drive.xy[:, axis]) for axis in (0, 1)])
    white = receiver.noise_m * np.sqrt(1 - receiver.lasting)
    lasts = receiver.noise_m * np.sqrt(receiver.lasting)
    tau = float(np.exp(rng.uniform(*np.log(_TAU_S))))
    burst, strength = _bursts(t, receiver, rng)
    error = white * (1 + strength[:, None]) * rng.standard_normal((len(t), 2))
    error += lasts * gauss_markov(t, tau, rng)
    error += burst + _canyon(ground, drive, t, receiver, rng)
    drift = receiver.drift_m * _parked_weight(t, parked, since)
    error += drift[:, None] * gauss_markov(t, _DRIFT_TAU_S, rng)
    lon, lat = ground.plane.lonlat(*(xy + error).T)
    usual = _CIRCLE * np.hypot(receiver.noise_m, drift)
    said = {
        "absent": np.full(len(t), np.nan),
        "true": np.hypot(usual, np.hypot(*burst.T)),
        "optimistic": np.full(len(t), 0.5 * _CIRCLE * receiver.noise_m),
    }.get(receiver.accuracy)
    if said is None:
        said = np.full(len(t), float(receiver.accuracy))
    kept = ~_lost(t, receiver, rng)
    off = np.hypot(*error.T)
    speed = _speeds(drive, t[kept], receiver, rng)
    heading = _courses(drive, t[kept], (xy + error)[kept], strength[kept], receiver, rng)
    return Sent(
        t[kept], np.round(lon, 6)[kept], np.round(lat, 6)[kept], np.round(said, 1)[kept], off[kept], speed, heading
    )


def gauss_markov(t: Floats, tau_s: float, rng: np.random.Generator) -> Floats:
    """Return two axes of an error of standard deviation 1 whose correlation falls with exp(-dt / tau), shape (n, 2)."""
    fresh = rng.standard_normal((len(t), 2))
    if not len(t):
        return fresh
    kept = np.exp(-np.diff(t, prepend=t[0]) / tau_s)
    fresh[1:] *= np.sqrt(1 - kept[1:] ** 2)[:, None]
    value, begin = fresh[0].copy(), 0
    found = np.empty_like(fresh)
    while begin < len(t):
        # sums of exp(t / tau) stay within what a float holds
        end = max(int(np.searchsorted(t, t[begin] + _BLOCK * tau_s)), begin + 1)
        grow = np.exp((t[begin:end] - t[begin]) / tau_s)[:, None]
        if begin:
            value = found[begin - 1] * kept[begin] + fresh[begin]
        news = fresh[begin:end] * grow
        news[0] = value
        found[begin:end] = np.cumsum(news, axis=0) / grow
        begin = end
    return found


def _times(drive: Drive, receiver: Receiver, rng: np.random.Generator) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """Return whole seconds of fixes, whether it is parked then, and for how long; a parked terminal falls asleep."""
    first = drive.t_s[0] + rng.uniform(0, receiver.every_s)
    t = np.unique(np.round(np.arange(first, drive.t_s[-1], receiver.every_s)))
    at = np.clip(np.searchsorted(drive.t_s, t, side="right") - 1, 0, len(drive.t_s) - 1)
    parked = drive.parked[at]
    since = t - drive.t_s[at]
    asleep = max(float(rng.choice(_PARKED_EVERY_S)), receiver.every_s)
    slot = np.floor(since / asleep)
    again = np.append(False, (slot[1:] == slot[:-1]) & (at[1:] == at[:-1]))
    kept = ~(parked & (since > _AWAKE_S) & again)
    return t[kept], parked[kept], since[kept]


def _parked_weight(t: Floats, parked: npt.NDArray[np.bool_], since: Floats) -> Floats:
    """Return how much of the drift there is: it comes when the truck stands and goes soon after it leaves."""
    weight = np.where(parked, np.clip(since / _DRIFT_IN_S, 0, 1), 0.0)
    for last in np.flatnonzero(parked[:-1] & ~parked[1:]).tolist():
        after = slice(last + 1, int(np.searchsorted(t, t[last] + _DRIFT_OUT_S)))
        weight[after] = np.maximum(weight[after], weight[last] * (1 - (t[after] - t[last]) / _DRIFT_OUT_S))
    return weight


def _bursts(t: Floats, receiver: Receiver, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the error of multipath bursts, shape (n, 2), and how strong one is at each fix."""
    error, strength = np.zeros((len(t), 2)), np.zeros(len(t))
    for _ in range(rng.poisson(receiver.bursts_h * (t[-1] - t[0]) / 3600)):
        begin, lasts = rng.uniform(t[0], t[-1]), rng.uniform(*_BURST_S)
        angle, size = rng.uniform(0, 2 * np.pi), rng.uniform(_BURST_LEAST_M, receiver.burst_m)
        shape = np.clip(np.minimum(t - begin, begin + lasts - t) / _BURST_RAMP_S, 0, 1)
        error += shape[:, None] * size * np.array([np.cos(angle), np.sin(angle)])
        strength = np.maximum(strength, shape)
    return error, strength


def _canyon(ground: Ground, drive: Drive, t: Floats, receiver: Receiver, rng: np.random.Generator) -> Floats:
    """Return a bias across the street, the same all day for a street, shape (n, 2)."""
    bias = np.zeros((len(ground.edges), 2))
    if not receiver.canyon_m:
        return np.zeros((len(t), 2))
    sky = rng.uniform(0, 2 * np.pi)
    toward = np.array([np.cos(sky), np.sin(sky)])
    names = sorted({ground.edges[k].name for k in np.unique(drive.edge)})
    sizes = dict(
        zip(
            names,
            receiver.canyon_m * rng.uniform(0.5, 1, len(names)) * (rng.random(len(names)) < _CANYON_SHARE),
            strict=True,
        )
    )
    for k in np.unique(drive.edge).tolist():
        edge = ground.edges[k]
        across = edge.right[len(edge.right) // 2]
        bias[k] = sizes[edge.name] * across * (1 if across @ toward > 0 else -1)
    at = np.clip(np.searchsorted(drive.t_s, t, side="right") - 1, 0, len(drive.t_s) - 1)
    raw = bias[drive.edge[at]]
    width = int(_CANYON_S / receiver.every_s)
    if width < 2 or len(raw) <= width:  # noqa: PLR2004
        return raw
    even = np.ones(width) / width
    return np.column_stack([np.convolve(raw[:, axis], even, mode="same") for axis in (0, 1)])


def _speeds(drive: Drive, t: Floats, receiver: Receiver, rng: np.random.Generator) -> Floats:
    """Return what the terminal says of its speed, whole km/h over the second around each fix; NaN where it says nothing."""
    kind = _SPEEDS[rng.integers(len(_SPEEDS))] if receiver.speed else "none"
    if kind == "none":
        return np.full(len(t), np.nan)
    if kind != "measured":
        return np.full(len(t), 0.0 if kind == "zeros" else np.round(rng.uniform(*_CONSTANT_KMH)))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(drive.xy, axis=0).T))])
    true = np.interp(t + 0.5, drive.t_s, along) - np.interp(t - 0.5, drive.t_s, along)
    said = np.abs(true + _DOPPLER_MS * rng.standard_normal(len(t)))
    return np.asarray(np.round(np.where(true < _STILL_MS, 0.0, said) * _KMH))


def _courses(
    drive: Drive, t: Floats, seen: Floats, strength: Floats, receiver: Receiver, rng: np.random.Generator
) -> Floats:
    """Return what the terminal says of its course, degrees from north; NaN where it says nothing.

    Args:
        drive: the true one.
        t: seconds of its fixes, shape (n,).
        seen: where it has them, shape (n, 2).
        strength: of bursts, 0 to 1, shape (n,).
        receiver: how it errs.
        rng: for its errors.
    """
    kind = _COURSES[rng.integers(len(_COURSES))] if receiver.course else "none"
    if kind == "none":
        return np.full(len(t), np.nan)
    if kind == "zeros":
        return np.zeros(len(t))
    if kind == "from_fixes":
        step = np.diff(seen, axis=0, prepend=seen[:1])
        return np.round(np.degrees(np.arctan2(step[:, 0], step[:, 1]))) % 360
    late = rng.uniform(*_LATE_S) if kind == "late" else 0.0
    clock = np.arange(t[0] - _LATE_S[1], t[-1] + 1.0, _CLOCK_S)
    xy = np.column_stack([np.interp(clock, drive.t_s, drive.xy[:, axis]) for axis in (0, 1)])
    step = np.gradient(xy, axis=0) / _CLOCK_S
    speed = np.hypot(*step.T)
    moved = np.maximum.accumulate(np.where(speed > _FREEZES_MS, np.arange(len(clock)), 0))
    k = moved[np.searchsorted(clock, t - late)]
    true = np.degrees(np.arctan2(step[k, 0], step[k, 1]))
    spread = np.maximum(np.degrees(_DOPPLER_MS / np.maximum(speed[k], _FREEZES_MS)), _STEADY_DEG) * (1.0 + strength)
    return np.round(true + spread * rng.standard_normal(len(t))) % 360


def _lost(t: Floats, receiver: Receiver, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    lost = rng.random(len(t)) < receiver.lost
    for _ in range(rng.poisson(receiver.outages_h * (t[-1] - t[0]) / 3600)):
        begin = rng.uniform(t[0], t[-1])
        lost |= (t >= begin) & (t < begin + rng.uniform(*_OUTAGE_S))
    return lost
