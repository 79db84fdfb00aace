"""Is a permit needed at all, would this one do, and what do other notices say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from truckban.explain import OTHER_HOURS
from truckban.logic import FALSE, TRUE, UNKNOWN
from truckban.missing_words import missing_words
from truckban.norms import Notice
from truckban.permits import Permit, PermitList
from truckban.permitting.asked import Asked, Bans, permit_of
from truckban.permitting.lines import Line, clause
from truckban.permitting.model import Application
from truckban.report.words import reason_words
from truckban.trips.network import Network
from truckban.trips.request import read_driver
from truckban.trips.rules import Judged, Rule
from truckban.verdict import WORDS, Verdict
from zones.text import Text

_MOST_SPOTS = 30


@dataclass(frozen=True, eq=False)
class Case:
    """A vehicle of an application before the notices.

    Attributes:
        number: its place in the application, from 0.
        plate: its plate.
        judged: without any permit.
        bans: what stands in its way on what was asked.
    """

    number: int
    plate: str
    judged: Judged
    bans: Bans


def cases_of(application: Application, asked: Asked, network: Network) -> list[Case]:
    """Return the vehicles of an application, each with what stands in its way."""
    found = []
    for number, (vehicle, plate) in enumerate(zip(application.vehicles, application.plates, strict=True)):
        judged, _ = read_driver(vehicle, {}, network.rules)
        found.append(Case(number, plate, judged, asked.bans(judged)))
    return found


def need(case: Case, asked: Asked, network: Network) -> Line:
    """Say whether a vehicle needs a permit for what was asked: where and when it would be banned, or why it would not."""
    worst = case.bans.worst
    spot = case.bans.spot(worst)
    who = Text(f"第 {case.number + 1} 辆（{case.plate}）", f"vehicle {case.number + 1} ({case.plate})")
    if spot is None:
        text = Text(f"{who.zh}：所申请的道路在路网上找不到", f"{who.en}: the streets do not have the roads asked")
        return Line("needed.unknown", "unknown", text, Text("路网", "the streets"), {"vehicle": case.number})
    verdict = _strictest(asked.verdict(case.judged, spot), worst)
    if worst == FALSE:
        verdict = _while_banned(case, asked, verdict)
    notice = _notice(network, verdict)
    first = next(iter(verdict.reasons), None)
    source = clause(notice, None if first is None else first.clause)
    facts: dict[str, Any] = {
        "vehicle": case.number,
        "plate": case.plate,
        "vehicle_class": verdict.vehicle_class,
        "notice": verdict.notice,
        "reasons": [reason.as_json() for reason in verdict.reasons],
        "missing": list(verdict.missing),
    }
    if worst == TRUE:
        text = Text(
            f"{who.zh}在所申请的道路和时段内受限，需要通行证",
            f"{who.en} is banned on the roads and at the hours asked: a permit is needed",
        )
        return Line("needed.yes", "ok", text, source, facts)
    if worst == UNKNOWN:
        words = [missing_words(name, notice) for name in verdict.missing]
        lacking = Text("、".join(word.zh for word in words), ", ".join(word.en for word in words))
        text = Text(
            f"{who.zh}要不要通行证不能确定" + (f"，缺：{lacking.zh}" if words else ""),
            f"{who.en}: whether a permit is needed is undetermined" + (f"; missing: {lacking.en}" if words else ""),
        )
        return Line("needed.undetermined", "unknown", text, source, facts)
    why = reason_words(first.code, notice) if first is not None else Text("没有禁令", "no ban")
    text = Text(
        f"{who.zh}在所申请的道路和时段内本来就可以通行，不需要通行证：{why[0]}",
        f"{who.en} may drive there then anyway, no permit is needed: {why[1]}",
    )
    return Line("needed.no", "problem", text, source, facts)


def enough(case: Case, asked: Asked, application: Application, network: Network, own: Rule) -> Iterator[Line]:
    """Say what would still stand in a vehicle's way with the permit: of its own notice, of others, and during alerts."""
    if application.route is None or application.days is None:
        return
    permit = permit_of(
        application.route,
        application.days,
        application.windows,
        plate=case.plate,
        kind=application.permit_kind,
        rule=own,
    )
    asked = asked.covered(permit)
    if not len(asked.edges):
        return
    with_it = _with_permit(case.judged, own, permit)
    yield from _left(case, with_it, asked, network, own)
    for name, words in _alerts(network).items():
        bans = asked.bans(replace(with_it, alerts=frozenset({name})))
        if bans.worst == TRUE and asked.bans(with_it).worst != TRUE:
            spot = bans.spot(TRUE)
            if spot is None:
                continue
            verdict = _strictest(asked.verdict(replace(with_it, alerts=frozenset({name})), spot), TRUE)
            first = next(iter(verdict.reasons), None)
            text = Text(
                f"预警“{words.zh}”期间，有证也不能通行",
                f"during the alert `{words.en}` it would be banned even with the permit",
            )
            source = clause(_notice(network, verdict), None if first is None else first.clause)
            yield Line("others.alert", "info", text, source, {"alert": name, "vehicle": case.number})


def changes(application: Application, network: Network) -> Iterator[Line]:
    """Yield notices that come into force, are replaced or end within the days asked."""
    days = application.days
    if days is None:
        return
    for rule in network.rules:
        first, last = rule.shelf.on(days.from_), rule.shelf.on(days.to)
        if first is not last:
            text = Text(
                f"所申请的日期内通告更替：{first.id} → {last.id}，按后者重新核对",
                f"within the days asked {last.id} takes over from {first.id}: look at it again by that",
            )
            yield Line("others.replaced", "info", text, clause(last, None), {"before": first.id, "after": last.id})
        end = last.pack.dates.end
        if end is not None and end < days.to:
            text = Text(
                f"通告 {last.id} 到 {end} 失效，之后不需要通行证",
                f"notice {last.id} ends on {end}; no permit is needed after",
            )
            yield Line("others.ends", "info", text, clause(last, None), {"notice": last.id, "end": end.isoformat()})


def _left(case: Case, judged: Judged, asked: Asked, network: Network, own: Rule) -> Iterator[Line]:
    bans = asked.bans(judged)
    for trit in (TRUE, UNKNOWN):
        spot = bans.spot(trit)
        # what is open to doubt without a permit is said there
        if spot is None or (trit == UNKNOWN and case.bans.spot(UNKNOWN) is not None):
            continue
        verdict = _strictest(asked.verdict(judged, spot), trit)
        notice = _notice(network, verdict)
        first = next(iter(verdict.reasons), None)
        mine = verdict.notice in own.shelf.notices
        facts = {"vehicle": case.number, "notice": verdict.notice, "reasons": [r.as_json() for r in verdict.reasons]}
        if mine:
            text = Text(
                f"第 {case.number + 1} 辆：有了这张证，所申请的道路和时段内仍有限制",
                f"vehicle {case.number + 1}: even with this permit a ban stands within what was asked",
            )
        else:
            text = Text(
                f"第 {case.number + 1} 辆：另一个通告 {verdict.notice} 也限制，这张证不能解除",
                f"vehicle {case.number + 1}: another notice, {verdict.notice}, bans it too, and this permit does not lift that",
            )
        source = clause(notice, None if first is None else first.clause)
        yield Line("enough.no" if mine else "others.ban", "problem" if trit == TRUE else "unknown", text, source, facts)
        return
    if case.bans.worst != FALSE:
        text = Text(
            f"第 {case.number + 1} 辆：有了这张证，所申请的道路和时段内都可以通行，其他通告没有限制",
            f"vehicle {case.number + 1}: with this permit all that was asked would be lawful, by every notice at hand",
        )
        laws = ", ".join(name for rule in network.rules for name in rule.shelf.notices)
        yield Line("enough.yes", "ok", text, Text(f"通告 {laws}", f"notices {laws}"), {"vehicle": case.number})


def _with_permit(judged: Judged, own: Rule, permit: Permit) -> Judged:
    """Return a vehicle with a permit of one place: it lifts no other place's ban."""
    permits = tuple(
        PermitList([*given.permits, *([permit] if rule is own else [])])
        for rule, given in zip(judged.rules, judged.permits, strict=True)
    )
    return replace(judged, permits=permits)


def _alerts(network: Network) -> Mapping[str, Text]:
    return {
        name: both.text
        for rule in network.rules
        for notice in rule.shelf.notices.values()
        for name, both in notice.pack.alerts.items()
    }


def _while_banned(case: Case, asked: Asked, first: Verdict) -> Verdict:
    """Return why a vehicle may drive there while others may not; that it is another hour says little where other hours are asked too."""
    for spot in islice(case.bans.spots(FALSE), _MOST_SPOTS):
        verdict = _strictest(asked.verdict(case.judged, spot), FALSE)
        if all(reason.code != OTHER_HOURS for reason in verdict.reasons):
            return verdict
    return first


def _strictest(verdicts: list[Verdict], trit: int) -> Verdict:
    return next((verdict for verdict in verdicts if verdict.verdict == WORDS[trit]), verdicts[0])


def _notice(network: Network, verdict: Verdict) -> Notice:
    return next(rule.shelf.notices[verdict.notice] for rule in network.rules if verdict.notice in rule.shelf.notices)
