"""Why a row of a trace is not used: the sentence for a person, and the short code by which such rows are counted."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from truckban.traces.read.rejects import reasons_of
from truckban.traces.read.tables import Reject
from zones.text import Text

is_shortened = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+[0-9]{1,3}").fullmatch
"""Whether Excel has made a number of an id, and of many ids one: the last digits of a terminal's phone number are lost."""
NO_VEHICLE = Text("没有车辆编号", "no vehicle id")
SHORTENED = Text(
    "编号被 Excel 缩写成了科学计数（如 1.39E+10），不知道是哪辆车；请按文本导出",
    "Excel has shortened the number (as 1.39E+10), so nobody knows which vehicle it is; export it as text",
)
NO_TIME = Text("没有时间", "no time")
BAD_TIME = Text("时间读不懂", "not a time")
TIME_TWO_WAYS = Text(
    "日期可以有几种读法（年、月、日的顺序不明）；请把年份写成四位放在最前，如 2024-05-08 10:00:00",
    "the date can be read in several ways; write the year first and in four digits, as 2024-05-08 10:00:00",
)
DAY_NUMBER = Text(
    "像是 Excel 的日期序号；请把这一列设为日期时间格式再导出",
    "looks like Excel's number of a day; give the column a format of date and time, then export it",
)
TIME_SHORTENED = Text(
    "时间被 Excel 缩写成了科学计数（如 2.02405E+13），时分秒已丢失；请按文本导出",
    "Excel has shortened the time (as 2.02405E+13), the hour is lost; export it as text",
)
EARLY = Text("时间早于 2000 年，像是终端时钟有误", "before the year 2000: the terminal's clock looks wrong")
FUTURE = Text("时间晚于本次检查：终端时钟有误", "later than the time of this check: the terminal's clock is wrong")
AFTER_RECEIPT = Text(
    "定位时间晚于接收时间：终端或平台的时钟有误",
    "later than it was received: the terminal's clock or the platform's is wrong",
)
EIGHT_HOURS = Text(
    "定位时间比接收时间晚约 8 小时：像是世界时与北京时间弄混",
    "about 8 hours later than it was received: UTC and Beijing time look mixed up",
)
NO_NUMBER = Text("不是数字", "not a number")
ZERO = Text("经纬度为零：没有定位", "longitude and latitude are zero: no position")
SWAPPED = Text("经纬度像是写反了", "longitude and latitude look swapped")
OUT_OF_RANGE = Text("经纬度超出范围", "out of range")
MILLIONTHS = Text(
    "超出范围：像是以百万分之一度为单位；请除以 1000000",
    "out of range: looks like millionths of a degree; divide by 1,000,000",
)
MINUTES = Text(
    "超出范围：像是度和分连写（NMEA 的 dddmm.mm）；请换算成度",
    "out of range: looks like degrees and minutes in one number (dddmm.mm of NMEA); convert it to degrees",
)
WITHOUT_FIX = Text("终端当时没有定位", "the terminal had no satellite fix")
TWO_PLACES = Text("同一时刻有两个位置", "two places at one time")
TWO_TRACKS = Text(
    "前后两个点都在车辆来不及到的另一处：同一编号有两条轨迹",
    "no vehicle could have been here between the reports before and after: two tracks under one number",
)
JUMP = Text("车辆来不及到的地方：定位跳变", "no vehicle could have got there in the time: a jump of the receiver")
FROZEN = Text(
    "位置没有更新：终端报告在行驶，位置却分毫不变", "frozen: the terminal says it drives, and no digit changes"
)

UNREADABLE = "unreadable"
"""The code of what a reader of one format found damaged: a line with other columns, a wrong check byte, …"""
CODES: Mapping[Text, str] = {
    NO_VEHICLE: "no_vehicle",
    SHORTENED: "vehicle_shortened",
    NO_TIME: "no_time",
    BAD_TIME: "bad_time",
    TIME_TWO_WAYS: "time_two_ways",
    DAY_NUMBER: "time_day_number",
    TIME_SHORTENED: "time_shortened",
    EARLY: "clock_before_2000",
    FUTURE: "clock_future",
    AFTER_RECEIPT: "clock_after_receipt",
    EIGHT_HOURS: "clock_8_hours",
    NO_NUMBER: "not_a_number",
    ZERO: "zero",
    SWAPPED: "swapped",
    OUT_OF_RANGE: "out_of_range",
    MILLIONTHS: "millionths",
    MINUTES: "degrees_minutes",
    WITHOUT_FIX: "without_fix",
    TWO_PLACES: "two_places",
    TWO_TRACKS: "two_tracks",
    JUMP: "jump",
    FROZEN: "frozen",
}
"""By the sentence, so that a format's reader that says the same is counted the same."""


def code_of(reason: Text) -> str:
    """Return the short code of a reason."""
    return CODES.get(reason, UNREADABLE)


def by_reason(rejects: Iterable[Reject]) -> dict[str, int]:
    """Return how many rows were rejected for each reason, by its code, in the order of the codes."""
    found: Counter[str] = Counter()
    for reason, count in reasons_of(rejects).items():
        found[code_of(reason)] += count
    return dict(sorted(found.items()))
