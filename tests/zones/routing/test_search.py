"""The search against a search of another kind: all instants at once, whole seconds, nothing shared with it."""

import multiprocessing
from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from instants import INF, Case, earliest_arrival, latest_departure

from zones.routing.search import Ends, Found, Spells, Streets, reversed_spells, reversed_streets, search, turned

# --- the search under test


def streets_of(case: Case) -> Streets:
    ptr = np.cumsum([0, *map(len, case.follow)]).astype(np.int32)
    follow = np.array([then for some in case.follow for then in some], np.int32)
    return Streets(ptr, follow, np.array(case.takes, np.float64), np.array(case.stands, np.bool_))


def spells_of(case: Case) -> Spells:
    ptr = np.cumsum([0, *map(len, case.open)]).astype(np.int32)
    flat = np.array([spell for some in case.open for spell in some], np.float64).reshape(-1, 2)
    return Spells(np.array(case.kind, np.int32), ptr, flat[:, 0].copy(), flat[:, 1].copy())


def ends_of(case: Case, *, back: bool) -> Ends:
    takes = (
        {s: float(case.takes[s] - begun) for s, begun in case.start.items()},
        {s: float(t) for s, t in case.goal.items()},
    )
    start, goal = reversed(takes) if back else takes
    goal_take = np.full(len(case.takes), INF)
    for street, take in goal.items():
        goal_take[street] = take
    between = [case.goal[s] - case.start[s] if s in case.start and s in case.goal else -1 for s in start]
    direct = np.array([float(b) if b >= 0 else INF for b in between])
    window = (-float(case.by), INF) if back else case.window
    return Ends(np.array(list(start), np.int32), np.array(list(start.values())), direct, goal_take, *map(float, window))


def rest(case: Case) -> np.ndarray:
    """Return for each street the least time from its end to the goal, whatever is closed."""
    least = [INF] * len(case.takes)
    for _ in case.takes:
        for e, follow in enumerate(case.follow):
            onward = [case.goal.get(f, INF) for f in follow] + [case.takes[f] + least[f] for f in follow]
            least[e] = min([least[e], *onward])
    return np.array(least, np.float64)


def rest_back(case: Case) -> np.ndarray:
    """Return for each street the least time from the start to its beginning."""
    least = [INF] * len(case.takes)
    for _ in case.takes:
        for e, follow in enumerate(case.follow):
            left = min(case.takes[e] - case.start.get(e, -INF), case.takes[e] + least[e])
            for f in follow:
                least[f] = min(least[f], left)
    return np.array(least, np.float64)


def forwards(case: Case, *, ahead: bool = False) -> Found:
    return search(streets_of(case), spells_of(case), ends_of(case, back=False), ahead=rest(case) if ahead else None)


def backwards(case: Case, *, ahead: bool = False) -> Found:
    return turned(
        search(
            reversed_streets(streets_of(case)),
            reversed_spells(spells_of(case)),
            ends_of(case, back=True),
            ahead=rest_back(case) if ahead else None,
            back=True,
        )
    )


def wrong_with(case: Case, found: Found, window: tuple[float, float]) -> str | None:
    """Return what a way does that a truck may not."""
    way = list(zip(found.street.tolist(), found.entered.tolist(), found.left.tolist(), strict=True))
    last = len(way) - 1
    for number, (street, entered, left) in enumerate(way):
        begin = case.start.get(street, INF) if number == 0 else 0
        end = case.goal.get(street, -INF) if number == last else case.takes[street]
        if left - entered != end - begin or begin > end:
            return f"leg {number} takes {left - entered}, not {end - begin}"
        if not any(low <= entered and left <= high for low, high in case.spells(street)):
            return f"leg {number} is driven while the street is closed"
    if not window[0] <= way[0][1] <= window[1]:
        return f"it leaves at {way[0][1]}"
    for (street, entered, left), (then, enters, _) in pairwise(way):
        if then not in case.follow[street]:
            return f"{then} may not follow {street}"
        spell_lasts = any(low <= entered and max(left, enters) <= high for low, high in case.spells(street))
        if enters != left and not (enters > left and case.stands[street] and spell_lasts):
            return f"it stands at the end of {street} from {left} to {enters}"
    return None


def disagreement(case: Case) -> str | None:
    """Return where the two searches differ, or what is wrong with a way that was found."""
    expected = earliest_arrival(case), latest_departure(case)
    for ahead in (False, True):
        found = forwards(case, ahead=ahead)
        arrives = found.arrives if len(found.street) else None
        if arrives != expected[0]:
            return f"forwards (ahead={ahead}): arrives at {arrives}, not {expected[0]}"
        if arrives is not None and (wrong := wrong_with(case, found, case.window)):
            return f"forwards (ahead={ahead}): {wrong}: {found}"
        found = backwards(case, ahead=ahead)
        departs = float(found.entered[0]) if len(found.street) else None
        if departs != expected[1]:
            return f"backwards (ahead={ahead}): leaves at {departs}, not {expected[1]}"
        if departs is not None and found.left[-1] > case.by:
            return f"backwards (ahead={ahead}): arrives at {found.left[-1]}"
        if departs is not None and (wrong := wrong_with(case, found, (-INF, INF))):
            return f"backwards (ahead={ahead}): {wrong}: {found}"
    return None


# --- cases


def random_spells(rng: Random) -> tuple[tuple[float, float], ...]:
    if rng.random() < 0.25:
        return ((-INF, INF),)
    # rising and no two alike: spells that touch are one
    marks: list[float] = sorted(rng.sample(range(-5, 41), 2 * rng.choice((0, 1, 1, 2, 2, 3))))
    if len(marks) > 1 and rng.random() < 0.4:
        marks[-1] = INF
    if len(marks) > 1 and rng.random() < 0.3:
        marks[0] = -INF
    # a spell of one instant
    if len(marks) > 1 and rng.random() < 0.15:
        number = rng.randrange(0, len(marks), 2)
        if abs(marks[number]) != INF and marks[number + 1] != INF:
            marks[number + 1] = marks[number]
    return tuple(zip(marks[::2], marks[1::2], strict=True))


def random_case(seed: int) -> Case:
    rng = Random(seed)  # noqa: S311
    count = rng.randint(3, 9)
    nodes = rng.randint(2, 5)
    tail, head = ([rng.randrange(nodes) for _ in range(count)] for _ in range(2))
    forbidden = rng.choice((0.0, 0.0, 0.2, 0.5))
    follow = tuple(
        tuple(f for f in range(count) if tail[f] == head[e] and rng.random() >= forbidden) for e in range(count)
    )
    takes = tuple(rng.choice((0, 1, 1, 2, 2, 3, 4, 7)) for _ in range(count))
    kinds = rng.randint(1, 5)
    open_ = tuple(random_spells(rng) for _ in range(kinds))
    start = {e: rng.randint(0, takes[e]) for e in rng.sample(range(count), rng.choice((1, 1, 2)))}
    goals = rng.sample(range(count), rng.choice((1, 1, 2)))
    if rng.random() < 0.15:
        goals[0] = next(iter(start))
    goal = {e: rng.randint(0, takes[e]) for e in goals}
    earliest = rng.randint(-5, 20)
    latest = rng.choice((INF, INF, earliest, earliest + rng.randint(0, 15)))
    stand = rng.choice((0.0, 0.5, 0.5, 1.0))
    return Case(
        follow=follow,
        takes=takes,
        stands=tuple(rng.random() < stand for _ in range(count)),
        kind=tuple(rng.randrange(kinds) for _ in range(count)),
        open=open_,
        start=start,
        goal=goal,
        window=(earliest, latest),
        by=rng.randint(-5, 45),
    )


# --- tests


# a roundabout on which nobody may stand, its goal never open: there is no end to the times at which one can be where on it
ROUND_AND_ROUND = Case(
    ((1,), (0, 2), ()), (3, 2, 1), (False,) * 3, (0, 0, 1), (((-INF, INF),), ()), {0: 0}, {2: 1}, (0, 5), by=30
)


@pytest.fixture(scope="module")
def _ends() -> None:
    """Fail at once, not never, where a search goes round for ever."""
    driver = multiprocessing.get_context("spawn").Process(target=forwards, args=(ROUND_AND_ROUND,), daemon=True)
    driver.start()
    driver.join(timeout=60)
    ended = driver.exitcode == 0
    driver.kill()
    assert ended, "a search on a roundabout that leads nowhere did not end"


@pytest.mark.usefixtures("_ends")
def test_a_search_round_and_round_where_nobody_may_stand_ends() -> None:
    assert disagreement(ROUND_AND_ROUND) is None


@pytest.mark.usefixtures("_ends")
@pytest.mark.parametrize("seed", range(0, 2000, 250))
def test_both_ways_of_searching_agree(seed: int) -> None:
    wrong = {n: said for n in range(seed, seed + 250) if (said := disagreement(random_case(n)))}
    assert not wrong, next(iter(wrong.items()))


@pytest.mark.usefixtures("_ends")
@settings(max_examples=times(100), deadline=None)
@given(st.data())
def test_both_ways_of_searching_agree_on_whatever_is_thought_of(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 4), "streets")
    street = st.integers(0, count - 1)
    takes = data.draw(st.lists(st.integers(0, 4), min_size=count, max_size=count), "takes")
    spells = st.lists(st.integers(-3, 20), max_size=6, unique=True).map(
        lambda marks: tuple(zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
    )
    position = st.dictionaries(street, st.integers(0, 4), min_size=1, max_size=2)
    flags = st.lists(st.booleans(), min_size=count, max_size=count)
    some = st.lists(street, max_size=count, unique=True)
    case = Case(
        follow=tuple(map(tuple, data.draw(st.lists(some, min_size=count, max_size=count), "follow"))),
        takes=tuple(takes),
        stands=tuple(data.draw(flags, "stands")),
        kind=tuple(range(count)),
        open=tuple(data.draw(st.lists(st.just(((-INF, INF),)) | spells, min_size=count, max_size=count), "open")),
        start={e: min(at, takes[e]) for e, at in data.draw(position, "start").items()},
        goal={e: min(at, takes[e]) for e, at in data.draw(position, "goal").items()},
        window=data.draw(st.sampled_from([(0, INF), (0, 0), (5, 9)]), "window"),
        by=data.draw(st.integers(0, 20), "by"),
    )
    assert disagreement(case) is None


@pytest.mark.usefixtures("_ends")
def test_the_cases_ask_for_what_is_hard() -> None:
    """Some have no way, some wait where they start, some on the way, some go round, some drive within one street."""
    seen = {"none": 0, "departs later": 0, "waits": 0, "one street": 0, "a street twice": 0, "against the order": 0}
    for seed in range(600):
        case = random_case(seed)
        found = forwards(case)
        way = list(zip(found.entered.tolist(), found.left.tolist(), strict=True))
        same = [e for e in case.start if e in case.goal]
        seen["none"] += not way
        seen["departs later"] += bool(way) and way[0][0] > case.window[0]
        seen["waits"] += any(enters > left for (_, left), (enters, _) in pairwise(way))
        seen["one street"] += len(way) == 1
        seen["a street twice"] += len(set(found.street.tolist())) < len(way)
        seen["against the order"] += bool(way) and any(case.goal[e] < case.start[e] for e in same)
    assert all(number >= 5 for number in seen.values()), seen


SHUT_AT_FIRST = ((10.0, 20.0),)
ALWAYS = ((-INF, INF),)


def a_street_into_a_closed_one(*, stand: bool, window: tuple[float, float] = (0, INF)) -> Case:
    return Case(((1,), ()), (3, 2), (stand, False), (0, 1), (ALWAYS, SHUT_AT_FIRST), {0: 0}, {1: 2}, window, by=30)


def test_a_truck_that_may_stand_leaves_at_once_and_waits_before_the_closed_street() -> None:
    found = forwards(a_street_into_a_closed_one(stand=True))
    assert found.entered.tolist() == [0, 10]
    assert found.left.tolist() == [3, 12]


def test_a_truck_that_may_not_stand_on_the_way_waits_where_it_starts() -> None:
    found = forwards(a_street_into_a_closed_one(stand=False))
    assert found.entered.tolist() == [7, 10]
    assert found.left.tolist() == [10, 12]


def test_a_truck_that_has_to_leave_and_may_not_stand_has_no_way() -> None:
    assert not len(forwards(a_street_into_a_closed_one(stand=False, window=(0, 6))).street)
    assert len(forwards(a_street_into_a_closed_one(stand=False, window=(0, 7))).street)


def test_a_street_may_be_left_at_the_last_instant_of_its_spell_and_no_later() -> None:
    case = replace(a_street_into_a_closed_one(stand=False), window=(15, INF))
    assert forwards(case).left.tolist() == [18, 20]
    assert not len(forwards(replace(case, window=(16, INF))).street)


def test_the_last_departure_waits_nowhere() -> None:
    found = backwards(replace(a_street_into_a_closed_one(stand=True), by=19))
    assert found.entered.tolist() == [14, 17]
    assert found.left.tolist() == [17, 19]


def test_a_stand_on_the_way_ends_with_the_spell_of_the_street_it_is_on() -> None:
    early, late = ((0.0, 8.0),), ((9.0, 20.0),)
    case = Case(((1,), ()), (3, 2), (True, True), (0, 1), (early, late), {0: 0}, {1: 2}, (0, INF), by=30)
    assert not len(forwards(case).street)
    touching = replace(case, open=(((0.0, 9.0),), late))
    assert forwards(touching).arrives == 11
    assert backwards(touching).entered.tolist() == [6, 9]


def test_a_loop_is_driven_where_nobody_may_stand() -> None:
    """Round a block of 5 s until the street opens, with the time that is left waited at the start."""
    case = Case(
        ((1, 2), (0,), ()), (2, 3, 1), (False,) * 3, (0, 0, 1), (ALWAYS, ((12.0, 20.0),)), {0: 0}, {2: 1}, (0, 1), by=30
    )
    found = forwards(case)
    assert found.arrives == 13
    assert found.street.tolist() == [0, 1, 0, 1, 0, 2]
    assert found.entered[0] == 0


def test_a_goal_behind_the_start_on_the_same_street_is_reached_by_going_round() -> None:
    case = Case(((1,), (0,)), (4, 3), (True, True), (0, 0), (ALWAYS,), {0: 3}, {0: 1}, (0, INF), by=30)
    assert forwards(case).street.tolist() == [0, 1, 0]
    assert forwards(case).arrives == 5
    assert forwards(replace(case, goal={0: 3})).arrives == 0
