"""Roads that a notice lists instead of an area: the zone is the roads themselves, without the streets that cross them."""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from zones.boundary import SLIVER_M, Outline, kinds_in, names_in, posts_for
from zones.coords import LocalPlane
from zones.errors import InputError
from zones.names import find_roads
from zones.network import Segment, StreetNetwork
from zones.roads import Road, carriageways_of, polygon_parts
from zones.spec import ZoneSpec
from zones.stretches import Stretches
from zones.text import Text


def listed_outline(spec: ZoneSpec, network: StreetNetwork) -> Outline:
    """Build the zone of a specification that lists roads.

    Its area is the listed stretches from kerb to kerb, less the surfaces of all other streets: who crosses a listed road at a
    junction, or turns out of it there, is not on it. There is no loop, so `loop` is the area.

    Args:
        spec: the notice's words, with `roads`.
        network: the streets, WGS 84.

    Raises:
        ZoneError: `road_not_found`.
        InputError: a stretch cannot be resolved, is no street, or shares all of its surface with other streets.
    """
    parts = spec.roads or []
    kinds = kinds_in(spec, network)
    for number, part in enumerate(parts):
        if kinds[part.road] != "road":
            raise InputError(
                Text(f"{part.road} 不是道路（{kinds[part.road]}）", f"{part.road} is no street ({kinds[part.road]})"),
                field=f"roads.{number}.road",
            )
    found = find_roads(network, names_in(spec), kinds=kinds)
    own = [segment for name in dict.fromkeys(part.road for part in parts) for segment in found[name].segments]
    plane = LocalPlane.around(*(segment.line for segment in own))
    named = {name: Road.of(name, road.segments, plane) for name, road in found.items()}
    stretches = Stretches(named.__getitem__, spec.points, posts_for(spec, network, plane))
    everywhere = shapely.box(*shapely.buffer(shapely.union_all([road.body for road in named.values()]), 1.0).bounds)
    surfaces = [
        stretches.surface(part, everywhere, at=f"roads.{number}").intersection(named[part.road].surface)
        for number, part in enumerate(parts)
    ]
    crossed = _surfaces_of_others(shapely.union_all(surfaces), own, network, plane)
    left = [_without_slivers(shapely.difference(surface, crossed)) for surface in surfaces]
    for number, part in enumerate(parts):
        if left[number].is_empty:
            raise InputError(
                Text(
                    f"{part.road} 的路面全与别的道路重叠，分不清行驶在哪一条上",
                    f"all of the surface of {part.road} is shared with other streets: nothing tells which one is driven on",
                ),
                field=f"roads.{number}",
            )
    area = shapely.union_all(left)
    roads = tuple(named[name] for name in dict.fromkeys(part.road for part in parts))
    return Outline(plane, area, area, (), (), (), roads, found, worked_out=stretches.worked_out)


def _surfaces_of_others(
    whole: BaseGeometry, own: Sequence[Segment], network: StreetNetwork, plane: LocalPlane
) -> BaseGeometry:
    """Return the surfaces of the streets on which trucks drive beside the listed ones, where they meet these."""
    ids = {segment.id for segment in own}
    others = carriageways_of([s for s in network.segments if s.driven and s.id not in ids], plane)
    shapely.prepare(whole)
    near = (way for way in others if shapely.dwithin(whole, way.line, way.half_width_m))
    return shapely.union_all([shapely.buffer(way.line, way.half_width_m, cap_style="flat") for way in near])


def _without_slivers(area: BaseGeometry) -> BaseGeometry:
    wide = [part for part in polygon_parts(area) if not shapely.buffer(part, -SLIVER_M / 2).is_empty]
    return shapely.union_all(wide)
