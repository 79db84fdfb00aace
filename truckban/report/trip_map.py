"""The map of one trip: the zones and the streets around it, the trip as asked in the colours of its verdicts, each way instead.

Lines are an SVG in metres; words are put over it by shares of its width and height, so that they keep their size on a telephone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from truckban.report.drawing import Drawing, Shape, path
from truckban.report.tags import Box, Placer, Tag
from truckban.trips.model import Plan
from truckban.trips.rules import maps_of
from truckban.trips.ways import Way

_SHAPE = 5 / 4
"""Width by height."""
_WIDE_PX = 720.0
_MARGIN = 0.12
_LEAST_M = 500.0
_MUCH = 2.2
"""The whole zone is shown where it does not make the map more than so many times as wide."""
_FINE_M = 2.0
_BESIDE_PX = 5.0
_SHORTER = 0.6
_SLOTS = 6
_WIDTHS_M = {"motorway": 16.0, "trunk": 14.0, "primary": 12.0, "secondary": 10.0, "tertiary": 8.0}
_NARROW_M = 5.0
_SIDES = {"first": -1, "stand": 1}
"""Marks that are written above or below their place, which stays in sight."""
_BADGE_PX = 8.0
_SHARES = tuple(0.5 + aside / 100 for step in range(0, 46, 3) for aside in ((-step, step) if step else (0,)))
"""Where along its line the number of a way may stand."""

_Floats = npt.NDArray[np.float64]
View = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line drawn: its path, its class, and, of a way instead, its number."""

    d: str
    kind: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class TripMap:
    """What the template draws.

    Attributes:
        view: left, top, width and height in metres.
        a_pixel_m: metres a pixel on a wide screen.
        areas: what is banned.
        edges: the boundary roads.
        carved: what stays open.
        streets: the network.
        asked: the trip as asked, a part a verdict.
        instead: the ways instead, the last first.
        tags: words and marks, by shares of width and height in percent.
        bar: a scale's length in metres and its share of the width in percent.
    """

    view: View
    a_pixel_m: float
    areas: tuple[Shape, ...]
    edges: tuple[Shape, ...]
    carved: tuple[Shape, ...]
    streets: tuple[Shape, ...]
    asked: tuple[Line, ...]
    instead: tuple[Line, ...]
    tags: tuple[Tag, ...]
    bar: tuple[int, float]


@dataclass(frozen=True, slots=True)
class Said:
    """A word at a place of the map, WGS 84; `number` of the way instead that it is about; `more` where there is room."""

    lon: float
    lat: float
    text: str
    kind: str
    number: int = 0
    more: str = ""


def trip_map(plan: Plan, marks: Sequence[Said]) -> TripMap:
    """Draw a plan.

    Args:
        plan: the answer to a trip.
        marks: origin, destination, stands, the first place that is not lawful, in the order of what may hide what.
    """
    zones = [each.zone for each in maps_of(plan.trip.judged.rules)]
    first = Drawing(zones[0])
    drawings = [first, *(Drawing(zone, centre=first.centre) for zone in zones[1:])]
    ways = [way for way in (plan.way, *(one.way for one in plan.alternatives)) if way is not None]
    driven = [_driven(way, first) for way in ways]
    ends = first.on_sheet(shapely.MultiPoint([(end.lon, end.lat) for end in (plan.trip.origin, plan.trip.destination)]))
    view = _view([ends, *driven], [first.on_sheet(zone.area) for zone in zones])
    k = round(view[2] / _WIDE_PX, 3)
    instead = [_beside(line, number, k) for number, line in enumerate(driven[1:], start=1)]
    placer = Placer(view)
    _put(placer, first, marks, instead)
    _names(placer, drawings, ways, driven)
    return TripMap(
        view,
        k,
        tuple(drawing.area() for drawing in drawings),
        tuple(shape for drawing in drawings for shape in drawing.boundary_roads()),
        tuple(shape for drawing in drawings for shape in drawing.carve_outs()),
        tuple(_streets(plan.way, first, view) if plan.way is not None else first.streets()),
        () if plan.way is None else tuple(_asked(plan.way, plan, first)),
        tuple(Line(path(line), "alt", number) for number, line in reversed(list(enumerate(instead, start=1)))),
        tuple(placer.tags),
        _bar(view),
    )


def _driven(way: Way, drawing: Drawing) -> LineString:
    """Return a way on the sheet, without the points that no eye would miss."""
    return _line(drawing, [(lon, lat) for lon, lat, _ in way.timed_line])


def _line(drawing: Drawing, points: Sequence[tuple[float, float]]) -> LineString:
    drawn = drawing.on_sheet(LineString(points if len(points) > 1 else [*points, *points]))
    return LineString(shapely.get_coordinates(shapely.simplify(drawn, _FINE_M)))


def _view(driven: Sequence[BaseGeometry], areas: Sequence[BaseGeometry]) -> View:
    """Return what is seen: all that is driven, and the zones where they are not much larger."""
    west, north, east, south = shapely.total_bounds(list(driven)).tolist()
    size = max(east - west, south - north, _LEAST_M)
    for area in areas:
        bounds = shapely.total_bounds([area, *driven]).tolist()
        if max(bounds[2] - bounds[0], bounds[3] - bounds[1]) <= _MUCH * size:
            west, north = min(west, bounds[0]), min(north, bounds[1])
            east, south = max(east, bounds[2]), max(south, bounds[3])
    width, height = (max(far - near, _LEAST_M) * (1 + 2 * _MARGIN) for near, far in ((west, east), (north, south)))
    width, height = max(width, height * _SHAPE), max(height, width / _SHAPE)
    left, top = (west + east - width) / 2, (north + south - height) / 2
    return round(left, 1), round(top, 1), round(width, 1), round(height, 1)


def _beside(line: LineString, number: int, k: float) -> BaseGeometry:
    """Return a way instead next to the street's middle, so that ways along one street are seen side by side."""
    slot = (number - 1) % _SLOTS
    aside = (slot // 2 + 1) * (1 if slot % 2 else -1) * _BESIDE_PX * k
    moved = shapely.offset_curve(line, aside, join_style="mitre", mitre_limit=1.5) if line.length else line
    # around a narrow loop nothing may be left of it
    return moved if moved.length >= _SHORTER * line.length else line


def _asked(way: Way, plan: Plan, drawing: Drawing) -> Iterator[Line]:
    line = way.timed_line
    for piece in plan.pieces:
        inner = [(lon, lat) for lon, lat, at in line if piece.since < at < piece.until]
        points = [way.position(piece.since), *inner, way.position(piece.until)]
        yield Line(path(_line(drawing, points)), piece.word)


def _streets(way: Way, drawing: Drawing, view: View) -> Iterator[Shape]:
    """Yield the network within the view, streets of one width together, each once though it is driven both ways."""
    streets = way.streets
    left, top, width, height = view
    seen = shapely.box(left, top, left + width, top + height)
    plane = streets.graph.plane
    parts = shapely.get_parts(drawing.on_sheet(plane.to_lonlat(shapely.GeometryCollection(list(streets.lines)))))
    met = np.flatnonzero(shapely.intersects(parts, seen))
    cut = shapely.clip_by_rect(shapely.simplify(parts[met], _FINE_M), left, top, left + width, top + height)
    together: dict[float, dict[bytes, BaseGeometry]] = {}
    for edge, line in zip(met.tolist(), shapely.normalize(cut).tolist(), strict=True):
        if line.length > 0:
            highway = streets.fits[int(streets.fit[edge])].highway.removesuffix("_link")
            whole = shapely.set_precision(line, 1.0)
            together.setdefault(_WIDTHS_M.get(highway, _NARROW_M), {}).setdefault(shapely.to_wkb(whole), line)
    for broad, found in sorted(together.items()):
        yield Shape(path(*(part for line in found.values() for part in _lines(line))), width_m=broad)


def _lines(geometry: BaseGeometry) -> Iterable[BaseGeometry]:
    return (part for part in shapely.get_parts(geometry) if part.geom_type == "LineString")


def _put(placer: Placer, drawing: Drawing, marks: Sequence[Said], instead: Sequence[BaseGeometry]) -> None:
    """Put the marks where they belong, and each number on its line, where it hides no other if there is such a place."""
    for mark in marks:
        x, y = shapely.get_coordinates(drawing.on_sheet(shapely.Point(mark.lon, mark.lat)))[0].tolist()
        side = _SIDES.get(mark.kind.partition(" ")[0], 0)
        box = Box(x, y, mark.text, side=side, pad_px=_BADGE_PX, more=mark.more)
        placer.must(box, mark.kind, mark.number, replace(box, side=-side))
    for number, line in enumerate(instead, start=1):
        longest = max(shapely.get_parts(line), key=lambda part: float(part.length))
        spots = [longest.interpolate(share, normalized=True) for share in _SHARES]
        boxes = [Box(spot.x, spot.y, str(number), pad_px=_BADGE_PX) for spot in spots]
        placer.must(boxes[0], "number", number, *boxes[1:])


def _names(placer: Placer, drawings: Sequence[Drawing], ways: Sequence[Way], driven: Sequence[LineString]) -> None:
    """Write the names of boundary roads, of the streets driven, and then of others, as far as there is room."""
    labels = [label for drawing in drawings for label in drawing.labels()]
    named = {label.text for label in labels}
    for label in labels:
        if label.kind in ("boundary", "carve_out"):
            placer.may(
                Box(label.x, label.y, label.text, turn=label.turn, upright=label.upright, side=label.side), label.kind
            )
    used = dict.fromkeys(road for way in ways for road in way.roads)
    for label in sorted(labels, key=lambda one: one.text not in used):
        if label.kind in ("road", "street"):
            kind = "used" if label.text in used else label.kind
            placer.may(Box(label.x, label.y, label.text, turn=label.turn, upright=label.upright), kind)
    for way, line in zip(ways, driven, strict=True):
        done = 0.0
        for step in way.steps:
            middle, done = done + step.length_m / 2, done + step.length_m
            if step.name is not None and step.name not in named:
                named.add(step.name)
                at = line.interpolate(middle / max(way.length_m, 1.0), normalized=True)
                placer.may(Box(at.x, at.y, step.name), "used")


def _bar(view: View) -> tuple[int, float]:
    length = next(
        (size for size in (10_000, 5_000, 2_000, 1_000, 500, 200, 100) if size <= view[2] / 4), round(view[2] / 4)
    )
    return length, round(100 * length / view[2], 2)
