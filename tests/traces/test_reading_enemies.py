"""What happens to files of traces while they are read, and files that nobody would send: one clear sentence each, or an answer."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from effort import times
from mutations_in_slabs import in_slabs, run_in_slabs
from reading import GOOD, HEADER, TEN, read, refused, why
from whole import limits, near

from truckban.demo.day import make_day
from truckban.traces.read import csv_table, tables
from truckban.traces.read.csv_table import read_csv
from truckban.traces.read.pieces import Source
from truckban.traces.read.tables import read_tables
from truckban.traces.sifting.stream import Stream
from zones.errors import InputError
from zones.text import Text

Write = Callable[..., Path]
SLAB = 400
CHANGED = "the file was changed while it was read; check it when it is written"
ROW = "T{},2024-05-08T10:{:02}:{:02}+08:00,110.77,35.14\n"
MANY = f"{HEADER}\n" + "".join(ROW.format(n % 7, n // 60 % 60, n % 60) for n in range(3000))


@pytest.mark.slow
def test_damaged_files_end_in_slabs_as_they_do_as_a_whole(tmp_path: Path) -> None:
    ends, failures = run_in_slabs(range(times(60)), tmp_path)
    assert failures == []
    assert ends["answer"] > times(60) // 4
    assert ends["error"] > times(60) // 20


@pytest.mark.parametrize("seed", [5, 27, 48, 120, 285, 335, 461, 7771, 19848, 36492])
def test_damaged_files_whose_rows_were_once_lost_in_slabs_are_read(seed: int, tmp_path: Path) -> None:
    assert run_in_slabs(range(seed, seed + 1), tmp_path)[1] == []


# files that change


def other_content(path: Path) -> None:
    path.write_bytes(MANY.replace("T1,", "粤,").encode())


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def another_file(path: Path) -> None:
    beside = path.with_suffix(".new")
    beside.write_bytes(path.read_bytes())
    beside.replace(path)


def more(path: Path) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(GOOD + "\n")


def nothing(path: Path) -> None:
    path.unlink()


CHANGES = [other_content, cut, another_file, more, nothing]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_that_changes_after_its_encoding_was_found_is_told_so(
    write: Write, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], encoding: str
) -> None:
    path = write(MANY.replace("T1,", "晋,").encode(encoding))
    find = tables.encoding_of

    def found(path: Path) -> object:
        said = find(path)
        change(path)
        return said

    monkeypatch.setattr(csv_table, "encoding_of", found)
    with in_slabs(SLAB):
        assert refused(path).text.en == CHANGED


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_file_that_changes_between_two_slabs_is_told_so(
    write: Write, change: Callable[[Path], None], quote: str
) -> None:
    path = write(MANY.replace("T1,", f"{quote}T1{quote},"))
    with in_slabs(SLAB):
        parts = read_csv(path)
        assert not isinstance(parts, csv_table.TextTable)
        assert next(parts).rows > 0
        change(path)
        with pytest.raises(InputError) as told:
            list(parts)
    assert (told.value.text.en, told.value.file) == (CHANGED, "t.csv")


def test_a_small_file_is_read_once_so_that_it_is_of_one_piece(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(f"{HEADER}\n晋,1715133600,110.77,35.14\n".encode("gb18030"))
    find = tables.codecs.getincrementaldecoder

    def found(encoding: str) -> object:
        path.write_bytes(b"\xff\xff\xff")
        return find(encoding)

    monkeypatch.setattr(tables.codecs, "getincrementaldecoder", found)
    assert read(path).vehicle_ids == ["晋"]


@pytest.mark.parametrize("data", [b"\xef", b"\xef\xbb", b"\xef\xbb\xbf", b"\xff", b"\xff\xfe", b"\xff\xfea"])
def test_what_is_left_of_a_byte_order_mark_is_no_table(write: Write, data: bytes) -> None:
    path = write(data)
    refused(path)
    with in_slabs(SLAB):
        refused(path)


KILLED = """
import os, signal, sys
from truckban.cli.main import run
from truckban.traces.read import csv_table
csv_table.WHOLE_BYTES, csv_table.SLAB = 0, 20_000
parsed, count = csv_table._Sheet.parsed, 0
def killing(*given, **named):
    global count
    count += 1
    if count == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    return parsed(*given, **named)
csv_table._Sheet.parsed = killing
sys.exit(run(sys.argv[2:]))
"""


def test_a_check_that_is_killed_between_two_slabs_leaves_what_was_there_before(tmp_path: Path) -> None:
    day = tmp_path / "day"
    make_day(seed=3, trucks=6).write(day)
    out = tmp_path / "out"
    given = ["check", str(day / "traces.csv"), "--vehicles", str(day / "vehicles.csv"), "--out", str(out)]

    def checked(kill_at: int) -> int:
        return subprocess.run(
            [sys.executable, "-c", KILLED, str(kill_at), *given], capture_output=True, check=False, timeout=300
        ).returncode

    assert checked(3) == -signal.SIGKILL
    assert not out.exists()
    assert checked(0) == 0
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    assert "run.json" in before
    assert checked(5) == -signal.SIGKILL
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


# what is no file


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx", "t.gpx", "t.geojson", "t.jt808", "t.parquet", "t.txt"])
@pytest.mark.parametrize("written", [True, False])
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path, name: str, *, written: bool) -> None:
    path = tmp_path / name
    os.mkfifo(path)
    ends = []
    writer = threading.Thread(target=lambda: ends.append(os.open(path, os.O_RDWR | os.O_NONBLOCK)))
    if written:
        writer.start()
        writer.join()
        os.write(ends[0], f"{HEADER}\n{GOOD}\n".encode())
    said = refused(path).text
    for end in ends:
        os.close(end)
    assert "no file but a pipe or a device" in said.en
    assert "管道" in said.zh


def test_what_comes_through_standard_input_is_refused_in_a_sentence(tmp_path: Path, write: Write) -> None:
    given = [
        "check",
        "/dev/stdin",
        "--vehicles",
        str(write("vehicle_id,plate\nT1,\n", "v.csv")),
        "--out",
        str(tmp_path / "o"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "truckban.cli", "--lang", "en", *given],
        input=MANY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "stdin" in done.stderr
    assert "pipe" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "o").exists()


# what nobody would send


@pytest.mark.parametrize("whole", [True, False])
def test_a_byte_of_zero_is_a_character_like_others(write: Write, *, whole: bool) -> None:
    rows = [GOOD, "T\x001,1715133601,110.77,35.14", "T1,17151\x0033602,110.77,35.14", "T1,1715133603,\x00,35.14"]
    path = write("\n".join([HEADER, *rows, "\x00"]))
    with nullcontext() if whole else in_slabs(60):
        fixes = read(path)
    assert (fixes.vehicle_ids, fixes.t_s.tolist()) == (["T\x001", "T1"], [TEN + 1, TEN])
    assert why(fixes) == [
        (4, "time", "not a time"),
        (5, "lon", "not a number"),
        (6, "", "1 columns where 4 are needed"),
    ]


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("megabytes", [3, 70])
def test_a_cell_of_many_megabytes_is_told_with_its_line_and_column(write: Write, quote: str, megabytes: int) -> None:
    path = write(f"{HEADER},note\n{GOOD},\n{GOOD},{quote}{'x' * megabytes * 1_000_000}{quote}\n{GOOD},\n")
    error = refused(path)
    assert (error.line, error.field) == (3, "note")
    assert "long beyond all sense" in error.text.en


@pytest.mark.parametrize("whole", [True, False])
def test_ten_thousand_columns_are_read(write: Write, *, whole: bool) -> None:
    names = [f"c{n}" for n in range(9_996)]
    row = "," * 9_995
    path = write(f"{HEADER},{','.join(names)}\n" + f"{GOOD},{row}\n" * 100 + f"T2,when,1,1,{row}\n{GOOD}\n")
    with nullcontext() if whole else in_slabs(200_000):
        fixes = read(path)
    assert (fixes.used, fixes.duplicates) == (100, 99)
    assert why(fixes) == [(102, "time", "not a time"), (103, "", "4 columns where 10000 are needed")]


def test_more_columns_than_any_sheet_has_are_refused_at_once(write: Write) -> None:
    error = refused(write(",".join(f"c{n}" for n in range(1_000_000)) + "\n" + "1,2\n" * 9))
    assert (error.line, error.text.en) == (1, "the first line names more than 16384 columns")


def test_an_error_does_not_list_thousands_of_columns(write: Write) -> None:
    error = refused(write(",".join(f"c{n}" for n in range(10_000)) + "\n"))
    assert (error.line, error.field) == (1, "vehicle_id")
    assert len(error.text.en) < 600
    assert "9940 more" in error.text.en
    assert "10000 列" in error.text.zh
    twice = refused(write(",".join(["x" * 5000, "c"] * 100) + "\n"))
    assert len(twice.text.en) < 200


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \n", "\t\r\n", "\u3000\n", "\r"])
@pytest.mark.parametrize("quoted", [True, False])
def test_a_header_above_blank_lines_is_a_file_of_no_rows(write: Write, blank: str, *, quoted: bool) -> None:
    header = '"vehicle_id",time,lon,lat' if quoted else HEADER
    for separator in (",", "\t"):
        path = write(header.replace(",", separator) + blank[-1] + blank * 3000)
        for how in (nullcontext(), in_slabs(SLAB)):
            with how:
                fixes = read(path)
            assert (fixes.read, fixes.rejects) == (0, [])


def test_millions_of_blank_lines_are_gone_through_quickly(write: Write) -> None:
    path = write(f"{HEADER}\n" + "\n" * 30_000_000 + GOOD + "\n\nT1,x,1,1\n")
    fixes = read(path)
    assert (fixes.read, fixes.used) == (2, 1)
    assert why(fixes) == [(30_000_004, "time", "not a time")]


# rows that were once lost


@pytest.mark.parametrize("whole", [True, False])
def test_a_carriage_return_alone_ends_a_line_among_others_and_loses_no_row(write: Write, *, whole: bool) -> None:
    rows = ["T1,1715133601,110.77,35.14", "T1,x,110.77,35.14", "", "T1,1715133603,110.77,35.14"]
    path = write(f"{HEADER}\n{GOOD}\r" + "\n".join(rows) + "\r\nT1,1715133604,110.77,35.14\rT1,y,110.77,35.14\n")
    with nullcontext() if whole else in_slabs(60):
        fixes = read(path)
    assert fixes.t_s.tolist() == [TEN, TEN + 1, TEN + 3, TEN + 4]
    assert why(fixes) == [(4, "time", "not a time"), (8, "time", "not a time")]


def test_line_breaks_in_the_cells_of_a_large_file_are_no_matter(write: Write) -> None:
    rows = [f'T1,{1715133600 + n},110.77,35.14,"two\nlines"' for n in range(100_000)]
    rows[40_000] = 'T1,x,110.77,35.14,"a\nb"'
    path = write("\n".join([f"{HEADER},note", *rows]) + "\n")
    assert path.stat().st_size > 3 << 20  # of which Arrow takes 1 MB at a time
    for how in (nullcontext(), in_slabs(200_000)):
        with how:
            fixes = read(path)
        assert (fixes.read, fixes.used) == (100_000, 99_999)
        assert why(fixes) == [(80_002, "time", "not a time")]


@pytest.mark.parametrize("slab", range(100, 180, 7))
def test_a_slab_that_ends_within_a_cell_with_quotes_splits_no_row(write: Write, slab: int) -> None:
    rows = [f'T1,{1715133600 + n},110.77,35.14,"two\r\nlines, ""quoted"""\r\n' for n in range(40)]
    path = write(f"{HEADER},note\r\n" + "".join(rows))
    with in_slabs(slab):
        fixes = read(path)
    assert (fixes.read, fixes.used, fixes.rejects) == (40, 40, [])


def test_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "days.xlsx"
    rows = pd.DataFrame({"vehicle_id": ["a"], "time": ["2024-05-08 10:00:00"], "lon": [110.7], "lat": [35.1]})
    with pd.ExcelWriter(path) as book:
        for name in ("5月8日", "5月9日"):
            rows.to_excel(book, sheet_name=name, index=False)
        pd.DataFrame().to_excel(book, sheet_name="空表", index=False)
    (table,) = read_tables(path, Text("轨迹", "traces"), excel=True)
    assert table.rows == 1
    (note,) = table.notes
    assert "“5月9日”" in note.zh
    assert "空表" not in note.zh
    assert "1 more with content are not" in note.en


@pytest.mark.parametrize("change", ["grown", "replaced", "gone", "another"])
def test_a_file_that_changes_before_it_is_read_again_is_told_so(tmp_path: Path, change: str) -> None:
    """Rows out of order are read a second time; by then the last file of the folder is another, or there is one more."""
    folder = tmp_path / "traces"
    folder.mkdir()
    west, south, east, north = near().box
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(
        {
            "vehicle_id": "T1",
            "time": 1_715_140_800 + rng.permutation(600) * 10,
            "lon": rng.uniform(west, east, 600),
            "lat": rng.uniform(south, north, 600),
        }
    )
    first, last = folder / "a.csv", folder / "b.csv"
    rows[:300].to_csv(first, index=False)
    rows[300:].to_csv(last, index=False)

    def meanwhile(read: int) -> None:
        if read < len(rows):
            return
        if change == "grown":
            last.write_text(last.read_text("utf-8") + "T2,1715150000,110.77,35.14\n", "utf-8")
        elif change == "replaced":
            shutil.copy(first, folder / ".new")
            (folder / ".new").replace(last)
        elif change == "gone":
            last.unlink()
        else:
            shutil.copy(first, folder / "c.csv")

    stream = Stream(Source(folder, "Asia/Shanghai"), near(), progress=meanwhile)
    with limits(held=100), pytest.raises(InputError) as refused:
        list(stream.visits())
    assert CHANGED in refused.value.text.en
    assert ("c.csv" if change == "another" else "b.csv") in str(refused.value)
