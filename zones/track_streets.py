"""Drives along a road with a receiver, as lines of streets: for roads that no map has yet."""

import csv
import hashlib
import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point

from zones.coords import LocalPlane, check_crs, to_wgs84
from zones.errors import InputError
from zones.line_tables import unreadable
from zones.network import TRACK, Segment, Source, StreetNetwork, sha256_of
from zones.text import Text

SUFFIXES = frozenset({".gpx", ".csv"})
# a phone's error under open sky (GPS.gov, GPS Accuracy: within a 4.9 m radius), rounded up
_RECEIVER_ERROR_M = 5.0
_MOST_GAP_M = 200.0
_MOST_SPEED_MS = 45.0  # 162 km/h: no one drives a survey faster
_SPIKE_M = 50.0
_LEAST_LENGTH_M = 50.0


@dataclass(frozen=True, slots=True)
class _Fix:
    lon: float
    lat: float
    seconds: float | None
    line: int | None


def read_tracks(
    path: str | Path, *, name: str | None = None, crs: str = "wgs84", error_m: float = _RECEIVER_ERROR_M
) -> StreetNetwork:
    """Read drives along roads; each becomes one segment of a two-way street, of grade `survey`.

    The line is thinned by Douglas and Peucker (1973) at the receiver's error: what a receiver cannot tell is no bend.

    Args:
        path: CSV with the columns `lon`, `lat`, perhaps `time` (ISO 8601 or seconds) and `name`; or GPX, each `trk` of
            which is a drive with its own `name`.
        name: the road's, where the file does not name it; it goes before the file's names.
        crs: wgs84, gcj02 or bd09.
        error_m: the receiver's error in metres.

    Raises:
        InputError: the file cannot be read, a drive has no name, is shorter than 50 m, has a gap above 200 m, goes back
            in time, or jumps; with the line of a CSV.
    """
    check_crs(crs)
    if not 0 < error_m <= 50:  # noqa: PLR2004
        raise InputError(
            Text("应大于 0、不超过 50 米", "a number above 0 and at most 50 metres is needed"), field="error_m"
        )
    path = Path(path)
    sha256 = sha256_of(path)
    drives = _gpx_drives(path) if path.suffix.lower() == ".gpx" else _csv_drives(path)
    segments = []
    for number, (own, fixes) in enumerate(drives, 1):
        road = (name or own or "").strip()
        if not road:
            raise InputError(
                Text("轨迹没有路名：请给出", "the drive has no road's name: give one"), file=str(path), field="name"
            )
        line = _line(fixes, crs, error_m, str(path))
        segments.append(Segment(id=f"{TRACK}{path.stem}/{number}", name=road, highway="", line=line))
    if not segments:
        raise InputError(Text("文件里没有轨迹", "the file holds no drive"), file=str(path))
    return StreetNetwork(tuple(segments), Source(path.name, sha256), "survey")


def _csv_drives(path: Path) -> Iterator[tuple[str | None, list[_Fix]]]:
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")), strict=True)
        columns = {(column or "").strip().lower(): column for column in reader.fieldnames or ()}
        for needed in ("lon", "lat"):
            if needed not in columns:
                raise InputError(
                    Text(f"缺少列 {needed}", f"the column {needed} is missing"), file=str(path), line=1, field=needed
                )
        drives: dict[str, list[_Fix]] = {}
        for row in reader:
            own = (row[columns["name"]] or "").strip() if "name" in columns else ""
            drives.setdefault(own, []).append(_csv_fix(row, columns, path, reader.line_num))
    except (csv.Error, UnicodeDecodeError) as error:
        raise InputError(Text(f"不是 UTF-8 的 CSV：{error}", f"not CSV in UTF-8: {error}"), file=str(path)) from error
    yield from drives.items()


def _csv_fix(row: dict[str, Any], columns: dict[str, str], path: Path, line: int) -> _Fix:
    def number(column: str, most: float) -> float:
        try:
            value = float(row[columns[column]])
        except (TypeError, ValueError):
            value = math.nan
        if not abs(value) <= most:
            raise InputError(
                Text(f"应为 -{most:.0f} 到 {most:.0f} 的度数", f"degrees from -{most:.0f} to {most:.0f} are needed"),
                file=str(path),
                line=line,
                field=column,
            )
        return value

    lon, lat = number("lon", 180), number("lat", 90)
    return _Fix(lon, lat, _seconds(row.get(columns.get("time", "")), path, line), line)


def _seconds(text: str | None, path: Path, line: int) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text.strip())
            # only differences count: a clock without a zone is as good as one with it
            value = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            value = math.nan
    if not math.isfinite(value):
        raise InputError(
            Text("时间应为 ISO 8601 或秒数", "a time is ISO 8601 or a number of seconds"),
            file=str(path),
            line=line,
            field="time",
        )
    return value


def _gpx_drives(path: Path) -> Iterator[tuple[str | None, list[_Fix]]]:
    """Read GPX 1.1 through GDAL; https://gdal.org/drivers/vector/gpx.html names its layers and columns."""
    import pyogrio  # type: ignore[import-untyped]  # noqa: PLC0415 - takes time to import
    from pyogrio.errors import (  # type: ignore[import-untyped]  # noqa: PLC0415
        DataLayerError,
        DataSourceError,
        FeatureError,
    )

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            meta, _, _, values = pyogrio.raw.read(path, layer="tracks", columns=["name"], read_geometry=False)
            names = list(values[0]) if "name" in list(meta["fields"]) else []
            meta, _, points, values = pyogrio.raw.read(path, layer="track_points", columns=["track_fid", "time"])
    except (DataSourceError, DataLayerError, FeatureError, RuntimeError, ValueError) as error:
        raise unreadable(path, error) from error
    columns = dict(zip(meta["fields"], values, strict=True))
    drives: dict[int, list[_Fix]] = {}
    times = columns.get("time", np.full(len(points), "NaT", "datetime64[ms]"))
    for track, point, moment in zip(columns["track_fid"], shapely.from_wkb(points), times, strict=True):
        seconds = None if np.isnat(moment) else float(moment.astype("datetime64[ms]").astype(np.int64)) / 1000
        fix = _Fix(point.x, point.y, seconds, None)
        if not (abs(fix.lon) <= 180 and abs(fix.lat) <= 90):  # noqa: PLR2004 - degrees
            raise InputError(
                Text("点不是经纬度", "a point is no longitude and latitude"), file=str(path), field="trkpt"
            )
        drives.setdefault(int(track), []).append(fix)
    for track, fixes in drives.items():
        yield (str(names[track]) if track < len(names) and names[track] is not None else None), fixes


def _line(fixes: list[_Fix], crs: str, error_m: float, file: str) -> LineString:
    lon, lat = to_wgs84([fix.lon for fix in fixes], [fix.lat for fix in fixes], crs)
    plane = LocalPlane.around(*(Point(x, y) for x, y in zip(lon, lat, strict=True)))
    points = np.column_stack(plane.xy(lon, lat))
    _check_steps(points, fixes, file)
    moved = np.append(True, np.hypot(*np.diff(points, axis=0).T) > 0)
    if moved.sum() < 2 or shapely.length(line := LineString(points[moved])) < _LEAST_LENGTH_M:  # noqa: PLR2004
        raise InputError(Text("轨迹不到 50 米", "the drive is shorter than 50 metres"), file=file)
    thin = plane.to_lonlat(shapely.simplify(line, error_m, preserve_topology=False))
    return LineString(np.round(shapely.get_coordinates(thin), 7))


def _check_steps(points: np.ndarray[Any, Any], fixes: list[_Fix], file: str) -> None:
    steps = np.hypot(*np.diff(points, axis=0).T)
    across = np.hypot(*(points[2:] - points[:-2]).T)
    for index, step in enumerate(steps):
        before, after = fixes[index], fixes[index + 1]
        fault = _fault(float(step), before, after)
        if fault is None and index + 1 < len(steps):
            shorter = min(step, steps[index + 1])
            if shorter > _SPIKE_M and across[index] < shorter / 2:
                fault = Text("点跳出去又回来：请删去这个点", "the point jumps out and back: remove it")
        if fault is not None:
            place = Text(f"（{after.lon:.6f}, {after.lat:.6f}）", f" ({after.lon:.6f}, {after.lat:.6f})")
            raise InputError(Text(fault.zh + place.zh, fault.en + place.en), file=file, line=after.line)


def _fault(step_m: float, before: _Fix, after: _Fix) -> Text | None:
    if step_m > _MOST_GAP_M:
        return Text(
            f"轨迹断开 {step_m:.0f} 米（最多 200 米）：请补测，不会用直线连上",
            f"the drive has a gap of {step_m:.0f} m (at most 200): drive it again; no straight line is drawn",
        )
    if before.seconds is None or after.seconds is None:
        return None
    passed = after.seconds - before.seconds
    if passed < 0:
        return Text("时间倒退", "time goes back")
    if step_m > max(passed, 1.0) * _MOST_SPEED_MS:
        return Text(f"点跳了 {step_m:.0f} 米", f"the point jumps by {step_m:.0f} m")
    return None


def with_tracks(network: StreetNetwork, *tracks: StreetNetwork) -> StreetNetwork:
    """Return a network with drives added; its source names the files, its grade is that of the network."""
    if not tracks:
        return network
    sources = [network.source, *(track.source for track in tracks)]
    return replace(
        network,
        segments=network.segments + tuple(_apart(number, s) for number, t in enumerate(tracks, 1) for s in t.segments),
        source=replace(
            network.source,
            file=" + ".join(source.file for source in sources),
            sha256=together([source.sha256 for source in sources]),
        ),
    )


def _apart(number: int, segment: Segment) -> Segment:
    return replace(segment, id=f"{segment.id}+{number}")


def together(hashes: list[str]) -> str:
    """Return one hash for streets and the drives added to them, from theirs."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
