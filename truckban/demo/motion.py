"""From a route to a drive: in a lane, at a truck's speeds, stopping at lights, second by second."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from truckban.demo.streets import Edge, Floats, Streets

_KMH = 1 / 3.6
_STEP_M = 2.0
_SLOWEST_KMH, _FASTEST_KMH, _TURN_KMH = 20.0, 60.0, 13.0
_CRAWL_MS = 0.7
_SPEEDING_UP_MS2, _BRAKING_MS2 = 0.7, 1.0
_BEND = 0.65  # radians; more is a turn
_STOP_LINE_M = 16.0
_LIGHT_CHANCE, _LIGHT_S = 0.3, (10, 70)
_APPROACH_M = 60.0
_WAVE_M, _WAVE = 250.0, 0.12
_BY_STREET = {"trunk": 1.0, "primary": 0.9, "unclassified": 0.9}
_BY_OTHER_STREET = 0.7
_PARALLEL = 0.2


@dataclass(frozen=True, eq=False)
class Yard:
    """A place off the street where a truck stands.

    Attributes:
        edges: the street's directions beside it.
        at: the point of the street beside it, metres.
        xy: where the truck stands, metres.
    """

    edges: tuple[Edge, ...]
    at: Floats
    xy: Floats


@dataclass(frozen=True, eq=False)
class Drive:
    """A drive from yard to yard without noise, one row a second.

    Attributes:
        xy: metres, shape (n, 2).
        speed_kmh: shape (n,).
        heading: degrees from north, clockwise, shape (n,).
        edge: number of the edge it is on, shape (n,).
    """

    xy: Floats
    speed_kmh: Floats
    heading: Floats
    edge: npt.NDArray[np.int64]

    def __len__(self) -> int:
        """Return its seconds."""
        return len(self.xy)


@dataclass(frozen=True)
class Driver:
    """How a truck is driven: its speed on an open road and its lane (0 is the rightmost)."""

    cruise_kmh: float
    lane: int


def make_drive(
    streets: Streets, route: Sequence[Edge], ends: tuple[Yard, Yard], driver: Driver, rng: np.random.Generator
) -> Drive:
    """Drive a route from one yard to another."""
    vertices, edges = _in_lane(route, ends, driver.lane)
    steps = np.hypot(*np.diff(vertices, axis=0).T)
    long = np.append(steps > 0, True)
    vertices, edges = vertices[long], edges[long[:-1]]
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(vertices, axis=0).T))])
    grid = np.union1d(np.arange(0.0, at[-1], _STEP_M), at)
    piece = np.clip(np.searchsorted(at, grid, side="right") - 1, 0, len(edges) - 1)
    kinds = np.array([_BY_STREET.get(edge.highway, _BY_OTHER_STREET) for edge in streets.edges])
    most = np.clip(driver.cruise_kmh * kinds[edges[piece]] * _waves(grid, rng), _SLOWEST_KMH, _FASTEST_KMH) * _KMH
    directions = np.arctan2(*np.diff(vertices, axis=0).T)
    bends = np.abs(np.angle(np.exp(1j * np.diff(directions)))) > _BEND
    most[np.searchsorted(grid, at[1:-1][bends])] = _TURN_KMH * _KMH
    stops = _lights(streets, at, edges, rng)
    where = np.searchsorted(grid, list(stops))
    most[where] = most[[0, -1]] = _CRAWL_MS
    speed = np.sqrt(_within(grid, most**2))
    seconds = np.concatenate([[0.0], np.cumsum(np.diff(grid) / ((speed[1:] + speed[:-1]) / 2))])
    waits = np.zeros(len(grid))
    waits[where] = list(stops.values())
    before = seconds + np.concatenate([[0.0], np.cumsum(waits)[:-1]])
    clock = np.stack([before, before + waits], axis=1).ravel()
    second = np.arange(int(clock[-1]) + 1, dtype=np.float64)
    run = np.interp(second, clock, np.repeat(grid, 2))
    here = np.clip(np.searchsorted(at, run, side="right") - 1, 0, len(edges) - 1)
    return Drive(
        xy=np.stack([np.interp(run, at, vertices[:, 0]), np.interp(run, at, vertices[:, 1])], axis=1),
        speed_kmh=np.gradient(run) / _KMH if len(run) > 1 else np.zeros(1),
        heading=np.degrees(directions[here]) % 360,
        edge=edges[here],
    )


def _in_lane(route: Sequence[Edge], ends: tuple[Yard, Yard], lane: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return the vertices of a lane's line from yard to yard, and for each piece between them its edge."""
    middle = [ends[0].at, *(vertex for edge in route[:-1] for vertex in edge.xy[1:]), *route[-1].xy[1:-1], ends[1].at]
    numbers = [edge.index for edge in route for _ in range(len(edge.xy) - 1)]
    offsets = np.array([edge.lane_offset_m(lane) for edge in route for _ in range(len(edge.xy) - 1)])
    line = np.array(middle)
    along = np.diff(line, axis=0)
    along /= np.hypot(*along.T)[:, None]
    right = np.stack([along[:, 1], -along[:, 0]], axis=1)
    shifted = [ends[0].xy, line[0] + right[0] * offsets[0]]
    for number in range(len(along) - 1):
        pair, shift = right[number : number + 2], offsets[number : number + 2]
        cross = float(pair[0, 0] * pair[1, 1] - pair[0, 1] * pair[1, 0])
        if abs(cross) > _PARALLEL:
            shifted.append(line[number + 1] + np.linalg.solve(pair, shift))
        else:
            shifted.append(line[number + 1] + (pair * shift[:, None]).mean(axis=0))
    shifted += [line[-1] + right[-1] * offsets[-1], ends[1].xy]
    return np.array(shifted), np.array([numbers[0], *numbers, numbers[-1]])


def _waves(grid: Floats, rng: np.random.Generator) -> Floats:
    """Return smooth factors around 1 along the way."""
    knots = np.arange(0.0, grid[-1] + 2 * _WAVE_M, _WAVE_M)
    return np.interp(grid, knots, 1 + _WAVE * rng.standard_normal(len(knots)))


def _lights(streets: Streets, at: Floats, edges: npt.NDArray[np.int64], rng: np.random.Generator) -> dict[float, float]:
    """Return where along the way the truck waits, and for how many seconds."""
    stops = {}
    for number in range(1, len(edges) - 2):
        approach = at[number + 1] - at[number]
        edge = streets.edges[edges[number]]
        if approach < _APPROACH_M or edges[number + 1] == edges[number] or not streets.crossing(edge):
            continue
        if rng.random() < _LIGHT_CHANCE:
            stops[float(at[number + 1] - _STOP_LINE_M)] = float(rng.integers(*_LIGHT_S))
    return stops


def _within(grid: Floats, most: Floats) -> Floats:
    """Return the squared speeds that keep to `most` (squared) while speeding up and braking no harder than a truck."""
    up, down = 2 * _SPEEDING_UP_MS2 * grid, 2 * _BRAKING_MS2 * grid
    forward = np.minimum.accumulate(most - up) + up
    return np.asarray(np.minimum.accumulate((forward + down)[::-1])[::-1] - down)
