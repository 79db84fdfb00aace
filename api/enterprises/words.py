"""Words and numbers that are taken from addresses and bodies: nothing that a store or a file could not hold."""

import datetime as dt
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api.plain_text import plain_text
from api.written_times import WrittenDay

_FIRST, _LAST = dt.date(1950, 1, 1), dt.date(2999, 12, 31)


PlainText = Annotated[str, AfterValidator(plain_text)]
Name = Annotated[
    PlainText,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Field(examples=["临猗汇鑫商砼有限公司"]),
]
Why = Annotated[
    PlainText,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    Field(description="for the audit trail", examples=["按县治超办通知更新名单"]),
]
Day = Annotated[WrittenDay, Field(ge=_FIRST, le=_LAST, examples=["2024-05-08"])]
OnDay = Annotated[WrittenDay | None, Query(ge=_FIRST, le=_LAST, description="as of this day; today unless said")]
EnterprisePath = Annotated[str, Path(pattern=r"^[0-9A-Za-z._-]{1,200}$", examples=["linyi-2023-18-01"])]
ListPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z._-]{1,200}$", examples=["linyi-2023-18"])]


class Asked(BaseModel):
    """What a body may hold, and nothing else."""

    model_config = ConfigDict(extra="forbid")
