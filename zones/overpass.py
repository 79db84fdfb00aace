"""Streets from an Overpass server.

OSMnx makes the network of the answer, as it does of a file. The request is made here: OSMnx's own repeats without end on
429 and 504, asks `/status` first, and redirects name resolution of the whole process (osmnx 2.1, `_overpass.py`,
`_http.py`).
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from zones.area import Area, Around, Within, nothing_in, only_in, read_within
from zones.errors import InputError, TextError
from zones.network import Source, StreetNetwork
from zones.osm_lines import beside_of
from zones.server_request import Question, ServerSettings, Unusable, fetch
from zones.text import Text
from zones.turns import turns_of

__all__ = ["Around", "OverpassSettings", "Within", "read_overpass", "read_within"]

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class OverpassSettings(ServerSettings):
    """How an Overpass server is asked; its `url` is with or without `/interpreter`."""

    server: ClassVar[str] = "overpass"


def query_of(area: Area, *, timeout_s: float) -> str:
    """Return the question in Overpass QL: every `highway` way that meets the area, whole, with its nodes.

    All classes are asked for, `service` as well: which of them trucks use is decided where the network is used, and a
    footpath that crosses a street is a junction in the file of the same place too.

    Named railways, waterways, administrative boundaries and kilometre posts are always asked for: they are few beside
    the streets, and one answer then does for every notice of the place. Of a boundary's relation only the member ways
    that meet the area are: the whole of a province's would be more than all streets. Of turn rules no members are.
    """
    wanted = (
        'way["highway"]',
        'way["railway"]["name"]',
        'way["waterway"]["name"]',
        'way["boundary"="administrative"]["name"]',
        "way(r.areas)",
        'node["highway"="milestone"]',
    )
    areas = "".join(f'rel["boundary"="administrative"]{part};' for part in area.filters())
    turns = "".join(f'rel["type"~"^restriction"]{part};' for part in area.filters())
    lines = "".join(f"{one}{part};" for one in wanted for part in area.filters())
    return (
        f"[out:json][timeout:{max(1, round(timeout_s))}];({areas})->.areas;({turns})->.turns;"
        f"({lines});(._;>;);(._;.areas;.turns;);out;"
    )


def read_overpass(area: Area, settings: OverpassSettings | None = None) -> StreetNetwork:
    """Fetch the streets of an area.

    Args:
        area: where.
        settings: which server, how long, how often, and the cache.

    Returns:
        The network that a file of the same data gives; its source is `overpass`, the time of the server's data
        (`osm_base`), the hash of the answer's bytes, and the area.

    Raises:
        InputError: no internet, no usable answer after the last try, or no streets there.
    """
    settings = settings or OverpassSettings()
    question = Question(
        "Overpass",
        _address(settings.url),
        {"data": query_of(area, timeout_s=settings.timeout_s)},
        posted=True,
        lost=Text("街道", "no streets were"),
        instead=Text(
            "也可以改用文件：--streets 街道.osm（或 .osm.pbf、.gpkg、.shp）",
            "or use a file instead: --streets STREETS.osm (or .osm.pbf, .gpkg, .shp)",
        ),
    )
    return _taken(fetch(question, settings, _network), area)


def read_answer(answer: bytes, area: Area | None) -> StreetNetwork:
    """Return the streets of an answer that was kept, as `read_overpass` gave them; None where it said no area.

    Raises:
        InputError: it is no whole answer, or holds no streets there.
    """
    try:
        network = _network(answer)
    except Unusable as error:
        raise InputError(error.text, field="overpass") from None
    return network if area is None else _taken(network, area)


def _taken(network: StreetNetwork, area: Area) -> StreetNetwork:
    if isinstance(area, Within):  # what was asked for may be wider, see `Within.filters`
        return only_in(network, area)
    return replace(network, source=replace(network.source, area=area.said()))


def _address(url: str | None) -> str:
    if url is None:
        from osmnx import settings as theirs  # noqa: PLC0415 - takes seconds to import

        url = str(theirs.overpass_url)
    return url.rstrip("/").removesuffix("/interpreter") + "/interpreter"


def _network(answer: bytes) -> StreetNetwork:
    """Return the streets of an answer.

    Raises:
        Unusable: it is none, or not a whole one; another may be.
        InputError: it is whole and holds no streets.
    """
    from zones.osm_elements import segments_of  # noqa: PLC0415 - OSMnx takes seconds to import

    try:
        data: Any = json.loads(answer)
    except (ValueError, RecursionError):
        raise Unusable(Text("应答不是完整的 JSON", "the answer is not whole JSON")) from None
    elements = data.get("elements") if isinstance(data, dict) else None
    if not isinstance(elements, list):
        raise Unusable(Text("应答里没有 elements", "the answer has no elements"))
    # a server that ran out of time or memory says so under status 200, and what it sent is a part (Overpass QL, remark)
    if data.get("remark"):
        remark = str(data["remark"])[:200]
        raise Unusable(Text(f"服务器没有做完：{remark}", f"the server did not finish: {remark}"))
    try:
        segments, beside = segments_of(elements), beside_of(elements)
        turns, unread = turns_of(elements, segments)
    except TextError as error:
        raise Unusable(Text(f"应答有误：{error.text.zh}", f"the answer is broken: {error.text.en}")) from None
    if not segments:
        raise nothing_in("overpass")
    head = data.get("osm3s")
    base = str(head.get("timestamp_osm_base")) if isinstance(head, dict) else ""
    date = base if _DATE.fullmatch(base) else None
    source = Source("overpass", hashlib.sha256(answer).hexdigest(), date)
    return StreetNetwork(segments, source, "osm", beside=beside, turns=turns, turns_unread=unread)
