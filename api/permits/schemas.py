"""Applications, permits and steps as they are sent and shown."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.paging import Page
from truckban.permitting.states import Action, State

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]
Story = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*\S[^\x00]*$")]
PermitNo = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z./()\[\]_-]{1,64}$")]
ULID = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")]
Span = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
Code = Literal[
    "missing", "unclear", "attachment", "route_too_wide", "hours_too_wide", "days_too_long", "vehicle", "shipper",
    "not_needed", "other",
]  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "notice": "linyi-2023-5",
    "holder": {"kind": "firm", "name": "临猗示例运输有限公司", "phone": "0359-0000000"},
    "vehicles": [
        {
            "plate": "晋M12345",
            "vehicle_type": "重型自卸货车",
            "length_mm": 8600,
            "gross_mass_kg": 25000,
            "energy": "diesel",
        }
    ],
    "goods": "商品混凝土",
    "purpose": "五一路工地浇筑",
    "route": {"roads": ["五一路"]},
    "days": {"from": "2030-05-06", "to": "2030-05-31"},
    "windows": ["22:00-06:00"],
    "sponsor": "县住建局",
}


class Given(BaseModel):
    """A body."""

    model_config = ConfigDict(extra="forbid")


class Remark(Given):
    """A word to a step that needs none."""

    reason: Story | None = None


class Reason(Given):
    """Why."""

    reason: Story = Field(examples=["重污染天气应急响应"])


class Return(Given):
    """What is to be put right."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"codes": ["attachment"], "reason": "请补交行驶证照片"}]})

    codes: list[Code] = Field(min_length=1, max_length=10)
    reason: Story
    assessment_id: ULID | None = Field(None, description="what was seen; the newest of this state if absent")


class Refuse(Given):
    """Why nothing is granted."""

    reason: Story = Field(examples=["夜间可以合法通行，不需要通行证"])
    codes: list[Code] = Field([], max_length=10)
    assessment_id: ULID | None = Field(None, description="what was seen; the newest of this state if absent")


class DaysGranted(Given):
    """From which day to which, both included."""

    from_: dt.date = Field(alias="from")
    to: dt.date


class Approve(Given):
    """What is granted: as asked where a member is absent, never more."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"windows": ["22:00-06:00"], "conditions": ["限速 40"]}]})

    route: dict[str, Any] | None = Field(None, description="as in an application: roads, area, line or whole_zone")
    days: DaysGranted | None = None
    windows: list[Span] | None = Field(None, max_length=12)
    conditions: list[Story] | None = Field(None, max_length=20)
    note: Line | None = Field(None, description="what an officer should know; stands in the certificate")
    permit_no: PermitNo | None = Field(None, description="the office's own number; else one is given")
    reason: Story | None = None
    assessment_id: ULID | None = Field(None, description="what was seen; the newest of this state if absent")


class Suspend(Given):
    """Which permits are suspended together, and why."""

    notice: Line = Field(examples=["linyi-2023-5"])
    permit_kind: Line | None = None
    reason: Story = Field(examples=["重污染天气橙色预警"])


class Acted(BaseModel):
    """Where an application stands after a step; nothing personal in it, because answers are kept for a while."""

    id: str
    state: State
    version: int
    permit_no: str | None
    due_at: dt.datetime | None


class Clock(BaseModel):
    """The working days in which a decision is due (China's holidays and shifted days)."""

    working_days: int = Field(description="not yet over, of those that count")
    due_at: str | None = Field(description="the first instant too late; null while nothing is due")
    overdue: bool
    paused: bool = Field(description="it is back with the applicant")
    decided: bool
    warnings: list[dict[str, Any]] = Field(description="years whose holidays are not known")


class AttachmentShown(BaseModel):
    """A file handed in."""

    id: str
    name: str
    kind: str | None
    media_type: Literal["application/pdf", "image/jpeg", "image/png"]
    size: int
    sha256: str
    added_at: dt.datetime


class EventShown(BaseModel):
    """A step that was taken."""

    number: int
    action: Action
    from_state: State
    to_state: State
    by: str
    role: str
    at: dt.datetime
    reason: str | None
    codes: list[str]
    batch: str | None = Field(description="of a suspension of many at once")
    undoes: int | None = Field(description="the suspension that was lifted")
    assessment_id: str | None = Field(description="what the reviewer was shown")


class PermitRow(BaseModel):
    """An application in a list."""

    id: str
    state: State
    state_text: str
    permit_no: str | None
    notice: str | None
    permit_kind: str | None
    sponsor: str | None
    holder: str | None
    plates: list[str]
    retroactive: bool = Field(description="registered afterwards")
    days: dict[str, str] | None = Field(description="as granted, else as asked")
    submitted_at: dt.datetime | None
    due_at: dt.datetime | None
    overdue: bool
    changed_at: dt.datetime
    version: int


class PermitPage(Page):
    """Applications."""

    permits: list[PermitRow]
    plates: Literal["full", "masked"]


class PermitWhole(BaseModel):
    """An application with everything about it."""

    id: str
    applicant_id: str
    enterprise_id: str | None
    state: State
    state_text: str
    version: int
    application: dict[str, Any] = Field(description="as asked")
    missing: list[str] = Field(description="what must be there before it is handed in")
    approval: dict[str, Any] | None = Field(description="as granted; never more than asked")
    permit_no: str | None
    retroactive: bool
    attachments: list[AttachmentShown]
    clock: Clock
    possible: list[Action] = Field(description="what the caller may do with it now")
    limits: dict[str, Any] = Field(description="how much may be asked for, each with its source")
    copied_from: str | None
    created_at: dt.datetime
    changed_at: dt.datetime
    submitted_at: dt.datetime | None
    plates: Literal["full", "masked"]


class History(BaseModel):
    """Who did what when."""

    id: str
    events: list[EventShown]


class AssessmentShown(BaseModel):
    """What the program finds; a person decides."""

    model_config = ConfigDict(extra="allow")

    assessment_id: str = Field(description="to be named with the decision")
    made_at: dt.datetime
    at: str
    counts: dict[str, int]
    lines: list[dict[str, Any]] = Field(description="code, finding (ok, problem, unknown, info), text, source, facts")
    least: dict[str, Any] | None = Field(description="the fewest roads and hours that serve the purpose")
    superfluous: dict[str, Any] | None
    map: dict[str, Any] = Field(description="GeoJSON: what is asked, what of it is needed")
    basis: dict[str, Any] = Field(description="hashes of notices, zones and the list it was made by")


class CertificateOfVehicle(BaseModel):
    """The certificate that one vehicle carries."""

    plate: str
    text: str = Field(description="signed; what the QR code holds, behind the page's address where one is set")
    certificate: dict[str, Any]
    qr: str
    page: str


class Certificates(BaseModel):
    """One for each vehicle."""

    id: str
    permit_no: str
    state: State
    certificates: list[CertificateOfVehicle]


class SentenceShown(BaseModel):
    """A code with its sentence."""

    code: str
    text: str
    text_en: str


class VerifyAsked(Given):
    """A signed text, and where the truck stands."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]
    plate: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^[^\x00]*$")] | None = None
    road: Line | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, strict=True)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, strict=True)] | None = None


class Verified(BaseModel):
    """Is it genuine, and valid now?"""

    word: Literal["valid_now", "not_now", "not_valid"]
    text: str
    text_en: str
    valid: bool
    at: str
    reasons: list[SentenceShown]
    notes: list[SentenceShown] = Field(description="what is left for the officer to compare")
    key: str | None
    permit: dict[str, Any] | None = Field(description="what the certificate itself says")


class PublicKey(BaseModel):
    """A public key that permits are signed with."""

    id: str
    pem: str
    since: dt.datetime


class PublicKeys(BaseModel):
    """All of them, the one that signs now in front."""

    keys: list[PublicKey]


class Revoked(BaseModel):
    """Permits that are not in force although their time is not over, as a signed list for officers without a network."""

    text: str
    issued_at: str
    permits: list[dict[str, Any]]


class MinePermit(BaseModel):
    """One's own permit for one vehicle, as it is now."""

    id: str
    permit_no: str
    plate: str
    word: Literal["valid_now", "not_now", "not_valid"]
    reasons: list[SentenceShown]
    valid_from: str
    valid_to: str
    windows: list[str]
    roads: list[str]
    whole_zone: bool
    area: dict[str, Any] | None
    conditions: list[str]
    page: str


class Mine(BaseModel):
    """One's own permits whose time is not over."""

    at: str
    permits: list[MinePermit]


class InForce(BaseModel):
    """A permit at an instant."""

    id: str
    retroactive: bool
    permit: dict[str, Any] = Field(description="as the contract has it (section 1); `id` is its number")


class InForcePage(Page):
    """Permits in force at an instant."""

    at: str
    permits: list[InForce]
    plates: Literal["full", "masked"]


class SuspensionShown(BaseModel):
    """Permits suspended together."""

    id: str | None = Field(description="null: nothing was done (dry_run)")
    notice: str
    permit_kind: str | None
    reason: str
    count: int = Field(description="permits that it suspends")
    made_by: str
    made_at: dt.datetime
    lifted_by: str | None
    lifted_at: dt.datetime | None
    lifted_reason: str | None
    lifted_count: int | None = Field(description="permits that came back; those revoked meanwhile did not")


class SuspensionPage(Page):
    """Suspensions, the newest first."""

    suspensions: list[SuspensionShown]
