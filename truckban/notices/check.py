"""What a well-formed pack can still get wrong: names that lead nowhere, and norms that contradict each other."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from truckban.facts import BUILTIN, Fact
from truckban.norms import facts_of
from truckban.notices import conditions as written
from truckban.notices.model import NoticePack, PermitKind, Rule, Where
from truckban.notices.overlap import may_meet
from zones.text import Text

NOT_FACTS = ("plate", "vehicle_type", "vehicle_id")
"""Fields of a vehicle that are read in their own way."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, and the path to it in the pack."""

    path: tuple[Any, ...]
    text: Text


def faults(pack: NoticePack) -> list[Fault]:
    """Return what is wrong with a pack that the schema accepts."""
    found = [*_twice(pack), *_dangling(pack), *_conditions(pack), *_ranking(pack)]
    return found or list(_contradictions(pack))


def _unknown(what: Text, name: str, known: Iterable[str]) -> Text:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    listed = ", ".join(names) or "-"
    zh_hint, en_hint = (
        (f"；是不是 `{near[0]}`？", f"; is it `{near[0]}`?") if near else (f"；有：{listed}", f"; there are: {listed}")
    )
    return Text(f"没有{what.zh} `{name}`{zh_hint}", f"there is no {what.en} `{name}`{en_hint}")


def _twice(pack: NoticePack) -> Iterator[Fault]:
    groups: list[tuple[str, list[str]]] = [
        ("clauses", [clause.id for clause in pack.clauses]),
        ("questions", [question.id for question in pack.questions]),
        ("zones", [zone.id for zone in pack.zones]),
    ]
    for key, names in groups:
        for name, count in Counter(names).items():
            if count > 1:
                last = len(names) - 1 - names[::-1].index(name)
                yield Fault(
                    (key, last, "id"),
                    Text(
                        f"`{name}` 出现了 {count} 次：请换一个", f"`{name}` stands here {count} times: choose another"
                    ),
                )
    for name in pack.facts:
        if name in BUILTIN or name in NOT_FACTS:
            yield Fault(
                ("facts", name),
                Text(
                    f"`{name}` 是程序已有的名称：请换一个", f"the program already has a `{name}`: choose another name"
                ),
            )
    seen: set[str] = set()
    for path, norm in _norms(pack):
        if norm.id in seen:
            yield Fault(
                (*path, "id"), Text(f"`{norm.id}` 已经用过：请换一个", f"`{norm.id}` is already taken: choose another")
            )
        seen.add(norm.id)


def _norms(pack: NoticePack) -> Iterator[tuple[tuple[str, int], Any]]:
    for key in ("rules", "exemptions", "permits"):
        for number, norm in enumerate(getattr(pack, key)):
            yield (key, number), norm


def _dangling(pack: NoticePack) -> Iterator[Fault]:
    yield from _clause_names(pack)
    for number, zone in enumerate(pack.zones):
        yield from _names(("zones", number, "within"), zone.within, ZONE, [other.id for other in pack.zones])
    for path, norm in _norms(pack):
        yield from _names((*path, "windows"), norm.windows, Text("窗口", "window"), pack.windows)
        yield from _names((*path, "alerts"), norm.alerts, Text("预警等级", "alert level"), pack.alerts)
        yield from _names((*path, "over"), norm.over, Text("规范", "norm"), [other.id for other in pack.norms])
        for step, where in enumerate(norm.where or ()):
            yield from _place(pack, (*path, "where", step), where)
        if not isinstance(norm, Rule) and not norm.over:
            yield Fault(
                (*path, "over"),
                Text("它没有解除任何规则：在 `over` 里写出规则", "it lifts nothing: name in `over` the rules it lifts"),
            )


ZONE = Text("区域", "zone")


def _clause_names(pack: NoticePack) -> Iterator[Fault]:
    clauses = {clause.id for clause in pack.clauses}
    places: list[tuple[tuple[Any, ...], str]] = [
        *((("zones", number), zone.clause) for number, zone in enumerate(pack.zones)),
        *((("questions", number), question.clause) for number, question in enumerate(pack.questions)),
        *((("windows", name), window.clause) for name, window in pack.windows.items()),
        *((path, norm.clause) for path, norm in _norms(pack)),
        *([(("penalty",), pack.penalty.clause)] if pack.penalty else []),
        *([(("repeats",), pack.repeats.clause)] if pack.repeats and pack.repeats.clause else []),
    ]
    for path, name in places:
        if name not in clauses:
            yield Fault((*path, "clause"), _unknown(Text("条款", "clause"), name, clauses))


def _names(path: tuple[Any, ...], names: Iterable[str] | None, what: Text, known: Iterable[str]) -> Iterator[Fault]:
    there = set(known)
    for step, name in enumerate(names or ()):
        if name not in there:
            yield Fault((*path, step), _unknown(what, name, there))


def _place(pack: NoticePack, path: tuple[Any, ...], where: Where) -> Iterator[Fault]:
    zones = {zone.id: zone for zone in pack.zones}
    if where.zone not in zones:
        yield Fault((*path, "zone"), _unknown(ZONE, where.zone, zones))
        return
    area = zones[where.zone].area
    edges = {edge.road for edge in area.edges} if area else set()
    for road in where.boundary:
        if road not in edges:
            yield Fault((*path, "boundary", road), _unknown(Text("边界道路", "boundary road"), road, edges))


def _conditions(pack: NoticePack) -> Iterator[Fault]:
    facts = facts_of(pack)
    questions = {question.id: question for question in pack.questions}
    for path, norm in _norms(pack):
        if norm.when is not None:
            for where, part in _leaves((*path, "when"), norm.when):
                if isinstance(part, written.FactIs):
                    yield from _fact(where, part, facts)
                elif isinstance(part, written.Asked):
                    if part.question not in questions:
                        yield Fault((*where, "question"), _unknown(Text("问题", "question"), part.question, questions))
                    elif part.reading not in questions[part.question].readings:
                        known = questions[part.question].readings
                        yield Fault((*where, "reading"), _unknown(Text("读法", "reading"), part.reading, known))


def _leaves(path: tuple[Any, ...], part: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:  # noqa: ANN401
    match part:
        case written.AllOf():
            for number, inner in enumerate(part.all):
                yield from _leaves((*path, "all", number), inner)
        case written.AnyOf():
            for number, inner in enumerate(part.any):
                yield from _leaves((*path, "any", number), inner)
        case written.Not():
            yield from _leaves((*path, "not"), part.not_)
        case _:
            yield path, part


def _fact(path: tuple[Any, ...], part: written.FactIs, facts: dict[str, Fact]) -> Iterator[Fault]:
    fact = facts.get(part.fact)
    if fact is None:
        yield Fault((*path, "fact"), _unknown(Text("事实", "fact"), part.fact, facts))
        return
    asked = "category" if part.in_ is not None else "flag" if part.is_ is not None else "number"
    if asked != fact.kind:
        need = {
            "category": "`in: [...]`",
            "flag": "`is: true|false`",
            "number": "`at_most` / `less_than` / `at_least` / `more_than`",
        }
        yield Fault(
            (*path, "fact"),
            Text(f"`{fact.name}` 要用 {need[fact.kind]} 来问", f"`{fact.name}` is asked with {need[fact.kind]}"),
        )
        return
    for number, value in enumerate(part.in_ or ()):
        if value not in fact.values:
            yield Fault(
                (*path, "in", number),
                _unknown(Text(f" {fact.name} 的取值", f"value of {fact.name}"), value, fact.values),
            )


def _ranking(pack: NoticePack) -> Iterator[Fault]:
    over = {norm.id: [name for name in norm.over if name != norm.id] for norm in pack.norms}
    for path, norm in _norms(pack):
        if norm.id in norm.over:
            yield Fault(
                (*path, "over"),
                Text(f"规范不能排除自己：去掉 `{norm.id}`", f"a norm cannot set itself aside: remove `{norm.id}`"),
            )
    try:
        TopologicalSorter({name: [below for below in under if below in over] for name, under in over.items()}).prepare()
    except CycleError as error:
        circle = " > ".join(reversed(error.args[1]))
        first = next(path for path, norm in _norms(pack) if norm.id in error.args[1])
        yield Fault(
            (*first, "over"),
            Text(
                f"互相排除，成了圈：{circle}；从其中一个的 over 里去掉一项",
                f"they set each other aside in a circle: {circle}; remove one of them from an `over`",
            ),
        )


def _contradictions(pack: NoticePack) -> Iterator[Fault]:
    # Only what is written counts: that an exemption lifts a ban which itself outranks another lifts not that other one.
    facts = facts_of(pack)
    for path, norm in _norms(pack):
        for rule in pack.rules:
            if isinstance(norm, Rule) or rule.id in norm.over or norm.id in rule.over:
                continue
            if may_meet(norm, rule, pack, facts):
                what = Text("许可", "permit") if isinstance(norm, PermitKind) else Text("豁免", "exemption")
                yield Fault(
                    (*path, "over"),
                    Text(
                        f"{what.zh} `{norm.id}` 与规则 `{rule.id}` 可能同时适用却没有先后："
                        f"把 `{rule.id}` 写进 `{norm.id}` 的 over，或把 `{norm.id}` 写进 `{rule.id}` 的 over",
                        f"{what.en} `{norm.id}` and rule `{rule.id}` can both apply and are not ranked: "
                        f"put `{rule.id}` into `over` of `{norm.id}`, or `{norm.id}` into `over` of `{rule.id}`",
                    ),
                )
