"""Days and times in what is asked: as they are written, never as a number of seconds that somebody may have meant."""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator

from zones.errors import TextError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].+")


def _day(value: Any) -> Any:  # noqa: ANN401
    if (isinstance(value, str) and _DAY.fullmatch(value)) or isinstance(value, dt.date | None):
        return value
    raise TextError("日期写作 2024-05-08", "a day is written as 2024-05-08")


def _time(value: Any) -> Any:  # noqa: ANN401
    if (isinstance(value, str) and _TIME.fullmatch(value)) or isinstance(value, dt.datetime | None):
        return value
    raise TextError("时间写作 2024-05-08T09:00:00+08:00", "a time is written as 2024-05-08T09:00:00+08:00")


WrittenDay = Annotated[dt.date, BeforeValidator(_day)]
WrittenTime = Annotated[AwareDatetime, BeforeValidator(_time)]
