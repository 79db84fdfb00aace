"""A match in words and as GeoJSON: the streets in order, from where to where they were driven."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Any

import numpy as np
import shapely
from shapely import LineString

from zones.matching.matcher import Leg, Match
from zones.matching.streets import RoadGraph
from zones.text import Text

# from where a street was driven to where, by eighths of a circle from the east
_TOWARDS = (
    Text("由西向东", "eastward"),
    Text("由西南向东北", "north-eastward"),
    Text("由南向北", "northward"),
    Text("由东南向西北", "north-westward"),
    Text("由东向西", "westward"),
    Text("由东北向西南", "south-westward"),
    Text("由北向南", "southward"),
    Text("由西北向东南", "south-eastward"),
)
# a street driven for less than this at a junction is not worth a word, unless it is all there is
_LEAST_M = 15.0
_UNNAMED = Text("无名道路", "an unnamed street")


@dataclass(frozen=True, slots=True)
class StreetDriven:
    """A street as it was driven, as long as its name stays the same.

    Attributes:
        name: None where it has none.
        legs: its stretches.
        towards: from where to where, by its two ends; None where it came back to where it began.
        line: of what was driven, WGS 84.
    """

    name: str | None
    legs: tuple[Leg, ...]
    towards: Text | None
    line: LineString

    @property
    def length_m(self) -> float:
        """Metres driven."""
        return sum(leg.length_m for leg in self.legs)

    @property
    def p(self) -> float:
        """Probability of its surest stretch."""
        return max(leg.p for leg in self.legs)

    @property
    def entered_at(self) -> float:
        """Seconds."""
        return self.legs[0].entered_at

    @property
    def left_at(self) -> float:
        """Seconds."""
        return self.legs[-1].left_at

    @property
    def piece(self) -> int:
        """Of the drive."""
        return self.legs[0].piece


def streets_driven(match: Match, legs: tuple[Leg, ...] | None = None) -> tuple[StreetDriven, ...]:
    """Return the streets of a match of segments, in order; of some of its legs if these are given."""
    return all_streets_driven(match.graph, [match.legs if legs is None else legs])[0]


def all_streets_driven(graph: RoadGraph, ways: Sequence[tuple[Leg, ...]]) -> list[tuple[StreetDriven, ...]]:
    """Return the streets of several ways, each given by its legs.

    Lines are made all at once: for single ones, PROJ and shapely take longer to be asked than to make them.
    """
    graph.learn_corners(leg.source for legs in ways for leg in legs)
    found = [list(_streets(graph, legs)) for legs in ways]
    points = [way for streets in found for *_, way in streets]
    if not points:
        return [() for _ in ways]
    of = np.repeat(np.arange(len(points)), [len(way) for way in points])
    lon, lat = graph.plane.lonlat(*np.array([point for way in points for point in way]).T)
    lines = iter(np.asarray(shapely.linestrings(lon, lat, indices=of), dtype=object).tolist())
    return [
        tuple(StreetDriven(name, legs, towards, next(lines)) for name, legs, towards, _ in streets) for streets in found
    ]


_Street = tuple[str | None, tuple[Leg, ...], Text | None, list[tuple[float, float]]]


def _streets(graph: RoadGraph, driven: tuple[Leg, ...]) -> Iterator[_Street]:
    """Yield name, legs, direction and points in the graph's plane of each street of a way; one on which it turned back is two."""
    turned = accumulate((a.source == b.source and a.forward != b.forward for a, b in pairwise(driven)), initial=0)
    ways = zip(driven, turned, strict=False)  # of no legs, no turns are none
    for (_, name, _), group in groupby(
        ways, key=lambda way: (way[0].piece, graph.segments[way[0].source].name, way[1])
    ):
        legs = tuple(leg for leg, _ in group)
        way = [point for leg in legs for point in _way(graph, leg)]
        east, north = (z - a for a, z in zip(way[0], way[-1], strict=True))
        towards = None
        # round a block, the two ends say nothing
        if math.hypot(east, north) > sum(leg.length_m for leg in legs) / 4:
            towards = _TOWARDS[round(math.atan2(north, east) / (math.pi / 4)) % 8]
        yield name, legs, towards, way


def _way(graph: RoadGraph, leg: Leg) -> list[tuple[float, float]]:
    """Return what was driven of a segment: x and y in the graph's plane."""
    x, y, along = graph.segment_corners(leg.source, forward=leg.forward)
    begin, end = leg.begin_m, max(leg.end_m, leg.begin_m)
    first, last = bisect_right(along, begin), bisect_left(along, end)
    between = zip(x[first:last], y[first:last], strict=True)
    return [_at(begin, along, x, y), *between, _at(end, along, x, y)]


def _at(metres: float, along: list[float], x: list[float], y: list[float]) -> tuple[float, float]:
    """Return where so many metres along a line are; as `np.interp` has it, which takes longer for one."""
    k = bisect_right(along, metres) - 1
    if k < 0 or k == len(along) - 1 or along[k] == metres:
        k = max(k, 0)
        return x[k], y[k]
    reach, gone = along[k + 1] - along[k], metres - along[k]
    return (x[k + 1] - x[k]) / reach * gone + x[k], (y[k + 1] - y[k]) / reach * gone + y[k]


def in_words(streets: tuple[StreetDriven, ...]) -> Text:
    """Return the drive in a sentence: 五一路 由南向北，经 北环路 由东向西.

    Streets driven for less than 15 m are left out, and what has the same name on both sides of these is one. Where the
    drive was broken off, the sentence says so.
    """
    worth = [street for street in streets if street.length_m >= _LEAST_M] or list(streets)
    zh, en = [], []
    for number, (piece, group) in enumerate(groupby(worth, key=lambda street: street.piece)):
        parts = [next(same) for _, same in groupby(group, key=lambda street: (street.name, street.towards))]
        said = [_said(street, before) for street, before in zip(parts, [None, *parts], strict=False)]
        zh.append("，".join(words.zh for words in said))
        en.append(", then ".join(words.en for words in said))
        del number, piece
    return Text("；（轨迹中断）".join(zh), "; (the drive is broken off) ".join(en))


def _said(street: StreetDriven, before: StreetDriven | None) -> Text:
    """Return a street with its direction, after the one before."""
    name, to = street.name, street.towards
    if before and before.name == name and to and before.towards and _opposite(to, before.towards):
        return Text(f"折返 {to.zh}", f"back {to.en}")
    by = "经 " if before else ""
    if not to:
        return Text(by + (name or _UNNAMED.zh), name or _UNNAMED.en)
    return Text(f"{by}{name or _UNNAMED.zh} {to.zh}", f"{name or _UNNAMED.en} {to.en}")


def _opposite(one: Text, other: Text) -> bool:
    """Return whether two directions are opposite, or nearly so: a street that bends is seldom driven back at half a turn sharp."""
    eighths = (_TOWARDS.index(one) - _TOWARDS.index(other)) % len(_TOWARDS)
    return abs(eighths - len(_TOWARDS) // 2) <= 1


def as_geojson(streets: tuple[StreetDriven, ...]) -> dict[str, Any]:
    """Return the drive as a GeoJSON FeatureCollection in WGS 84, a feature a street.

    Properties: `name`, `towards` (Chinese), `entered_at` and `left_at` (seconds on the clock of the fixes), `length_m`,
    `p`, `piece`.
    """
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {
                    "name": street.name,
                    "towards": street.towards.zh if street.towards else None,
                    "entered_at": round(street.entered_at, 1),
                    "left_at": round(street.left_at, 1),
                    "length_m": round(street.length_m, 1),
                    "p": round(street.p, 3),
                    "piece": street.piece,
                },
                "geometry": {
                    "type": "LineString",
                    "coordinates": [[round(lon, 7), round(lat, 7)] for lon, lat in street.line.coords],
                },
            }
            for street in streets
        ],
    }
