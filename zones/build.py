"""Streets and a specification in, a zone out."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from zones.boundary import Outline, outline
from zones.errors import InputError
from zones.listed import listed_outline
from zones.names import Found
from zones.network import StreetNetwork, read_streets
from zones.placing import streets_around
from zones.provenance import Provenance
from zones.spec import ZoneSpec
from zones.spec_file import read_spec
from zones.text import Text
from zones.turns import note_of, turns_among
from zones.widths import width_of
from zones.zone import BUILDER_VERSION, BUILDER_WITH_TRUCKS, BoundaryRoad, CarveOut, Grade, Zone

__all__ = ["build_zone", "read_spec"]

# a straight line in the plane and in lon/lat differ by less than a centimetre over this
_STRAIGHT_M = 500.0
_MAX_GAP_M = 100.0
_SCHEMATIC = (
    "示意路网：拓扑正确，位置任意，不得用于执法。"
    "Schematic: right in topology, arbitrary in position, not fit for enforcement."
)


def build_zone(
    streets: str | Path | StreetNetwork,
    spec: ZoneSpec,
    *,
    grade: Grade | None = None,
    max_gap_m: float = _MAX_GAP_M,
    bridge: Iterable[tuple[float, float]] = (),
    crs: str | None = None,
    provenance: Provenance | None = None,
) -> Zone:
    """Build the zone that a specification means on the streets of a file.

    Args:
        streets: a file for `read_streets`, or a network already read.
        spec: the notice's words.
        grade: what the streets are worth; the source says so if this is None.
        max_gap_m: the longest path along drawn ways that may close a gap.
        bridge: WGS 84 lon/lat of gaps that the operator closes with a straight line.
        crs: the coordinates of the file, where it does not say them; a network is in WGS 84 already.
        provenance: the notice, the zone before, and how a network was read; the zone carries them.

    Raises:
        ZoneError: no honest polygon exists.
        InputError: the streets or a part of the specification cannot be used.
    """
    provenance = provenance or Provenance()
    bridge = tuple(bridge)
    set_ = _built_with(max_gap_m, bridge, {"grade": grade, "crs": crs}, provenance)
    network = streets if isinstance(streets, StreetNetwork) else read_streets(streets, crs=crs)
    if spec.roads is not None:
        if bridge:
            raise InputError(
                Text("列出道路的区域没有缺口可补", "a list of roads has no gap to be bridged"), field="bridge"
            )
        drawn = listed_outline(spec, network)
    else:
        drawn = outline(spec, network, max_gap_m=max_gap_m, bridge=bridge)
    final = grade or network.grade
    streets_here = streets_around(network, drawn)
    turns = turns_among(network.turns, {street.id for street in streets_here})
    carries_trucks = bool(turns) or any(street.truck_tags for street in streets_here)
    return Zone(
        id=spec.zone,
        grade=final,
        area=_lonlat(drawn, drawn.area),
        loop_area_km2=_km2(drawn.loop),
        area_km2=_km2(drawn.area),
        boundary_roads=tuple(
            BoundaryRoad(edge.road, edge.boundary, _lonlat(drawn, surface))
            for edge, surface in zip(spec.edges, drawn.boundary, strict=True)
        ),
        carve_outs=tuple(
            CarveOut(part.road, _lonlat(drawn, surface))
            for part, surface in zip(spec.carve_outs, drawn.carve_outs, strict=True)
        ),
        streets=streets_here,
        gaps=tuple(gap.as_json(drawn.roads, drawn.plane) for gap in drawn.gaps),
        names={name: _how(network, found) for name, found in drawn.found.items()},
        widths={name: _width(found) for name, found in drawn.found.items()},
        warnings=(
            *_warnings(drawn, final),
            *_overlay_warnings(network, drawn),
            *_turn_warnings(network, {street.id for street in streets_here}),
        ),
        source=_source(network),
        spec=spec,
        notice=dict(provenance.notice),
        replaces=dict(provenance.replaces),
        built_with=set_,
        builder=BUILDER_WITH_TRUCKS if carries_trucks else BUILDER_VERSION,
        turns=turns,
    )


def _built_with(
    max_gap_m: float, bridge: Iterable[tuple[float, float]], words: dict[str, str | None], provenance: Provenance
) -> dict[str, Any]:
    """Return the options that were set, as the zone's file has them.

    Raises:
        InputError: a number is none that a file can hold.
    """
    spots = [[float(lon), float(lat)] for lon, lat in bridge]
    if not all(map(math.isfinite, (max_gap_m, *(value for spot in spots for value in spot)))) or max_gap_m < 0:
        raise InputError(
            Text("应为有限的数，长度不小于 0", "finite numbers are needed, a length of 0 or more"),
            field="max_gap_m / bridge",
        )
    gaps: dict[str, Any] = {"max_gap_m": float(max_gap_m)} if max_gap_m != _MAX_GAP_M else {}
    if spots:
        gaps["bridge"] = spots
    return {**gaps, **{name: value for name, value in words.items() if value is not None}, **provenance.read_with}


def _how(network: StreetNetwork, found: Found) -> str:
    """Return how a name was found; `overlay` where people gave it to the streets."""
    given = network.overlay.segments if network.overlay is not None else frozenset()
    return "overlay" if found.how == "exact" and any(s.id in given for s in found.segments) else found.report


def _overlay_warnings(network: StreetNetwork, drawn: Outline) -> Iterable[str]:
    for name, found in drawn.found.items():
        if network.overlay is not None and _how(network, found) == "overlay":
            yield f"{name}: 名称出自 named by {network.overlay.file}"


def _turn_warnings(network: StreetNetwork, streets: set[str]) -> Iterable[str]:
    """Yield a warning where turn rules of the streets around could not be used."""
    ways = {segment.way_id for segment in network.segments if segment.id in streets}
    note = note_of([turn for turn in network.turns_unread if not ways.isdisjoint(turn.ways)])
    if note is not None:
        yield f"{note.zh} {note.en}"


def _source(network: StreetNetwork) -> dict[str, Any]:
    said: dict[str, Any] = {
        "file": network.source.file,
        "sha256": network.source.sha256,
        "date": network.source.date,
    }
    if network.source.area is not None:
        said["area"] = network.source.area
    if network.overlay is not None:
        given = network.overlay
        said["overlay"] = {"file": given.file, "sha256": given.sha256, "segments": sorted(given.segments)}
    return said


def _lonlat(drawn: Outline, geometry: BaseGeometry) -> BaseGeometry:
    return drawn.plane.to_lonlat(shapely.segmentize(geometry, _STRAIGHT_M))


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
            signed, way = "、".join(found.signed) or "—", found.way
            yield f"{name}: 按{way.zh}找到 found by {way.en}: {signed}"
    for place, mark in drawn.worked_out.items():
        yield f"{place}: {mark.zh} {mark.en}"
    for name in dict.fromkeys(road.name for road in drawn.roads):
        if any(width_of(segment).source == "line" for segment in drawn.found[name].segments):
            yield f"{name}: 没有宽度数据，以所画的线为界 no width in the data, the line as drawn is the edge"
    for edge, roundabout in drawn.roundabouts:
        lon, lat = drawn.plane.lonlat(roundabout.centre.x, roundabout.centre.y)
        where = f"{float(lon):.6f}, {float(lat):.6f}"
        yield f"{drawn.roads[edge].name}: {where} 的环岛计入边界道路 the roundabout there counts as part of the road"
