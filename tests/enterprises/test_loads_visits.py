"""Records and visits: who has no partner within the time allowed, and nobody has two."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.loads import Loading, against_visits, loadings
from enterprises.visits import Visit
from tests.enterprises.loads_given import checked

A, B = "晋M10001", "晋M10002"


def visit(arrived: float, left: float, plate: str | None = A, enterprise: str | None = "e1", **more: object) -> Visit:
    return Visit(f"id-{plate}", plate, enterprise, "s", arrived, left, **more)  # type: ignore[arg-type]


def test_the_time_allowed_includes_its_ends() -> None:
    visits = [visit(1000, 2000)]
    for at, alone in ((700, ()), (699.9, (0,)), (2300, ()), (2300.1, (0,))):
        assert against_visits([Loading(A, "e1", at)], visits, 300).records_alone == alone


def test_another_vehicle_or_enterprise_is_no_partner() -> None:
    records = [Loading(A, "e1", 1500), Loading(B, "e1", 1500), Loading(A, "e2", 1500)]
    found = against_visits(records, [visit(1000, 2000), visit(5000, 6000)], 0)
    assert (found.pairs, found.records_alone, found.visits_alone) == (((0, 0),), (1, 2), (1,))


def test_a_second_record_within_a_visit_serves_no_other_visit() -> None:
    found = against_visits([Loading(A, "e1", 1500), Loading(A, "e1", 1600)], [visit(1000, 2000), visit(9000, 9900)], 60)
    assert (found.pairs, found.more, found.visits_alone) == (((0, 0),), ((1, 0),), (1,))


def test_a_slip_between_two_visits_serves_the_one_that_has_no_other() -> None:
    records = [Loading(A, "e1", 2500), Loading(A, "e1", 3500)]
    found = against_visits(records, [visit(1000, 2000), visit(3000, 4000)], 600)
    assert found.pairs == ((0, 0), (1, 1))
    assert found.visits_alone == ()


def test_what_is_unknown_is_said_apart() -> None:
    records = [Loading(A, None, 1500), Loading(B, "e2", 1500)]
    visits = [
        visit(1000, 2000),
        visit(9000, 9900),
        visit(1000, 2000, B, None, certainty="ambiguous", others=("e2", "e3")),
        visit(1000, 2000, None),
        visit(20000, 21000, certainty="unsure"),
    ]
    found = against_visits(records, visits, 60)
    assert (found.records_nowhere, found.records_alone, found.records_perhaps) == ((0,), (1,), (1,))
    assert (found.visits_alone, found.visits_perhaps, found.visits_nowhere) == ((0, 1, 4), (0, 4), (2, 3))


def test_only_vehicles_that_must_have_a_record_are_asked_and_unknown_ones_are() -> None:
    visits = [visit(1000, 2000), visit(1000, 2000, B), visit(1000, 2000, "晋M10003")]
    heavy = {A: True, B: False, "晋M10003": None}
    found = against_visits([], visits, 0, heavy=lambda one: heavy[one.plate or ""])
    assert (found.visits_alone, found.visits_not_asked) == ((0, 2), (1,))


@pytest.mark.parametrize("within", [-1, float("nan")])
def test_a_time_allowed_that_is_none_is_refused(within: float) -> None:
    with pytest.raises(ValueError, match="within_s"):
        against_visits([], [], within)


TIMES = st.integers(0, 30)
VISITS = st.lists(st.tuples(TIMES, st.integers(0, 8)), max_size=5)


@given(st.lists(TIMES, max_size=5), VISITS, st.integers(0, 4))
def test_every_row_is_in_one_place_and_as_many_as_can_be_are_paired(
    at: list[int], stays: list[tuple[int, int]], within: int
) -> None:
    records = [Loading(A, "e1", one) for one in at]
    visits = [visit(begin, begin + length) for begin, length in stays]
    found = against_visits(records, visits, within)
    paired = [record for record, _ in found.pairs]
    assert sorted([*paired, *(record for record, _ in found.more), *found.records_alone]) == list(range(len(at)))
    assert sorted([*(one for _, one in found.pairs), *found.visits_alone]) == list(range(len(stays)))
    assert len(found.pairs) == _most_pairs(at, stays, within)
    for record, one in (*found.pairs, *found.more):
        assert stays[one][0] - within <= at[record] <= sum(stays[one]) + within


def _most_pairs(at: Sequence[int], stays: Sequence[tuple[int, int]], within: int) -> int:
    def fits(order: Sequence[int]) -> int:
        return sum(
            stays[one][0] - within <= at[record] <= sum(stays[one]) + within
            for record, one in enumerate(order[: len(at)])
            if one < len(stays)
        )

    size = max(len(at), len(stays))
    return max(fits(order) for order in permutations(range(size))) if size else 0


def test_records_of_a_file_are_compared_by_the_enterprises_id(tmp_path: Path) -> None:
    rows = ["2024-05-08 12:00:00,晋M 10001,17,示意石料厂", "2024-05-08 12:00:00,晋M10002,17,别的厂"]
    known = {"示意石料厂": "e1"}
    found = checked(tmp_path, "时间,车牌号,毛重(t),企业名称", rows, enterprise=known.get)
    assert loadings(found.records) == [Loading(A, "e1", 1715140800), Loading(B, None, 1715140800)]
