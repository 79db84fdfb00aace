"""LeuvenMapMatching: `DistanceMatcher` with non-emitting states over a map in memory, in metres."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from leuvenmapmatching.map.inmem import InMemMap
from leuvenmapmatching.matcher.distance import DistanceMatcher
from planar import answer, numbers, plane


def prepare(track: dict[str, Any]) -> Callable[[], list[int]]:
    """Make the map."""
    xy = plane(track["nodes"])
    streets = InMemMap("track", use_latlon=False, use_rtree=True, index_edges=True)
    for node, (lon, lat) in enumerate(track["nodes"]):
        streets.add_node(node, xy(lon, lat)[::-1])
    number = numbers(track["arcs"])
    for start, end in number:
        if start != end:
            streets.add_edge(start, end)
    path = [xy(lon, lat)[::-1] for lon, lat, _ in track["fixes"]]
    matcher = DistanceMatcher(
        streets,
        max_dist=100,
        obs_noise=15,
        obs_noise_ne=30,
        min_prob_norm=0.0001,
        max_lattice_width=8,
        non_emitting_length_factor=0.9,
    )

    def match() -> list[int]:
        matcher.match(path)
        return [number[step] for step in pairwise(matcher.path_pred_onlynodes) if step in number]

    return match


answer(prepare)
