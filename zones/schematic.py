"""Write the demonstration network: right in topology, arbitrary in position.

No open data of 临猗's streets could be had, so this draws the notice's roads on a grid through nine chosen junctions.
Run as `python -m zones.schematic OUT.osm`; the same bytes come out each time.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

WEST, MIDDLE, EAST = 110.7480, 110.7720, 110.7960
SOUTH, CROSS, NORTH = 35.1280, 35.1560, 35.1640
BETWEEN_CARRIAGEWAYS_M = 25.0
# metres of a degree at 35.146 N on the WGS 84 ellipsoid
_LAT_M = 110943.0
_LON_M = 91126.0
_BEYOND_RING_M = 2200.0
_BEYOND_STREET_M = 1800.0
_NOTE = "schematic 示意图: right in topology, arbitrary in position; not surveyed, not fit for enforcement"


@dataclass(frozen=True)
class Street:
    """A straight street along a parallel (`across`) or a meridian.

    Attributes:
        name: as signed.
        across: whether it runs west-east.
        at: its latitude (`across`) or longitude, degrees.
        start: western or southern end, degrees.
        end: eastern or northern end, degrees.
        tags: OSM tags beside the name.
        spacing_m: between the centre lines of two carriageways; 0 for a single one.
    """

    name: str
    across: bool
    at: float
    start: float
    end: float
    tags: dict[str, str] = field(default_factory=dict)
    spacing_m: float = 0.0


@dataclass(frozen=True)
class _Carriageway:
    street: Street
    at: float
    forward: bool


def _ring(name: str, *, across: bool, at: float) -> Street:
    start, end = (_lon(WEST, -_BEYOND_RING_M), _lon(EAST, _BEYOND_RING_M)) if across else _meridian(_BEYOND_RING_M)
    tags = {"highway": "trunk", "lanes": "3", "oneway": "yes"}
    return Street(name, across, at, start, end, tags, BETWEEN_CARRIAGEWAYS_M)


def _lon(lon: float, east_m: float) -> float:
    return lon + east_m / _LON_M


def _meridian(beyond_m: float) -> tuple[float, float]:
    return SOUTH - beyond_m / _LAT_M, NORTH + beyond_m / _LAT_M


def _through(name: str, *, across: bool, at: float) -> Street:
    b = _BEYOND_STREET_M
    start, end = (_lon(WEST, -b), _lon(EAST, b)) if across else _meridian(b)
    return Street(name, across, at, start, end, {"highway": "primary", "lanes": "4", "width": "18"})


def _inside() -> list[Street]:
    """Return the invented grid: streets at least 200 m from the rings, some of them joined to the rings."""
    tags = {"highway": "tertiary", "lanes": "2"}
    far = BETWEEN_CARRIAGEWAYS_M / 2
    ring_w, ring_e = _lon(WEST, -far), _lon(EAST, far)
    ring_s, ring_n = SOUTH - far / _LAT_M, NORTH + far / _LAT_M
    parallels = [
        (35.1323, 110.7535, 110.7905),
        (35.1368, ring_w, ring_e),
        (35.1413, 110.7535, 110.7905),
        (35.1457, ring_w, ring_e),
        (35.1514, 110.7535, 110.7905),
        (35.1603, 110.7595, 110.7845),
    ]
    meridians = [
        (110.7535, 35.1323, CROSS),
        (110.7595, ring_s, 35.1603),
        (110.7662, 35.1323, ring_n),
        (110.7782, 35.1323, ring_n),
        (110.7845, ring_s, 35.1603),
        (110.7905, 35.1323, CROSS),
    ]
    drawn = [(True, *street) for street in parallels] + [(False, *street) for street in meridians]
    numerals = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
    return [
        Street(f"示意{numeral}街", across, at, start, end, tags)
        for numeral, (across, at, start, end) in zip(numerals, drawn, strict=True)
    ]


def _country() -> list[Street]:
    tags = {"highway": "unclassified", "lanes": "2"}
    b = _BEYOND_STREET_M
    west, east = _lon(WEST, -b), _lon(EAST, b)
    south, north = _meridian(b)
    return [
        Street("示意南乡道", across=True, at=south, start=west, end=east, tags=tags),
        Street("示意北乡道", across=True, at=north, start=west, end=east, tags=tags),
        Street("示意西乡道", across=False, at=west, start=south, end=north, tags=tags),
        Street("示意东乡道", across=False, at=east, start=south, end=north, tags=tags),
    ]


def streets() -> list[Street]:
    """Return every street of the demonstration network."""
    return [
        _ring("丰喜大道", across=True, at=SOUTH),
        _ring("峨嵋大道", across=True, at=NORTH),
        _ring("西环路", across=False, at=WEST),
        _ring("东环路", across=False, at=EAST),
        _through("北环路", across=True, at=CROSS),
        _through("五一路", across=False, at=MIDDLE),
        *_inside(),
        *_country(),
    ]


def _carriageways(street: Street) -> list[_Carriageway]:
    """Return one two-way or two one-way carriageways; traffic keeps to the right."""
    if not street.spacing_m:
        return [_Carriageway(street, street.at, forward=True)]
    off = street.spacing_m / 2 / (_LAT_M if street.across else _LON_M)
    # eastward traffic is south of westward traffic, northward traffic is east of southward traffic
    low_is_forward = street.across
    return [
        _Carriageway(street, street.at - off, forward=low_is_forward),
        _Carriageway(street, street.at + off, forward=not low_is_forward),
    ]


def _crosses(one: _Carriageway, other: _Carriageway) -> bool:
    slack = 1e-9
    return (
        one.street.across != other.street.across
        and one.street.start - slack <= other.at <= one.street.end + slack
        and other.street.start - slack <= one.at <= other.street.end + slack
    )


def _positions(way: _Carriageway, ways: list[_Carriageway]) -> list[tuple[float, float]]:
    """Return the lon/lat of a carriageway's ends and of every crossing, in the direction of travel."""
    along = {round(other.at, 7) for other in ways if _crosses(way, other)}
    along |= {round(way.street.start, 7), round(way.street.end, 7)}
    at = round(way.at, 7)
    points = [(value, at) if way.street.across else (at, value) for value in sorted(along)]
    return points if way.forward else points[::-1]


def osm_xml() -> str:
    """Return the demonstration network as OSM XML."""
    ways = [carriageway for street in streets() for carriageway in _carriageways(street)]
    lines = [_positions(way, ways) for way in ways]
    ids = {place: number for number, place in enumerate(sorted({p for line in lines for p in line}), start=1)}
    out = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="truckban">']
    out.append(f"  <note>{_NOTE}</note>")
    out += [f'  <node id="{n}" version="1" lat="{lat:.7f}" lon="{lon:.7f}"/>' for (lon, lat), n in ids.items()]
    for number, (way, line) in enumerate(zip(ways, lines, strict=True), start=len(ids) + 1):
        out.append(f'  <way id="{number}" version="1">')
        out += [f'    <nd ref="{ids[place]}"/>' for place in line]
        tags = {"name": way.street.name, **way.street.tags}
        out += [f"    <tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items()]
        out.append("  </way>")
    return "\n".join([*out, "</osm>", ""])


def main() -> None:
    """Write the network to the file named on the command line."""
    Path(sys.argv[1]).write_text(osm_xml(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
