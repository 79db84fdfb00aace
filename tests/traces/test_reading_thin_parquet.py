"""Parquet that says much in few bytes: refused before room is made for it, however it is read."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading import HEADER, TEN, TIMEZONE, refused

from truckban.traces.read.fleet import read_fleet
from truckban.traces.read.pieces import Source
from zones.errors import InputError

_BEYOND = "the Parquet file unpacks to a size beyond all sense"
Refusing = Callable[[Path], InputError]


def in_pieces(path: Path) -> InputError:
    with pytest.raises(InputError) as error:
        list(Source(path, TIMEZONE).pieces())
    return error.value


def as_vehicles(path: Path) -> InputError:
    with pytest.raises(InputError) as error:
        read_fleet(path)
    return error.value


@pytest.mark.parametrize("told", [refused, in_pieces, as_vehicles])
def test_millions_of_rows_of_nothing_in_some_kilobytes_are_refused(tmp_path: Path, told: Refusing) -> None:
    path = tmp_path / "t.parquet"
    nothing = pa.nulls(20_000_000, pa.float32())
    pq.write_table(pa.table(dict.fromkeys(HEADER.split(","), nothing)), path, row_group_size=len(nothing))
    assert path.stat().st_size < 200_000
    assert told(path).text.en == _BEYOND


@pytest.mark.parametrize("told", [refused, in_pieces, as_vehicles])
def test_texts_of_a_megabyte_each_are_refused(tmp_path: Path, told: Refusing) -> None:
    path = tmp_path / "t.parquet"
    columns = {"vehicle_id": ["x" * 1_000_000] * 300, "time": [TEN] * 300, "lon": [110.7] * 300, "lat": [35.1] * 300}
    pq.write_table(pa.table(columns), path, compression="zstd", use_dictionary=False)
    assert told(path).text.en == _BEYOND


@pytest.mark.parametrize("told", [refused, as_vehicles])
def test_rows_of_millions_of_equal_values_are_refused(tmp_path: Path, told: Refusing) -> None:
    path = tmp_path / "t.parquet"
    columns = {name: [TEN] for name in HEADER.split(",")}
    pq.write_table(pa.table({**columns, "windows": [["22:00-07:00"] * 20_000_000]}), path)
    assert path.stat().st_size < 200_000
    assert told(path).text.en == _BEYOND


def test_damage_in_what_is_said_of_a_column_ends_in_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"vehicle_id": ["T1", None, "T1"]}), path)
    # Thrift's list of how many values are not there and how many are: one number less, in as many bytes
    two, one = bytes([0x19, 0x26, 0x02, 0x04]), bytes([0x19, 0x16, 0x84, 0x00])
    whole = path.read_bytes()
    assert whole.count(two) == 1
    path.write_bytes(whole.replace(two, one))
    assert as_vehicles(path).file == "t.parquet"


def test_what_stands_beside_fixes_may_be_large_where_it_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    columns = {"vehicle_id": ["T1"] * 300, "time": [TEN] * 300, "lon": [110.7] * 300, "lat": [35.1] * 300}
    pq.write_table(
        pa.table({**columns, "photo": ["x" * 1_000_000] * 300}), path, compression="zstd", use_dictionary=False
    )
    assert sum(table.rows for _, table in Source(path, TIMEZONE).pieces()) == 300
