"""The map of one permit: the zone, and the streets or the area that it opens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from truckban.permitting.certificate import Certificate
from truckban.report.drawing import Drawing, Label, Shape, path
from truckban.report.tags import Box, Placer, Tag
from zones.zone import Zone

_WIDE_PX = 720.0
_SHAPE = 4 / 3
"""Width by height, at least."""
_MARGIN = 0.06
_BARS_M = (10_000, 5_000, 2_000, 1_000, 500, 200, 100)

View = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PermitMap:
    """What the template draws.

    Attributes:
        view: left, top, width and height in metres.
        a_pixel_m: metres a pixel on a wide screen.
        areas: what is banned, of each zone.
        edges: the boundary roads.
        carved: what stays open.
        streets: the network.
        roads: the streets that the permit names, within the view.
        granted: the area that it names; None where it names none, or none that could be drawn.
        tags: words, by shares of width and height in percent.
        bar: a scale's length in metres and its share of the width in percent.
        not_drawn: roads that the permit names and the zone's streets do not have.
    """

    view: View
    a_pixel_m: float
    areas: tuple[Shape, ...]
    edges: tuple[Shape, ...]
    carved: tuple[Shape, ...]
    streets: tuple[Shape, ...]
    roads: tuple[Shape, ...]
    granted: Shape | None
    tags: tuple[Tag, ...]
    bar: tuple[int, float]
    not_drawn: tuple[str, ...]


def permit_map(
    certificate: Certificate, zone: Zone, road_name: Callable[[str], str], *, others: Sequence[Zone] = ()
) -> PermitMap:
    """Draw a permit.

    Args:
        certificate: what it says.
        zone: of its notice.
        road_name: turns a road into the notice's own spelling.
        others: the further zones of a notice that has several; their streets are taken to be those of the first.
    """
    drawing = Drawing(zone)
    drawings = [drawing, *(Drawing(other, centre=drawing.centre) for other in others)]
    wanted = {road_name(road): road for road in certificate.roads}
    lines: dict[str, list[BaseGeometry]] = {}
    for street in zone.streets:
        name = None if street.name is None else road_name(street.name)
        if name in wanted:
            lines.setdefault(wanted[name], []).append(drawing.on_sheet(street.geometry))
    granted = None if certificate.area is None else drawing.on_sheet(certificate.area)
    view = _view(
        [
            *(drawing.on_sheet(each.area) for each in (zone, *others)),
            *(drawing.on_sheet(road.geometry) for each in (zone, *others) for road in each.boundary_roads),
            *([granted] if granted else []),
        ]
    )
    return PermitMap(
        view=view,
        a_pixel_m=round(view[2] / _WIDE_PX, 3),
        areas=tuple(each.area() for each in drawings),
        edges=tuple(shape for each in drawings for shape in each.boundary_roads()),
        carved=tuple(shape for each in drawings for shape in each.carve_outs()),
        streets=tuple(drawing.streets()),
        roads=tuple(Shape(path(*own), name, "granted") for name, own in lines.items()),
        granted=None if granted is None else Shape(path(granted), kind="granted"),
        tags=_names(drawing, view, set(lines), road_name, wanted),
        bar=_bar(view),
        not_drawn=tuple(road for road in certificate.roads if road not in lines),
    )


def _view(seen: Sequence[BaseGeometry]) -> View:
    west, north, east, south = shapely.total_bounds(list(seen)).tolist()
    width, height = ((far - near) * (1 + 2 * _MARGIN) for near, far in ((west, east), (north, south)))
    width = max(width, height * _SHAPE)
    return (
        round((west + east - width) / 2, 1),
        round((north + south - height) / 2, 1),
        round(width, 1),
        round(height, 1),
    )


def _names(
    drawing: Drawing, view: View, granted: set[str], road_name: Callable[[str], str], wanted: dict[str, str]
) -> tuple[Tag, ...]:
    """Write the names of the permit's roads first, then those of the boundary roads, then of others as there is room."""
    placer = Placer(view)
    labels = drawing.labels()
    own = [label for label in labels if wanted.get(road_name(label.text)) in granted]
    for label in own:
        placer.must(_box(label), "used")
    edges = [label for label in labels if label not in own and label.kind in ("boundary", "carve_out")]
    for label in edges + [label for label in labels if label not in own and label not in edges]:
        placer.may(_box(label), label.kind)
    return tuple(placer.tags)


def _box(label: Label) -> Box:
    return Box(label.x, label.y, label.text, turn=label.turn, upright=label.upright, side=label.side)


def _bar(view: View) -> tuple[int, float]:
    length = next((size for size in _BARS_M if size <= view[2] / 4), round(view[2] / 4))
    return length, round(100 * length / view[2], 2)
