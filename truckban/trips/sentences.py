"""What a driver is told of a trip, in sentences."""

import numpy as np

from truckban.far import far_from_all, far_on_the_way
from truckban.logic import FALSE
from truckban.missing_words import missing_words
from truckban.moments import local
from truckban.trips.model import Kind, Notes, Options, Plan
from truckban.trips.rules import maps_of, notice_at
from truckban.trips.search import Routes
from truckban.trips.ways import Way, instant
from truckban.verdict import zones_without_map
from truckban.zone_parts import without_map
from zones.locate import Place
from zones.text import Text

_DAY_S = 86_400.0


def clock(at_s: float, timezone: str, *, beside: float | None = None) -> Text:
    """Return the hour and minute of an instant in a zone of time, with the day where it is not that of another instant."""
    day, second = local(instant(at_s), timezone)
    text = f"{second // 3600:02d}:{second % 3600 // 60:02d}"
    if beside is None:
        return Text(text, text)
    days = day - local(instant(beside), timezone)[0]
    names = {0: Text("", ""), 1: Text("次日 ", "the next day at "), -1: Text("前一日 ", "the day before at ")}
    said = names.get(days, Text(f"{days:+d} 天 ", f"{days:+d} days at "))
    return Text(said.zh + text, said.en + text)


def why_alternative(kind: Kind, way: Way, asked: Way, timezone: str) -> Text:
    """Return the sentence of an alternative."""
    leaves, arrives = (clock(at, timezone, beside=asked.departs) for at in (way.departs, way.arrives))
    roads = way.roads
    through = Text("、".join(roads) or "无名道路", ", ".join(roads) or "streets without a name")
    match kind:
        case "wait" if way.waits:
            wait = way.waits[0]
            road = way.streets.name(way.legs[wait.after].edge)
            where = Text(road or "无名道路", road or "a street without a name")
            until = clock(wait.until, timezone, beside=asked.departs)
            return Text(
                f"照常出发，在{where.zh}等到 {until.zh}，{arrives.zh} 到",
                f"leave as planned, wait on {where.en} until {until.en}, arrive at {arrives.en}",
            )
        case "depart":
            word = Text("晚点走", "leave later") if way.departs > asked.departs else Text("早点走", "leave earlier")
            return Text(
                f"{word.zh}：{leaves.zh} 出发，{arrives.zh} 到", f"{word.en}: at {leaves.en}, arrive at {arrives.en}"
            )
        case "permit":
            return Text(
                f"办通行证后经 {through.zh}，{arrives.zh} 到", f"with a permit by {through.en}, arrive at {arrives.en}"
            )
        case "vehicle":
            return Text(f"换这辆车可以走，{arrives.zh} 到", f"this vehicle may drive it, arrive at {arrives.en}")
        case _:
            return Text(f"绕行 {through.zh}，{arrives.zh} 到", f"go round by {through.en}, arrive at {arrives.en}")


def says_of(routes: Routes, plan: Plan, options: Options) -> Notes:
    """Return the sentences of a plan, the most important first."""
    found: list[tuple[str, Text]] = []
    found += _inside(routes, plan)
    found += _missing(plan)
    found += _far(plan)
    found += _no_map(plan)
    found += plan.trip.notes
    for rule in plan.trip.judged.rules:
        found += [note for note in plan.trip.judged.facts(rule.shelf.first).warnings if note not in found]
    for end in (plan.trip.origin, plan.trip.destination):
        found += [note for note in end.notes if note not in found]
    found += _near_a_ban(routes, plan, options)
    found += _signs(routes, plan)
    if any(each.zone.grade == "schematic" for each in maps_of(plan.trip.judged.rules)):
        found.append(
            (
                "zone.schematic",
                Text(
                    "路网是示意图，不能据此上路或执法", "the streets are a schematic: nothing to drive or to enforce by"
                ),
            )
        )
    return tuple(found)


def _inside(routes: Routes, plan: Plan) -> Notes:
    """Say first where an end lies in a zone, and when one may drive there."""
    found: list[tuple[str, Text]] = []
    opening = routes.opening
    for name, end in (("origin", plan.trip.origin), ("destination", plan.trip.destination)):
        if Place.INSIDE not in end.places:
            continue
        row = int(opening.table.kind[end.spots[0].edge])
        who = Text("起点", "The origin") if name == "origin" else Text("目的地", "The destination")
        if (opening.table.trits[row] == FALSE).all():
            found.append(
                (
                    f"trip.{name}_inside",
                    Text(
                        f"{who.zh}在禁行区域内，但这辆车此间可以行驶",
                        f"{who.en} is inside the zone; this vehicle may drive there",
                    ),
                )
            )
            continue
        hours = _hours(opening.table.lawful_spells(row, 0.0), plan, routes)
        found.append(
            (
                f"trip.{name}_inside",
                Text(
                    f"{who.zh}在禁行区域内：{hours.zh}，或者办通行证",
                    f"{who.en} is inside the zone: {hours.en}, or with a permit",
                ),
            )
        )
    return tuple(found)


def _missing(plan: Plan) -> Notes:
    """Say what has to be known to settle an open question."""
    if plan.word != "undetermined":
        return ()
    missing = _lacking(plan)
    if missing is None:
        return ()
    return (("trip.missing", Text(f"说不准：缺少{missing.zh}", f"it cannot be said without {missing.en}")),)


def _far(plan: Plan) -> Notes:
    """Say where the way, or one that is offered, comes far from every zone: bans of other places are not known."""
    rules = plan.trip.judged.rules
    ways = [way for way in (plan.way, *(one.way for one in plan.alternatives)) if way is not None]
    if not ways:
        return ()
    xy = np.concatenate([way.streets.graph.edges.ends[[leg.edge for leg in way.legs]].reshape(-1, 2) for way in ways])
    lon, lat = ways[0].streets.graph.plane.lonlat(xy[:, 0], xy[:, 1])
    ends = plan.trip.origin, plan.trip.destination
    lon, lat = np.append(lon, [end.lon for end in ends]), np.append(lat, [end.lat for end in ends])
    if not far_from_all([rule.ground for rule in rules], lon, lat):
        return ()
    return (("trip.far", far_on_the_way([rule.shelf.first for rule in rules])),)


def _no_map(plan: Plan) -> Notes:
    """Say which zones of the notices no map shows, unless what is known of the others makes the trip lawful."""
    if plan.word == "lawful":
        return ()
    zones = _zones_without_map(plan)
    return (zones_without_map(zones),) if zones else ()


def _zones_without_map(plan: Plan) -> list[str]:
    at = instant(plan.trip.depart if plan.trip.depart is not None else plan.trip.arrive or 0.0)
    asked = ((notice_at(rule.shelf, at), rule.ground) for rule in plan.trip.judged.rules)
    return [zone for notice, ground in asked for zone in without_map(notice, ground)]


def _lacking(plan: Plan) -> Text | None:
    """Return what would settle the open questions of a trip, as people call it; None where nothing would."""
    notice = plan.trip.judged.rules[0].shelf.first
    pieces = [piece for piece in plan.pieces if piece.word == "undetermined"]
    names = sorted({name for piece in pieces for name in piece.verdict.missing})
    words = [missing_words(name, notice) for name in names]
    zones = ", ".join(_zones_without_map(plan))
    if zones and "place" in names:  # where the truck is, is known: what lies there is not
        words[names.index("place")] = Text(f"区域 {zones} 的区域文件", f"the zone files of {zones}")
    return Text("、".join(w.zh for w in words), ", ".join(w.en for w in words)) if words else None


def _hours(spells: list[tuple[float, float]], plan: Plan, routes: Routes) -> Text:
    """Return the spells of lawful driving around the trip as people say them."""
    if plan.way is None:
        return Text("", "")
    leaves, timezone = plan.way.departs, routes.opening.timezone
    before = [end for begin, end in spells if begin <= leaves + _DAY_S and abs(end - leaves) < _DAY_S and end <= leaves]
    within = [end for begin, end in spells if begin <= leaves < end]
    after = [begin for begin, _ in spells if begin > leaves]
    said: list[Text] = []
    for ends, zh, en in (
        (within, "{} 前可以", "before {}"),
        (before[-1:] if not within else [], "{} 前可以", "before {}"),
    ):
        for end in ends[:1]:
            at = clock(end, timezone, beside=leaves)
            said.append(Text(zh.format(at.zh), en.format(at.en)))
    if after:
        at = clock(after[0], timezone, beside=leaves)
        said.append(Text(f"{at.zh} 以后可以", f"after {at.en}"))
    if not said:
        return Text("这段时间内一直不可以", "at no time of the days that were looked at")
    return Text("，".join(s.zh for s in said), ", ".join(s.en for s in said))


def _near_a_ban(routes: Routes, plan: Plan, options: Options) -> Notes:
    """Say by how much a lawful trip keeps clear of a ban, where that is little."""
    if plan.word != "lawful" or plan.way is None:
        return ()
    table = routes.opening.table
    least = np.inf
    for leg in plan.way.legs:
        for begin, end in table.lawful_spells(int(table.kind[leg.edge]), 0.0):
            if begin <= leg.entered <= end:
                least = min(least, leg.entered - begin, end - leg.left)
    if not least < options.margin_s:
        return ()
    return (
        (
            "trip.near_ban",
            Text(
                f"离禁行时段只差 {least:.0f} 秒（建议留 {options.margin_s:.0f} 秒以上）：快慢稍有出入就会违规",
                f"only {least:.0f} s from a ban ({options.margin_s:.0f} s or more are advised): a little slower or faster and it is unlawful",
            ),
        ),
    )


def _signs(routes: Routes, plan: Plan) -> Notes:
    """Say where signs on the way depend on a figure of the truck that is not known."""
    if plan.way is None:
        return ()
    uses = routes.opening.uses
    found: dict[str, Text] = {}
    for leg in plan.way.legs:
        use = uses[int(plan.way.streets.fit[leg.edge])]
        if use.verdict == "unknown":
            for why in use.why:
                road = plan.way.streets.name(leg.edge)
                found.setdefault(
                    why.zh, Text(f"{road or '无名道路'}：{why.zh}", f"{road or 'a street without a name'}: {why.en}")
                )
    return tuple(("trip.sign_unknown", text) for text in found.values())


def why_none(routes: Routes, plan: Plan) -> Text:
    """Return why there is no lawful way instead."""
    missing = _lacking(plan)
    if plan.word == "undetermined" and missing is not None:
        return Text(
            f"缺少{missing.zh}，判断不了哪条路、什么时候合法；补充后再查",
            f"without {missing.en} no way can be called lawful; give it and ask again",
        )
    opening = routes.opening
    days = round((float(opening.table.instants[-1]) - (plan.way.departs if plan.way else 0.0)) / _DAY_S)
    spells = opening.lawful(0.0)
    for name, end in (("起点", plan.trip.origin), ("目的地", plan.trip.destination)):
        kinds = {int(spells.kind[spot.edge]) for spot in end.spots}
        if all(spells.ptr[kind] == spells.ptr[kind + 1] for kind in kinds):
            en = "origin" if name == "起点" else "destination"
            return Text(
                f"{name}所在道路今后 {days} 天内没有合法的行驶时段，也没有可用的通行证种类",
                f"at the {en} there is no lawful time in the next {days} days, and no kind of permit that would do",
            )
    return Text(
        f"今后 {days} 天内任何路线、任何时段都不能合法到达，也没有可用的通行证种类",
        f"no way at any time of the next {days} days is lawful, and no kind of permit would do",
    )
