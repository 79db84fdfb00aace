"""An application for a permit: the schema.

A draft may lack anything; what it says has to be possible. What must be there before it is handed in, `missing_of` names.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator

from truckban.moments import read_instant
from truckban.notices.conditions import Strict
from truckban.notices.model import SHA256, SPAN, Day, Span, span_minutes
from truckban.permits import read_permit
from truckban.permitting.limits import Limits, limits_for
from truckban.questions.asking import under
from truckban.vehicle_facts import read_vehicle
from zones.errors import InputError, TextError
from zones.text import Text
from zones.yaml_sayings import said

Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Story = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
PERMIT_NO = r"^[\w./()（）〔〕\[\]-]+$"
_PATTERNS = {
    PERMIT_NO: Text(
        "证号是文字、数字和 . / ( ) 〔 〕 [ ] -", "a number has letters, digits and . / ( ) 〔 〕 [ ] - only"
    ),
    SPAN: Text(
        "应写作 22:00-07:00（24 小时制，都写两位；到半夜写 24:00）",
        "write 22:00-07:00 (24 hours, two digits each; up to midnight 24:00)",
    ),
    SHA256: Text("应为 64 位小写十六进制", "it has 64 digits 0-9 a-f"),
    r"^([01]\d|2[0-3]):[0-5]\d$": Text("应写作 10:00", "write 10:00"),
    r"\S": Text("不能只有空格", "it must not be blank"),
}
# the figures that signs on streets ask for, which notices do not
_OF_SIGNS = ("height_mm", "width_mm", "axle_load_kg")
# one reader of areas and hours for permits of every origin; whose it is does not matter there
_ANY_PLATE = "晋M00000"
_POSITIONS = 50_000
_LONGEST_NUMBER = 32
M = TypeVar("M", bound=Strict)


def _aware(value: object) -> object:
    if isinstance(value, dt.datetime):
        if value.tzinfo is not None:
            return value
    elif isinstance(value, str):
        try:
            at, assumed = read_instant(value, "UTC")
        except InputError as error:
            raise TextError(*error.text) from None
        if not assumed:
            return at
    raise TextError(
        "时间要带时区，如 2024-05-08T10:00:00+08:00",
        "a time with its offset is needed, such as 2024-05-08T10:00:00+08:00",
    )


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TextError(
            f"`{name}` 不是时区；中国是 Asia/Shanghai", f"`{name}` is not a time zone; China's is Asia/Shanghai"
        ) from None
    return name


def _unrepeated(value: object) -> object:
    """Refuse what is no short text in words that do not have it: it is somebody's number."""
    if value is not None and not (isinstance(value, str) and len(value) <= _LONGEST_NUMBER):
        raise TextError(
            f"应为最多 {_LONGEST_NUMBER} 个字的文字", f"text of at most {_LONGEST_NUMBER} characters is needed"
        )
    return value


Aware = Annotated[dt.datetime, BeforeValidator(_aware)]
Zone = Annotated[str, AfterValidator(_zone)]
Personal = Annotated[str, Field(max_length=_LONGEST_NUMBER), BeforeValidator(_unrepeated)]
PermitNo = Annotated[str, Field(min_length=1, max_length=64, pattern=PERMIT_NO)]


class Holder(Strict):
    """Who applies: a person or a firm."""

    kind: Literal["person", "firm"]
    name: Words
    id_no: Personal | None = None
    credit_code: Annotated[str, Field(max_length=32)] | None = None
    phone: Personal | None = None


class Shipper(Strict):
    """Who loads the truck."""

    name: Words
    credit_code: Annotated[str, Field(max_length=32)] | None = None


class Route(Strict):
    """Where: named streets, an area, a line, or, said outright, the whole zone; exactly one of them."""

    roads: Annotated[list[Words], Field(min_length=1, max_length=100)] | None = None
    area: dict[str, Any] | None = Field(None, description="GeoJSON polygon, WGS 84")
    line: dict[str, Any] | None = Field(None, description="GeoJSON LineString, WGS 84")
    whole_zone: bool = False

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        given = (self.roads is not None) + (self.area is not None) + (self.line is not None) + self.whole_zone
        if given != 1:
            raise TextError(
                "应有且只有一种：roads、area、line，或 whole_zone: true",
                "exactly one is needed: roads, area, line, or whole_zone: true",
            )
        if self.roads is not None and len(set(self.roads)) != len(self.roads):
            raise TextError("道路写重了", "a road is named twice")
        return self


class Days(Strict):
    """From which day to which, both included."""

    from_: Day = Field(alias="from")
    to: Day

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.to < self.from_:
            raise TextError(f"{self.to} 早于 {self.from_}", f"{self.to} lies before {self.from_}")
        return self

    @property
    def count(self) -> int:
        """How many days."""
        return (self.to - self.from_).days + 1


class TripWanted(Strict):
    """A trip that the permit is for; the ends as in a trip of the contract (section 6)."""

    origin: dict[str, Any]
    destination: dict[str, Any]
    depart: Clock


class Attachment(Strict):
    """What is known of a file handed in with it; the file itself is the service's."""

    name: Words
    kind: Words | None = None
    media_type: Words
    size_bytes: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=SHA256)]


class Retroactive(Strict):
    """Registered afterwards, and why."""

    reason: Story


class Application(Strict):
    """What somebody asks for."""

    notice: Words | None = Field(None, description="the id of the notice whose ban is to be lifted")
    permit_kind: Words | None = Field(None, description="which of the notice's kinds of permit")
    holder: Holder | None = None
    vehicles: list[dict[str, Any]] = Field(default_factory=list, description="contract, section 1; each with its plate")
    goods: Words | None = None
    purpose: Story | None = None
    shipper: Shipper | None = None
    route: Route | None = None
    days: Days | None = None
    windows: Annotated[list[Span], Field(max_length=12)] = Field(default_factory=list, description="none: at any time")
    trips: Annotated[list[TripWanted], Field(max_length=6)] = Field(default_factory=list)
    sponsor: Words | None = Field(None, description="the department that sponsors it")
    conditions: Annotated[list[Story], Field(max_length=20)] = Field(default_factory=list)
    attachments: Annotated[list[Attachment], Field(max_length=50)] = Field(default_factory=list)
    retroactive: Retroactive | None = None

    @field_validator("windows")
    @classmethod
    def _do_not_overlap(cls, windows: list[str]) -> list[str]:
        return hours_apart(windows)

    @property
    def plates(self) -> list[str]:
        """The vehicles' plates in their usual form."""
        return [str(read_vehicle(_legal(vehicle)).plate) for vehicle in self.vehicles]


def hours_apart(windows: list[str]) -> list[str]:
    """Return hours of the day that are none of them empty and do not overlap.

    Raises:
        TextError: they do.
    """
    seen: set[int] = set()
    for span in windows:
        covered = span_minutes(span)
        if not covered or seen & covered:
            raise TextError(
                f"时段 {span} 是空的或与另一时段重叠；全天写 00:00-24:00",
                f"the hours {span} are empty or overlap others; the whole day is 00:00-24:00",
            )
        seen |= covered
    return windows


def read_application(fields: Mapping[str, Any], *, limits: Limits | None = None) -> Application:
    """Read an application as JSON; a draft may lack anything.

    Args:
        fields: its object.
        limits: what bounds it; the defaults if None.

    Raises:
        InputError: something in it cannot be, with its dotted field.
    """
    application = read_model(Application, fields)
    most = (limits or limits_for()).max_vehicles
    if len(application.vehicles) > most:
        raise InputError(
            Text(f"一次最多 {most} 辆车", f"one application has {most} vehicles at most"), field="vehicles"
        )
    plates: set[str] = set()
    for number, vehicle in enumerate(application.vehicles):
        with under(f"vehicles[{number}]"):
            plate = read_vehicle(_legal(vehicle)).plate
            if plate is None:
                raise InputError(Text("缺少车牌", "the plate is missing"), field="plate")
            if plate in plates:
                raise InputError(Text("同一辆车写了两次", "the same vehicle twice"), field="plate")
            plates.add(plate)
    check_route(application.route)
    _check_codes(application)
    return application


def as_fields(model: Strict) -> dict[str, Any]:
    """Return an application or approval as JSON, without what is not given; it reads back the same."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)


def missing_of(application: Application) -> list[str]:
    """Return the fields that an application must have before it is handed in."""
    needed = ("notice", "holder", "vehicles", "goods", "purpose", "route", "days")
    lacking = [name for name in needed if not getattr(application, name)]
    if application.vehicles:
        lacking += [
            f"vehicles[{number}].{name}"
            for number, vehicle in enumerate(application.vehicles)
            for name in ("vehicle_type",)
            if not vehicle.get(name)
        ]
    return lacking


def read_model(schema: type[M], fields: Any) -> M:  # noqa: ANN401
    """Read an object by its schema.

    Raises:
        InputError: the first thing that is wrong with it, with its dotted field.
    """
    if not isinstance(fields, Mapping):
        raise InputError(Text("应为对象 {…}", "an object {…} is needed"))
    try:
        return schema.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(said(first, schema, _PATTERNS), field=_dotted(first["loc"])) from None


def _dotted(place: tuple[int | str, ...]) -> str | None:
    parts = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return parts.removeprefix(".") or None


def _legal(vehicle: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in vehicle.items() if name not in _OF_SIGNS}


def check_route(route: Route | None) -> None:
    """Raise InputError where a route's area or line is none."""
    if route is None:
        return
    if route.area is not None:
        with under("route"):
            read_permit({"plate": _ANY_PLATE, "area": route.area})
    if route.line is not None:
        points = route.line.get("coordinates")
        if route.line.get("type") != "LineString" or not isinstance(points, list) or not _is_line(points):
            raise InputError(
                Text("应为 GeoJSON LineString（WGS 84）", "a GeoJSON LineString (WGS 84) is needed"), field="route.line"
            )


def _is_line(points: list[Any]) -> bool:
    if not 1 < len(points) <= _POSITIONS:
        return False
    return all(
        isinstance(point, list)
        and len(point) > 1
        and all(isinstance(value, int | float) and not isinstance(value, bool) for value in point[:2])
        and abs(point[0]) <= 180  # noqa: PLR2004 - degrees
        and abs(point[1]) <= 90  # noqa: PLR2004
        for point in points
    )


def _check_codes(application: Application) -> None:
    from enterprises.codes import read_code  # noqa: PLC0415 - only where a code is given
    from truckban.freight.enterprise_answers import told  # noqa: PLC0415

    for name in ("holder", "shipper"):
        party = getattr(application, name)
        if party is not None and party.credit_code is not None:
            with under(name), told():
                read_code(party.credit_code)
