"""A CSV file too large to be held is read some rows at a time, with the same rows, lines and rejects."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import rows_and_peak

from truckban.cli.main import run
from truckban.demo.day import make_day
from truckban.traces.fixes import read_fixes
from truckban.traces.read import csv_table, tables
from truckban.traces.read.csv_table import TextTable, read_csv
from truckban.traces.read.tables import Reject, encoding_of
from zones.errors import InputError

SLAB = 400
HEADER = "车牌,time,lon,lat"
ROW = "晋M12345,2024-05-08 10:00:00,110.7700001,35.1400001"


@pytest.fixture
def small_slabs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "WHOLE_BYTES", 0)
    monkeypatch.setattr(csv_table, "SLAB", SLAB)


def whole_of(path: Path) -> TextTable:
    found = read_csv(path)
    assert isinstance(found, TextTable)
    return found


def slabs_of(path: Path, slab: int = SLAB) -> list[TextTable]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_table, "WHOLE_BYTES", 0)
        patch.setattr(csv_table, "SLAB", slab)
        found = read_csv(path)
        assert isinstance(found, Iterator)
        return list(found)


def outcome(parts: list[TextTable]) -> tuple[list[dict[str, str]], list[int], list[Reject]]:
    rows = pa.concat_tables([part.texts for part in parts]).to_pylist()
    return rows, [line for part in parts for line in part.lines.tolist()], [r for part in parts for r in part.rejects]


CELL = st.text(st.sampled_from('ab1, ;"\n\r晋'), max_size=8).filter(lambda cell: not cell.endswith("\r"))
PLAIN = st.text(st.sampled_from("ab1晋 "), max_size=8)


@settings(max_examples=times(60))
@given(
    rows=st.lists(
        st.one_of(st.lists(PLAIN, min_size=3, max_size=3), st.lists(CELL, min_size=0, max_size=4)), max_size=60
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    closed=st.booleans(),
)
def test_in_slabs_it_is_what_it_is_as_a_whole(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str, encoding: str, *, closed: bool
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(["车牌", "time", "lon"])
    for row in rows:
        writer.writerow(row)
    text = out.getvalue() if closed else out.getvalue().removesuffix(end)
    path = tmp_path_factory.mktemp("csv") / "fixes.csv"
    path.write_bytes(text.encode(encoding))
    parts = slabs_of(path)
    assert outcome(parts) == outcome([whole_of(path)])
    notes = {note for part in parts for note in part.notes}
    assert notes == set(whole_of(path).notes)


@pytest.mark.parametrize("slab", range(60, 130))
def test_wherever_a_slab_ends_no_row_is_lost(tmp_path: Path, slab: int) -> None:
    path = tmp_path / "fixes.csv"
    rows = [ROW, '"晋M""1,\n2",2024-05-08 10:00:10,110.77,35.14', "", "too,few", ROW]
    path.write_text("\r\n".join([HEADER, *rows]) + "\r\n", "utf-8", newline="")
    found, lines, rejects = outcome(slabs_of(path, slab))
    assert [row["车牌"] for row in found] == ["晋M12345", '晋M"1,\n2', "晋M12345"]
    assert lines == [2, 3, 7]
    assert [reject.line for reject in rejects] == [6]


def test_old_line_ends_are_line_ends_too(tmp_path: Path) -> None:
    path = tmp_path / "fixes.csv"
    path.write_bytes("\r".join([HEADER, *[ROW] * 40]).encode("gb18030"))
    assert outcome(slabs_of(path)) == outcome([whole_of(path)])
    assert len(outcome(slabs_of(path))[0]) == 40


@pytest.mark.usefixtures("small_slabs")
def test_a_quote_that_is_never_closed_is_told_with_the_line_where_its_row_begins(tmp_path: Path) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join([HEADER, *[ROW] * 30, '"' + ROW, *[ROW] * 200]), "utf-8")
    with pytest.raises(InputError, match="quotes") as told:
        read_fixes(path, timezone="Asia/Shanghai")
    assert (told.value.file, told.value.line) == ("fixes.csv", 32)


@pytest.mark.usefixtures("small_slabs")
def test_bytes_that_are_no_text_far_down_are_told_with_their_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_BLOCK_BYTES", 7)  # characters lie across blocks
    path = tmp_path / "fixes.csv"
    path.write_bytes("\n".join([HEADER, *[ROW] * 50]).encode() + b"\n\xff\xff\xff\n")
    with pytest.raises(InputError, match="neither UTF-8 nor GBK") as told:
        read_fixes(path, timezone="Asia/Shanghai")
    assert told.value.line == 52
    for encoding in ("utf-8", "gb18030", "utf-16"):
        path.write_bytes("\n".join([HEADER, *[ROW] * 50]).encode(encoding))
        assert encoding_of(path)[0].removesuffix("-sig") == encoding


@pytest.mark.usefixtures("small_slabs")
def test_a_file_that_is_still_written_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join([HEADER, *[ROW] * 50]), "utf-8")
    encoding = encoding_of(path)

    def found_before(_path: Path) -> object:
        with path.open("ab") as out:  # half of a character, after all was looked through
            out.write("\n晋".encode()[:2])
        return encoding

    monkeypatch.setattr(csv_table, "encoding_of", found_before)
    with pytest.raises(InputError, match="while it was read") as told:
        read_fixes(path, timezone="Asia/Shanghai")
    assert told.value.file == "fixes.csv"


@pytest.mark.parametrize("more", [0, 1])
def test_at_the_very_size_from_which_it_is_read_in_slabs_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join([HEADER, *[ROW] * 50]), "utf-8")
    whole = outcome([whole_of(path)])
    monkeypatch.setattr(csv_table, "WHOLE_BYTES", path.stat().st_size - more)
    found = read_csv(path)
    assert isinstance(found, TextTable) == (more == 0)
    assert outcome([found] if isinstance(found, TextTable) else list(found)) == whole


@pytest.mark.usefixtures("small_slabs")
def test_a_column_whose_name_holds_a_line_break_is_told_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join(['"车\n牌",time,lon,lat', *[ROW] * 50]), "utf-8")
    with pytest.raises(InputError) as told:
        read_fixes(path, timezone="Asia/Shanghai")
    assert told.value.file == "fixes.csv"


@pytest.mark.parametrize("header", ['车牌,time,lon,"la\r\n\nt"', '"车,牌\n",time,lon,lat'])
def test_a_column_whose_name_holds_a_line_break_is_what_it_is_as_a_whole(tmp_path: Path, header: str) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join([header, *[ROW] * 50, "too,few"]), "utf-8", newline="")
    assert outcome(slabs_of(path)) == outcome([whole_of(path)])
    lines = header.count("\n")
    assert outcome(slabs_of(path))[1] == list(range(2 + lines, 52 + lines))
    assert [reject.line for reject in outcome(slabs_of(path))[2]] == [52 + lines]


@pytest.mark.usefixtures("small_slabs")
def test_a_column_s_name_that_is_never_closed_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text("\n".join(['"车牌,time,lon,lat', *[ROW] * 50]), "utf-8")
    with pytest.raises(InputError, match="quotes") as told:
        read_fixes(path, timezone="Asia/Shanghai")
    assert (told.value.file, told.value.line) == ("fixes.csv", 1)


@pytest.mark.usefixtures("small_slabs")
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x" * 5000, "first line must name the columns"),
        ("a," * 3000, "first line must name the columns"),
        (HEADER + "\n" + "y" * 5000, "columns where"),
        ("lon,lon\n" + "1,2\n" * 300, "named twice"),
    ],
)
def test_no_table_is_one_clear_error(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "fixes.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as told:
        read_fixes(path, timezone="Asia/Shanghai")
    assert why in told.value.text.en or "no vehicle" in told.value.text.en or "quotes" in told.value.text.en


def test_leads_and_counts_are_those_of_the_whole_file(tmp_path: Path) -> None:
    day = make_day(seed=3, trucks=12)
    day.write(tmp_path / "day")
    given_ = [str(tmp_path / "day" / "traces.csv"), "--vehicles", str(tmp_path / "day" / "vehicles.csv")]
    for out, slab in (("whole", None), ("slabs", 20_000)):
        with pytest.MonkeyPatch.context() as patch:
            if slab:
                patch.setattr(csv_table, "WHOLE_BYTES", 0)
                patch.setattr(csv_table, "SLAB", slab)
            assert run(["check", *given_, "--out", str(tmp_path / out)]) == 0
    for name in ("leads.csv", "rejected.csv", "run.json", "report.html"):
        assert (tmp_path / "slabs" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    assert (tmp_path / "whole" / "leads.csv").read_text("utf-8").count("\n") > 5


@pytest.mark.slow
def test_what_is_held_does_not_grow_with_the_file(tmp_path: Path) -> None:
    line = "T{:04},2024-05-08T{:02}:{:02}:{:02}+08:00,110.77{:05},35.14{:05}\n"
    peaks = []
    for rows in (1_200_000, 2_400_000):
        path = tmp_path / f"{rows}.csv"
        with path.open("w", encoding="utf-8") as out:
            out.write("vehicle_id,time,lon,lat\n")
            block = "".join(
                line.format(k % 500, k // 3600 % 24, k // 60 % 60, k % 60, k % 99_991, k % 99_989)
                for k in range(100_000)
            )
            for _ in range(rows // 100_000):
                out.write(block)
        read, peak = rows_and_peak(path)
        assert read == rows
        peaks.append(peak)
        path.unlink()
    assert peaks[1] < peaks[0] * 1.15, peaks
