"""Whether a zone's file is the one that a notice and permits speak of, and all that the notice speaks of."""

from collections.abc import Mapping
from typing import Any

from truckban.alert_times import read_alert_times
from truckban.norms import Notice
from truckban.permits import PermitList
from truckban.zone_parts import mapped_zone
from truckban.zone_words import zones_beside
from zones.locate import Locator
from zones.text import Text
from zones.zone import Zone

_FEW = 10


def notices_differ(notice: Notice, zone: Zone) -> list[Text]:
    """Return a note where the zone says that it was built for another notice, or for another text of this one.

    A file that names no notice, as the one that comes with the program, says nothing either way.
    """
    built = zone.notice
    if not built or built.get("sha256") == notice.sha256:
        return []
    named = built.get("id")
    if named != notice.id:
        return [
            Text(
                f"区域文件 {zone.id} 是为通告 {named} 建的，不是 {notice.id}；请核对区域是否相同",
                f"zone file {zone.id} was built for notice {named}, not for {notice.id}; check that the zone is the same",
            )
        ]
    return [
        Text(
            f"区域文件 {zone.id} 是按通告 {notice.id} 的另一文本建的（sha256 {str(built.get('sha256'))[:12]}…，现为 "
            f"{notice.sha256[:12]}…）；请用现在的文本重建区域",
            f"zone file {zone.id} was built for another text of notice {notice.id} (sha256 {str(built.get('sha256'))[:12]}…, it is now "
            f"{notice.sha256[:12]}…); build the zone again from the present text",
        )
    ]


def zones_not_asked(notice: Notice, ground: Locator) -> list[Text]:
    """Return a note where a notice bans in zones that the map does not show: they need a check each."""
    mapped = mapped_zone(notice, ground).id
    others = ", ".join(zones_beside(notice, mapped))
    if not others:
        return []
    return [
        Text(
            f"这次只查了区域 {mapped}；通告还在这些区域禁行，请用各自的区域文件各查一次：{others}",
            f"this check is about zone {mapped} alone; the notice bans in other zones as well, each of which needs a check with its own zone file: {others}",
        )
    ]


def told_alerts(notice: Notice, options: Mapping[str, Any]) -> Notice:
    """Return a notice that is told which alerts there were, where the options of a check say so (`alerts` of `run.json`)."""
    if options.get("alerts") is None:
        return notice
    return notice.during(read_alert_times(options["alerts"], notice.pack.alerts, notice.pack.timezone))


def alerts_not_asked(notice: Notice) -> list[Text]:
    """Return a note where a notice bans while an alert is in force: when there was one, or that the check was not told."""
    rules = "、".join(rule.id for rule in notice.pack.rules if rule.alerts)
    if not rules:
        return []
    if notice.alerts is not None:
        told = "; ".join(f"{span.level} {span.said['from']} – {span.said['until']}" for span in notice.alerts.spans)
        return [
            Text(
                f"按给出的预警时间判断，其余时间没有预警：{told or '无'}",
                f"judged by the alerts that were given, at other times there was none: {told or 'none'}",
            )
        ]
    return [
        Text(
            f"通告有只在预警期间生效的禁令，核查不知道哪些时候有预警，没有查：{rules}",
            f"the notice has bans that hold during alerts only; a check is not told when there were any and did not ask: {rules}",
        )
    ]


def roads_not_there(permits: PermitList, zone: Zone) -> list[Text]:
    """Return a note where permits name roads that no street around the zone is called.

    Such a road may lie elsewhere, or be a street inside by another name: who drove there is told to have left the roads of the permit.
    """
    there = {road.name for roads in (zone.boundary_roads, zone.carve_outs, zone.streets) for road in roads}
    roads = sorted({road for permit in permits.permits for road in permit.roads or ()} - there)
    if not roads:
        return []
    few, more = "、".join(roads[:_FEW]), "…" if len(roads) > _FEW else ""
    return [
        Text(
            f"通行证写明的道路有 {len(roads)} 条不是区域周围路网中的路名：{few}{more}；按不在区域内判断，请核对是否另有名称",
            f"{len(roads)} roads of permits are not the name of any street around the zone: {few}{more}; they are taken to lie elsewhere; "
            "check whether they have another name",
        )
    ]
