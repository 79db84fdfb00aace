"""From a place as people give it to the parts of the notice's zones that it may be in."""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec import Struct

from truckban.cases import Later, settled
from truckban.far import far_notes
from truckban.norms import AREA, CARVE_OUT, OUTSIDE, Notice, all_edges, edge_bit, everywhere
from truckban.notices.model import NoticeZone
from truckban.numbers import is_number
from truckban.positions import MOST_LAT, MOST_LON, looks_swapped
from truckban.zone_parts import mapped_zone, nest, nothing_known, on_the_maps, part_masks, without_map, word_of
from zones.coords import to_wgs84
from zones.errors import InputError
from zones.locate import Locator, Place
from zones.spec import Part
from zones.text import Text

CRS = ("wgs84", "gcj02", "bd09")
Known = tuple[int, int] | None
_UNKNOWN = float("nan")


class PlaceFacts(Struct, frozen=True):
    """A place as norms see it.

    Attributes:
        word: the contract's word: inside, boundary_road, carve_out, outside or unsure.
        zones: mask of possible parts, by zone of the notice.
        on: the streets it is on; None where that is not known; `Later` where they are looked up when they matter.
        lon: WGS 84, NaN where no position was given.
        lat: likewise.
        mapped: whether a zone on the ground was asked.
        unmapped: zones of the notice that it may or may not be in, because there is no map of them.
        notes: what the asker should know of the place: code and sentence.
    """

    word: str
    zones: Mapping[str, int]
    on: frozenset[str] | Later | None = None
    lon: float = _UNKNOWN
    lat: float = _UNKNOWN
    mapped: bool = False
    unmapped: tuple[str, ...] = ()
    notes: tuple[tuple[str, Text], ...] = ()

    @property
    def roads(self) -> frozenset[str] | None:
        """The streets it is on; None where that is not known."""
        known: frozenset[str] | None = settled(self.on)
        return known


def read_place(place: Any, notice: Notice, ground: Locator | None) -> PlaceFacts:  # noqa: ANN401
    """Read the `place` object of a case.

    Args:
        place: a position (`lon`, `lat`, optional `crs`, `accuracy_m`), `{"road", "segment"}`, `{"zone": "inside" | "outside"}`,
            with several zones `{"zones": {"ring3": "inside", …}}`, or null.
        notice: whose zones are meant.
        ground: the `zones.locate.Locator` of the notice's zone, None where there is no map of it.

    Raises:
        InputError: a place that cannot be, with its field.
    """
    if place is None:
        return PlaceFacts("unsure", nothing_known(notice))
    if not isinstance(place, dict):
        raise InputError(Text("应为对象：位置、道路或区域", "an object is needed: a position, a road or a zone"))
    _known_fields(place)
    if "lon" in place or "lat" in place:
        return _position(place, notice, ground)
    masks = nothing_known(notice)
    roads = None
    if "road" in place:
        road = notice.road_name(_text(place, "road"))
        masks = _on_road(road, _ends(place), notice, ground)
        roads = frozenset({road})
    elif "zone" not in place and "zones" not in place:
        raise InputError(Text("应有 lon 和 lat，或 road，或 zone", "it needs lon and lat, or road, or zone"))
    for name, mask in _in_zones(place, notice).items():
        masks[name] &= mask
        if not masks[name]:
            raise InputError(
                Text(f"与道路矛盾：{name} 里没有这样的地方", f"contradicts the road: {name} has no such place"),
                field="zone",
            )
    nest(masks, notice)
    unknown = _unknown_road(roads, notice, ground)
    return PlaceFacts(word_of(masks), masks, roads, notes=unknown, mapped=roads is not None and ground is not None)


_BY_POSITION = ("lon", "lat", "crs", "accuracy_m")
_POSITION = frozenset(_BY_POSITION)
_BY_WORDS = ("road", "segment", "zone", "zones")
PLACE_FIELDS = _BY_POSITION + _BY_WORDS


def _known_fields(place: Mapping[str, Any]) -> None:
    """Refuse what would otherwise be passed over in silence: a misspelt `crs` puts a truck hundreds of metres off."""
    position = "lon" in place or "lat" in place
    if position and place.keys() <= _POSITION:
        return
    for name in place:
        if name not in PLACE_FIELDS:
            near = difflib.get_close_matches(str(name).lower(), PLACE_FIELDS, n=1)
            hint = Text(f"；是不是 {near[0]}？", f"; is it {near[0]}?") if near else Text("", "")
            raise InputError(Text(f"没有这个字段{hint.zh}", f"there is no such field{hint.en}"), field=str(name))
        if position and name in _BY_WORDS and place[name] is not None:
            raise InputError(
                Text("有了经纬度就不要再写道路或区域", "give a position, or a road or zone, not both"), field=str(name)
            )


def read_position(place: Mapping[str, Any]) -> tuple[float, float]:
    """Return WGS 84 longitude and latitude of a position.

    Raises:
        InputError: not a position, most likely swapped, or an unknown coordinate system.
    """
    crs = "wgs84" if place.get("crs") is None else place["crs"]
    if not isinstance(crs, str) or crs not in CRS:
        listed = ", ".join(CRS)
        raise InputError(
            Text(f"`{crs}` 不行；可以是：{listed}", f"`{crs}` will not do; it is one of: {listed}"), field="crs"
        )
    lon, lat = (_degrees(place, name, most) for name, most in (("lon", MOST_LON), ("lat", MOST_LAT)))
    if looks_swapped(lon, lat):
        raise InputError(Text("经纬度像是写反了", "longitude and latitude look swapped"), field="lon")
    if lon == lat == 0:
        raise InputError(Text("经纬度为零：没有定位", "longitude and latitude are zero: no position"), field="lon")
    if crs == "wgs84":
        return lon, lat
    out_lon, out_lat = to_wgs84(np.array([lon]), np.array([lat]), crs)
    return float(out_lon[0]), float(out_lat[0])


def _degrees(place: Mapping[str, Any], name: str, most: float) -> float:
    value: Any = place.get(name)
    if not is_number(value):
        raise InputError(Text("应为十进制度数", "decimal degrees are needed"), field=name)
    degrees = float(value)
    swapped = name == "lat" and abs(degrees) > most and abs(float(str(place["lon"]))) <= most
    if abs(degrees) > most:
        hint = Text("；经纬度像是写反了", "; longitude and latitude look swapped") if swapped else Text("", "")
        raise InputError(Text(f"{value} 超出范围{hint.zh}", f"{value} is out of range{hint.en}"), field=name)
    return degrees


def _position(place: Mapping[str, Any], notice: Notice, ground: Locator | None) -> PlaceFacts:
    lon, lat = read_position(place)
    if ground is None:
        return at_position(notice, None, lon, lat)
    accuracy = place.get("accuracy_m")
    if accuracy is not None and not (is_number(accuracy) and accuracy >= 0):
        raise InputError(Text("应为不小于零的米数", "metres, zero or more, are needed"), field="accuracy_m")
    accuracy_m = 0.0 if accuracy is None else float(accuracy)
    return at_position(notice, ground, lon, lat, accuracy_m=accuracy_m)


def at_position(
    notice: Notice, ground: Locator | None, lon: float, lat: float, *, accuracy_m: float = 0.0, known: Known = None
) -> PlaceFacts:
    """Return what norms see of a WGS 84 position; `known`: what `Locator.place_and_edge` says of it, where that is known."""
    if ground is None:
        unmapped = without_map(notice, None)
        return PlaceFacts("unsure", nothing_known(notice), None, lon, lat, unmapped=unmapped)
    found: tuple[tuple[int, int], ...] = (known or ground.place_and_edge(lon, lat, accuracy_m),)
    if ground.others:
        found += tuple([other.place_and_edge(lon, lat, accuracy_m) for other in ground.others])
    masks, word, unmapped = on_the_maps(notice, ground, found)
    on = Later(lambda: _streets(ground, lon, lat, accuracy_m))
    return PlaceFacts(
        word, masks, on, lon, lat, mapped=True, unmapped=unmapped, notes=far_notes(notice, ground, lon, lat)
    )


def _streets(ground: Locator, lon: float, lat: float, accuracy_m: float) -> frozenset[str] | None:
    """Return the streets that a position is on; None where it may be on another one as well."""
    roads = ground.roads_at(lon, lat)
    at = np.array([lon]), np.array([lat])
    return None if accuracy_m and ground.roads(*at, slip_m=accuracy_m)[0] != roads else roads


def _unknown_road(roads: frozenset[str] | None, notice: Notice, ground: Locator | None) -> tuple[tuple[str, Text], ...]:
    """Say so where neither the notice nor the map knows a road by this name, with the nearest names."""
    known = _known_roads(notice, ground)
    found = []
    for road in (roads or frozenset()) - known:
        near = difflib.get_close_matches(road, sorted(known), n=3, cutoff=0.5)
        hint = Text(f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}") if near else Text("", "")
        found.append(
            ("place.road_not_known", Text(f"不知道道路 {road}{hint.zh}", f"the road {road} is not known{hint.en}"))
        )
    return tuple(found)


def knows_road(road: str, notice: Notice, ground: Locator | None) -> bool:
    """Return whether a notice, or one of its maps, knows a road by its name as the notice writes it (`Notice.road_name`)."""
    return any(road in _known_roads(notice, each) for each in (ground.each if ground is not None else (None,)))


@lru_cache(maxsize=1024)
def _known_roads(notice: Notice, ground: Locator | None) -> frozenset[str]:
    known = {name for zone in notice.zones.values() for name in _roads_named(zone)}
    known |= {street.name for street in ground.zone.streets if street.name} if ground is not None else set()
    return frozenset(known)


def _roads_named(zone: NoticeZone) -> list[str]:
    area = [edge.road for edge in zone.area.edges] + [part.road for part in zone.area.carve_outs] if zone.area else []
    return [*area, *(part.road for part in (*(zone.roads or ()), *zone.open_roads))]


def _text(place: Mapping[str, Any], name: str) -> str:
    value = place[name]
    if not isinstance(value, str) or not value:
        raise InputError(Text("应为文字", "text is needed"), field=name)
    return value


def _ends(place: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the two ends of `A至B`, in no order; None where no stretch is named."""
    if place.get("segment") is None:
        return None
    said = unicodedata.normalize("NFKC", _text(place, "segment"))
    ends = re.split(r"\s*(?:至|到|—|–|-|~|～)\s*", said.strip("() "))
    if len(ends) != _ENDS or not all(ends):
        raise InputError(Text("应写作“甲路至乙路”", "write it as 甲路至乙路 (from, to)"), field="segment")
    return frozenset(ends)


_ENDS = 2


def _on_road(road: str, ends: frozenset[str] | None, notice: Notice, ground: Locator | None) -> dict[str, int]:
    """Return what a road's name alone says of each zone; where there is a map, what the map says."""
    masks = {zone.id: _on_road_in(zone, road, ends) for zone in notice.zones.values()}
    listed = {zone.id for zone in notice.zones.values() if zone.roads is not None and masks[zone.id] == AREA}
    for zone in notice.zones.values():
        if zone.roads is not None and listed and zone.id not in listed and not zone.complete:
            masks[zone.id] = OUTSIDE  # one stretch stands in one list: listed there means not meant here
    for one in (ground, *ground.others) if ground is not None else ():
        zone = mapped_zone(notice, one)
        parts = part_masks(notice, one)
        found = one.segment_place(road, *sorted(ends or ())) if zone.area else ()  # a list of roads says itself which
        if found:
            masks[zone.id] = int(np.bitwise_or.reduce([parts[place, -1] for place in found]))
            if zone.area and road in {edge.road for edge in zone.area.edges} and found == {Place.BOUNDARY_ROAD}:
                masks[zone.id] = edge_bit(zone, road)
    return masks


def _on_road_in(zone: NoticeZone, road: str, ends: frozenset[str] | None) -> int:
    if zone.roads is not None:
        stretches = [part for part in zone.roads if part.road == road]
        if any(part.from_ is None or (ends is not None and _same_stretch(part, ends)) for part in stretches):
            return AREA
        return AREA | OUTSIDE if (stretches and ends is None) or not zone.complete else OUTSIDE
    if zone.area is not None and road in {edge.road for edge in zone.area.edges}:
        return edge_bit(zone, road)
    left_out = [part for part in [*(zone.area.carve_outs if zone.area else []), *zone.open_roads] if part.road == road]
    if any(part.from_ is None or (ends is not None and _same_stretch(part, ends)) for part in left_out):
        return CARVE_OUT
    return everywhere(zone)


def _same_stretch(part: Part, ends: frozenset[str]) -> bool:
    return {part.from_, part.to} == ends


def _in_zones(place: Mapping[str, Any], notice: Notice) -> dict[str, int]:
    if "zone" in place:
        said = place["zone"]
        if said == "inside" and len(notice.zones) > 1:
            listed = ", ".join(notice.zones)
            raise InputError(
                Text(
                    f"通告有几个区域，请用 zones 说明是哪个：{listed}",
                    f"the notice has several zones; say which in `zones`: {listed}",
                ),
                field="zone",
            )
        stated = dict.fromkeys(notice.zones, said)
    else:
        stated = place.get("zones", {})
        if not isinstance(stated, dict):
            raise InputError(
                Text("应为 {区域: inside 或 outside}", "{zone: inside or outside} is needed"), field="zones"
            )
    masks: dict[str, int] = {}
    for name, word in stated.items():
        if name not in notice.zones:
            listed = ", ".join(notice.zones)
            raise InputError(
                Text(f"没有区域 {name}；有：{listed}", f"there is no zone {name}; there are: {listed}"), field="zones"
            )
        masks[name] = _stated(notice.zones[name], word)
    return masks


def _stated(zone: NoticeZone, word: Any) -> int:  # noqa: ANN401
    by_word = {"inside": AREA, "outside": OUTSIDE, "carve_out": CARVE_OUT, "boundary_road": all_edges(zone)}
    if not isinstance(word, str) or word not in by_word:
        raise InputError(
            Text(f"`{word}` 不行；可以是 inside 或 outside", f"`{word}` will not do; it is inside or outside"),
            field="zone",
        )
    return by_word[word]
