"""Parquet as programs write it: the same fixes whatever the types, rows known by their number."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import HEADER, TEN, read, refused, why

from truckban.traces.read.arrow_table import parquet_tables
from truckban.traces.read.pieces import Source

Write = Callable[..., Path]


def parquet(path: Path, **columns: object) -> Path:
    base = {"vehicle_id": ["T1", "T1"], "time": [1715133600, 1715133601], "lon": [110.77] * 2, "lat": [35.14] * 2}
    pq.write_table(pa.table({**base, **columns}), path)
    return path


def _moments(zone: str | None, unit: str = "us") -> pa.Array:
    at = [dt.datetime(2024, 5, 8, 2, 0, s, tzinfo=dt.UTC) for s in (0, 1)]
    if zone is None:
        at = [one.astimezone(dt.timezone(dt.timedelta(hours=8))).replace(tzinfo=None) for one in at]
    return pa.array(at, pa.timestamp(unit, zone))


@pytest.mark.parametrize(
    ("time", "assumed"),
    [
        (_moments("UTC"), 0),
        (_moments("Asia/Shanghai", "ms"), 0),
        (_moments("+08:00", "ns"), 0),
        (_moments(None), 2),
        (_moments(None, "s"), 2),
        (pa.array(["2024-05-08T10:00:00+08:00", "2024-05-08T02:00:01Z"]), 0),
        (pa.array(["2024-05-08 10:00:00", "2024-05-08 10:00:01"]), 2),
        (pa.array(["2024-05-08 10:00:00", "2024-05-08T02:00:01Z"]).dictionary_encode(), 1),
        (pa.array([1715133600000, 1715133601000]), 0),
        (pa.array([1715133600.0, 1715133601.0]), 0),
    ],
)
def test_parquet_times_of_every_type_are_the_same_instants(tmp_path: Path, time: pa.Array, assumed: int) -> None:
    fixes = read(parquet(tmp_path / "t.parquet", time=time))
    assert (fixes.t_s.tolist(), fixes.assumed_zone) == ([TEN, TEN + 1], assumed)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"time": pa.array([1715133600000, None])}, (2, "time", "no time")),
        ({"time": _moments("UTC").take(pa.array([0, None]))}, (2, "time", "no time")),
        ({"time": pa.array([1715133600, 17], pa.int32())}, (2, "time", "not a time")),
        ({"lon": pa.array([110.77, None])}, (2, "lon", "not a number")),
        ({"lon": pa.array([110.77, float("nan")])}, (2, "lon", "not a number")),
        ({"lat": pa.array(["35.14", "north"])}, (2, "lat", "not a number")),
        ({"vehicle_id": pa.array(["T1", None])}, (2, "vehicle_id", "no vehicle id")),
    ],
)
def test_a_bad_row_of_parquet_is_rejected_by_its_number_and_the_other_used(
    tmp_path: Path, columns: dict[str, pa.Array], expected: tuple[int, str, str]
) -> None:
    fixes = read(parquet(tmp_path / "t.parquet", **columns))
    assert why(fixes) == [expected]
    assert fixes.t_s.tolist() == [TEN]


def test_numbers_as_ids_are_the_same_in_parquet_with_nulls_and_in_csv(tmp_path: Path, write: Write) -> None:
    with_null = read(parquet(tmp_path / "t.parquet", vehicle_id=pa.array([5002, None])))
    plain = read(parquet(tmp_path / "t.parquet", vehicle_id=pa.array([5002, 5002])))
    csv = read(write(f"{HEADER}\n5002,1715133600,110.77,35.14\n"))
    assert with_null.vehicle_ids == plain.vehicle_ids == csv.vehicle_ids == ["5002"]


def test_parquet_that_pandas_wrote_from_some_rows_of_a_larger_table_keeps_its_ids(tmp_path: Path) -> None:
    rows = {"vehicle_id": ["T1", "T2"], "time": [1715133600] * 2, "lon": [110.77] * 2, "lat": [35.14] * 2}
    pd.DataFrame(rows, index=[5, 9]).to_parquet(tmp_path / "some.parquet")
    pd.DataFrame(rows).set_index("vehicle_id").to_parquet(tmp_path / "index.parquet")
    for name in ("some", "index"):
        assert read(tmp_path / f"{name}.parquet").vehicle_ids == ["T1", "T2"]


@pytest.mark.parametrize("damage", ["cut", "zeros", "text"])
def test_damaged_parquet_is_refused(tmp_path: Path, damage: str) -> None:
    path = parquet(tmp_path / "t.parquet")
    data = path.read_bytes()
    path.write_bytes(
        {"cut": data[: len(data) // 2], "zeros": data[:10] + bytes(90) + data[100:], "text": b"a,b\n" * 9}[damage]
    )
    assert "Parquet" in refused(path).text.zh


@pytest.mark.parametrize("kind", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_written_as_differences_are_read(tmp_path: Path, kind: str) -> None:
    """The second version of Parquet's pages writes texts so, and Arrow reads those only as texts."""
    columns = {"vehicle_id": ["T2", "T1"], "time": _moments("UTC"), "lon": [110.77] * 2, "lat": [35.14] * 2}
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(columns), path, use_dictionary=False, column_encoding={"vehicle_id": kind})
    (some,) = parquet_tables(path)
    ids = some.stored("vehicle_id")
    assert pa.types.is_dictionary(ids.type)
    assert ids.to_pylist() == ["T2", "T1"]


def test_a_file_that_is_one_group_of_rows_is_not_held_as_a_whole(tmp_path: Path) -> None:
    rng, rows, path = np.random.default_rng(5), 1_500_000, tmp_path / "t.parquet"
    columns = {
        "vehicle_id": pa.repeat("T1", rows),
        "time": pa.array(np.arange(rows), pa.timestamp("s", "UTC")),
        "lon": rng.uniform(110, 111, rows),
        "lat": rng.uniform(35, 36, rows),
    }
    pq.write_table(pa.table(columns), path, row_group_size=rows)
    assert pq.read_metadata(path).num_row_groups == 1
    del columns
    before = pa.total_allocated_bytes()
    held = [pa.total_allocated_bytes() - before for _ in parquet_tables(path)]
    assert max(held) < 0.7 * path.stat().st_size


@pytest.mark.parametrize(
    "columns",
    [
        {"speed_kmh": pa.array([30, 0], pa.int16())},
        {"speed_kmh": pa.array([30, None], pa.uint8()), "heading": pa.array([None, 359], pa.int16())},
        {"speed_kmh": pa.array([None, None], pa.float64()), "accuracy_m": pa.array([5, -1], pa.int32())},
        {"accuracy_m": pa.array([None, 7.5]), "heading": pa.array([0.1, float("nan")], pa.float32())},
        {"lon": pa.array([110.77, 110.78], pa.float32()), "lat": pa.array([35, 36], pa.int64())},
    ],
)
def test_columns_taken_as_they_are_stored_are_those_that_are_typed(
    tmp_path: Path, columns: dict[str, pa.Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = parquet(tmp_path / "t.parquet", time=_moments("UTC"), **columns)
    ((quick, _),) = Source(path, "Asia/Shanghai").pieces()
    monkeypatch.setattr(Source, "_planned", lambda *_: None)
    ((slow, _),) = Source(path, "Asia/Shanghai").pieces()
    assert (quick.ms, slow.ms) == (1, 0)
    for name in ("lon", "lat", "accuracy_m", "speed_kmh", "heading"):
        np.testing.assert_array_equal(getattr(quick, name), getattr(slow, name), strict=True)
