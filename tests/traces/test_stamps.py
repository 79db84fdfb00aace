"""Times and numbers read in columns: what the quick way answers is what the slow one, row by row, answers."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.traces.read.arrow_arrays import array_of, chosen, numbers_of, rows_at
from truckban.traces.read.csv_table import TextTable
from truckban.traces.read.satellite import as_texts
from truckban.traces.read.stamps import epoch_seconds, stored_seconds, written_seconds
from truckban.traces.read.tables import Table
from truckban.traces.read.typed import typed, typed_columns

HERE = "Asia/Shanghai"
FORMS = ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f"]
ZONES = ["", "Z", "+08:00", "-0530", "+00:00"]
INSTANTS = st.datetimes(dt.datetime(1999, 1, 1), dt.datetime(2033, 1, 1))  # noqa: DTZ001 - written without a zone


def texts(columns: dict[str, list[str]]) -> TextTable:
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    return TextTable("t.csv", table, np.arange(2, len(table) + 2), [], [])


def as_pandas(table: TextTable) -> Table:
    """Return the same rows where only pandas has them, so that every cell goes the slow way."""
    return Table(table.file, table.frame, table.lines)


def both_ways(columns: dict[str, list[str]], timezone: str = HERE) -> None:
    quick, quick_rejects = typed_columns(texts(columns), timezone, {})
    slow, slow_rejects = typed_columns(as_pandas(texts(columns)), timezone, {})
    assert quick_rejects == slow_rejects
    assert quick.keys() == slow.keys()
    for name in quick:
        assert quick[name].dtype == slow[name].dtype, name
        assert np.array_equal(quick[name], slow[name], equal_nan=quick[name].dtype == np.float64), name
    quick_frame, slow_frame = typed(texts(columns), timezone, {})[0], typed(as_pandas(texts(columns)), timezone, {})[0]
    assert quick_frame.equals(slow_frame)
    assert (quick_frame.dtypes == slow_frame.dtypes).all()


def day_of(times: list[str], **more: list[str]) -> dict[str, list[str]]:
    n = len(times)
    return {"vehicle_id": ["T1"] * n, "time": times, "lon": ["118.3"] * n, "lat": ["35.1"] * n, **more}


@given(instants=st.lists(INSTANTS, min_size=1, max_size=8), form=st.sampled_from(FORMS), zone=st.sampled_from(ZONES))
def test_times_written_in_one_way_are_what_pandas_says(instants: list[dt.datetime], form: str, zone: str) -> None:
    written = [f"{instant:{form}}{zone}" for instant in instants]
    far_apart = max(instants) - min(instants) > dt.timedelta(days=3000)
    assert (zone == "" and far_apart) or written_seconds(pa.array(written), HERE) is not None
    both_ways(day_of(written))


SECONDS = st.integers(10**9, 2 * 10**9 - 1)
EPOCHS = st.one_of(
    SECONDS.map(str),
    st.integers(10**12, 2 * 10**12 - 1).map(str),
    st.builds("{}.{}".format, SECONDS, st.text("0123456789", min_size=1, max_size=9)),
    st.builds(" {}.{:03} ".format, st.integers(10**12, 2 * 10**12 - 1), st.integers(0, 999)),
)


@given(times=st.lists(EPOCHS, min_size=1, max_size=8))
def test_numbers_of_seconds_and_milliseconds_are_what_pandas_says(times: list[str]) -> None:
    assert epoch_seconds(pa.array([time.strip() for time in times])) is not None
    both_ways(day_of(times))


@pytest.mark.parametrize(
    "other", ["", "2024050810", "20240508", "-1715133600", "1.7151336e9", "1715133600.", "１７15133600", "x"]
)
def test_numbers_beside_anything_else_are_left_to_pandas(other: str) -> None:
    assert epoch_seconds(pa.array(["1715133600", other])) is None
    both_ways(day_of(["1715133600", other]))


@given(
    instants=st.lists(INSTANTS, min_size=1, max_size=8),
    form=st.sampled_from([*FORMS, "%s"]),
    zone=st.sampled_from(ZONES),
)
def test_times_of_formats_that_are_no_tables_are_what_pandas_says(
    instants: list[dt.datetime], form: str, zone: str
) -> None:
    columns = day_of([f"{instant:{form}}{zone}" for instant in instants])
    slow = as_pandas(texts(columns))
    named = Table(slow.file, slow.frame, slow.lines, named=True)
    quick, slowly = (typed_columns(table, HERE, {}) for table in (named, slow))
    assert quick[1] == slowly[1]
    assert all(np.array_equal(quick[0][name], slowly[0][name]) for name in ("time", "without_zone", "line"))


@pytest.mark.parametrize(
    "times",
    [
        ["2024-02-30 10:00:00", "2024-02-29 10:00:00"],
        ["2024-05-08 24:00:00", "2024-05-08 23:59:60"],
        ["2024-13-08 10:00:00"],
        ["0000-05-08 10:00:00"],
        ["1969-12-31 23:59:59", "1970-01-01 00:00:00"],
        ["1999-12-31 23:59:59", "2000-01-01 07:59:59", "2000-01-01 08:00:00"],
        ["2024-05-08 10:00:00", "2024-05-08T10:00:00", "2024/05/08 10:00:00"],
        ["2024-05-08 10:00:00.1", "2024-05-08 10:00:00.1239"],
        ["2024-05-08 10:00:00+15:00", "2024-05-08 10:00:00+08:75"],
        ["２024-05-08 10:00:00"],
        ["2024-05/08 10:00:00"],
        ["", "2024-05-08 10:00:00"],
        ["1715133600", "1715133600000"],
        ["  2024-05-08 10:00:00 ", "2024-05-08 10:00:00"],
        [],
    ],
)
def test_times_that_are_none_or_written_in_several_ways_get_the_same_answer(times: list[str]) -> None:
    both_ways(day_of(times))


@pytest.mark.parametrize("finer", ["2024-05-08T10:00:00.123456789Z", "2024-05-08 10:00:00.123456789123", "2024-05-08"])
@pytest.mark.parametrize(
    "odd", ["0001-01-01T00:00:00Z", "9999-12-31 23:00:00", "2262-04-12T00:00:00Z", "1500-01-01 08:00"]
)
def test_what_a_time_says_does_not_depend_on_how_finely_another_row_is_written(odd: str, finer: str) -> None:
    alone, rejects = typed_columns(as_pandas(texts(day_of([odd]))), HERE, {})
    beside, others = typed_columns(as_pandas(texts(day_of([odd, finer]))), HERE, {})
    assert [(reject.field, reject.reason) for reject in others if reject.line == 2] == [
        (reject.field, reject.reason) for reject in rejects
    ]
    assert beside["time"][: len(alone["time"])].tolist() == alone["time"].tolist()


@pytest.mark.parametrize("timezone", ["Europe/Berlin", HERE])
@pytest.mark.parametrize("day", ["2024-03-31", "2024-10-27", "2024-05-08", "1986-05-04"])
def test_an_hour_that_clocks_skip_or_repeat_gets_the_same_answer(timezone: str, day: str) -> None:
    both_ways(day_of([f"{day} 0{hour}:30:00" for hour in range(5)]), timezone)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_stored_times_are_cut_to_milliseconds_and_local_ones_are_the_notices(unit: str, zone: str | None) -> None:
    at = np.datetime64("2024-05-08T10:00:00.999").astype(f"datetime64[{unit}]")
    found = stored_seconds(pa.array(np.array([at]), pa.timestamp(unit, zone)), HERE)
    assert found is not None
    ahead = 8 * 3600 if zone is None else 0
    assert found[0].tolist() == [1715162400 + (0 if unit == "s" else 0.999) - ahead]
    assert found[1] is (zone is None)


@given(
    cells=st.lists(
        st.one_of(
            st.floats(-200, 200).map(repr),
            st.sampled_from(
                ["", "1e2", " 1", "+1", "nan", "inf", "0x1", "1,5", "--1", ".5", "5.", "１", "007.50", "-0"]
            ),
            st.decimals(-180, 180, places=12).map(str),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_numbers_are_what_pandas_says(cells: list[str]) -> None:
    both_ways(day_of(["2024-05-08 10:00:00"] * len(cells), speed=cells, accuracy=cells) | {"lon": cells})


@given(st.lists(st.sampled_from(["T1", " T1 ", "T2", "", "   ", "车 1", "t1"]), min_size=1, max_size=8))
def test_vehicles_are_numbered_as_their_fixes_are_met(ids: list[str]) -> None:
    rows = day_of(["2024-05-08 10:00:00"] * len(ids)) | {"vehicle_id": ids}
    both_ways(rows)
    columns, _ = typed_columns(texts(rows), HERE, {})
    assert columns["names"].tolist() == list(dict.fromkeys(name.strip() for name in ids if name.strip()))


@given(st.lists(st.sampled_from(["A", "V", "1", "0.0", "", "定位", "未定位", "Q", " v "]), min_size=1, max_size=6))
def test_whether_there_was_a_satellite_is_the_same_in_both_ways(said: list[str]) -> None:
    both_ways(day_of(["2024-05-08 10:00:00"] * len(said), 定位状态=said))


CELLS = {
    pa.string(): st.text(max_size=5),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(),
    pa.bool_(): st.booleans(),
    pa.list_(pa.string()): st.lists(st.text(max_size=3), max_size=3),
}


@pytest.mark.parametrize("kind", CELLS, ids=str)
@given(data=st.data())
def test_arrays_made_through_buffers_are_those_that_arrow_makes(kind: pa.DataType, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.none() | CELLS[kind], max_size=20))
    made = array_of(values, kind)
    made.validate(full=True)
    assert repr(made.to_pylist()) == repr(pa.array(values, kind).to_pylist())


def test_values_of_a_slice_are_its_own_and_rows_are_taken_and_filtered_by_arrays() -> None:
    numbers = pa.array([1.5, 2.5, 3.5, 4.5])
    assert numbers_of(numbers[1:3]).tolist() == [2.5, 3.5]
    assert numbers_of(numbers[:0]).tolist() == []
    assert numbers.take(rows_at(np.array([3, 0]))).to_pylist() == [4.5, 1.5]
    assert numbers.filter(chosen(np.array([False, True, True, False]))).to_pylist() == [2.5, 3.5]


@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_names_that_are_times_of_no_calendar_are_no_names(zone: str | None) -> None:
    at = np.array(["2024-05-08T10:00:00", "20000-01-01T00:00:00", "-0044-03-15T00:00:00"], "datetime64[ms]")
    ids = pa.array(at, pa.timestamp("ms", zone)).to_pandas()
    named = as_texts(ids)
    assert named.isna().tolist() == [False, True, True]
    assert named[0].startswith("2024-05-08")
