"""A place by its name: its area from a Nominatim server, as OSMnx's geocoder has it.

The request is made here, for OSMnx's own repeats without end on 429 and 504 (osmnx 2.1, `_nominatim.py`), and OSMnx takes
the first area it is given; which of several places of one name is meant is for a person to say.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import shapely
from shapely import GEOSException, MultiPolygon, Point, Polygon

from zones.area import Within
from zones.errors import InputError
from zones.server_request import Question, ServerSettings, Unusable, fetch
from zones.text import Text

__all__ = ["NominatimSettings", "areas_in", "find_place"]

_NUMBERED = re.compile(r"[NWR][1-9]\d{0,18}", re.ASCII | re.IGNORECASE)
_MOST_RESULTS = 10
_MOST_LETTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NominatimSettings(ServerSettings):
    """How a Nominatim server is asked: at most once a second, as the public one's terms want.

    https://operations.osmfoundation.org/policies/nominatim/
    """

    server: ClassVar[str] = "nominatim"
    spacing_s: float = 1.0


class _Found(NamedTuple):
    osm: str
    name: str
    display: str
    administrative: bool
    lon: float
    lat: float
    area: Polygon | MultiPolygon | None

    def text(self) -> str:
        return f"{self.osm} {self.display} ({self.lon:.5f}, {self.lat:.5f})"


def find_place(asked: str, settings: NominatimSettings | None = None) -> Within:
    """Return the area of a place; its `origin` says what was asked for and what was taken.

    Administrative areas come before others, and those that bear the name itself before others. What is equally good
    then is not chosen from.

    Args:
        asked: a name, such as 临猗县, 山西; or the number of an OSM relation or way, such as R123456.
        settings: which server, how long, how often, and the cache.

    Raises:
        InputError: nothing or only a position is known by that name, several areas are, the area is too large, or
            the server gives no usable answer.
    """
    settings = settings or NominatimSettings()
    asked = asked.strip()
    if not 0 < len(asked) <= _MOST_LETTERS:
        raise _error(
            "应为地名，或 R123456 这样的 OSM 编号", "the name of a place, or a number such as R123456, is needed"
        )
    areas = _best(fetch(_question(asked, settings), settings, _results), asked)
    if len(areas) > 1:
        listed = "；".join(found.text() for found in areas)
        raise _error(
            f"“{asked}”有几处：{listed}。请写全上级地名，或用编号指明，如 --place {areas[0].osm}",
            f"{asked!r} may be one of several: {listed}. Name the region too, or say which by its number, such as "
            f"--place {areas[0].osm}",
        )
    [taken] = areas
    origin = {"place": asked, "osm": taken.osm, "display_name": taken.display}
    try:
        return Within(taken.area or MultiPolygon(), origin)
    except InputError as error:
        raise _error(
            f"{taken.text()}：{error.text.zh}；请给出其中的县、镇，或用 --around",
            f"{taken.text()}: {error.text.en}; name a county or town in it, or use --around",
        ) from None


def areas_in(answer: bytes) -> list[Polygon | MultiPolygon]:
    """Return the areas of an answer that was kept; none where it is no answer of Nominatim."""
    try:
        return [found.area for found in _results(answer) if found.area is not None]
    except Unusable:
        return []


def _error(zh: str, en: str) -> InputError:
    return InputError(Text(zh, en), field="place")


def _question(asked: str, settings: NominatimSettings) -> Question:
    url = settings.url
    if url is None:
        from osmnx import settings as theirs  # noqa: PLC0415 - takes seconds to import

        url = str(theirs.nominatim_url)
    values = {"format": "jsonv2", "polygon_geojson": "1", "accept-language": "zh"}
    if _NUMBERED.fullmatch(asked):
        part, values = "lookup", {**values, "osm_ids": asked.upper()}
    else:
        part, values = "search", {**values, "q": asked, "limit": str(_MOST_RESULTS)}
    return Question(
        "Nominatim",
        f"{url.rstrip('/')}/{part}",
        values,
        posted=False,
        lost=Text("地点", "no place was"),
        instead=Text("也可以用 --around 或 --within 给出范围", "or say where with --around or --within"),
    )


def _best(found: list[_Found], asked: str) -> list[_Found]:
    """Return the areas that may be meant, all equally good."""
    if not found:
        raise _error(f"没有找到“{asked}”：请核对写法", f"nothing is known as {asked!r}: check the spelling")
    best = [one for one in found if one.area is not None]
    if not best:
        one = found[0]
        raise _error(
            f"“{asked}”没有范围，只有位置：{one.text()}；请用 --around {one.lon:.5f},{one.lat:.5f},半径米",
            f"{asked!r} has no area, only a position: {one.text()}; use --around {one.lon:.5f},{one.lat:.5f},RADIUS_M",
        )
    name = asked.replace("，", ",").partition(",")[0].strip()
    for better in ([one for one in best if one.administrative], [one for one in best if one.name == name]):
        both = [one for one in better if one in best]
        best = both or best
    return best


def _results(answer: bytes) -> list[_Found]:
    """Return the places of an answer.

    Raises:
        Unusable: it is none.
    """
    try:
        data: Any = json.loads(answer)
        found = [_found(one) for one in data] if isinstance(data, list) else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, GEOSException):
        found = None
    if found is None:
        raise Unusable(Text("应答不是 Nominatim 的地点表", "the answer is no list of Nominatim's places"))
    return found


def _found(one: dict[str, Any]) -> _Found:
    """Read a result of `format=jsonv2`; https://nominatim.org/release-docs/latest/api/Output/ ."""
    lon, lat = float(one["lon"]), float(one["lat"])
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - degrees
        raise ValueError
    shape = shapely.from_geojson(json.dumps(one["geojson"])) if "geojson" in one else Point(lon, lat)
    parts = shapely.get_parts(shapely.get_parts([shapely.make_valid(shape)]))
    area = shapely.union_all([part for part in parts if isinstance(part, Polygon)])
    return _Found(
        osm=f"{str(one['osm_type'])[0].upper()}{int(one['osm_id'])}" if one.get("osm_type") else "-",
        name=str(one.get("name") or ""),
        display=str(one["display_name"]),
        administrative=one.get("category") == "boundary" and one.get("type") == "administrative",
        lon=lon,
        lat=lat,
        area=area if isinstance(area, Polygon | MultiPolygon) and not area.is_empty else None,
    )
