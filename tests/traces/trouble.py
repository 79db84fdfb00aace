"""Vehicles whose rows have everything wrong with them that rows can have, and the files that hold them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from driving import LAT_M, LON_M, at
from whole import near

WEST, SOUTH, EAST, NORTH = near().box
START = int(at("10:00:00")) * 1000
NAMES = ("A", "B", " C", "D 4")
Row = dict[str, Any]
COLUMNS = ["vehicle_id", "t", "lon", "lat", "speed_kmh", "heading", "accuracy_m"]


class Truck:
    """A vehicle whose rows are made one event after another."""

    def __init__(self, name: str, seed: int) -> None:
        self.name, self.rng = name, np.random.default_rng(seed)
        self.t, self.rows = START + 1000 * seed % 7000, list[Row]()
        self.lon, self.lat = (WEST + EAST) / 2, (SOUTH + NORTH) / 2
        self.heading = 0.0
        self.put()

    def put(self, after_s: float = 0.0, lon: float | None = None, lat: float | None = None, **more: Any) -> None:  # noqa: ANN401
        self.t += round(1000 * after_s)
        self.lon, self.lat = self.lon if lon is None else lon, self.lat if lat is None else lat
        self.aside(**more)

    def aside(self, **more: Any) -> None:  # noqa: ANN401
        """Add a row that says something else, and go on from where it was."""
        row = {"vehicle_id": self.name, "t": self.t, "lon": self.lon, "lat": self.lat, "speed_kmh": np.nan}
        row["heading"] = np.nan if len(self.rows) % 5 == 0 else float(len(self.rows) * 37 % 360)
        self.rows.append({**row, "accuracy_m": float(self.rng.choice([np.nan, 5.0, 12.0])), **more})

    def go(self, seconds: float, ms: float, **more: Any) -> None:  # noqa: ANN401
        east, north = np.cos(self.heading) * ms * seconds, np.sin(self.heading) * ms * seconds
        self.put(seconds, self.lon + east / LON_M, self.lat + north / LAT_M, **more)

    def to(self, lon: float, lat: float, ms: float = 30.0) -> None:
        way = np.hypot((lon - self.lon) * LON_M, (lat - self.lat) * LAT_M)
        self.put(max(1.0, round(way / ms, 1)), lon, lat)

    def drive(self) -> None:
        self.heading += self.rng.uniform(-1, 1)
        for seconds in self.rng.choice([1, 15, 30, 60], 4):
            self.go(
                float(seconds), self.rng.uniform(3, 30), speed_kmh=float(self.rng.choice([0.0, 19.0, 40.0, np.nan]))
            )

    def far(self, rows: int = 150, x: float = WEST - 0.05) -> None:
        self.to(x, SOUTH)
        for _ in range(rows):
            self.put(float(self.rng.choice([5, 20])), self.lon - 0.00005, self.lat + 0.0001, speed_kmh=36.0)

    def cross(self) -> None:
        self.far(int(self.rng.integers(64, 200)))
        self.to(EAST + 0.01, NORTH - 0.001, 49.0)
        self.far(70, EAST + 0.02)

    def touch(self) -> None:
        edge = [(WEST, NORTH), (EAST, SOUTH), (WEST, SOUTH), (EAST, NORTH)][int(self.rng.integers(4))]
        out = np.nextafter(edge[0], 0 if edge[0] == WEST else 180)
        for lon in (out, edge[0], out, out):
            self.put(20, lon, edge[1])

    def twice(self) -> None:
        self.rows.append(dict(self.rows[-1]))

    def said_otherwise(self) -> None:
        self.rows.append(self.rows[-1] | {"accuracy_m": 30.0})

    def other_speed(self) -> None:
        self.rows.append(self.rows[-1] | {"speed_kmh": 77.0})

    def other_heading(self) -> None:
        self.rows.append(self.rows[-1] | {"heading": 181.0})

    def repeated_late(self) -> None:
        self.rows.append(dict(self.rows[max(-4, -len(self.rows))]))

    def late(self) -> None:
        self.aside(t=self.t - 5000)

    def swapped_rows(self) -> None:
        self.drive()
        self.rows[-2:] = self.rows[:-3:-1]

    def two_places(self) -> None:
        self.aside(lat=self.lat + 0.0001)

    def slip(self, count: int = 1, every_s: float = 20.0) -> None:
        for n in range(count):
            self.t += round(1000 * every_s)
            self.aside(lon=self.lon + 0.3 + 0.0001 * n)
        self.go(every_s, 10)

    def slip_twice(self) -> None:
        self.slip(2)

    def slip_repeated(self) -> None:
        self.t += 20_000
        self.aside(lat=self.lat - 0.4)
        self.twice()
        self.go(20, 10)

    def ferry(self) -> None:
        self.t += 20_000
        self.lon, self.lat = [(WEST - 0.3, SOUTH), (EAST - 0.01, NORTH - 0.01), (EAST + 0.2, SOUTH)][
            self.rng.integers(3)
        ]
        for _ in range(3):
            self.go(20, 10)

    def two_tracks(self) -> None:
        for _ in range(int(self.rng.integers(1, 4))):
            self.slip()

    def gap(self) -> None:
        self.go(float(self.rng.choice([599.999, 600.0, 600.001, 700.0, 4000.0])), 2.0)

    def clock(self, between: tuple[float, ...] = ()) -> None:
        """Drive on, with a clock that leaps by hours, and perhaps a slip in the silence."""
        hours = int(self.rng.choice([1, 2, 24, 25]))
        self.go(30, 15)
        self.go(30, 15)
        leap = 3600 * hours
        for seconds in between:
            self.aside(t=self.t + round(seconds * 1000), lon=self.lon + 1)
        self.t += leap * 1000
        for _ in range(3):
            self.go(30, 15)

    def clock_and_slip(self) -> None:
        self.clock((40.0,))

    def frozen(self) -> None:
        speed = float(self.rng.choice([0.0, 19.0, 40.0, 90.0]))
        for seconds in self.rng.choice([5, 20, 60], 4):
            self.put(float(seconds), speed_kmh=speed)

    def frozen_far(self) -> None:
        self.far(int(self.rng.integers(1, 70)))
        self.frozen()
        self.far(70)

    def bad(self) -> None:
        what = [
            {"lon": 0.0, "lat": 0.0},
            {"lon": self.lat, "lat": self.lon},
            {"lon": 181.0},
            {"lat": -90.5},
            {"lon": np.nan},
            {"lat": np.inf},
            {"t": 900_000_000_000},
            {"t": START + 10**10},
            {"vehicle_id": ""},
            {"vehicle_id": " "},
        ]
        self.t += 1000
        self.aside(**what[int(self.rng.integers(len(what)))])


EVENTS = [name for name in vars(Truck) if not name.startswith("_") and name not in ("put", "aside", "go", "to")]


def rows_of(events: Sequence[str], name: str, seed: int) -> list[Row]:
    truck = Truck(name, seed)
    for event in events:
        getattr(truck, event)()
    return truck.rows


def mixed(tracks: Sequence[list[Row]], order: str, seed: int) -> list[Row]:
    """Return the rows of all vehicles, those of each in their order unless they are shuffled."""
    rows = [row for track in tracks for row in track]
    if order == "by time":
        newest = [(max(row["t"] for row in track[: k + 1]), row) for track in tracks for k, row in enumerate(track)]
        return [row for _, row in sorted(newest, key=lambda one: one[0])]
    if order == "any":
        return [rows[k] for k in np.random.default_rng(seed).permutation(len(rows))]
    if order == "in turns":
        turn = np.random.default_rng(seed).permutation([n for n, track in enumerate(tracks) for _ in track])
        left = [iter(track) for track in tracks]
        return [next(left[n]) for n in turn]
    return rows


def parquet(path: Path, rows: Sequence[Row], *, unit: str = "ms", zone: str | None = "UTC", **options: Any) -> Path:  # noqa: ANN401
    frame = pd.DataFrame(rows, columns=COLUMNS)
    times = (
        pa.array(frame["t"].to_numpy(np.int64))
        .cast(pa.timestamp("ms", zone))
        .cast(pa.timestamp(unit, zone), safe=False)
    )
    columns = {name: pa.array(frame[name].to_numpy(float), from_pandas=False) for name in ("lon", "lat")}
    for name in options.pop("extra", ("speed_kmh", "heading", "accuracy_m")):
        columns[name] = pa.array(frame[name].to_numpy(float), from_pandas=False)
    ids = pa.array(frame["vehicle_id"].astype(str).tolist(), pa.string()).dictionary_encode()
    pq.write_table(pa.table({"vehicle_id": ids, "time": times, **columns}), path, **options)
    return path


def csv(path: Path, rows: Sequence[Row], zone: str | None) -> Path:
    offset = "" if zone is None else "Z"
    frame = pd.DataFrame(rows, columns=COLUMNS)
    stamps = pd.to_datetime(frame["t"], unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S.%f") + offset
    frame.assign(time=stamps).drop(columns="t").to_csv(path, index=False)
    return path


def line(count: int, *, x: float = WEST - 0.2, every_s: float = 20.0, name: str = "A", begin: float = 0.0) -> list[Row]:
    """Return rows far from the zone."""
    return [
        {
            "vehicle_id": name,
            "t": START + round(1000 * (begin + every_s * n)),
            "lon": x - 0.0001 * n,
            "lat": SOUTH,
            "speed_kmh": 36.0,
            "heading": 270.0,
            "accuracy_m": 5.0,
        }
        for n in range(count)
    ]


def lockstep(places: Sequence[float], count: int) -> list[list[Row]]:
    """Return the rows of many vehicles, all of them at one place after another, by instant."""
    return [
        [
            {
                "vehicle_id": f"V{v}",
                "t": START + 30_000 * k,
                "lon": x,
                "lat": 35.14,
                "speed_kmh": 1.0,
                "heading": 90.0,
                "accuracy_m": 5.0,
            }
            for v in range(count)
        ]
        for k, x in enumerate(places)
    ]
