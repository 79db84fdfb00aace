"""The map of the sites and of the candidates: the zone around which they lie, as SVG in metres; a picture where the extra `maps` is."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from enterprises.places import SITE, Place
from enterprises.plane import metres_a_degree
from enterprises.unlisted import Candidate
from truckban.report.drawing import Drawing, Shape, path
from zones.zone import Zone

_MARGIN = 0.08
_LEAST_M = 1000.0
_SHOWN = 50
PICTURES = importlib.util.find_spec("matplotlib") is not None


@dataclass(frozen=True, slots=True)
class Spot:
    """A candidate on the sheet: its rank, its middle and reach in metres."""

    rank: int
    x: float
    y: float
    reach: float


@dataclass(frozen=True, slots=True)
class VisitMap:
    """What the template draws.

    Attributes:
        view: left, top, width and height in metres.
        a_pixel_m: metres a pixel on a wide screen.
        area: the zone.
        streets: the zone's.
        sites: each with its id.
        others: places that are known to be no loading places, likewise.
        spots: the first candidates.
    """

    view: tuple[float, float, float, float]
    a_pixel_m: float
    area: Shape
    streets: tuple[Shape, ...]
    sites: tuple[Shape, ...]
    others: tuple[Shape, ...]
    spots: tuple[Spot, ...]


def reach_of(place: Place) -> BaseGeometry:
    """Return what a place covers, WGS 84; of a point its circle."""
    if place.shape.geom_type != "Point":
        return place.shape
    lon, lat = shapely.get_coordinates(place.shape)[0].tolist()
    east, north = metres_a_degree(lat)
    ring = shapely.Point(0, 0).buffer(place.radius_m)
    return shapely.transform(ring, lambda at: at / [float(east), float(north)] + [lon, lat])


def visit_map(zone: Zone, places: Sequence[Place], candidates: Sequence[Candidate]) -> VisitMap:
    """Draw sites and candidates on one sheet with the zone."""
    drawing = Drawing(zone)
    reaches = [drawing.on_sheet(reach_of(place)) for place in places]
    spots = []
    for one in candidates[:_SHOWN]:
        x, y = _at(drawing, one)
        spots.append(Spot(one.rank, round(x, 1), round(y, 1), max(one.reach_m, 30.0)))
    shown = [
        drawing.on_sheet(zone.area),
        *reaches,
        *(shapely.Point(spot.x, spot.y).buffer(spot.reach) for spot in spots),
    ]
    left, top, right, bottom = shapely.union_all(shapely.box(*shapely.bounds(shown).T)).bounds
    shapes = {
        sites: tuple(
            Shape(path(shape), place.id)
            for shape, place in zip(reaches, places, strict=True)
            if (place.kind == SITE) is sites
        )
        for sites in (True, False)
    }
    margin = max(_LEAST_M / 2, _MARGIN * max(right - left, bottom - top))
    view = (left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)
    return VisitMap(
        (round(view[0], 1), round(view[1], 1), round(view[2], 1), round(view[3], 1)),
        round(view[2] / 900, 2),
        drawing.area(),
        tuple(drawing.streets()),
        shapes[True],
        shapes[False],
        tuple(spots),
    )


def _at(drawing: Drawing, one: Candidate) -> tuple[float, float]:
    x, y = shapely.get_coordinates(drawing.on_sheet(shapely.Point(one.lon, one.lat)))[0].tolist()
    return x, y


def write_picture(file: Path, zone: Zone, places: Sequence[Place], candidates: Sequence[Candidate]) -> bool:
    """Write the map as PNG where matplotlib (the extra `maps`) is; return whether it did."""
    if not PICTURES or not candidates:
        return False
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - of the extras
    from matplotlib.figure import Figure  # noqa: PLC0415

    drawing = Drawing(zone)
    figure = Figure(figsize=(9, 9), dpi=120, layout="tight")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for street in zone.streets:
        x, y = shapely.get_coordinates(drawing.on_sheet(street.geometry)).T
        axes.plot(x, y, color="#bac3cd", linewidth=0.7, zorder=1)
    colours = {True: ("#cfe9dd", "#1f7a55"), False: ("#e3e6ea", "#77808a")}
    shapes = [(zone.area, "#f7dedb", "#a8423c")]
    shapes += [(reach_of(place), *colours[place.kind == SITE]) for place in places]
    for shape, inner, edge in shapes:
        for part in shapely.get_parts(drawing.on_sheet(shape)):
            x, y = shapely.get_coordinates(part.exterior).T
            axes.fill(x, y, facecolor=inner, edgecolor=edge, alpha=0.6, zorder=2)
    for one in candidates[:_SHOWN]:
        x, y = _at(drawing, one)
        axes.plot([x], [y], "o", markersize=13, color="#8a5200", zorder=3)
        axes.text(x, y, str(one.rank), color="white", ha="center", va="center", fontsize=8, zorder=4)
    axes.set_aspect("equal")
    # on the sheet y grows southward, on the axis northward
    axes.invert_yaxis()
    axes.yaxis.set_major_formatter(lambda y, _: f"{0 - y:g}")
    axes.set_xlabel("E, m")
    axes.set_ylabel("N, m")
    figure.savefig(file, metadata={"Software": None})
    return True
