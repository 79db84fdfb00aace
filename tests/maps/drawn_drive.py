"""Drives on drawn street maps: ways are split where they share a letter, digits are fixes in their order.

    roads("A---B---C", {"ABC": {"name": "北路"}, ...}).drive("ABC", speed=10, every=15, noise=8)

Letters that two ways pass are junctions; a bridge passes over a street at a place that has no letter, or not the same one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from street_map import PLANE, places, street_map

from zones.matching.matcher import Match, Matcher
from zones.matching.streets import RoadGraph

# a street that is only touched at a junction is no street driven
LEAST_M = 15.0

TOWN = """
A---B---C---D
|   |   |   |
E---F---G---H
|   |   |   |
I---J---K---L
"""
TOWN_WAYS = {
    "ABCD": {"name": "北路"},
    "EFGH": {"name": "中路"},
    "IJKL": {"name": "南路"},
    "AEI": {"name": "西街"},
    "BFJ": {"name": "内街"},
    "CGK": {"name": "外街", "oneway": "yes"},
    "DHL": {"name": "东街"},
}


@dataclass(frozen=True)
class Fixes:
    """Positions in metres on the drawing, and seconds."""

    x: np.ndarray
    y: np.ndarray
    t: np.ndarray

    def __repr__(self) -> str:
        return f"{len(self.t)} fixes"

    @property
    def lonlat(self) -> tuple[np.ndarray, np.ndarray]:
        return PLANE.lonlat(self.x, self.y)

    def then(self, other: "Fixes", *, after: float) -> "Fixes":
        """Return these and then those of another drive, that begins `after` seconds later."""
        t = np.concatenate([self.t, other.t - other.t[0] + self.t[-1] + after])
        return Fixes(np.concatenate([self.x, other.x]), np.concatenate([self.y, other.y]), t)


def along(
    points: Sequence[tuple[float, float]], *, speed: float, every: float, noise: float = 0.0, seed: int = 0
) -> Fixes:
    """Return the fixes of a drive along points at an even speed, the last one at its end."""
    line = np.array(points, float)
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    t = np.append(np.arange(0.0, at[-1] / speed, every), at[-1] / speed)
    x, y = (np.interp(t * speed, at, line[:, k]) for k in range(2))
    error = np.random.default_rng(seed).normal(0.0, noise, (2, len(t))) if noise else np.zeros((2, len(t)))
    return Fixes(x + error[0], y + error[1], t)


@dataclass(frozen=True)
class Drawn:
    """A drawn map, ready for matching."""

    where: Mapping[str, tuple[float, float]]
    matcher: Matcher

    @property
    def graph(self) -> RoadGraph:
        return self.matcher.graph

    def drive(self, letters: str, *, speed: float = 12.0, every: float, noise: float = 0.0, seed: int = 0) -> Fixes:
        return along([self.where[c] for c in letters], speed=speed, every=every, noise=noise, seed=seed)

    def fixes(self, *, every: float) -> Fixes:
        """Return the digits of the drawing as fixes."""
        xy = np.array([self.where[c] for c in sorted(self.where) if c.isdigit()])
        return Fixes(xy[:, 0], xy[:, 1], np.arange(len(xy)) * every)

    def match(self, fixes: Fixes) -> Match:
        return self.matcher.match(*fixes.lonlat, fixes.t)

    def arcs_named(self, *names: str) -> np.ndarray:
        """Return which arcs are of streets with these names."""
        segments = self.graph.segments
        return np.array([segments[s].name in names for s in self.graph.arc_source])


def split(ways: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield ways from junction to junction: cut at every letter that is drawn more than once."""
    often = Counter(c for letters in ways for c in letters)
    for letters, tags in ways.items():
        begin = 0
        for k in range(1, len(letters)):
            if k == len(letters) - 1 or often[letters[k]] > 1:
                yield letters[begin : k + 1], tags
                begin = k


def roads(
    drawing: str,
    ways: Mapping[str, Mapping[str, Any]],
    *,
    cell_m: tuple[float, float] = (100.0, 100.0),
    table_m: float = 3000.0,
) -> Drawn:
    """Return a drawn map; ways between the same letters under different names are drawn once each."""
    network = street_map(drawing, dict(split(ways)), cell_m=cell_m)
    matcher = Matcher(RoadGraph.of_streets(network.segments, plane=PLANE))
    return Drawn(places(drawing, cell_m=cell_m), matcher.tabled(table_m) if table_m else matcher)


def driven(match: Match, *, least_m: float = LEAST_M) -> list[str]:
    """Return the names of the streets driven, in order, without those only touched; `<` after one against its line."""
    names: list[str] = []
    for leg in match.legs:
        name = f"{match.graph.segments[leg.source].name}{'' if leg.forward else '<'}"
        if leg.length_m >= least_m and (not names or names[-1] != name):
            names.append(name)
    return names


def metres_on(match: Match, name: str) -> float:
    """Return the metres driven on a street."""
    return sum(leg.length_m for leg in match.legs if match.graph.segments[leg.source].name == name)
