"""Times as platforms write them otherwise than ISO 8601: written so, where there is one way to read them; else why not.

In twelve digits the order of JT/T 808's BCD time (0x0200: YY-MM-DD-hh-mm-ss) is not taken for granted: NMEA 0183 sends day, month, year.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from truckban.traces.read.reasons import BAD_TIME, DAY_NUMBER, TIME_SHORTENED, TIME_TWO_WAYS
from zones.text import Text

_DAY_AND_TIME = r"^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)"
_HALF = "上午|下午|[AaPp][Mm]"
_TIME = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?"
_REWRITTEN = (
    (_DAY_AND_TIME + r"(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?$", r"\1-\2-\3T\4:\5:\6\7\8"),
    (_DAY_AND_TIME + r"(\d{3})$", r"\1-\2-\3T\4:\5:\6.\7"),
    # from 2013 on: before, these may be a year of two digits, a month and a day as well
    (r"^(20(?:1[3-9]|[2-9]\d))(\d\d)(\d\d)(\d\d)(\d\d)$", r"\1-\2-\3T\4:\5"),
    # microseconds and nanoseconds since 1970, cut to milliseconds as all times are
    (r"^(1\d{12})(?:\d{3}|\d{6})$", r"\1"),
    (r"^(\d{4})(?:年(\d{1,2})月(\d{1,2})日|\.(\d{1,2})\.(\d{1,2})[Tt ]) *", r"\1-\2\4-\3\5 "),
    (r"[时時点](\d)分", r"时0\1分"),
    (r"分(\d)秒$", r"分0\1秒"),
    (r" (\d{1,2})[时時点](\d\d)分$", r" \1:\2"),
    (r" (\d{1,2})[时時点](\d\d)分(\d\d(?:\.\d+)?)秒$", r" \1:\2:\3"),
    (r" (\d{1,2})：(\d\d)", r" \1:\2"),
    (r"(\d)：(\d\d(?:\.\d+)?)$", r"\1:\2"),
    (rf"^(\S+) +({_TIME}) ?({_HALF})$", r"\1 \3\2"),
)
_IN_HALVES = rf"^(?P<day>\S+) +(?P<half>{_HALF}) ?(?P<hour>\d{{1,2}})(?P<rest>:\S+)$"
_NOON = 12
_REASONS = (
    # years of two digits, or written last; twelve digits
    (TIME_TWO_WAYS, r"^(?:\d{1,2}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)(?:\d\d|\d{4})\b|\d{12}$)"),
    # days since 1899-12-30, of the years 2000 to 2064
    (DAY_NUMBER, r"^(?:3[6-9]|[45]\d)\d{3}(?:\.\d+)?$"),
    (TIME_SHORTENED, r"^\d(?:\.\d+)?[Ee]\+\d{1,3}$"),
)


def usually_written(texts: pa.Array) -> pa.Array:
    """Return times as text, without white space around them, those of other forms than ISO 8601 rewritten in it.

    What has no single reading stays as it is. Microseconds and nanoseconds since 1970 become milliseconds.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - takes a while to import

    for pattern, replacement in _REWRITTEN:
        texts = pc.replace_substring_regex(texts, pattern=pattern, replacement=replacement)
    if not pc.any(pc.match_substring_regex(texts, pattern=_IN_HALVES)).as_py():
        return texts
    day, half, hour, rest = pc.extract_regex(texts, pattern=_IN_HALVES).flatten()
    hours, late = pc.cast(hour, pa.int8()), pc.match_substring_regex(half, pattern="^(下午|[Pp])")
    of_half = pc.if_else(pc.equal(hours, _NOON), 0, hours)
    of_day = pc.if_else(pc.and_(late, pc.less(of_half, _NOON)), pc.add(of_half, _NOON), of_half)
    # nobody knows what 14:05 in the morning is
    told = pc.or_(late, pc.less_equal(hours, _NOON))
    clock = pc.binary_join_element_wise(pc.utf8_lpad(pc.cast(of_day, pa.string()), 2, "0"), rest, "")
    written = pc.binary_join_element_wise(day, clock, " ")
    return pc.if_else(pc.fill_null(told, False), written, texts)  # noqa: FBT003 - Arrow's own


def why_unreadable(texts: pa.Array) -> list[tuple[Text, npt.NDArray[np.bool_]]]:
    """Return for texts that are read as no time the reasons why, each with its rows; the last is of all of them."""
    import pyarrow.compute as pc  # noqa: PLC0415

    found = [
        (reason, pc.match_substring_regex(texts, pattern=pattern).to_numpy(zero_copy_only=False))
        for reason, pattern in _REASONS
    ]
    return [*found, (BAD_TIME, np.ones(len(texts), bool))]
