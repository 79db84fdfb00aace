"""Permits in the tables of offices: their own headings, days and hours; what might limit a permit is never passed over."""

import datetime as dt
from pathlib import Path

import pytest

from truckban.permits import Permit
from truckban.traces.read.fleet import read_permits
from zones.errors import InputError

SHEET = "序号,通行证号,号牌号码,申请单位,联系电话,有效期起,有效期止,通行时段,通行道路,状态,发证日期"
FIELDS = "1,T-0042,晋M12345,示例运输有限公司,000,2024/5/1,2024年12月31日,7:00至9:30、22：00－7:00,五一路、示意六街,有效,2024-04-30"


def read(folder: Path, *lines: str, encoding: str = "utf-8") -> tuple[tuple[Permit, ...], list[str]]:
    path = folder / "permits.csv"
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    listed, rejects, rows = read_permits(path)
    assert rows == len(lines) - 1 == len(listed.permits) + len(rejects)
    return listed.permits, [reject.field for reject in rejects]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_sheet_with_an_offices_own_headings_is_read(tmp_path: Path, encoding: str) -> None:
    [permit], rejects = read(tmp_path, SHEET, FIELDS, encoding=encoding)
    assert rejects == []
    assert (permit.plate, permit.status) == ("晋M12345", "active")
    assert (permit.valid_from, permit.valid_to) == (dt.date(2024, 5, 1), dt.date(2024, 12, 31))
    assert permit.windows == ("07:00-09:30", "22:00-07:00")
    assert permit.roads == {"五一路", "示意六街"}


@pytest.mark.parametrize("heading", ["备注", "载物", "限行条件", "note"])
def test_a_column_that_may_limit_a_permit_is_refused_where_it_says_something(tmp_path: Path, heading: str) -> None:
    permits, rejects = read(tmp_path, f"号牌号码,{heading}", "晋M12345,仅限周末", "晋M12346,")
    assert [permit.plate for permit in permits] == ["晋M12346"]
    assert rejects == [heading]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("有效期止", "2024/2/30"),
        ("有效期止", "年底"),
        ("通行时段", "25:00至7:00"),
        ("通行时段", "夜间"),
        ("状态", "大概有效"),
    ],
)
def test_what_cannot_be_read_rejects_the_permit(tmp_path: Path, field: str, value: str) -> None:
    permits, rejects = read(tmp_path, f"号牌号码,{field}", f"晋M12345,{value}")
    assert permits == ()
    named = {"有效期止": "valid_to", "通行时段": "windows", "状态": "status"}
    assert rejects == [named[field]]


@pytest.mark.parametrize("heads", ["号牌号码,车牌号", "号牌号码,有效期止,截止日期"])
def test_two_columns_for_one_thing_are_refused(tmp_path: Path, heads: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, heads, ",".join("晋M12345" for _ in heads.split(",")))
