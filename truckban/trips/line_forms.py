"""The forms in which people have a planned line: GeoJSON, an encoded polyline, GPX; from there to positions.

The polyline decoder is ours: the package `polyline` (MIT, looked at in 2.0.4) is the same twenty lines, but ends with an
IndexError where the text is cut off, takes any character for a number, and lets one number grow without bound.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from truckban.json_text import read_json
from truckban.numbers import is_number
from truckban.places import CRS
from truckban.positions import MOST_LAT, MOST_LON, looks_swapped
from truckban.traces.formats.json_values import check_crs
from truckban.traces.read.tables import decoded
from truckban.trips.line_gpx import parts_of_gpx
from zones.coords import MEAN_RADIUS_M
from zones.errors import InputError
from zones.text import Text

Floats = npt.NDArray[np.float64]
Parts = list[list[tuple[float, float]]]
_FORMS = ("polyline", "gpx", "file")
_LINES = ("LineString", "MultiLineString")
_MOST_POSITIONS = 50_000
_MOST_BYTES = 50_000_000
_JOINT_M = 50.0
# the alphabet of encoded polylines, five bits a character and one that says whether there are more
_FIRST, _LAST, _BITS = 63, 126, 5
_MORE = 1 << _BITS
# the difference of any two positions on Earth in millionths of a degree fits
_MOST_BITS = 30
_PRECISIONS = (5, 6)
_PLAIN = frozenset("0123456789.,;-+ \r\n\t")
_PAIR = 2
_NEEDED = Text(
    "线路应为 GeoJSON（LineString）、{“polyline”、“precision”} 或 {“gpx”}，并带 crs",
    'a line is GeoJSON (a LineString), {"polyline", "precision"} or {"gpx"}, with `crs`',
)
_NO_CRS = Text(
    "线路要写明坐标系 crs：高德、腾讯等国内地图的线路是 gcj02，百度是 bd09，GPS 记录是 wgs84；三者相差数百米，不能猜",
    "say which coordinates the line has in `crs`: lines of Chinese navigation apps are gcj02 (Baidu's bd09), "
    "GPS records wgs84; they lie hundreds of metres apart and are not guessed",
)


class Given(NamedTuple):
    """A line as it was given.

    Attributes:
        lon: degrees in `crs`, shape (n,), n at least 2.
        lat: likewise.
        crs: wgs84, gcj02 or bd09.
        field: what it stood in, for errors.
        scale: by what positions would have to be multiplied had the polyline's other precision been meant; 1 for other forms.
    """

    lon: Floats
    lat: Floats
    crs: str
    field: str
    scale: float = 1.0


def read_line(asked: Any, *, allow_files: bool = False) -> Given:  # noqa: ANN401
    """Read a planned line.

    Args:
        asked: GeoJSON (LineString, MultiLineString, a Feature or a FeatureCollection with one of them), `{"polyline", "precision"}`
            (Google's encoding, or `lon,lat;lon,lat` as 高德 gives it), `{"gpx": text}`; each with `crs`.
        allow_files: whether `{"file": path}` is read: on the command line, never for the API.

    Raises:
        InputError: no line, not one line, or no coordinate system; with its field.
    """
    form = _form(asked, allow_files=allow_files)
    if form == "type":
        return _given(_parts_of_geojson(asked), _crs(asked.get("crs")), "coordinates")
    if form == "file":
        return _of_file(asked["file"], asked.get("crs"))
    crs = _crs(asked.get("crs"))
    text = asked[form]
    if not isinstance(text, str) or not text.strip():
        raise InputError(Text("应为文字", "text is needed"), field=form)
    if len(text) > _MOST_BYTES:
        raise _too_large(form)
    if form == "gpx":
        return _given(parts_of_gpx(text), crs, form)
    precision = 5 if asked.get("precision") is None else asked["precision"]
    if isinstance(precision, bool) or precision not in _PRECISIONS:
        raise InputError(Text("应为 5 或 6", "5 or 6 is needed"), field="precision")
    if _PLAIN.issuperset(text):
        return _given([_pairs(text)], crs, form)
    points = _decoded(text.strip(), precision)
    return _given([points], crs, form, scale=0.1 if precision == _PRECISIONS[0] else 10.0)


def _form(asked: Any, *, allow_files: bool) -> str:  # noqa: ANN401
    """Return which of the forms a line has: the field it stands in, `type` for GeoJSON."""
    if not isinstance(asked, Mapping):
        raise InputError(_NEEDED)
    forms = [name for name in ("type", *_FORMS) if asked.get(name) is not None]
    if "file" in forms and not allow_files:
        raise InputError(
            Text("这里不读文件，请给出线路本身", "no files are read here: give the line itself"), field="file"
        )
    if len(forms) != 1:
        raise InputError(_NEEDED)
    known = {forms[0], "crs", *(("precision",) if forms[0] == "polyline" else ())}
    unknown = [name for name in asked if name not in known]
    if unknown and forms[0] != "type":  # GeoJSON may have members of others
        raise InputError(Text("没有这个字段", "there is no such field"), field=str(unknown[0]))
    return forms[0]


def _too_large(field: str) -> InputError:
    most = _MOST_BYTES // 1_000_000
    return InputError(Text(f"超过 {most} MB，不予读取", f"more than {most} MB are not read"), field=field)


def _crs(value: Any) -> str:  # noqa: ANN401
    if value is None:
        raise InputError(_NO_CRS, field="crs")
    if isinstance(value, Mapping):  # GeoJSON of 2008
        try:
            check_crs(value, "")
        except InputError as error:
            raise InputError(error.text, field="crs") from None
        return "wgs84"
    if not isinstance(value, str) or value not in CRS:
        listed = ", ".join(CRS)
        raise InputError(
            Text(f"`{value}` 不行；可以是：{listed}", f"`{value}` will not do; it is one of: {listed}"), field="crs"
        )
    return value


def _of_file(name: Any, crs: Any) -> Given:  # noqa: ANN401
    path = Path(name) if isinstance(name, str) and name else None
    if path is None or not path.is_file():
        raise InputError(Text("没有这个文件", "there is no such file"), field="file")
    if path.stat().st_size > _MOST_BYTES:
        raise _too_large("file")
    try:
        text, _ = decoded(path)
        if path.suffix.lower() == ".gpx":
            return _given(parts_of_gpx(text), _crs(crs), "file")
        tree = read_json(text)
        parts = _parts_of_geojson(tree if isinstance(tree, Mapping) else {})
        return _given(parts, _crs(tree.get("crs") if crs is None else crs), "file")
    except InputError as error:
        raise InputError(error.text, line=error.line, file=path.name, field=error.field or "file") from None


def _parts_of_geojson(tree: Mapping[str, Any]) -> Sequence[Any]:
    """Return the parts of the one line of a GeoJSON object, as they stand there."""
    kind = tree.get("type")
    features: Sequence[Any] = [tree]
    if kind == "FeatureCollection":
        features = tree["features"] if isinstance(tree.get("features"), list) else []
    geometries = [
        feature.get("geometry") if kind in ("Feature", "FeatureCollection") else feature
        for feature in features
        if isinstance(feature, Mapping)
    ]
    lines = [g for g in geometries if isinstance(g, Mapping) and g.get("type") in _LINES]
    if len(lines) != 1:
        raise InputError(
            Text(
                f"应有且只有一条线（LineString 或 MultiLineString），这里有 {len(lines)} 条",
                f"exactly one line (LineString or MultiLineString) is needed; there are {len(lines)}",
            ),
            field="type",
        )
    found = lines[0].get("coordinates")
    many = lines[0]["type"] == "MultiLineString"
    parts = found if many else [found]
    if not isinstance(parts, list) or not all(isinstance(part, list) for part in parts):
        raise InputError(Text("应为 [[经度, 纬度], …]", "[[longitude, latitude], ...] is needed"), field="coordinates")
    return parts


def _decoded(text: str, precision: int) -> list[tuple[float, float]]:
    """Return longitude and latitude of an encoded polyline (developers.google.com, Encoded Polyline Algorithm Format)."""
    numbers: list[int] = []
    value, shift = 0, 0
    for at, character in enumerate(text, start=1):
        code = ord(character)
        if not _FIRST <= code <= _LAST or shift > _MOST_BITS:
            raise InputError(
                Text(f"不是编码折线：第 {at} 个字符有误", f"this is no encoded polyline: character {at} is wrong"),
                field="polyline",
            )
        chunk = code - _FIRST
        value |= (chunk & (_MORE - 1)) << shift
        shift += _BITS
        if chunk < _MORE:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value, shift = 0, 0
    if shift or len(numbers) % _PAIR:
        raise InputError(
            Text("编码折线不完整，末尾被截断", "the encoded polyline is cut off at its end"), field="polyline"
        )
    steps = np.cumsum(np.array(numbers, np.int64).reshape(-1, _PAIR), axis=0) / 10.0**precision
    return [(lon, lat) for lat, lon in steps.tolist()]


def _pairs(text: str) -> list[tuple[float, float]]:
    """Return the positions of `lon,lat;lon,lat`."""
    found = []
    for number, pair in enumerate((p for p in text.split(";") if p.strip()), start=1):
        try:
            lon, lat = map(float, pair.split(","))
        except ValueError:
            raise InputError(
                Text(f"第 {number} 个点应为“经度,纬度”", f"position {number} should be `lon,lat`"), field="polyline"
            ) from None
        found.append((lon, lat))
    return found


def _given(parts: Sequence[Sequence[Any]], crs: str, field: str, *, scale: float = 1.0) -> Given:
    """Check positions, join the parts."""
    parts = [part for part in parts if len(part)]
    count = sum(len(part) for part in parts)
    if count > _MOST_POSITIONS:
        raise InputError(
            Text(
                f"有 {count} 个点，最多 {_MOST_POSITIONS} 个；请先简化",
                f"{count} positions, {_MOST_POSITIONS} at most: simplify the line first",
            ),
            field=field,
        )
    points = [_position(point, number, field) for number, point in enumerate(_all_of(parts), start=1)]
    if len(set(points)) < _PAIR:
        raise InputError(
            Text(
                f"线路至少要有两个不同的点，这里有 {len(set(points))} 个",
                f"a line needs two different positions; there are {len(set(points))}",
            ),
            field=field,
        )
    lon, lat = (np.array(axis, np.float64) for axis in zip(*points, strict=True))
    _on_earth(lon, lat, field, scale)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    for number, at in enumerate(ends.tolist(), start=1):
        gap = _metres(lon[at - 1], lat[at - 1], lon[at], lat[at])
        if gap > _JOINT_M:
            raise InputError(
                Text(
                    f"第 {number} 段的终点与第 {number + 1} 段的起点相距 {gap:.0f} 米，不是一条连续的线",
                    f"the end of part {number} and the start of part {number + 1} are {gap:.0f} m apart: this is not one line",
                ),
                field=field,
            )
    return Given(lon, lat, crs, field, scale)


def _all_of(parts: Iterable[Sequence[Any]]) -> Iterable[Any]:
    return (point for part in parts for point in part)


def _position(point: Any, number: int, field: str) -> tuple[float, float]:  # noqa: ANN401
    if isinstance(point, list | tuple) and len(point) >= _PAIR and is_number(point[0]) and is_number(point[1]):
        return float(point[0]), float(point[1])
    raise InputError(
        Text(
            f"第 {number} 个点应为 [经度, 纬度] 两个数",
            f"position {number} should be two numbers, [longitude, latitude]",
        ),
        field=field,
    )


def _on_earth(lon: Floats, lat: Floats, field: str, scale: float) -> None:
    swapped = [looks_swapped(x, y) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
    if any(swapped):
        raise InputError(
            Text(
                f"第 {swapped.index(True) + 1} 个点的经纬度像是写反了：经度在前",
                f"longitude and latitude of position {swapped.index(True) + 1} look swapped: longitude comes first",
            ),
            field=field,
        )
    off = (np.abs(lon) > MOST_LON) | (np.abs(lat) > MOST_LAT)
    zero = (lon == 0) & (lat == 0)
    if not (off | zero).any():
        return
    at = int(np.argmax(off | zero))
    shown = f"{lon[at]:g}, {lat[at]:g}"
    hint = Text("", "")
    if scale < 1 and off.any():
        hint = Text("；precision 是不是 6？", "; is the precision 6?")
    raise InputError(
        Text(f"第 {at + 1} 个点 {shown} 不是一个位置{hint.zh}", f"position {at + 1}, {shown}, is no place{hint.en}"),
        field=field,
    )


def _metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    x = math.radians(other_lon - lon) * math.cos(math.radians((lat + other_lat) / 2))
    return MEAN_RADIUS_M * math.hypot(x, math.radians(other_lat - lat))
