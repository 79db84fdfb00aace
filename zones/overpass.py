"""Streets from an Overpass server.

OSMnx makes the network of the answer, as it does of a file. The request is made here: OSMnx's own repeats without end on
429 and 504, asks `/status` first, and redirects name resolution of the whole process (osmnx 2.1, `_overpass.py`,
`_http.py`).
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely import GEOSException, MultiPolygon, Polygon

from zones.errors import InputError, TextError
from zones.network import Source, StreetNetwork
from zones.overpass_request import OverpassSettings, Unusable, fetch
from zones.text import Text

__all__ = ["Around", "OverpassSettings", "Within", "read_overpass", "read_within"]

_MOST_RADIUS_M = 25_000.0
_MOST_DEGREES = 0.6
_MOST_CORNERS = 300
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class Around:
    """Streets that come within `radius_m` of a WGS 84 position.

    Raises:
        InputError: it is no position, or the radius is not above 0 and at most 25 km.
    """

    lon: float
    lat: float
    radius_m: float

    def __post_init__(self) -> None:
        """Refuse what no server should be asked."""
        if not (abs(self.lon) <= 180 and abs(self.lat) <= 90):  # noqa: PLR2004 - degrees
            raise InputError(
                Text("不是经度、纬度（度）", "this is no longitude and latitude in degrees"), field="around"
            )
        if not 0 < self.radius_m <= _MOST_RADIUS_M:
            raise InputError(
                Text("半径应大于 0、不超过 25000 米", "the radius is above 0 and at most 25000 metres"), field="around"
            )

    def filters(self) -> list[str]:
        """Return Overpass's filters for it; OR between them."""
        return [f"(around:{self.radius_m:.1f},{self.lat:.7f},{self.lon:.7f})"]


@dataclass(frozen=True, slots=True)
class Within:
    """Streets that touch an area in WGS 84; holes in it are not left out.

    Raises:
        InputError: the area is empty or broken, or wider than 0.6 degrees.
    """

    area: Polygon | MultiPolygon

    def __post_init__(self) -> None:
        """Refuse what no server should be asked."""
        west, south, east, north = self.area.bounds if not self.area.is_empty else (math.nan,) * 4
        fits = -180 <= west < east <= 180 and -90 <= south < north <= 90  # noqa: PLR2004 - degrees
        if not (fits and self.area.is_valid and max(east - west, north - south) <= _MOST_DEGREES):
            raise InputError(
                Text(
                    "应为不自相交的面，经纬度以度计，宽、高不超过 0.6 度",
                    "an area without self-intersections is needed, in degrees, at most 0.6 wide and high",
                ),
                field="within",
            )

    def filters(self) -> list[str]:
        """Return Overpass's filters for it; OR between them."""
        parts = [part for part in shapely.get_parts([self.area]) if isinstance(part, Polygon)]
        return [f'(poly:"{self._corners(part)}")' for part in parts]

    @staticmethod
    def _corners(part: Polygon) -> str:
        # a server is slow with many corners, and streets outside the area do no harm
        few = len(part.exterior.coords) <= _MOST_CORNERS
        ring = part.exterior if few else shapely.convex_hull(part.exterior).boundary
        return " ".join(f"{lat:.7f} {lon:.7f}" for lon, lat in shapely.get_coordinates(ring)[:-1].tolist())


def read_within(path: str | Path) -> Within:
    """Read the area of a GeoJSON file: a polygon, or all polygons of its features together.

    Raises:
        InputError: the file cannot be read, is not GeoJSON, or holds no polygon that can be used.
    """
    file = str(path)
    try:
        found = shapely.from_geojson(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        why = error.strerror or "?"
        raise InputError(Text(f"无法读取文件：{why}", f"the file cannot be read: {why}"), file=file) from error
    except (UnicodeDecodeError, GEOSException) as error:
        raise InputError(Text("不是可读的 GeoJSON", "this is not readable as GeoJSON"), file=file) from error
    parts = [part for part in shapely.get_parts(shapely.get_parts([found])) if isinstance(part, Polygon)]
    if not parts or not all(part.is_valid for part in parts):
        raise InputError(
            Text("文件里没有面，或面自相交", "the file holds no polygon, or one that intersects itself"), file=file
        )
    area = shapely.union_all(parts)
    try:
        return Within(area if isinstance(area, Polygon | MultiPolygon) else MultiPolygon())
    except InputError as error:
        raise InputError(error.text, file=file) from None


def query_of(area: Around | Within, *, timeout_s: float) -> str:
    """Return the question in Overpass QL: every `highway` way that meets the area, whole, with its nodes.

    All classes are asked for, `service` as well: which of them trucks use is decided where the network is used, and a
    footpath that crosses a street is a junction in the file of the same place too.
    """
    ways = "".join(f'way["highway"]{part};' for part in area.filters())
    return f"[out:json][timeout:{max(1, round(timeout_s))}];({ways});(._;>;);out;"


def read_overpass(area: Around | Within, settings: OverpassSettings | None = None) -> StreetNetwork:
    """Fetch the streets of an area.

    Args:
        area: where.
        settings: which server, how long, how often, and the cache.

    Returns:
        The network that a file of the same data gives; its source is `overpass`, the time of the server's data
        (`osm_base`) and the hash of the answer's bytes.

    Raises:
        InputError: no internet, no usable answer after the last try, or no streets there.
    """
    settings = settings or OverpassSettings()
    return fetch(query_of(area, timeout_s=settings.timeout_s), settings, _network)


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
        segments = segments_of(elements)
    except TextError as error:
        raise Unusable(Text(f"应答有误：{error.text.zh}", f"the answer is broken: {error.text.en}")) from None
    if not segments:
        raise InputError(
            Text("那里没有道路：请核对位置和范围", "there are no streets there: check the position and the area"),
            field="overpass",
        )
    head = data.get("osm3s")
    base = str(head.get("timestamp_osm_base")) if isinstance(head, dict) else ""
    date = base if _DATE.fullmatch(base) else None
    return StreetNetwork(segments, Source("overpass", hashlib.sha256(answer).hexdigest(), date), "osm")
