"""What the routes of traces take and give."""

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.paging import Page
from api.plain_text import plain_text
from api.traces.media import ENDINGS, ending_of
from zones.errors import TextError

_MOST_BYTES = 200
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def _file_name(value: str) -> str:
    if not _NAME.fullmatch(value) or value[0] in "._" or value != value.strip():
        raise TextError(
            "文件名不能带文件夹，不能以 . 或 _ 开头，也不能以空格开头或结尾",
            "a file's name has no folders, does not begin with . or _, and has no space at its ends",
        )
    if len(value.encode()) > _MOST_BYTES:
        raise TextError(f"文件名最多 {_MOST_BYTES} 个字节", f"a file's name has at most {_MOST_BYTES} bytes")
    return value


Why = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(plain_text),
    Field(description="for what purpose, for the audit trail", examples=["五月货车专项检查"]),
]
FileName = Annotated[
    str, StringConstraints(min_length=1, max_length=150), AfterValidator(_file_name), Field(examples=["traces.csv"])
]
Crs = Literal["wgs84", "gcj02", "bd09"]
UploadKind = Literal["traces", "vehicles", "permits", "sites", "loads"]
UploadState = Literal["open", "checking", "complete", "refused", "purged"]
RunState = Literal["queued", "running", "done", "failed", "cancelled"]
Ulid = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]


class NewUpload(BaseModel):
    """A file that will come in pieces."""

    model_config = ConfigDict(extra="forbid")

    kind: UploadKind
    file_name: FileName
    size: Annotated[int, Field(ge=1, le=2**53, strict=True, description="bytes", examples=[1024])]
    sha256: Annotated[
        str | None, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="held against what comes")
    ] = None
    crs: Annotated[Crs | None, Field(description="what the positions are in, for traces")] = None
    why: Why

    @model_validator(mode="after")
    def _ending_is_known(self) -> Self:
        if ending_of(self.file_name) not in ENDINGS[self.kind]:
            kinds = ", ".join(ENDINGS[self.kind])
            raise TextError(f"这种文件（{self.kind}）可以是 {kinds}", f"file_name: {self.kind} can be {kinds}")
        return self


class Fault(BaseModel):
    """Why something could not be done."""

    code: str
    message: str
    file: str | None = None
    line: int | None = None
    field: str | None = None


class UploadView(BaseModel):
    """An upload: `open` until all of it came, `checking` while a large one's hash is taken, then `complete` or `refused`."""

    id: str
    kind: UploadKind
    file_name: str
    size: int
    offset: Annotated[int, Field(description="bytes that are on the disk; the next piece begins here")]
    state: UploadState
    sha256: str | None
    media_type: str | None
    crs: Crs | None
    fault: Fault | None
    created_at: dt.datetime


class UploadPage(Page):
    """Uploads, the newest first."""

    uploads: list[UploadView]


class AlertSaid(BaseModel):
    """An alert: from a day up to and including another, or from an instant up to another."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={"examples": [{"level": "red", "from": "2024-12-01", "until": "2024-12-03"}]},
    )

    level: Annotated[str, StringConstraints(max_length=100), AfterValidator(plain_text)]
    from_: Annotated[str, StringConstraints(max_length=40), AfterValidator(plain_text)] = Field(alias="from")
    until: Annotated[str, StringConstraints(max_length=40), AfterValidator(plain_text)]


class NewRun(BaseModel):
    """What to check, and how; the options are those of `truckban check`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "uploads": ["01J0000000000000000000TRAC", "01J0000000000000000000VEHC"],
                    "min_probability": 0.9,
                    "why": "五月货车专项检查",
                }
            ]
        },
    )

    uploads: Annotated[
        list[Ulid],
        Field(
            min_length=2,
            max_length=100,
            description="traces (one or more), vehicles (one), permits, sites (at most one)",
        ),
    ]
    notice: Annotated[
        str | None,
        StringConstraints(max_length=100),
        AfterValidator(lambda value: value and plain_text(value)),
        Field(description="a notice in force; needed where there are notices of several places"),
    ] = None
    zone: Annotated[
        str | None,
        StringConstraints(pattern=r"^[0-9a-f]{64}$"),
        Field(
            description="hash of a stored zone; the notice's own unless said, which is needed where it has several: a check is about one"
        ),
    ] = None
    min_probability: Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)] = 0.9
    crs: Annotated[Crs | None, Field(description="that of the uploads unless said, else wgs84")] = None
    columns: Annotated[
        dict[
            Literal["vehicle_id", "time", "lon", "lat", "speed_kmh", "heading", "accuracy_m", "valid", "received"],
            Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(plain_text)],
        ],
        Field(description="names of the traces' columns, by the contract's names"),
    ] = {}
    all_passages: Annotated[bool, Field(strict=True)] = False
    permits: Annotated[
        Literal["store"] | None,
        Field(description="`store`: judge also by what this service granted, as it stood at each instant"),
    ] = None
    alerts: Annotated[
        list[AlertSaid] | None,
        Field(
            max_length=1000,
            description="when alerts of the notice were in force; empty where there was none; without it bans that hold during alerts "
            "only are not asked, and a note says so",
        ),
    ] = None
    why: Why


class Progress(BaseModel):
    """How far a run is."""

    phase: Annotated[str, Field(description="`waiting`, `vehicles`, `traces`, `origins`, `writing`, `storing`")]
    rows: Annotated[int, Field(description="rows read")]
    share: Annotated[float | None, Field(description="0 to 1, where it can be known")] = None
    vehicles: int
    leads: Annotated[int, Field(description="so far; may turn out to be fewer")]


class RunView(BaseModel):
    """A run."""

    id: str
    state: RunState
    notice: str
    zone: str | None
    uploads: list[str]
    options: dict[str, Any]
    progress: Progress
    counts: Annotated[dict[str, Any] | None, Field(description="those of `run.json`, once done")]
    notes: Annotated[list[str], Field(description="what a reader of the result must know, once done")]
    basis: Annotated[dict[str, Any] | None, Field(description="hashes of notice and zone, version of the program")]
    error: Fault | None
    files: Annotated[list[str], Field(description="names under `/files/`")]
    version: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None


class RunPage(Page):
    """Runs, the newest first."""

    runs: list[RunView]


class Track(BaseModel):
    """The raw fixes of one vehicle, in order of time."""

    vehicle_id: str
    crs: Literal["wgs84"] = "wgs84"
    times: Annotated[list[dt.datetime], Field(description="one a fix")]
    lon: list[float]
    lat: list[float]
    truncated: Annotated[bool, Field(description="there are more fixes than are shown")]
