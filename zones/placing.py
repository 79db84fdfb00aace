"""Where each street around a zone runs: inside, on the boundary, in a carve-out, outside, or across."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from zones.boundary import Outline
from zones.network import StreetNetwork
from zones.roads import carriageway_of
from zones.widths import width_of
from zones.zone import Street, StreetPlace

_AROUND_M = 2500.0
# the mouth of a side street lies on the road it joins: only what reaches further counts
_MOUTH_M = 30.0
_ANY_M = 1.0


def streets_around(network: StreetNetwork, drawn: Outline) -> Iterator[Street]:
    """Yield the driven streets around the loop, in the order of their ids, with the place of each."""
    near = shapely.buffer(drawn.loop, _AROUND_M)
    driven = sorted((s for s in network.segments if s.driven), key=lambda s: s.id)
    lines = np.array([carriageway_of(s, drawn.plane).line for s in driven], dtype=object)
    here = np.flatnonzero(shapely.intersects(lines, near))
    places = _places(lines[here], drawn)
    for index, place in zip(here, places, strict=True):
        segment = driven[index]
        half = round(width_of(segment).width_m / 2, 3)
        yield Street(segment.id, segment.name, segment.highway, place, half, segment.oneway, segment.line)


def _places(lines: npt.NDArray[np.object_], drawn: Outline) -> list[StreetPlace]:
    """Return where each line runs, by how many of its metres lie where."""

    def metres(where: BaseGeometry) -> npt.NDArray[np.float64]:
        return shapely.length(shapely.intersection(lines, where))

    inside = metres(drawn.area)
    carved = metres(shapely.union_all(drawn.carve_outs))
    boundary = metres(shapely.difference(shapely.union_all(drawn.boundary), drawn.area))
    total = shapely.length(lines)
    return [
        _place(*row) for row in zip(inside, carved, boundary, total - inside - carved - boundary, total, strict=True)
    ]


def _place(inside: float, carved: float, boundary: float, outside: float, total: float) -> StreetPlace:
    on_carved = carved > min(_MOUTH_M, total / 2)
    if inside > _ANY_M:
        return "crosses" if outside > _ANY_M or on_carved else "inside"
    if on_carved:
        return "carve_out"
    return "boundary_road" if boundary > total / 2 else "outside"
