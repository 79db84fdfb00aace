"""mappymatch: `LCSSMatcher` over a networkx graph, in metres."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import pandas as pd
from mappymatch.constructs.trace import Trace
from mappymatch.maps.nx.nx_map import NxMap
from mappymatch.matchers.lcss.lcss import LCSSMatcher
from planar import answer, numbers
from pyproj import CRS, Transformer
from shapely.geometry import LineString

WEB = CRS("EPSG:3857")
SPEED_KMH = 50.0


def prepare(track: dict[str, Any]) -> Callable[[], list[int]]:
    """Make the map."""
    to_web = Transformer.from_crs("EPSG:4326", WEB, always_xy=True)
    place = [to_web.transform(lon, lat) for lon, lat in track["nodes"]]
    number = numbers(track["arcs"])
    graph = nx.MultiDiGraph(crs=WEB, distance_weight="kilometers", time_weight="minutes", geometry_key="geometry")
    for start, end in number:
        line = LineString([place[start], place[end]])
        kilometers = line.length / 1000.0
        minutes = kilometers / SPEED_KMH * 60.0
        graph.add_edge(start, end, 0, kilometers=kilometers, minutes=minutes, geometry=line)
    matcher = LCSSMatcher(NxMap(graph))
    fixes = pd.DataFrame(track["fixes"], columns=["longitude", "latitude", "t"])
    trace = Trace.from_dataframe(fixes, xy=True)

    def match() -> list[int]:
        path = matcher.match_trace(trace).path or []
        ids = [tuple(road.road_id)[:2] for road in path]
        return [number[step] for k, step in enumerate(ids) if step in number and (k == 0 or step != ids[k - 1])]

    return match


answer(prepare)
