"""Is a zone file whole, and does everything in it follow from its own geometry and words."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zones.coords import LocalPlane
from zones.errors import InputError
from zones.locate import STRAIGHT_DEG
from zones.placing import places_of
from zones.rebuild import Files, rebuild
from zones.text import Text
from zones.zone import Zone
from zones.zone_file import parse_zone

# what a grid of a centimetre may do to the area of a town
_AREA_KM2 = 2e-4
# kerbs meet: surfaces may share this much by the file's grid
_OVERLAP_M2 = 5.0
# and along long straight kerbs by as much as a straight line in lon/lat and in the plane differ (`build`)
_OVERLAP_M = 0.01
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHOWN = 3


@dataclass(frozen=True)
class Check:
    """One question asked of a zone file, the answer, and a sentence about it."""

    name: str
    ok: bool
    text: Text

    def as_json(self) -> dict[str, Any]:
        """Return the check as JSON."""
        return {"check": self.name, "ok": self.ok, "zh": self.text.zh, "en": self.text.en}


def verify_text(text: str, *, files: Files | None = None) -> tuple[Check, ...]:
    """Ask everything that a zone file can be asked.

    Args:
        text: the file.
        files: what it says it was built from; with them the zone is built again and compared byte by byte.

    Returns:
        The checks in order; where the members are not whole, only that one.
    """
    try:
        zone = parse_zone(text)
    except InputError as error:
        why = Text(error.say("zh"), error.say("en"))
        return (Check("members", ok=False, text=Text(f"文件不完整：{why.zh}", f"the file is not whole: {why.en}")),)
    checks = [Check("members", ok=True, text=Text("各项齐全", "all members are there"))]
    asked = _Asked(zone, text)
    questions: tuple[Callable[[], Check], ...] = (
        asked.content,
        asked.source,
        asked.valid,
        asked.within_loop,
        asked.area_km2,
        asked.boundary_roads,
        asked.carve_outs,
        asked.places,
    )
    checks += [question() for question in questions]
    if files is not None:
        checks.append(_rebuilt(zone, text, files))
    return tuple(checks)


class _Asked:
    """A zone and its file, in metres."""

    def __init__(self, zone: Zone, text: str) -> None:
        self.zone, self.file = zone, text
        self.plane = LocalPlane.around(zone.area)
        self.area = self._flat(zone.area)
        self.roads = [(road, self._flat(road.geometry)) for road in zone.boundary_roads]
        self.carved = [(part.name, self._flat(part.geometry)) for part in zone.carve_outs]

    def _flat(self, geometry: BaseGeometry) -> BaseGeometry:
        flat = self.plane.to_xy(shapely.segmentize(geometry, STRAIGHT_DEG))
        return flat if flat.is_valid else shapely.make_valid(flat)

    def content(self) -> Check:
        """The file is what the program writes for its content, byte by byte."""
        if self.file == self.zone.text:
            sha = self.zone.sha256
            return Check(
                "content",
                ok=True,
                text=Text(f"内容与写法一致，sha256 {sha}", f"as the program writes it, sha256 {sha}"),
            )
        return Check(
            "content",
            ok=False,
            text=Text("文件被改动过，或由别的程序写出", "the file was altered, or written by another program"),
        )

    def source(self) -> Check:
        """The streets' hash is one."""
        sha = str(self.zone.source.get("sha256"))
        ok = _SHA256.fullmatch(sha) is not None
        said = Text(f"街道文件 sha256 {sha}", f"streets sha256 {sha}")
        missing = Text("没有写明街道文件的 sha256", "the sha256 of the streets is not stated")
        return Check("source", ok, said if ok else missing)

    def valid(self) -> Check:
        """Every geometry of the file is valid."""
        bad = [
            number
            for number, feature in enumerate(json.loads(self.file)["features"])
            if not shapely.from_geojson(json.dumps(feature["geometry"])).is_valid
        ]
        if not bad:
            return Check("valid", ok=True, text=Text("几何都有效", "all geometry is valid"))
        listed = ", ".join(map(str, bad[:_SHOWN]))
        return Check(
            "valid", ok=False, text=Text(f"几何无效：第 {listed} 个要素", f"invalid geometry: features {listed}")
        )

    def within_loop(self) -> Check:
        """The area lies within the ring of boundary roads, and the loop's size between those of its kerbs."""
        ring = _filled(shapely.union_all([surface for _, surface in self.roads]))
        loop, area = self.zone.loop_area_km2, self.zone.area_km2
        inner = (ring.area - sum(surface.area for _, surface in self.roads)) / 1e6
        beyond = self.area.difference(ring.buffer(0.05)).area
        closed = inner > 0.5 * self.area.area / 1e6
        if closed and (beyond > _OVERLAP_M2 or not inner - _AREA_KM2 <= loop <= ring.area / 1e6 + _AREA_KM2):
            return Check(
                "within_loop",
                ok=False,
                text=Text(
                    f"禁行区域与边界道路围成的环不符：环外 {beyond:.0f} 平方米，围合面积写作 {loop} km²",
                    f"the area and the ring of boundary roads disagree: {beyond:.0f} m2 beyond it, loop said to be {loop} km2",
                ),
            )
        # a road that is part of the area lies on the loop, half of it beyond
        own = sum(surface.area for road, surface in self.roads if road.boundary == "included") / 1e6
        ok = area <= loop + own
        return Check(
            "within_loop",
            ok,
            Text("禁行区域在环内", "the area lies within the loop")
            if ok
            else Text("禁行面积大于围合面积", "the area is larger than the loop"),
        )

    def area_km2(self) -> Check:
        """`area_km2` is the area of the geometry."""
        drawn, said = self.area.area / 1e6, self.zone.area_km2
        ok = abs(drawn - said) <= _AREA_KM2
        return Check(
            "area_km2",
            ok,
            Text(
                f"几何面积 {drawn:.4f} km²，文件写作 {said} km²",
                f"the geometry has {drawn:.4f} km2, the file says {said} km2",
            ),
        )

    def boundary_roads(self) -> Check:
        """Boundary roads that do not belong to the area do not lie in it."""
        rows = [(road.name, surface) for road, surface in self.roads if road.boundary != "included"]
        words = Text("不含的边界道路", "boundary roads that are not included")
        return self._apart("boundary_roads", rows, words)

    def carve_outs(self) -> Check:
        """Carve-outs do not lie in the area."""
        return self._apart("carve_outs", self.carved, Text("不禁行路段", "carve-outs"))

    def _apart(self, check: str, rows: list[tuple[str, BaseGeometry]], words: Text) -> Check:
        overlaps = [
            (name, surface.intersection(self.area).area, max(_OVERLAP_M2, _OVERLAP_M * surface.length / 2))
            for name, surface in rows
        ]
        bad = [f"{name} {overlap:.0f} m²" for name, overlap, most in overlaps if overlap > most]
        if bad:
            listed = ", ".join(bad)
            text = Text(f"{words.zh}与禁行区域重叠：{listed}", f"{words.en} overlap the area: {listed}")
            return Check(check, ok=False, text=text)
        return Check(check, ok=True, text=Text(f"{words.zh}都在禁行区域之外", f"{words.en} lie outside the area"))

    def places(self) -> Check:
        """Each street's place is what the geometry gives."""
        lines = np.array([self._flat(street.geometry) for street in self.zone.streets], dtype=object)
        found = places_of(lines, self.area, [s for _, s in self.roads], [s for _, s in self.carved])
        bad = [s.id for s, place in zip(self.zone.streets, found, strict=True) if s.place != place]
        if bad:
            listed, count = ", ".join(bad[:_SHOWN]), len(bad)
            text = Text(
                f"{count} 条街道的位置与几何不符：{listed}",
                f"places of {count} streets disagree with the geometry: {listed}",
            )
            return Check("places", ok=False, text=text)
        count = len(lines)
        return Check(
            "places", ok=True, text=Text(f"{count} 条街道的位置与几何相符", f"places of {count} streets agree")
        )


def _filled(geometry: BaseGeometry) -> BaseGeometry:
    """Return polygons without their holes."""
    parts = [part for part in shapely.get_parts(geometry) if part.area]
    return shapely.union_all([shapely.Polygon(part.exterior) for part in parts])


def _rebuilt(zone: Zone, text: str, files: Files) -> Check:
    """The zone is what its words, its options and its files give."""
    try:
        again = rebuild(zone, files)
    except InputError as error:
        why = Text(error.say("zh"), error.say("en"))
        return Check("rebuild", ok=False, text=Text(f"无法重建：{why.zh}", f"cannot be built again: {why.en}"))
    if again.text == text:
        return Check(
            "rebuild",
            ok=True,
            text=Text("由同样的街道重建，逐字节相同", "built again from the streets: the same bytes"),
        )
    members = ", ".join(_unlike(zone, again)) or "JSON"
    return Check(
        "rebuild",
        ok=False,
        text=Text(f"重建的结果不同：{members}", f"building it again gives another zone: {members}"),
    )


def _unlike(zone: Zone, again: Zone) -> Iterator[str]:
    """Yield the members in which two zones differ."""
    for name, value in vars(again).items():
        if name not in ("text", "sha256") and getattr(zone, name) != value:
            yield name
