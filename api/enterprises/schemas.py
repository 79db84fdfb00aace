"""What the routes of the registry take and give."""

import datetime as dt
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from api.enterprises.words import PlainText
from api.paging import Page
from api.store.tables.enterprises import RegistryVersion
from enterprises.registry import Act, ListDocument, Registry, Span

_LONG = 10_000


class SiteShown(BaseModel):
    """Where an enterprise loads; `geometry` as it was given, `wgs84` the same for maps."""

    id: str
    name: str | None
    geometry: dict[str, Any] = Field(examples=[{"type": "Point", "coordinates": [110.7635, 35.138]}])
    crs: Literal["wgs84", "gcj02", "bd09"]
    wgs84: dict[str, Any]
    radius_m: float | None
    source: str
    date: dt.date
    invented: bool


class AliasShown(BaseModel):
    """Another name that an operator knows to be the same enterprise's."""

    name: str
    source: str
    date: dt.date


class EnterpriseShown(BaseModel):
    """An enterprise as of a day."""

    number: int | None = Field(description="on the list of the day", examples=[1])
    id: str = Field(examples=["linyi-2023-18-01"])
    name: str = Field(examples=["临猗汇鑫商砼有限公司"])
    kind: str
    kind_text: str
    listed: bool
    listed_from: dt.date | None
    listed_to: dt.date | None
    doc_no: str | None
    supervision_phone: str | None
    credit_code: str | None
    aliases: list[AliasShown]
    position: Literal["imported", "not_published"]
    sites: list[SiteShown]
    list: str | None  # last: what follows could not say `list[…]`


class KindShown(BaseModel):
    """A kind of enterprise, and how many of it are on the list of the day."""

    kind: str
    text: str
    count: int


class EnterprisePage(Page):
    """The list of a day."""

    enterprises: list[EnterpriseShown]
    on: dt.date
    invented: bool
    kinds: list[KindShown]
    total: int
    registry_sha256: str
    list: str | None = Field(description="the list in force on the day; null before the first one known")


class SpanShown(BaseModel):
    """Days on the list, both included; `to` null while no later list has ended it."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    since: dt.date = Field(alias="from")
    to: dt.date | None

    @classmethod
    def of(cls, span: Span) -> Self:
        """Make one."""
        return cls(since=span.since, to=span.to)


class NameShown(SpanShown):
    """A name under which it was listed."""

    name: str


class ActShown(BaseModel):
    """What an operator did to the registry."""

    act: str
    subject: str
    by: str
    date: dt.date
    why: str

    @classmethod
    def of(cls, act: Act) -> Self:
        """Make one."""
        return cls(act=act.act, subject=act.subject, by=act.by, date=act.date, why=act.why)


class EnterpriseWhole(EnterpriseShown):
    """An enterprise with its history."""

    on: dt.date
    spans: list[SpanShown]
    names: list[NameShown]
    acts: list[ActShown]
    invented: bool
    registry_sha256: str


class ListShown(BaseModel):
    """A published list."""

    id: str
    title: str
    doc_no: str | None
    issuer: str | None
    issued: dt.date
    valid_from: dt.date
    count: int
    supervision_phone: str | None
    source: str
    source_sha256: str
    note: str | None
    withdrawn: bool

    @classmethod
    def of(cls, document: ListDocument, lang: str, *, withdrawn: bool) -> Self:
        """Make one."""
        same = ("id", "title", "doc_no", "issuer", "issued", "valid_from", "supervision_phone")
        return cls(
            **{name: getattr(document, name) for name in same},
            count=len(document.lines),
            source=document.source.file,
            source_sha256=document.source.sha256,
            note=document.note.of(lang) if document.note else None,
            withdrawn=withdrawn,
        )


class RegistryShown(BaseModel):
    """The registry that counts: which lists it has, and what operators did."""

    place: str
    slug: str
    invented: bool
    sha256: str
    version: int
    lists: list[ListShown]
    acts: list[ActShown]
    enterprises: int
    sites: int

    @classmethod
    def of(cls, row: RegistryVersion, registry: Registry, lang: str) -> Self:
        """Make one."""
        lists = [ListShown.of(document, lang, withdrawn=False) for document in registry.lists]
        lists += [ListShown.of(document, lang, withdrawn=True) for document in registry.withdrawn]
        return cls(
            place=registry.place,
            slug=registry.slug,
            invented=registry.invented,
            sha256=row.sha256,
            version=row.number,
            lists=sorted(lists, key=lambda one: (one.valid_from, one.id)),
            acts=[ActShown.of(act) for act in registry.acts],
            enterprises=len(registry.enterprises),
            sites=len(registry.sites),
        )


class VersionShown(BaseModel):
    """One version of the registry."""

    number: int
    sha256: str
    size: int
    act: str = Field(description="what made it", examples=["import"])
    subject: str | None
    facts: dict[str, Any] = Field(description="what changed and what there is since, in counts")
    before: int | None = Field(description="the version that it changed: restoring that takes it back")
    same_as: int | None = Field(description="the earlier version that it lets count again")
    made_by: str
    made_at: dt.datetime
    why: str | None

    @classmethod
    def of(cls, row: RegistryVersion) -> Self:
        """Make one."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class VersionPage(Page):
    """Versions, the newest first."""

    versions: list[VersionShown]


class Match(BaseModel):
    """A name as somebody wrote it."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"examples": [{"id": 1, "name": "汇鑫商砼", "on": "2024-05-08"}]},
    )

    id: PlainText | StrictInt | None = None
    name: Annotated[PlainText, Field(max_length=_LONG)]
    on: Annotated[PlainText | None, Field(max_length=100, description="a day, as 2024-05-08")] = None
    credit_code: Annotated[PlainText | None, Field(max_length=100)] = None


class Saying(BaseModel):
    """A warning."""

    code: str
    message: str


class CandidateShown(BaseModel):
    """An enterprise that a name may mean."""

    name: str
    score: float
    why: str
    codes: list[str]


class Matched(BaseModel):
    """Which enterprise a name means."""

    id: str | int | None = None
    match: str | None
    listed: bool
    candidates: list[CandidateShown]
    enterprise: str | None
    warnings: list[Saying]
    list: str | None


class MatchFault(BaseModel):
    """What is wrong with one name of a list."""

    line: int
    field: str | None
    message: str


class NotMatched(BaseModel):
    """A name of a list that cannot be looked for."""

    id: str | int | None = None
    error: MatchFault


class MaybeShown(BaseModel):
    """An enterprise that a shipper's name may mean."""

    enterprise: str
    name: str
    score: float
    why: str
    listed: bool | None
    spans: list[SpanShown]


class ShipperShown(BaseModel):
    """What the lists say of a shipper."""

    status: Literal["listed", "in_part", "not_on_the_day", "on_no_list", "unclear", "no_list_known"]
    listed: bool | None
    shipper: str
    on: dt.date
    to: dt.date
    enterprise: str | None
    name: str | None
    spans: list[SpanShown]
    lists: list[str]
    source: str | None
    reason: str
    candidates: list[MaybeShown]
    warnings: list[Saying]
    invented: bool
    registry_sha256: str | None


class Weekly(BaseModel):
    """One week, from Monday."""

    week: dt.date = Field(description="its Monday")
    visits: int
    visits_unsure: int
    leads: int
    loads: int
    loads_over: int
    loads_undetermined: int


class Summary(BaseModel):
    """What is known of an enterprise in some weeks. Leads are leads: each has to be verified by a person."""

    enterprise: str
    since: dt.date
    until: dt.date = Field(description="the last day, included")
    total: Weekly
    weeks: list[Weekly]
    says: list[str]
