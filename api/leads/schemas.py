"""What is asked about leads, and what is answered."""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.paging import Page

State = Literal["new", "assigned", "confirmed", "dismissed", "merged"]
Verdict = Literal["prohibited", "undetermined"]
Doubt = Literal["schematic", "not_enforceable", "undetermined", "notes"]
DismissCode = Literal[
    "position_error", "other_vehicle", "permit", "exempt", "emergency", "instructed", "evidence", "duplicate", "other"
]
LeadId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16,64}$")]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500, pattern=r"^[^\x00]*$")]
AccountName = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[!-~]+$")]


class Asked(BaseModel):
    """What every body is: nothing in it is passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class Assign(Asked):
    """Whose a lead is to be."""

    assignee: AccountName | None = Field(description="an officer's account; null: nobody's", examples=["me"])
    why: Why | None = None


class Confirm(Asked):
    """An officer has verified a lead."""

    why: Why = Field(description="what was verified, and how", examples=["卡口照片与车牌、时间一致"])
    acknowledge: list[Doubt] = Field(
        default=[],
        max_length=4,
        description="what stands against it and is known to the officer; `notes`: those of the checks that found it",
        examples=[["schematic"]],
    )


class Dismiss(Asked):
    """A lead is none."""

    code: DismissCode
    why: Why = Field(examples=["照片显示不是这辆车"])


class Merge(Asked):
    """A lead tells of the same act as another one."""

    into: LeadId
    why: Why


class Undo(Asked):
    """The last act is taken back."""

    why: Why


class OneOfMany(Asked):
    """A lead in the state in which it was seen."""

    lead_id: LeadId
    version: int = Field(ge=1, le=2**31 - 1, strict=True)


class AssignMany(Assign):
    """Whose some leads are to be."""

    leads: list[OneOfMany] = Field(min_length=1, max_length=500)


class LeadState(BaseModel):
    """Where a lead stands."""

    lead_id: str
    state: State
    assignee: str | None
    merged_into: str | None
    version: int


class Acted(LeadState):
    """Where a lead stands after an act."""

    act: str
    violation_id: str | None = None


class OneAssigned(BaseModel):
    """What became of one of many."""

    lead_id: str
    outcome: Literal["assigned", "changed_meanwhile", "closed", "not_found"]
    version: int | None = None


class ManyAssigned(BaseModel):
    """What became of each."""

    assigned: int
    leads: list[OneAssigned]


class LeadRow(LeadState):
    """A lead in a list. It is no violation: a person has to verify it."""

    vehicle_id: str
    plate: str | None
    entered_at: str = Field(examples=["2024-05-08T09:34:29+08:00"])
    left_at: str
    probability: float
    verdict: Verdict
    vehicle_class: str
    enterprise_id: str | None
    enforceable: bool
    grade: str = Field(description="of the zone: `schematic` is fit for trial only")
    fit_for_enforcement: Literal[False] | None = Field(description="null: a person has to say")
    notice: str
    roads: list[str]
    reasons: list[str]
    clauses: list[str]
    incident_id: str | None
    lon: float
    lat: float


class LeadPage(Page):
    """A page of leads."""

    leads: list[LeadRow]
    plates: Literal["full", "masked"]
    says: list[str]


class End(BaseModel):
    """How a passage begins or ends."""

    how: str
    street: str | None
    number: int | None
    from_road: str | None
    lon: float
    lat: float


class Judged(BaseModel):
    """What a lead was judged by."""

    notice: str
    notice_sha256: str
    zone: str
    zone_sha256: str
    program: str
    options: dict[str, Any]


class Event(BaseModel):
    """What somebody did with a lead."""

    at: str
    actor: str
    role: str
    act: str
    code: str | None
    why: str | None
    undone: bool


class Kept(BaseModel):
    """The fixes that are kept of a lead."""

    since: str


class LeadWhole(LeadRow):
    """Everything about a lead, but for its fixes."""

    fixes: int
    fixes_inside: int
    distance_inside_m: float
    missing: list[str]
    other_readings: list[str]
    permit_status: str
    route: str | None
    entry: End
    exit: End
    mean_speed_kmh: float | None
    max_speed_kmh: float | None = Field(
        description="greatest mean speed over 20 s or more, by the fixes and the ways between them; the truck may have gone faster"
    )
    depth_max_m: float | None
    vehicle_facts: list[str]
    why_probability: list[str]
    evidence_missing: list[str]
    repeat_rule: str | None
    geometry: dict[str, Any] = Field(description="GeoJSON LineString, WGS 84")
    basis: Judged
    runs: list[str]
    notes: list[str] = Field(description="what a reader of the checks that found it must know")
    events: list[Event]
    violation_id: str | None
    track: Kept | None = Field(description="null: never kept, or removed after its time")
    added_at: str
    closed_at: str | None
    plates: Literal["full", "masked"]
    says: list[str]


class Fix(BaseModel):
    """One report."""

    time: str
    lon: float
    lat: float
    accuracy_m: float | None
    speed_kmh: float | None


class Trace(BaseModel):
    """The reports around a lead. That they were looked at is on record."""

    lead_id: str
    plate: str | None
    plates: Literal["full", "masked"]
    grade: str
    fit_for_enforcement: Literal[False] | None
    fixes: list[Fix]
    says: list[str]


class Difference(BaseModel):
    """What a field was, and is when decided again."""

    field: str
    stored: Any
    again: Any


class Rechecked(BaseModel):
    """What came of deciding again; the lead is as it was."""

    lead_id: str
    same: bool
    decided: bool
    verdict: str | None
    differences: list[Difference]
    missing: list[Literal["notice", "zone", "track"]]
    program: dict[str, str]
    grade: str
    says: list[str]


class LeadMap(BaseModel):
    """Leads on a map, or how many there are where."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[dict[str, Any]]
    clustered: bool
    leads: int
    more: bool = Field(description="only the newest are counted and shown")
    since: str
    until: str
    says: list[str]


class ViolationRow(BaseModel):
    """A lead that an officer confirmed."""

    id: str
    lead_id: str
    state: Literal["standing", "revoked"]
    officer: str
    why: str
    acknowledged: list[str]
    confirmed_at: dt.datetime
    revoked_at: dt.datetime | None
    revoked_by: str | None
    revoked_why: str | None
    vehicle_id: str
    plate: str | None
    entered_at: str
    left_at: str
    verdict: str
    enforceable: bool
    grade: str
    fit_for_enforcement: Literal[False] | None
    notice: str
    notice_sha256: str
    zone_sha256: str
    program: str


class ViolationPage(Page):
    """A page of violations."""

    violations: list[ViolationRow]
    plates: Literal["full", "masked"]
    says: list[str]


class ViolationWhole(ViolationRow):
    """A violation."""

    plates: Literal["full", "masked"]
    says: list[str]
