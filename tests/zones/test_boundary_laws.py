"""What must hold of any ring, however it is drawn."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
import shapely
import shapely.ops
from effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry
from street_map import PLANE, network_of, segment

from zones.boundary import Outline, outline
from zones.coords import LocalPlane
from zones.network import Segment
from zones.spec import ZoneSpec

_NAMES = ("北路", "东路", "南路", "西路")
_SIDES = dict(zip(_NAMES, ("south", "west", "north", "east"), strict=True))
_Point = tuple[float, float]
_law = settings(max_examples=times(10), deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


# anticlockwise
_QUARTERS = ("north", "west", "south", "east")


def _turned_words(spec: ZoneSpec, quarters: int) -> ZoneSpec:
    def turned(side: str | None) -> str:
        return _QUARTERS[(_QUARTERS.index(str(side)) + quarters) % 4]

    edges = [edge.model_copy(update={"side": turned(edge.side)}) for edge in spec.edges]
    return spec.model_copy(update={"edges": edges})


def _moved(segments: list[Segment], plane: LocalPlane, quarters: int) -> list[Segment]:
    """Turn a map about its lower left, and put that at the middle of another plane."""

    def line(old: Segment) -> BaseGeometry:
        return plane.to_lonlat(rotate(PLANE.to_xy(old.line), 90 * quarters, origin=(0, 0)))

    return [replace(old, line=line(old)) for old in segments]


def _drawn_at(drawn: Outline, geometry: BaseGeometry, plane: LocalPlane, quarters: int) -> BaseGeometry:
    """Return a geometry in the metres of the map as it was before it was moved."""
    return rotate(plane.to_xy(drawn.plane.to_lonlat(geometry)), -90 * quarters, origin=(0, 0))


@_law
@given(rings(), st.integers(0, 3), st.floats(74.0, 134.0), st.floats(4.0, 53.0))
def test_moving_the_map_and_turning_it_with_its_sides_moves_and_turns_the_zone(
    roads: list[list[_Point]], quarters: int, lon: float, lat: float
) -> None:
    spec, segments, plane = _spec(("excluded", "included", "unstated", "excluded")), _whole(roads), LocalPlane(lon, lat)
    here = outline(spec, network_of(segments))
    there = outline(_turned_words(spec, quarters), network_of(_moved(segments, plane, quarters)))
    for before, after in ((here.loop, there.loop), (here.area, there.area)):
        assert after.area == pytest.approx(before.area, rel=1e-4)
        back = _drawn_at(there, after, plane, quarters)
        apart = shapely.symmetric_difference(back, _drawn_at(here, before, PLANE, 0))
        assert apart.area < 1e-4 * before.area


@_law
@given(rings(), st.randoms(use_true_random=False))
def test_other_ids_change_nothing(roads: list[list[_Point]], rng: random.Random) -> None:
    segments = _in_pieces(roads, rng)
    ids = [str(number) for number in range(len(segments))]
    rng.shuffle(ids)
    renamed = [replace(old, id=new, way_id=int(new)) for old, new in zip(segments, ids, strict=True)]
    before, after = (outline(_spec(), network_of(pieces)) for pieces in (segments, renamed))
    assert after.loop.equals_exact(before.loop, 0.0)
    assert after.area.equals_exact(before.area, 0.0)


@_law
@given(rings(), st.lists(st.integers(1, 9), min_size=3, max_size=3, unique=True))
def test_the_parts_of_a_road_under_names_of_their_own_are_the_road(roads: list[list[_Point]], cuts: list[int]) -> None:
    line = PLANE.to_xy(segment("", roads[0]).line)
    ends = [0.0, *(cut / 10 for cut in sorted(cuts)), 1.0]
    parts = [shapely.ops.substring(line, a, b, normalized=True) for a, b in pairwise(ends)]
    named = [segment(f"街{number}", list(part.coords)) for number, part in enumerate(parts)]
    spec = _spec()
    also = tuple(str(part.name) for part in named)
    first = spec.edges[0].model_copy(update={"also": also})
    whole = outline(spec, network_of(_whole(roads)))
    listed = outline(
        spec.model_copy(update={"edges": [first, *spec.edges[1:]]}), network_of([*named, *_whole(roads)[1:]])
    )
    assert listed.area.symmetric_difference(whole.area).area < 1e-5 * whole.area.area
