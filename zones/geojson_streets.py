"""Streets of a GeoJSON file of lines with a name column."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from shapely import LineString

from zones.errors import InputError
from zones.json_text import read_json
from zones.network import Beside, Post, Segment, Source, StreetNetwork, parse_lanes, parse_metres
from zones.osm_tags import ROUNDABOUTS, is_street, kind_of, other_names, post_m, truck_tags
from zones.text import Text

_ONE_WAY = {"1", "yes", "true", "-1", "reverse"}
_AGAINST = {"-1", "reverse"}
_TWO_POINTS = 2


def _load(path: Path) -> list[dict[str, Any]]:
    try:
        data = read_json(path.read_text("utf-8"), file=str(path))
    except UnicodeDecodeError as error:
        raise InputError(Text("文件不是 UTF-8 编码", "the file is not UTF-8"), file=str(path)) from error
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        raise InputError(
            Text("不是 GeoJSON 要素集合：缺少 features", "not a GeoJSON FeatureCollection: features is missing"),
            file=str(path),
            field="features",
        )
    return features


def _lines(geometry: dict[str, Any] | None, *, rings: bool = False) -> list[list[list[float]]]:
    """Return the lines of a geometry, of a polygon its rings where these are asked for."""
    parts: list[Any] = (geometry or {}).get("coordinates") or []
    match (geometry or {}).get("type"):
        case "LineString":
            return [parts]
        case "MultiLineString":
            return parts
        case "Polygon" if rings:
            return parts
        case "MultiPolygon" if rings:
            return [ring for polygon in parts for ring in polygon]
    return []


def _line(points: list[Any], *, file: str, field: str) -> LineString:
    try:
        pairs = [(float(point[0]), float(point[1])) for point in points]
        good = len(pairs) >= _TWO_POINTS and all(math.isfinite(value) for pair in pairs for value in pair)
        good = good and all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in pairs)  # noqa: PLR2004 - degrees
    except (TypeError, ValueError, IndexError, KeyError):
        good = False
    if not good:
        raise InputError(
            Text(
                "线至少要有两个点，每个点是经度、纬度（度）",
                "a line has at least two points, each a longitude and a latitude in degrees",
            ),
            file=file,
            field=field,
        )
    return LineString(pairs)


def segments_of(features: list[dict[str, Any]], path: Path) -> tuple[Segment, ...]:
    """Return the streets of GeoJSON features; of a two-way street drawn there and back, one.

    A line is a street unless it says by `railway`, `waterway` or `boundary`, and by no `highway`, that it is none.

    Raises:
        InputError: a feature is none, or a line is broken.
    """
    return tuple(_without_returns(_segments(features, path)))


def _segments(features: list[dict[str, Any]], path: Path) -> Iterator[Segment]:
    for number, feature in enumerate(features):
        place = f"features[{number}]"
        try:
            parts, tags = _lines(feature.get("geometry")), feature.get("properties") or {}
        except (AttributeError, KeyError) as error:
            raise InputError(Text("不是 GeoJSON 要素", "not a GeoJSON feature"), file=str(path), field=place) from error
        for part, points in enumerate(parts if is_street(tags) else ()):
            oneway = str(tags.get("oneway")).lower()
            line = _line(points, file=str(path), field=f"{place}.geometry.coordinates")
            yield Segment(
                id=str(number) if len(parts) == 1 else f"{number}.{part}",
                name=tags.get("name") or None,
                highway=str(tags.get("highway") or ""),
                line=line.reverse() if oneway in _AGAINST else line,
                lanes=parse_lanes(tags.get("lanes")),
                width_m=parse_metres(tags.get("width")),
                oneway=oneway in _ONE_WAY,
                way_id=tags.get("osm_id") if isinstance(tags.get("osm_id"), int) else None,
                other_names=other_names(tags),
                roundabout=tags.get("junction") in ROUNDABOUTS,
                truck_tags=truck_tags(tags, against=oneway in _AGAINST),
            )


def beside_of(features: list[dict[str, Any]], path: Path) -> Beside:
    """Return the named railways, rivers and administrative boundaries of GeoJSON features, and the kilometre posts.

    A boundary may be drawn as the area that it is around.

    Raises:
        InputError: a line or a post is broken.
    """
    lines, posts = [], []
    for number, feature in enumerate(features):
        tags, geometry = feature.get("properties") or {}, feature.get("geometry") or {}
        field = f"features[{number}].geometry.coordinates"
        metres = post_m(tags)
        if metres is not None and geometry.get("type") == "Point":
            place = _line([geometry.get("coordinates")] * 2, file=str(path), field=field)
            posts.append(Post(metres, *place.coords[0]))
        kind = kind_of(tags)
        if kind is None or not tags.get("name"):
            continue
        for part, points in enumerate(_lines(geometry, rings=kind == "administrative")):
            lines.append(
                Segment(
                    id=f"{kind}/{number}.{part}",
                    name=str(tags["name"]),
                    highway="",
                    line=_line(points, file=str(path), field=field),
                    width_m=parse_metres(tags.get("width")),
                    other_names=other_names(tags),
                    kind=kind,
                )
            )
    return Beside(tuple(lines), tuple(posts))


def _without_returns(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Drop a two-way segment that is drawn a second time, there and back on the same points."""
    seen: set[tuple[str | None, tuple[tuple[float, ...], ...]]] = set()
    for segment in segments:
        points = tuple(segment.line.coords)
        if not segment.oneway:
            if (segment.name, points) in seen or (segment.name, points[::-1]) in seen:
                continue
            seen.add((segment.name, points))
        yield segment


def read_geojson(path: Path, sha256: str) -> StreetNetwork:
    """Read the lines of a GeoJSON FeatureCollection.

    Properties as in OSM: `name`, `highway`, `oneway` (0/1 or yes/no/-1), `lanes`, `width`, `alt_name`, `old_name`,
    `ref`, `junction`, and what concerns trucks (`osm_tags.TRUCK_TAGS`); of lines that are no streets `railway`,
    `waterway` or `boundary`; of points `highway=milestone` with `distance`.

    Args:
        path: the file.
        sha256: the hash of its bytes.

    Raises:
        InputError: it is not JSON (with the line), not a FeatureCollection, a line is broken, or there is none.
    """
    features = _load(path)
    segments = segments_of(features, path)
    if not segments:
        raise InputError(Text("文件里没有线", "the file holds no lines"), file=str(path), field="features")
    name = path.name.lower()
    schematic = "schematic" in name or "示意" in name
    grade: Literal["schematic", "survey"] = "schematic" if schematic else "survey"
    return StreetNetwork(segments, Source(path.name, sha256), grade, beside=beside_of(features, path))
