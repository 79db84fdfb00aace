"""What fleets' programs and Excel write above the header of a table is no header, and its lines count."""

from pathlib import Path

import pytest
from driving import HEAVY, IN_BY_SECOND_STREET, at, drive, judged, law, rows_of, written

from truckban.traces.read import csv_table
from truckban.traces.read.fleet import read_fleet
from zones.errors import InputError

HEADER = "终端号,定位时间,经度,纬度"


def table(separator: str = ",") -> str:
    """Return the lines of a drive, the last one damaged."""
    rows = written(drive(IN_BY_SECOND_STREET, at("10:00:00")))[["vehicle_id", "time", "lon", "lat"]]
    text = rows.to_csv(index=False, header=False).rstrip("\n") + "\nT1,never,110.77,35.14\n"
    return f"{HEADER}\n{text}".replace(",", separator)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("above", "separator"),
    [
        ("", ","),
        ("车辆轨迹明细表,,,\n", ","),
        ('"车辆轨迹明细表",,,\r\n导出时间：2024-05-09,,,\r\n', ","),
        ("车辆轨迹明细表\t\t\t\n\t\t\t\n", "\t"),
        (",,,\n\n", ","),
        ("sep=;\n", ";"),
        ("sep=,\r\n轨迹,,,\r\n", ","),
    ],
)
def test_lines_above_the_header_are_no_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: str, separator: str, *, large: bool
) -> None:
    if large:
        monkeypatch.setattr(csv_table, "WHOLE_BYTES", 100)
        monkeypatch.setattr(csv_table, "SLAB", 400)
    plain, titled = tmp_path / "plain.csv", tmp_path / "titled.csv"
    plain.write_text(table(), encoding="utf-8")
    titled.write_bytes((above + table(separator)).encode("gbk"))
    expected, found = (judged(tmp_path, traces=traces, vehicles={"T1": HEAVY}) for traces in (plain, titled))
    assert len(expected.leads) == 1
    assert rows_of(found.leads) == rows_of(expected.leads)
    titles = above.count("\n")
    assert [reject.line for reject in found.rejects] == [titles + (expected.rejects[0].line or 0)]
    assert sum("above the header" in note.en for note in found.notes) == (titles > 0)


def test_a_table_of_one_column_is_none_of_titles(tmp_path: Path) -> None:
    vehicles = tmp_path / "vehicles.csv"
    for text in (
        "plate\n晋M10001\n晋M10002\n",
        "plate,\n晋M10001,\n晋M10002,\n",
        "名单,\nplate,\n晋M10001,\n晋M10002,\n",
    ):
        vehicles.write_text(text, encoding="utf-8")
        assert sorted(read_fleet(vehicles, law()[0].facts).vehicles) == ["晋M10001", "晋M10002"]


def test_a_file_of_titles_alone_is_refused(tmp_path: Path) -> None:
    traces = tmp_path / "t.csv"
    traces.write_text("轨迹,,,\n" * 30, encoding="utf-8")
    with pytest.raises(InputError):
        judged(tmp_path, traces=traces, vehicles={"T1": HEAVY})
