"""What is said of a notice."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.paging import Page
from truckban.norms import Notice
from zones.zone import Zone


class ZoneNamed(BaseModel):
    """The zone that a notice's places are looked up in; `schematic` is not fit for enforcement."""

    id: str = Field(examples=["linyi-schematic"])
    grade: Literal["schematic", "osm", "survey"]
    sha256: str

    @classmethod
    def of(cls, zone: Zone) -> "ZoneNamed":
        """Return the name of a zone."""
        return cls(id=zone.id, grade=zone.grade, sha256=zone.sha256)


class NoticeDates(BaseModel):
    """Made, published, in force, enforceable, ended: five dates; null where the text does not say."""

    issued: dt.date | None
    published: dt.date | None
    in_force: dt.date | None
    enforceable: dt.date | None
    end: dt.date | None


class NoticeShort(BaseModel):
    """A notice in a list."""

    id: str = Field(examples=["linyi-2023-5"])
    title: str
    doc_no: str | None
    issuer: str
    province: str
    place: str
    timezone: str
    dates: NoticeDates
    replaces: list[str]
    amends: list[str]
    sha256: str = Field(description="of the notice's file, which every verdict's lead names")
    zone: ZoneNamed | None
    other_zones: list[ZoneNamed] = Field(
        default_factory=list, exclude_if=lambda zones: not zones, description="where the notice has several zones"
    )

    @classmethod
    def of(cls, notice: Notice, zones: Sequence[Zone], **more: Any) -> "NoticeShort":  # noqa: ANN401
        """Return what a list says of a notice."""
        pack = notice.pack
        return cls(
            id=pack.id,
            title=pack.title,
            doc_no=pack.doc_no,
            issuer=pack.issuer,
            province=pack.place.province,
            place=pack.place.name,
            timezone=pack.timezone,
            dates=NoticeDates.model_validate(pack.dates, from_attributes=True),
            replaces=pack.replaces,
            amends=pack.amends,
            sha256=notice.sha256,
            zone=ZoneNamed.of(zones[0]) if zones else None,
            other_zones=[ZoneNamed.of(zone) for zone in zones[1:]],
            **more,
        )


class NoticePage(Page):
    """The notices in force."""

    notices: list[NoticeShort]


class ClauseShown(BaseModel):
    """A numbered part of the text, verbatim."""

    id: str = Field(examples=["一(一)"])
    text: str
    lines: tuple[int, int] | None = Field(description="first and last line in the source file")


class QuestionShown(BaseModel):
    """A question that the text leaves, and how it is settled here; null leaves it open."""

    id: str
    clause: str
    ask: str
    settled: str | None
    why: str


class SourceShown(BaseModel):
    """Where the text was taken from."""

    title: str
    completeness: Literal["full", "partial", "retold"]
    file: str | None
    sha256: str | None


class NoticeFull(NoticeShort):
    """A notice: its words, where they are from, and the data that verdicts are made by."""

    source: SourceShown
    clauses: list[ClauseShown]
    questions: list[QuestionShown]
    data: dict[str, Any] = Field(description="the whole pack, in the schema of `truckban notice schema`")

    @classmethod
    def whole(cls, notice: Notice, zones: Sequence[Zone], lang: str) -> "NoticeFull":
        """Return all of a notice; the text is as published, questions are in the caller's language."""
        pack = notice.pack
        full = cls.of(
            notice,
            zones,
            source=SourceShown.model_validate(pack.source, from_attributes=True),
            clauses=[ClauseShown.model_validate(clause, from_attributes=True) for clause in pack.clauses],
            questions=[
                QuestionShown(
                    id=asked.id,
                    clause=asked.clause,
                    ask=asked.ask.text.of(lang),
                    settled=asked.settled,
                    why=asked.why.text.of(lang),
                )
                for asked in pack.questions
            ],
            data=pack.model_dump(mode="json", by_alias=True, exclude_unset=True),
        )
        assert isinstance(full, NoticeFull)  # noqa: S101
        return full
