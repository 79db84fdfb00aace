"""A zone for other programs: GeoJSON, GeoPackage, KML, and a table of OSM tags."""

import csv
import io
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import shapely
from shapely.geometry.base import BaseGeometry

from zones.errors import InputError
from zones.text import Text
from zones.zone import Street, Zone

TAG = "hgv:conditional"
# streets of OSM XML are numbered `way/from-to`; those of other files by their row
_WAY = re.compile(r"(\d+)/.+")
_INSIDE = ("inside", "crosses")
# a fixed day: the same zone gives the same content
_STAMP = "2000-01-01T00:00:00.000Z"
_CRS = "EPSG:4326"
_KML_COLORS = {"area": "503c57e8", "boundary_road": "b429b4f0", "carve_out": "a05b7f1d"}


def write_geojson(zone: Zone, path: str | Path) -> None:
    """Write the zone's own file."""
    zone.write(path)


def write_geopackage(zone: Zone, path: str | Path) -> None:
    """Write layers `area`, `boundary_roads`, `carve_outs` and `streets` in WGS 84; empty layers are left out.

    Raises:
        InputError: the file cannot be written.
    """
    import geopandas as gpd  # noqa: PLC0415 - takes a second to import

    pyogrio = import_module("pyogrio")
    target = Path(path)
    if target.suffix.lower() != ".gpkg":
        raise InputError(Text("文件名应以 .gpkg 结尾", "the file's name must end in .gpkg"), file=target.name)
    target.unlink(missing_ok=True)
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _STAMP})
    try:
        for layer, rows in _layers(zone):
            if rows:
                frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=_CRS)
                frame.to_file(target, layer=layer, driver="GPKG", engine="pyogrio")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _layers(zone: Zone) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    head = {"zone": zone.id, "grade": zone.grade, "area_km2": zone.area_km2, "loop_area_km2": zone.loop_area_km2}
    said = {"sha256": zone.sha256, "warnings": "\n".join(zone.warnings)}
    yield "area", [{**head, **said, "geometry": _multi(zone.area)}]
    yield (
        "boundary_roads",
        [{"name": r.name, "boundary": r.boundary, "geometry": _multi(r.geometry)} for r in zone.boundary_roads],
    )
    yield "carve_outs", [{"name": part.name, "geometry": _multi(part.geometry)} for part in zone.carve_outs]
    tagged = any(street.truck_tags for street in zone.streets)
    yield "streets", [_street(street, tagged=tagged) for street in zone.streets]


def _street(street: Street, *, tagged: bool) -> dict[str, Any]:
    """Return a street's columns; what OSM says of trucks is one, as JSON, and none where no street has any."""
    own = {**vars(street), "truck_tags": json.dumps(dict(street.truck_tags), ensure_ascii=False)}
    return own if tagged else {name: value for name, value in own.items() if name != "truck_tags"}


def _multi(geometry: BaseGeometry) -> BaseGeometry:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def kml_of(zone: Zone) -> str:
    """Return the area, the boundary roads and the carve-outs as KML 2.2, with the warnings in its description."""
    words = {"area": "禁行区域", "boundary_road": "边界道路", "carve_out": "不禁行路段"}
    styles = "".join(
        f'<Style id="{role}"><LineStyle><width>1</width></LineStyle>'
        f"<PolyStyle><color>{color}</color></PolyStyle></Style>\n"
        for role, color in _KML_COLORS.items()
    )
    marks = [("area", zone.id, zone.area)]
    marks += [("boundary_road", road.name, road.geometry) for road in zone.boundary_roads]
    marks += [("carve_out", part.name, part.geometry) for part in zone.carve_outs]
    body = "".join(
        f"<Placemark><name>{escape(name)}</name><description>{words[role]}</description>"
        f"<styleUrl>#{role}</styleUrl>{_kml_geometry(geometry)}</Placemark>\n"
        for role, name, geometry in marks
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        f"<name>{escape(zone.id)}</name>\n<description>{escape(' '.join(zone.warnings))}</description>\n"
        f"{styles}{body}</Document></kml>\n"
    )


def _kml_geometry(geometry: BaseGeometry) -> str:
    polygons = []
    for part in shapely.get_parts(_multi(geometry)):
        shell, *holes = (
            " ".join(f"{x:.7f},{y:.7f}" for x, y in shapely.get_coordinates(ring)) for ring in shapely.get_rings(part)
        )
        outer = f"<outerBoundaryIs>{_kml_ring(shell)}</outerBoundaryIs>"
        inner = "".join(f"<innerBoundaryIs>{_kml_ring(hole)}</innerBoundaryIs>" for hole in holes)
        polygons.append(f"<Polygon>{outer}{inner}</Polygon>")
    return f"<MultiGeometry>{''.join(polygons)}</MultiGeometry>"


def _kml_ring(coordinates: str) -> str:
    return f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"


def osm_tags_csv(zone: Zone, hours: str) -> str:
    """Return the OSM tags of the ways inside, as CSV `way_id,name,tag,value`, a line a way.

    A way that is only partly inside is listed too where a piece of it is: it has to be split before it is tagged.

    Args:
        zone: built from OSM XML: its streets carry their way's number.
        hours: an `opening_hours` value such as `06:00-22:00`; the zone knows no law.

    Raises:
        InputError: the zone's streets carry no way numbers, or it is schematic.
    """
    if zone.grade == "schematic":
        raise InputError(
            Text(
                "示意区域的道路编号是虚构的，不能作为 OSM 标签导出",
                "the ways of a schematic zone are invented; there are no OSM tags to export",
            ),
            field="grade",
        )
    ways: dict[int, str] = {}
    for street in zone.streets:
        if street.place not in _INSIDE:
            continue
        match = _WAY.fullmatch(street.id)
        if match is None:
            raise InputError(
                Text(
                    f"街道 {street.id} 不带 OSM way 编号；请用 OSM XML 重新构建区域",
                    f"street {street.id} carries no OSM way number; build the zone from OSM XML",
                ),
                field="streets",
            )
        ways.setdefault(int(match[1]), street.name or "")
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["way_id", "name", "tag", "value"])
    table.writerows([way, name, TAG, f"no @ ({hours})"] for way, name in sorted(ways.items()))
    return out.getvalue()
