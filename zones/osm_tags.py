"""What OSM's tags say of a line: its other names, and what it is where it is no street."""

from collections.abc import Mapping
from typing import Any

from zones.kilometres import metres_of
from zones.network import Kind

NAME_TAGS = ("alt_name", "old_name", "official_name", "short_name", "name:zh", "loc_name")
ROUNDABOUTS = frozenset({"roundabout", "circular"})
# tracks that lie there for all to see, also where no train runs any more (`disused`). Not those that are gone
# (`abandoned`, `razed`) or not yet there (`construction`, `proposed`), nor a tram in its street or a subway below it
RAILWAYS = frozenset({"rail", "light_rail", "narrow_gauge", "monorail", "preserved", "disused"})
WATERWAYS = frozenset({"river", "canal", "stream"})
# the tags that tell a line from a street (OSM wiki, Key:railway, Key:waterway, Key:boundary)
LINE_TAGS = ("railway", "waterway", "boundary")
_NOTHING = ("", "no", "none")
# who may drive on a street (OSM wiki, Key:access), from the general to the particular; `goods` are trucks up to 3.5 t
ACCESS_TAGS = ("access", "vehicle", "motor_vehicle", "hgv", "goods")
# what may be how heavy, high, wide and long (OSM wiki, Category:Access, size and weight)
LIMIT_TAGS = (
    "maxweight",
    "maxweightrating",
    "maxheight",
    "maxheight:physical",
    "maxwidth",
    "maxwidth:physical",
    "maxlength",
    "maxaxleload",
)
_DIRECTIONS = ("", ":forward", ":backward")
_CONDITIONAL = ("", ":conditional")
# all that is kept of a street for trucks
TRUCK_TAGS = (
    *(tag + way + when for tag in ACCESS_TAGS for way in _DIRECTIONS for when in _CONDITIONAL),
    *(
        tag + who + way + when
        for tag in (*LIMIT_TAGS, "maxspeed")
        for who in ("", ":hgv")
        for way in _DIRECTIONS
        for when in _CONDITIONAL
    ),
    "bridge",
    "tunnel",
    "junction",
)
_OPPOSITE = {"forward": "backward", "backward": "forward"}


def kind_of(tags: Mapping[str, Any]) -> Kind | None:
    """Return what a line is by its tags, None for a street or for what no notice names (a platform, a dam)."""
    if tags.get("railway") in RAILWAYS:
        return "railway"
    if tags.get("waterway") in WATERWAYS:
        return "river"
    return "administrative" if tags.get("boundary") == "administrative" else None


def truck_tags(tags: Mapping[str, Any], *, against: bool = False) -> tuple[tuple[str, str], ...]:
    """Return the tags that concern trucks (`TRUCK_TAGS`) as they stand, in the order of their names.

    Args:
        tags: of a line.
        against: the line runs against the way it was drawn, as `oneway=-1` says: `:forward` becomes `:backward`.
    """
    found = ((tag, _text(tags[tag])) for tag in TRUCK_TAGS if tags.get(tag) is not None)
    return tuple(sorted((turned_round(tag) if against else tag, value) for tag, value in found if value))


def _text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()


def turned_round(tag: str) -> str:
    """Return a tag for a line drawn the other way: `maxspeed:forward` is `maxspeed:backward`."""
    return ":".join(_OPPOSITE.get(part, part) for part in tag.split(":"))


def is_street(tags: Mapping[str, Any]) -> bool:
    """Tell whether a line of a file without OSM's strictness is a street: it says so, or says nothing else."""
    return bool(tags.get("highway")) or all(str(tags.get(tag) or "").lower() in _NOTHING for tag in LINE_TAGS)


def is_turn(tags: Mapping[str, Any]) -> bool:
    """Tell whether a relation is a turn rule (OSM wiki, Relation:restriction)."""
    return str(tags.get("type") or "").partition(":")[0] == "restriction"


def other_names(tags: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (tag, name) pairs of all names but `name`, and of the road's number (`ref`)."""
    pairs = [(tag, name.strip()) for tag in (*NAME_TAGS, "ref") if tags.get(tag) for name in str(tags[tag]).split(";")]
    return tuple(pair for pair in pairs if pair[1])


def post_m(tags: Mapping[str, Any]) -> float | None:
    """Return the metres that a kilometre post says (`highway=milestone`), None where it is none or says nothing.

    `distance` (OSM wiki, Tag:highway=milestone), else `pk`, else `ref`.
    """
    if tags.get("highway") != "milestone":
        return None
    said = (metres_of(tags.get(tag)) for tag in ("distance", "pk", "ref"))
    return next((metres for metres in said if metres is not None), None)
