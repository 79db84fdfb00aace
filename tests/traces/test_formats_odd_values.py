"""Files that are whole and say what none should: an answer or a clear error, the same as a whole and in pieces.

`python benchmarks/fuzz_traces.py --files 100000` reads as many as anyone likes; here some dozen of each.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from effort import times
from jt808_messages import in_hex, message, position
from mutations import FORMATS, tell_nobody
from mutations_in_streams import run_both_ways
from mutations_of_checks import run_checks
from reading import GOOD, HEADER, TEN, read, refused, why
from whole import limits, same, streamed

from truckban.traces.formats import large_excel
from truckban.traces.formats.excel_extent import spread_too_far
from truckban.traces.read.fleet import read_permits
from zones.errors import InputError

_FILES = times(60)
_BOOKS = times(20)
"""Of books that another process opens first."""
_SHEET = "xl/worksheets/sheet1.xml"
Write = Callable[..., Path]


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
def test_odd_values_end_the_same_as_a_whole_and_in_pieces(kind: str, tmp_path: Path) -> None:
    files = _files(kind)
    ends, failures = run_both_ways(kind, range(files), tmp_path, tell_nobody, values=True)
    assert failures == []
    assert ends["answer"] > files // 4
    assert ends["answer"] + ends["error"] == files


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind != "parquet"])
def test_damaged_bytes_end_the_same_as_a_whole_and_in_pieces(kind: str, tmp_path: Path) -> None:
    files = _files(kind)
    ends, failures = run_both_ways(kind, range(files), tmp_path, tell_nobody, values=False)
    assert failures == []
    assert ends["answer"] + ends["error"] == files


def _files(kind: str) -> int:
    return _BOOKS if kind in ("xls", "xlsb", "ods") else _FILES


def test_parquet_with_fewer_rows_than_it_says_is_damaged(tmp_path: Path) -> None:
    path = _parquet(tmp_path / "t.parquet")
    two, nine = b"\x16\x04\x19", b"\x16\x12\x19"  # num_rows in the footer, then the list of the groups of rows
    data = path.read_bytes()
    assert data.count(two) == 1
    path.write_bytes(data.replace(two, nine))
    for error in (refused(path), _refused_as_a_stream(path)):
        assert error.text.en == "the Parquet file is damaged or cut off and cannot be read"


@pytest.mark.slow
def test_whole_checks_of_damaged_files_count_every_row(tmp_path: Path) -> None:
    ends, failures = run_checks(range(_FILES), tmp_path)
    assert failures == []
    assert ends["answer"] > _FILES // 4
    assert ends["answer"] + ends["error"] == _FILES


def _parquet(path: Path, *more: tuple[str, list[object]]) -> Path:
    columns = [
        ("vehicle_id", ["T1", "T1"]),
        ("time", [TEN, TEN + 30]),
        ("lon", [110.76, 110.761]),
        ("lat", [35.14, 35.14]),
        *more,
    ]
    pq.write_table(
        pa.Table.from_arrays([pa.array(values) for _, values in columns], names=[name for name, _ in columns]), path
    )
    return path


@pytest.mark.parametrize("name", ["vehicle_id", "time", "lon", "lat"])
def test_two_columns_of_one_name_are_refused_where_they_are_needed(tmp_path: Path, name: str) -> None:
    path = _parquet(tmp_path / "t.parquet", (name, ["1", "2"]))
    for error in (refused(path), _refused_as_a_stream(path)):
        assert error.text.en == f"columns named twice: {name}"
        assert error.text.zh == f"列名重复：{name}"


def _refused_as_a_stream(path: Path) -> InputError:
    with pytest.raises(InputError) as error:
        streamed(path)
    return error.value


@pytest.mark.parametrize("name", ["接收时间", "定位状态"])
def test_two_columns_of_one_name_that_are_not_needed_are_not_used(tmp_path: Path, name: str) -> None:
    fixes = same(_parquet(tmp_path / "t.parquet", (name, ["V", "V"]), (name, ["A", "V"])))
    assert (fixes.read, fixes.used) == (2, 2)
    assert [note.en for note in fixes.notes if "named twice" in note.en] == [
        f"t.parquet: not used: columns named twice: {name}"
    ]


def test_two_columns_of_one_name_may_be_of_two_types(tmp_path: Path) -> None:
    fixes = same(
        _parquet(tmp_path / "t.parquet", ("定位状态", [["A"], ["A"]]), ("定位状态", ["A", "V"]), ("speed", ["x", "y"]))
    )
    assert (fixes.read, fixes.used) == (2, 2)


def test_names_that_are_the_same_without_spaces_are_the_same_name(write: Write) -> None:
    assert refused(write(f"{HEADER}, lon \n{GOOD},0\n")).text.en == "columns named twice: lon"


def test_a_mark_of_the_order_of_bytes_within_a_file_is_part_of_its_cell_wherever_a_slab_begins(write: Write) -> None:
    path = write(f"{HEADER}\n\ufeff{GOOD}\n{GOOD}\n\ufeff{GOOD}\n")
    assert read(path).vehicle_ids == ["T1", "\ufeffT1"]


def test_permits_with_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    columns = [pa.array(["晋M12345"]), pa.array(["2024-01-01"]), pa.array(["2024-02-01"])]
    pq.write_table(pa.Table.from_arrays(columns, names=["plate", "valid_from", "valid_from"]), path)
    with pytest.raises(InputError) as error:
        read_permits(path)
    assert error.value.text.en == "columns named twice: valid_from"


def test_lists_as_ids_are_the_same_as_a_whole_and_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    ids = pa.array([["T1"], ["T2"]], pa.list_(pa.string()))
    names = ["vehicle_id", "time", "lon", "lat"]
    pq.write_table(
        pa.Table.from_arrays([ids, *(pa.array([value] * 2) for value in (TEN, 110.76, 35.14))], names=names), path
    )
    assert same(path).used == 2


@pytest.mark.parametrize("name", ["vehicle_id", "定位状态"])
def test_times_where_texts_belong_are_read_one_by_one(tmp_path: Path, name: str) -> None:
    """Pandas leaves the clock out where all of some rows are at midnight."""
    days = [dt.datetime(2024, 5, 8), dt.datetime(2024, 5, 8, 10)]  # noqa: DTZ001 - a column without a zone
    columns = {
        "vehicle_id": ["T1", "T1"],
        "time": [TEN, TEN + 30],
        "lon": [110.76, 110.761],
        "lat": [35.14, 35.14],
        name: days,
    }
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(columns), path)
    with limits(rows=1):
        assert same(path).used == 2


@pytest.mark.parametrize("between", [b"\x0d\x0a", b"\x20", b"\x0d\x0d"])
def test_a_message_of_nothing_but_spaces_in_hexadecimal_is_one_that_is_too_short(write: Write, between: bytes) -> None:
    text = in_hex(message(position())) + f"7E{between.hex()}7E\n" + in_hex(message(position(110.78)))
    fixes = same(write(text, "t.hex"))
    assert fixes.read == 3
    assert (2, "", "shorter than the header of a message") in why(fixes)


def _book(path: Path, old: bytes, new: bytes, *, packed: bool = False) -> Path:
    """Write a workbook of eight rows in whose sheet something is replaced."""
    out = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(io.BytesIO(FORMATS["excel"]()[0][1])) as book, zipfile.ZipFile(out, "w", how) as made:
        for part in book.infolist():
            content = book.read(part)
            assert part.filename != _SHEET or old in content
            made.writestr(part.filename, content.replace(old, new) if part.filename == _SHEET else content)
    path.write_bytes(out.getvalue())
    return path


_FAR_ROW, _FAR_COLUMN = b'r="E777777777777777777"', b'r="AAAAA9"'


@pytest.mark.parametrize("place", [b'r="XFD1048576"', b'r="I1048576"', b"r = 'xfd99999'", _FAR_ROW, _FAR_COLUMN])
def test_a_cell_far_from_all_others_is_refused_before_room_is_made_for_those_between(
    tmp_path: Path, place: bytes
) -> None:
    """Room for each of 17,179,869,184 cells: that ended the process."""
    path = _book(tmp_path / "t.xlsx", b'r="E9"', place)
    assert refused(path).text.en == "the Excel file unpacks to a size beyond all sense"


def test_damage_in_a_part_that_nobody_reads_hinders_nobody(tmp_path: Path) -> None:
    data = bytearray(FORMATS["excel"]()[0][1])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        theme = packed.getinfo("xl/theme/theme1.xml")
    data[theme.header_offset + 200] ^= 1
    path = tmp_path / "t.xlsx"
    path.write_bytes(data)
    assert read(path).used == 8


def test_a_part_that_is_larger_than_the_file_says_is_not_unpacked(tmp_path: Path) -> None:
    path = _book(tmp_path / "t.xlsx", b"</sheetData>", b" " * 3_000_000 + b"</sheetData>", packed=True)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        size = packed.getinfo(_SHEET).file_size
    assert data.count(size.to_bytes(4, "little")) == 2
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (2000).to_bytes(4, "little")))
    assert refused(path).text.en == "the Excel file cannot be opened"


def test_a_row_of_a_hundred_megabytes_is_refused_before_all_of_it_is_held(tmp_path: Path) -> None:
    path = _book(tmp_path / "t.xlsx", b"</sheetData>", b" " * 100_000_000 + b"</sheetData>", packed=True)
    assert path.stat().st_size < 200_000
    assert refused(path).text.en == "the Excel file cannot be opened"


def test_texts_of_hundreds_of_megabytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    _book(path, b"</sheetData>", b"</sheetData>")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/SharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 9_000_000 + b"</sst>")
    assert refused(path).text.en == "the Excel file unpacks to a size beyond all sense"


@pytest.mark.parametrize("at", ["name", "sum"])
def test_a_cell_far_from_all_others_is_found_in_a_damaged_file_too(tmp_path: Path, at: str) -> None:
    path = _book(tmp_path / "t.xlsx", b'r="E9"', b'r="XFD1048576"')
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        head = packed.getinfo(_SHEET).header_offset
    data[head + (30 if at == "name" else 14)] ^= 1
    path.write_bytes(data)
    assert refused(path).text.en == "the Excel file unpacks to a size beyond all sense"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="E9"', b'r="E1048576"'),
        (b'r="E9"', b'r="XFD9"'),
        (b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'),
    ],
)
def test_a_table_of_eight_columns_may_have_a_value_in_the_last_row_and_empty_cells_anywhere(
    tmp_path: Path, old: bytes, new: bytes
) -> None:
    with zipfile.ZipFile(_book(tmp_path / "t.xlsx", old, new)) as packed:
        assert not spread_too_far(packed)


def test_many_cells_may_be_over_much_room(tmp_path: Path) -> None:
    rows = b"".join(
        b'<row r="%d"><c><v>1</v></c><c r="AA%d"/><c r="AA%d"><v>1</v></c></row>' % (n, n, n)
        for n in range(1000, 700_000)
    )
    with zipfile.ZipFile(_book(tmp_path / "t.xlsx", b"</sheetData>", rows + b"</sheetData>")) as packed:
        assert not spread_too_far(packed)


def test_rows_that_go_back_are_refused_where_a_sheet_is_cut_into_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _book(tmp_path / "t.xlsx", b'9"', b'3"')
    for name, value in (("PIECE", 300), ("LARGE", 0), ("_CHUNK", 700)):
        monkeypatch.setattr(large_excel, name, value)
    assert refused(path).text.en == "the Excel file cannot be opened"


def test_a_sheet_whose_rows_follow_each_other_is_read_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _book(tmp_path / "t.xlsx", b"<row ", b"<row ")
    whole = read(path).used
    for name, value in (("PIECE", 300), ("LARGE", 0), ("_CHUNK", 700)):
        monkeypatch.setattr(large_excel, name, value)
    assert read(path).used == whole == 8
