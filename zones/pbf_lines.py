"""What an OSM PBF file holds beside its streets: see `osm_lines`, and `turns`."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from zones.osm_tags import LINE_TAGS, is_turn, kind_of

_Elements = Iterator[dict[str, Any]]


def elements_beside(osmium: Any, path: Path, near: Collection[int] | None) -> _Elements:  # noqa: ANN401 - may be absent
    """Yield named railways, rivers and administrative boundaries with their nodes, and kilometre posts.

    Args:
        osmium: the module pyosmium.
        path: the file.
        near: ids of the nodes around an area; ways with none of them are left out, and so are posts elsewhere.
    """

    def read(entities: Any, *filters: Any) -> Any:  # noqa: ANN401
        found = osmium.FileProcessor(str(path), entities)
        for one in filters:
            found = found.with_filter(one)
        return found

    kinds, wanted = osmium.osm, osmium.filter
    areas = [_relation(r) for r in read(kinds.RELATION, wanted.TagFilter(("boundary", "administrative")))]
    members = {member["ref"] for area in areas for member in area["members"] if member["type"] == "way"}
    ways = {way["id"]: way for way in map(_way, read(kinds.WAY, wanted.KeyFilter(*LINE_TAGS))) if _here(way, near)}
    ways = {number: way for number, way in ways.items() if number in members or kind_of(way["tags"])}
    if untagged := members - ways.keys():
        others = map(_way, read(kinds.WAY, wanted.IdFilter(untagged)))
        ways |= {way["id"]: way for way in others if _here(way, near)}
    if used := {ref for way in ways.values() for ref in way["nodes"]}:
        yield from _nodes(read(kinds.NODE, wanted.IdFilter(used)))
    posts = _nodes(read(kinds.NODE, wanted.TagFilter(("highway", "milestone"))))
    yield from (post for post in posts if near is None or post["id"] in near)
    yield from ways.values()
    yield from areas


def turns_in(osmium: Any, path: Path) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return the relations of a file that are turn rules."""
    found = osmium.FileProcessor(str(path), osmium.osm.RELATION).with_filter(osmium.filter.KeyFilter("type"))
    return [_relation(relation) for relation in found if is_turn(dict(relation.tags))]


def _here(way: dict[str, Any], near: Collection[int] | None) -> bool:
    return near is None or any(ref in near for ref in way["nodes"])


def _way(way: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"type": "way", "id": way.id, "nodes": [node.ref for node in way.nodes], "tags": dict(way.tags)}


def _relation(relation: Any) -> dict[str, Any]:  # noqa: ANN401
    kinds = {"n": "node", "w": "way", "r": "relation"}
    members = [{"type": kinds[member.type], "ref": member.ref, "role": member.role} for member in relation.members]
    return {"type": "relation", "id": relation.id, "members": members, "tags": dict(relation.tags)}


def _nodes(nodes: Any) -> _Elements:  # noqa: ANN401
    for node in nodes:
        if node.location.valid():
            place = {"lon": node.location.lon, "lat": node.location.lat}
            yield {"type": "node", "id": node.id, **place, "tags": dict(node.tags)}
