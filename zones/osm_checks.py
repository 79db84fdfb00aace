"""Elements of OSM as Overpass's JSON has them, checked one by one: a server may send anything."""

from typing import Any

from zones.errors import TextError


def id_of(value: object) -> int:
    """Return an OSM id.

    Raises:
        TextError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TextError(f"{value!r} 不是 OSM 编号", f"{value!r} is no OSM id")
    return value


def position_of(element: dict[str, Any]) -> tuple[float, float]:
    """Return a node's lon and lat in degrees.

    Raises:
        TextError: they are none.
    """
    lon, lat = element.get("lon"), element.get("lat")
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (lon, lat))
    if not numbers or not (abs(float(lon or 0)) <= 180 and abs(float(lat or 0)) <= 90):  # noqa: PLR2004 - degrees
        raise TextError(f"节点的位置不行：{lon!r}, {lat!r}", f"the position of a node will not do: {lon!r}, {lat!r}")
    return float(lon or 0), float(lat or 0)


def tags_of(element: dict[str, Any]) -> dict[str, str]:
    """Return an element's tags.

    Raises:
        TextError: they are not text.
    """
    tags = element.get("tags") or {}
    if not isinstance(tags, dict) or not all(isinstance(part, str) for pair in tags.items() for part in pair):
        raise TextError("路线的标签不是文字", "the tags of a way are not text")
    return tags


def refs_of(element: dict[str, Any]) -> list[int]:
    """Return the ids of a way's nodes.

    Raises:
        TextError: they are no list of ids.
    """
    refs = element.get("nodes")
    if not isinstance(refs, list):
        raise TextError("路线没有节点表", "a way has no list of nodes")
    return [id_of(ref) for ref in refs]


def members_of(element: dict[str, Any]) -> list[tuple[str, int, str]]:
    """Return (`node` | `way` | `relation`, id, role) of a relation's members.

    Raises:
        TextError: its members are no list of elements.
    """
    members = element.get("members")
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise TextError("关系没有成员表", "a relation has no list of members")
    return [(str(m.get("type")), id_of(m.get("ref")), str(m.get("role") or "")) for m in members]


def member_ways_of(element: dict[str, Any]) -> list[int]:
    """Return the ids of a relation's member ways.

    Raises:
        TextError: its members are no list of elements.
    """
    return [ref for kind, ref, _ in members_of(element) if kind == "way"]
