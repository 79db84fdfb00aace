"""Exports of fleets: their columns, Excel, folders of many formats; the command's options do not get into the way."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from driving import HEAVY, WUYI, at, drive
from jt808_messages import GMT8, batch, message, position
from reading import GOOD, HEADER, TEN, read, refused, why

from truckban.cli.main import run
from truckban.traces.formats.by_name import trace_readers
from truckban.traces.read.column_names import NAMES, meaning
from truckban.traces.read.tables import EXCEL

Write = Callable[..., Path]
GPX = '<gpx><trk><name>T9</name><trkseg><trkpt lat="35.14" lon="110.77"><time>2024-05-08T02:00:00Z</time></trkpt></trkseg></trk></gpx>'
GEOJSON = json.dumps(
    {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[110.77, 35.14]]},
        "properties": {"name": "T8", "times": ["2024-05-08T02:00:00Z"]},
    }
)


@pytest.mark.parametrize(
    "header",
    [
        "车牌号,GPS时间,经度,纬度,速度(km/h),方向,海拔",
        "车牌号码,定位时间,经度,纬度,车速（km/h）,方向角,海拔高度(米)",
        "终端手机号,gps定位时间,GPS经度,GPS纬度,GPS速度(公里/小时),方位角,海拔",
        "SIM卡号,采集时间,东经,北纬,行驶速度(km/h),航向,里程",
        "设备编号,日期时间,经度,纬度,卫星速度km/h,行驶方向,地址",
        "Terminal ID,GPS_Time,Lng,Lat,Speed(km/h),Direction,Altitude",
        "plate_no,fix time,Longitude,Latitude,speed_kmh,course,acc",
        "车号,轨迹时间,定位经度,定位纬度,定位速度,方向,状态",
    ],
)
def test_the_columns_of_fleets_exports_are_known(write: Write, header: str) -> None:
    fixes = read(write(f"{header}\nT1,2024-05-08 10:00:00,110.77,35.14,36.5,90,400\n"))
    assert (fixes.vehicle_ids, fixes.t_s.tolist(), fixes.lon.tolist()) == (["T1"], [TEN], [110.77])


def test_the_time_a_platform_received_a_report_is_no_time_of_it(write: Write) -> None:
    assert refused(write("车牌号,接收时间,经度,纬度\nT1,2024-05-08 10:00:00,110.77,35.14\n")).field == "time"
    both = write("车牌号,接收时间,定位时间,经度,纬度\nT1,2024-05-09 10:00:00,2024-05-08 10:00:00,110.77,35.14\n")
    assert read(both).t_s.tolist() == [TEN]


def test_excel_is_read_with_times_as_cells_and_as_text(tmp_path: Path) -> None:
    rows = {
        "车牌号": ["T1", 5002, "T3", None],
        "定位时间": [dt.datetime(2024, 5, 8, 10), "2024-05-08 10:00:30", "noon", dt.datetime(2024, 5, 8, 10)],  # noqa: DTZ001
        "经度": [110.77, "110.78", 110.77, 110.77],
        "纬度": [35.14] * 4,
        "速度(km/h)": [36, None, 0, 0],
    }
    pd.DataFrame(rows).to_excel(tmp_path / "t.xlsx", index=False, engine="xlsxwriter")
    fixes = read(tmp_path / "t.xlsx")
    assert (fixes.vehicle_ids, fixes.t_s.tolist(), fixes.assumed_zone) == (["5002", "T1"], [TEN + 30, TEN], 2)
    assert why(fixes) == [(4, "time", "not a time"), (5, "vehicle_id", "no vehicle id")]


def test_excel_that_unpacks_beyond_all_sense_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("truckban.traces.formats.excel_extent._MOST_UNPACKED", 1000)
    pd.DataFrame({"time": [1]}).to_excel(tmp_path / "t.xlsx", engine="xlsxwriter")
    assert "unpacks" in refused(tmp_path / "t.xlsx").text.en


@pytest.mark.parametrize("data", [b"PK\x03\x04" + bytes(100), b"\xd0\xcf\x11\xe0" + bytes(600), b"text"])
def test_what_is_no_excel_is_refused(write: Write, data: bytes) -> None:
    for name in ("t.xlsx", "t.xls"):
        assert "Excel" in refused(write(data, name)).text.zh


def test_a_folder_may_hold_every_format_and_what_is_not_read_is_said(tmp_path: Path, write: Write) -> None:
    write(f"{HEADER}\n{GOOD}\n", "day/a.csv")
    write(GPX, "day/b.gpx")
    write(GEOJSON, "day/c.geojson")
    write(message(position()), "day/d.jt808")
    write("x", "day/readme.md")
    write("{}", "day/run.json")
    pd.DataFrame({"vid": ["T7"], "time": ["2024-05-08 10:00:00"], "lon": [110.77], "lat": [35.14]}).to_excel(
        tmp_path / "day" / "e.xlsx", index=False, engine="xlsxwriter"
    )
    fixes = read(tmp_path / "day")
    assert fixes.vehicle_ids == ["13912345678", "T1", "T7", "T8", "T9"]
    assert fixes.files == [(f"{name}", 1) for name in ("a.csv", "b.gpx", "c.geojson", "d.jt808", "e.xlsx")]
    assert "2 other files of the folder were not read: readme.md, run.json" in fixes.notes[0].en


def test_columns_chosen_for_tables_do_not_disturb_formats_that_have_none(tmp_path: Path, write: Write) -> None:
    write(GPX, "day/b.gpx")
    write(message(position()), "day/d.jt808")
    write("wer,wann,lon,lat\nT1,1715133600,110.77,35.14\n", "day/a.csv")
    assert read(tmp_path / "day", columns={"vehicle_id": "wer", "time": "wann"}).used == 3


def test_a_log_of_terminals_is_checked_with_the_vehicles_that_carry_them(tmp_path: Path) -> None:
    fixes = drive(WUYI, at("10:00:00"))
    items = [
        position(row.lon, row.lat, at=dt.datetime.fromtimestamp(row.t_s, GMT8), kmh=36)  # type: ignore[arg-type]
        for row in fixes.itertuples()
    ]
    sent = [message(batch(*items[n : n + 10]), kind=0x0704) for n in range(0, len(items), 10)]
    (tmp_path / "day.jt808").write_bytes(b"".join(sent))
    pd.DataFrame([{"终端手机号": "13912345678", **HEAVY, "plate": "晋M54321"}]).to_csv(tmp_path / "v.csv", index=False)
    call = ["check", str(tmp_path / "day.jt808"), "--vehicles", str(tmp_path / "v.csv"), "--out", str(tmp_path / "out")]
    assert run(call) == 0
    leads = pd.read_csv(tmp_path / "out" / "leads.csv", dtype=str)
    assert leads[["vehicle_id", "plate"]].to_numpy().tolist() == [["13912345678", "晋M54321"]]


def test_no_name_stands_for_two_columns() -> None:
    for name, others in NAMES.items():
        assert {meaning(other) for other in (name, *others)} == {name}


def test_the_page_on_traces_names_the_columns_and_every_ending() -> None:
    page = (Path(__file__).parents[2] / "docs" / "traces.md").read_text("utf-8").lower()
    with_units = ("kmh", "km_h", "公里小时", "公里时", "千米时", "千米小时", "m", "米")
    names = [other for others in NAMES.values() for other in others if not other.endswith(with_units)]
    endings = [*EXCEL, *trace_readers(lambda path: iter(()), {}), ".csv", ".tsv", ".parquet", ".pq"]  # noqa: ARG005
    assert [said for said in (*names, *endings) if said not in page] == []


def test_a_line_break_within_a_columns_name_is_read_or_refused(write: Write) -> None:
    row = "T1,1715133600,110.77,35.14\n"
    assert read(write(f'vehicle_id,"ti\nme",lon,lat\n{row}')).t_s.tolist() == [TEN]
    assert refused(write(f'"vehicle_id,time\n,x",lon,lat,time\n{row}')).text.en
