"""The places that one state of the law knows by name: streets, where they cross, the published enterprises."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import shapely
from shapely.geometry import shape

from api.law_in_force import LawInForce
from api.places.spelling import Fit, fit, folded, parted
from enterprises.registry import ListDocument, Registry
from zones.coords import to_wgs84
from zones.locate import Locator, Place
from zones.spec import Junction
from zones.zone import Zone

Kind = Literal["street", "junction", "enterprise"]
# a crossing of dual carriageways is one junction
_ONE_JUNCTION_DEG = 0.0015
_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential")
_STRICTEST = (Place.INSIDE, Place.UNSURE, Place.BOUNDARY_ROAD, Place.CARVE_OUT, Place.OUTSIDE)
# a junction of which only one street was typed comes after all that was typed whole
_BY_ONE_STREET = 20


@dataclass(frozen=True, slots=True)
class Named:
    """A place with a name.

    Attributes:
        kind: what it is.
        name: of a street or an enterprise; of a junction what people call it, where they have a word.
        roads: the streets of a junction.
        lon: WGS 84; of a street its middle; None where it is not known.
        lat: likewise.
        place: in which part of the zone that is; None where no position is known.
        end: what `/v1/trips` takes; None where it has no position.
        weight: the smaller, the more important.
    """

    kind: Kind
    name: str | None
    roads: tuple[str, ...] = ()
    lon: float | None = None
    lat: float | None = None
    place: str | None = None
    end: Mapping[str, Any] | None = None
    weight: int = 0

    @property
    def label(self) -> str:
        """What is shown."""
        return self.name if self.name and not self.roads else " × ".join(self.roads)

    def beginning_with(self, road: str) -> "Named":
        """Return a junction with one of its streets named first."""
        return replace(self, roads=tuple(sorted(self.roads, key=lambda name: name != road)))


@dataclass(frozen=True, eq=False)
class Index:
    """All of them.

    Attributes:
        streets: by name.
        junctions: by the names of their streets, in alphabetical order.
        words: junctions that people have a word for.
        crossed: the junctions of each street.
        enterprises: of the list.
    """

    streets: Mapping[str, Named]
    junctions: Mapping[tuple[str, str], tuple[Named, ...]]
    words: tuple[Named, ...]
    crossed: Mapping[str, tuple[Named, ...]]
    enterprises: tuple[Named, ...] = ()

    def find(self, typed: str, limit: int) -> list[Named]:
        """Return the places that fit what was typed, the best first."""
        found: list[tuple[Fit, int, str, Named]] = []
        whole = folded(typed)
        for each in (*self.streets.values(), *self.words, *self.enterprises):
            how = fit(whole, each.name or "")
            if how is None:
                continue
            found.append((how, each.weight, each.label, each))
            if each.kind == "street":
                less = Fit(how.rank + _BY_ONE_STREET, how.rest)
                found += [
                    (less, other.weight, other.label, other.beginning_with(each.label))
                    for other in self.crossed.get(each.label, ())
                ]
        found += self._by_both(typed)
        shown: dict[tuple[frozenset[str] | str | None, float | None, float | None], Named] = {}
        for _, _, _, each in sorted(found, key=lambda row: row[:3]):
            shown.setdefault((frozenset(each.roads) or each.name, each.lon, each.lat), each)
        return list(itertools.islice(shown.values(), limit))

    def _by_both(self, typed: str) -> Iterator[tuple[Fit, int, str, Named]]:
        for one, other in parted(typed):
            first, second = (
                {name: how for name in self.streets if (how := fit(part, name)) is not None} for part in (one, other)
            )
            for a, b in itertools.product(first, second):
                for each in self.junctions.get((min(a, b), max(a, b)), ()):
                    yield (
                        Fit(first[a].rank + second[b].rank, first[a].rest + second[b].rest),
                        each.weight,
                        each.label,
                        each.beginning_with(a),
                    )


def index_of(law: LawInForce, registry: Registry, day: dt.date) -> Index:
    """Return the names that a state of the law knows, with the enterprises that stand on the list on a day."""
    own = _of_streets(law)
    return replace(own, enterprises=_listed(_Known(law, registry, registry.in_force(day))))


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What the enterprises' places are made of: the same objects give the same places."""

    law: LawInForce
    registry: Registry
    listed: ListDocument | None

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Known)
            and self.law is other.law
            and self.registry is other.registry
            and self.listed is other.listed
        )

    def __hash__(self) -> int:
        return hash((id(self.law), id(self.registry), id(self.listed)))


@lru_cache(maxsize=4)
def _listed(known: _Known) -> tuple[Named, ...]:
    return tuple(_placed(each, known.law.maps) for each in _enterprises(known.registry, known.listed))


@lru_cache(maxsize=4)
def _of_streets(law: LawInForce) -> Index:
    grounds = law.maps
    zones = list({ground.zone.sha256: ground.zone for ground in grounds}.values())
    streets = {name: _placed(each, grounds) for name, each in _streets(zones).items()}
    junctions = {
        names: tuple(_placed(each, grounds) for each in several) for names, several in _junctions(zones).items()
    }
    crossed: dict[str, list[Named]] = defaultdict(list)
    for names, several in junctions.items():
        for name in names:
            crossed[name] += several
    return Index(
        streets, junctions, tuple(_words(zones, junctions)), {name: tuple(several) for name, several in crossed.items()}
    )


def _placed(each: Named, grounds: Iterable[Locator]) -> Named:
    if each.lon is None or each.lat is None:
        return each
    at = np.array([each.lon]), np.array([each.lat])
    places = [Place(int(ground.places(*at)[0])) for ground in grounds]
    return replace(each, place=next((place.word for place in _STRICTEST if place in places), None))


def _weight(highways: Iterable[str]) -> int:
    return min(_CLASSES.index(way) if way in _CLASSES else len(_CLASSES) for way in highways)


def _streets(zones: Iterable[Zone]) -> dict[str, Named]:
    lines, ways = defaultdict(list), defaultdict(set)
    for street in (street for zone in zones for street in zone.streets if street.name):
        lines[street.name].append(street.geometry)
        ways[street.name].add(street.highway)
    found = {}
    for name, own in lines.items():
        assert name is not None  # noqa: S101
        merged = shapely.line_merge(shapely.union_all(own))
        longest = max(shapely.get_parts(merged).tolist(), key=lambda line: line.length)
        middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
        found[name] = Named(
            "street", name, (), round(middle.x, 7), round(middle.y, 7), end={"road": name}, weight=_weight(ways[name])
        )
    return found


def _junctions(zones: Iterable[Zone]) -> dict[tuple[str, str], list[Named]]:
    """Return where streets share a point of their lines: the map's data say that they meet there."""
    names_at: dict[tuple[float, float], set[str]] = defaultdict(set)
    ways: dict[str, set[str]] = defaultdict(set)
    for street in (street for zone in zones for street in zone.streets if street.name):
        assert street.name is not None  # noqa: S101
        ways[street.name].add(street.highway)
        for lon, lat in shapely.get_coordinates(street.geometry):
            names_at[float(lon), float(lat)].add(street.name)
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for point, meeting in names_at.items():
        for one, other in itertools.combinations(sorted(meeting), 2):
            points[one, other].append(point)
    return {
        pair: list(_crossings(pair, own, sum(_weight(ways[name]) for name in pair))) for pair, own in points.items()
    }


def _crossings(pair: tuple[str, str], points: Iterable[tuple[float, float]], weight: int) -> Iterator[Named]:
    places = [tuple(np.mean(group, axis=0).round(7).tolist()) for group in _near(points)]
    for lon, lat in places:
        # a trip takes the names where they mean one place
        end = {"junction": list(pair)} if len(places) == 1 else {"lon": lon, "lat": lat}
        yield Named("junction", None, pair, lon, lat, end=end, weight=weight)


def _near(points: Iterable[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    groups: list[list[tuple[float, float]]] = []
    for point in sorted(points):
        near = [group for group in groups if any(np.hypot(*np.subtract(point, o)) <= _ONE_JUNCTION_DEG for o in group)]
        groups = [group for group in groups if group not in near]
        groups.append([point, *itertools.chain.from_iterable(near)])
    return groups


def _words(zones: Iterable[Zone], junctions: Mapping[tuple[str, str], tuple[Named, ...]]) -> Iterator[Named]:
    """Yield the junctions that a notice calls by a word of their own (五一北岗)."""
    for zone in zones:
        for word, place in (zone.spec.points if zone.spec else {}).items():
            if isinstance(place, Junction):
                one, other = sorted(place.junction[:2])
                yield from (replace(each, name=word) for each in junctions.get((one, other), ()))


def _enterprises(registry: Registry, listed: ListDocument | None) -> Iterator[Named]:
    for line in () if listed is None else listed.lines:
        own = [site for site in registry.sites if site.enterprise == line.enterprise]
        if len(own) == 1:
            point = shape(dict(own[0].geometry)).representative_point()
            lon, lat = to_wgs84(np.array([point.x]), np.array([point.y]), own[0].crs)
            at = round(float(lon[0]), 7), round(float(lat[0]), 7)
            yield Named("enterprise", line.name, (), *at, end={"enterprise": line.name})
        else:
            yield Named("enterprise", line.name, ())
