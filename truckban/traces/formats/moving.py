"""The `temporalGeometry` of OGC Moving Features JSON (19-045r3, 7.2): moving points, alone or in a collection.

`datetimes` are RFC 3339 text or milliseconds since 1970; `interpolation` says how a map draws what lies between, and
changes no position that was reported. `temporalProperties` may bring a speed, in km/h or m/s, at the same instants.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from truckban.traces.formats.json_values import LinePart, Nothing, as_text, check_crs
from zones.errors import InputError
from zones.text import Text

_KMH = {"kmh": 1.0, "km/h": 1.0, "mts": 3.6, "m/s": 3.6}
"""UN/CEFACT codes (Recommendation 20), as 19-045r3 has them in `form`, and the signs."""
_SPEEDS = ("speed", "velocity", "速度")
_ISO_8601 = ("iso8601", "gregorian")
_MOST_DEPTH = 8


def parts_of_motion(feature: Mapping[str, Any], file: str, number: int) -> list[LinePart] | Nothing:
    """Return the moving points of a feature.

    Raises:
        InputError: its coordinates are not WGS 84, or its times no calendar's.
    """
    speeds = _speeds(feature.get("temporalProperties"))
    parts: list[LinePart] = []
    for trs in (feature.get("trs"),):
        _check_trs(trs, file, number)
    prisms = list(_prisms(feature["temporalGeometry"], file, number))
    for prism in prisms:
        if not isinstance(prism, dict) or prism.get("type") != "MovingPoint":
            kind = as_text(prism.get("type") if isinstance(prism, dict) else None)[:40] or "?"
            why = Text(f"{kind} 不是移动的点（MovingPoint）", f"{kind} is no MovingPoint")
            return Nothing("temporalGeometry", why, _count(prisms))
        positions, times = prism.get("coordinates"), prism.get("datetimes")
        if not isinstance(positions, list) or not isinstance(times, list) or len(positions) != len(times):
            counts = [len(value) if isinstance(value, list) else 0 for value in (positions, times)]
            why = Text(f"有 {counts[0]} 个坐标，{counts[1]} 个时间", f"{counts[0]} positions and {counts[1]} times")
            return Nothing("datetimes", why, _count(prisms))
        at = [_instant(time) for time in times]
        parts.append(LinePart(positions, at, [speeds.get(time) for time in at] if speeds else None))
    return parts if prisms else Nothing("temporalGeometry", Text("里面没有轨迹", "it holds no trajectory"), 1)


def _prisms(geometry: Any, file: str, number: int, depth: int = 0) -> Iterator[Any]:  # noqa: ANN401
    if isinstance(geometry, dict):
        check_crs(geometry.get("crs"), file, number)
        _check_trs(geometry.get("trs"), file, number)
        inside = geometry.get("prisms")
        if geometry.get("type") == "MovingGeometryCollection" and isinstance(inside, list) and depth < _MOST_DEPTH:
            for part in inside:
                yield from _prisms(part, file, number, depth + 1)
            return
    yield geometry


def _count(prisms: list[Any]) -> int:
    """Return how many positions there are, at least one."""
    positions = (prism.get("coordinates") for prism in prisms if isinstance(prism, dict))
    return max(sum(len(part) for part in positions if isinstance(part, list)), 1)


def _instant(time: Any) -> str:  # noqa: ANN401
    """Return an instant as text that tables of fixes know: numbers are milliseconds, whatever their size."""
    kind = type(time)
    if kind is not int and kind is not float:
        return as_text(time)
    return f"{time / 1000:.3f}" if math.isfinite(time) else "nan"


def _check_trs(trs: Any, file: str, number: int) -> None:  # noqa: ANN401
    inside = trs.get("properties") if isinstance(trs, dict) else None
    name = as_text(inside.get("name")) if isinstance(inside, dict) else as_text(trs)
    if name and not any(known in name.lower() for known in _ISO_8601):
        raise InputError(
            Text(f"时间系统 {name[:80]} 不认识；应是 ISO 8601", f"unknown times {name[:80]}; ISO 8601 is needed"),
            file=file,
            line=number,
            field="trs",
        )


def _speeds(properties: Any) -> dict[str, float]:  # noqa: ANN401
    """Return speeds in km/h by instant, where `temporalProperties` give them in a unit that is known."""
    found: dict[str, float] = {}
    for group in properties if isinstance(properties, list) else ():
        times = group.get("datetimes") if isinstance(group, dict) else None
        if not isinstance(times, list):
            continue
        for name, values in group.items():
            factor = _KMH.get(as_text(values.get("form")).lower()) if isinstance(values, dict) else None
            numbers = values.get("values") if isinstance(values, dict) else None
            if name.lower() in _SPEEDS and factor and isinstance(numbers, list) and len(numbers) == len(times):
                found |= {
                    _instant(time): value * factor
                    for time, value in zip(times, numbers, strict=True)
                    if isinstance(value, int | float) and not isinstance(value, bool)
                }
    return found
