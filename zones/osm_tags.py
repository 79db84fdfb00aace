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


def kind_of(tags: Mapping[str, Any]) -> Kind | None:
    """Return what a line is by its tags, None for a street or for what no notice names (a platform, a dam)."""
    if tags.get("railway") in RAILWAYS:
        return "railway"
    if tags.get("waterway") in WATERWAYS:
        return "river"
    return "administrative" if tags.get("boundary") == "administrative" else None


def is_street(tags: Mapping[str, Any]) -> bool:
    """Tell whether a line of a file without OSM's strictness is a street: it says so, or says nothing else."""
    return bool(tags.get("highway")) or all(str(tags.get(tag) or "").lower() in _NOTHING for tag in LINE_TAGS)


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
