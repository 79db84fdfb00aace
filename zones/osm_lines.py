"""Lines of OSM that are no streets (railways, rivers, administrative boundaries), and kilometre posts."""

import bz2
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast
from xml.etree import ElementTree as ET

from shapely import LineString

from zones.network import Beside, Kind, Post, Segment, parse_metres
from zones.osm_checks import id_of, member_ways_of, position_of, refs_of, tags_of
from zones.osm_tags import is_turn, kind_of, other_names, post_m

_LEAST_NODES = 2
_Points = list[tuple[float, float]]


@dataclass(slots=True)
class _Held:
    """What a source holds, sorted out."""

    nodes: dict[int, tuple[float, float]] = field(default_factory=dict)
    ways: dict[int, list[int]] = field(default_factory=dict)
    tagged: dict[int, dict[str, str]] = field(default_factory=dict)
    areas: dict[int, tuple[dict[str, str], list[int]]] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)

    def add(self, element: dict[str, Any]) -> None:
        kind = element.get("type")
        if kind == "node":
            number = id_of(element.get("id"))
            self.nodes[number] = position_of(element)
            metres = post_m(tags_of(element)) if element.get("tags") else None
            if metres is not None:
                self.posts.append(Post(metres, *self.nodes[number]))
        elif kind == "way":
            number, tags = id_of(element.get("id")), tags_of(element)
            self.ways[number] = refs_of(element)
            if tags.get("name") and kind_of(tags):
                self.tagged[number] = tags
        elif kind == "relation" and kind_of(tags := tags_of(element)) == "administrative" and tags.get("name"):
            self.areas[id_of(element.get("id"))] = (tags, member_ways_of(element))

    def runs(self, way: int) -> list[_Points]:
        """Return the stretches of a way whose nodes are all there."""
        runs: list[_Points] = [[]]
        for ref in self.ways.get(way, ()):
            if ref not in self.nodes:
                runs.append([])
            elif not runs[-1] or runs[-1][-1] != self.nodes[ref]:
                runs[-1].append(self.nodes[ref])
        return [run for run in runs if len(run) >= _LEAST_NODES]

    def whole(self, way: int) -> bool:
        return way in self.ways and all(ref in self.nodes for ref in self.ways[way])

    def lines(self, number: str, way: int, tags: dict[str, str], kind: Kind) -> Iterator[Segment]:
        for again, points in enumerate(self.runs(way)):
            yield Segment(
                id=number + (f"#{again}" if again else ""),
                name=tags["name"],
                highway="",
                line=LineString(points),
                width_m=parse_metres(tags.get("width")),
                way_id=way,
                other_names=other_names(tags),
                kind=kind,
            )


def beside_of(elements: Iterable[Any]) -> Beside:
    """Return the named railways, rivers and administrative boundaries of OSM elements, and the kilometre posts.

    A boundary bears the name of its relation (`boundary=administrative`, a member way on two of them both names) and,
    where it has one, its way's own. Extracts cut boundaries off: what is there of a line is returned, and its name is
    `partial`.

    Args:
        elements: nodes, ways and relations as Overpass's JSON has them, in any order.

    Raises:
        TextError: an element is not of this form.
    """
    held = _Held()
    for element in elements:
        if isinstance(element, dict):
            held.add(element)
    lines: list[Segment] = []
    partial = set()
    for way, tags in sorted(held.tagged.items()):
        lines += held.lines(f"way/{way}", way, tags, kind_of(tags) or "road")
        if not held.whole(way):
            partial.add(tags["name"])
    for area, (tags, members) in sorted(held.areas.items()):
        for way in dict.fromkeys(members):
            lines += held.lines(f"relation/{area}/{way}", way, tags, "administrative")
        if not all(held.whole(way) for way in members):
            partial.add(tags["name"])
    return Beside(
        tuple(lines), tuple(sorted(held.posts, key=lambda p: (p.chainage_m, p.lon, p.lat))), frozenset(partial)
    )


def beside_in(path: Path, *, relations: list[dict[str, Any]] | None = None) -> Beside:
    """Return what an OSM XML file (`.gz` and `.bz2` too) that is well-formed holds beside its streets.

    Args:
        path: the file.
        relations: gets the file's turn rules, so that it need not be read again for them.

    Raises:
        TextError: an element lacks an id or a position.
    """
    return beside_of(_seen(elements_in(path), [] if relations is None else relations))


def elements_in(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the elements of an OSM XML file (`.gz` and `.bz2` too) that is well-formed, as Overpass's JSON has them."""
    with _opened(path) as file:
        yield from _elements(file)


def _seen(elements: Iterable[dict[str, Any]], relations: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for element in elements:
        if element["type"] == "relation" and is_turn(element["tags"]):
            relations.append(element)
        yield element


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    return bz2.open(path, "rb") if path.suffix.lower() == ".bz2" else path.open("rb")


def _elements(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    found = ET.iterparse(file, events=("start", "end"))  # noqa: S314 - the streets were read from the same file
    _, root = next(found)
    for event, element in found:
        if event == "end" and element.tag in {"node", "way", "relation"}:
            yield _element(element)
            root.clear()


def _element(element: ET.Element) -> dict[str, Any]:
    attributes: dict[str, Any] = {"type": element.tag, "id": _whole(element.get("id"))}
    tags = {tag.get("k", ""): tag.get("v", "") for tag in element.iterfind("tag")}
    if element.tag == "node":
        return {**attributes, "lon": _number(element.get("lon")), "lat": _number(element.get("lat")), "tags": tags}
    if element.tag == "way":
        return {**attributes, "nodes": [_whole(nd.get("ref")) for nd in element.iterfind("nd")], "tags": tags}
    members = [
        {"type": m.get("type"), "ref": _whole(m.get("ref")), "role": m.get("role")} for m in element.iterfind("member")
    ]
    return {**attributes, "members": members, "tags": tags}


def _whole(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
