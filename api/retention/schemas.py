"""Retention, as it is asked and answered."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, Field

from api.leads.schemas import Asked, LeadId, Why
from api.paging import Page
from api.written_times import WrittenTime


class Retention(BaseModel):
    """How long what is kept, and what is past its time now."""

    raw_days: int
    lead_days: int
    permit_days: int = Field(description="permits from their last day on, applications from the last step")
    draft_days: int = Field(description="applications that were never handed in")
    result_days: int = Field(description="files that checks made")
    reply_days: int = Field(description="answers to requests that may be sent again")
    log_days: int
    tracks: int = Field(description="leads whose fixes a purge would remove now")
    closed_leads: int
    lapsed_leads: int = Field(description="left open for longer than closed ones are kept")
    permits: int = Field(description="permits and applications that a purge would remove now, with their files")
    drafts: int
    holds: int
    purging: bool = Field(description="a purge waits for a worker, or is under way")


class NewPurge(Asked):
    """What is past its time is to go now. The figures are those that were seen: where more is past its time, nothing is done."""

    tracks: Annotated[int, Field(ge=0, le=2**53, strict=True, examples=[12])]
    closed_leads: Annotated[int, Field(ge=0, le=2**53, strict=True, examples=[3])]
    lapsed_leads: Annotated[int, Field(ge=0, le=2**53, strict=True, examples=[0])]
    permits: Annotated[int, Field(ge=0, le=2**53, strict=True, examples=[0])] = 0
    drafts: Annotated[int, Field(ge=0, le=2**53, strict=True, examples=[0])] = 0
    why: Why = Field(examples=["季度清理"])


class PurgeQueued(BaseModel):
    """A purge that a worker will do."""

    job: str
    tracks: int = Field(description="leads whose fixes go")
    closed_leads: int
    lapsed_leads: int
    permits: int
    drafts: int


class NewHold(Asked):
    """A lead is to be kept beyond its time."""

    lead_id: LeadId
    why: Why = Field(examples=["行政复议未结"])
    until: WrittenTime = Field(examples=["2027-06-30T00:00:00+08:00"])


class Release(Asked):
    """A hold is to end."""

    why: Why


class HoldShown(BaseModel):
    """A reason to keep a lead beyond its time."""

    id: str
    lead_id: str
    why: str
    until: dt.datetime
    actor: str
    created_at: dt.datetime
    released_at: dt.datetime | None


class HoldPage(Page):
    """A page of holds."""

    holds: list[HoldShown]
