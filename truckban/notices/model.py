"""The schema of a notice of any place."""

import datetime as dt
import re
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from truckban.notices.conditions import Both, Condition, Strict, Weekday
from zones.errors import TextError
from zones.spec import Area, Boundary, Name, Part

SLUG = r"^[a-z0-9][a-z0-9._-]*$"
SPAN = r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$"
MONTH_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
DIVISION = r"^\d{6}$"
SHA256 = r"^[0-9a-f]{64}$"
_DAY = r"\d{4}-\d\d-\d\d"


def _day(value: object) -> object:
    """Take a day as YAML or text has it; pydantic alone would also read numbers, as seconds since 1970."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(_DAY, value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise TextError(f"`{value}`：日历上没有这一天", f"`{value}`: no calendar has this day") from None
    raise TextError(
        f"`{value}` 不是日期；应如 2023-03-01，不带时刻", f"`{value}` is no date; write 2023-03-01, without a time"
    )


def _day_or_season(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(_DAY, value):
        try:
            dt.date.fromisoformat(f"2024-{value}" if re.fullmatch(MONTH_DAY, value) else "")
        except ValueError:
            raise TextError(
                f"`{value}` 不是日期；应如 2024-11-15，或每年的 '11-15'",
                f"`{value}` is no date; write 2024-11-15, or '11-15' for every year",
            ) from None
        return value
    return _day(value)


Slug = Annotated[str, Field(pattern=SLUG)]
Span = Annotated[str, Field(pattern=SPAN)]
MonthDay = Annotated[str, Field(pattern=MONTH_DAY)]
Day = Annotated[dt.date, BeforeValidator(_day)]
DayOrSeason = Annotated[dt.date | MonthDay, BeforeValidator(_day_or_season)]


class Place(Strict):
    """Whose notice it is."""

    name: Name
    province: Name
    division_code: Annotated[str, Field(pattern=DIVISION)] | None = Field(None, description="GB/T 2260")


class Review(Strict):
    """After how many years in force an answer warns that the text may have lapsed."""

    after_years: Annotated[int, Field(ge=1)]
    why: Both


class Dates(Strict):
    """Made, published, in force, enforceable, ended: five dates. Absent means that the text does not say."""

    issued: Day | None = None
    published: Day | None = None
    in_force: Day | None = Field(None, description="first day; absent: taken as in force, and every answer says so")
    enforceable: Day | None = Field(
        None, description="first day on which a violation is penalised, where the text has warnings only before it"
    )
    end: Day | None = Field(None, description="last day, included")
    review: Review | None = None

    @field_validator("enforceable", "end")
    @classmethod
    def _is_not_before_it_begins(cls, day: dt.date | None, others: ValidationInfo) -> dt.date | None:
        in_force = others.data.get("in_force")
        if in_force and day and day < in_force:
            why = {
                "enforceable": ("开始处罚的日子不能早于施行日", "nothing is penalised before a notice begins"),
                "end": ("失效日不能早于施行日", "a notice cannot end before it begins"),
            }[str(others.field_name)]
            raise TextError(
                f"{day} 早于 `in_force` {in_force}：{why[0]}", f"{day} lies before `in_force` {in_force}: {why[1]}"
            )
        return day


class Source(Strict):
    """Where the text was taken from."""

    title: Name
    completeness: Literal["full", "partial", "retold"] = "full"
    file: str | None = None
    sha256: Annotated[str, Field(pattern=SHA256)] | None = None


class Clause(Strict):
    """One numbered part of the text, verbatim."""

    id: Name
    text: Name
    lines: tuple[int, int] | None = Field(None, description="first and last line in the source file, from 1")

    @field_validator("lines", mode="before")
    @classmethod
    def _are_two_lines(cls, lines: object) -> tuple[int, int] | None:
        match lines:
            case None:
                return None
            case [int(first), int(last)] if 1 <= first <= last:
                return first, last
        raise TextError(
            "应为首行和末行，从 1 数起，如 [97, 98]", "first and last line are needed, from 1, such as [97, 98]"
        )


class Question(Strict):
    """A question that the text leaves open, and how it is settled here.

    `settled` names one of `readings`; null leaves it open, and verdicts that hang on it are undetermined.
    """

    id: Slug
    clause: Name
    ask: Both
    readings: dict[str, Both] = Field(default_factory=dict)
    settled: str | None
    why: Both
    code: str | None = Field(None, description="the reason code of a verdict that this question leaves undetermined")

    @field_validator("settled")
    @classmethod
    def _is_one_of_the_readings(cls, settled: str | None, others: ValidationInfo) -> str | None:
        readings = others.data.get("readings")
        if settled is not None and readings is not None and settled not in readings:
            known = ", ".join(readings) or "-"
            raise TextError(
                f"读法里没有 `{settled}`；有：{known}；没有定就写 null",
                f"no reading is called `{settled}`; there are: {known}; write null while it is open",
            )
        return settled


class DeclaredFact(Strict):
    """A fact that only this notice asks about."""

    kind: Literal["category", "number", "flag"]
    label: Both
    values: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_values_where_it_can(self) -> Self:
        if (self.kind == "category") != bool(self.values) or len(set(self.values)) != len(self.values):
            raise TextError(
                "`category` 要有 `values`，各不相同；`number` 和 `flag` 没有 `values`",
                "a `category` has `values`, all different; a `number` or a `flag` has none",
            )
        return self


class NoticeZone(Strict):
    """Where: an area, listed roads, or words that say neither."""

    id: Slug
    clause: Name
    area: Area | None = None
    roads: list[Part] | None = Field(None, description="roads instead of an area")
    complete: bool = Field(
        default=True, description="false: the text at hand leaves roads out; a road not listed is unknown"
    )
    within: list[Slug] = Field(default_factory=list, description="zones that this one lies inside of")
    open_roads: list[Part] = Field(default_factory=list, description="roads inside that stay open")
    unstated: Both | None = Field(None, description="why no place can be read from the text")

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if (self.area is not None) + (self.roads is not None) + (self.unstated is not None) != 1:
            raise TextError(
                "一个区域要有 `area`、`roads`、`unstated` 之一，且只有一个",
                "a zone has exactly one of `area`, `roads`, `unstated`",
            )
        return self


class DateRange(Strict):
    """Dates, both included: two full dates, or a season that comes every year (it may run over New Year)."""

    from_: DayOrSeason = Field(alias="from")
    until: DayOrSeason

    @field_validator("until")
    @classmethod
    def _is_alike_and_later(cls, until: dt.date | str, others: ValidationInfo) -> dt.date | str:
        start = others.data.get("from_", until)
        if isinstance(start, dt.date) != isinstance(until, dt.date):
            raise TextError(
                "`from` 和 `until` 要么都是完整日期（2024-11-15），要么都是每年的月日（'11-15'）",
                "`from` and `until` are both full dates (2024-11-15) or both days of every year ('11-15')",
            )
        if isinstance(start, dt.date) and isinstance(until, dt.date) and until < start:
            raise TextError(
                f"{until} 早于 `from` {start}：应晚于或等于它", f"{until} lies before `from` {start}: it cannot"
            )
        return until


class Window(Strict):
    """When: spans of a day, start included, end not; over midnight they belong to the day they start on."""

    clause: Name
    spans: Annotated[list[Span], Field(min_length=1)]
    mode: Literal["during", "outside"] = Field("during", description="outside: the spans are the allowed hours")
    weekdays: Annotated[list[Weekday], Field(min_length=1)] | None = None
    calendar: Literal["workdays", "rest_days", "festivals", "not_festivals"] | None = Field(
        None, description="by China's calendar of public holidays with its shifted working days"
    )
    dates: Annotated[list[DateRange], Field(min_length=1)] | None = None

    @field_validator("spans")
    @classmethod
    def _do_not_overlap(cls, spans: list[str]) -> list[str]:
        minutes: set[int] = set()
        for span in spans:
            covered = span_minutes(span)
            if not covered:
                raise TextError(
                    f"时段 {span} 是空的：起止相同；全天写 00:00-24:00",
                    f"span {span} is empty: it ends when it starts; the whole day is 00:00-24:00",
                )
            if minutes & covered:
                raise TextError(
                    f"时段 {span} 与同一窗口的另一时段重叠：合成一个，或改起止时刻",
                    f"span {span} overlaps another one of the same window: join them, or change when they start or end",
                )
            minutes |= covered
        return spans


def span_minutes(span: str) -> set[int]:
    """Return the minutes of the day (0..1439) that a span covers; over midnight they wrap around."""
    start, end = (int(h) * 60 + int(m) for h, m in re.findall(r"(\d\d):(\d\d)", span))
    return set(range(start, end)) if start < end else set() if start == end else {*range(start, 1440), *range(end)}


class Where(Strict):
    """Which parts of a zone a rule is about; edges not named here keep what the zone says of them."""

    zone: Slug
    area: bool = True
    boundary: dict[Name, Boundary] = Field(default_factory=dict)


class Norm(Strict):
    """What a clause says: to whom, where, when."""

    id: Slug
    clause: Name
    where: Annotated[list[Where], Field(min_length=1)] | None = Field(None, description="absent: everywhere")
    windows: Annotated[list[str], Field(min_length=1)] | None = Field(
        None, description="any of these; absent: at all times"
    )
    dates: DateRange | None = None
    alerts: Annotated[list[str], Field(min_length=1)] | None = Field(
        None, description="only while one of these alert levels is in force"
    )
    when: Condition | None = None
    over: list[str] = Field(default_factory=list, description="norms that this one sets aside where both apply")


class Rule(Norm):
    """A ban."""


class Exemption(Norm):
    """What lifts a ban."""


class PermitKind(Norm):
    """A permit that lifts bans, where a case has one that covers it."""

    kind: str | None = Field(None, description="the permit's `kind` in a case; absent: any")
    issuer: str | None = None
    apply: list[Both] = Field(default_factory=list, description="how to get one, step by step")
    max_days: Annotated[int, Field(ge=1)] | None = None


class Penalty(Strict):
    """What the text names for a violation. Nothing here is ever imposed by the program."""

    clause: Name
    fine_cny: Annotated[float, Field(ge=0)] | None = None
    points: Annotated[int, Field(ge=0)] | None = None


class Repeats(Strict):
    """What counts as one occasion where a vehicle is seen again: policy of the notice's place, and only where it has one."""

    unit: Literal["passage", "day", "road"] = Field(
        description="passage: each counts; day: all of one local day are one; road: those on one road, within the gap"
    )
    merge_gap_minutes: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        0.0, description="passages that follow each other within this are one; with `road`, on the same road"
    )
    clause: Name | None = Field(None, description="the clause that says so")
    source: Name | None = Field(None, description="where it is from, if not from the notice")
    why: Both

    @model_validator(mode="after")
    def _says_where_it_is_from(self) -> Self:
        if self.clause is None and self.source is None:
            raise TextError(
                "要写 `clause`（通告的哪一条）或 `source`（别处的依据）：没有出处的规则不能用",
                "`clause` (of the notice) or `source` (of elsewhere) is needed: a rule from nowhere is none",
            )
        return self


class NoticePack(Strict):
    """One notice, whole."""

    format: Literal["truckban-notice-1"]
    id: Slug
    title: Name
    doc_no: str | None = None
    issuer: Name
    place: Place
    timezone: str = "Asia/Shanghai"
    dates: Dates
    source: Source
    replaces: list[Slug] = Field(default_factory=list, description="notices that this one takes the place of")
    amends: list[Slug] = Field(
        default_factory=list, description="notices of which this is the consolidated, changed text"
    )
    clauses: Annotated[list[Clause], Field(min_length=1)]
    questions: list[Question] = Field(default_factory=list)
    facts: dict[Slug, DeclaredFact] = Field(default_factory=dict)
    alerts: dict[str, Both] = Field(default_factory=dict)
    zones: Annotated[list[NoticeZone], Field(min_length=1)]
    spellings: dict[Name, list[Name]] = Field(
        default_factory=dict, description="other ways in which people write a road that the notice names"
    )
    zone_file: str | None = Field(None, description="the built-in zone that positions are looked up in")
    windows: dict[Slug, Window] = Field(default_factory=dict)
    rules: Annotated[list[Rule], Field(min_length=1)]
    exemptions: list[Exemption] = Field(default_factory=list)
    permits: list[PermitKind] = Field(default_factory=list)
    penalty: Penalty | None = None
    repeats: Repeats | None = Field(
        None, description="absent: no rule is known, each passage is counted, and every lead says so"
    )

    @field_validator("timezone")
    @classmethod
    def _is_a_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise TextError(
                f"`{name}` 不是时区；中国是 Asia/Shanghai", f"`{name}` is not a time zone; China's is Asia/Shanghai"
            ) from None
        return name

    @property
    def norms(self) -> list[Norm]:
        """Rules, exemptions and permits, in the order of the pack."""
        return [*self.rules, *self.exemptions, *self.permits]
