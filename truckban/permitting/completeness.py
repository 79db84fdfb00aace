"""Is the application complete, and within what may be asked for."""

import datetime as dt
from collections.abc import Iterator

from truckban.moments import local
from truckban.norms import Notice
from truckban.permitting.holders import faults_of
from truckban.permitting.limits import Basis, Limits
from truckban.permitting.lines import Line
from truckban.permitting.model import Application, missing_of
from truckban.vehicle_facts import read_vehicle
from zones.text import Text

_FORM = Text("申请表", "the application form")
_WORDS = {
    "notice": Text("通告", "the notice"),
    "holder": Text("申请人", "the holder"),
    "vehicles": Text("车辆", "the vehicles"),
    "goods": Text("货物", "the goods"),
    "purpose": Text("事由", "the purpose"),
    "route": Text("道路或区域", "the roads or the area"),
    "days": Text("日期", "the days"),
    "vehicle_type": Text("车辆类型", "the vehicle's type"),
}


def completeness(application: Application, limits: Limits, notice: Notice | None, at: dt.datetime) -> Iterator[Line]:
    """Yield what is missing, what is beyond the limits, and what is odd about vehicles, days and attachments."""
    missing = missing_of(application)
    if missing:
        words = [_WORDS.get(name.rpartition(".")[2], Text(name, name)) for name in missing]
        yield Line(
            "complete.missing",
            "problem",
            Text("缺：" + "、".join(word.zh for word in words), "missing: " + ", ".join(word.en for word in words)),
            _FORM,
            {"fields": missing},
        )
    else:
        yield Line("complete.ok", "ok", Text("必填项齐全", "all that is needed is there"), _FORM)
    if not application.attachments:
        yield Line("complete.no_attachments", "info", Text("没有附件", "nothing is attached"), _FORM)
    yield from _holder(application)
    yield from _limits(application, limits)
    yield from _vehicles(application)
    yield from _days(application, limits, notice, at)


def _holder(application: Application) -> Iterator[Line]:
    """Yield what cannot be of the holder, in applications from before that was refused when they were sent."""
    for fault in faults_of(application.holder):
        yield Line("complete.holder", "problem", fault.text, fault.source, {"field": fault.field})


def _limits(application: Application, limits: Limits) -> Iterator[Line]:
    count = len(application.vehicles)
    if count > limits.max_vehicles:
        yield _limit(
            "limits.vehicles",
            Text(
                f"{count} 辆车，一批最多 {limits.max_vehicles} 辆", f"{count} vehicles; {limits.max_vehicles} at most"
            ),
            limits.sources["max_vehicles"],
        )
    if application.days is not None and limits.max_days is not None and application.days.count > limits.max_days:
        yield _limit(
            "limits.days",
            Text(
                f"{application.days.count} 天，最长 {limits.max_days} 天",
                f"{application.days.count} days; {limits.max_days} at most",
            ),
            limits.sources["max_days"],
        )


def _limit(code: str, text: Text, basis: Basis) -> Line:
    return Line(code, "problem", text, basis.text, {"assumption": basis.assumption})


def _vehicles(application: Application) -> Iterator[Line]:
    """Yield what the vehicles' papers leave open: words and numbers that disagree, plates of an odd pattern."""
    signs = ("height_mm", "width_mm", "axle_load_kg")
    for number, vehicle in enumerate(application.vehicles):
        facts = read_vehicle({name: value for name, value in vehicle.items() if name not in signs})
        for code, text in facts.warnings:
            said = Text(f"第 {number + 1} 辆：{text.zh}", f"vehicle {number + 1}: {text.en}")
            source = Text("行驶证所载（GA 802、GA 36）", "the vehicle licence (GA 802, GA 36)")
            yield Line("complete.vehicle", "info", said, source, {"vehicle": number, "warning": code})


def _days(application: Application, limits: Limits, notice: Notice | None, at: dt.datetime) -> Iterator[Line]:
    days = application.days
    if days is None:
        return
    zone = "Asia/Shanghai" if notice is None else notice.pack.timezone
    today = dt.date.fromordinal(local(at, zone)[0])
    basis = limits.sources["retroactive_days"]
    if days.from_ < today and application.retroactive is None:
        text = Text(
            f"开始日期 {days.from_} 已过（今天 {today}），申请没有说明是事后补登",
            f"it begins on {days.from_}, which is over (today is {today}), and does not say that it is afterwards",
        )
        yield Line("retroactive.unstated", "problem", text, basis.text)
    elif application.retroactive is not None:
        late = (today - days.from_).days
        allowed = limits.retroactive_days is not None and late <= limits.retroactive_days
        if limits.retroactive_days is None:
            text = Text("申请事后补登，但没有允许补登的依据", "it is registered afterwards, and nothing allows that")
        else:
            text = Text(
                f"事后补登 {late} 天，允许 {limits.retroactive_days} 天内",
                f"registered {late} days afterwards; {limits.retroactive_days} are allowed",
            )
        found = Line(
            "retroactive.allowed" if allowed else "retroactive.not_allowed",
            "info" if allowed else "problem",
            text,
            basis.text,
            {"reason": application.retroactive.reason, "days": late, "assumption": basis.assumption},
        )
        yield found
