"""Streets of an OSM PBF file, through pyosmium (the optional extra `pbf`)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zones.errors import InputError, TextError
from zones.network import Source, StreetNetwork
from zones.text import Text

if TYPE_CHECKING:
    from types import ModuleType

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# where programs that write PBF put the date of the data (OSM wiki, PBF Format, HeaderBlock)
_DATES = ("osmosis_replication_timestamp", "timestamp")


def read_pbf(path: Path, sha256: str) -> StreetNetwork:
    """Read every `highway` way of an OSM PBF file; the network is that of the same data as XML.

    Args:
        path: the file.
        sha256: the hash of its bytes.

    Raises:
        InputError: pyosmium is not installed; the file is not PBF, is cut off, lacks nodes or holds no streets.
    """
    from zones.osm_elements import segments_of  # noqa: PLC0415 - OSMnx takes seconds to import

    osmium = _pyosmium(path)
    try:
        segments = segments_of([*_elements(osmium, path)])
        date = _date(osmium, path)
    except TextError as error:
        raise InputError(error.text, file=str(path)) from None
    except (RuntimeError, OSError, ValueError) as error:  # what libosmium raises of a broken file
        raise InputError(
            Text(f"不是可读的 OSM PBF：{error}", f"not readable as OSM PBF: {error}"), file=str(path)
        ) from error
    if not segments:
        raise InputError(Text("文件里没有道路", "the file holds no streets"), file=str(path))
    return StreetNetwork(segments, Source(path.name, sha256, date), "osm")


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
    ways = [
        {"type": "way", "id": way.id, "nodes": [node.ref for node in way.nodes], "tags": dict(way.tags)}
        for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    ]
    used = {ref for way in ways for ref in way["nodes"]}
    for node in osmium.FileProcessor(str(path), osmium.osm.NODE):
        if node.id in used and node.location.valid():
            yield {"type": "node", "id": node.id, "lon": node.location.lon, "lat": node.location.lat}
    yield from ways


def _date(osmium: Any, path: Path) -> str | None:  # noqa: ANN401
    with osmium.io.Reader(str(path)) as reader:
        header = reader.header()
    found = (_DATE.match(header.get(key, "")) for key in _DATES)
    return next((match[0] for match in found if match), None)
