"""Where names and numbers go on a sheet, so that none covers another."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import shapely
from shapely import LineString, Polygon, box
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

_STEEP_DEG = 72.0
_LATIN_EM = 0.58
_AIR_EM = 0.3
_LINE_EM = 1.16
_STOPS = (0.5, 0.35, 0.65, 0.22, 0.78, 0.12, 0.88)


@dataclass(frozen=True)
class Spot:
    """A name where it is written: its middle in metres, degrees anticlockwise, and the text with its line breaks."""

    text: str
    x: float
    y: float
    turn: float


def em_width(text: str) -> float:
    """Return about how many times its size a line of text is wide."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else _LATIN_EM for char in text)


def wrapped(text: str, width_em: float) -> list[str]:
    """Break a text into lines no wider than `width_em`, between words or Chinese characters."""
    lines = [""]
    word = ""
    for char in [*text, " "]:
        word += char
        if char == " " or unicodedata.east_asian_width(char) in "WF":
            if lines[-1] and em_width(lines[-1] + word.rstrip()) > width_em:
                lines.append("")
            lines[-1] += word
            word = ""
    return [line.strip() for line in lines]


class Spots:
    """The places on a sheet that are taken."""

    def __init__(self, view: BaseGeometry) -> None:
        """Begin with an empty view: a box in metres."""
        self._view = view
        self._taken: list[BaseGeometry] = []
        self._streets = shapely.STRtree([])
        self._owners: list[str | None] = []

    def avoid(self, streets: Sequence[tuple[str | None, BaseGeometry]]) -> None:
        """Name the streets that a name of another street had better not lie across."""
        self._streets = shapely.STRtree([line for _, line in streets])
        self._owners = [name for name, _ in streets]

    def _crosses(self, text: str, shape: BaseGeometry) -> bool:
        return any(self._owners[index] != text for index in self._streets.query(shape, predicate="intersects"))

    def take(self, shape: BaseGeometry) -> bool:
        """Take a place if it is free and within the view."""
        if not self._view.contains(shape) or any(shape.intersects(other) for other in self._taken):
            return False
        self._taken.append(shape)
        return True

    def label(self, text: str, lines: Sequence[BaseGeometry], em_m: float, *, aside_m: float = 0.0) -> Spot | None:
        """Find a place for a name along a street.

        Args:
            text: the name.
            lines: the street's pieces.
            em_m: the size of the letters in metres.
            aside_m: how far beside the line, outwards from the view's middle; 0: on it.

        Returns:
            None where there is no room.
        """
        crossing = []
        for line in self._stretches(lines):
            if not aside_m and max(em_width(text), 2.0) * em_m > 1.1 * line.length:
                continue
            for stop in _STOPS:
                spot, shape = self._at(text, line, stop, em_m, aside_m)
                if self._crosses(text, shape):
                    crossing.append((spot, shape))
                elif self.take(shape):
                    return spot
        return next((spot for spot, shape in crossing if self.take(shape)), None)

    def _stretches(self, lines: Sequence[BaseGeometry]) -> list[LineString]:
        within = shapely.intersection(shapely.union_all(list(lines)), self._view)
        merged = shapely.get_parts(shapely.line_merge(within))
        found = [part for part in merged.tolist() if isinstance(part, LineString) and part.length > 0]
        return sorted(found, key=lambda part: -part.length)[:3]

    def _at(self, text: str, line: LineString, stop: float, em_m: float, aside_m: float) -> tuple[Spot, Polygon]:
        reach = min(em_width(text) * em_m / 2, line.length / 2)
        middle = stop * line.length
        a, at, b = (line.interpolate(max(middle + step, 0.0)) for step in (-reach, 0.0, reach))
        turn = (math.degrees(math.atan2(b.y - a.y, b.x - a.x)) + 90) % 180 - 90
        upright = abs(turn) > _STEEP_DEG and all(unicodedata.east_asian_width(char) in "WF" for char in text)
        height = (_LINE_EM * len(text) if upright else 1.0) + _AIR_EM
        width = (1.0 if upright else em_width(text)) + _AIR_EM
        x, y = at.x, at.y
        if aside_m:
            normal = math.radians(turn + 90)
            off = aside_m + em_m * (width if upright else height) / 2
            centre = self._view.centroid
            sign = 1 if (x - centre.x) * math.cos(normal) + (y - centre.y) * math.sin(normal) > 0 else -1
            x, y = x + sign * off * math.cos(normal), y + sign * off * math.sin(normal)
        shape = translate(box(-width / 2 * em_m, -height / 2 * em_m, width / 2 * em_m, height / 2 * em_m), x, y)
        if upright:
            return Spot("\n".join(text), x, y, 0.0), shape
        return Spot(text, x, y, turn), rotate(shape, turn)

    def disc(
        self, x: float, y: float, toward: tuple[float, float], radius_m: float, beyond_m: float = 0.0
    ) -> tuple[float, float]:
        """Find a place for a numbered disc near a point, rather on one side of it; the nearest one if all are taken."""
        places = list(_around(x, y, toward, radius_m, beyond_m))
        for place in places:
            if self.take(shapely.Point(place).buffer(radius_m * 1.08)):
                return place
        return places[0]


def _around(
    x: float, y: float, toward: tuple[float, float], radius_m: float, beyond_m: float
) -> Iterable[tuple[float, float]]:
    base = math.atan2(toward[1], toward[0])
    for steps in (2.0, 3.2, 4.5, 6.0, 8.0, 10.0):
        for turn in (0, 20, -20, 40, -40, 60, -60, 80, -80):
            angle = base + math.radians(turn)
            reach = steps * radius_m + beyond_m
            yield x + reach * math.cos(angle), y + reach * math.sin(angle)
