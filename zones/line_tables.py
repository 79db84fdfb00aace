"""Rows and geometries of files of lines, as the libraries give them: pyogrio (GDAL), pyarrow."""

import codecs
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GEOSException

from zones.errors import InputError
from zones.text import Text

_GEOMETRY_COLUMNS = ("geometry", "geom", "wkb_geometry", "wkb")
_TEXT_PARTS = frozenset({".cpg", ".dbf"})
_HEAD = 32


@dataclass(frozen=True)
class Table:
    """A file's rows.

    Attributes:
        columns: the values of each column, but for geometry.
        geometry: a shapely geometry or None a row.
        crs: what the file says of its coordinate system.
    """

    columns: dict[str, list[Any]]
    geometry: npt.NDArray[np.object_]
    crs: str | None


def read_table(path: Path, layer: str | None = None) -> Table:
    """Read a layer of a file through GDAL.

    Raises:
        InputError: GDAL cannot read it, `layer` holds no lines or is not there, or none was named and several hold lines.
    """
    import pyogrio  # type: ignore[import-untyped]  # noqa: PLC0415 - takes time to import
    from pyogrio.errors import (  # type: ignore[import-untyped]  # noqa: PLC0415
        DataLayerError,
        DataSourceError,
        FeatureError,
        GeometryError,
    )

    source = f"/vsizip/{path.resolve()}" if path.suffix.lower() == ".zip" else str(path)
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(source) if kind is None or _of_lines(str(kind))]
        layer = _one(layers, layer, path)
        codec = _code_page(path)
        meta, _, geometry, values = pyogrio.raw.read(
            source, layer=layer, force_2d=True, encoding=None if codec is None else "ISO-8859-1"
        )
    except (DataSourceError, DataLayerError, FeatureError, GeometryError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise unreadable(path, error) from error
    columns = {str(name): list(column.tolist()) for name, column in zip(meta["fields"], values, strict=True)}
    if codec is not None:
        columns = _decoded(columns, codec)
    return Table(columns, _geometries(geometry, path), meta["crs"])


def _of_lines(kind: str) -> bool:
    return "LineString" in kind or kind in {"Unknown", "GeometryCollection"}


def _one(layers: list[str], wanted: str | None, path: Path) -> str:
    if wanted is not None and wanted in layers:
        return wanted
    if wanted is None and len(layers) == 1:
        return layers[0]
    listed = "、".join(layers)
    if not layers:
        text = Text("文件里没有线的图层", "no layer of the file holds lines")
    elif wanted is None:
        text = Text(
            f"有几层线（{listed}）：请用 --layer 指明一层",
            f"several layers hold lines ({listed}): name one with --layer",
        )
    else:
        text = Text(
            f"没有叫 {wanted} 的线图层；文件里有：{listed}",
            f"no layer of lines is called {wanted}; the file has: {listed}",
        )
    raise InputError(text, file=str(path), field="layer")


def _code_page(path: Path) -> str | None:
    """Return the codec that a Shapefile's `.cpg` or table's head names, empty where it names none; None for others."""
    if path.suffix.lower() == ".shp":
        parts = {part.suffix.lower(): part.read_bytes for part in path.parent.iterdir() if part.stem == path.stem}
        return _named_codec({suffix: read()[:_HEAD] for suffix, read in parts.items() if suffix in _TEXT_PARTS})
    if path.suffix.lower() != ".zip":
        return None
    try:
        with zipfile.ZipFile(path) as packed:
            inside = {Path(name).suffix.lower(): name for name in packed.namelist()}
            if ".shp" not in inside:
                return None
            heads = {}
            for suffix in _TEXT_PARTS & inside.keys():
                with packed.open(inside[suffix]) as file:
                    heads[suffix] = file.read(_HEAD)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise unreadable(path, error) from error
    return _named_codec(heads)


def _named_codec(heads: dict[str, bytes]) -> str:
    # .cpg: a name or a Windows code page; byte 29 of the table: the language driver, 0x4D is code page 936
    name = heads.get(".cpg", b"").decode("latin-1").strip().lower().removeprefix("cp").removeprefix("oem").strip()
    name = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "65001": "utf-8"}.get(name, name)
    try:
        return codecs.lookup(name).name if name else "gb18030" if heads.get(".dbf", b"")[29:30] == b"\x4d" else ""
    except (LookupError, ValueError):
        return ""


def _decoded(columns: dict[str, list[Any]], named: str) -> dict[str, list[Any]]:
    """Return text that was read byte by byte: in the codec named, or where it does not fit, UTF-8, else GB 18030.

    Many Shapefiles name none, or a wrong one. Names of columns may be cut off within a letter: they have 10 bytes.
    """
    texts = [*columns, *(value for values in columns.values() for value in values if isinstance(value, str))]
    fits = (codec for codec in (named, "utf-8", "gb18030") if codec and all(_fits(text, codec) for text in texts))
    codec = next(fits, "latin-1")

    def decoded(value: object) -> Any:  # noqa: ANN401 - a cell
        return value.encode("latin-1").decode(codec, "ignore") if isinstance(value, str) else value

    return {decoded(name): [decoded(value) for value in values] for name, values in columns.items()}


def _fits(text: str, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(text.encode("latin-1"), final=False)
    except (UnicodeError, LookupError, TypeError):
        return False
    return True


def read_parquet(path: Path) -> Table:
    """Read GeoParquet (https://geoparquet.org/releases/v1.1.0), or Parquet with geometries as WKB.

    Raises:
        InputError: it is not Parquet, or holds no geometry as WKB.
    """
    import pyarrow as pa  # noqa: PLC0415 - takes time to import
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path, partitioning=None)
        described = json.loads((table.schema.metadata or {}).get(b"geo", b"null"))
        column, crs = _geometry_column(described, table.column_names, path)
        geometry = table.column(column).to_pylist()
        columns = {
            name: table.column(name).to_pylist()
            for name in table.column_names
            if name != column and not pa.types.is_nested(table.schema.field(name).type)
        }
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise unreadable(path, error) from error
    return Table(columns, _geometries(np.array(geometry, dtype=object), path), crs)


def _geometry_column(described: Any, names: list[str], path: Path) -> tuple[str, str | None]:  # noqa: ANN401 - JSON
    if described is not None:
        column = str(described["primary_column"])
        meta = described["columns"][column]
        if meta.get("encoding") != "WKB" or column not in names:
            raise InputError(
                Text("几何应以 WKB 保存", "the geometry must be stored as WKB"), file=str(path), field=column
            )
        # without `crs` GeoParquet is in OGC:CRS84; with null it is unknown
        crs = meta.get("crs", "OGC:CRS84")
        return column, json.dumps(crs) if isinstance(crs, dict) else crs
    for column in _GEOMETRY_COLUMNS:
        if column in names:
            return column, None
    listed = "、".join(names)
    raise InputError(
        Text(
            f"没有几何列（{'、'.join(_GEOMETRY_COLUMNS)}）；文件里的列：{listed}",
            f"there is no column of geometry ({', '.join(_GEOMETRY_COLUMNS)}); the file has: {listed}",
        ),
        file=str(path),
    )


def _geometries(wkb: npt.NDArray[np.object_] | None, path: Path) -> npt.NDArray[np.object_]:
    if wkb is None:
        raise InputError(Text("文件里没有线", "the file holds no lines"), file=str(path))
    try:
        return np.asarray(shapely.from_wkb(wkb), dtype=object)
    except (GEOSException, TypeError) as error:
        raise InputError(Text("几何不是 WKB", "the geometry is not WKB"), file=str(path)) from error


def unreadable(path: Path, error: Exception) -> InputError:
    """Return the error of a file that a library cannot read, without its folder."""
    why = str(error).replace(str(path.resolve()), path.name).replace(str(path), path.name).partition("\n")[0]
    return InputError(Text(f"无法读取文件：{why}", f"the file cannot be read: {why}"), file=str(path))
