"""Which edge may follow which: turns back in the middle of nowhere and turns that signs forbid are left out.

A rule over a street between (`via`) forbids a turn only to those who came from somewhere: for them that street is there twice, the second
time with fewer ways on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from zones.matching.graph import BACK
from zones.matching.streets import RoadGraph
from zones.network import TurnRule
from zones.routing.search import Flags, Ints

_SAME_NODE_M = 1.0


class Turning(NamedTuple):
    """What may follow what.

    Attributes:
        ptr: where the followers of each street begin in `follow`; streets are the graph's edges, then the copies.
        follow: streets.
        real: of each street, the graph's edge.
        conditional: (street, street, words) of turns that depend on the truck or the time.
    """

    ptr: Ints
    follow: Ints
    real: Ints
    conditional: tuple[tuple[int, int, str], ...]


@dataclass
class _Branch:
    """What those may do who came along some edges in a row: the first one's rules, followed so far."""

    real: int
    number: int
    # edges that may not come next, with the words of the rules (None: always)
    shut: dict[int, set[str | None]] = field(default_factory=dict)
    # edges of which one must come next, by the words of the rules
    only: dict[str | None, set[int]] = field(default_factory=dict)
    below: dict[int, "_Branch"] = field(default_factory=dict)


def following(ptr: Ints, follow: Ints, allowed: Flags) -> tuple[Ints, Ints]:
    """Return (pointers, streets) with only the turns that are allowed."""
    kept = np.concatenate([[0], np.cumsum(allowed)])
    return kept[ptr].astype(np.int32), follow[allowed]


def turning_of(graph: RoadGraph, segments: Sequence[str], origin: Ints, rules: Iterable[TurnRule]) -> Turning:
    """Return what may follow what.

    Args:
        graph: its segments are pieces of the ones that rules name.
        segments: ids of the whole segments.
        origin: for each of the graph's segments, the index of the whole one.
        rules: turn restrictions.
    """
    edges = graph.edges
    ptr, follow = following(edges.next_ptr, edges.next_edge, edges.next_turn != BACK)
    roots: dict[int, _Branch] = {}
    copies: list[_Branch] = []
    names = {name: number for number, name in enumerate(segments)}
    for rule in rules:
        chain = [names.get(name, -1) for name in (rule.from_segment, *rule.via, rule.to_segment)]
        if -1 not in chain:
            for run in _runs(graph, origin, chain, (rule.lon, rule.lat), ptr, follow):
                _plant(run, rule, roots, copies, len(edges.length))
    if not roots:
        return Turning(ptr, follow, np.arange(len(edges.length), dtype=np.int32), ())
    return _grown(ptr, follow, roots, copies, len(edges.length))


def _runs(
    graph: RoadGraph, origin: Ints, chain: Sequence[int], node: tuple[float, float], ptr: Ints, follow: Ints
) -> Iterator[list[int]]:
    """Yield edges in a row that lead along segments: from one that ends on the first, at a place, to one on the last."""
    ends = graph.edges.ends
    x, y = (float(value[0]) for value in graph.plane.xy(np.array([node[0]]), np.array([node[1]])))
    here = np.hypot(ends[:, 2] - x, ends[:, 3] - y) <= _SAME_NODE_M
    for first in np.flatnonzero(here).tolist():
        if _along(graph, origin, first)[-1] != chain[0]:
            continue
        todo = [([first], 1)]
        while todo:
            run, done = todo.pop()
            for edge in follow[ptr[run[-1]] : ptr[run[-1] + 1]].tolist():
                own = _along(graph, origin, edge)
                if done == len(chain) - 1:
                    if own[0] == chain[-1]:
                        yield [*run, edge]
                    # a street between that is cut into several edges goes on
                    elif done > 1 and own == [chain[done - 1]] and edge not in run:
                        todo.append(([*run, edge], done))
                elif own == list(chain[done : done + len(own)]) and done + len(own) < len(chain):
                    todo.append(([*run, edge], done + len(own)))
                elif done > 1 and own == [chain[done - 1]] and edge not in run:
                    todo.append(([*run, edge], done))


def _along(graph: RoadGraph, origin: Ints, edge: int) -> list[int]:
    """Return the whole segments that an edge runs along."""
    edges = graph.edges
    arcs = edges.arc[edges.arc_ptr[edge] : edges.arc_ptr[edge + 1]]
    return list(dict.fromkeys(origin[graph.arc_source[arcs]].tolist()))


def _plant(run: Sequence[int], rule: TurnRule, roots: dict[int, _Branch], copies: list[_Branch], count: int) -> None:
    """Put a rule into the tree of what follows its first edge."""
    branch = roots.setdefault(run[0], _Branch(run[0], run[0]))
    for edge in run[1:-1]:
        if rule.only:
            branch.only.setdefault(rule.conditional, set()).add(edge)
        if edge not in branch.below:
            branch.below[edge] = _Branch(edge, count + len(copies))
            copies.append(branch.below[edge])
        branch = branch.below[edge]
    if rule.only:
        branch.only.setdefault(rule.conditional, set()).add(run[-1])
    else:
        branch.shut.setdefault(run[-1], set()).add(rule.conditional)


def _grown(ptr: Ints, follow: Ints, roots: Mapping[int, _Branch], copies: Sequence[_Branch], count: int) -> Turning:
    """Return the turns of edges and copies, with the rules of the trees applied."""
    lists: list[list[int]] = []
    conditional: list[tuple[int, int, str]] = []
    real = [*range(count), *(branch.real for branch in copies)]
    for number, edge in enumerate(real):
        on: list[int] = []
        branches = [roots[edge]] if edge in roots else []
        if number >= count:
            branches.insert(0, copies[number - count])
        for then in follow[ptr[edge] : ptr[edge + 1]].tolist():
            words = {word for branch in branches for word in _against(branch, then)}
            if None in words:
                continue
            # who came along more of a rule's way is bound by more of it
            to = next((branch.below[then].number for branch in branches if then in branch.below), then)
            on.append(to)
            conditional += [(number, to, word) for word in sorted(word for word in words if word is not None)]
        lists.append(on)
    grown = np.concatenate([[0], np.cumsum([len(on) for on in lists])]).astype(np.int32)
    flat = np.array([to for on in lists for to in on], np.int32)
    return Turning(grown, flat, np.array(real, np.int32), tuple(conditional))


def _against(branch: _Branch, then: int) -> Iterator[str | None]:
    """Yield the words of the rules that forbid an edge to come next."""
    yield from branch.shut.get(then, ())
    for words, named in branch.only.items():
        if then not in named:
            yield words
