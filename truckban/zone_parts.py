"""Which parts of a notice's zones a place on its maps may be in."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from truckban.norms import AREA, CARVE_OUT, FIRST_EDGE, OUTSIDE, Notice, all_edges, edge_bit, everywhere
from truckban.notices.model import NoticeZone
from zones.errors import InputError
from zones.locate import Locator, Place
from zones.text import Text


class OnMaps(NamedTuple):
    """What maps say of a place.

    Attributes:
        masks: mask of possible parts, by zone of the notice.
        word: the contract's word: inside, boundary_road, carve_out, outside or unsure.
        unmapped: the zones that no map shows and that the place may or may not be in.
    """

    masks: Mapping[str, int]
    word: str
    unmapped: tuple[str, ...]


@lru_cache(maxsize=4096)
def on_the_maps(notice: Notice, ground: Locator, found: tuple[tuple[int, int], ...]) -> OnMaps:
    """Return what the maps of a notice's zones say of a place; of several zones the part that a ban is most likely about is the word.

    Args:
        notice: whose zones are meant.
        ground: the map, with those beside it.
        found: what each of them says: place, and boundary road as `on_the_map` takes it.
    """
    several = list(zip(ground.each, found, strict=True))
    # the maps may be those of a later notice, with zones that this one has not
    own = [(one, at) for one, at in several if one.zone.id in notice.zones] or several[:1]
    masks, words = nothing_known(notice), []
    for one, (place, edge) in own:
        part, word = on_the_map(notice, one, Place(place), edge)
        zone = mapped_zone(notice, one).id
        masks[zone] = part[zone]
        words.append(word)
    nest(masks, notice)
    first = next((word for word in ("inside", "boundary_road", "carve_out", "unsure") if word in words), "outside")
    unclear = tuple(zone for zone in without_map(notice, ground) if masks[zone].bit_count() > 1)
    return OnMaps(MappingProxyType(masks), words[0] if len(words) == 1 else first, unclear)


def without_map(notice: Notice, ground: Locator | None) -> tuple[str, ...]:
    """Return the zones of a notice that has several of which a map could be made, and none is there."""
    if len(notice.zones) == 1:
        return ()
    shown = {each.zone.id for each in ground.each} if ground is not None else set()
    if ground is not None and not shown & notice.zones.keys():
        shown = {mapped_zone(notice, ground).id}
    return tuple(zone.id for zone in notice.zones.values() if zone.unstated is None and zone.id not in shown)


def on_the_map(notice: Notice, ground: Locator, place: Place, edge: int) -> tuple[dict[str, int], str]:
    """Return the mask of possible parts by zone, and the contract's word, for a place that a map knows.

    Args:
        notice: whose zones are meant.
        ground: the map.
        place: as it says.
        edge: the index of the boundary road; on none -1, or the number of boundary roads.
    """
    masks = nothing_known(notice)
    zone = mapped_zone(notice, ground)
    masks[zone.id] = int(part_masks(notice, ground)[int(place), edge])
    nest(masks, notice)
    if place == Place.BOUNDARY_ROAD:
        return masks, "boundary_road"
    return masks, "unsure" if place == Place.UNSURE else word_of({zone.id: masks[zone.id]})


def mapped_zone(notice: Notice, ground: Locator) -> NoticeZone:
    """Return the zone of the notice that a map shows: the one of its name, else the notice's only area.

    Raises:
        InputError: there are several areas, and none has the map's name.
    """
    if ground.zone.id in notice.zones:
        return notice.zones[ground.zone.id]
    areas = [zone for zone in notice.zones.values() if zone.area]
    if len(areas) != 1:
        listed = ", ".join(zone.id for zone in areas) or "-"
        raise InputError(
            Text(
                f"区域文件 {ground.zone.id} 对不上通告 {notice.id} 的区域：{listed}",
                f"zone file {ground.zone.id} is none of the areas of notice {notice.id}: {listed}",
            )
        )
    return areas[0]


@lru_cache(maxsize=64)
def part_masks(notice: Notice, ground: Locator) -> np.ndarray:
    """Return the mask of possible parts by place code and boundary road, shape (places, roads + 1); the last is "no road".

    A boundary road that the notice does not name (a map of another place) counts as its own file says: excluded is outside.
    """
    zone = mapped_zone(notice, ground)
    masks = np.zeros((len(Place), len(ground.zone.boundary_roads) + 1), np.int64)
    masks[Place.INSIDE], masks[Place.CARVE_OUT], masks[Place.OUTSIDE] = AREA, CARVE_OUT, OUTSIDE
    masks[Place.UNSURE] = everywhere(zone)
    if not zone.complete:
        masks[Place.OUTSIDE] = AREA | OUTSIDE
    edges = {edge.road for edge in zone.area.edges} if zone.area else set()
    by_value = {"included": AREA, "excluded": OUTSIDE, "unstated": AREA | OUTSIDE}
    for number, road in enumerate(ground.zone.boundary_roads):
        mask = edge_bit(zone, road.name) if road.name in edges else by_value[road.boundary]
        masks[Place.BOUNDARY_ROAD, number] = mask
        if road.boundary == "included":  # its surface lies in the area; a rule may still leave this edge out
            masks[Place.INSIDE, number] = mask
    masks[Place.BOUNDARY_ROAD, -1] = all_edges(zone)
    return masks


def nothing_known(notice: Notice) -> dict[str, int]:
    """Return the mask of every part, by zone."""
    return {name: everywhere(zone) for name, zone in notice.zones.items()}


def nest(masks: dict[str, int], notice: Notice) -> None:
    """Carry over what a zone within another one says of it: in the inner is in the outer, outside the outer is outside both."""
    for _ in masks:
        for zone in notice.zones.values():
            for around in zone.within:
                outer, inner = masks[around], masks[zone.id]
                if not inner & OUTSIDE and outer & (AREA | CARVE_OUT):
                    masks[around] = outer & (AREA | CARVE_OUT)
                if outer == OUTSIDE and inner & OUTSIDE:
                    masks[zone.id] = OUTSIDE


def word_of(masks: Mapping[str, int]) -> str:
    """Return one word for a place by its parts; the part that a ban is most likely about comes first."""
    known = [next((word for mask, word in _WORDS if not possible & ~mask), "unsure") for possible in masks.values()]
    for word in ("inside", "boundary_road", "carve_out"):
        if word in known:
            return word
    return "outside" if set(known) == {"outside"} else "unsure"


_EDGES = -1 << FIRST_EDGE
_WORDS = (
    (AREA, "inside"),
    (_EDGES, "boundary_road"),
    (CARVE_OUT, "carve_out"),
    (OUTSIDE, "outside"),
    (_EDGES | OUTSIDE, "boundary_road"),  # a ring road by its name runs on beyond the zone
)
