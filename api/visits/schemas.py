"""What the routes of visits take and give."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.enterprises.freight_runs import NewFreight
from api.enterprises.words import PlainText
from api.paging import Page
from api.traces.schemas import Crs

Certainty = Literal["inside", "unsure", "ambiguous"]
Column = Literal["vehicle_id", "time", "lon", "lat", "speed_kmh", "heading", "accuracy_m", "valid", "received"]


class NewVisits(NewFreight):
    """Traces in which visits are looked for: uploads of traces, one of vehicles, and at most one of permits and of sites."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "uploads": ["01J0000000000000000000TRAC", "01J0000000000000000000VEHC"],
                    "min_minutes": 10,
                    "why": "五月源头企业核查",
                }
            ]
        },
    )

    notice: Annotated[
        PlainText | None,
        StringConstraints(max_length=100),
        Field(description="a notice in force; needed where there are notices of several places"),
    ] = None
    zone: Annotated[
        str | None,
        StringConstraints(pattern=r"^[0-9a-f]{64}$"),
        Field(description="hash of a zone of the notice, needed where it has several: leads are looked for in one"),
    ] = None
    crs: Annotated[Crs | None, Field(description="that of the uploads unless said; one of them has to say")] = None
    columns: Annotated[
        dict[Column, Annotated[PlainText, StringConstraints(min_length=1, max_length=100)]],
        Field(default_factory=dict, description="names of the traces' columns, by the contract's names"),
    ]
    min_minutes: Annotated[
        float, Field(ge=1, le=1440, allow_inf_nan=False, strict=True, description="a stay lasts so long to be a visit")
    ] = 10


class VisitShown(BaseModel):
    """A stay of a truck at a site."""

    visit_id: str
    enterprise: str | None = Field(description="null where it stood within the sites of several")
    name: str | None
    listed: bool | None = Field(description="on the day of arrival; null where no list of it is known")
    site: str | None
    vehicle_id: str
    plate: str | None
    vehicle_class: str | None
    arrived_at: dt.datetime
    left_at: dt.datetime
    minutes: float
    certainty: Certainty
    sure: bool = Field(description="whether the enterprise is beyond doubt")
    probability: float
    margin_m: float
    others: list[str] = Field(description="enterprises at whose sites it may have been instead")
    load_before: str | None
    load_after: str | None
    silent_min: float
    came_unseen: bool
    left_unseen: bool
    invented: bool
    run_id: str


class VisitPage(Page):
    """Visits, the newest first."""

    visits: list[VisitShown]
    plates: Literal["full", "masked"]
    says: list[str]
