"""Two laws of conditions: what is unknown never decides wrongly, and what can both apply is found."""

from itertools import product
from typing import Any

from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

from truckban.cases import Case
from truckban.conditions import compiled
from truckban.facts import BUILTIN, UNKNOWN_NUMBER
from truckban.logic import FALSE, ONE, TRUE, UNKNOWN
from truckban.notices.load import builtin_notice
from truckban.notices.model import Rule
from truckban.notices.overlap import may_meet
from truckban.permits import PermitList

PACK = builtin_notice("linyi-2023-5").pack
SIZES, DUTY = BUILTIN["size"], BUILTIN["on_duty"]
MASSES = (0.0, 4499.0, 4500.0, 4501.0, 7999.0, 8000.0, 8001.0)
WORLDS = list(product(SIZES.values, DUTY.values, MASSES))


def facts() -> st.SearchStrategy[dict[str, Any]]:
    bounds = st.fixed_dictionaries(
        {"fact": st.just("gross_mass_kg")},
        optional={name: st.sampled_from(MASSES[1:]) for name in ("at_most", "less_than", "at_least", "more_than")},
    ).filter(lambda part: len(part) > 1)
    sizes = st.lists(st.sampled_from(SIZES.values), min_size=1, unique=True).map(
        lambda values: {"fact": "size", "in": values}
    )
    duty = st.booleans().map(lambda value: {"fact": "on_duty", "is": value})
    return st.one_of(bounds, sizes, duty)


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        facts(),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=8,
    )


def rule(when: dict[str, Any]) -> Rule:
    return Rule.model_validate({"id": "rule", "clause": "一", "when": when})


def trit(of: Rule, *, sizes: int, duty: int, mass: tuple[float, float]) -> int:
    case = Case(
        logic=ONE,
        day=0,
        second=0,
        categories={"size": sizes, "on_duty": duty},
        numbers={"gross_mass_kg": mass},
        plate=None,
        zones={},
        roads=None,
        lon=0.0,
        lat=0.0,
        permits=PermitList(),
        readings={},
    )
    return int(compiled(of.when, BUILTIN, {}).holds(case))


def known(of: Rule, size: str, duty: str, mass: float) -> int:
    return trit(of, sizes=SIZES.mask([size]), duty=DUTY.mask([duty]), mass=(mass, mass))


def plainly(when: Any, size: str, duty: str, mass: float) -> bool:  # noqa: ANN401
    """Whether a condition is true of one vehicle, said without three-valued logic."""
    match when:
        case {"all": parts}:
            return all(plainly(part, size, duty, mass) for part in parts)
        case {"any": parts}:
            return any(plainly(part, size, duty, mass) for part in parts)
        case {"not": part}:
            return not plainly(part, size, duty, mass)
        case {"in": values}:
            return size in values
        case {"is": value}:
            return (duty == "true") == value
    return (
        mass <= when.get("at_most", mass)
        and mass >= when.get("at_least", mass)
        and mass < when.get("less_than", mass + 1)
        and mass > when.get("more_than", mass - 1)
    )


@given(conditions(), st.sampled_from(WORLDS))
def test_of_a_known_vehicle_a_condition_is_simply_true_or_false(
    when: dict[str, Any], world: tuple[str, str, float]
) -> None:
    assert known(rule(when), *world) == (TRUE if plainly(when, *world) else FALSE)


@given(conditions(), st.integers(1, SIZES.everything), st.integers(1, 3), st.booleans())
def test_what_is_unknown_never_turns_out_otherwise(
    when: dict[str, Any],
    sizes: int,
    duty: int,
    mass_is_known: bool,  # noqa: FBT001
) -> None:
    of = rule(when)
    found = trit(of, sizes=sizes, duty=duty, mass=(4500.0, 4500.0) if mass_is_known else UNKNOWN_NUMBER)
    possible = [
        known(of, *world)
        for world in WORLDS
        if SIZES.mask([world[0]]) & sizes and DUTY.mask([world[1]]) & duty and (world[2] == 4500.0 or not mass_is_known)
    ]
    if found != UNKNOWN:
        assert set(possible) == {found}


@given(conditions(), conditions())
@settings(max_examples=times(120))
def test_two_norms_that_one_vehicle_is_under_are_found_to_meet(one: dict[str, Any], other: dict[str, Any]) -> None:
    together = [world for world in WORLDS if plainly(one, *world) and plainly(other, *world)]
    if together:
        assert may_meet(rule(one), rule(other), PACK, BUILTIN)


@given(facts(), facts())
@settings(max_examples=times(120))
def test_two_plain_norms_are_found_to_meet_only_where_some_vehicle_is_under_both(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    if may_meet(rule(one), rule(other), PACK, BUILTIN):
        masses = [*MASSES, *(mass + 0.5 for mass in MASSES)]
        worlds = product(SIZES.values, DUTY.values, masses)
        assert any(plainly(one, *world) and plainly(other, *world) for world in worlds)
