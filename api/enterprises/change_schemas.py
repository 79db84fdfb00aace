"""What the routes that change the registry take and give."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.enterprises.schemas import SiteShown
from api.enterprises.words import Asked, Day, Name, PlainText, Why


class RenamedShown(BaseModel):
    """One enterprise under a new name."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    enterprise: str
    before: str = Field(alias="from")
    to: str
    why: str


class PerhapsRenamed(BaseModel):
    """Two names that may be one enterprise's: a person has to say so."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    before: str = Field(alias="from")
    to: str
    score: float
    why: str


class ChangeShown(BaseModel):
    """What a new list changes against the newest one."""

    against: str | None
    added: list[str]
    returned: list[str] = Field(description="those of `added` that an earlier list had")
    removed: list[str]
    renamed: list[RenamedShown]
    perhaps_renamed: list[PerhapsRenamed]
    unchanged: int


class DraftShown(BaseModel):
    """The new list as it was read."""

    id: str
    title: str
    doc_no: str | None
    issuer: str | None
    issued: dt.date
    valid_from: dt.date
    supervision_phone: str | None
    count: int
    stated_count: int | None
    sha256: str
    unused_columns: list[str]


class ImportPreview(BaseModel):
    """What importing a list would do; nothing is written. `token` confirms it, with If-Match."""

    draft: DraftShown
    change: ChangeShown
    token: str
    registry_sha256: str


class SitePreview(BaseModel):
    """One site of a file."""

    id: str
    enterprise: str
    name: str
    replaces: bool = Field(description="there is a site of this id already")
    site: SiteShown


class SitesPreview(BaseModel):
    """What importing sites would do; nothing is written."""

    sites: list[SitePreview]
    added: int
    replaced: int
    token: str
    registry_sha256: str


class Said(Asked):
    """Who says so, and why it is entered."""

    source: Name = Field(
        description="whose word it is: a person, an office, a paper", examples=["县治超办 2024-05-08 函"]
    )
    date: Day | None = Field(default=None, description="of which day that is known; today unless said")
    why: Why


class NewAlias(Said):
    """Another name of an enterprise."""

    name: Name


class NewCode(Said):
    """A unified social credit code (GB 32100-2015)."""

    credit_code: Annotated[
        PlainText, Field(min_length=18, max_length=40, description="18 characters", examples=["91140821MA0H000000"])
    ]


class Restore(Asked):
    """Which version counts again, and why."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]
    why: Why
