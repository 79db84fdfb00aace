"""What OSM's tags of a street say to a truck: whether it may use it, when not, and which figure would settle it.

Sources: OSM wiki, Key:access (access < vehicle < motor_vehicle < hgv or goods: the particular counts before the general, as does
`:forward` before none, and a condition before what always holds), Conditional restrictions, Key:maxweight, Key:maxheight.

`hgv` are goods vehicles above 3.5 t, `goods` those up to 3.5 t. China's sign against trucks (禁止载货汽车驶入) bans small ones as well, and
mappers write `hgv=no` for it: where only `hgv` is tagged, what it says to a truck up to 3.5 t is `unknown`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from zones.osm_conditions import Clause, clauses_of
from zones.routing import opening
from zones.routing.conditions import AXLE, HEAVY_KG, HEIGHT, LENGTH, MASS, WIDTH, Figure, Truck, held
from zones.routing.layers import Said, Sum, Verdict, all_of, sum_of, worst
from zones.routing.measures import limit_of
from zones.text import Text

__all__ = ["Truck", "Use", "Verdict", "closed_between", "use_of", "use_of_turn"]

Tags = Iterable[tuple[str, str]]

_GENERAL = ("access", "vehicle", "motor_vehicle")
# values of access tags (OSM wiki, Key:access); others are said to be unknown
_YES = ("yes", "designated", "permissive", "official", "discouraged")
_DESTINATION = ("destination", "delivery", "customers")
_NO = ("no", "agricultural", "forestry", "military", "emergency", "use_sidepath", "psv", "bus", "taxi", "residents")
_ACCESS: dict[str, Verdict] = {
    **dict.fromkeys(_YES, "yes"),
    **dict.fromkeys(_DESTINATION, "destination"),
    **dict.fromkeys(_NO, "no"),
}
_MEANS: dict[Verdict, Text] = {
    "yes": Text("货车可以通行", "open to trucks"),
    "no": Text("货车禁止通行", "closed to trucks"),
    "destination": Text(
        "只许到达沿线的货车通行，不许穿行", "open only to trucks that have to go there, not as a way through"
    ),
}
_OWN_WORDS = {
    "discouraged": Text("不建议货车通行，但不禁止", "trucks are advised against it, not forbidden"),
    "private": Text("要有所有人同意，是否有不知道", "needs the owner's leave, and whether there is one is not known"),
    "permit": Text("要有许可，是否有不知道", "needs a permit, and whether there is one is not known"),
}


class _Limit(NamedTuple):
    tag: str
    figure: Figure


_LIMITS = (
    _Limit("maxweight", MASS),
    _Limit("maxweightrating", MASS),
    _Limit("maxaxleload", AXLE),
    _Limit("maxheight", HEIGHT),
    _Limit("maxheight:physical", HEIGHT),
    _Limit("maxlength", LENGTH),
    _Limit("maxwidth", WIDTH),
    _Limit("maxwidth:physical", WIDTH),
)


@dataclass(frozen=True, slots=True)
class Use:
    """Whether a truck may use a street in one direction.

    Attributes:
        verdict: outside the times below. `unknown` is where a figure is missing (`missing`) or a tag cannot be read
            (`why`).
        why: sentences on each tag that limits it or cannot be read.
        missing: the figures of the truck (attributes of `Truck`) that would settle it.
        closed_when: when it is closed, each for `closed_between`; any of them closes it.
        destination_when: when only those may use it who have their destination on it; likewise.
    """

    verdict: Verdict
    why: tuple[Text, ...] = ()
    missing: tuple[str, ...] = ()
    closed_when: tuple[str, ...] = ()
    destination_when: tuple[str, ...] = ()


def use_of(tags: Tags, truck: Truck, *, forward: bool) -> Use:
    """Say whether a truck may use a street.

    `maxweight` is the weight of the day, which is not known: the gross mass is compared, the safe side of it, as it is with
    `weight` in conditions. `maxweightrating` is the gross mass itself. A limit is kept where the figure equals it.

    Args:
        tags: `Segment.truck_tags`.
        truck: its figures.
        forward: along the segment's line.
    """
    return _use(tuple(tags), truck, forward)


@lru_cache(maxsize=65536)
def _use(tags: tuple[tuple[str, str], ...], truck: Truck, forward: bool) -> Use:  # noqa: FBT001 - positional for the cache
    given = dict(tags)
    way = ":forward" if forward else ":backward"
    sums = [_access(given, truck, way), *(_limited(given, limit, truck, way) for limit in _LIMITS)]
    return Use(*all_of(sums))


def use_of_turn(conditional: str | None, truck: Truck) -> Use:
    """Say when a turn rule holds for a truck.

    Args:
        conditional: `TurnRule.conditional`.
        truck: its figures.

    Returns:
        `no` where the rule always holds, `yes` where it never does but in `closed_when`; `unknown` counts as `no`.
    """
    if conditional is None:
        return Use("no")
    return Use(*sum_of(_conditional("", conditional, truck)))


def closed_between(
    expression: str,
    start: datetime,
    end: datetime,
    zone_of_time: str,
    *,
    place: tuple[float, float] | None = None,
) -> list[tuple[datetime, datetime]]:
    """Return the spans in which an expression of `Use` holds; see `opening.closed_between`."""
    return opening.closed_between(expression, start, end, zone_of_time, place=place)


def _access(tags: dict[str, str], truck: Truck, way: str) -> Sum:
    """Return what the access tags say to a truck of its class, or of both where that is not known."""

    def settled(*modes: str) -> Sum:
        return sum_of(said for mode in (*_GENERAL, *modes) for said in _access_of(tags, mode, truck, way))

    small, heavy = _named(tags, "goods"), _named(tags, "hgv")
    mass = truck.gross_mass_kg
    if mass is not None and mass <= HEAVY_KG:
        if small or not heavy:
            return settled("goods")
        return _either(settled(), settled("hgv"), _SMALL, ())
    if mass is None and small:
        return _either(settled("goods"), settled("hgv"), _WHICH, (MASS.attribute,))
    return settled("hgv")


_SMALL = Text(
    "OSM 的 hgv 指 3.5 吨以上货车，而禁止载货汽车的标志也禁小货车：请核对现场",
    "OSM's hgv are trucks above 3.5 t, but the sign against trucks bans small ones too: look at the sign",
)
_WHICH = Text(
    "对 3.5 吨以上（hgv）和以下（goods）的货车规定不同，不知道本车总质量",
    "trucks above 3.5 t (hgv) and below (goods) are treated differently, this truck's gross mass is not known",
)


def _named(tags: dict[str, str], mode: str) -> bool:
    return any(tag == mode or tag.startswith(f"{mode}:") for tag in tags)


def _either(one: Sum, other: Sum, why: Text, missing: tuple[str, ...]) -> Sum:
    """Return what holds where one of two does, and which is not known: what both agree on, and the stricter times."""
    if one._replace(why=()) == other._replace(why=()):
        return other
    every = tuple(dict.fromkeys((*one.why, *other.why, why)))
    named = tuple(dict.fromkeys((*missing, *one.missing, *other.missing)))
    if one.verdict != other.verdict:
        verdict: Verdict = "unknown"
    else:
        verdict = worst((one.verdict, other.verdict))
    closed = tuple(dict.fromkeys((*one.closed_when, *other.closed_when)))
    return Sum(verdict, every, named, closed, tuple(dict.fromkeys((*one.destination_when, *other.destination_when))))


def _access_of(tags: dict[str, str], mode: str, truck: Truck, way: str) -> Iterator[Said]:
    for tag in (mode, mode + way):
        if tag in tags:
            yield _of_word(tag, tags[tag])
    for tag in (f"{mode}:conditional", f"{mode}{way}:conditional"):
        if tag in tags:
            yield from _conditional(tag, tags[tag], truck)


def _of_word(tag: str, value: str) -> Said:
    """Return what an access value says; several (`agricultural;forestry`) only where they say the same."""
    words = [word.strip().lower() for word in value.split(";") if word.strip()]
    verdicts = {_ACCESS.get(word, "unknown") for word in words}
    outcome: Verdict = verdicts.pop() if len(verdicts) == 1 else "unknown"
    says = _OWN_WORDS.get(words[0]) if len(words) == 1 else None
    if says is None:
        says = _MEANS.get(outcome, Text("看不懂这个值", "this value is not understood"))
    return Said(outcome, why=() if outcome == "yes" and value != "discouraged" else (_said(tag, value, says),))


def _conditional(tag: str, value: str, truck: Truck) -> Iterator[Said]:
    for clause in clauses_of(value):
        yield _on(clause, _of_word(tag, clause.value or "?"), tag, truck)


def _on(clause: Clause, said: Said, tag: str, truck: Truck) -> Said:
    """Return a clause's outcome with the conditions on which it holds."""
    holds = held(clause, truck, opens=said.outcome in ("yes", "destination"))
    if holds.applies is False:
        return Said(said.outcome, applies=False)
    why = said.why
    if clause.condition and said.outcome in _MEANS and not said.missing:
        meant = _MEANS[said.outcome]
        says = Text(f"在“{clause.condition}”时{meant.zh}", f"{meant.en} at `{clause.condition}`")
        why = (_said(tag, clause.value, says),) if tag else ()
    return Said(
        said.outcome,
        holds.times,
        holds.applies,
        holds.purpose,
        (*why, *holds.why),
        (*said.missing, *holds.missing),
    )


def _limited(tags: dict[str, str], limit: _Limit, truck: Truck, way: str) -> Sum:
    return sum_of(said for who in ("", ":hgv") for said in _limits_of(tags, limit, who, truck, way))


def _limits_of(tags: dict[str, str], limit: _Limit, who: str, truck: Truck, way: str) -> Iterator[Said]:
    for tag in (limit.tag + who, limit.tag + who + way):
        if tag in tags:
            yield _against(tag, tags[tag], limit.figure, truck)
    for tag in (f"{limit.tag}{who}:conditional", f"{limit.tag}{who}{way}:conditional"):
        for clause in clauses_of(tags[tag]) if tag in tags else ():
            yield _on(clause, _against(tag, clause.value, limit.figure, truck), tag, truck)


def _against(tag: str, value: str, figure: Figure, truck: Truck) -> Said:
    """Hold a truck's figure against a limit."""
    limit = limit_of(value, figure.measure)
    if limit.unlimited:
        return Said("yes")
    if limit.figure is None:
        return Said("unknown", why=(_said(tag, value, Text("看不懂这个值", "this value is not understood")),))
    own, bound = figure.of(truck), f"{limit.figure:.10g} {figure.measure}"
    if own is None:
        says = Text(
            f"限 {bound}，不知道本车{figure.name.zh}",
            f"the limit is {bound}, this truck's {figure.name.en} is not known",
        )
        return Said("unknown", why=(_said(tag, value, says),), missing=(figure.attribute,))
    if own <= limit.figure:
        return Said("yes")
    ours = f"{own:.10g} {figure.measure}"
    says = Text(
        f"限 {bound}，本车{figure.name.zh} {ours}", f"the limit is {bound}, this truck's {figure.name.en} is {ours}"
    )
    return Said("no", why=(_said(tag, value, says),))


def _said(tag: str, value: str, says: Text) -> Text:
    return Text(f"{tag}={value}：{says.zh}", f"{tag}={value}: {says.en}")
