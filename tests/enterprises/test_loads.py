"""Records read and judged: units, times, slips, bad input; what must not depend on the order or the files of the rows."""

import datetime as dt
import io
import random
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprises.errors import EnterpriseError
from enterprises.loading.columns import find_columns, without_unit
from enterprises.loading.records import NOTE
from enterprises.loads import Loads, check_loads
from tests.enterprises.loads_given import checked, reading

HEADER = "过磅时间,车牌号,毛重,轴数,企业名称,磅单号"
NOON = "2024-05-08 12:00:00"


def reasons(found: Loads) -> list[tuple[int | None, str]]:
    return sorted((one.line, one.field) for one in found.rejects)


def said(found: Loads) -> list[tuple[object, ...]]:
    """Return what was found, without where it stood."""
    records, judged = found.records, found.judged
    return sorted(
        (
            records.plate.of(row),
            int(records.time[row]),
            int(records.masses["gross"][row]),
            records.slip[row].as_py(),
            int(judged.verdict[row]),
            int(judged.low[row]),
            int(records.notes[row]),
        )
        for row in range(len(records))
    )


@pytest.mark.parametrize(
    ("header", "cell", "grams", "unit_from"),
    [
        ("毛重(kg)", "49000", 49_000_000, "header"),
        ("毛重（吨）", "49.000", 49_000_000, "header"),
        ("总重/t", "49.5", 49_500_000, "header"),
        ("gross_kg", "49000", 49_000_000, "header"),
        ("gross_t", "49", 49_000_000, "header"),
        ("毛重", "49", 49_000_000, "plausible"),
        ("毛重", "49000", 49_000_000, "plausible"),
        ("毛重", "49,000", 49_000_000, "plausible"),
        ("毛重", "49吨", 49_000_000, "cell"),
        ("毛重(t)", "49000 公斤", 49_000_000, "cell"),
        ("毛重", "４９．５ｔ", 49_500_000, "cell"),
        ("毛重(kg)", "800", 800_000, "header"),
    ],
)
def test_a_mass_is_read_by_what_says_its_unit_and_the_row_says_which(
    tmp_path: Path, header: str, cell: str, grams: int, unit_from: str
) -> None:
    found = checked(tmp_path, f"时间,车牌号,{header}", [f'{NOON},晋M10001,"{cell}"'])
    codes = {"cell": 1, "column": 2, "header": 3, "plausible": 4}
    assert found.records.masses["gross"].tolist() == [grams]
    assert found.records.unit_from.tolist() == [codes[unit_from]]
    assert bool(found.records.notes[0] & NOTE["unit.plausible"]) is (unit_from == "plausible")


@pytest.mark.parametrize(
    ("header", "cell", "sentence"),
    [
        ("毛重", "800", "'800' has no unit and may be tonnes or kilograms"),
        ("毛重", "151", "'151' has no unit"),
        ("毛重", "2999", "'2999' has no unit"),
        ("毛重", "0.5", "'0.5' has no unit"),
        ("毛重(t)", "49000", "'49000' in the unit that is stated is not within"),
        ("毛重(kg)", "49", "'49' in the unit that is stated is not within"),
        ("毛重", "-49", "'-49' is no mass"),
        ("毛重", "4e4", "'4e4' is no mass"),
        ("毛重", "nan", "'nan' is no mass"),
        ("毛重", "", "there is no mass"),
        ("毛重", "49，5", "'49，5' is no mass"),
    ],
)
def test_an_ambiguous_or_impossible_mass_is_rejected_and_never_guessed(
    tmp_path: Path, header: str, cell: str, sentence: str
) -> None:
    found = checked(tmp_path, f"时间,车牌号,{header}", [f"{NOON},晋M10001,{cell}"])
    (reject,) = found.rejects
    assert (reject.file, reject.line, reject.field) == ("loads.csv", 2, "gross")
    assert reject.reason.en.startswith(sentence)
    assert reject.reason.zh


def test_a_column_of_units_says_each_rows_unit(tmp_path: Path) -> None:
    rows = [f"{NOON},晋M10001,49,吨", f"{NOON},晋M10002,800,kg", f"{NOON},晋M10003,49,"]
    found = checked(tmp_path, "时间,车牌号,毛重,计量单位", rows)
    assert found.records.masses["gross"].tolist() == [49_000_000, 800_000, 49_000_000]
    assert found.records.unit_from.tolist() == [2, 2, 4]


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2024-05-08 12:00:00", "2024-05-08T04:00:00"),
        ("2024-05-08T12:00:00+08:00", "2024-05-08T04:00:00"),
        ("2024-05-08T12:00:00Z", "2024-05-08T12:00:00"),
        ("2024/5/8 12:00", "2024-05-08T04:00:00"),
        ("2024.05.08 12:00:00.750", "2024-05-08T04:00:00"),
        ("2024年5月8日12时0分5秒", "2024-05-08T04:00:05"),
        ("2024年5月8日 12时30分", "2024-05-08T04:30:00"),
        ("20240508120000", "2024-05-08T04:00:00"),
        ("202405081200", "2024-05-08T04:00:00"),
    ],
)
def test_a_time_without_an_offset_is_read_in_the_zone_that_is_said(tmp_path: Path, cell: str, utc: str) -> None:
    found = checked(tmp_path, "时间,车牌号,毛重(t)", [f"{cell},晋M10001,49"])
    (seconds,) = found.records.time.tolist()
    assert dt.datetime.fromtimestamp(seconds, dt.UTC).replace(tzinfo=None).isoformat() == utc
    assert found.records.without_offset.tolist() == ["Z" not in cell and "+" not in cell]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("", "there is no time"),
        ("2024-02-30 12:00:00", "there is no such time"),
        ("2024-13-01 12:00:00", "there is no such time"),
        ("2024-05-08 24:00:00", "there is no such time"),
        ("2024-05-08", "a day without a time of day"),
        ("1899-12-30 12:00:00", "the year 1899 cannot be"),
        ("noon", "'noon' is no time"),
        ("1715133600", "'1715133600' is no time"),
        ("2024-05-08 12:00:00+99:00", "there is no such time"),
    ],
)
def test_a_time_that_is_none_is_rejected(tmp_path: Path, cell: str, sentence: str) -> None:
    (reject,) = checked(tmp_path, "时间,车牌号,毛重(t)", [f"{cell},晋M10001,49"]).rejects
    assert (reject.field, reject.reason.en[: len(sentence)]) == ("time", sentence)


def test_an_hour_that_summer_time_repeats_is_rejected_not_chosen(tmp_path: Path) -> None:
    from enterprises.loads import zone_named  # noqa: PLC0415

    rows = [f"{time},晋M10001,49" for time in ("2024-10-27 02:30:00", "2024/10/27 2:30", "2024-03-31 02:30:00")]
    found = checked(tmp_path, "时间,车牌号,毛重(t)", rows, zone=zone_named("Europe/Berlin"))
    assert [reject.reason.en[:24] for reject in found.rejects] == ["this time does not exist"] * 3


@pytest.mark.parametrize(("cell", "axles"), [("6", 6), ("6轴", 6), ("六轴", 6), ("6.0", 6), ("十二", 12), ("两轴", 2), ("", -1), ("未知", -1)])  # fmt: skip
def test_axles_are_read_as_people_write_them(tmp_path: Path, cell: str, axles: int) -> None:
    assert checked(tmp_path, "时间,车牌号,毛重(t),轴数", [f"{NOON},晋M1,49,{cell}".replace("M1,", "M10001,")]).records.axles.tolist() == [axles]  # fmt: skip


@pytest.mark.parametrize("cell", ["0", "1", "17", "99", "-2", "2.5", "many", "轴"])
def test_impossible_axles_are_rejected(tmp_path: Path, cell: str) -> None:
    (reject,) = checked(tmp_path, "时间,车牌号,毛重(t),轴数", [f"{NOON},晋M10001,49,{cell}"]).rejects
    assert (reject.field, cell in reject.reason.zh) == ("axles", True)


def test_what_cannot_be_read_beside_the_mass_is_unknown_and_noted(tmp_path: Path) -> None:
    header = "时间,车牌号,毛重(t),轴数,驱动轴数,单轮胎轴数,核定载质量,皮重(t),净重(t),车型"
    rows = [f"{NOON},晋M10001,49,6,7,6,800,15,30,轿车", f"{NOON},晋M10002,49,6,2,0,32,15,34,汽车列车"]
    records = checked(tmp_path, header, rows).records
    bits = [name for name, bit in NOTE.items() if records.notes[0] & bit]
    assert bits == ["kind.unread", "drive_axles.unread", "single_axles.unread", "payload.unread", "cargo.differs"]
    assert records.notes[1] == 0
    judged = checked(tmp_path, header, rows).judged
    assert judged.cargo.tolist() == [-1, 34_000_000]
    assert judged.payload_over.tolist() == [-1, 2_000_000]


def test_the_same_slip_twice_is_one_record_and_another_content_is_two_and_said(tmp_path: Path) -> None:
    rows = [
        f"{NOON},晋M10001,17,2,示意石料厂,A1",
        f"{NOON},晋 M·10001,17000,2轴,示意石料厂,A1",
        f"{NOON},晋M10001,19,2,示意石料厂,A1",
        f"{NOON},晋M10001,17,2,示意另一石料厂,A1",
        f"{NOON},晋M10001,17,2,示意石料厂,",
        f"{NOON},晋M10001,17,2,示意石料厂,",
        f"{NOON},晋M10002,17,2,示意石料厂,",
    ]
    found = checked(tmp_path, HEADER, rows)
    assert found.counts() | {"read": 7} == found.counts()
    assert [(one.line, one.first_line) for one in found.repeats] == [(3, 2), (7, 6)]
    conflict = [bool(note & NOTE["slip.conflict"]) for note in found.records.notes]
    assert conflict == [True, True, False, False, False]


ROW = st.tuples(
    st.integers(0, 5),
    st.sampled_from(["49", "49000", "17.999", "18.001", "800", "", "31t"]),
    st.sampled_from(["2", "3", "6", "", "1"]),
    st.sampled_from(["A1", "A2", ""]),
    st.integers(0, 3),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=12), st.randoms(use_true_random=False), st.integers(0, 12))
def test_order_and_files_of_the_rows_change_nothing(
    tmp_path: Path, drawn: list[tuple[int, str, str, str, int]], shuffler: random.Random, cut: int
) -> None:
    rows = [
        f"2024-05-08 12:00:0{second},晋M1000{plate},{mass},{axles},示意石料厂,{slip}"
        for plate, mass, axles, slip, second in drawn
    ]
    whole = checked(tmp_path, HEADER, rows)
    counts = whole.counts()
    assert counts["read"] == len(rows) == counts["records"] + counts["repeats"] + counts["rejected"]
    assert counts["records"] == counts["over"] + counts["within"] + counts["undetermined"]
    mixed = [*rows]
    shuffler.shuffle(mixed)
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, part in zip(paths, (mixed[:cut], mixed[cut:]), strict=True):
        path.write_text("\n".join([HEADER, *part]), encoding="gb18030")
    parts = check_loads(paths, reading())
    assert said(parts) == said(whole)
    assert parts.counts() == counts
    assert parts.vehicles == whole.vehicles
    assert parts.firms == whole.firms


def test_excel_gbk_utf16_titles_and_quotes_are_read_alike(tmp_path: Path) -> None:
    text = f"某石料厂过磅单\n{HEADER}\n{NOON},晋M10001,49,6,示意石料厂,A1\n\n{NOON},晋M10002,18.5,2,示意石料厂,7\n"
    quoted = text.replace("示意石料厂", '"示意石料厂"')
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate(text.split("\n")):
            for column, cell in enumerate(line.split(",")):
                plain: object = float(cell) if column in (2, 3) and number > 1 else cell
                sheet.write(number, column, plain)
    found = []
    for name, data in {
        "u.csv": text.encode(),
        "bom.csv": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        "g.csv": text.encode("gb18030"),
        "w.csv": text.encode("utf-16"),
        "q.csv": quoted.encode(),
        "semi.csv": text.replace(",", ";").encode(),
        "x.xlsx": book.getvalue(),
    }.items():
        (tmp_path / name).write_bytes(data)
        one = check_loads([tmp_path / name], reading())
        assert one.records.line.tolist() == [3, 5], name
        found.append(said(one))
    assert all(one == found[0] for one in found)


def test_lines_of_another_width_and_a_line_break_in_a_cell_keep_their_lines(tmp_path: Path) -> None:
    rows = [f"{NOON},晋M10001,49,6,甲厂,A1", "x,y", f"{NOON},晋M10002,49,6,甲厂,A2"]
    found = checked(tmp_path, HEADER, rows)
    assert (found.records.line.tolist(), reasons(found)) == ([2, 4], [(3, "")])
    rows[0] = f'{NOON},晋M10001,49,6,"甲\n厂",A1'
    found = checked(tmp_path, HEADER, rows)
    assert (found.records.line.tolist(), reasons(found)) == ([2, 5], [(4, "")])


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("l.csv", b"", "l.csv: the file is empty"),
        ("l.csv", "时间,车牌号\n".encode(), "l.csv:1: gross: no column gross"),
        ("l.csv", b"\x81\x00\xff", "l.csv: this is neither UTF-8"),
        ("l.csv", b"PK\x03\x04 nothing", "l.csv:1: time: no column"),
        ("l.xlsx", b"nothing", "l.xlsx: the Excel file cannot be opened"),
        ("l.pdf", b"x", "l.pdf: unknown kind of file"),
        ("l.csv", f'{HEADER}\n{NOON},晋M10001,49,6,"甲,A1\n'.encode(), "l.csv:2: the quotes do not pair"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, data: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(EnterpriseError) as caught:
        check_loads([tmp_path / name], reading())
    assert caught.value.say("en").startswith(sentence)


def test_a_header_alone_is_no_record_and_no_fault(tmp_path: Path) -> None:
    found = checked(tmp_path, HEADER, [])
    assert set(found.counts().values()) == {0}
    assert found.vehicles == found.firms == []


def test_plates_go_through_the_callers_callable(tmp_path: Path) -> None:
    found = checked(tmp_path, HEADER, [f"{NOON},晋m10001,49,6,甲,A1", f"{NOON},,49,6,甲,A2"], plate=_strict)
    assert found.records.plate.texts == ["晋M10001"]
    assert reasons(found) == [(3, "plate")]


def _strict(text: str) -> str:
    from enterprises.errors import Text  # noqa: PLC0415

    if not text:
        raise EnterpriseError(Text("空", "empty"))
    return text.upper()


def test_what_the_caller_says_of_axles_holds_where_the_row_says_nothing(tmp_path: Path) -> None:
    rows = [f"{NOON},晋M10001,46.5,6,,", f"{NOON},晋M10002,46.5,6,1,0"]
    header = "时间,车牌号,毛重(t),轴数,驱动轴数,单轮胎轴数"
    assert checked(tmp_path, header, rows).judged.verdict.tolist() == [2, 1]
    found = checked(tmp_path, header, rows, drive_axles=2, single_axles=0)
    assert found.judged.verdict.tolist() == [0, 1]
    assert found.records.notes.tolist() == [NOTE["drive_axles.said"] | NOTE["single_axles.said"], 0]


def test_a_named_column_is_taken_and_one_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    rows = [f"{NOON},晋M10001,49,48"]
    found = checked(tmp_path, "时间,车牌号,毛重(t),实测(t)", rows, columns={"gross": "实测(t)"})
    assert found.records.masses["gross"].tolist() == [48_000_000]
    with pytest.raises(EnterpriseError, match="there is no column 净"):
        checked(tmp_path, "时间,车牌号,毛重(t),实测(t)", rows, columns={"net": "净"})


@pytest.mark.parametrize(
    ("name", "bare", "unit"),
    [("毛重(kg)", "毛重", "kg"), ("毛重（吨）", "毛重", "t"), ("毛重 [T]", "毛重", "t"), ("gross_weight", "gross_weight", None),
     ("weight", "weight", None), ("重量公斤", "重量", "kg"), ("毛重（单位：吨）", "毛重", "t"), ("吨", "吨", None)],
)  # fmt: skip
def test_a_unit_is_found_in_a_columns_name(name: str, bare: str, unit: str | None) -> None:
    assert without_unit(name) == (bare, unit)


def test_the_first_of_several_names_for_a_column_is_taken() -> None:
    found, units = find_columns(["总质量(kg)", "毛重(t)", "皮重时间", "车号", "毛重时间"], {})
    assert (found["gross"], units, found["plate"], found["time"]) == (1, {"gross": "t"}, 3, 4)
