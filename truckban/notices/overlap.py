"""Whether two norms can both apply to one case: by their zones, hours and conditions, with doubt counted as yes."""

from collections.abc import Mapping
from typing import Any

from truckban.facts import Fact
from truckban.norms import counted
from truckban.notices import conditions as written
from truckban.notices.model import Norm, NoticePack, Window, span_minutes

_MOST_ALTERNATIVES = 256

# One alternative of a condition: for a category the mask of values left, for a number the interval left.
Alternative = dict[str, Any]


def may_meet(one: Norm, other: Norm, pack: NoticePack, facts: Mapping[str, Fact]) -> bool:
    """Return False only where no vehicle, place and time can be under both."""
    if not _hours_meet(one, other, pack.windows) or not _places_meet(one, other, pack):
        return False
    mine = _alternatives(one.when, facts) if one.when is not None else [{}]
    theirs = _alternatives(other.when, facts) if other.when is not None else [{}]
    return any(_joined(a, b) is not None for a in mine for b in theirs)


def _hours_meet(one: Norm, other: Norm, windows: Mapping[str, Window]) -> bool:
    if one.windows is None or other.windows is None:
        return True
    return any(_windows_meet(windows[a], windows[b]) for a in one.windows for b in other.windows)


def _windows_meet(one: Window, other: Window) -> bool:
    over_midnight = any(span[:5] > span[6:] for span in (*one.spans, *other.spans))
    if (
        one.weekdays is not None
        and other.weekdays is not None
        and not over_midnight
        and not set(one.weekdays) & set(other.weekdays)
    ):
        return False
    return bool(_minutes(one) & _minutes(other))


def _minutes(window: Window) -> set[int]:
    covered = set().union(*(span_minutes(span) for span in window.spans))
    return covered if window.mode == "during" else set(range(1440)) - covered


def _places_meet(one: Norm, other: Norm, pack: NoticePack) -> bool:
    if one.where is None or other.where is None:
        return True
    zones = {zone.id: zone for zone in pack.zones}
    for a in one.where:
        for b in other.where:
            if a.zone != b.zone:
                return True
            (mine, mine_unstated), (theirs, theirs_unstated) = counted(zones[a.zone], a), counted(zones[b.zone], b)
            if (mine | mine_unstated) & (theirs | theirs_unstated):
                return True
    return False


def _alternatives(part: Any, facts: Mapping[str, Fact], *, negated: bool = False) -> list[Alternative]:  # noqa: ANN401
    match part:
        case written.Not():
            return _alternatives(part.not_, facts, negated=not negated)
        case written.AllOf() | written.AnyOf():
            inner = [
                _alternatives(p, facts, negated=negated)
                for p in (part.all if isinstance(part, written.AllOf) else part.any)
            ]
            return (
                _product(inner) if isinstance(part, written.AllOf) != negated else [a for group in inner for a in group]
            )
        case written.FactIs():
            return _fact(part, facts[part.fact], negated=negated)
    return [{}]


def _product(groups: list[list[Alternative]]) -> list[Alternative]:
    result: list[Alternative] = [{}]
    for group in groups:
        if len(result) * len(group) > _MOST_ALTERNATIVES:
            continue
        result = [joined for a in result for b in group if (joined := _joined(a, b)) is not None]
    return result


def _fact(part: written.FactIs, fact: Fact, *, negated: bool) -> list[Alternative]:
    if fact.kind != "number":
        mask = fact.mask(part.in_ or ["true" if part.is_ else "false"])
        return [{fact.name: fact.everything & ~mask if negated else mask}]
    bounds = [
        (part.at_least, True, True),
        (part.more_than, True, False),
        (part.at_most, False, True),
        (part.less_than, False, False),
    ]
    pieces = [
        _interval(bound, lower=lower, included=included, negated=negated)
        for bound, lower, included in bounds
        if bound is not None
    ]
    if negated:
        return [{fact.name: piece} for piece in pieces]
    return _product([[{fact.name: piece}] for piece in pieces])


# An interval is (least, least included, greatest, greatest included).
Interval = tuple[float, bool, float, bool]
_INFINITE = float("inf")


def _interval(bound: float, *, lower: bool, included: bool, negated: bool) -> Interval:
    if lower != negated:
        return (bound, included != negated, _INFINITE, True)
    return (-_INFINITE, True, bound, included != negated)


def _joined(one: Alternative, other: Alternative) -> Alternative | None:
    result = dict(one)
    for name, value in other.items():
        if name not in result:
            result[name] = value
        elif isinstance(value, int):
            result[name] &= value
        else:
            result[name] = _common(result[name], value)
        if not result[name]:
            return None
    return result


def _common(one: Interval, other: Interval) -> Interval | None:
    low, low_in = max((one[0], not one[1]), (other[0], not other[1]))
    high, high_in = min((one[2], one[3]), (other[2], other[3]))
    low_in = not low_in
    if low > high or (low == high and not (low_in and high_in)):
        return None
    return (low, low_in, high, high_in)
