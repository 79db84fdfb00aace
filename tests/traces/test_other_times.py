"""Times as platforms write them otherwise than ISO 8601: read where there is one way to read them, else rejected with the reason."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from truckban.traces.read.csv_table import TextTable
from truckban.traces.read.reasons import (
    BAD_TIME,
    DAY_NUMBER,
    MILLIONTHS,
    MINUTES,
    OUT_OF_RANGE,
    TIME_SHORTENED,
    TIME_TWO_WAYS,
)
from truckban.traces.read.tables import Table
from truckban.traces.read.typed import Columns, typed_columns
from zones.text import Text

HERE = "Asia/Shanghai"
CHINA = dt.timezone(dt.timedelta(hours=8))


def read(times: list[str], lon: str = "118.3", lat: str = "35.1") -> tuple[Columns, list[Text]]:
    """Return the fixes and the reasons against the others, both ways of reading having said the same."""
    n = len(times)
    columns = {"vehicle_id": ["T1"] * n, "time": times, "lon": [lon] * n, "lat": [lat] * n}
    quick = TextTable("t.csv", pa.table(columns), np.arange(2, n + 2), [], [])
    fixes, rejects = typed_columns(quick, HERE, {})
    slow, others = typed_columns(Table("t.csv", quick.frame, quick.lines), HERE, {})
    assert rejects == others
    assert all(np.array_equal(fixes[name], slow[name]) for name in ("time", "without_zone", "line"))
    return fixes, [reject.reason for reject in rejects]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("20240508100000", "2024-05-08T10:00:00"),
        ("20240508100000.0", "2024-05-08T10:00:00"),
        ("20240508100000123", "2024-05-08T10:00:00.123"),
        ("20240508020000Z", "2024-05-08T10:00:00"),
        ("20240508100000+0800", "2024-05-08T10:00:00"),
        ("202405081000", "2024-05-08T10:00:00"),
        ("201312311000", "2013-12-31T10:00:00"),
        ("1715133600123456", "2024-05-08T10:00:00.123"),
        ("1715133600123999999", "2024-05-08T10:00:00.123"),
        ("2024年5月8日 10时00分00秒", "2024-05-08T10:00:00"),
        ("2024年05月08日10:00:00", "2024-05-08T10:00:00"),
        ("2024年5月8日10时5分", "2024-05-08T10:05:00"),
        ("2024年12月31日 9点5分3秒", "2024-12-31T09:05:03"),
        ("2024年5月8日 下午2:05:06", "2024-05-08T14:05:06"),
        ("2024.05.08 10:00:00", "2024-05-08T10:00:00"),
        ("2024-05-08 10：00：00", "2024-05-08T10:00:00"),
        ("2024/5/8 上午 10:00:00", "2024-05-08T10:00:00"),
        ("2024/5/8 上午 12:00:00", "2024-05-08T00:00:00"),
        ("2024/5/8 下午 12:30", "2024-05-08T12:30:00"),
        ("2024/5/8 下午 14:05", "2024-05-08T14:05:00"),
        ("2024/5/8 2:05:06 PM", "2024-05-08T14:05:06"),
        ("2024-05-08 12:00:00 am", "2024-05-08T00:00:00"),
    ],
)
def test_a_time_with_one_reading_is_read(written: str, meant: str) -> None:
    fixes, reasons = read([written])
    assert reasons == []
    assert fixes["time"].tolist() == [dt.datetime.fromisoformat(meant).replace(tzinfo=CHINA).timestamp()]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("240508100000", TIME_TWO_WAYS),  # 2024-05-08 as terminals send it, 2008-05-24 as receivers do
        ("200512100000", TIME_TWO_WAYS),
        ("5/8/2024 10:00:00", TIME_TWO_WAYS),
        ("05/08/2024 10:00:00", TIME_TWO_WAYS),
        ("13/8/2024 10:00:00", TIME_TWO_WAYS),
        ("24-05-08 10:00:00", TIME_TWO_WAYS),
        ("45420.4166666667", DAY_NUMBER),
        ("45420", DAY_NUMBER),
        ("2.02405E+13", TIME_SHORTENED),
        ("2024/5/8 上午 14:05", BAD_TIME),
        ("2024/5/8 下午 25:05", BAD_TIME),
        ("2024年5月8日", BAD_TIME),
        ("2024年2月30日 10:00:00", BAD_TIME),
        ("20241308100000", BAD_TIME),
        ("20240508240000", BAD_TIME),
        ("2024050810000", BAD_TIME),
        ("35999", BAD_TIME),
        ("现在", BAD_TIME),
    ],
)
def test_a_time_with_none_or_several_is_rejected_and_the_reason_says_what_to_do(written: str, reason: Text) -> None:
    fixes, reasons = read([written])
    assert reasons == [reason]
    assert not len(fixes["time"])


FORMS = [
    "%Y%m%d%H%M%S",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日%H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
    "%Y-%m-%d %I:%M:%S %p",
    "%Y/%m/%d %p%I:%M:%S",
    "%Y-%m-%d %H:%M:%S",
]
INSTANTS = st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2033, 1, 1)).map(  # noqa: DTZ001 - written without a zone
    lambda at: at.replace(microsecond=0)
)


@given(rows=st.lists(st.tuples(INSTANTS, st.sampled_from(FORMS)), min_size=1, max_size=8), alike=st.booleans())
def test_every_form_says_what_iso_says_alone_or_among_others(
    rows: list[tuple[dt.datetime, str]], *, alike: bool
) -> None:
    forms = [rows[0][1] if alike else form for _, form in rows]
    written = [at.strftime(form) for (at, _), form in zip(rows, forms, strict=True)]
    fixes, reasons = read(written)
    assert reasons == []
    assert fixes["time"].tolist() == [at.replace(tzinfo=CHINA).timestamp() for at, _ in rows]
    assert fixes["without_zone"].all()


def test_rows_that_cannot_be_read_keep_their_own_reasons_beside_good_ones() -> None:
    fixes, reasons = read(["20240508100000", "240508100000", "", "2024-05-08 10:00:15", "x"])
    assert fixes["line"].tolist() == [2, 5]
    assert [reason.en.split(";")[0] for reason in reasons] == [
        "no time",
        "the date can be read in several ways",
        "not a time",
    ]


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("118321456", "35104512", MILLIONTHS),
        ("11832.1456", "3510.4512", MINUTES),
        ("118321456", "35.1", OUT_OF_RANGE),
        ("1183214560", "351045120", OUT_OF_RANGE),
    ],
)
def test_positions_in_another_unit_are_told_so(lon: str, lat: str, reason: Text) -> None:
    fixes, reasons = read(["2024-05-08 10:00:00"], lon, lat)
    assert not len(fixes["time"])
    assert reasons == [reason]
