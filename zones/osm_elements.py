"""OSM nodes and ways from elsewhere than an XML file: brought to one, so that all streets go through one reader."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from zones.errors import TextError
from zones.network import Segment
from zones.osm_checks import id_of, position_of, refs_of, tags_of
from zones.osm_streets import read_segments

# what XML 1.0 cannot hold (W3C, section 2.2, Char); OSM forbids most of it in tags too
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LEAST_NODES = 2


def segments_of(elements: Iterable[Any]) -> tuple[Segment, ...]:
    """Return the streets of OSM elements as Overpass's JSON has them; empty where no way is a `highway`.

    Args:
        elements: `{"type": "node", "id", "lat", "lon"}` and `{"type": "way", "id", "nodes", "tags"}`; others are
            passed over, as are ways without `highway`.

    Raises:
        TextError: an element is not of this form, or a way runs through a node that is not there.
    """
    nodes, ways = _sorted_out(elements)
    if not ways:
        return ()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streets.osm"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(_xml(nodes, ways))
        return read_segments(path)


def _sorted_out(elements: Iterable[Any]) -> tuple[dict[int, tuple[float, float]], dict[int, dict[str, Any]]]:
    nodes: dict[int, tuple[float, float]] = {}
    ways: dict[int, dict[str, Any]] = {}
    for element in elements:
        kind = element.get("type") if isinstance(element, dict) else None
        if kind == "node":
            nodes[id_of(element.get("id"))] = position_of(element)
        elif kind == "way" and (tags := tags_of(element)).get("highway"):
            refs = refs_of(element)
            if len(refs) >= _LEAST_NODES:
                ways[id_of(element.get("id"))] = {"nodes": refs, "tags": tags}
        elif kind is None:
            raise TextError("有的元素没有类型", "an element has no type")
    for number, way in ways.items():
        lost = next((ref for ref in way["nodes"] if ref not in nodes), None)
        if lost is not None:
            raise TextError(
                f"路线 {number} 的节点 {lost} 不在数据里", f"node {lost} of way {number} is not in the data"
            )
    return nodes, ways


def _xml(nodes: dict[int, tuple[float, float]], ways: dict[int, dict[str, Any]]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n'
    used = {ref for way in ways.values() for ref in way["nodes"]}
    for number, (lon, lat) in nodes.items():
        if number in used:
            yield f'<node id="{number}" lon="{lon!r}" lat="{lat!r}"/>\n'
    for number, way in ways.items():
        yield f'<way id="{number}">'
        yield from (f'<nd ref="{ref}"/>' for ref in way["nodes"])
        for key, value in way["tags"].items():
            yield f"<tag k={quoteattr(_NOT_XML.sub('', key))} v={quoteattr(_NOT_XML.sub('', value))}/>"
        yield "</way>\n"
    yield "</osm>\n"
