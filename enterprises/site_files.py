"""An operator's file of sites: GeoJSON or CSV, each with whose site it is, its coordinate system, source and day."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from enterprises.errors import EnterpriseError, Text
from enterprises.given_files import bytes_of, csv_rows, decoded, header
from enterprises.json_text import read_json
from enterprises.names import Matcher
from enterprises.registry import Registry
from enterprises.sites import Site, read_crs, read_geometry

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "enterprise": ("企业名称", "企业", "名称", "单位名称", "源头企业"),
    "lon": ("经度", "longitude", "lng", "x"),
    "lat": ("纬度", "latitude", "y"),
    "crs": ("坐标系",),
    "source": ("来源",),
    "date": ("日期", "核定日期"),
    "radius_m": ("半径", "半径米", "半径（米）"),
    "site": ("场地", "点位", "位置"),
}
MOST_RADIUS_M = 5000.0


def read_sites(path: Path, registry: Registry, *, said: Mapping[str, str | None]) -> list[Site]:
    """Read sites for a registry's enterprises.

    Args:
        path: `.geojson` or `.json` (Points and Polygons) or `.csv` (`lon`, `lat`).
        registry: whose enterprises; named by id, official name or a sure spelling of it.
        said: `crs`, `source`, `date` for rows that do not say.

    Raises:
        EnterpriseError: with line and field.
    """
    text = decoded(bytes_of(path), path.name)
    matcher = Matcher(registry)
    found = []
    for line, fields in _csv(text, path.name) if path.suffix.lower() == ".csv" else _geojson(text, path.name):
        given = {**{key: value for key, value in said.items() if value}, **fields}
        try:
            found.append(_site(given, registry, matcher))
        except EnterpriseError as error:
            raise EnterpriseError(error.text, file=path.name, line=line, field=error.field) from None
    if not found:
        raise EnterpriseError(Text("文件里没有位置", "there is no site in the file"), file=path.name)
    return found


def with_sites(registry: Registry, sites: list[Site]) -> Registry:
    """Return a registry with sites added; one that has the id of another takes its place."""
    new = {site.id: site for site in sites}
    kept = [new.pop(site.id, site) for site in registry.sites]
    return replace(registry, sites=(*kept, *new.values()), sha256=None)


def _csv(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = [(line, cells) for line, cells in csv_rows(text, file) if any(cell.strip() for cell in cells)]
    columns = header(rows[0][1], COLUMNS) if rows else {}
    for wanted in ("enterprise", "lon", "lat"):
        if wanted not in columns:
            raise EnterpriseError(
                Text(f"缺少列 {wanted}", f"the column {wanted} is missing"), file=file, line=1, field=wanted
            )
    for line, cells in rows[1:]:
        fields: dict[str, Any] = {
            name: cells[place].strip() for name, place in columns.items() if place < len(cells) and cells[place].strip()
        }
        pair = [_number(fields.pop(name, ""), name, file, line) for name in ("lon", "lat")]
        yield line, fields | {"geometry": {"type": "Point", "coordinates": pair}}


def _geojson(text: str, file: str) -> Iterator[tuple[int | None, dict[str, Any]]]:
    tree = read_json(text, file=file)
    features = tree.get("features") if isinstance(tree, dict) else None
    if not isinstance(features, list):
        raise EnterpriseError(
            Text("应为 GeoJSON 的 FeatureCollection，或 .csv", "a GeoJSON FeatureCollection or a .csv is needed"),
            file=file,
        )
    for number, feature in enumerate(features):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            raise EnterpriseError(
                Text("缺少 properties", "the properties are missing"), file=file, field=f"features[{number}]"
            )
        named = {
            wanted: properties[name]
            for wanted, others in COLUMNS.items()
            for name in (*reversed(others), wanted)
            if properties.get(name) not in (None, "")
        }
        own = {"id": properties["id"]} if isinstance(properties.get("id"), str) else {}
        yield None, named | own | {"geometry": feature.get("geometry")}


def _site(given: Mapping[str, Any], registry: Registry, matcher: Matcher) -> Site:
    geometry = read_geometry(given.get("geometry"))
    enterprise = _whose(str(given.get("enterprise") or ""), registry, matcher)
    crs = read_crs(str(given.get("crs") or "").lower() or None)
    source = str(given.get("source") or "").strip()
    if not source:
        raise EnterpriseError(
            Text("位置要写明来源（谁测的、哪份材料）", "say where the position is from (whose survey, which paper)"),
            field="source",
        )
    try:
        date = dt.date.fromisoformat(str(given.get("date") or ""))
    except ValueError:
        raise EnterpriseError(
            Text("位置要写明日期，如 2024-03-01", "say of which day the position is, such as 2024-03-01"), field="date"
        ) from None
    written = json.dumps([geometry, crs], sort_keys=True)
    return Site(
        id=str(given.get("id") or f"{enterprise}-{hashlib.sha256(written.encode()).hexdigest()[:8]}"),
        enterprise=enterprise,
        geometry=geometry,
        crs=crs,
        source=source,
        date=date,
        radius_m=_radius(given.get("radius_m")),
        name=str(given["site"]) if given.get("site") else None,
        invented=registry.invented,
    )


def _whose(text: str, registry: Registry, matcher: Matcher) -> str:
    if text in registry.enterprises:
        return text
    answer = matcher.match(text) if text.strip() else None
    if answer is None or answer.match is None:
        near = answer.candidates[0].name if answer and answer.candidates else "-"
        raise EnterpriseError(
            Text(f"名录里没有“{text}”；最接近的是 {near}", f"the registry has no {text}; the nearest is {near}"),
            field="enterprise",
        )
    return answer.match.enterprise


def _number(text: str, name: str, file: str, line: int) -> float:
    try:
        return float(text)
    except ValueError:
        raise EnterpriseError(
            Text(f"“{text}”不是数", f"{text!r} is not a number"), file=file, line=line, field=name
        ) from None


def _radius(value: object) -> float | None:
    if value in (None, ""):
        return None
    try:
        radius = float(str(value))
    except ValueError:
        radius = -1.0
    if not 0 < radius <= MOST_RADIUS_M:
        raise EnterpriseError(
            Text("半径应为 0 到 5000 的米数", "a radius is a number of metres up to 5000"), field="radius_m"
        )
    return radius
