"""Where a trip begins or ends: a position, a crossing, a street, an enterprise; on the streets, and in which part of the zone."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from truckban.far import far_from_all, far_text
from truckban.places import read_position
from truckban.trips.rules import Rule, maps_of
from zones.errors import InputError
from zones.locate import Place
from zones.routing.ground import TripStreets
from zones.routing.search import Flags
from zones.routing.snap import Spot, crossings, middle_of, names_of, snapped, spots_at
from zones.text import Text

# a yard's gate may lie this far from the next street in the data
REACH_M = 500.0
_FAR_M = 100.0
END_FIELDS = {"lon", "lat", "crs", "accuracy_m", "junction", "road", "enterprise"}
# a name to a position: WGS 84 lon, lat, and a sentence on where that is from; None where it is not known
Sites = Callable[[str], tuple[float, float, Text] | None]


class End(NamedTuple):
    """One end of a trip.

    Attributes:
        spots: places on edges where the way may begin or end.
        lon: as asked, WGS 84 degrees.
        lat: likewise.
        off_m: how far the street is from there.
        places: on each map of each rule, where it is.
        notes: what was taken for granted: code and sentence.
    """

    spots: tuple[Spot, ...]
    lon: float
    lat: float
    off_m: float
    places: tuple[Place, ...]
    notes: tuple[tuple[str, Text], ...] = ()

    @property
    def word(self) -> str:
        """The contract's word for the place; of several zones the strictest."""
        order = (Place.INSIDE, Place.UNSURE, Place.BOUNDARY_ROAD, Place.CARVE_OUT, Place.OUTSIDE)
        return next((place for place in order if place in self.places), Place.OUTSIDE).word


def read_end(
    asked: Any,  # noqa: ANN401
    streets: TripStreets,
    rules: tuple[Rule, ...],
    usable: Flags,
    *,
    leaving: bool,
    sites: Sites | None = None,
) -> End:
    """Read one end of a trip.

    Args:
        asked: `{"lon", "lat", "crs"}`, `{"junction": [a, b]}`, `{"road": name}` or `{"enterprise": name}`.
        streets: the edges.
        rules: notices with their zones.
        usable: edges that the truck may use at some time.
        leaving: whether the trip begins there.
        sites: where enterprises are.

    Raises:
        InputError: not a place, not one place, or none with a street near it.
    """
    if not isinstance(asked, Mapping):
        raise InputError(
            Text(
                "应为对象：位置、路口、道路或企业",
                "an object is needed: a position, a junction, a road or an enterprise",
            )
        )
    for name in asked:
        if name not in END_FIELDS:
            raise InputError(Text("没有这个字段", "there is no such field"), field=str(name))
    kinds = [kind for kind in ("lon", "junction", "road", "enterprise") if asked.get(kind) is not None]
    if len(kinds) != 1:
        raise InputError(
            Text(
                "应有且只有一种：lon 和 lat，或 junction，或 road，或 enterprise",
                "exactly one is needed: lon and lat, junction, road, or enterprise",
            )
        )
    if kinds == ["junction"]:
        return _crossing(asked["junction"], streets, rules, usable, leaving=leaving)
    notes: tuple[tuple[str, Text], ...] = ()
    if kinds == ["road"]:
        lon, lat, notes = _road(asked["road"], streets, rules)
    elif kinds == ["enterprise"]:
        lon, lat, notes = _enterprise(asked["enterprise"], sites)
    else:
        lon, lat = read_position(asked)
    found = snapped(streets, lon, lat, usable, reach_m=REACH_M)
    if found is None:
        raise _off_streets(lon, lat, rules)
    if found.off_m > _FAR_M:
        who = Text("起点", "the origin") if leaving else Text("目的地", "the destination")
        far = Text(
            f"{who.zh}离最近的可走道路 {found.off_m:.0f} 米",
            f"the nearest street that may be used is {found.off_m:.0f} m from {who.en}",
        )
        notes = (*notes, ("trip.end_off_street", far))
    return End(found.spots, lon, lat, found.off_m, _places(rules, lon, lat), notes)


def _off_streets(lon: float, lat: float, rules: tuple[Rule, ...]) -> InputError:
    """Return what is wrong with an end that no street is near; where that is far from every zone, by which notices one is answered."""
    none = Text(f"{REACH_M:.0f} 米内没有这辆车可走的道路", f"no street that this truck may use within {REACH_M:.0f} m")
    if far_from_all([rule.ground for rule in rules], np.array([lon]), np.array([lat])):
        far = far_text([rule.shelf.first for rule in rules])
        none = Text(f"{none.zh}；{far.zh}", f"{none.en}; {far.en}")
    return InputError(
        Text(
            f"{none.zh}；路网不够大时请用 --streets 给出更大的路网",
            f"{none.en}; where the network is too small give a larger one with --streets",
        ),
        field="lon",
    )


def _places(rules: tuple[Rule, ...], lon: float, lat: float) -> tuple[Place, ...]:
    at = np.array([lon]), np.array([lat])
    return tuple(Place(int(each.places(*at)[0])) for each in maps_of(rules))


def _known(name: Any, streets: TripStreets, rules: tuple[Rule, ...]) -> str:  # noqa: ANN401
    if not isinstance(name, str) or not name.strip():
        raise InputError(Text("应为道路名", "the name of a street is needed"))
    known = names_of(streets)
    spelt = [rule.shelf.first.road_name(name) for rule in rules]
    found = next((one for one in (name.strip(), *spelt) if one in known), None)
    if found is None:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = Text(f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else Text("", "")
        raise InputError(Text(f"路网里没有 {name}{hint.zh}", f"the network has no {name}{hint.en}"))
    return found


def _crossing(asked: Any, streets: TripStreets, rules: tuple[Rule, ...], usable: Flags, *, leaving: bool) -> End:  # noqa: ANN401
    if not isinstance(asked, list | tuple) or len(asked) != 2:  # noqa: PLR2004 - two streets cross
        raise InputError(Text("应为两条道路的名字", "the names of two streets are needed"), field="junction")
    try:
        one, other = (_known(name, streets, rules) for name in asked)
    except InputError as error:
        raise InputError(error.text, field="junction") from None
    met = crossings(streets, one, other)
    if len(met) != 1:
        places = "; ".join(f"{place.lon:.5f}, {place.lat:.5f}" for place in met)
        raise InputError(
            Text(
                f"{one} 与 {other} 在 {len(met)} 处相交：{places}；请给出位置",
                f"{one} and {other} cross in {len(met)} places: {places}; give a position",
            )
            if met
            else Text(f"{one} 与 {other} 不相交", f"{one} and {other} do not cross"),
            field="junction",
        )
    spots = spots_at(streets, met[0].nodes, usable, leaving=leaving)
    if not spots:
        raise InputError(
            Text("这个路口没有这辆车可走的道路", "no street that this truck may use at this junction"), field="junction"
        )
    return End(spots, met[0].lon, met[0].lat, 0.0, _places(rules, met[0].lon, met[0].lat))


def _road(
    name: Any,  # noqa: ANN401
    streets: TripStreets,
    rules: tuple[Rule, ...],
) -> tuple[float, float, tuple[tuple[str, Text], ...]]:
    try:
        found = middle_of(streets, road := _known(name, streets, rules))
    except InputError as error:
        raise InputError(error.text, field="road") from None
    if found is None:
        raise InputError(Text(f"路网里没有 {road}", f"the network has no {road}"), field="road")
    lon, lat, length = found
    note = Text(
        f"{road} 长 {length / 1000:.1f} 公里，按其中点 {lon:.5f}, {lat:.5f} 计算；门口在别处时请给出位置",
        f"{road} is {length / 1000:.1f} km long; its middle {lon:.5f}, {lat:.5f} was taken: give a position where the gate is elsewhere",
    )
    return lon, lat, (("trip.middle_of_road", note),)


def _enterprise(name: Any, sites: Sites | None) -> tuple[float, float, tuple[tuple[str, Text], ...]]:  # noqa: ANN401
    if not isinstance(name, str) or not name.strip():
        raise InputError(Text("应为企业名称", "the name of an enterprise is needed"), field="enterprise")
    found = None if sites is None else sites(name)
    if found is None:
        raise InputError(
            Text(
                f"没有 {name} 的位置（名单不公布位置，须由使用单位导入）",
                f"the position of {name} is not known (the list publishes none; the operator imports them)",
            ),
            field="enterprise",
        )
    lon, lat, note = found
    return lon, lat, (("trip.site", note),)
