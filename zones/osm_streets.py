"""Streets of an OSM XML file, through OSMnx."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError
from xml.sax import SAXParseException

import shapely
from shapely import LineString

from zones.errors import InputError, TextError
from zones.network import Segment, Source, StreetNetwork, parse_lanes, parse_metres
from zones.osm_lines import beside_in, elements_in
from zones.osm_tags import NAME_TAGS, ROUNDABOUTS, TRUCK_TAGS, other_names, truck_tags, turned_round
from zones.text import Text
from zones.turns import turns_of

if TYPE_CHECKING:
    import networkx as nx

_WAY_TAGS = ["highway", "name", *NAME_TAGS, "ref", "lanes", "width", "oneway", *TRUCK_TAGS]
# values of `oneway` on which OSMnx turns the line round (osmnx 2.1, `graph._add_paths`)
_AGAINST = frozenset({"-1", "reverse", "T"})
_HEAD_BYTES = 4096
_OSM_DATE = re.compile(r'(?:osm_base|timestamp)="(\d{4}-\d\d-\d\d)')
_SCHEMATIC = re.compile(r"<note>[^<]*(?:schematic|示意)", re.IGNORECASE)


@contextmanager
def _way_tags() -> Iterator[None]:
    """Have OSMnx keep the tags that are needed here, and nothing of it afterwards."""
    from osmnx import settings  # noqa: PLC0415 - takes seconds to import

    before = settings.useful_tags_way, settings.useful_tags_node
    settings.useful_tags_way, settings.useful_tags_node = _WAY_TAGS, []
    try:
        yield
    finally:
        settings.useful_tags_way, settings.useful_tags_node = before


def _broken(path: Path, error: Exception) -> InputError:
    line: int | None = None
    if isinstance(error, SAXParseException):
        line = error.getLineNumber()
    elif isinstance(error, ParseError):
        line = error.position[0]
    return InputError(
        Text(f"不是可读的 OSM XML：{error}", f"not readable as OSM XML: {error}"), file=str(path), line=line
    )


def _graph(path: Path) -> "nx.MultiDiGraph":
    """Return the streets as a graph from junction to junction in which every edge is part of one OSM way."""
    import osmnx as ox  # noqa: PLC0415 - takes seconds to import

    try:
        with _way_tags():
            graph = ox.graph_from_xml(path, simplify=False, retain_all=True)
    except (SAXParseException, ParseError, ValueError, KeyError, OSError, EOFError) as error:
        raise _broken(path, error) from error
    # a file holds buildings and rivers too; and one direction of a two-way street is enough
    unwanted = [
        (u, v, key)
        for u, v, key, data in graph.edges(keys=True, data=True)
        if "highway" not in data or (data["reversed"] and not data["oneway"])
    ]
    graph.remove_edges_from(unwanted)
    graph.remove_nodes_from([node for node, degree in dict(graph.degree()).items() if degree == 0])
    if not graph.edges:
        raise InputError(Text("文件里没有道路", "the file holds no streets"), file=str(path))
    return ox.simplify_graph(graph, edge_attrs_differ=["osmid"], remove_rings=False)


def _line(graph: "nx.MultiDiGraph", u: int, v: int, data: dict[str, Any]) -> LineString:
    if "geometry" in data:
        return LineString(shapely.get_coordinates(data["geometry"]))
    return LineString([(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (u, v)])


def _segments(graph: "nx.MultiDiGraph") -> Iterator[Segment]:
    # not the graph's key: it counts what else runs between two nodes in the file, a fence or a boundary
    seen: Counter[str] = Counter()
    for u, v, data in graph.edges(data=True):
        way = int(data["osmid"])
        number = f"{way}/{u}-{v}"
        again, seen[number] = seen[number], seen[number] + 1
        yield Segment(
            id=number + (f"#{again}" if again else ""),
            name=data.get("name"),
            highway=data["highway"],
            line=_line(graph, u, v, data),
            lanes=parse_lanes(data.get("lanes")),
            width_m=parse_metres(data.get("width")),
            oneway=bool(data["oneway"]),
            way_id=way,
            other_names=other_names(data),
            roundabout=data.get("junction") in ROUNDABOUTS,
            truck_tags=truck_tags(data),
        )


def _along_lines(path: Path, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Turn `:forward` and `:backward` round on the ways that traffic uses against their nodes: OSMnx turns the line."""
    asked = {s.way_id for s in segments if s.oneway and any(turned_round(tag) != tag for tag, _ in s.truck_tags)}
    if not asked:
        return segments
    against = {
        element["id"]
        for element in elements_in(path)
        if element["type"] == "way" and element["id"] in asked and element["tags"].get("oneway") in _AGAINST
    }
    return tuple(
        replace(s, truck_tags=truck_tags(dict(s.truck_tags), against=True)) if s.way_id in against else s
        for s in segments
    )


def _head(path: Path) -> str:
    if path.suffix in {".gz", ".bz2"}:
        return ""
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES).decode("utf-8", "replace")


def read_segments(path: Path) -> tuple[Segment, ...]:
    """Return the streets of an OSM XML file, cut where ways meet; see `read_osm`."""
    return _along_lines(path, tuple(_segments(_graph(path))))


def read_osm(path: Path, sha256: str) -> StreetNetwork:
    """Read every `highway` way of an OSM XML file, cut where ways meet; beside them see `osm_lines`.

    Args:
        path: the file.
        sha256: the hash of its bytes.

    Raises:
        InputError: it is not well-formed (with the line), refers to nodes it does not hold, or holds no streets.
    """
    head = _head(path)
    date = _OSM_DATE.search(head.partition("<node")[0])
    segments = read_segments(path)
    relations: list[dict[str, Any]] = []
    try:
        beside = beside_in(path, relations=relations)
        turns, unread = turns_of(relations, segments)
    except TextError as error:
        raise InputError(error.text, file=str(path)) from None
    return StreetNetwork(
        segments=segments,
        source=Source(path.name, sha256, date[1] if date else None),
        grade="schematic" if _SCHEMATIC.search(head) else "osm",
        beside=beside,
        turns=turns,
        turns_unread=unread,
    )
