"""A stream of any file says what `read_fixes` says of it: counts, rejected rows, notes, visits."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from driving import at
from whole import codes, limits, near, read_whole, same, streamed

from truckban.traces.fixes import read_fixes
from zones.coords import from_wgs84
from zones.errors import InputError

N = 400
NEW_YORK = "America/New_York"
ALL = 1 << 17
LOTS = [64, ALL]


def base(**columns: Any) -> pa.Table:  # noqa: ANN401
    """Return rows of five vehicles, in order of time, that drive in and out of the zone; columns can be replaced."""
    rng = np.random.default_rng(8)
    k = np.arange(N)
    west, south, east, north = near().box
    lon = (west + east) / 2 + (east - west) * np.sin(k / 40)
    plain: dict[str, Any] = {
        "vehicle_id": pa.array([f"T{n % 5}" for n in k]).dictionary_encode(),
        "time": pa.array((at("10:00:00") + 4.0 * k) * 1000, pa.float64())
        .cast(pa.int64())
        .cast(pa.timestamp("ms", "UTC")),
        "lon": pa.array(lon),
        "lat": pa.array((south + north) / 2 + 0.0001 * rng.standard_normal(N)),
    }
    plain |= {
        name: column if column is None or isinstance(column, pa.Array) else pa.array(column)
        for name, column in columns.items()
    }
    return pa.table({name: column for name, column in plain.items() if column is not None})


def written(path: Path, table: pa.Table, **options: Any) -> Path:  # noqa: ANN401
    pq.write_table(table, path, **{"row_group_size": 90, **options})
    return path


def with_some(column: Any, values: dict[int, Any], kind: pa.DataType | None = None) -> pa.Array:  # noqa: ANN401
    given = pa.array(column).to_pylist()
    for row, value in values.items():
        given[row] = value
    return pa.array(given, kind or pa.array(column).type)


T = base()
IDS = T["vehicle_id"].combine_chunks().dictionary_decode()
LON, LAT = T["lon"].to_numpy(), T["lat"].to_numpy()
TIME = T["time"].combine_chunks()
TICKS = TIME.cast(pa.int64()).to_numpy()
BEIJING = pa.array(TICKS + 8 * 3_600_000)
NAIVE = {unit: BEIJING.cast(pa.timestamp("ms")).cast(pa.timestamp(unit)) for unit in ("ms", "us", "ns", "s")}
BROKEN = pa.DictionaryArray.from_arrays(pa.array([n % 5 for n in range(N)], pa.int32()), ["T0", "", " ", "T0 ", "T4"])
ODD = (" ", "\u00a0", "\u3000", "\x1f", "\u200b")
KINDS: dict[str, dict[str, Any]] = {
    "as stored": {},
    "plain strings": {"vehicle_id": IDS},
    "large strings": {"vehicle_id": IDS.cast(pa.large_string())},
    "string views": {"vehicle_id": IDS.cast(pa.string_view())},
    "bytes as ids": {"vehicle_id": IDS.cast(pa.binary())},
    "numbers as ids": {"vehicle_id": pa.array([int(name[1:]) for name in IDS.to_pylist()])},
    "dictionary of numbers": {"vehicle_id": pa.array([n % 3 for n in range(N)]).dictionary_encode()},
    "floats as ids": {"vehicle_id": pa.array([float(name[1:]) for name in IDS.to_pylist()])},
    "ids with spaces": {"vehicle_id": pa.array([f"{' ' * (n % 3)}T{n % 5}\t" for n in range(N)]).dictionary_encode()},
    "ids with odd spaces": {"vehicle_id": pa.array([ODD[n % 5] + f"T{n % 2}" for n in range(N)])},
    "odd spaces in a dictionary": {
        "vehicle_id": pa.array([ODD[n % 5] + f"T{n % 2}" for n in range(N)]).dictionary_encode()
    },
    "empty ids": {"vehicle_id": with_some(IDS, {3: "", 200: " ", 201: None}).dictionary_encode()},
    "one id in many spellings": {"vehicle_id": BROKEN},
    "all without id": {"vehicle_id": pa.array([""] * N).dictionary_encode()},
    **{f"zoned {unit}": {"time": TIME.cast(pa.timestamp(unit, "UTC"))} for unit in ("us", "ns", "s")},
    **{f"naive {unit}": {"time": NAIVE[unit]} for unit in NAIVE},
    "another zone": {"time": TIME.cast(pa.timestamp("us", NEW_YORK))},
    "below a millisecond": {"time": pa.array(TICKS * 1_000_000 + 999_999).cast(pa.timestamp("ns", "UTC"))},
    "below a millisecond, naive": {"time": pa.array((TICKS + 28_800_000) * 1000 + 501).cast(pa.timestamp("us"))},
    "texts as times": {"time": pa.array([f"2024-05-08 10:{n // 60:02}:{n % 60:02}" + "Z" * (n % 2) for n in range(N)])},
    "numbers as times": {"time": pa.array(TICKS // 1000)},
    "numbers as times, some null": {"time": with_some(TICKS, {0: None, 399: 17})},
    "floats as times": {"time": pa.array(TICKS / 1000)},
    "days as times": {"time": TIME.cast(pa.timestamp("s", "UTC")).cast(pa.date32())},
    "no times in one group": {"time": with_some(TIME, dict.fromkeys(range(95, 100)))},
    "early, late, wrong times": {"time": pa.array(np.where(np.arange(N) % 50 == 0, 10**11, TICKS)).cast(TIME.type)},
    "early times, naive": {"time": pa.array(np.where(np.arange(N) % 50 == 0, 10**11, TICKS)).cast(pa.timestamp("ms"))},
    "centuries, naive": {"time": pa.array(np.where(np.arange(N) == 7, 10**15, TICKS)).cast(pa.timestamp("ms"))},
    "nulls in one group": {"lon": with_some(LON, {100: None}), "lat": with_some(LAT, {101: None, 102: float("nan")})},
    "float32": {"lon": pa.array(LON, pa.float32()), "lat": pa.array(LAT, pa.float32())},
    "lon as text": {"lon": pa.array([f" {value:.6f}" for value in LON])},
    "zero, swapped, out of range": {
        "lon": with_some(LON, {5: 0.0, 6: LAT[6], 7: 180.5, 8: -180.0, 9: np.inf, 250: np.nan}),
        "lat": with_some(LAT, {5: 0.0, 6: LON[6], 10: 90.5, 11: -np.inf, 12: 90.0}),
    },
    "naive and bad": {
        "time": NAIVE["us"],
        "lon": with_some(LON, {5: 0.0, 250: np.nan}),
        "lat": with_some(LAT, {5: 0.0}),
    },
    "accuracy": {"accuracy_m": [float([0, -1, np.nan, 5, np.inf][n % 5]) for n in range(N)]},
    "whole accuracy": {"accuracy_m": [n % 9 for n in range(N)]},
    "accuracy with nulls": {"accuracy_m": pa.array([None if 90 < n < 120 else 5.0 for n in range(N)], pa.float64())},
    "speed": {"speed": [float([0, 30, np.nan, np.inf][n // 7 % 4]) for n in range(N)], "heading": [7] * N},
    "speed all null": {"speed": pa.nulls(N, pa.float64()), "accuracy_m": pa.nulls(N)},
    "heading": {"heading": [float([0, 90.5, np.nan, np.inf, -1][n // 7 % 5]) for n in range(N)]},
    "headings of two bytes": {"航向": pa.array(np.arange(N) % 360, pa.uint16())},
    "headings, some null": {"heading": pa.array([None if n % 7 == 0 else n % 360 for n in range(N)], pa.int64())},
    "headings, all null in one group": {"heading": with_some(LON, dict.fromkeys(range(95, 205)))},
    "headings of another type, all null": {"heading": pa.nulls(N)},
    "headings as text": {"heading": [["7", "", "north", "359.5"][n % 4] for n in range(N)]},
    "headings as decimals": {"heading": pa.array(np.arange(N) % 360).cast(pa.decimal128(20, 1))},
    "two speeds, one named": {"speed": [99.0] * N, "speed_kmh": [20.0] * N},
    "other columns": {"Lng.": [1.0] * N, "note": ["x"] * N, "passengers": [{"a": 1}] * N},
    "a dot in a name": {"note.x": [1] * N},
    "valid": {"valid": ["A" if n % 9 else "V" for n in range(N)]},
    "two that say whether valid": {"valid": [1] * N, "located": [0] * N},
    "received": {"received_at": TIME.cast(pa.timestamp("us", "UTC"))},
    "received hours before": {
        "接收时间": pa.array(TICKS - 28_800_000 * (np.arange(N) % 3)).cast(pa.timestamp("ms", "UTC"))
    },
    "frozen": {"lon": [110.77] * N, "lat": [35.14] * N, "speed_kmh": [40.0] * N},
    "out of order": {"time": pa.array(np.random.default_rng(1).permutation(TICKS)).cast(TIME.type)},
    "each twice": {"time": pa.array(TICKS // 60_000 * 60_000).cast(TIME.type), "lon": [110.77] * N, "lat": [35.14] * N},
}


@pytest.mark.parametrize("lot", LOTS)
@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_any_type_say_the_same_in_lots_of_any_size(tmp_path: Path, kind: str, lot: int) -> None:
    path = written(tmp_path / "t.parquet", base(**KINDS[kind]))
    with limits(rows=lot, held=100, torn=50, enough=30):
        try:
            same(path, now_s=None if lot == ALL else at("10:15:00"))
        except InputError:
            with pytest.raises(InputError) as one:
                read_fixes(path, timezone="Asia/Shanghai")
            with pytest.raises(InputError) as other:
                streamed(path)
            assert (other.value.text, other.value.file) == (one.value.text, one.value.file)


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
@pytest.mark.parametrize("kind", ["as stored", "zero, swapped, out of range", "plain strings"])
def test_other_coordinates_say_the_same_to_a_thousandth_of_a_millimetre(tmp_path: Path, crs: str, kind: str) -> None:
    columns = dict(KINDS[kind])
    lon, lat = (np.array(columns.get(name, values)) for name, values in (("lon", LON), ("lat", LAT)))
    some = np.isfinite(lon) & np.isfinite(lat)
    lon[some], lat[some] = from_wgs84(lon[some], lat[some], crs)
    path = written(tmp_path / "t.parquet", base(**{**columns, "lon": lon, "lat": lat}))
    with limits(rows=64):
        fixes, visits, expected = read_whole(path, crs=crs)
        traces, found = streamed(path, crs=crs)
    assert (traces.fixes, traces.gaps, len(traces.rejects)) == (len(fixes.t_s), visits.gaps, len(fixes.rejects))
    assert {name: list(map(len, own)) for name, own in found.items()} == {
        k: list(map(len, own)) for k, own in expected.items()
    }
    for name, own in found.items():
        assert np.concatenate(own) == pytest.approx(np.concatenate(expected[name]), abs=1e-11, rel=0)


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_fix_that_comes_again_among_other_rows_is_the_same_fix_in_any_coordinates(tmp_path: Path, crs: str) -> None:
    """How a position is converted must not depend on which others are converted with it."""
    rng = np.random.default_rng(0)
    near_by = base(
        lon=110.7 + 0.1 * rng.random(N), lat=35.1 + 0.1 * rng.random(N), vehicle_id=[f"A{n}" for n in range(N)]
    )
    abroad = base(lon=rng.uniform(73, 135, N), lat=rng.uniform(4, 53, N), vehicle_id=[f"B{n}" for n in range(N)])
    written(tmp_path / "1.parquet", near_by)
    written(tmp_path / "2.parquet", pa.concat_tables([near_by, abroad]))
    assert codes(read_fixes(tmp_path, timezone="Asia/Shanghai", crs=crs)) == {}
    traces, _ = streamed(tmp_path, crs=crs)
    assert codes(traces) == {}
    assert traces.duplicates == N


@pytest.mark.parametrize("unit", ["ms", "us", "ns", "s"])
@pytest.mark.parametrize("day", ["2024-03-10", "2024-11-03", "2024-07-01"])
@pytest.mark.parametrize("lot", [50, ALL])
def test_local_times_where_clocks_change_say_the_same(tmp_path: Path, unit: str, day: str, lot: int) -> None:
    begin = dt.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() - 3600
    times = (
        pa.array(((begin + 120.0 * np.arange(N)) * 1000).astype(np.int64))
        .cast(pa.timestamp("ms"))
        .cast(pa.timestamp(unit))
    )
    path = written(tmp_path / "t.parquet", base(time=times))
    with limits(rows=lot):
        fixes = same(path, timezone=NEW_YORK)
    assert fixes.assumed_zone == fixes.used
    assert len(fixes.rejects) == (0 if day == "2024-07-01" else 30)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16"])
def test_a_csv_of_any_encoding_says_the_same(tmp_path: Path, encoding: str) -> None:
    frame = base().to_pandas().assign(vehicle_id=lambda table: "晋M" + table["vehicle_id"].astype(str))
    frame["time"] = frame["time"].dt.tz_convert("Asia/Shanghai").dt.strftime("%Y/%m/%d %H:%M:%S")
    frame = frame.rename(columns={"vehicle_id": "车牌号", "time": "定位时间", "lon": "经度", "lat": "纬度"})
    text = frame.to_csv(index=False).splitlines()
    text[7:7] = ["", "晋M1,?,1,2", "晋M1,2024/05/08 10:00:00,1", "晋M1,,110.77,35.14"]
    (tmp_path / "t.csv").write_bytes("\n".join(text).encode(encoding))
    fixes = same(tmp_path / "t.csv")
    assert len(fixes.rejects) == 3
    assert fixes.assumed_zone == N


def test_a_folder_of_files_of_all_kinds_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    frame = base().to_pandas()
    written(tmp_path / "b" / "2.parquet", base().slice(100, 200))
    written(tmp_path / "b" / "4.parquet", base().slice(0, 0))
    written(tmp_path / "b" / "5.parquet", base(vehicle_id=IDS).slice(0, 0))
    written(tmp_path / "3.parquet", base(time=NAIVE["us"], vehicle_id=IDS, speed=[3] * N).slice(250, 100))
    frame[:120].to_csv(tmp_path / "1.csv", index=False)
    frame[:0].to_csv(tmp_path / "0.csv", index=False)
    frame[300:].to_csv(tmp_path / "b" / "9.csv", index=False)
    (tmp_path / "readme.txt").write_text("not traces")
    (tmp_path / "b" / "_SUCCESS").write_text("")
    for lot in (20, 150):
        with limits(rows=lot, held=60, torn=1, enough=10):
            fixes = same(tmp_path)
    assert fixes.duplicates > 20
    assert [name for name, _ in fixes.files] == [
        "0.csv",
        "1.csv",
        "3.parquet",
        "b/2.parquet",
        "b/4.parquet",
        "b/5.parquet",
        "b/9.csv",
    ]


@pytest.mark.parametrize("table", [base().slice(0, 0), base(vehicle_id=IDS, time=NAIVE["us"]).slice(0, 0)])
def test_a_file_without_rows_says_the_same(tmp_path: Path, table: pa.Table) -> None:
    same(written(tmp_path / "t.parquet", table))
    pq.ParquetWriter(tmp_path / "none.parquet", table.schema).close()
    same(tmp_path / "none.parquet")


def test_row_groups_with_other_dictionaries_say_the_same(tmp_path: Path) -> None:
    with pq.ParquetWriter(tmp_path / "t.parquet", base().schema) as writer:
        for n in range(0, N, 20):
            names = pa.array([f"V{(k * 7 + n) % (n // 20 + 2)}" for k in range(20)]).dictionary_encode()
            part = base().slice(n, 20)
            writer.write_table(part.set_column(0, part.schema.field(0), pa.chunked_array([names])))
    for lot in (3, 20, 33, ALL):
        with limits(rows=lot, held=30, torn=40, enough=9):
            fixes = same(tmp_path / "t.parquet")
    assert len(fixes.vehicle_ids) == 20


@pytest.mark.parametrize("lot", [64, ALL])
def test_columns_that_the_caller_names_say_the_same(tmp_path: Path, lot: int) -> None:
    table = base(
        x=LON, y=LAT, who=IDS, when=NAIVE["us"], lon=LAT, lat=LON, vehicle_id=None, time=None, quick=[30.0] * N
    )
    path = written(tmp_path / "t.parquet", table)
    columns = {"lon": "x", "lat": "y", "vehicle_id": "who", "time": "when", "speed_kmh": "quick"}
    with limits(rows=lot):
        fixes = same(path, columns=columns)
    assert len(fixes.t_s) == N


@pytest.mark.parametrize("missing", ["vehicle_id", "time", "lon", "lat"])
def test_of_a_column_that_is_not_there_the_same_is_said(tmp_path: Path, missing: str) -> None:
    path = written(tmp_path / "t.parquet", base(**{missing: None, "我的列": [1] * N}))
    with pytest.raises(InputError) as one:
        read_fixes(path, timezone="Asia/Shanghai")
    with pytest.raises(InputError) as other:
        streamed(path)
    assert other.value.text == one.value.text


@pytest.mark.parametrize(("late", "both"), [(N, False), (250, True), (150, False)])
def test_what_is_noted_of_a_whole_file_does_not_depend_on_its_lots(tmp_path: Path, late: int, *, both: bool) -> None:
    received = TICKS + 28_800_000 * (np.arange(N) < late)
    words = ["A", "?", "!", "#"]
    columns: dict[str, Any] = {"接收时间": pa.array(received).cast(pa.timestamp("ms", "UTC"))}
    columns |= {"valid": [words[n // 100] for n in range(N)]} if both else {}
    path = written(tmp_path / "t.parquet", base(**columns))
    with limits(rows=100):
        same(path)


def test_the_span_of_time_is_that_of_the_fixes_that_are_used(tmp_path: Path) -> None:
    """Rows of a vehicle that turns out to be torn are read again, and some of them are none."""
    frame = pd.DataFrame(
        {"vehicle_id": "A", "time": [TICKS[0] / 1000] * 3, "lon": 110.77, "lat": [35.14, 35.141, 35.142]}
    )
    frame["time"] += [0, 10, 10]
    frame.to_csv(tmp_path / "t.csv", index=False)
    _, visits, _ = read_whole(tmp_path / "t.csv")
    traces, _ = streamed(tmp_path / "t.csv")
    assert (traces.first_s, traces.last_s) == (
        visits.fixes.t_s.min(initial=np.inf),
        visits.fixes.t_s.max(initial=-np.inf),
    )
