"""GeoJSON (RFC 7946) and OGC Moving Features JSON (19-045r3): features with positions and times.

Three ways of saying when: a point's property; an array of times beside a line (`coordTimes`, `times`, `datetimes`, as
toGeoJSON and Moving Features' Trajectory write); a `temporalGeometry` (Moving Features' Prism, see `moving`). The fourth
number of a coordinate has no meaning (RFC 7946, 3.1.1) and is no time.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truckban.traces.formats.json_stream import members
from truckban.traces.formats.json_values import LinePart, Nothing, as_text, check_crs, number, parts_of_line
from truckban.traces.formats.moving import parts_of_motion
from truckban.traces.read.column_names import meaning
from truckban.traces.read.tables import Reject, Table
from zones.errors import InputError
from zones.text import Text

_MOST_ROWS = 100_000
_PLACE = ("lon", "lat")
_OF_A_FEATURE = ("type", "id", "geometry", "properties", "temporalGeometry", "temporalProperties", "trs")
_MOST_NAMES = 1000
_LISTED = 30
_NOT_A_FEATURE = Text("不是 GeoJSON 要素（Feature）", "not a GeoJSON Feature")
_NOTHING_READ = Text(
    "不是 GeoJSON，也不是 OGC Moving Features JSON：应有 type 为 Feature 或 FeatureCollection",
    "neither GeoJSON nor OGC Moving Features JSON: a type Feature or FeatureCollection is needed",
)


def read_geojson(path: Path, chosen: Mapping[str, str]) -> Iterator[Table]:
    """Yield the positions of the file's features; a row's line is its feature's number, from 1.

    Points bring their properties as columns. A line or a moving point is a vehicle's that its properties name as columns
    of tables do, else its property `name`, else (moving ones) its `id`, else the file's name, which is noted.

    Args:
        path: the file.
        chosen: properties that the caller named, by the contract's columns.

    Raises:
        InputError: not JSON, not GeoJSON, cut off, or in coordinates that are not WGS 84.
    """
    reading = _Reading(path, chosen)
    top: dict[str, Any] = {}
    in_collection = False
    for name, value in members(path):
        if name == "features[]":
            in_collection = True
            reading.take(value)
            yield from reading.tables(_MOST_ROWS)
        elif name == "crs":
            check_crs(value, path.name)
        elif name in _OF_A_FEATURE:
            top[name] = value
    kind = top.get("type")
    if kind == "Feature" or "temporalGeometry" in top:
        reading.take({**top, "type": "Feature"})
    elif kind != "FeatureCollection" and not in_collection:
        raise InputError(_NOTHING_READ, file=path.name)
    yield from reading.tables(0, last=True)


class _Reading:
    def __init__(self, path: Path, chosen: Mapping[str, str]) -> None:
        self._chosen = chosen
        self._file = path.name
        self._stem = path.stem
        self._features = 0
        self._unnamed = 0
        self._points: list[dict[str, Any]] = []
        self._points_at: list[int] = []
        self._columns: dict[str, None] = {}
        self._given: list[str] = []
        self._names: dict[str, bool] = {}
        self._rows: list[tuple[str, str, float | None, float | None, float | None]] = []
        self._rows_at: list[int] = []
        self._rejects: list[Reject] = []

    def take(self, feature: Any) -> None:  # noqa: ANN401
        """Take one feature's positions."""
        self._features += 1
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            self._reject("", _NOT_A_FEATURE)
            return
        if feature.get("crs") is not None:
            check_crs(feature["crs"], self._file, self._features)
        properties = feature.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        moving = feature.get("temporalGeometry")
        geometry = feature.get("geometry")
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if moving is not None:
            found = parts_of_motion(feature, self._file, self._features)
            self._lines(found, self._vehicle(properties, feature.get("id")))
        elif isinstance(geometry, dict) and kind == "Point":
            self._point(geometry.get("coordinates"), properties)
        elif isinstance(geometry, dict) and kind in ("LineString", "MultiLineString"):
            found = parts_of_line(geometry, properties)
            self._lines(found, self._vehicle(properties, feature.get("id") if "datetimes" in properties else None))
        else:
            said = as_text(kind)[:40] or "null"
            why = Text(
                f"几何是 {said}，应是 Point、LineString 或 temporalGeometry",
                f"the geometry is {said}; a Point, a LineString or a temporalGeometry is needed",
            )
            self._reject("geometry", why)

    def tables(self, least: int, *, last: bool = False) -> Iterator[Table]:
        """Yield what was taken, once there are more than `least` rows; with the last, what is to be noted."""
        waiting = len(self._points) + len(self._rows) + len(self._rejects)
        if waiting <= least and not last:
            return
        if self._points:
            yield self._of_points()
        names = ("vehicle_id", "time", *_PLACE, "speed_kmh")
        columns = list(zip(*self._rows, strict=True)) or [()] * len(names)
        frame = pd.DataFrame(
            {
                name: pd.Series(list(values), dtype="str" if name in ("vehicle_id", "time") else "float64")
                for name, values in zip(names, columns, strict=True)
            }
        )
        notes = self._notes() if last else []
        yield Table(self._file, frame, np.array(self._rows_at, np.int64), self._rejects, notes, named=True)
        self._rows, self._rows_at, self._rejects = [], [], []

    def _notes(self) -> list[Text]:
        if not self._unnamed:
            return []
        return [
            Text(
                f"{self._unnamed} 个要素没有车辆编号，以文件名 {self._stem} 作车辆编号",
                f"{self._unnamed} features name no vehicle: the file's name {self._stem} is taken for it",
            )
        ]

    def _of_points(self) -> Table:
        names = [*(name for name in self._columns if name not in _PLACE), *_PLACE]
        columns = {name: [row.get(name) for row in self._points] for name in names}
        frame = pd.DataFrame(
            {name: pd.Series(values, dtype="float64" if name in _PLACE else "str") for name, values in columns.items()}
        )
        table = Table(self._file, frame, np.array(self._points_at, np.int64))
        self._points, self._points_at = [], []
        self._given = list(self._columns)
        return table

    def _point(self, position: Any, properties: Mapping[str, Any]) -> None:  # noqa: ANN401
        row: dict[str, Any] = {}
        for name, value in properties.items():
            if self._is_column(name):
                row[as_text(name)] = as_text(value)
        row["lon"], row["lat"] = (number(position, 0), number(position, 1))
        self._points.append(row)
        self._points_at.append(self._features)

    def _is_column(self, name: str) -> bool:
        """Whether a property says anything here; the names of some others are kept, for an error to list them."""
        known = self._names.get(name)
        if known is None:
            of = meaning(name)
            known = name in self._chosen.values() or (of is not None and of not in _PLACE)  # the geometry says where
            if known and of is not None:
                self._refuse_late(as_text(name), of)
            if len(self._names) < _MOST_NAMES:
                self._names[name] = known
            else:
                known = known and as_text(name) in self._columns
            if known or len(self._columns) < _LISTED:
                self._columns[as_text(name)] = None
        return known

    def _refuse_late(self, name: str, of: str) -> None:
        """Refuse a property that says what another one said of points that were read already: of all it might have been taken, or none."""
        before = [other for other in self._given if meaning(other) == of]
        if before and of not in before and of not in self._chosen:
            raise InputError(
                Text(
                    f"从这个要素起，{name} 说的是前面 {before[0]} 说的；请用 --column {of}=列名 指定",
                    f"from this feature on {name} says what {before[0]} said before; say which with --column {of}=NAME",
                ),
                file=self._file,
                line=self._features,
                field=of,
            )

    def _lines(self, parts: list[LinePart] | Nothing, vehicle: str | None) -> None:
        if isinstance(parts, Nothing):
            self._reject(parts.field, parts.why, parts.positions)
            return
        if vehicle is None:
            self._unnamed += 1
            vehicle = self._stem
        for part in parts:
            speeds = part.speeds_kmh or [None] * len(part.times)
            for time, position, speed in zip(part.times, part.positions, speeds, strict=True):
                self._rows.append((vehicle, time, number(position, 0), number(position, 1), speed))
            self._rows_at += [self._features] * len(part.times)

    def _vehicle(self, properties: Mapping[str, Any], own: Any) -> str | None:  # noqa: ANN401
        if "vehicle_id" in self._chosen:
            return as_text(properties.get(self._chosen["vehicle_id"]))
        for name, value in properties.items():
            if meaning(name) == "vehicle_id" and as_text(value):
                return as_text(value)
        return as_text(properties.get("name")) or as_text(own) or None

    def _reject(self, name: str, why: Text, rows: int = 1) -> None:
        self._rejects += [Reject(self._file, self._features, name, why)] * rows
