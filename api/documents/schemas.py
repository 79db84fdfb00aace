"""What is said of documents and of what is in force."""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.paging import Page
from api.store.tables.documents import Document, Enactment
from api.written_times import WrittenTime
from zones.errors import TextError

Kind = Literal["notice", "zone"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Why = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
_SHA = "9fb68f02b235a2ef0f4f30321c450914db52612f43ab357ee0aecd3f104fb284"


class DocumentShown(BaseModel):
    """A file that verdicts are made by."""

    sha256: Sha256 = Field(examples=[_SHA])
    kind: Kind
    name: str = Field(description="the notice's id, or the zone's", examples=["linyi-2023-5"])
    title: str
    size: int = Field(description="bytes")
    facts: dict[str, Any] = Field(
        description="of a notice its place and dates; of a zone its grade, areas and warnings"
    )
    added_at: dt.datetime
    added_by: str = Field(description="the account's id, or `program`")

    @classmethod
    def of(cls, row: Document) -> "DocumentShown":
        """Return what is shown of a row."""
        return cls.model_validate(row, from_attributes=True)


class DocumentPage(Page):
    """Documents, the newest first."""

    documents: list[DocumentShown]


class Enact(BaseModel):
    """Which notice, with which zone, is to answer from when on, and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"notice_sha256": _SHA, "zone_sha256": None, "why": "县政府新通告"}]},
    )

    notice_sha256: Sha256
    zone_sha256: Sha256 | None = Field(
        None, description="absent: the built-in zone that the notice names, or none: positions are unsure then"
    )
    other_zones_sha256: Annotated[list[Sha256], Field(max_length=50)] = Field(
        default_factory=list, description="of a notice with several zones the further ones: each a file of its own"
    )
    since: WrittenTime | None = Field(None, description="absent: now; not earlier than now")
    why: Why

    @model_validator(mode="after")
    def _has_a_first_zone(self) -> Self:
        if self.other_zones_sha256 and self.zone_sha256 is None:
            raise TextError(
                "有 other_zones_sha256 时，第一个区域写在 zone_sha256",
                "where there are `other_zones_sha256`, the first zone is `zone_sha256`",
            )
        return self


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    why: Why = Field(examples=["区域图有误，恢复原图"])


class EnactmentShown(BaseModel):
    """A notice with its zone: from when to when the service answered by it, and by whose hand."""

    id: str
    notice: str = Field(examples=["linyi-2023-5"])
    notice_sha256: Sha256
    zone_sha256: Sha256 | None
    other_zones_sha256: list[Sha256] = Field(
        default_factory=list, exclude_if=lambda zones: not zones, description="where the notice has several zones"
    )
    since: dt.datetime
    until: dt.datetime | None = Field(description="null: until something else is put in force")
    ended_by: str | None = Field(description="the one that took over")
    why: str
    made_by: str
    made_at: dt.datetime
    undone_by: str | None
    undone_at: dt.datetime | None
    version: int

    @classmethod
    def of(cls, row: Enactment) -> "EnactmentShown":
        """Return what is shown of a row."""
        return cls.model_validate(row, from_attributes=True)


class EnactmentPage(Page):
    """What is or was in force, the newest first."""

    enactments: list[EnactmentShown]
