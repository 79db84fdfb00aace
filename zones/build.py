"""Streets and a specification in, a zone out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from shapely.geometry.base import BaseGeometry

from zones.boundary import Outline, outline
from zones.errors import InputError
from zones.names import Found
from zones.network import Segment, StreetNetwork, read_streets
from zones.roads import carriageway_of
from zones.spec import ZoneSpec
from zones.text import Text
from zones.widths import width_of
from zones.zone import BoundaryRoad, CarveOut, Grade, Street, StreetPlace, Zone

_AROUND_M = 2500.0
# a street is "on" an area it reaches into by more than the mouth of a junction
_MOUTH_M = 30.0
_ANY_M = 1.0
_SCHEMATIC = "示意路网：拓扑正确，位置任意，不得用于执法。Schematic: right in topology, arbitrary in position, not fit for enforcement."


def build_zone(
    streets: str | Path | StreetNetwork,
    spec: ZoneSpec,
    *,
    grade: Grade | None = None,
    max_gap_m: float = 100.0,
    bridge: Iterable[tuple[float, float]] = (),
    crs: str = "wgs84",
) -> Zone:
    """Build the zone that a specification means on the streets of a file.

    Args:
        streets: a file for `read_streets`, or a network already read.
        spec: the notice's words.
        grade: what the streets are worth; the source says so if this is None.
        max_gap_m: the longest path along drawn ways that may close a gap.
        bridge: WGS 84 lon/lat of gaps that the operator closes with a straight line.
        crs: the coordinates of the file.

    Raises:
        ZoneError: no honest polygon exists.
        InputError: the streets or a part of the specification cannot be used.
    """
    network = streets if isinstance(streets, StreetNetwork) else read_streets(streets, crs=crs)
    drawn = outline(spec, network, max_gap_m=max_gap_m, bridge=bridge)
    to_lonlat = drawn.plane.to_lonlat
    final = grade or network.grade
    return Zone(
        id=spec.zone,
        grade=final,
        area=to_lonlat(drawn.area),
        loop_area_km2=_km2(drawn.loop),
        area_km2=_km2(drawn.area),
        boundary_roads=tuple(
            BoundaryRoad(edge.road, edge.boundary, to_lonlat(surface))
            for edge, surface in zip(spec.edges, drawn.boundary, strict=True)
        ),
        carve_outs=tuple(
            CarveOut(part.road, to_lonlat(surface))
            for part, surface in zip(spec.carve_outs, drawn.carve_outs, strict=True)
        ),
        streets=tuple(_streets(network, drawn)),
        gaps=tuple(gap.as_json(drawn.roads, drawn.plane) for gap in drawn.gaps),
        names={name: found.how for name, found in drawn.found.items()},
        widths={name: _width(found) for name, found in drawn.found.items()},
        warnings=tuple(_warnings(drawn, final)),
        source={"file": network.source.file, "sha256": network.source.sha256, "date": network.source.date},
        spec=spec,
    )


def _km2(geometry: BaseGeometry) -> float:
    return round(geometry.area / 1e6, 4)


def _width(found: Found) -> dict[str, Any]:
    """Return the carriageway width along most of a road's length, and what it was taken from."""
    total: dict[tuple[float, str], float] = {}
    for segment in found.segments:
        width = width_of(segment)
        total[width] = total.get(width, 0.0) + segment.line.length
    width_m, source = max(sorted(total), key=lambda key: total[key])
    return {"width_m": width_m, "from": source}


def _warnings(drawn: Outline, grade: Grade) -> Iterable[str]:
    if grade == "schematic":
        yield _SCHEMATIC
    for gap in drawn.gaps:
        report = gap.as_json(drawn.roads, drawn.plane)
        how = "沿既有道路 along drawn ways" if gap.bridged_by == "ways" else "由操作者以直线 straight, by the operator"
        yield f"{' — '.join(report['between'])}: {report['length_m']} m @ {report['lon']}, {report['lat']}: {how}"
    for name, found in drawn.found.items():
        if found.how != "exact":
            yield f"{name}: 按 {found.how} 找到 found as {found.how}"


def _streets(network: StreetNetwork, drawn: Outline) -> Iterable[Street]:
    """Yield the driven streets around the loop, in the order of their ids, with the place of each."""
    near = shapely.buffer(drawn.loop, _AROUND_M)
    driven = sorted((s for s in network.segments if s.driven), key=lambda s: s.id)
    lines = np.array([carriageway_of(s, drawn.plane).line for s in driven], dtype=object)
    here = np.flatnonzero(shapely.intersects(lines, near))
    places = _places(lines[here], drawn)
    for index, place in zip(here, places, strict=True):
        segment: Segment = driven[index]
        half = round(width_of(segment).width_m / 2, 3)
        yield Street(segment.id, segment.name, segment.highway, place, half, segment.oneway, segment.line)


def _places(lines: Any, drawn: Outline) -> list[StreetPlace]:  # noqa: ANN401 - array of lines
    """Return where each line runs, by how many of its metres lie where."""

    def metres(where: BaseGeometry) -> Any:  # noqa: ANN401 - array of float
        return shapely.length(shapely.intersection(lines, where))

    inside = metres(drawn.area)
    carved = metres(shapely.union_all(drawn.carve_outs))
    boundary = metres(shapely.difference(shapely.union_all(drawn.boundary), drawn.area))
    total = shapely.length(lines)
    return [
        _place(*row)
        for row in zip(inside, carved, boundary, total - inside - carved - boundary, total, strict=True)
    ]


def _place(inside: float, carved: float, boundary: float, outside: float, total: float) -> StreetPlace:
    on_carved = carved > min(_MOUTH_M, total / 2)
    if inside > _ANY_M:
        return "crosses" if outside > _ANY_M or on_carved else "inside"
    if on_carved:
        return "carve_out"
    return "boundary_road" if boundary > total / 2 else "outside"


def _line_of(node: object, location: tuple[int | str, ...]) -> int | None:
    """Return the line (from 1) of the innermost YAML node on a path."""
    line: int | None = None
    for key in location:
        if not isinstance(node, CommentedBase):
            break
        try:
            line = int(node.lc.data[key][0]) + 1
            node = node[key]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            break
    return line


def read_spec(path: str | Path) -> ZoneSpec:
    """Read the YAML 1.2 specification of a zone.

    Raises:
        InputError: the file cannot be read or is not YAML, or a field is missing, unknown or wrong, with file, line
            and field.
    """
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(Text(f"无法读取文件：{error}", f"the file cannot be read: {error}"), file=str(path)) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise InputError(
                Text("缩进里有制表符：YAML 只许用空格", "a tab in the indentation: YAML allows spaces only"),
                file=str(path),
                line=number,
            )
    return _validated(_parsed(text, str(path)), str(path))


def _parsed(text: str, file: str) -> object:
    try:
        data: object = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        problem = getattr(error, "problem", None) or type(error).__name__
        raise InputError(
            Text(f"不是可读的 YAML：{problem}", f"not readable as YAML: {problem}"),
            file=file,
            line=mark.line + 1 if mark else None,
        ) from error
    return data


def _validated(data: object, file: str) -> ZoneSpec:
    if not isinstance(data, dict):
        raise InputError(Text("规格应为键值对：zone、edges……", "a specification has keys: zone, edges, ..."), file=file)
    try:
        return ZoneSpec.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        location = first["loc"]
        unknown = first["type"] == "extra_forbidden"
        text = Text("不认识的键", "unknown key") if unknown else Text(f"不合规：{first['msg']}", first["msg"])
        field = ".".join(str(part) for part in location)
        raise InputError(text, file=file, line=_line_of(data, location), field=field) from error
