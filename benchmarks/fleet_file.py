"""A province's day near one small zone, as a Parquet file: many trucks, most of whose fixes are far away.

Each truck comes to the zone a few times a day, by a way whose truth is known (`accuracy`: lawful tours along boundary roads and
carve-outs, or tours with an intrusion), and is far off in between. The receiver's error lasts, rows repeat here and there, and
some fixes are jumps. The zone is the schematic demonstration area; plates are invented.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet
from accuracy.command import day
from accuracy.drive import Drive
from accuracy.ground import Ground, schematic

_Floats = npt.NDArray[np.float64]
_MIDNIGHT_MS = 1_715_097_600_000  # 2024-05-08T00:00+08:00
_DAY_S = 86_400.0
_AWAY_MS = 12.0
_SPEED_UP = 0.9
_NOISE_M = 5.0
_KEPT_ERROR = 0.9
_LIGHT = 0.4
_GROUP = 1 << 20
_LATE = 100
"""The number of the report that is sent late."""


def write_fleet(
    folder: Path, *, trucks: int, fixes: int, visits: float, unlawful: float, seed: int = 1
) -> tuple[Path, Path]:
    """Write `traces.parquet` and `vehicles.csv`.

    Args:
        folder: where to.
        trucks: how many.
        fixes: of each truck, evenly over the day.
        visits: how often each comes to the zone, on average, at least once.
        unlawful: which share of the visits is a heavy truck's tour with an intrusion.
        seed: of everything.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ground, rng = schematic(), np.random.default_rng(seed)
    lawful = [_visit(one) for one in _drives(ground, "L", 40, seed)]
    guilty = [_visit(one) for one in _drives(ground, "X", 40, seed)]
    traces, vehicles = folder / "traces.parquet", folder / "vehicles.csv"
    schema = pa.schema(
        [("vehicle_id", pa.string()), ("time", pa.timestamp("ms", "UTC")), ("lon", pa.float64()), ("lat", pa.float64())]
    )
    light = rng.random(trucks) < _LIGHT
    share = unlawful / (1.0 - light.mean())
    with pa.parquet.ParquetWriter(traces, schema) as writer:
        held: list[pa.Table] = []
        for truck in range(trucks):
            count = int(visits) + int(rng.random() < visits % 1)
            ways = [
                (guilty if not light[truck] and rng.random() < share else lawful)[rng.integers(40)]
                for _ in range(max(count, 1))
            ]
            held.append(_table(_name(truck), _rows(ground, ways, fixes, rng), schema))
            if sum(map(len, held)) >= _GROUP or truck == trucks - 1:
                writer.write_table(pa.concat_tables(held), row_group_size=_GROUP)
                held = []
    with vehicles.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["vehicle_id", "plate", "plate_color", "vehicle_type", "length_mm", "gross_mass_kg"])
        for truck in range(trucks):
            kind = ["blue", "轻型厢式货车", 5990, 4490] if light[truck] else ["yellow", "重型自卸货车", 8600, 25000]
            out.writerow([_name(truck), f"晋M{truck:05d}", *kind])
    return traces, vehicles


def reorder(traces: Path, order: str) -> None:
    """Write a file's rows in another order: all by `time`, or as they are with a `backlog`: one early report of each truck comes last."""
    table = pa.parquet.read_table(traces)
    if order == "time":
        table = table.sort_by("time")
    else:
        ids = table["vehicle_id"].combine_chunks().dictionary_encode().indices.to_numpy()
        late = np.flatnonzero(np.diff(ids, prepend=-1)) + _LATE
        table = table.take(np.append(np.delete(np.arange(len(ids)), late), late))
    pa.parquet.write_table(table, traces, row_group_size=_GROUP)


def _name(truck: int) -> str:
    return f"T{truck:06d}"


def _drives(ground: Ground, letter: str, count: int, seed: int) -> Iterator[Drive]:
    number = 0
    while count:
        number += 1
        one = day(ground, f"{letter}{number}", seed)
        if (ground.depth_m(one.xy[[0, -1]]) < 0).all():
            count -= 1
            yield one


def _visit(one: Drive) -> tuple[_Floats, _Floats]:
    """Return seconds from its beginning and metres of a drive, without the hours for which it is parked at its ends."""
    moving = np.flatnonzero(~one.parked)
    keep = slice(moving[0], moving[-1] + 1)
    return one.t_s[keep] - one.t_s[keep][0], one.xy[keep]


def _rows(
    ground: Ground, ways: Sequence[tuple[_Floats, _Floats]], fixes: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], _Floats, _Floats]:
    every = _DAY_S / fixes
    spare = (_DAY_S - sum(t[-1] for t, _ in ways)) / len(ways)
    times, places = [0.0], [_away(ways[0][1][0], spare * 0.25)]
    clock = spare * 0.25
    for n, (t, xy) in enumerate(ways):
        times += (clock + t).tolist()
        places += list(xy)
        clock += float(t[-1])
        back = ways[(n + 1) % len(ways)][1][0]
        times += [clock + spare * 0.25, clock + spare * 0.75]
        places += [_away(xy[-1], spare * 0.25), _away(back, spare * 0.25)]
        clock += spare
    at = np.arange(fixes) * every + rng.uniform(0, 0.8 * every)
    where = np.array(places)
    error = rng.normal(0.0, _NOISE_M * np.sqrt(1 - _KEPT_ERROR**2), (fixes, 2))
    error = np.column_stack([list(accumulate(axis, _lasting)) for axis in error.T.tolist()])
    xy = np.column_stack([np.interp(at, times, where[:, axis]) for axis in (0, 1)]) + error
    jumps = rng.integers(0, fixes, max(1, fixes // 10_000))
    xy[jumps] += 20_000.0
    lon, lat = ground.plane.lonlat(xy[:, 0], xy[:, 1])
    ms = _MIDNIGHT_MS + np.round(at * 1000).astype(np.int64)
    again = np.sort(np.concatenate([np.arange(fixes), rng.integers(0, fixes, max(1, fixes // 5_000))]))
    return ms[again], np.round(lon[again], 6), np.round(lat[again], 6)


def _lasting(before: float, fresh: float) -> float:
    """Return a receiver's error after that of the fix before."""
    return fresh + _KEPT_ERROR * before


def _away(xy: _Floats, seconds: float) -> _Floats:
    """Return where one gets from a place by driving away from the zone."""
    return np.asarray(xy * (1.0 + _AWAY_MS * seconds / max(float(np.hypot(*xy)), 1.0)))


def _table(name: str, rows: tuple[npt.NDArray[np.int64], _Floats, _Floats], schema: pa.Schema) -> pa.Table:
    ms, lon, lat = rows
    ids = pa.DictionaryArray.from_arrays(np.zeros(len(ms), np.int32), [name]).cast(pa.string())
    return pa.Table.from_arrays([ids, pa.array(ms).cast(schema.field("time").type), lon, lat], schema=schema)
