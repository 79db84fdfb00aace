"""How many fixes a second each format of traces is read with: the reader alone, and with every row used or rejected.

    python benchmarks/trace_readers.py [--fixes 500000] [--format csv,parquet,…]

The same fixes (200 trucks, one each 15 s) are written in every format from a fixed seed, then read, best of three. Prints a line a
format: fixes and megabytes a second of the reader, fixes a second of `read_fixes`; then one line of JSON with the same figures.
"""

import argparse
import datetime as dt
import functools
import json
import operator
import struct
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from truckban.traces.fixes import read_fixes
from truckban.traces.read.tables import read_tables
from zones.text import Text

SEED = 5
TRUCKS = 200
EVERY_S = 15
START_S = 1715097600
TIMEZONE = "Asia/Shanghai"
_GMT8_S = 8 * 3600


def drives(count: int) -> pd.DataFrame:
    """Return fixes of trucks that wander at about 40 km/h."""
    draw = np.random.default_rng(SEED)
    each = count // TRUCKS
    steps = draw.normal(0, 0.0015, (2, TRUCKS, each)).cumsum(axis=2) * 0.2
    centre = draw.uniform(-0.5, 0.5, (2, TRUCKS, 1))
    lon, lat = (middle + offset.ravel() for middle, offset in zip((110.8, 35.1), centre + steps, strict=True))
    return pd.DataFrame(
        {
            "vehicle_id": np.repeat([f"139{n:08d}" for n in range(TRUCKS)], each),
            "time": np.tile(START_S + EVERY_S * np.arange(each), TRUCKS),
            "lon": lon.round(6),
            "lat": lat.round(6),
            "speed_kmh": draw.uniform(0, 80, TRUCKS * each).round(1),
        }
    )


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write times as people read them."""
    frame.assign(time=_text(frame)).to_csv(path, index=False)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write times as timestamps."""
    frame.assign(time=pd.to_datetime(frame["time"], unit="s", utc=True)).to_parquet(path, index=False)


def write_excel(frame: pd.DataFrame, path: Path) -> None:
    """Write times as text."""
    frame.assign(time=_text(frame)).to_excel(path, index=False, engine="xlsxwriter")


def write_gpx(frame: pd.DataFrame, path: Path) -> None:
    """Write a track a truck."""
    with path.open("w") as file:
        file.write('<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">\n')
        for name, part in frame.assign(at=_text(frame)).groupby("vehicle_id"):
            file.write(f"<trk><name>{name}</name><trkseg>\n")
            file.writelines(
                f'<trkpt lat="{row.lat}" lon="{row.lon}"><ele>400</ele><time>{row.at}</time></trkpt>\n'
                for row in part.itertuples()
            )
            file.write("</trkseg></trk>\n")
        file.write("</gpx>\n")


def write_points(frame: pd.DataFrame, path: Path) -> None:
    """Write a GeoJSON point a fix."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "properties": {"vehicle_id": row.vehicle_id, "time": row.at, "speed": row.speed_kmh},
        }
        for row in frame.assign(at=_text(frame)).itertuples()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def write_lines(frame: pd.DataFrame, path: Path) -> None:
    """Write a GeoJSON line a truck, with `coordTimes`."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": part[["lon", "lat"]].to_numpy().tolist()},
            "properties": {"vehicle_id": name, "coordTimes": part["at"].tolist()},
        }
        for name, part in frame.assign(at=_text(frame)).groupby("vehicle_id")
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def write_moving(frame: pd.DataFrame, path: Path) -> None:
    """Write a moving point a truck, with times in milliseconds."""
    features = [
        {
            "type": "Feature",
            "id": name,
            "temporalGeometry": {
                "type": "MovingPoint",
                "coordinates": part[["lon", "lat"]].to_numpy().tolist(),
                "datetimes": (part["time"] * 1000).tolist(),
            },
        }
        for name, part in frame.groupby("vehicle_id")
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def _messages(frame: pd.DataFrame) -> list[bytes]:
    made = []
    stamps = [
        bytes.fromhex(dt.datetime.fromtimestamp(at + _GMT8_S, dt.UTC).strftime("%y%m%d%H%M%S")) for at in frame["time"]
    ]
    for row, stamp in zip(frame.itertuples(), stamps, strict=True):
        place = round(row.lat * 1e6), round(row.lon * 1e6)
        body = struct.pack(">IIIIHHH", 0, 3, *place, 400, round(row.speed_kmh * 10), 90) + stamp
        body += b"\x01\x04\x00\x00\x00\x64"
        inside = struct.pack(">HH", 0x0200, len(body)) + bytes.fromhex(row.vehicle_id.zfill(12)) + b"\x00\x07" + body
        inside += bytes([functools.reduce(operator.xor, inside)])
        made.append(b"\x7e" + inside.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02") + b"\x7e")
    return made


def write_raw(frame: pd.DataFrame, path: Path) -> None:
    """Write JT/T 808 messages as bytes."""
    path.write_bytes(b"".join(_messages(frame)))


def write_hex(frame: pd.DataFrame, path: Path) -> None:
    """Write JT/T 808 messages in lines of hexadecimal."""
    path.write_text("".join(message.hex() + "\n" for message in _messages(frame)))


def _text(frame: pd.DataFrame) -> "pd.Series[str]":
    return pd.to_datetime(frame["time"], unit="s", utc=True).dt.strftime("%Y-%m-%dT%H:%M:%SZ")


FORMATS: dict[str, tuple[str, Callable[[pd.DataFrame, Path], None]]] = {
    "csv": ("t.csv", write_csv),
    "parquet": ("t.parquet", write_parquet),
    "excel": ("t.xlsx", write_excel),
    "gpx": ("t.gpx", write_gpx),
    "geojson points": ("points.geojson", write_points),
    "geojson lines": ("lines.geojson", write_lines),
    "moving features": ("t.mfjson", write_moving),
    "jt808 raw": ("t.bin", write_raw),
    "jt808 hex": ("t.hex", write_hex),
}


def best_s(work: Callable[[], Any], times: int = 3) -> float:
    """Return the least seconds that `work` took."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def main() -> None:
    """Write, read, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--fixes", type=int, default=500_000, help="how many in each file (%(default)s)")
    parser.add_argument("--format", default=",".join(FORMATS), help="formats, separated by commas (%(default)s)")
    given = parser.parse_args()
    frame = drives(given.fixes)
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in given.format.split(","):
            name, write = FORMATS[kind]
            path = Path(folder) / name
            write(frame, path)
            size_mb = path.stat().st_size / 1e6

            def rows(path: Path = path) -> int:
                return sum(table.read for table in read_tables(path, Text("轨迹", "traces"), excel=True, traces=True))

            if rows() != len(frame):
                raise SystemExit(f"{kind}: {rows()} rows read where {len(frame)} were written")
            read_s = best_s(rows)
            whole_s = best_s(lambda path=path: read_fixes(path, timezone=TIMEZONE))  # type: ignore[misc]
            figures[kind] = {
                "fixes_per_s": round(len(frame) / read_s),
                "mb_per_s": round(size_mb / read_s, 1),
                "whole_fixes_per_s": round(len(frame) / whole_s),
            }
            print(
                f"{kind:16} {size_mb:7.1f} MB; reader {len(frame) / read_s:12,.0f} fixes/s, {size_mb / read_s:6.1f} MB/s; "
                f"read_fixes {len(frame) / whole_s:12,.0f} fixes/s",
                flush=True,
            )
            path.unlink()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
