"""Values of GeoJSON as they come: positions, arrays of times, coordinate systems."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from zones.errors import InputError
from zones.text import Text

_TIMES = ("coordTimes", "times", "datetimes", "coordinateTimes", "timestamps")
_WGS84 = ("crs84", "crs84h", "4326", "wgs84", "4979")
# coincides with WGS 84 within centimetres: see zones/file_crs.py
_CGCS2000 = ("4490", "cgcs2000")

NO_TIMES = Text(
    "线没有时间：应有与坐标一样多的 coordTimes、times 或 datetimes",
    "the line has no times: coordTimes, times or datetimes, one for each position, are needed",
)


class LinePart(NamedTuple):
    """One line's positions as they stand in the JSON, a time for each as text, and perhaps a speed."""

    positions: Sequence[Any]
    times: Sequence[str]
    speeds_kmh: Sequence[float | None] | None = None


class Nothing(NamedTuple):
    """Why a feature's positions cannot be used, and how many they are (one where nobody can say)."""

    field: str
    why: Text
    positions: int


def as_text(value: Any) -> str:  # noqa: ANN401
    """Return a JSON value as the cell of a table; empty for null, true, false, arrays and objects."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def number(position: Any, index: int) -> float | None:  # noqa: ANN401
    """Return one number of a position, None where there is none."""
    if not isinstance(position, list) or len(position) <= index:
        return None
    value = position[index]
    kind = type(value)  # true and false are no numbers
    return float(value) if kind is float or kind is int else None


def parts_of_line(geometry: Mapping[str, Any], properties: Mapping[str, Any]) -> list[LinePart] | Nothing:
    """Return the parts of a LineString or MultiLineString with the times its properties give."""
    many = geometry["type"] == "MultiLineString"
    lines = geometry.get("coordinates")
    times = _times_of(properties)
    if not many:
        lines, times = [lines], [times] if isinstance(times, list) else None
    if not isinstance(lines, list) or not all(isinstance(line, list) for line in lines):
        return Nothing("coordinates", Text("坐标不是数组", "the coordinates are no array"), 1)
    count = sum(len(line) for line in lines)
    if many and isinstance(times, list) and len(times) == count and not any(isinstance(at, list) for at in times):
        flat = iter(times)
        times = [[next(flat) for _ in line] for line in lines]
    if not isinstance(times, list):
        return Nothing("times", NO_TIMES, max(count, 1))
    return _paired(lines, times, count)


def _paired(lines: list[Any], times: list[Any], count: int) -> list[LinePart] | Nothing:
    stated = sum(len(part) for part in times if isinstance(part, list))
    fits = len(times) == len(lines) and all(
        isinstance(part, list) and len(part) == len(line) for line, part in zip(lines, times, strict=True)
    )
    if not fits:
        why = Text(f"有 {count} 个坐标，{stated} 个时间", f"{count} positions and {stated} times")
        return Nothing("times", why, max(count, 1))
    return [LinePart(line, [as_text(at) for at in part]) for line, part in zip(lines, times, strict=True)]


def _times_of(properties: Mapping[str, Any]) -> Any:  # noqa: ANN401
    beside = properties.get("coordinateProperties")  # toGeoJSON since version 5
    for where in (properties, beside if isinstance(beside, dict) else {}):
        for name in _TIMES:
            if where.get(name) is not None:
                return where[name]
    return None


def check_crs(crs: Any, file: str, feature: int | None = None) -> None:  # noqa: ANN401
    """Accept a `crs` member that names WGS 84 (or CGCS2000, the same within centimetres) in longitude, latitude.

    Raises:
        InputError: it names another, or none that is known.
    """
    if crs is None:
        return
    inside = crs.get("properties") if isinstance(crs, dict) else None
    name = inside.get("name") if isinstance(inside, dict) else crs if isinstance(crs, str) else None
    if isinstance(name, str):
        plain = name.lower().replace(" ", "").replace("_", "").replace("/", ":").rpartition(":")[2]
        if plain in _WGS84 or plain in _CGCS2000:
            return
    said = as_text(name)[:80] or "?"
    raise InputError(
        Text(
            f"坐标系是 {said}；这里只读 WGS 84（CRS84、EPSG:4326），请先转换",
            f"the coordinates are in {said}; only WGS 84 (CRS84, EPSG:4326) is read here: convert them first",
        ),
        file=file,
        line=feature,
        field="crs",
    )
