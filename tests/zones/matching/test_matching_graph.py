"""Edges from junction to junction: nothing lost, nothing joined where there is a choice."""

from itertools import pairwise

import numpy as np
import pytest
from drawn_drive import roads
from effort import times
from hypothesis import given, settings
from random_streets import Arcs, arcs_of, networks, nodes_of
from street_map import PLANE, street_map

from zones.errors import InputError
from zones.matching.graph import BACK, edges_of
from zones.matching.streets import RoadGraph

_law = settings(max_examples=times(50), deadline=None)


def two_way(*streets: tuple[int, int]) -> list[tuple[int, int]]:
    return [arc for a, b in streets for arc in ((a, b), (b, a))]


def edges_in(arcs: Arcs) -> list[list[int]]:
    """Return the nodes of every edge, in order."""
    edges = arcs.edges
    return sorted(nodes_of(arcs, edges, e) for e in range(len(edges.length)))


def owners(arcs: Arcs) -> np.ndarray:
    edges = arcs.edges
    owner = np.empty(len(arcs.start), int)
    for e in range(len(edges.length)):
        owner[edges.arc[edges.arc_ptr[e] : edges.arc_ptr[e + 1]]] = e
    return owner


_CHAIN = [(0, 0), (100, 0), (200, 10), (300, 0), (200, 100)]


def test_a_chain_is_one_edge_each_way() -> None:
    arcs = arcs_of(_CHAIN[:4], two_way((0, 1), (1, 2), (2, 3)))
    assert edges_in(arcs) == [[0, 1, 2, 3], [3, 2, 1, 0]]
    assert arcs.edges.reverse.tolist() == [1, 0]


def test_a_junction_ends_edges() -> None:
    arcs = arcs_of(_CHAIN, two_way((0, 1), (1, 2), (2, 3), (2, 4)))
    assert edges_in(arcs) == [[0, 1, 2], [2, 1, 0], [2, 3], [2, 4], [3, 2], [4, 2]]


def test_a_street_that_becomes_one_way_is_cut_there() -> None:
    arcs = arcs_of(_CHAIN[:3], [*two_way((0, 1)), (1, 2)])
    assert edges_in(arcs) == [[0, 1], [1, 0], [1, 2]]


def test_one_way_streets_that_meet_head_on_are_not_joined() -> None:
    assert edges_in(arcs_of(_CHAIN[:3], [(0, 1), (2, 1)])) == [[0, 1], [2, 1]]


def test_a_one_way_ring_without_a_junction_is_one_edge_that_leads_to_itself() -> None:
    arcs = arcs_of([(0, 0), (100, 0), (100, 100)], [(0, 1), (1, 2), (2, 0)])
    edges = arcs.edges
    assert len(edges.length) == 1
    assert edges.next_edge.tolist() == [0]
    assert edges.length[0] == pytest.approx(200 + 100 * 2**0.5)


def test_a_two_way_ring_without_a_junction_is_one_edge_each_way_and_one_is_the_others_reverse() -> None:
    arcs = arcs_of(
        [(0, 0), (100, 0), (100, 100), (0, 100)], [(0, 1), (1, 2), (2, 3), (3, 0), (1, 0), (2, 1), (3, 2), (0, 3)]
    )
    assert len(arcs.edges.length) == 2
    assert arcs.edges.reverse.tolist() == [1, 0]


def test_islands_keep_to_themselves() -> None:
    arcs = arcs_of([(0, 0), (100, 0), (5000, 0), (5100, 0)], two_way((0, 1), (2, 3)))
    edges = arcs.edges
    for e in range(4):
        for f in edges.next_edge[edges.next_ptr[e] : edges.next_ptr[e + 1]]:
            assert set(nodes_of(arcs, edges, e)) == set(nodes_of(arcs, edges, int(f)))


def test_a_self_loop_is_an_edge_of_its_own_without_length() -> None:
    arcs = arcs_of(_CHAIN[:3], [*two_way((0, 1), (1, 2)), (1, 1)])
    assert [1, 1] in edges_in(arcs)
    assert [0, 1, 2] not in edges_in(arcs)


def test_two_streets_between_the_same_junctions_stay_two() -> None:
    nodes = [(0, 0), (300, 0), (150, 40), (150, -40), (-100, 0), (400, 0)]
    arcs = arcs_of(nodes, two_way((0, 2), (2, 1), (0, 3), (3, 1), (4, 0), (1, 5)))
    assert [0, 2, 1] in edges_in(arcs)
    assert [0, 3, 1] in edges_in(arcs)
    owner, edges = owners(arcs), arcs.edges
    back = {(int(a), int(b)): k for k, (a, b) in enumerate(zip(arcs.start, arcs.end, strict=True))}
    assert edges.reverse[owner[back[0, 2]]] == owner[back[1, 2]] == owner[back[2, 0]]


def test_turning_back_at_a_dead_end_is_no_turn_back_on_a_street_that_goes_on() -> None:
    edges = arcs_of(_CHAIN[:3], two_way((0, 1), (1, 2))).edges
    assert np.abs(edges.next_turn).tolist() == pytest.approx([np.pi, np.pi])
    junction = arcs_of(_CHAIN, two_way((0, 1), (1, 2), (2, 3), (2, 4))).edges
    turned = {
        (e, int(f)): float(junction.next_turn[k])
        for e in range(len(junction.length))
        for k, f in enumerate(junction.next_edge)
        if junction.next_ptr[e] <= k < junction.next_ptr[e + 1]
    }
    dead = {e for e in range(len(junction.length)) if junction.next_ptr[e + 1] - junction.next_ptr[e] == 1}
    assert {pair for pair, turn in turned.items() if turn == BACK} == {
        (e, int(junction.reverse[e])) for e in range(len(junction.length)) if e not in dead
    }


def test_a_turn_is_measured_over_the_last_metres_not_over_a_stub() -> None:
    # the street ends in a stub of 2 m across it
    edges = arcs_of([(0, 0), (100, 0), (100, 2), (200, 2), (100, 90)], [(0, 1), (1, 2), (2, 3), (2, 4)]).edges
    turns = np.sort(np.degrees(edges.next_turn))
    assert turns == pytest.approx([-1.1, 88.9], abs=0.3)


def test_a_stub_without_length_turns_nobody() -> None:
    for sign in (1, -1):
        nodes = [(0, 0), (500 * sign, 0), (500 * sign, 0), (1000 * sign, 0), (500 * sign, 300), (500 * sign, -300)]
        arcs = arcs_of(nodes, two_way((0, 1), (1, 2), (2, 3), (1, 4), (2, 5)))
        edges, owner = arcs.edges, owners(arcs)
        stub = owner[next(k for k, (a, b) in enumerate(zip(arcs.start, arcs.end, strict=True)) if (a, b) == (1, 2))]
        into = [float(edges.next_turn[k]) for k in range(len(edges.next_edge)) if edges.next_edge[k] == stub]
        assert [turn for turn in into if turn != BACK] == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_straight_back_is_the_same_turn_in_every_direction(degrees: int) -> None:
    z = 100 * np.exp(1j * np.radians(degrees))
    nodes = [(0, 0), (z.real, z.imag), (0.5 * z.real, 0.5 * z.imag), (z.real - z.imag, z.imag + z.real)]
    arcs = arcs_of(nodes, [(0, 1), (1, 2), (1, 3)])
    assert sorted(arcs.edges.next_turn) == pytest.approx([np.pi / 2, np.pi])


def test_labels_keep_edges_apart() -> None:
    arcs = arcs_of(_CHAIN[:4], two_way((0, 1), (1, 2), (2, 3)))
    label = np.array([0, 0, 0, 0, 1, 1], np.int32)
    edges = edges_of(arcs.x, arcs.y, arcs.start, arcs.end, label)
    assert sorted(nodes_of(arcs, edges, e) for e in range(len(edges.length))) == [[0, 1, 2], [2, 1, 0], [2, 3], [3, 2]]


def test_streets_of_two_names_are_two_edges_and_of_one_name_one() -> None:
    ways = {"AB": {"name": "甲"}, "BC": {"name": "甲"}, "CD": {"name": "乙"}}
    graph = RoadGraph.of_streets(street_map("A--B--C--D", ways).segments, plane=PLANE)
    assert sorted(graph.edges.length) == pytest.approx([300, 300, 600, 600], rel=1e-4)
    halves = RoadGraph.of_streets(street_map("A--B--C--D", ways).segments, plane=PLANE, label=lambda s: s.id)
    assert sorted(halves.edges.length) == pytest.approx([300] * 6, rel=1e-4)


def test_a_bridge_has_no_junction_with_what_it_passes_over() -> None:
    drawn = roads("    N\n    |\nW-------E\n    |\n    S", {"WE": {"name": "高架"}, "NS": {"name": "地面"}})
    assert len(drawn.graph.edges.length) == 4


def test_metres_along_a_segment_count_in_the_direction_of_travel() -> None:
    graph = RoadGraph.of_streets(street_map("A--B----C", {"ABC": {"name": "甲"}}).segments, plane=PLANE)
    forward = graph.arc_along[graph.arc_forward]
    assert forward.tolist() == pytest.approx([0, 300], abs=0.1)
    assert graph.arc_along[~graph.arc_forward].tolist() == pytest.approx([500, 0], abs=0.1)


def test_of_arcs_with_the_same_ends_the_first_one_counts() -> None:
    graph = RoadGraph.of_arcs(
        np.array([121.0, 121.001]), np.array([31.0, 31.0]), np.array([0, 0, 1]), np.array([1, 1, 0])
    )
    assert sorted(graph.arc_source.tolist()) == [0, 2]


@pytest.mark.parametrize(
    ("lon", "lat", "start", "end", "field"),
    [
        ([0, 1], [0, 1], [], [], "arcs"),
        ([0, 1], [0, 1], [0], [5], "arcs"),
        ([0, 1], [0, 1], [-1], [1], "arcs"),
        ([0, 1], [0, 1], [0, 1], [1], "arcs"),
        ([], [], [0], [1], "arcs"),
        ([0, np.nan], [0, 1], [0], [1], "nodes"),
        ([0, 1], [0, 91], [0], [1], "nodes"),
        ([0, 500], [0, 1], [0], [1], "nodes"),
        ([0, 1, 2], [0, 1], [0], [1], "nodes"),
    ],
)
def test_arcs_that_make_no_network_are_refused(
    lon: list[float], lat: list[float], start: list[int], end: list[int], field: str
) -> None:
    with pytest.raises(InputError) as error:
        RoadGraph.of_arcs(np.array(lon, float), np.array(lat, float), np.array(start, int), np.array(end, int))
    assert error.value.field == field


def test_streets_that_nobody_drives_make_no_network() -> None:
    with pytest.raises(InputError) as error:
        RoadGraph.of_streets(street_map("A--B", {"AB": {"name": "步道", "highway": "footway"}}).segments)
    assert error.value.field == "streets"


@_law
@given(networks())
def test_every_arc_is_in_one_edge_and_every_edge_is_a_way(arcs: Arcs) -> None:
    edges = arcs.edges
    assert sorted(edges.arc.tolist()) == list(range(len(arcs.start)))
    assert edges.length.sum() == pytest.approx(arcs.length.sum())
    for e in range(len(edges.length)):
        chain = edges.arc[edges.arc_ptr[e] : edges.arc_ptr[e + 1]]
        assert len(chain) > 0
        assert all(arcs.end[a] == arcs.start[b] for a, b in pairwise(chain))
        starts = np.cumsum(arcs.length[chain]) - arcs.length[chain]
        assert edges.arc_start[edges.arc_ptr[e] : edges.arc_ptr[e + 1]] == pytest.approx(starts, abs=1e-6)


@_law
@given(networks())
def test_arcs_are_joined_only_where_there_is_no_choice(arcs: Arcs) -> None:
    edges = arcs.edges
    for e in range(len(edges.length)):
        chain = edges.arc[edges.arc_ptr[e] : edges.arc_ptr[e + 1]]
        for a, b in pairwise(chain):
            node, before, after = int(arcs.end[a]), int(arcs.start[a]), int(arcs.end[b])
            on = {int(n) for n in arcs.end[arcs.start == node]} - {before}
            into = {int(n) for n in arcs.start[arcs.end == node]} - {after}
            assert on == {after}
            assert into == {before}


@_law
@given(networks())
def test_the_edge_of_an_arcs_reverse_is_the_reverse_of_its_edge(arcs: Arcs) -> None:
    edges, owner = arcs.edges, owners(arcs)
    number = {(int(a), int(b)): k for k, (a, b) in enumerate(zip(arcs.start, arcs.end, strict=True))}
    for (a, b), k in number.items():
        back = number.get((b, a)) if a != b else None
        assert edges.reverse[owner[k]] == (-1 if back is None else owner[back])


@_law
@given(networks())
def test_the_successors_of_an_edge_are_the_edges_that_begin_where_it_ends(arcs: Arcs) -> None:
    edges = arcs.edges
    nodes = [nodes_of(arcs, edges, e) for e in range(len(edges.length))]
    for e, along in enumerate(nodes):
        found = edges.next_edge[edges.next_ptr[e] : edges.next_ptr[e + 1]].tolist()
        assert sorted(found) == [f for f, other in enumerate(nodes) if other[0] == along[-1]]
        turns = edges.next_turn[edges.next_ptr[e] : edges.next_ptr[e + 1]]
        assert all(turn == BACK or abs(turn) <= np.pi + 1e-9 for turn in turns)
