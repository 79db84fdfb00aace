"""OSM nodes and ways from elsewhere than an XML file: brought to one, so that all streets go through one reader."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from zones.errors import TextError
from zones.network import Segment
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
            nodes[_id(element.get("id"))] = _position(element)
        elif kind == "way" and (tags := _tags(element)).get("highway"):
            refs = element.get("nodes")
            if not isinstance(refs, list):
                raise TextError("路线没有节点表", "a way has no list of nodes")
            if len(refs) >= _LEAST_NODES:
                ways[_id(element.get("id"))] = {"nodes": [_id(ref) for ref in refs], "tags": tags}
        elif kind is None:
            raise TextError("有的元素没有类型", "an element has no type")
    for number, way in ways.items():
        lost = next((ref for ref in way["nodes"] if ref not in nodes), None)
        if lost is not None:
            raise TextError(
                f"路线 {number} 的节点 {lost} 不在数据里", f"node {lost} of way {number} is not in the data"
            )
    return nodes, ways


def _id(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TextError(f"{value!r} 不是 OSM 编号", f"{value!r} is no OSM id")
    return value


def _position(element: dict[str, Any]) -> tuple[float, float]:
    lon, lat = element.get("lon"), element.get("lat")
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (lon, lat))
    if not numbers or not (abs(float(lon or 0)) <= 180 and abs(float(lat or 0)) <= 90):  # noqa: PLR2004 - degrees
        raise TextError(f"节点的位置不行：{lon!r}, {lat!r}", f"the position of a node will not do: {lon!r}, {lat!r}")
    return float(lon or 0), float(lat or 0)


def _tags(element: dict[str, Any]) -> dict[str, str]:
    tags = element.get("tags") or {}
    if not isinstance(tags, dict) or not all(isinstance(part, str) for pair in tags.items() for part in pair):
        raise TextError("路线的标签不是文字", "the tags of a way are not text")
    return tags


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
