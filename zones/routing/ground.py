"""Streets made ready for planning: directed edges, each of one place, one name and one set of tags, and what may follow what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import shapely

from zones.coords import LocalPlane
from zones.errors import InputError
from zones.locate import Locator, Place
from zones.matching.cutting import parts_of, with_nodes
from zones.matching.streets import RoadGraph
from zones.network import Segment, TurnRule
from zones.routing.search import Ints, Streets
from zones.routing.speeds import Speeds, load_speeds, may_stand, speed_kmh
from zones.routing.turning import turning_of
from zones.text import Text
from zones.zone import Zone

# a crossing of dual carriageways is hardly wider: 25 m between their centre lines and a lane or two
CROSSING_M = 40.0


class Stretch(NamedTuple):
    """What edges have in common that a notice can ask about.

    Attributes:
        places: for each zone asked, the place and the index of the boundary road, -1 on none.
        name: of the street, None where it has none.
    """

    places: tuple[tuple[Place, int], ...]
    name: str | None


class Fitted(NamedTuple):
    """What edges have in common that a truck's figures are held against: tags as in OSM, and the direction."""

    highway: str
    tags: tuple[tuple[str, str], ...]
    forward: bool


@dataclass(frozen=True, eq=False)
class TripStreets:
    """Streets ready for planning trips.

    Attributes:
        graph: edges from junction to junction or border.
        locators: the zones that were asked where each edge is.
        speeds: by which durations were worked out.
        streets: the graph's edges, and copies of some for those who came from where a rule binds them (`turning`), with seconds;
            turns that a rule forbids at all times are left out.
        real: of each of these, the graph's edge.
        stretch: of each, index in `stretches`.
        stretches: what a notice can ask.
        fit: of each, index in `fits`.
        fits: what a truck's figures are held against.
        turns: pairs of streets with a rule that depends on the truck or the time: its words.
    """

    graph: RoadGraph
    locators: tuple[Locator, ...]
    speeds: Speeds
    stretch: Ints
    stretches: tuple[Stretch, ...]
    fit: Ints
    fits: tuple[Fitted, ...]
    streets: Streets
    real: Ints
    turns: tuple[tuple[int, int, str], ...] = ()

    @classmethod
    def of(
        cls,
        segments: Sequence[Segment],
        locators: Sequence[Locator],
        *,
        turns: Iterable[TurnRule] = (),
        speeds: Speeds | None = None,
        drawn: bool = False,
    ) -> Self:
        """Make streets ready.

        Args:
            segments: WGS 84; those that no vehicle uses are left out.
            locators: zones; edges are cut at the borders of all their parts.
            turns: OSM turn restrictions between the segments.
            speeds: the built-in assumptions if None.
            drawn: whether the lines have no nodes where they meet, as those of a survey; see `noded`; drives with a receiver never have.

        Raises:
            InputError: none of the segments is a street.
        """
        driven = [s for s in segments if s.driven and not s.line.is_empty]
        if not driven:
            raise InputError(Text("没有可行车的道路", "there are no streets that vehicles use"), field="streets")
        speeds = speeds or load_speeds()
        plane = LocalPlane.around(*(s.line for s in driven))
        wholes = [s.id for s in driven]
        driven, whole = with_nodes(driven, plane, drawn=drawn)
        cut, origin = _cut(driven, locators, plane)
        stretch_of = _stretches(cut, locators)
        labels = {
            s.id: (stretch, s.highway, s.truck_tags, s.roundabout) for s, stretch in zip(cut, stretch_of, strict=True)
        }
        graph = RoadGraph.of_streets(cut, plane=plane, label=lambda s: labels[s.id])
        edges = graph.edges
        first = edges.arc[edges.arc_ptr[:-1]]
        source, forward = graph.arc_source[first], graph.arc_forward[first]
        stretches: dict[Stretch, int] = {}
        stretch = np.array([stretches.setdefault(stretch_of[s], len(stretches)) for s in source.tolist()], np.int32)
        fits: dict[Fitted, int] = {}
        fit = np.empty(len(source), np.int32)
        for e, (s, way) in enumerate(zip(source.tolist(), forward.tolist(), strict=True)):
            own = Fitted(cut[s].highway, cut[s].truck_tags, way)
            fit[e] = fits.setdefault(own, len(fits))
        kmh = np.array([speed_kmh(f.highway, f.tags, speeds, forward=f.forward) for f in fits])
        stand = np.array(
            [may_stand(cut[s].highway, cut[s].roundabout, cut[s].truck_tags, speeds=speeds) for s in range(len(cut))],
            np.bool_,
        )
        turning = turning_of(graph, wholes, whole[origin].astype(np.int32), turns)
        real = turning.real
        length = edges.length[real]
        return cls(
            graph=graph,
            locators=tuple(locators),
            speeds=speeds,
            stretch=stretch[real],
            stretches=tuple(stretches),
            fit=fit[real],
            fits=tuple(fits),
            # what lies between the carriageways of a crossing is no place to stand
            streets=Streets(
                turning.ptr,
                turning.follow,
                length / (kmh[fit[real]] / 3.6),
                stand[source[real]] & (length >= CROSSING_M),
            ),
            real=real,
            turns=turning.conditional,
        )

    @classmethod
    def of_zones(cls, zones: Sequence[Locator], *, speeds: Speeds | None = None) -> Self:
        """Make the streets ready that the zones' own files hold: about 2.5 km around each.

        A street that several files have is one street; two that merely have one id, as of two places' own surveys, are two.
        """
        segments: dict[str, Segment] = {}
        turns: dict[TurnRule, None] = {}
        for zone in zones:
            called = {}
            for own in segments_of(zone.zone):
                known = segments.get(own.id)
                here = own if known is None or _same_street(known, own) else _renamed(own, zone.zone)
                segments[here.id], called[own.id] = here, here.id
            turns |= dict.fromkeys(_rule(rule, called) for rule in zone.zone.turns)
        drawn = any(zone.zone.grade == "survey" for zone in zones)
        return cls.of(list(segments.values()), zones, turns=turns, speeds=speeds, drawn=drawn)

    @cached_property
    def lines(self) -> npt.NDArray[np.object_]:
        """The edges' lines in the plane."""
        edges, ends = self.graph.edges, self.graph.arc_ends
        count = np.diff(edges.arc_ptr)
        owner = np.repeat(np.arange(len(count)), count + 1)
        points = np.empty((len(owner), 2))
        last = np.cumsum(count + 1) - 1
        inner = np.ones(len(owner), np.bool_)
        inner[last] = False
        points[inner] = ends[edges.arc, :2]
        points[last] = ends[edges.arc[edges.arc_ptr[1:] - 1], 2:]
        return np.asarray(shapely.linestrings(points, indices=owner), dtype=object)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The edges' lines by where they are."""
        return shapely.STRtree(self.lines)

    def copies_of(self, edge: int) -> Ints:
        """Return the copies of an edge of the graph among `streets`."""
        edges = len(self.graph.edges.length)
        return np.flatnonzero(self.real[edges:] == edge).astype(np.int32) + np.int32(edges)

    @cached_property
    def names(self) -> list[str | None]:
        """The name of each edge's street."""
        return [self.stretches[number].name for number in self.stretch.tolist()]

    def name(self, edge: int) -> str | None:
        """Return the name of an edge's street."""
        return self.names[edge]


def _same_street(one: Segment, other: Segment) -> bool:
    """Return whether two segments of one id have a stretch in common: files hold a street as far as it is near their zone."""
    return bool(one.line.equals(other.line) or one.line.intersection(other.line).length > 0)


def _renamed(segment: Segment, zone: Zone) -> Segment:
    return replace(segment, id=f"{zone.sha256}:{segment.id}")


def _rule(rule: TurnRule, called: Mapping[str, str]) -> TurnRule:
    """Return a turn rule of a file about its streets as they are called here."""
    begin, *via, end = (called.get(name, name) for name in (rule.from_segment, *rule.via, rule.to_segment))
    if (begin, end, tuple(via)) == (rule.from_segment, rule.to_segment, rule.via):
        return rule
    return replace(rule, from_segment=begin, to_segment=end, via=tuple(via))


def segments_of(zone: Zone) -> list[Segment]:
    """Return the streets that a zone's file holds."""
    from zones.roads import line_parts  # noqa: PLC0415

    found = []
    for street in zone.streets:
        for number, line in enumerate(line_parts(street.geometry)):
            found.append(
                Segment(
                    id=street.id if number == 0 else f"{street.id}|{number}",
                    name=street.name,
                    highway=street.highway,
                    line=line,
                    oneway=street.oneway,
                    truck_tags=street.truck_tags,
                )
            )
    return found


def _cut(segments: Sequence[Segment], locators: Sequence[Locator], plane: LocalPlane) -> tuple[list[Segment], Ints]:
    """Return segments cut at the borders of the zones' parts, and the index of the whole that each is of."""
    lines = np.array([s.line for s in segments], dtype=object)
    borders = shapely.union_all(
        [
            shapely.boundary(part)
            for locator in locators
            for part in (
                locator.area,
                *(road.geometry for road in locator.zone.boundary_roads),
                *(carve_out.geometry for carve_out in locator.zone.carve_outs),
            )
        ]
    )
    shapely.prepare(borders)
    crossed = set(np.flatnonzero(shapely.intersects(borders, lines)).tolist())
    cut: list[Segment] = []
    origin: list[int] = []
    for number, segment in enumerate(segments):
        parts = [segment]
        if number in crossed:
            flat = plane.to_xy(segment.line)
            met = shapely.get_coordinates(shapely.intersection(segment.line, borders))
            x, y = plane.xy(met[:, 0], met[:, 1])
            parts = parts_of(segment, flat, np.atleast_1d(shapely.line_locate_point(flat, shapely.points(x, y))), plane)
        cut += parts
        origin += [number] * len(parts)
    return cut, np.array(origin, np.int32)


def _stretches(segments: Sequence[Segment], locators: Sequence[Locator]) -> list[Stretch]:
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(np.array([s.line for s in segments], dtype=object), 0.5, normalized=True)
    )
    asked = [
        list(zip(map(Place, locator.places(*middles.T).tolist()), locator.edge(*middles.T).tolist(), strict=True))
        for locator in locators
    ]
    places = list(zip(*asked, strict=True)) if asked else [()] * len(segments)
    return [Stretch(place, segment.name) for place, segment in zip(places, segments, strict=True)]
