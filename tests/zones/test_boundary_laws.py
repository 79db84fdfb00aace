"""What must hold of any ring, however it is drawn."""

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from street_map import network_of, segment

from zones.boundary import outline
from zones.network import Segment
from zones.spec import ZoneSpec

_NAMES = ("北路", "东路", "南路", "西路")
_SIDES = dict(zip(_NAMES, ("south", "west", "north", "east"), strict=True))
_Point = tuple[float, float]
_law = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_offset = st.floats(-150.0, 150.0)


@st.composite
def rings(draw: st.DrawFn) -> list[list[_Point]]:
    """Return the northern, eastern, southern and western road of a crooked ring, each running on past its corners."""
    rough = [(0.0, 900.0), (1200.0, 900.0), (1200.0, 0.0), (0.0, 0.0)]
    corners = [(x + draw(_offset), y + draw(_offset)) for x, y in rough]
    roads = []
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        middle = ((a[0] + b[0]) / 2 + draw(_offset) / 3, (a[1] + b[1]) / 2 + draw(_offset) / 3)
        beyond = draw(st.floats(0.0, 200.0)) / 1000
        before = (a[0] - beyond * (middle[0] - a[0]), a[1] - beyond * (middle[1] - a[1]))
        after = (b[0] + beyond * (b[0] - middle[0]), b[1] + beyond * (b[1] - middle[1]))
        roads.append([before, a, middle, b, after] if beyond else [a, middle, b])
    return roads


def _spec(boundaries: Sequence[str] = ("excluded",) * 4) -> ZoneSpec:
    edges = [{"road": n, "side": _SIDES[n], "boundary": b} for n, b in zip(_NAMES, boundaries, strict=True)]
    return ZoneSpec.model_validate({"zone": "t", "edges": edges})


def _whole(roads: list[list[_Point]]) -> list[Segment]:
    return [segment(name, road) for name, road in zip(_NAMES, roads, strict=True)]


def _in_pieces(roads: list[list[_Point]], rng: random.Random) -> list[Segment]:
    """Cut every road at its points or between, turn pieces round at random, and shuffle them."""
    pieces = []
    for name, road in zip(_NAMES, roads, strict=True):
        for (x0, y0), (x1, y1) in pairwise(road):
            cut = rng.random() if rng.random() < 0.5 else None
            points = [(x0, y0), (x1, y1)]
            if cut is not None:
                points.insert(1, (x0 + cut * (x1 - x0), y0 + cut * (y1 - y0)))
            pieces += [segment(name, list(pair)[:: rng.choice([1, -1])]) for pair in pairwise(points)]
    rng.shuffle(pieces)
    return pieces


@_law
@given(rings(), st.randoms(use_true_random=False))
def test_cutting_turning_and_reordering_ways_changes_nothing(roads: list[list[_Point]], rng: random.Random) -> None:
    whole = outline(_spec(), network_of(_whole(roads)))
    pieces = outline(_spec(), network_of(_in_pieces(roads, rng)))
    assert pieces.loop.area == pytest.approx(whole.loop.area, rel=1e-5)
    assert pieces.loop.symmetric_difference(whole.loop).area < 1e-5 * whole.loop.area
    assert pieces.area.symmetric_difference(whole.area).area < 1e-5 * whole.area.area


@_law
@given(rings(), st.permutations(range(4)))
def test_the_order_of_the_edges_changes_nothing(roads: list[list[_Point]], order: list[int]) -> None:
    network = network_of(_whole(roads))
    spec = _spec()
    shuffled = spec.model_copy(update={"edges": [spec.edges[i] for i in order]})
    assert outline(shuffled, network).area.symmetric_difference(outline(spec, network).area).area < 1.0


@_law
@given(
    rings(), st.lists(st.sampled_from(["included", "excluded", "unstated"]), min_size=4, max_size=4), st.integers(0, 3)
)
def test_leaving_a_road_out_never_adds_to_the_area(roads: list[list[_Point]], values: list[str], which: int) -> None:
    network = network_of(_whole(roads))
    included, excluded = list(values), list(values)
    included[which], excluded[which] = "included", "excluded"
    larger, smaller = (outline(_spec(v), network).area for v in (included, excluded))
    assert smaller.difference(larger).area < 1e-3
    assert smaller.area < larger.area


@_law
@given(rings(), st.sampled_from(_NAMES), st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_a_street_of_the_same_name_elsewhere_changes_nothing(
    roads: list[list[_Point]], road: str, east: float, north: float
) -> None:
    far = segment(road, [(4000 + 1e4 * east, 3000 + 1e4 * north), (4400.0, 3300.0)])
    alone = outline(_spec(), network_of(_whole(roads)))
    both = outline(_spec(), network_of([*_whole(roads), far]))
    # the plane's centre moves with the data: compare sizes
    assert both.loop.area == pytest.approx(alone.loop.area, rel=1e-4)
    assert both.area.area == pytest.approx(alone.area.area, rel=1e-4)
