"""A county town that is made, not measured, as an OpenStreetMap file: about 4,000 junctions and 10,000 directed edges.

    python benchmarks/county_network.py FILE.osm [--seed 3]

Writes the file and prints what is in it; the same seed gives the same bytes. The ring roads of notice linyi-2023-5 lie where
the built-in schematic has them and carry its names, as dual carriageways 25 m apart; inside are a grid of streets (some
one-way, some with signs for trucks), outside suburbs, country roads, villages and a motorway that is crossed on bridges.
Names but those of the notice are invented.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

LON, LAT = 110.7720, 35.1460
METRES_LAT = 110_940.0
METRES_LON = METRES_LAT * float(np.cos(np.radians(LAT)))
WEST, EAST = (110.7480 - LON) * METRES_LON, (110.7960 - LON) * METRES_LON
SOUTH, NORTH = (35.1280 - LAT) * METRES_LAT, (35.1640 - LAT) * METRES_LAT
BEIHUAN = (35.1560 - LAT) * METRES_LAT
HALF_M = 12.5
"""From the middle of a dual carriageway to the middle of each of its carriageways."""
LOOP_X, LOOP_Y = 5200.0, 5000.0
"""A country road around the town, at which the ring roads end."""
COUNTY_X, COUNTY_Y = 9500.0, 8500.0
MOTORWAY_Y = -6400.0
BLOCK_M, COUNTRY_M, LANE_M = 128.0, 1150.0, 95.0
VILLAGES = 82
ONE_WAY_SHARE, MISSING_SHARE = 0.5, 0.25
MINOR = frozenset({"tertiary", "unclassified", "residential", "living_street", "service"})
MOST_BLOCKS = 4
"""A way of the file is so many blocks long at most."""
TURN_RULES = 25


class Road(NamedTuple):
    """A road as it is drawn, before it is cut where it meets others.

    Attributes:
        points: metres east and north of the town's middle, shape (n, 2).
        tags: as in OSM.
        raised: meets only roads that are raised too, and those that end on it.
    """

    points: Floats
    tags: Mapping[str, str]
    raised: bool = False


class Way(NamedTuple):
    """A way of the file: its nodes and tags."""

    nodes: tuple[int, ...]
    tags: Mapping[str, str]


class County(NamedTuple):
    """What the file holds.

    Attributes:
        nodes: metres east and north, shape (n, 2).
        ways: all in one piece: from every node a truck gets to every other.
        turns: ways from and to, and the node at which the turn to the left is forbidden.
    """

    nodes: Floats
    ways: tuple[Way, ...]
    turns: tuple[tuple[int, int, int], ...]

    def lonlat(self) -> tuple[Floats, Floats]:
        """Return where the nodes are, WGS 84 degrees."""
        return LON + self.nodes[:, 0] / METRES_LON, LAT + self.nodes[:, 1] / METRES_LAT


def _line(*points: tuple[float, float]) -> Floats:
    return np.array(points, np.float64)


def _bent(a: tuple[float, float], b: tuple[float, float], sway_m: float, rng: np.random.Generator) -> Floats:
    """Return a line from a to b that sways to the sides, not at its ends."""
    start, way = np.array(a), np.array(b) - np.array(a)
    length = float(np.hypot(*way))
    share = np.linspace(0.0, 1.0, max(int(length / 150.0), 1) + 1)
    waves = rng.integers(1, 4) * np.pi * share
    aside = sway_m * rng.uniform(-1.0, 1.0) * np.sin(waves)
    return np.asarray(start + np.outer(share, way) + np.outer(aside, [-way[1], way[0]]) / length)


def _dual(
    a: tuple[float, float], b: tuple[float, float], tags: Mapping[str, str], *, raised: bool = False
) -> Iterator[Road]:
    """Yield both carriageways of a straight road; traffic keeps to the right."""
    (x0, y0), (x1, y1) = a, b
    length = float(np.hypot(x1 - x0, y1 - y0))
    right_x, right_y = HALF_M * (y1 - y0) / length, -HALF_M * (x1 - x0) / length
    tags = {**tags, "oneway": "yes"}
    yield Road(_line((x0 + right_x, y0 + right_y), (x1 + right_x, y1 + right_y)), tags, raised)
    yield Road(_line((x1 - right_x, y1 - right_y), (x0 - right_x, y0 - right_y)), tags, raised)


def _main_roads() -> Iterator[Road]:
    ring = {"highway": "trunk", "lanes": "3", "maxspeed": "60"}
    yield from _dual((-LOOP_X, SOUTH), (LOOP_X, SOUTH), {**ring, "name": "丰喜大道"})
    yield from _dual((-LOOP_X, NORTH), (LOOP_X, NORTH), {**ring, "name": "峨嵋大道"})
    yield from _dual((WEST, -LOOP_Y), (WEST, LOOP_Y), {**ring, "name": "西环路"})
    yield from _dual((EAST, -LOOP_Y), (EAST, LOOP_Y), {**ring, "name": "东环路"})
    wide = {"highway": "primary", "lanes": "4", "width": "18"}
    yield Road(_line((0.0, -LOOP_Y), (0.0, LOOP_Y)), {**wide, "name": "五一路"})
    yield Road(_line((-LOOP_X, BEIHUAN), (LOOP_X, BEIHUAN)), {**wide, "name": "北环路"})
    loop = {"highway": "secondary", "lanes": "2", "name": "示意环县公路"}
    corners = [(-LOOP_X, -LOOP_Y), (LOOP_X, -LOOP_Y), (LOOP_X, LOOP_Y), (-LOOP_X, LOOP_Y), (-LOOP_X, -LOOP_Y)]
    yield from (Road(_line(a, b), loop) for a, b in pairwise(corners))
    county = {"highway": "secondary", "lanes": "2"}
    yield Road(_line((0.0, LOOP_Y), (0.0, COUNTY_Y)), {**county, "name": "示意北县道"})
    yield Road(_line((-COUNTY_X, BEIHUAN), (-LOOP_X, BEIHUAN)), {**county, "name": "示意西县道"})
    yield Road(_line((LOOP_X, BEIHUAN), (COUNTY_X, BEIHUAN)), {**county, "name": "示意东县道"})


def _motorway() -> Iterator[Road]:
    """Yield a motorway with three junctions; the county roads that it meets run below it."""
    tags = {"highway": "motorway", "lanes": "2", "maxspeed": "120", "maxspeed:hgv": "100", "name": "示意高速"}
    yield from _dual((-COUNTY_X, MOTORWAY_Y), (COUNTY_X, MOTORWAY_Y), {**tags, "bridge": "viaduct"}, raised=True)
    link = {"highway": "motorway_link", "oneway": "yes"}
    for number, x in enumerate((-LOOP_X, 0.0, LOOP_X)):
        below = {"highway": "secondary", "lanes": "2", "maxheight": "4.5", "name": f"示意南县道{'一二三'[number]}"}
        yield Road(_line((x, -LOOP_Y), (x, -COUNTY_Y)), below)
        south, north = MOTORWAY_Y - HALF_M, MOTORWAY_Y + HALF_M
        # off and on, eastbound on the southern carriageway
        yield Road(_line((x - 500.0, south), (x - 200.0, south - 60.0), (x, south - 150.0)), link)
        yield Road(_line((x, south - 150.0), (x + 200.0, south - 60.0), (x + 500.0, south)), link)
        yield Road(_line((x + 500.0, north), (x + 200.0, north + 60.0), (x, north + 150.0)), link)
        yield Road(_line((x, north + 150.0), (x - 200.0, north + 60.0), (x - 500.0, north)), link)


def _places(low: float, high: float, step: float, rng: np.random.Generator) -> list[float]:
    """Return places about a step apart between two bounds, which are left out."""
    found, at = [], low
    while (at := at + step * rng.uniform(0.75, 1.25)) < high - step / 2:
        found.append(float(at))
    return found


def _town(rng: np.random.Generator) -> Iterator[Road]:
    """Yield the streets within the ring, and those that go on beyond it into the suburbs."""
    west, east, south, north = WEST + HALF_M, EAST - HALF_M, SOUTH + HALF_M, NORTH - HALF_M
    across = [y for y in _places(south, north, BLOCK_M, rng) if abs(y - BEIHUAN) > BLOCK_M / 2]
    along = [x for x in _places(west, east, BLOCK_M, rng) if abs(x) > BLOCK_M / 2]
    number = 0
    for flat, places in ((True, across), (False, along)):
        for n, at in enumerate(places):
            number += 1
            tags = {"highway": "residential", "name": f"示意{number}街"}
            if n % 6 == 3:  # noqa: PLR2004 - one in six is wider
                tags = {"highway": "tertiary", "lanes": "2", "name": f"示意{number}街"}
            elif rng.random() < ONE_WAY_SHARE:
                tags["oneway"] = "yes" if number % 2 else "-1"
            low, high = (west, east) if flat else (south, north)
            # one in three crosses the ring
            beyond = 900.0 if (n % 3 == 0 and tags["highway"] == "tertiary") or n % 5 == 0 else 0.0
            line = _bent((low, at), (high, at), 14.0, rng)
            if beyond:
                line = np.vstack([[low - beyond - 25.0, at], line, [high + beyond + 25.0, at]])
            yield Road(line if flat else line @ np.array([[0.0, 1.0], [1.0, 0.0]]), tags | _signs(tags, rng))
    for off in (300.0, 700.0):
        suburb = {"highway": "residential", "name": f"示意关厢{off:.0f}街"}
        x, y = EAST + HALF_M + off, NORTH + HALF_M + off
        corners = [(-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)]
        yield from (Road(_line(a, b), suburb) for a, b in pairwise(corners))


def _signs(tags: Mapping[str, str], rng: np.random.Generator) -> dict[str, str]:
    """Return what signs say to trucks on some of the lesser streets."""
    if tags["highway"] not in MINOR or "oneway" in tags:
        return {}
    kinds: tuple[dict[str, str], ...] = (
        {"maxweight": "10"},
        {"hgv": "destination"},
        {"maxheight": "3.2"},
        {"hgv:conditional": "no @ (07:00-09:00,17:00-19:00)"},
        {"maxspeed": "30"},
        {"hgv": "no"},
    )
    return dict(kinds[rng.integers(len(kinds))]) if rng.random() < 0.08 else {}  # noqa: PLR2004


def _country(rng: np.random.Generator) -> Iterator[Road]:
    town = shapely.box(WEST - 720.0, SOUTH - 720.0, EAST + 720.0, NORTH + 720.0)
    xs, ys = _places(-COUNTY_X, COUNTY_X, COUNTRY_M, rng), _places(-COUNTY_Y, COUNTY_Y, COUNTRY_M, rng)
    lines = [_bent((x, -COUNTY_Y), (x, COUNTY_Y), 160.0, rng) for x in xs if min(abs(x), abs(abs(x) - LOOP_X)) > 400.0]  # noqa: PLR2004
    lines += [
        _bent((-COUNTY_X, y), (COUNTY_X, y), 160.0, rng)
        for y in ys
        if min(abs(y - BEIHUAN), abs(y - MOTORWAY_Y), abs(abs(y) - LOOP_Y)) > 400.0  # noqa: PLR2004
    ]
    border = [(-COUNTY_X, -COUNTY_Y), (COUNTY_X, -COUNTY_Y), (COUNTY_X, COUNTY_Y), (-COUNTY_X, COUNTY_Y)]
    lines += [_line(a, b) for a, b in pairwise([*border, border[0]])]
    for number, line in enumerate(lines, start=1):
        major = number % 4 == 0
        tags = {"highway": "tertiary" if major else "unclassified", "name": f"示意乡道{number}"}
        tags |= _signs(tags, rng)
        for part in shapely.get_parts(shapely.difference(shapely.LineString(line), town)):
            yield Road(shapely.get_coordinates(part), tags)


def _villages(rng: np.random.Generator) -> Iterator[Road]:
    placed: list[tuple[float, float]] = []
    while len(placed) < VILLAGES:
        x, y = float(rng.uniform(-COUNTY_X, COUNTY_X)), float(rng.uniform(-COUNTY_Y, COUNTY_Y))
        near_town = abs(x) < EAST + 1400.0 and abs(y) < NORTH + 1400.0
        at_edge = abs(x) > COUNTY_X - 500.0 or abs(y) > COUNTY_Y - 500.0 or abs(y - MOTORWAY_Y) < 800.0  # noqa: PLR2004
        if near_town or at_edge or any(np.hypot(x - a, y - b) < 760.0 for a, b in placed):  # noqa: PLR2004
            continue
        placed.append((x, y))
        turn = rng.uniform(-0.35, 0.35)
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        rows, columns = (int(n) for n in rng.integers(4, 7, 2))
        wide, high = (columns - 1) * LANE_M, (rows - 1) * LANE_M
        # one lane each way is long enough to meet a country road
        reach = COUNTRY_M * 0.7
        for flat, count, side, other in ((True, rows, wide, high), (False, columns, high, wide)):
            for n in range(count):
                main = n == count // 2
                a, b = side / 2 + (reach if main else 20.0), n * LANE_M - other / 2
                ends = _line((-a, b), (a, b)) if flat else _line((b, -a), (b, a))
                tags = {
                    "highway": "unclassified"
                    if main
                    else str(rng.choice(["residential", "living_street", "service"], p=[0.8, 0.1, 0.1]))
                }
                if main:
                    tags["name"] = f"示意{len(placed)}村{'横' if flat else '纵'}街"
                yield Road(ends @ turned + [x, y], tags | _signs(tags, rng))


def _meet(one: Road, other: Road, at: shapely.Geometry) -> bool:
    """Tell whether two roads that are drawn across each other meet there: on one level, or where one of them ends."""
    if one.raised == other.raised:
        return True
    ends = shapely.multipoints(np.vstack([one.points[[0, -1]], other.points[[0, -1]]]))
    return "link" in one.tags["highway"] + other.tags["highway"] and bool(shapely.distance(ends, at) < 0.5)  # noqa: PLR2004


def _noded(roads: list[Road]) -> tuple[Floats, list[list[int]], set[int]]:
    """Return the nodes, those of each road in order, and which of them are where roads meet."""
    lines = np.array([shapely.LineString(road.points) for road in roads], dtype=object)
    met: list[list[tuple[float, float]]] = [[] for _ in roads]
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    for n, m in zip(a[a < b].tolist(), b[a < b].tolist(), strict=True):
        shared = shapely.intersection(lines[n], lines[m])
        for point in shapely.get_parts(shared):
            if point.geom_type == "Point" and _meet(roads[n], roads[m], point):
                met[n].append((point.x, point.y))
                met[m].append((point.x, point.y))
    number: dict[tuple[int, int], int] = {}
    places: list[tuple[float, float]] = []
    junctions: set[int] = set()
    chains = []
    for road, line, points in zip(roads, lines, met, strict=True):
        own = [*map(tuple, road.points.tolist()), *points]
        along = shapely.line_locate_point(line, shapely.points(np.array(own)))
        chain: list[int] = []
        for n in np.argsort(along, kind="stable").tolist():
            key = (round(own[n][0]), round(own[n][1]))
            if key not in number:
                number[key] = len(places)
                places.append(own[n])
            if n >= len(road.points):
                junctions.add(number[key])
            if not chain or chain[-1] != number[key]:
                chain.append(number[key])
        chains.append(chain)
    return np.array(places), chains, junctions


def _blocks(chain: list[int], junctions: set[int]) -> Iterator[list[int]]:
    """Yield the parts of a road from junction to junction; what hangs over beyond the last one is left out."""
    stops = [n for n, node in enumerate(chain) if node in junctions]
    yield from (chain[a : b + 1] for a, b in pairwise(stops))


def _directions(ways: Iterable[Way]) -> Iterator[tuple[int, int]]:
    for way in ways:
        for a, b in pairwise(way.nodes):
            if way.tags.get("oneway") != "-1":
                yield a, b
            if way.tags.get("oneway") != "yes":
                yield b, a


def _ways(roads: list[Road], chains: list[list[int]], junctions: set[int], rng: np.random.Generator) -> Iterator[Way]:
    """Yield ways of one to a few blocks; some blocks of lesser streets are missing."""
    for road, chain in zip(roads, chains, strict=True):
        may_miss = road.tags["highway"] in MINOR and "oneway" not in road.tags
        nodes: list[int] = []
        most = 0
        for block in _blocks(chain, junctions):
            missing = may_miss and rng.random() < MISSING_SHARE
            if nodes and (missing or most == 0):
                yield Way(tuple(nodes), road.tags)
                nodes = []
            if missing:
                continue
            if not nodes:
                most = int(rng.integers(1, MOST_BLOCKS + 1))
            nodes += block[1:] if nodes else block
            most -= 1
        if nodes:
            yield Way(tuple(nodes), road.tags)


def _connected(ways: list[Way]) -> list[Way]:
    """Return the ways, cut to the nodes between which a truck can drive there and back."""
    whole = max(nx.strongly_connected_components(nx.DiGraph(_directions(ways))), key=len)
    found = []
    for way in ways:
        nodes: list[int] = []
        for node in way.nodes:
            if node in whole:
                nodes.append(node)
                continue
            if len(nodes) > 1:
                found.append(Way(tuple(nodes), way.tags))
            nodes = []
        if len(nodes) > 1:
            found.append(Way(tuple(nodes), way.tags))
    return found


def _turn_rules(ways: list[Way], rng: np.random.Generator) -> list[tuple[int, int, int]]:
    """Return turns from main roads into lesser ones that are forbidden, at nodes where both ways end."""
    begins: dict[int, list[int]] = {}
    for number, way in enumerate(ways):
        if way.tags["highway"] in MINOR and way.tags.get("oneway") != "-1":
            begins.setdefault(way.nodes[0], []).append(number)
    found = [
        (number, to, way.nodes[-1])
        for number, way in enumerate(ways)
        if way.tags["highway"] in {"primary", "secondary", "trunk"}
        for to in begins.get(way.nodes[-1], ())
    ]
    chosen = rng.permutation(len(found))[:TURN_RULES]
    return [found[n] for n in np.sort(chosen).tolist()]


def county_of(seed: int = 3) -> County:
    """Return the county of a seed."""
    rng = np.random.default_rng(seed)
    roads = [*_main_roads(), *_motorway(), *_town(rng), *_country(rng), *_villages(rng)]
    places, chains, junctions = _noded(roads)
    ways = _connected(list(_ways(roads, chains, junctions, rng)))
    used = sorted({node for way in ways for node in way.nodes})
    new = {old: n for n, old in enumerate(used)}
    ways = [Way(tuple(new[n] for n in way.nodes), way.tags) for way in ways]
    return County(places[used], tuple(ways), tuple(_turn_rules(ways, rng)))


def osm_text(county: County) -> str:
    """Return the county as OSM XML."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="truckban">']
    lines.append("  <note>made by a program for measurement; no such county exists</note>")
    lon, lat = county.lonlat()
    for n, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True), start=1):
        lines.append(f'  <node id="{n}" version="1" lat="{y:.7f}" lon="{x:.7f}"/>')
    first = len(county.nodes) + 1
    for n, way in enumerate(county.ways, start=first):
        lines.append(f'  <way id="{n}" version="1">')
        lines += [f'    <nd ref="{node + 1}"/>' for node in way.nodes]
        lines += [f"    <tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in way.tags.items()]
        lines.append("  </way>")
    for n, (start, to, via) in enumerate(county.turns, start=first + len(county.ways)):
        lines.append(f'  <relation id="{n}" version="1">')
        lines.append(f'    <member type="way" ref="{first + start}" role="from"/>')
        lines.append(f'    <member type="node" ref="{via + 1}" role="via"/>')
        lines.append(f'    <member type="way" ref="{first + to}" role="to"/>')
        lines.append('    <tag k="type" v="restriction"/>')
        lines.append('    <tag k="restriction" v="no_left_turn"/>')
        lines.append("  </relation>")
    return "\n".join([*lines, "</osm>", ""])


def main() -> None:
    """Write the file and print what is in it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=3)
    asked = parser.parse_args()
    county = county_of(asked.seed)
    asked.file.write_text(osm_text(county), "utf-8")
    print(f"{len(county.nodes):,} nodes, {len(county.ways):,} ways, {len(county.turns)} turn rules")
    for highway, count in Counter(way.tags["highway"] for way in county.ways).most_common():
        print(f"  {highway:15} {count:5}")


if __name__ == "__main__":
    main()
