"""Fixes as files bring them: each row is used or rejected with its reason and its own line, none is lost or guessed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import GOOD, HEADER, TEN, TIMEZONE, read, refused, why

Write = Callable[..., Path]


# how a file is written


def test_a_missing_column_is_named_with_the_columns_there_are_and_the_way_out(write: Write) -> None:
    error = refused(write("vehicle_id,time,x,y\nT1,1715133600,110.77,35.14\n"))
    assert (error.line, error.field) == (1, "lon")
    for said in ("vehicle_id, time, x, y", "--column lon="):
        assert said in error.text.zh
        assert said in error.text.en


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", None), ("utf-8-sig", None), ("gbk", "GBK"), ("gb18030", "GBK"), ("utf-16", "UTF-16")],
)
def test_the_encodings_of_offices_are_read_and_those_guessed_are_said(
    write: Write, encoding: str, note: str | None
) -> None:
    path = write("车辆编号,定位时间,经度,纬度\n晋M12345,2024-05-08T10:00:00+08:00,110.77,35.14\n".encode(encoding))
    fixes = read(path)
    assert fixes.vehicle_ids == ["晋M12345"]
    assert (fixes.t_s.tolist(), fixes.lon.tolist(), fixes.lat.tolist()) == ([TEN], [110.77], [35.14])
    notes = [text for said in fixes.notes for text in (said.zh, said.en)]
    assert (notes == []) if note is None else all(note in said and "t.csv" in said for said in notes)


@pytest.mark.parametrize("separator", list(",;\t|"))
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_separators_and_line_ends_are_found_out(write: Write, separator: str, line_end: str, last: bool) -> None:  # noqa: FBT001
    text = line_end.join([HEADER, GOOD, "T2,when,110.77,35.14"]) + line_end * last
    fixes = read(write(text.replace(",", separator)))
    assert (fixes.read, fixes.vehicle_ids, fixes.t_s.tolist()) == (2, ["T1"], [TEN])
    assert why(fixes) == [(3, "time", "not a time")]


def test_columns_may_be_chosen(write: Write) -> None:
    path = write("谁,何时,东,北\nT1,1715133600,110.77,35.14\n")
    columns = {"vehicle_id": "谁", "time": "何时", "lon": "东", "lat": "北"}
    assert read(path, columns=columns).lat.tolist() == [35.14]


def test_a_chosen_column_that_is_not_there_is_named_and_the_way_out_names_what_it_was_for(write: Write) -> None:
    error = refused(write(f"{HEADER}\n"), columns={"time": "何时"})
    assert error.field == "time"
    assert "何时" in error.text.en
    assert "--column time=" in error.text.en


@pytest.mark.parametrize("twins", [("gps_time", "定位时间"), ("gps_time", "GPS-Time")])
def test_two_columns_that_fit_one_name_are_no_toss_of_a_coin(write: Write, twins: tuple[str, str]) -> None:
    path = write(f"vehicle_id,{twins[0]},{twins[1]},lon,lat\nT1,1715133600,1715133601,110.77,35.14\n")
    error = refused(path)
    assert error.field == "time"
    assert f"{twins[0]}, {twins[1]} " in error.text.en
    assert "--column time=" in error.text.zh
    for number, name in enumerate(twins):
        assert read(path, columns={"time": name}).t_s.tolist() == [TEN + number]


def test_the_contracts_own_name_goes_before_others(write: Write) -> None:
    path = write("plate,vehicle_id,time,lon,lat\n晋M1,T1,1715133600,110.77,35.14\n")
    assert read(path).vehicle_ids == ["T1"]


def test_a_column_named_twice_is_refused(write: Write) -> None:
    assert "time" in refused(write("vehicle_id,time,time,lon,lat\n")).text.en


@pytest.mark.parametrize("header", ["vehicle_id , time, lon , lat", '"vehicle_id","time","lon","lat"'])
def test_an_id_keeps_its_leading_zeros_however_the_header_is_written(write: Write, header: str) -> None:
    assert read(write(f"{header}\n007,1715133600,110.77,35.14\n")).vehicle_ids == ["007"]


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks(write: Write) -> None:
    path = write(f'{HEADER},note\n"a,b",1715133600,110.77,35.14,"say ""hi"""\nT2,x,1,1,"two\nlines"\nT3,y,1,1,\n')
    fixes = read(path)
    assert fixes.vehicle_ids == ["a,b"]
    assert why(fixes) == [(3, "time", "not a time"), (5, "time", "not a time")]


def test_a_quote_that_is_never_closed_swallows_no_rows(write: Write) -> None:
    path = write(f'{HEADER},note\n{GOOD},"5 inch\nT2,1715133600,110.77,35.14,\nT3,1715133600,110.77,35.14,\n')
    error = refused(path)
    assert error.line == 2


def test_rows_too_long_or_too_short_are_rejected_on_their_own_line(write: Write) -> None:
    path = write(f"{HEADER}\n{GOOD}\nT1,1715133601\n{GOOD},1,2\nT1,x,110.77,35.14\nT1\n")
    assert why(read(path)) == [
        (3, "", "2 columns where 4 are needed"),
        (4, "", "6 columns where 4 are needed"),
        (5, "time", "not a time"),
        (6, "", "1 columns where 4 are needed"),
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_blank_lines_are_no_rows_and_the_lines_after_them_keep_their_numbers(write: Write, line_end: str) -> None:
    path = write(line_end.join([HEADER, "", GOOD, "", "   ", "T1,x,110.77,35.14", "T1", "", ""]))
    fixes = read(path)
    assert fixes.read == 3
    assert [line for line, _, _ in why(fixes)] == [6, 7]


def test_line_numbers_hold_far_down_a_large_file(write: Write) -> None:
    lines = [f"T1,{1715133600 + n},110.77,35.14" for n in range(80_000)]
    lines[70_000] = "T1,x,110.77,35.14"
    lines[75_000] = "T1,1715133600"
    lines[79_000] = ""
    fixes = read(write("\n".join([HEADER, *lines, "T1,y,110.77,35.14"])))
    assert [line for line, _, _ in why(fixes)] == [70_002, 75_002, 80_002]
    assert fixes.used == 80_000 - 3


@pytest.mark.parametrize("data", [HEADER, HEADER + "\n", "\ufeff" + HEADER + "\r\n"])
def test_a_header_alone_is_a_file_of_no_rows(write: Write, data: str) -> None:
    fixes = read(write(data))
    assert (fixes.read, fixes.used, fixes.vehicle_ids) == (0, 0, [])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\n\n\n",
        bytes(range(256)) * 40,
        np.random.default_rng(5).bytes(4000),
        b"PK\x03\x04" + bytes(400),
        "vehicle_id,time\nT1,晋".encode("utf-16") + b"\x00",
        "纯文字，没有表格".encode(),
        ("x" * 200_000 + ",y\n").encode(),
        ('"' + "x" * 200_000 + ",y\n").encode(),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(write: Write, data: bytes) -> None:
    error = refused(write(data))
    assert error.text.zh != error.text.en


def test_a_file_that_is_not_there_and_one_of_an_unknown_kind_are_refused(tmp_path: Path, write: Write) -> None:
    refused(tmp_path / "nothing.csv")
    assert ".parquet" in refused(write("x", "t.doc")).text.en


# folders


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty")
    (tmp_path / "empty" / "sub.csv").mkdir()
    (tmp_path / "empty" / "_notes.csv").write_text("a,b\n")
    refused(tmp_path / "empty")


def test_a_folder_is_read_as_one_with_each_row_known_by_its_file(tmp_path: Path, write: Write) -> None:
    write(f"{HEADER}\n{GOOD}\nT1,x,1,1\n", "day/b.csv")
    write("时间;经度;纬度;车牌\n2024-05-08T10:00:30+08:00;110.78;35.14;T1\n\nT;T\n".encode("gbk"), "day/a/a.csv")
    table = pa.table({"vehicle_id": ["T0"], "time": [1715133600], "lon": [110.0], "lat": [99.0]})
    pq.write_table(table, tmp_path / "day" / "c.parquet")
    fixes = read(tmp_path / "day")
    assert fixes.files == [("a/a.csv", 2), ("b.csv", 2), ("c.parquet", 1)]
    assert (fixes.vehicle_ids, fixes.lon.tolist()) == (["T1"], [110.77, 110.78])
    assert sorted((reject.file, reject.line) for reject in fixes.rejects) == [
        ("a/a.csv", 4),
        ("b.csv", 3),
        ("c.parquet", 1),
    ]
    assert [said.en.partition(":")[0] for said in fixes.notes] == ["a/a.csv"]


# times


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-08T10:00:00+08:00",
        "2024-05-08T02:00:00Z",
        "2024-05-08t02:00:00z",
        "2024-05-08T02:00:00.000Z",
        "2024-05-08 10:00:00+08",
        "2024-05-08 10:00:00 +0800",
        "2024/05/08 10:00:00+08:00",
        "  2024-05-08T02:00:00Z ",
        "1715133600",
        "1715133600.0",
        "1715133600000",
        "1715133600000.0",
    ],
)
def test_an_instant_is_read_however_it_is_written(write: Write, written: str) -> None:
    fixes = read(write(f"{HEADER}\nT1,{written},110.77,35.14\n"))
    assert (fixes.t_s.tolist(), fixes.assumed_zone, fixes.notes) == ([TEN], 0, [])


@pytest.mark.parametrize(
    "written",
    ["2024-05-08T10:00:00", "2024-05-08 10:00:00", "2024/05/08 10:00:00", "2024/5/8 10:00:00", "2024-05-08 10:00"],
)
def test_a_time_without_a_zone_is_the_notices_and_is_counted_and_said(write: Write, written: str) -> None:
    fixes = read(write(f"{HEADER}\nT1,{written},110.77,35.14\nT2,1715133600,110.77,35.14\nT3,{written},x,35.14\n"))
    assert (fixes.t_s.tolist(), fixes.assumed_zone) == ([TEN, TEN], 1)
    [note] = fixes.notes
    assert TIMEZONE in note.zh
    assert note.en.startswith("1 ")


def test_rows_with_and_without_a_zone_may_be_mixed(write: Write) -> None:
    fixes = read(
        write(f"{HEADER}\nT1,2024-05-08 10:00:00+08,110.77,35.14\nT2,2024-05-08 10:00:01,110.77,35.14\nT3,17,1,1\n")
    )
    assert (fixes.t_s.tolist(), fixes.assumed_zone) == ([TEN, TEN + 1], 1)


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-08T24:00:00+08:00",
        "2024-05-08 24:00:00",
        "2024-02-31T10:00:00+08:00",
        "2024-02-31 10:00:00",
        "2023-02-29 10:00:00",
        "2024-05-08T10:00:60Z",
        "2024-05-08T10:00:00+99:00",
        "2024-05-08",
        "2024-05",
        "2024",
        "10:00:00",
        "now",
        "today",
        "NaT",
        "17151336000",
        "-1715133600",
        "1.7e9",
        "昨天",
    ],
)
def test_what_is_no_time_of_a_day_is_rejected(write: Write, written: str) -> None:
    fixes = read(write(f"{HEADER}\nT1,{written},110.77,35.14\n{GOOD}\n"))
    assert why(fixes) == [(2, "time", "not a time")]
    assert fixes.assumed_zone == 0


@pytest.mark.parametrize("written", ["", "   "])
def test_an_empty_time_is_rejected_as_none(write: Write, written: str) -> None:
    assert why(read(write(f"{HEADER}\nT1,{written},110.77,35.14\n"))) == [(2, "time", "no time")]


@pytest.mark.parametrize("written", ["1970-01-01T00:00:00Z", "1970-01-01 08:00:00", "1999-12-31T23:59:59Z"])
def test_a_terminal_whose_clock_stands_at_its_birth_is_rejected(write: Write, written: str) -> None:
    [(line, field, reason)] = why(read(write(f"{HEADER}\nT1,{written},110.77,35.14\n")))
    assert (line, field) == (2, "time")
    assert "before the year 2000" in reason


# positions and ids


@pytest.mark.parametrize(
    ("lon", "lat", "field", "reason"),
    [
        ("35.14", "110.77", "lon", "look swapped"),
        ("0", "0", "lon", "zero"),
        ("0.000000", "-0.0", "lon", "zero"),
        ("abc", "35.14", "lon", "not a number"),
        ("110.77°", "35.14", "lon", "not a number"),
        ("", "35.14", "lon", "not a number"),
        ("110.77", "", "lat", "not a number"),
        ("inf", "35.14", "lon", "not a number"),
        ("110.77", "-inf", "lat", "not a number"),
        ("nan", "35.14", "lon", "not a number"),
        ("1e999", "35.14", "lon", "not a number"),
        ("180.0001", "35.14", "lon", "out of range"),
        ("110.77", "90.0001", "lat", "out of range"),
        ("110770000", "35140000", "lon", "out of range"),
    ],
)
def test_what_is_no_position_is_rejected_with_its_reason(
    write: Write, lon: str, lat: str, field: str, reason: str
) -> None:
    [(line, named, said)] = why(read(write(f"{HEADER}\n{GOOD}\nT1,1715133600,{lon},{lat}\n")))
    assert (line, named) == (3, field)
    assert reason in said


@pytest.mark.parametrize("name", ["", "  "])
def test_a_fix_of_nobody_is_rejected(write: Write, name: str) -> None:
    assert why(read(write(f"{HEADER}\n{name},1715133600,110.77,35.14\n"))) == [(2, "vehicle_id", "no vehicle id")]


def test_positions_of_other_kinds_are_brought_to_wgs84(write: Write) -> None:
    path = write(f"{HEADER}\n{GOOD}\n")
    for crs, least in (("gcj02", 300), ("bd09", 600)):
        moved = read(path, crs=crs)
        off_m = np.hypot((moved.lon[0] - 110.77) * 91_000, (moved.lat[0] - 35.14) * 111_000)
        assert least < off_m < 2_000


@pytest.mark.parametrize("written", ["", "0", "-1", "nan", "good"])
def test_an_accuracy_that_says_nothing_is_not_taken_for_a_perfect_one(write: Write, written: str) -> None:
    fixes = read(write(f"{HEADER},精度\n{GOOD},{written}\nT2,1715133600,110.77,35.14,12.5\n"))
    assert (fixes.used, fixes.accuracy_m.tolist()[1]) == (2, 12.5)
    assert np.isnan(fixes.accuracy_m[0])


# the same thing said twice


def test_the_same_fix_twice_is_one_fix_and_both_rows_are_used(write: Write) -> None:
    path = write(f"{HEADER}\n{GOOD}\n{GOOD}\nT1,2024-05-08T02:00:00Z,110.770,35.140\nT2,1715133600,110.77,35.14\n")
    fixes = read(path)
    assert (fixes.read, fixes.used, fixes.duplicates, len(fixes.t_s)) == (4, 4, 2, 2)


def test_two_positions_at_one_instant_leave_none(write: Write) -> None:
    lines = [GOOD, GOOD.replace("110.77", "110.78"), GOOD, "T1,2024-05-08 10:00:01,110.77,35.14"]
    fixes = read(write("\n".join([HEADER, *lines])))
    assert why(fixes) == [(line, "time", "two places at one time") for line in (2, 3, 4)]
    assert fixes.t_s.tolist() == [TEN + 1]


def test_a_zone_is_not_counted_as_assumed_for_rows_that_are_not_used(write: Write) -> None:
    naive = "T1,2024-05-08 10:00:00,110.77,35.14"
    fixes = read(write("\n".join([HEADER, naive, naive.replace("35.14", "35.15")])))
    assert (fixes.used, fixes.assumed_zone, fixes.notes) == (0, 0, [])


def test_which_of_two_rows_of_one_fix_comes_first_does_not_matter(write: Write) -> None:
    lines = [f"{GOOD},5", f"{GOOD},500", f"{GOOD},"]
    found = {read(write("\n".join([f"{HEADER},accuracy_m", *order]))).accuracy_m[0] for order in (lines, lines[::-1])}
    assert len(found) == 1


# laws

_GARBAGE = st.sampled_from(
    [
        "T1,when,110.77,35.14",
        "T1,,110.77,35.14",
        ",1715133600,110.77,35.14",
        "T1,1715133600,35.14,110.77",
        "T1,1715133600,0,0",
        "T1,1715133600,lon,35.14",
        "T1,1715133600,110.77,nan",
        "T1,1970-01-01T00:00:01Z,110.77,35.14",
        "T1,1715133600,110.77",
        "T1,1715133600,110.77,35.14,,",
        '"T,1","2024-02-31 10:00:00",110.77,35.14',
        "garbage",
        ",,,",
        "\x00\x01\x02",
        "T1;1715133600;110.77;35.14",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.one_of(st.just("good"), st.sampled_from(["", "  "]), _GARBAGE), max_size=25),
    line_end=st.sampled_from(["\n", "\r\n"]),
    note=st.sampled_from(["", "x", '"a,b"', '"two\nlines"']),
)
def test_exactly_the_garbage_is_rejected_each_on_its_own_line(
    write: Write, rows: list[str], line_end: str, note: str
) -> None:
    lines, rejected, good, at = [f"{HEADER},note"], [], [], 2
    for n, row in enumerate(rows):
        if row == "good":
            good.append(TEN + n)
            lines.append(f"T1,{int(TEN) + n},110.77,35.14,{note}")
            at += 1 + note.count("\n")
            continue
        if row.strip():
            rejected.append(at)
        lines.append(row + "," if row.count(",") == 3 and not row.startswith('"') else row)
        at += 1
    fixes = read(write(line_end.join(lines)))
    assert fixes.t_s.tolist() == good
    assert [line for line, _, _ in why(fixes)] == rejected
    assert (fixes.used, fixes.read) == (len(good), len(good) + len(rejected))


def test_columns_too_long_for_one_array_are_read_all_the_same(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{HEADER}\n{GOOD}\nT2,when,110.77,35.14\n T1 ,1715133660,110.78,35.14\n"
    one = read(write(text))
    monkeypatch.setattr("truckban.traces.read.csv_table._MOST_IN_ONE", 0)
    several = read(write(text))
    assert why(several) == why(one)
    for name in ("vehicle_ids", "vehicle", "t_s", "lon", "lat"):
        assert list(getattr(several, name)) == list(getattr(one, name))
