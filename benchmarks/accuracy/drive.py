"""From a plan to a drive: where the truck is at every moment, in its lane, and how far it drove inside by day."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from accuracy.ground import STEP_M, Floats, Ground
from accuracy.tours import SIX, TEN, Plan

_WINDOW = 5  # points; a corner is rounded over 10 m
_KMH = 1 / 3.6
_UP, _DOWN = 0.8, 1.1  # m/s2
_CRAWL = 0.6
_TURN_KMH = 14.0
_TURN, _TURN_POINTS = 0.5, 4
_LIGHT_CHANCE, _LIGHT_S, _LINE_M = 0.3, (5.0, 90.0), 14.0
_JAM_CHANCE = 0.15
_RAMP_M = 45.0
_STAND_S = (8 * 60.0, 20 * 60.0)
PARKED_S = 120.0


@dataclass(frozen=True, eq=False)
class Spell:
    """One stay in the area by day, all its driving together.

    Attributes:
        since, until: seconds of the day.
        metres: driven inside.
        seconds: of driving inside.
        depth_m: the farthest from the border.
    """

    since: float
    until: float
    metres: float
    seconds: float
    depth_m: float


@dataclass(frozen=True, eq=False)
class Drive:
    """What is true of a truck's day.

    Attributes:
        name: `L17` is the 17th lawful day, `X17` the 17th with an intrusion.
        kind: of tour.
        t_s: seconds of the day, in order; a place occurs twice where the truck stands there.
        xy: metres in the ground's plane, shape (n, 2).
        edge: the edge it is on.
        parked: whether it stands for minutes from this point to the next.
        spells: driving inside by day.
        spells_any: driving inside at any time.
        metres: driven in all.
    """

    name: str
    kind: str
    t_s: Floats
    xy: Floats
    edge: npt.NDArray[np.int64]
    parked: npt.NDArray[np.bool_]
    spells: tuple[Spell, ...]
    spells_any: tuple[Spell, ...]
    metres: float

    @property
    def inside_m(self) -> float:
        """Metres driven inside by day."""
        return sum(spell.metres for spell in self.spells)


def drive(ground: Ground, plan: Plan, name: str, rng: np.random.Generator) -> Drive:
    """Drive a plan."""
    xy, edge, stops = _lane(ground, plan)
    steps = np.hypot(*np.diff(xy, axis=0).T)
    long = np.append(True, steps > 1e-3)  # noqa: PLR2004
    renumber = np.cumsum(long) - 1
    xy, edge = xy[long], edge[long]
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    waits, until = np.zeros(len(at)), np.full(len(at), np.nan)
    most = _speeds(ground, at, xy, edge, rng)
    for point, stop in stops:
        here = renumber[point]
        waits[here], most[here] = stop.wait_s, _CRAWL
        if stop.until_s is not None:
            until[here] = stop.until_s
    _lights(ground, at, edge, (most, waits), rng)
    waits[0], waits[-1] = rng.uniform(*_STAND_S), rng.uniform(*_STAND_S)
    most[[0, -1]] = _CRAWL
    speed = _feasible(at, most)
    took = np.diff(at) / ((speed[1:] + speed[:-1]) / 2)
    clock = _clock(plan.start_s - waits[0], took, waits, until)
    moved = np.diff(at)
    middle = (xy[1:] + xy[:-1]) / 2
    inside = ground.inside(middle)
    begins, ends = clock[:-1, 1], clock[1:, 0]
    by_day = inside & (ends > SIX) & (begins < TEN)
    depth = np.zeros(len(middle))
    if inside.any():
        depth[inside] = ground.depth_m(middle[inside])
    measure = (begins, ends, moved, depth)
    return Drive(
        name=name,
        kind=plan.kind,
        t_s=clock.ravel(),
        xy=np.repeat(xy, 2, axis=0),
        edge=np.repeat(edge, 2),
        parked=np.repeat(clock[:, 1] - clock[:, 0] >= PARKED_S, 2) & np.tile([True, False], len(at)),
        spells=_spells(by_day, measure),
        spells_any=_spells(inside, measure),
        metres=float(at[-1]),
    )


def _lane(ground: Ground, plan: Plan) -> tuple[Floats, npt.NDArray[np.int64], list[tuple[int, object]]]:
    """Return the points of the lane's line, the edge of each, and the points of the stops."""
    lines, shifts, numbers, begins, count = [], [], [], [], 0
    for piece in plan.pieces:
        edge = ground.edges[piece.edge]
        last = len(edge.xy) - 1
        rows = slice(round(piece.begin * last), max(round(piece.end * last), round(piece.begin * last) + 1) + 1)
        lines.append(edge.xy[rows])
        shifts.append(edge.right[rows] * edge.lane_m(plan.lane))
        numbers.append(np.full(len(lines[-1]), piece.edge))
        begins.append(count)
        count += len(lines[-1])
    line, shift, number = np.concatenate(lines), np.concatenate(shifts), np.concatenate(numbers)
    stops = []
    for stop in plan.stops:
        size = len(lines[stop.piece])
        point = begins[stop.piece] + min(round(stop.share * (size - 1)), size - 1)
        stops.append((point, stop))
        if stop.aside_m is not None:
            edge = ground.edges[plan.pieces[stop.piece].edge]
            rows = slice(begins[stop.piece], begins[stop.piece] + size)
            room = min(stop.share, 1 - stop.share) * edge.length_m
            ramp = min(_RAMP_M, 0.8 * room)
            away = np.abs(np.arange(rows.start, rows.stop) - point) * STEP_M
            part = np.clip((ramp - away) / (0.6 * ramp), 0, 1)
            part = part * part * (3 - 2 * part)
            shift[rows] += edge.right[:size] * (part * (stop.aside_m - edge.lane_m(plan.lane)))[:, None]
    return _smooth(line + shift), number, stops


def _smooth(xy: Floats) -> Floats:
    half = _WINDOW // 2
    padded = np.concatenate([np.repeat(xy[:1], half, axis=0), xy, np.repeat(xy[-1:], half, axis=0)])
    total = np.concatenate([np.zeros((1, 2)), np.cumsum(padded, axis=0)])
    return (total[_WINDOW:] - total[:-_WINDOW]) / _WINDOW


def _speeds(ground: Ground, at: Floats, xy: Floats, edge: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Return how fast the truck may go at each point, m/s."""
    limits = np.array([e.limit_kmh for e in ground.edges])[edge]
    knots = np.arange(0.0, at[-1] + 600, 300.0)
    mood = np.interp(at, knots, 1 + 0.15 * rng.standard_normal(len(knots)))
    jam = np.interp(at, knots, np.where(rng.random(len(knots)) < _JAM_CHANCE, rng.uniform(0.2, 0.6, len(knots)), 1.0))
    most = np.clip(limits * rng.uniform(0.7, 1.05) * mood * jam, 15.0, 60.0) * _KMH
    along = np.arctan2(*np.gradient(xy, axis=0).T) if len(xy) > 1 else np.zeros(len(xy))
    bend = np.zeros(len(xy))
    k = _TURN_POINTS
    if len(xy) > 2 * k:
        turned = np.abs(np.angle(np.exp(1j * (along[2 * k :] - along[: -2 * k]))))
        bend[k:-k] = turned
    return np.where(bend > _TURN, np.minimum(most, _TURN_KMH * _KMH), most)


def _lights(
    ground: Ground,
    at: Floats,
    edge: npt.NDArray[np.int64],
    into: tuple[Floats, Floats],
    rng: np.random.Generator,
) -> None:
    """Let the truck wait before some junctions."""
    most, waits = into
    changes = np.flatnonzero(np.diff(edge))
    for point in changes[rng.random(len(changes)) < _LIGHT_CHANCE].tolist():
        here = int(np.searchsorted(at, at[point] - _LINE_M))
        if ground.arms[ground.edges[edge[point]].head] > 2 and edge[here] == edge[point] and not waits[here]:  # noqa: PLR2004
            most[here], waits[here] = _CRAWL, rng.uniform(*_LIGHT_S)


def _feasible(at: Floats, most: Floats) -> Floats:
    """Return speeds that keep to `most` without speeding up or braking harder than a truck does."""
    up, down = 2 * _UP * at, 2 * _DOWN * at
    squared = np.minimum.accumulate(most**2 - up) + up
    squared = np.minimum.accumulate((squared + down)[::-1])[::-1] - down
    return np.sqrt(np.maximum(squared, 0.09))


def _clock(start_s: float, took: Floats, waits: Floats, until: Floats) -> Floats:
    """Return when each point is reached and left, shape (n, 2)."""
    reached = start_s + np.concatenate([[0.0], np.cumsum(took)]) + np.concatenate([[0.0], np.cumsum(waits)[:-1]])
    left = reached + waits
    for point in np.flatnonzero(np.isfinite(until)).tolist():
        more = max(until[point] - left[point], 0.0)
        left[point:] += more
        reached[point + 1 :] += more
    return np.column_stack([reached, left])


def _spells(inside: npt.NDArray[np.bool_], measure: tuple[Floats, Floats, Floats, Floats]) -> tuple[Spell, ...]:
    """Return the driving inside, what is less than a minute of driving apart joined."""
    begins, ends, moved, depth = measure
    rows = np.flatnonzero(inside)
    if not len(rows):
        return ()
    cuts = np.flatnonzero((begins[rows[1:]] - ends[rows[:-1]] > 60) & (np.diff(rows) > 1)) + 1  # noqa: PLR2004
    return tuple(
        Spell(
            float(begins[part[0]]),
            float(ends[part[-1]]),
            float(moved[part].sum()),
            float((ends - begins)[part].sum()),
            float(depth[part].max()),
        )
        for part in np.split(rows, cuts)
    )
