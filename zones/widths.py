"""How wide a street is: what its tags say, else what is usual for its class."""

import json
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from zones.network import Segment


class Width(NamedTuple):
    """A carriageway's width in metres and where it is from: `width`, `lanes` or `class`; or `line`, where it has none."""

    width_m: float
    source: str


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(files("zones").joinpath("data/widths.json").read_text("utf-8"))
    return table


def width_of(segment: Segment) -> Width:
    """Return the width of one segment's carriageway.

    From the OSM tag `width` (metres), else `lanes` x 3.5 m, else a table by `highway`. `lanes` of a one-way segment
    counts its own carriageway only (OSM wiki, Key:lanes). A railway, a river or a boundary without `width` is its line:
    there is no usual width of a river.
    """
    if segment.kind != "road":
        return Width(segment.width_m or 0.0, "width" if segment.width_m else "line")
    table = _table()
    lane_m = float(table["lane_m"])
    if segment.width_m is not None:
        return Width(segment.width_m, "width")
    if segment.lanes is not None:
        return Width(segment.lanes * lane_m, "lanes")
    usual = table["lanes_one_way" if segment.oneway else "lanes_two_way"]
    return Width(usual.get(segment.highway, table["lanes_otherwise"]) * lane_m, "class")
