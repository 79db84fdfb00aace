"""Where each street around a zone runs: inside, on the boundary, in a carve-out, outside, or across."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from zones.boundary import Outline
from zones.network import Segment, StreetNetwork
from zones.roads import carriageways_of
from zones.widths import width_of
from zones.zone import Street, StreetPlace

_AROUND_M = 2500.0
# the mouth of a side street lies on the road it joins: only what reaches further counts
_MOUTH_M = 30.0
_ANY_M = 1.0


_SHORTEST_M = 0.05


def streets_around(network: StreetNetwork, drawn: Outline) -> tuple[Street, ...]:
    """Return the driven streets around the loop, in the order of their ids, with the place of each."""
    near = shapely.buffer(drawn.loop, _AROUND_M)
    driven = sorted((s for s in network.segments if s.driven), key=lambda s: s.id)
    lines = np.array([c.line for c in carriageways_of(driven, drawn.plane)], dtype=object)
    # what is shorter than the file's grid would come back as a point
    here = np.flatnonzero(shapely.intersects(lines, near) & (shapely.length(lines) > _SHORTEST_M))
    places = places_of(lines[here], drawn.area, drawn.boundary, drawn.carve_outs)
    return tuple(_street(driven[index], place) for index, place in zip(here, places, strict=True))


def _street(segment: Segment, place: StreetPlace) -> Street:
    half = round(width_of(segment).width_m / 2, 3)
    return Street(
        segment.id, segment.name, segment.highway, place, half, segment.oneway, segment.line, segment.truck_tags
    )


def places_of(
    lines: npt.NDArray[np.object_],
    area: BaseGeometry,
    boundary: Iterable[BaseGeometry],
    carve_outs: Iterable[BaseGeometry],
) -> list[StreetPlace]:
    """Return where each line runs, by how many of its metres lie where; all geometry in one plane."""
    total = shapely.length(lines)

    def metres(where: BaseGeometry) -> npt.NDArray[np.float64]:
        # most streets lie wholly in or out: only the others need cutting
        shapely.prepare(where)
        whole = shapely.contains_properly(where, lines)
        cut = np.flatnonzero(shapely.intersects(where, lines) & ~whole)
        found = np.where(whole, total, 0.0)
        found[cut] = shapely.length(shapely.intersection(lines[cut], where))
        return found

    inside = metres(area)
    carved = metres(shapely.union_all(list(carve_outs)))
    boundary_m = metres(shapely.difference(shapely.union_all(list(boundary)), area))
    return [
        _place(*row)
        for row in zip(inside, carved, boundary_m, total - inside - carved - boundary_m, total, strict=True)
    ]


def _place(inside: float, carved: float, boundary: float, outside: float, total: float) -> StreetPlace:
    on_carved = carved > min(_MOUTH_M, total / 2)
    if inside > _ANY_M:
        return "crosses" if outside > _ANY_M or on_carved else "inside"
    if on_carved:
        return "carve_out"
    return "boundary_road" if boundary > total / 2 else "outside"
