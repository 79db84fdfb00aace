"""The shortest ways, searched and from the table, against Dijkstra's algorithm from arc to arc."""

import numpy as np
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from random_streets import Arcs, arcs_of, networks, ways_from

from zones.matching.routes import Prices, look_up, no_table, scratch_for, search, table_of, turn_price

_law = settings(max_examples=times(30), deadline=None)
_TURN, _U_TURN = 90.0, 310.0


@_law
@given(networks(), st.sampled_from([0.0, 50.0, 400.0, 1e6]))
def test_a_search_finds_every_way_up_to_its_bound_at_its_cost(arcs: Arcs, bound: float) -> None:
    edges = arcs.edges
    work = scratch_for(len(edges.length), len(edges.next_edge))
    for source in range(len(edges.length)):
        found = search(edges, source, bound, _TURN, _U_TURN, work)
        settled = work.settled[:found].tolist()
        best = ways_from(arcs, edges, source, turn=_TURN, u_turn=_U_TURN)
        near = {e for e, (cost, _, _) in best.items() if abs(cost - bound) < 1e-6}
        assert set(settled) - near == {e for e, (cost, _, _) in best.items() if cost <= bound} - near
        assert [work.cost[e] for e in settled] == pytest.approx([best[e][0] for e in settled], abs=1e-6)
        for e in settled:
            assert work.stamp[e] == -work.state[0]
            assert _cost_along(arcs, source, e, work.before) == pytest.approx((work.cost[e], work.length[e]), abs=1e-6)


def _cost_along(arcs: Arcs, source: int, e: int, before: np.ndarray) -> tuple[float, float]:
    """Return the cost and the length of the way that `before` tells."""
    edges, way = arcs.edges, [e]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
        assert len(way) <= len(edges.length)
    length = sum(float(edges.length[f]) for f in way[1:])
    turns = sum(
        turn_price(edges.next_turn[k], _TURN, _U_TURN)
        for a, b in zip([source, *reversed(way)], reversed(way), strict=False)
        for k in range(edges.next_ptr[a], edges.next_ptr[a + 1])
        if edges.next_edge[k] == b
    )
    return length + turns, length


@_law
@given(networks(), st.sampled_from([100.0, 700.0, 1e6]))
def test_the_table_holds_what_a_search_finds(arcs: Arcs, bound: float) -> None:
    edges = arcs.edges
    table = table_of(edges, bound_m=bound, prices=Prices(_TURN, _U_TURN))
    work = scratch_for(len(edges.length), len(edges.next_edge))
    for source in range(len(edges.length)):
        found = search(edges, source, bound, _TURN, _U_TURN, work)
        settled = set(work.settled[:found].tolist())
        for target in range(len(edges.length)):
            k = look_up(table.ptr, table.slots, source, target)
            assert (k >= 0) == (target in settled)
            if k < 0:
                continue
            assert table.slots[k, 0] == target
            assert table.slots[k, 1] == pytest.approx(work.length[target], rel=1e-5, abs=1e-3)
            assert table.slots[k, 2] == pytest.approx(work.cost[target] - work.length[target], rel=1e-5, abs=1e-2)
            before, told = int(table.slots[k, 3]), int(work.before[target])
            assert (before < 0) == (told < 0)
            if told >= 0:
                assert table.slots[table.ptr[source] + before, 0] == told


@_law
@given(networks())
def test_a_second_search_is_not_led_astray_by_the_first(arcs: Arcs) -> None:
    edges = arcs.edges
    used = scratch_for(len(edges.length), len(edges.next_edge))
    for source in range(len(edges.length)):
        fresh = scratch_for(len(edges.length), len(edges.next_edge))
        bound = 150.0 * (source % 4)
        a, b = (search(edges, source, bound, _TURN, _U_TURN, work) for work in (used, fresh))
        assert used.settled[:a].tolist() == fresh.settled[:b].tolist()


def test_a_table_of_many_edges_finds_them_all() -> None:
    # a star: every edge leads to every other, so that slots collide
    arms = 60
    nodes = [(0.0, 0.0), *((100 * np.cos(k), 100 * np.sin(k)) for k in range(arms))]
    edges = arcs_of(nodes, [arc for k in range(1, arms + 1) for arc in ((0, k), (k, 0))]).edges
    table = table_of(edges, bound_m=1e5, prices=Prices(100.0, 300.0))
    count = len(edges.length)
    assert all(look_up(table.ptr, table.slots, a, b) >= 0 for a in range(count) for b in range(count))


def test_the_empty_table_finds_nothing() -> None:
    edges = arcs_of([(0, 0), (100, 0)], [(0, 1), (1, 0)]).edges
    table = no_table(edges)
    assert look_up(table.ptr, table.slots, 0, 1) == -1
    assert table.bound == 0


def test_turns_grow_dearer_with_the_angle_and_turning_back_is_dearest() -> None:
    prices = [turn_price(np.radians(angle), 100.0, 300.0) for angle in (0, 30, 90, 150, 180)]
    assert prices[0] == 0
    assert prices == sorted(prices)
    assert prices[-1] < turn_price(7.0, 100.0, 300.0) == 300
