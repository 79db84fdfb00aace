"""Streets of an OSM PBF file, through pyosmium (the optional extra `pbf`)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from zones.area import nothing_in
from zones.coords import to_wgs84
from zones.errors import InputError, TextError
from zones.network import Source, StreetNetwork
from zones.osm_lines import beside_of
from zones.pbf_lines import elements_beside, turns_in
from zones.text import Text
from zones.turns import turns_of

if TYPE_CHECKING:
    from types import ModuleType

    from zones.area import Area

Positions = dict[int, tuple[float, float]]
# a street that runs through an area has a node in it or within some 4 km: no straight piece of one is 8 km long
_MARGIN_DEG = 0.05

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# where programs that write PBF put the date of the data (OSM wiki, PBF Format, HeaderBlock)
_DATES = ("osmosis_replication_timestamp", "timestamp")


def read_pbf(path: Path, sha256: str, *, crs: str = "wgs84", area: "Area | None" = None) -> StreetNetwork:
    """Read every `highway` way of an OSM PBF file, and what is beside them; the network is that of the same data as XML.

    Args:
        path: the file.
        sha256: the hash of its bytes.
        crs: what its numbers are, for `area`; they are returned as they are.
        area: ways that do not touch it are left out. Those that do are whole, and memory holds no others, nor their
            nodes: only the numbers of the nodes in the area and some 5 km around.

    Raises:
        InputError: pyosmium is not installed; the file is not PBF, is cut off, lacks nodes or holds no streets.
    """
    from zones.osm_elements import segments_of  # noqa: PLC0415 - OSMnx takes seconds to import

    osmium = _pyosmium(path)
    try:
        near = None if area is None else _near(osmium, path, area)
        elements = _elements(osmium, path) if area is None else _elements_in(osmium, path, area, near or set(), crs)
        segments = segments_of(elements)
        beside = beside_of(elements_beside(osmium, path, near))
        turns, unread = turns_of(turns_in(osmium, path), segments)
        date = _date(osmium, path)
    except TextError as error:
        raise InputError(error.text, file=str(path)) from None
    except (RuntimeError, OSError, ValueError) as error:  # what libosmium raises of a broken file
        raise InputError(
            Text(f"不是可读的 OSM PBF：{error}", f"not readable as OSM PBF: {error}"), file=str(path)
        ) from error
    if not segments:
        nothing = InputError(Text("文件里没有道路", "the file holds no streets"), file=str(path))
        raise nothing if area is None else nothing_in(path.name)
    source = Source(path.name, sha256, date)
    return StreetNetwork(segments, source, "osm", beside=beside, turns=turns, turns_unread=unread)


def _pyosmium(path: Path) -> "ModuleType":
    try:
        import osmium  # noqa: PLC0415 - optional
        import osmium.filter  # noqa: PLC0415
    except ImportError:
        raise InputError(
            Text(
                "读 PBF 需要 pyosmium：pip install truckban[pbf]；或给出 .osm 文件",
                "PBF is read by pyosmium: pip install truckban[pbf]; or give an .osm file",
            ),
            file=str(path),
        ) from None
    return osmium


def _elements(osmium: Any, path: Path) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a module that may be absent
    """Yield the nodes that streets run through, then the streets; the file is read twice, to hold no others."""
    ways = list(_ways(osmium, path))
    yield from _as_elements(_nodes(osmium, path, ways))
    yield from ways


def _near(osmium: Any, path: Path, area: "Area") -> set[int]:  # noqa: ANN401
    """Return the ids of the nodes in an area and some 4 to 5 km around."""
    west, south, east, north = area.box()
    return {
        node.id
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE)
        if (place := node.location).valid()
        and south - _MARGIN_DEG <= place.lat <= north + _MARGIN_DEG
        and west - _MARGIN_DEG <= place.lon <= east + _MARGIN_DEG
    }


def _elements_in(
    osmium: Any,  # noqa: ANN401
    path: Path,
    area: "Area",
    near: set[int],
    crs: str,
) -> Iterator[dict[str, Any]]:
    """Yield the same of the streets that touch an area; the file is read twice more."""
    ways = [way for way in _ways(osmium, path) if not near.isdisjoint(way["nodes"])]
    nodes = _nodes(osmium, path, ways)
    touched = area.touches(_lines(ways, nodes, crs))
    ways = [way for way, here in zip(ways, touched, strict=True) if here]
    used = {ref for way in ways for ref in way["nodes"]}
    yield from _as_elements({number: place for number, place in nodes.items() if number in used})
    yield from ways


def _ways(osmium: Any, path: Path) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
        yield {"type": "way", "id": way.id, "nodes": [node.ref for node in way.nodes], "tags": dict(way.tags)}


def _nodes(osmium: Any, path: Path, ways: list[dict[str, Any]]) -> Positions:  # noqa: ANN401
    used = {ref for way in ways for ref in way["nodes"]}
    return {
        node.id: (node.location.lon, node.location.lat)
        for node in osmium.FileProcessor(str(path), osmium.osm.NODE).with_filter(osmium.filter.IdFilter(used))
        if node.location.valid()
    }


def _as_elements(nodes: Positions) -> Iterator[dict[str, Any]]:
    return ({"type": "node", "id": number, "lon": lon, "lat": lat} for number, (lon, lat) in nodes.items())


def _lines(ways: list[dict[str, Any]], nodes: Positions, crs: str) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return the ways' lines in WGS 84, of the nodes that the file holds."""
    lines = []
    for way in ways:
        own = np.array([nodes[ref] for ref in way["nodes"] if ref in nodes])
        points = np.column_stack(to_wgs84(own[:, 0], own[:, 1], crs))
        lines.append(shapely.LineString(points if len(points) > 1 else np.repeat(points, 2, axis=0)))
    return np.array(lines, dtype=object)


def _date(osmium: Any, path: Path) -> str | None:  # noqa: ANN401
    with osmium.io.Reader(str(path)) as reader:
        header = reader.header()
    found = (_DATE.match(header.get(key, "")) for key in _DATES)
    return next((match[0] for match in found if match), None)
