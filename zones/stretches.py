"""Where two named roads meet or a chainage is, and the stretch of a road between such places."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from zones.errors import InputError
from zones.kilometres import metres_of, written
from zones.roads import Road, polygon_parts
from zones.sides import TOWARD
from zones.spec import Chainage, Compass, Junction, Part
from zones.text import Text

if TYPE_CHECKING:
    from zones.chainage import RoadPost

# crossings of two roads nearer to each other than this are one junction (four of them where dual carriageways cross)
_ONE_JUNCTION_M = 80.0
_CUT_MARGIN_M = 1.0
_NEXT_TO_M = 0.6
# a stretch "toward north" heads within about 70 degrees of north
_MIN_COS = 0.35


@dataclass(frozen=True, eq=False)
class Crossing:
    """One place on a road.

    Attributes:
        centre: the middle of a junction; or a point on the centre line.
        square: the surface that both roads of a junction share; empty at a chainage.
        cut: what parts the road there, where it is no junction.
    """

    centre: Point
    square: BaseGeometry
    cut: BaseGeometry | None = None

    def parting(self, road: Road) -> BaseGeometry:
        """Return what cuts a road, both carriageways, in two: of a junction a disc just large enough."""
        return self.cut or shapely.buffer(self.centre, road.spacing_m / 2 + _CUT_MARGIN_M)


def _meetings(a: Road, b: Road) -> list[Point]:
    shared = shapely.intersection(a.body, b.body)
    near = polygon_parts(shapely.buffer(shared, _ONE_JUNCTION_M / 2))
    return [shapely.intersection(part, shared).centroid for part in near]


def crossing(a: Road, b: Road, direction: Compass | None = None) -> Crossing:
    """Return the junction of two roads.

    Args:
        a: one road.
        b: the other.
        direction: the most northern (...) one, where they meet more than once.

    Raises:
        InputError: they do not meet, or more than once without a `direction`.
    """
    places = _meetings(a, b)
    if not places:
        raise InputError(
            Text(f"{a.name} 与 {b.name} 没有交叉口", f"{a.name} and {b.name} do not meet"), field="junction"
        )
    if direction is None and len(places) > 1:
        raise InputError(
            Text(
                f"{a.name} 与 {b.name} 有 {len(places)} 个交叉口：请用 direction 指明（如最北的写 north）",
                f"{a.name} and {b.name} meet {len(places)} times: say which with direction (north: the most northern)",
            ),
            field="junction.direction",
        )
    towards = np.array(TOWARD[direction or "north"])
    centre = max(places, key=lambda p: float(towards @ np.array([p.x, p.y])))
    return Crossing(centre, _square(a, b, centre))


def _square(a: Road, b: Road, centre: Point) -> BaseGeometry:
    """Return the surface that two roads share around their junction, a road that ends there run on to the far kerb."""
    reach = shapely.buffer(centre, 3 * max(a.reach_m, b.reach_m) + _ONE_JUNCTION_M / 2)

    def run_on(road: Road) -> BaseGeometry:
        lines = shapely.intersection(road.lines, reach)
        square_ended = shapely.buffer(lines, road.half_width_m or 2 * _CUT_MARGIN_M, cap_style="square")
        return shapely.intersection(shapely.union_all([square_ended, road.surface]), reach)

    parts = polygon_parts(shapely.intersection(run_on(a), run_on(b)))
    return shapely.union_all([part for part in parts if part.distance(centre) <= _ONE_JUNCTION_M / 2])


class Stretches:
    """Resolves the parts of roads that a specification names.

    Args:
        road: returns the road of a name.
        points: the specification's own named places.
        posts: returns the kilometre posts that there are for a road.

    Attributes:
        worked_out: of each chainage that was asked for, how its place was found.
    """

    def __init__(
        self,
        road: Callable[[str], Road],
        points: Mapping[str, Junction | Chainage],
        posts: "Callable[[str], Sequence[RoadPost]]" = lambda _: (),
    ) -> None:
        """Keep how to find roads, places and posts."""
        self._road = road
        self._points = points
        self._posts = posts
        self.worked_out: dict[str, Text] = {}

    def place(self, place: Junction | Chainage | str, *, own: str, at: str) -> Crossing:
        """Return what a place means.

        Args:
            place: a junction, a chainage, or the name of one of the points.
            own: the road whose chainage is meant where it names none.
            at: the field it stands in, for errors.

        Raises:
            InputError: an undefined point, roads that do not meet just once, a chainage that no posts show.
        """
        if isinstance(place, str):
            if place not in self._points:
                raise InputError(
                    Text(f"points 里没有定义地点 {place!r}", f"the place {place!r} is not defined in points"),
                    field=at,
                )
            place, at = self._points[place], f"points.{place}"
        try:
            if isinstance(place, Chainage):
                return self._marked(place, own)
            one, other = place.junction
            return crossing(self._road(one), self._road(other), place.direction)
        except InputError as error:
            field = error.field if error.field == "posts" else f"{at}.{error.field}"
            raise InputError(error.text, field=field) from None

    def _marked(self, place: Chainage, own: str) -> Crossing:
        from zones.chainage import mark_of  # noqa: PLC0415 - networkx takes time to import

        name = place.road or own
        road, metres = self._road(name), metres_of(place.chainage) or 0.0
        mark = mark_of(road, metres, self._posts(name))
        self.worked_out[f"{name} {written(metres)}"] = mark.how
        return Crossing(mark.point, Polygon(), mark.across(road.spacing_m + road.half_width_m + _CUT_MARGIN_M))

    def surface(self, part: Part, loop: BaseGeometry, *, at: str = "part") -> BaseGeometry:
        """Return a part's surface from kerb to kerb, with the whole of the junctions at its ends.

        Args:
            part: the road and its ends.
            loop: the zone's loop; a part `toward` a side is measured inside it.
            at: the field it stands in, for errors.

        Raises:
            InputError: a place cannot be resolved, or no continuous stretch joins the ends.
        """
        road = self._road(part.road)
        if part.from_ is None:
            return road.surface
        region, ends = self._region(road, part, loop, at)
        lines = shapely.line_merge(shapely.intersection(road.lines, region))
        flat = shapely.buffer(lines, road.half_width_m + _CUT_MARGIN_M, cap_style="flat")
        corridor = shapely.union_all([flat, shapely.intersection(road.strips, region)])
        sealed = shapely.buffer(shapely.buffer(corridor, 0.5, join_style="mitre"), -0.5, join_style="mitre")
        kept = shapely.intersection(road.surface, sealed)
        return shapely.union_all([kept, *(end.square for end in ends)])

    def part_of_road(self, part: Part, *, at: str = "part") -> Road:
        """Return the stretch of a road that alone is an edge; `at` is the field it stands in, for errors."""
        road = self._road(part.road)
        if part.from_ is None:
            return road
        everywhere = shapely.box(*shapely.buffer(road.body, 1.0).bounds)
        region, ends = self._region(road, part, everywhere, at)
        return road.within(shapely.union_all([region, *(end.parting(road) for end in ends)]))

    def _region(self, road: Road, part: Part, loop: BaseGeometry, at: str) -> tuple[BaseGeometry, list[Crossing]]:
        """Return the piece of a road's body between its ends, the ends cut out, and the ends."""
        given = [(place, word) for place, word in ((part.from_, "from"), (part.to, "to")) if place is not None]
        ends = [self.place(place, own=part.road, at=f"{at}.{word}") for place, word in given]
        discs = [end.parting(road) for end in ends]
        within = loop if part.toward else shapely.box(*shapely.buffer(road.body, 1.0).bounds)
        pieces = polygon_parts(shapely.difference(shapely.intersection(road.body, within), shapely.union_all(discs)))
        pieces = [p for p in pieces if all(shapely.dwithin(p, disc, _NEXT_TO_M) for disc in discs)]
        if part.toward:
            pieces = [p for p in pieces if _heads(p, ends[0].centre, part.toward)]
        if not pieces:
            raise InputError(
                Text(
                    f"{part.road} 上没有符合所述起止的连续路段",
                    f"no continuous stretch of {part.road} runs between the ends stated",
                ),
                field=at,
            )
        return shapely.union_all(pieces), ends


def _heads(piece: BaseGeometry, start: Point, toward: Compass) -> bool:
    middle = piece.centroid
    way = np.array([middle.x - start.x, middle.y - start.y])
    return float(way @ np.array(TOWARD[toward])) > _MIN_COS * float(np.hypot(*way))
