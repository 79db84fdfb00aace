"""What cleaning found, in figures for `run.json` and in sentences for a person."""

from collections.abc import Mapping

from truckban.traces.clean.noted import Named, VehicleNote
from zones.text import Text

PARKED = "parked"
_REJECTED = ("zero", "without_fix", "frozen", "jump", "two_places", "two_tracks")
# fewer rows on whole minutes are chance
_FEW = 20
_CLOCK = ("clock_before_2000", "clock_future", "clock_after_receipt", "clock_8_hours")


def cleaning_counts(rejected: Mapping[str, int], tally: Mapping[str, int], duplicates: int) -> dict[str, int]:
    """Return the counts of `run.json`, each of them there whether or not anything was found.

    Args:
        rejected: rows by the code of their reason.
        tally: as in `truckban.traces.clean.cleaning.Cleaned`.
        duplicates: rows that repeat a fix.

    Returns:
        Rows that were used: `duplicates`, `out_of_order`, `parked`. Rows that were not: by reason. Vehicles: what begins with `vehicles_`.
    """
    return {
        "duplicates": duplicates,
        "out_of_order": tally.get("late", 0),
        PARKED: tally.get(PARKED, 0),
        **{code: rejected.get(code, 0) for code in (*_REJECTED, *_CLOCK)},
        **{
            f"vehicles_{name}": tally.get(name, 0)
            for name in ("clock_forward", "clock_back", "two_tracks", "other_coordinates")
        },
    }


def notes_of(rejected: Mapping[str, int], tally: Mapping[str, int], named: Named) -> list[Text]:
    """Return what a person should know of the clocks and tracks: counts of rows and vehicles; ids only beside the sentences."""
    minutes = tally.get("minutes", 0)
    cut = minutes >= _FEW and 2 * minutes > rejected.get("two_places", 0)
    return [
        VehicleNote.of_some(Text(zh.format(n=n), en.format(n=n)), named.by_code.get(code, ()))
        for code, n, zh, en in (
            (
                "minutes",
                minutes if cut else 0,
                "{n} 行在同一时刻有两个位置，已拒绝，其时间都是整分钟：文件里的时间像是只保留到分钟（Excel 常这样显示）；请连秒一起导出",
                (
                    "{n} rows were rejected for two places at one time, with times on whole minutes: the times of the file seem to be "
                    "cut to the minute, as Excel shows them; export them with seconds"
                ),
            ),
            (
                "clock_future",
                rejected.get("clock_future", 0),
                "{n} 行的时间晚于本次检查，已拒绝；这些终端的其他时间也可能有误",
                "{n} rows are later than this check and were rejected; other times of those terminals may be wrong too",
            ),
            (
                "clock_8_hours",
                rejected.get("clock_8_hours", 0),
                "{n} 行的定位时间比接收时间晚约 8 小时，已拒绝：世界时与北京时间像是弄混了，须查明哪一列有误",
                (
                    "{n} rows are about 8 hours later than they were received, and were rejected: UTC and Beijing time look mixed up; "
                    "find out in which column"
                ),
            ),
            (
                "clock_forward",
                tally.get("clock_forward", 0),
                "{n} 辆车行驶中时间忽然跳过整小时：终端时钟可能有误；没有更改时间，这些车的经过只列为拿不准，不作线索",
                (
                    "the times of {n} vehicles leap forward by whole hours as they drive on: their clocks may be wrong; no time was "
                    "changed, and their passages are kept as unsure, not as leads"
                ),
            ),
            (
                "clock_back",
                tally.get("clock_back", 0),
                "{n} 辆车行驶中时间忽然退回整小时（按文件中的行序）：终端时钟可能有误；没有更改",
                (
                    "the times of {n} vehicles go back by whole hours as they drive on, by the order of rows in the file: "
                    "their clocks may be wrong; nothing was changed"
                ),
            ),
            (
                "other_coordinates",
                tally.get("other_coordinates", 0),
                "{n} 辆车的定位点按声明的坐标系不在街道上，按另一种坐标系则在：其经过只列为拿不准，不作线索；未作更正，请核实是哪种坐标系",
                (
                    "the fixes of {n} vehicles lie off the streets as declared and on them in another system of coordinates: their passages "
                    "are kept as unsure, not as leads; nothing was corrected; find out which system they are in"
                ),
            ),
            (
                "two_tracks",
                tally.get("two_tracks", 0),
                "{n} 辆车同时有两条轨迹：两个终端用了同一编号、号牌被套用，或时钟曾被拨回；这些车的经过只列为拿不准，不作线索",
                (
                    "{n} vehicles have two tracks at once: two terminals under one number, a cloned plate, or a clock that was set back; "
                    "their passages are kept as unsure, not as leads"
                ),
            ),
        )
        if n
    ]
