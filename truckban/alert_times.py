"""When alerts were in force, for what is asked about the past: who checks traces is told, the notice does not say."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from truckban.cases import Case
from truckban.hours import DAY_S
from truckban.moments import local, read_instant
from zones.errors import InputError
from zones.text import Text

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MEMBERS = {"level", "from", "until"}
_SPAN = Text(
    "应为 {level, from, until}：起止是日期（止日包含在内），或 RFC 3339 时刻（终止时刻不含）",
    "{level, from, until} is needed: from and until are days, both included, or RFC 3339 instants, the end not included",
)


@dataclass(frozen=True, slots=True)
class AlertSpan:
    """One alert: its level, and its local seconds since day 0 of the calendar, the end not included.

    Attributes:
        level: as the notice names it.
        begin: when it began.
        end: when it was lifted.
        said: as it was given: `level`, `from`, `until`.
    """

    level: str
    begin: int
    end: int
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AlertTimes:
    """All alerts there were: at other times there was none."""

    spans: tuple[AlertSpan, ...] = ()

    @property
    def seconds(self) -> set[int]:
        """The seconds of a day at which some alert begins or ends."""
        return {at % DAY_S for span in self.spans for at in (span.begin, span.end)}

    def holds(self, levels: Iterable[str], case: Case) -> Any:  # noqa: ANN401
        """Return the trit of: an alert of one of some levels was in force."""
        at = case.day * DAY_S + case.second
        wanted = [span for span in self.spans if span.level in levels]
        logic = case.logic
        return logic.some(
            logic.every([logic.trit(at >= span.begin, at < span.begin), logic.trit(at < span.end, at >= span.end)])
            for span in wanted
        )

    def as_json(self) -> list[dict[str, str]]:
        """Return them as they were given."""
        return [dict(span.said) for span in self.spans]


def read_alert_times(given: Any, levels: Iterable[str], timezone: str) -> AlertTimes:  # noqa: ANN401
    """Read a list of `{"level", "from", "until"}`.

    Args:
        given: the list, as JSON has it; empty where there was no alert.
        levels: those of the notice.
        timezone: the notice's, in which days begin and instants without an offset are meant.

    Raises:
        InputError: it is no such list, with the number and the member: `alerts[0].level`.
    """
    if not isinstance(given, list):
        raise InputError(Text("应为列表 […]", "a list […] is needed"), field="alerts")
    known = list(levels)
    return AlertTimes(tuple(_span(one, known, timezone, f"alerts[{n}]") for n, one in enumerate(given)))


def alert_said(text: str) -> dict[str, str]:
    """Return what `LEVEL=FROM/UNTIL` says as JSON has it.

    Raises:
        InputError: it is not written so.
    """
    level, _, span = text.partition("=")
    begin, _, end = span.partition("/")
    if not (level and begin and end):
        raise InputError(
            Text(
                f"`{text}` 应写作 等级=起/止，如 red=2024-12-01/2024-12-03；没有预警写 none",
                f"`{text}` is written LEVEL=FROM/UNTIL, such as red=2024-12-01/2024-12-03; none where there was no alert",
            ),
            field="--alert",
        )
    return {"level": level, "from": begin, "until": end}


def _span(one: Any, levels: list[str], timezone: str, field: str) -> AlertSpan:  # noqa: ANN401
    if not isinstance(one, dict) or set(one) != _MEMBERS or not all(isinstance(value, str) for value in one.values()):
        raise InputError(_SPAN, field=field)
    if one["level"] not in levels:
        known = ", ".join(levels) or "-"
        raise InputError(
            Text(
                f"通告没有预警等级 {one['level']}；有：{known}",
                f"the notice has no alert level {one['level']}; there are: {known}",
            ),
            field=f"{field}.level",
        )
    begin = _local(one["from"], timezone, f"{field}.from", days=0)
    end = _local(one["until"], timezone, f"{field}.until", days=1)
    if end <= begin:
        raise InputError(
            Text(
                f"预警的终止 {one['until']} 不晚于开始 {one['from']}",
                f"the alert ends at {one['until']}, not after {one['from']}",
            ),
            field=f"{field}.until",
        )
    return AlertSpan(one["level"], begin, end, {name: one[name] for name in ("level", "from", "until")})


def _local(said: str, timezone: str, field: str, *, days: int) -> int:
    """Return local seconds of an instant, or of the midnight some days after the one a day begins with."""
    try:
        if _DAY.fullmatch(said):
            return (dt.date.fromisoformat(said).toordinal() + days) * DAY_S
        day, second = local(read_instant(said, timezone)[0], timezone)
    except (InputError, ValueError):
        raise InputError(_SPAN, field=field) from None
    return day * DAY_S + second
