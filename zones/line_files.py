"""Streets of files of lines with a table: GeoPackage, Shapefile, GeoParquet."""

import hashlib
import json
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely

from zones.errors import InputError
from zones.file_crs import FileCrs
from zones.geojson_streets import beside_of, segments_of
from zones.line_tables import Table, read_parquet, read_table
from zones.network import Source, StreetNetwork, sha256_of
from zones.osm_tags import LINE_TAGS, NAME_TAGS, RAILWAYS, TRUCK_TAGS, WATERWAYS
from zones.text import Text

SUFFIXES = frozenset({".gpkg", ".shp", ".zip", ".parquet", ".geoparquet"})
_PARQUET = frozenset({".parquet", ".geoparquet"})
# whose bytes make up a Shapefile (ESRI Shapefile Technical Description; .cpg holds the code page)
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NAME_COLUMNS = ("name", "道路名称", "路名", "名称")
# Geofabrik's and other Shapefiles of OSM: class and direction under other names
# https://download.geofabrik.de/osm-data-in-gis-formats-free.pdf, section 5.3
_CLASS, _DIRECTION = "fclass", {"F": "yes", "T": "-1", "B": "no"}
# and what stands there for a tag that OSM does not have
_NOTHING = {"bridge": "F", "tunnel": "F", "maxspeed": "0"}
_TAGS = ("highway", "oneway", "lanes", "width", "junction", *NAME_TAGS, "ref", "osm_id", *LINE_TAGS, *TRUCK_TAGS)


# which of them can hold several layers
LAYERED = frozenset({".gpkg", ".zip"})


def read_lines(
    path: Path, *, crs: str | None = None, name_column: str | None = None, layer: str | None = None
) -> StreetNetwork:
    """Read the lines of a GeoPackage, a Shapefile (also zipped) or a (Geo)Parquet file.

    Columns as in OSM: `highway`, `oneway`, `lanes`, `width`, `alt_name`, `old_name`, `ref`, `osm_id`; Geofabrik's
    `fclass` is the class; and what concerns trucks (`osm_tags.TRUCK_TAGS`). Of lines that are no streets: `railway`,
    `waterway` or `boundary`. Letters' case does not matter.

    Args:
        path: the file.
        crs: what the numbers are, where the file does not say it; see `FileCrs`.
        name_column: where it is not name, 道路名称, 路名 or 名称.
        layer: where several hold lines; of a GeoPackage or a `.zip` only.

    Raises:
        InputError: the file or a line cannot be read, no column of names or coordinate system is known, or no line
            is there.
    """
    sha256 = sha256_of_lines(path)
    if layer is not None and path.suffix.lower() not in LAYERED:
        raise InputError(
            Text("只有 .gpkg 和 .zip 有图层可选", "only .gpkg and .zip have layers to choose from"),
            file=str(path),
            field="layer",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL's remarks on odd files; what matters is checked below
        table = read_parquet(path) if path.suffix.lower() in _PARQUET else read_table(path, layer)
    columns = {column.casefold(): column for column in reversed(table.columns)}
    names = table.columns[_name_column(table, columns, name_column, path)]
    tags = {tag: table.columns[columns[tag]] for tag in (*_TAGS, _CLASS) if tag in columns}
    features = _features(_placed(table, FileCrs(table.crs, crs, file=str(path))), names, tags)
    segments = segments_of(features, path)
    if not segments:
        raise InputError(Text("文件里没有线", "the file holds no lines"), file=str(path))
    name = path.name.lower()
    grade: Literal["schematic", "osm", "survey"] = "osm" if {_CLASS, "osm_id"} <= tags.keys() else "survey"
    if "schematic" in name or "示意" in name:
        grade = "schematic"
    return StreetNetwork(segments, Source(path.name, sha256), grade, beside=beside_of(features, path))


def sha256_of_lines(path: Path) -> str:
    """Return the hash of the file; of a Shapefile, of all its parts, for the names stand beside the lines."""
    own = sha256_of(path)
    if path.suffix.lower() != ".shp":
        return own
    parts = {part.suffix.lower(): part for part in path.parent.glob(f"{_escaped(path.stem)}.*")}
    digests = [
        f"{suffix} {sha256_of(parts[suffix])}" for suffix in _PARTS if suffix in parts and _filled(parts[suffix])
    ]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def _escaped(stem: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in stem)


def _filled(path: Path) -> bool:
    return path.stat().st_size > 0


def _name_column(table: Table, columns: dict[str, str], wanted: str | None, path: Path) -> str:
    known = [wanted] if wanted is not None else list(_NAME_COLUMNS)
    for name in known:
        cut = name.encode()[:10].decode("utf-8", "ignore")  # what a Shapefile keeps of it in UTF-8
        for spelt in (name, columns.get(name.casefold()), cut):
            if spelt in table.columns:
                return str(spelt)
    listed = "、".join(table.columns) or "-"
    raise InputError(
        Text(
            f"没有路名列（{'、'.join(known)}）；文件里的列：{listed}；请用 --name-column 指明",
            f"there is no column of names ({', '.join(known)}); the file has: {listed}; say which with --name-column",
        ),
        file=str(path),
        field="name_column",
    )


def _placed(table: Table, crs: FileCrs) -> list[dict[str, Any] | None]:
    """Return the geometries as GeoJSON in WGS 84; None for what is no line."""
    lines = np.isin(shapely.get_type_id(table.geometry), (1, 5))
    flat = shapely.force_2d(table.geometry)
    flat[~lines | shapely.is_empty(flat)] = None
    points = shapely.get_coordinates(flat)
    placed = shapely.set_coordinates(flat, np.column_stack(crs.to_wgs84(points[:, 0], points[:, 1])))
    return [json.loads(shapely.to_geojson(line)) if line is not None else None for line in placed]


def _features(
    geometry: Iterable[dict[str, Any] | None], names: list[Any], tags: dict[str, list[Any]]
) -> list[dict[str, Any]]:
    return [
        {"geometry": line, "properties": {"name": _text(names[row]), **_tags(row, tags)}}
        for row, line in enumerate(geometry)
    ]


def _tags(row: int, tags: dict[str, list[Any]]) -> dict[str, Any]:
    given = {tag: _text(values[row]) for tag, values in tags.items()}
    found: dict[str, Any] = {tag: value for tag, value in given.items() if value is not None}
    if _CLASS in found:
        of_class = {"railway": RAILWAYS, "waterway": WATERWAYS}
        found.setdefault(
            next((tag for tag, known in of_class.items() if found[_CLASS] in known), "highway"), found[_CLASS]
        )
        found["oneway"] = _DIRECTION.get(found.get("oneway", "B"), found.get("oneway"))
        for tag, nothing in _NOTHING.items():
            if found.get(tag) == nothing:
                del found[tag]
    number = str(found.get("osm_id", ""))
    found["osm_id"] = int(number) if number.isascii() and number.isdigit() else None
    return found


def _text(value: object) -> str | None:
    """Return a cell as text; None where it is empty or not a number."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\0", "").strip() or None
