"""Lines for trips: how they are written, and what was made of them."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from truckban.trips.lines import Line, edges_of_line
from zones.coords import from_wgs84
from zones.errors import InputError
from zones.routing.ground import TripStreets

Point = tuple[float, float]
VAN = {"vehicle_type": "轻型厢式货车", "length_mm": 5000, "gross_mass_kg": 4000}


def line(points: Sequence[Point], crs: str = "wgs84") -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(p) for p in points], "crs": crs}


def encoded(points: Sequence[Point], precision: int) -> str:
    text, before = "", [0, 0]
    for lon, lat in points:
        for axis, value in enumerate((lat, lon)):
            whole = round(value * 10**precision)
            step = whole - before[axis]
            before[axis] = whole
            step = ~(step << 1) if step < 0 else step << 1
            while step >= 0x20:
                text += chr((0x20 | (step & 0x1F)) + 63)
                step >>= 5
            text += chr(step + 63)
    return text


def gpx(points: Sequence[Point], kind: str = "rte") -> str:
    tag = {"rte": "rtept", "trk": "trkpt"}[kind]
    inner = "".join(f'<{tag} lat="{lat}" lon="{lon}"/>' for lon, lat in points)
    inner = f"<trkseg>{inner}</trkseg>" if kind == "trk" else inner
    return f'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><{kind}>{inner}</{kind}></gpx>'


def shifted(points: Sequence[Point], crs: str) -> list[Point]:
    lon, lat = from_wgs84(*np.array(points).T, crs)
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def roads(found: Line, streets: TripStreets) -> list[tuple[str | None, int]]:
    told: list[tuple[str | None, float]] = []
    for edge, low, high in found.stretches:
        name = streets.name(edge)
        if told and told[-1][0] == name:
            told[-1] = name, told[-1][1] + high - low
        else:
            told.append((name, high - low))
    return [(name, round(metres)) for name, metres in told]


def length(found: Line) -> float:
    return sum(high - low for _, low, high in found.stretches)


def connected(found: Line, streets: TripStreets) -> bool:
    for (edge, low, high), (then, begin, _) in zip(found.stretches, found.stretches[1:], strict=False):
        x, y = streets.graph.positions(np.array([edge, then], np.int32), np.array([high, begin]))
        if not low < high or math.hypot(x[1] - x[0], y[1] - y[0]) > 0.05:
            return False
    return bool(found.stretches)


def refused(asked: Any, streets: TripStreets, **options: Any) -> InputError:  # noqa: ANN401
    with pytest.raises(InputError) as caught:
        edges_of_line(asked, streets, **options)
    assert caught.value.text.zh
    assert caught.value.text.en
    assert "\n" not in caught.value.text.en
    return caught.value
