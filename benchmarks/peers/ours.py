"""This project's matcher, in the same way as the others: from JSON to JSON."""

from collections.abc import Callable
from typing import Any

import numpy as np
from planar import answer

from zones.matching.matcher import Matcher
from zones.matching.streets import RoadGraph


def prepare(track: dict[str, Any]) -> Callable[[], list[int]]:
    """Make the graph and the table; compile."""
    lon, lat = np.array(track["nodes"], np.float64).T
    start, end = np.array(track["arcs"], np.int32).T
    matcher = Matcher(RoadGraph.of_arcs(lon, lat, start, end)).tabled(track["table_m"])
    fixes = np.array(track["fixes"], np.float64).T

    def match() -> list[int]:
        return [int(arc) for arc in matcher.match(*fixes).arcs]

    match()
    return match


answer(prepare)
