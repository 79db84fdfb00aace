"""Which streets a name in a notice means, and what is nearest where none bears it."""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import shapely

from zones.coords import LocalPlane
from zones.errors import ZoneError
from zones.network import Segment, StreetNetwork
from zones.text import Text

_CANDIDATES = 5
_MIN_LIKENESS = 0.4


@dataclass(frozen=True, slots=True)
class Found:
    """The segments that a name means, and `how` they bear it: `exact`, or the OSM tag (`alt_name`, `old_name`, ...)."""

    name: str
    how: str
    segments: tuple[Segment, ...]


def normalised(name: str) -> str:
    """Return a name with full-width and compatibility forms folded (Unicode NFKC) and no space around it."""
    return unicodedata.normalize("NFKC", name).strip()


def find_road(network: StreetNetwork, name: str) -> Found | None:
    """Return the streets that bear a name: as `name`, else as one of their other names."""
    wanted = normalised(name)
    exact = tuple(s for s in network.segments if s.name and normalised(s.name) == wanted)
    if exact:
        return Found(name, "exact", exact)
    others: dict[str, list[Segment]] = {}
    for segment in network.segments:
        for tag in {tag for tag, other in segment.other_names if normalised(other) == wanted}:
            others.setdefault(tag, []).append(segment)
    if not others:
        return None
    how = min(others)
    return Found(name, how, tuple(others[how]))


def candidates(network: StreetNetwork, name: str) -> list[dict[str, Any]]:
    """Return the nearest names: `{"name", "score", "lon", "lat", "length_m"}`, the most alike first.

    `score` is difflib's ratio (0 to 1); the position is on the street, near its middle.
    """
    wanted = normalised(name)
    scored = [(difflib.SequenceMatcher(None, wanted, normalised(n)).ratio(), n) for n in network.by_name]
    best = sorted((pair for pair in scored if pair[0] >= _MIN_LIKENESS), key=lambda pair: (-pair[0], pair[1]))
    return [{"name": n, "score": round(score, 2), **_where(network.by_name[n])} for score, n in best[:_CANDIDATES]]


def _where(segments: Iterable[Segment]) -> dict[str, float]:
    lines = shapely.union_all([segment.line for segment in segments])
    place = shapely.shortest_line(lines, shapely.centroid(lines)).coords[0]
    metres = LocalPlane(round(place[0], 2), round(place[1], 2)).to_xy(lines).length
    return {"lon": round(place[0], 7), "lat": round(place[1], 7), "length_m": round(metres, 1)}


def find_roads(network: StreetNetwork, names: Iterable[str]) -> dict[str, Found]:
    """Return the streets of every name.

    Raises:
        ZoneError: `road_not_found`, with the candidates of each name that no street bears.
    """
    found = {name: find_road(network, name) for name in dict.fromkeys(names)}
    lost = {name: candidates(network, name) for name, road in found.items() if road is None}
    if lost:
        raise _not_found(lost)
    return {name: road for name, road in found.items() if road is not None}


def _not_found(lost: dict[str, list[dict[str, Any]]]) -> ZoneError:
    near = {name: "、".join(c["name"] for c in nearest) for name, nearest in lost.items()}
    zh = "；".join(f"{name}（最接近的名称：{like or '无'}）" for name, like in near.items())
    en = "; ".join(f"{name} (nearest names: {like or 'none'})" for name, like in near.items())
    return ZoneError(
        "road_not_found",
        Text(f"街道数据里找不到：{zh}", f"not in the street data: {en}"),
        candidates=lost,
    )
