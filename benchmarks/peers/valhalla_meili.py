"""Valhalla's Meili: `trace_attributes` over tiles that its executable makes from the arcs as OpenStreetMap ways.

Each pair of nodes is a way of its own, so a way's number tells the arc; which of the two directions was driven, the matched
shape does. Streets are called secondary: all alike.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import osmium
from osmium.osm.mutable import Node, Way
from planar import answer, numbers
from valhalla import PYVALHALLA_DIR, Actor
from valhalla.config import get_config

SHAPE_UNIT = 1e-6
# fixes stay in one request up to so many metres
MOST_M = 500_000.0


def shape_of(encoded: str) -> list[tuple[float, float]]:
    """Return (lon, lat) of an encoded polyline of six digits."""
    values, number, shift, last = [], 0, 0, [0, 0]
    for letter in encoded:
        bits = ord(letter) - 63
        number |= (bits & 31) << shift
        shift += 5
        if bits < 32:  # noqa: PLR2004 - the last group of a number
            axis = len(values) % 2
            last[axis] += ~(number >> 1) if number & 1 else number >> 1
            values.append(last[axis] * SHAPE_UNIT)
            number = shift = 0
    return list(zip(values[1::2], values[::2], strict=True))


def ways_of(number: dict[tuple[int, int], int]) -> list[tuple[int, int, bool]]:
    """Return (from, to, one-way) of each pair of nodes between which there is an arc."""
    pairs = [(a, b) for a, b in number if a != b]
    return [(a, b, (b, a) not in number) for a, b in pairs if a < b or (b, a) not in number]


def tiles(track: dict[str, Any], ways: list[tuple[int, int, bool]], folder: Path) -> dict[str, Any]:
    """Make tiles; returns the configuration."""
    source = folder / "streets.osm.pbf"
    with osmium.SimpleWriter(str(source)) as writer:
        for node, (lon, lat) in enumerate(track["nodes"], start=1):
            writer.add_node(Node(id=node, location=(lon, lat), version=1))
        for way, (a, b, oneway) in enumerate(ways, start=1):
            tags = {"highway": "secondary", "oneway": "yes" if oneway else "no"}
            writer.add_way(Way(id=way, nodes=[a + 1, b + 1], tags=tags, version=1))
    made = folder / "tiles"
    made.mkdir()
    config: dict[str, Any] = get_config(tile_extract="", tile_dir=str(made), verbose=False)
    config["meili"]["default"].update(breakage_distance=10_000, search_radius=100, max_search_radius=200)
    config["service_limits"]["trace"].update(max_distance=MOST_M * 10, max_search_radius=200)
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config))
    program = Path(PYVALHALLA_DIR) / "bin" / "valhalla_build_tiles"
    subprocess.run([program, "-c", path, source], check=True, capture_output=True)  # noqa: S603
    return config


def prepare(track: dict[str, Any]) -> Callable[[], list[int]]:
    """Make the tiles, and load them."""
    number = numbers(track["arcs"])
    ways = ways_of(number)
    folder = Path(tempfile.mkdtemp())
    actor = Actor(tiles(track, ways, folder))
    request = json.dumps(
        {
            "shape": [{"lon": lon, "lat": lat, "time": t} for lon, lat, t in track["fixes"]],
            "costing": "auto",
            "shape_match": "map_snap",
            "filters": {
                "attributes": ["edge.way_id", "edge.begin_shape_index", "edge.end_shape_index", "shape"],
                "action": "include",
            },
        }
    )

    def match() -> list[int]:
        try:
            said = actor.trace_attributes(request)
        except RuntimeError:
            return []
        found = json.loads(said) if isinstance(said, str) else said
        return driven(found, ways, track, number)

    match()  # loads the tiles: a service has them loaded
    return match


def driven(
    found: dict[str, Any], ways: list[tuple[int, int, bool]], track: dict[str, Any], number: dict[tuple[int, int], int]
) -> list[int]:
    """Return the arcs of what was matched."""
    shape = shape_of(found["shape"])
    arcs: list[int] = []
    for edge in found["edges"]:
        a, b, _ = ways[edge["way_id"] - 1]
        (x0, y0), (x1, y1) = shape[edge["begin_shape_index"]], shape[edge["end_shape_index"]]
        (ax, ay), (bx, by) = track["nodes"][a], track["nodes"][b]
        along = (x1 - x0) * (bx - ax) + (y1 - y0) * (by - ay) >= 0
        arc = number.get((a, b) if along else (b, a), number.get((a, b)))
        if arc is not None and (not arcs or arcs[-1] != arc):
            arcs.append(arc)
    return arcs


answer(prepare)
