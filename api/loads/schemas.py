"""What the routes of loads take and give."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.enterprises.freight_runs import NewFreight
from api.enterprises.words import PlainText
from api.paging import Page

Verdict = Literal["within", "over", "undetermined"]


class NewLoads(NewFreight):
    """Records that are held against the limits: uploads of the kind `loads`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"uploads": ["01J0000000000000000000SL1P"], "why": "五月装载核查"}]},
    )

    time_zone: Annotated[
        PlainText, StringConstraints(min_length=1, max_length=60), Field(description="of times without an offset")
    ] = "Asia/Shanghai"
    columns: Annotated[
        dict[
            Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}$")],
            Annotated[PlainText, StringConstraints(min_length=1, max_length=100)],
        ],
        Field(
            default_factory=dict,
            description="names of the files' columns, by the names of `truckban enterprise loads --column`",
        ),
    ]
    drive_axles: Annotated[
        int | None, Field(ge=1, le=10, strict=True, description="where a record does not say; unknown unless said")
    ] = None
    tyres: Annotated[Literal["double"] | None, Field(description="likewise: every axle on double tyres")] = None


class LoadShown(BaseModel):
    """A record and what the table of limits says of it."""

    load_id: str
    enterprise: str | None
    written: str | None = Field(description="the enterprise as the record writes it")
    file: str
    line: int
    slip: str | None
    plate: str
    at: dt.datetime
    axles: int | None
    gross_kg: float
    limit_low_kg: float | None = Field(description="the limits that are possible for what is known")
    limit_high_kg: float | None
    verdict: Verdict
    over_low_kg: float = Field(description="over by so much at least")
    over_high_kg: float
    article: str | None
    missing: list[str] = Field(description="what would settle an undetermined record")
    notes: list[str]
    cargo_kg: float | None
    payload_over_kg: float
    run_id: str


class LoadPage(Page):
    """Records, the newest first."""

    loads: list[LoadShown]
    plates: Literal["full", "masked"]
    says: list[str]
