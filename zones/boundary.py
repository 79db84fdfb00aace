"""From a notice's edges and a street network to polygons, or to an error that says why there is none."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from zones.chainage import RoadPost
from zones.coords import LocalPlane, to_wgs84
from zones.errors import InputError, ZoneError
from zones.gaps import Gap, Ways, bridge_gaps, cyclic_order, find_gaps
from zones.kilometres import metres_of
from zones.names import Found, find_roads, joined, kinds_of
from zones.network import Kind, Segment, StreetNetwork
from zones.roads import Road, carriageways_of, polygon_parts
from zones.roundabouts import Roundabout, roundabouts_of
from zones.sides import Border, centre_loop, choose
from zones.spec import Chainage, Edge, Junction, ZoneSpec
from zones.spellings import as_ref
from zones.stretches import Stretches
from zones.text import Text

SLIVER_M = 2.0
"""What is left of the area narrower than this, between kerbs, is no area."""
_CLEAR_M = 1.0
_HAIR_M = 0.01
# so many named parts go round a ring
_MIN_RING = 3


@dataclass(frozen=True, eq=False)
class Outline:
    """A zone in the plane, in metres.

    Attributes:
        plane: the plane that all geometry is in.
        loop: what the edges' centre lines enclose; where roads are listed instead, the area.
        area: what is banned: the loop with `included` roads, without the others and without the carve-outs.
        boundary: the surface of each edge's road along the loop, in the order of the edges.
        carve_outs: the surface of each carve-out that would else be area.
        gaps: what was missing and how it was closed.
        roads: the edges' roads, bridged.
        found: every road that the specification names.
        roundabouts: those that count as part of a boundary road, each with the index of its edge.
        worked_out: of each chainage, how its place was found.
    """

    plane: LocalPlane
    loop: BaseGeometry
    area: BaseGeometry
    boundary: tuple[BaseGeometry, ...]
    carve_outs: tuple[BaseGeometry, ...]
    gaps: tuple[Gap, ...]
    roads: tuple[Road, ...]
    found: dict[str, Found]
    roundabouts: tuple[tuple[int, Roundabout], ...] = ()
    worked_out: Mapping[str, Text] = field(default_factory=dict)


def names_in(spec: ZoneSpec) -> list[str]:
    """Return every road that a specification names."""
    parts = [*spec.carve_outs, *(edge.part for edge in spec.edges if edge.part), *(spec.roads or ())]
    places = [*spec.points.values(), *(place for part in parts for place in (part.from_, part.to))]
    names = [*(edge.road for edge in spec.edges), *(part.road for part in parts)]
    names += [name for edge in spec.edges for name in edge.also or ()]
    names += [name for place in places if isinstance(place, Junction) for name in place.junction]
    names += [place.road for place in places if isinstance(place, Chainage) and place.road]
    return list(dict.fromkeys(names))


def kinds_in(spec: ZoneSpec, network: StreetNetwork) -> dict[str, Kind]:
    """Return what every name of a specification is the name of.

    An edge says it; a name that stands in a junction only is a street's, or that of the lines of one kind that bear it.

    Raises:
        InputError: an edge is no line, or one name is said to be of two kinds.
    """
    kinds: dict[str, Kind] = {}
    for number, edge in enumerate(spec.edges):
        if edge.kind == "junctions":
            raise InputError(
                Text(
                    f"{edge.road} 不是道路（{edge.kind}），不能由街道数据得出边界",
                    f"{edge.road} is no road ({edge.kind}): streets do not show where it runs",
                ),
                field=f"edges.{number}.kind",
            )
        for name in (edge.road, *(edge.also or ())):
            if kinds.setdefault(name, edge.kind) != edge.kind:
                raise InputError(
                    Text(f"{name} 已写作 {kinds[name]}", f"{name} is a {kinds[name]} in another edge"),
                    field=f"edges.{number}.kind",
                )
    for name in names_in(spec):
        if name not in kinds:
            signed = kinds_of(network, name)
            kinds[name] = signed[0] if len(signed) == 1 else "road"
    return kinds


def outline(
    spec: ZoneSpec,
    network: StreetNetwork,
    *,
    max_gap_m: float = 100.0,
    bridge: Iterable[tuple[float, float]] = (),
) -> Outline:
    """Build the zone that a specification means on a street network.

    Args:
        spec: the notice's words.
        network: the streets, WGS 84.
        max_gap_m: the longest path along drawn ways that may close a gap.
        bridge: WGS 84 lon/lat of gaps that the operator closes with a straight line.

    Raises:
        ZoneError: `road_not_found`, `loop_open` or `sides_contradict`.
        InputError: a part or a place of the specification cannot be resolved.
    """
    found = _found(spec, network)
    plane = _plane([s for edge in spec.edges for s in found[edge.road].segments])
    named = {name: Road.of(name, road.segments, plane) for name, road in found.items()}
    stretches = Stretches(named.__getitem__, spec.points, posts_for(spec, network, plane))
    roads = [
        stretches.part_of_road(edge.part, at=f"edges.{number}.part") if edge.part else named[edge.road]
        for number, edge in enumerate(spec.edges)
    ]
    operator = [plane.to_xy(Point(lon, lat)) for lon, lat in bridge]
    driven = [segment for segment in network.segments if segment.driven]
    ways = carriageways_of(driven, plane)
    own = {segment.id for edge in spec.edges for segment in found[edge.road].segments}
    roundabouts = roundabouts_of(driven, ways, roads, own)
    roads, counted = _with_roundabouts(spec.edges, roads, roundabouts)
    named_parts = _named_parts(spec.edges, found, plane)
    cut_off = network.beside.partial
    partial = (edge.road for edge in spec.edges if any(s.name in cut_off for s in found[edge.road].segments))
    closing = _Closing(Ways(ways), max_gap_m, operator, tuple(dict.fromkeys(partial)))
    border, roads, gaps = _close(spec, roads, named_parts, closing, plane)
    loop = centre_loop(border, roads)
    counted = tuple((i, one) for i, one in counted if shapely.intersects(one.surface, loop.exterior))
    boundary = _surfaces_along(loop, roads, counted)
    whole = _area(loop, border.face, spec.edges, [*boundary, *_hairlines(loop, spec.edges, roads)])
    carve_outs = tuple(
        shapely.intersection(stretches.surface(part, loop, at=f"carve_outs.{number}"), whole)
        for number, part in enumerate(spec.carve_outs)
    )
    area = _clean(shapely.difference(whole, shapely.union_all(carve_outs)), border.face)
    boundary = tuple(
        surface if edge.kind == "road" else _seen(surface, road, loop, area)
        for surface, edge, road in zip(boundary, spec.edges, roads, strict=True)
    )
    gaps_, roads_ = tuple(gaps), tuple(roads)
    return Outline(plane, loop, area, boundary, carve_outs, gaps_, roads_, found, counted, stretches.worked_out)


def _plane(segments: Sequence[Segment]) -> LocalPlane:
    """Return a plane around the edges; around the roads alone where there are any, for a railway crosses a country."""
    roads = [segment.line for segment in segments if segment.kind == "road"]
    return LocalPlane.around(*(roads or [segment.line for segment in segments]))


def _seen(surface: BaseGeometry, road: Road, loop: Polygon, area: BaseGeometry) -> BaseGeometry:
    """Return the surface of a line that is no road; where it has no width, the half metre outside the area.

    The file needs something to show, and a line is half a metre thick here. The area is not made smaller by it.
    """
    along = shapely.buffer(shapely.boundary(loop), road.reach_m + _CLEAR_M)
    thin = shapely.difference(shapely.intersection(road.body, along), area)
    return shapely.union_all([surface, *polygon_parts(thin)])


def posts_for(spec: ZoneSpec, network: StreetNetwork, plane: LocalPlane) -> Callable[[str], Sequence[RoadPost]]:
    """Return how to find a road's kilometre posts: the operator's, and where they give none, all of the source.

    Raises:
        InputError: a post is one of a road that the specification does not name.
    """
    given: dict[str, list[RoadPost]] = {}
    roads = {as_ref(name) for name in names_in(spec)}
    for number, post in enumerate(spec.posts or ()):
        if as_ref(post.road) not in roads:
            raise InputError(
                Text(f"区域说明里没有道路 {post.road}", f"the specification names no road {post.road}"),
                field=f"posts.{number}.road",
            )
        lon, lat = to_wgs84(post.lon, post.lat, post.crs)
        said = " ".join(word for word in (post.source, post.date) if word) or None
        point = plane.to_xy(Point(float(lon), float(lat)))
        given.setdefault(as_ref(post.road), []).append(
            RoadPost(metres_of(post.chainage) or 0.0, point, given=True, source=said)
        )
    drawn = [RoadPost(post.chainage_m, plane.to_xy(Point(post.lon, post.lat))) for post in network.beside.posts]
    return lambda road: given.get(as_ref(road), drawn)


def _found(spec: ZoneSpec, network: StreetNetwork) -> dict[str, Found]:
    """Return every named road; an edge's road with the streets of all its `also` names."""
    also: dict[str, list[str]] = {}
    for edge in spec.edges:
        also.setdefault(edge.road, []).extend(edge.also or ())
    optional = [road for road, names in also.items() if names]
    found = find_roads(network, names_in(spec), optional=optional, kinds=kinds_in(spec, network))
    return found | {road: joined(road, [found.get(road), *(found[n] for n in names)]) for road, names in also.items()}


def _with_roundabouts(
    edges: Sequence[Edge], roads: Sequence[Road], roundabouts: Iterable[Roundabout]
) -> tuple[list[Road], tuple[tuple[int, Roundabout], ...]]:
    """Add each roundabout to one of the roads that it joins: to one that is not part of the area, if there is one."""
    whole, counted = list(roads), []
    for roundabout in roundabouts:
        owner = _owner(edges, roundabout.roads)
        for way in roundabout.ways:
            whole[owner] = whole[owner].with_line(way.line, way.half_width_m)
        counted.append((owner, roundabout))
    return whole, tuple(counted)


def _owner(edges: Sequence[Edge], roads: Iterable[int]) -> int:
    return min(roads, key=lambda i: (edges[i].boundary == "included", i))


@dataclass(frozen=True, eq=False)
class _Closing:
    """What may close a gap: drawn ways up to a length, and the places that the operator names.

    `partial` names the edges of whose lines the source holds only a part.
    """

    ways: Ways
    max_gap_m: float
    operator: Sequence[Point]
    partial: tuple[str, ...]

    def bridge(self, gaps: Sequence[Gap]) -> list[Gap]:
        return bridge_gaps(gaps, self.ways, max_gap_m=self.max_gap_m, operator=self.operator)


def _close(
    spec: ZoneSpec, roads: list[Road], named_parts: Sequence[Road], closing: _Closing, plane: LocalPlane
) -> tuple[Border, list[Road], list[Gap]]:
    """Return the face's border, the roads with their bridges, and the gaps.

    Gaps are looked for only where the roads alone enclose nothing.
    """
    border = choose(spec.edges, roads)
    if border is not None:
        return border, roads, []
    gaps = closing.bridge(_gaps_of_one(named_parts) or find_gaps(roads, _order(spec, roads)))
    if all(gap.bridged_by for gap in gaps):
        bridged = _with_bridges(spec.edges, roads, gaps)
        border = choose(spec.edges, bridged)
        if border is not None:
            return border, bridged, gaps
    raise _open(gaps, roads, plane, closing)


def _order(spec: ZoneSpec, roads: Sequence[Road]) -> list[int]:
    return list(range(len(roads))) if spec.ordered else cyclic_order(roads)


def _named_parts(edges: Sequence[Edge], found: Mapping[str, Found], plane: LocalPlane) -> list[Road]:
    """Return the parts of a ring that is the only edge (三环: 北三环西路, 北三环中路, ...), each as a road."""
    if len({edge.road for edge in edges}) > 1 or any(edge.part for edge in edges):
        return []
    by_name: dict[str, list[Segment]] = {}
    for segment in found[edges[0].road].segments:
        by_name.setdefault(segment.name or "", []).append(segment)
    return [Road.of(name, by_name[name], plane) for name in sorted(by_name)]


def _gaps_of_one(named_parts: Sequence[Road]) -> list[Gap]:
    """Return the gaps around a ring between its named parts: all of them are the one edge."""
    if len(named_parts) < _MIN_RING:
        return []
    return [replace(gap, roads=(0, 0)) for gap in find_gaps(named_parts, cyclic_order(named_parts))]


def _with_bridges(edges: Sequence[Edge], roads: Sequence[Road], gaps: Iterable[Gap]) -> list[Road]:
    """Add each bridge to one of the two roads it joins: to one that is not part of the area, if there is one."""
    bridged = list(roads)
    for gap in gaps:
        owner = _owner(edges, gap.roads)
        for carriageway in gap.path:
            bridged[owner] = bridged[owner].with_line(carriageway.line, carriageway.half_width_m)
        if not gap.path:
            bridged[owner] = bridged[owner].with_line(gap.line)
    return bridged


def _open(gaps: Sequence[Gap], roads: Sequence[Road], plane: LocalPlane, closing: _Closing) -> ZoneError:
    max_gap_m = closing.max_gap_m
    reports = [gap.as_json(roads, plane) for gap in gaps]
    missing = [r for r in reports if r["bridged_by"] is None]
    if not missing:
        text = Text(
            "这些道路虽然相接，但没有围成区域", "the roads meet, and yet enclose no area that follows all of them"
        )
    else:
        zh = "；".join(f"{'—'.join(r['between'])}：{r['lon']}, {r['lat']} 处缺 {r['length_m']} 米" for r in missing)
        en = "; ".join(
            f"{' - '.join(r['between'])}: {r['length_m']} m missing at {r['lon']}, {r['lat']}" for r in missing
        )
        text = Text(
            f"边界没有闭合，{max_gap_m:g} 米以内也没有道路可以连接：{zh}",
            f"the boundary is open, and no way of at most {max_gap_m:g} m closes it: {en}",
        )
    if closing.partial:
        text = Text(
            f"{text.zh}；数据里只有 {'、'.join(closing.partial)} 的一部分，请取更大的范围",
            f"{text.en}; the data hold only a part of {', '.join(closing.partial)}: take a larger area",
        )
    return ZoneError("loop_open", text, gaps=reports)


def _surfaces_along(
    loop: Polygon, roads: Sequence[Road], roundabouts: Iterable[tuple[int, Roundabout]]
) -> tuple[BaseGeometry, ...]:
    """Return each road from kerb to kerb along the loop, up to the outer kerb of the road at the corner."""
    along = shapely.buffer(shapely.boundary(loop), max(road.reach_m for road in roads) + _CLEAR_M)
    surfaces = [shapely.intersection(road.surface, along) for road in roads]
    for owner, roundabout in roundabouts:
        surfaces[owner] = shapely.union_all([surfaces[owner], roundabout.surface])
    return tuple(surfaces)


def _area(loop: Polygon, face: Polygon, edges: Sequence[Edge], surfaces: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return the loop with the surfaces of `included` roads and without all others; any beyond the edges' are out."""
    rows = list(zip(surfaces, edges, strict=False))
    inside = [s for s, edge in rows if edge.boundary == "included"]
    out = [*(s for s, edge in rows if edge.boundary != "included"), *surfaces[len(edges) :]]
    return _clean(shapely.difference(shapely.union_all([loop, *inside]), shapely.union_all(out)), face)


def _hairlines(loop: Polygon, edges: Sequence[Edge], roads: Sequence[Road]) -> list[BaseGeometry]:
    """Return lines along the loop that have no width: an `included` road that runs on across one is cut off there."""
    along = shapely.buffer(shapely.boundary(loop), max(road.reach_m for road in roads) + 2 * _CLEAR_M)
    thin = [road for edge, road in zip(edges, roads, strict=True) if edge.kind != "road" and not road.half_width_m]
    return [shapely.buffer(shapely.intersection(road.lines, along), _HAIR_M) for road in thin]


def _clean(area: BaseGeometry, face: Polygon) -> BaseGeometry:
    """Drop what is left between kerbs: slivers, and islands among carriageways that are no part of the face."""
    return shapely.union_all(
        [
            part
            for part in polygon_parts(area)
            if not shapely.buffer(part, -SLIVER_M / 2).is_empty and shapely.intersection(part, face).area > SLIVER_M**2
        ]
    )
