"""Both likelihoods of a drive are reckoned in one go, to the bit as each by itself; many ways are told at once as one by one."""

import numpy as np
import pytest
from drawn_drive import TOWN, TOWN_WAYS, Drawn, roads
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.matching.avoiding import avoiding, likelihoods
from zones.matching.posterior import forward, ways_between
from zones.matching.words import all_streets_driven, streets_driven

_law = settings(max_examples=times(20), deadline=None)


@pytest.fixture(scope="module", params=[0.0, 900.0], ids=["searched", "tabled"])
def town(request: pytest.FixtureRequest) -> Drawn:
    return roads(TOWN, TOWN_WAYS, cell_m=(60.0, 60.0), table_m=request.param)


@_law
@given(
    seed=st.integers(0, 10_000),
    noise=st.sampled_from([3.0, 12.0, 40.0, 120.0]),
    part=st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)),
    closed=st.sampled_from([("中路", "内街"), ("北路",), ("北路", "中路", "南路", "西街", "内街", "外街", "东街"), ()]),
)
def test_both_likelihoods_are_what_the_forward_algorithm_says_of_each(
    town: Drawn, seed: int, noise: float, part: tuple[float, float], closed: tuple[str, ...]
) -> None:
    fixes = town.drive("ABFGCDHL", every=8.0, noise=noise, seed=seed)
    match = town.matcher.match_xy(fixes.x, fixes.y, fixes.t, np.full(len(fixes.t), 9.0))
    since, until = (float(share * fixes.t[-1]) for share in sorted(part))
    packed, trellis, own = town.matcher.packed, match.trellis, match.fixes
    marked, around = town.matcher.closed(town.arcs_named(*closed))
    ways = ways_between(packed, trellis, own)
    low, high = int(np.searchsorted(own.t, since)), int(np.searchsorted(own.t, until, side="right"))
    without, together, starts = avoiding(packed, trellis, ways, own, marked, around, low, high)
    heat = town.matcher.model.heat
    left = forward(trellis, ways, heat, without, starts)[1]
    all_ = forward(trellis, ways, heat, together, np.ones_like(starts))[1]
    assert likelihoods(packed, trellis, ways, own, marked, around, since, until) == (left, all_)


def test_where_all_is_closed_nothing_is_left(town: Drawn) -> None:
    fixes = town.drive("ABCD", every=8.0, noise=3.0, seed=1)
    match = town.matcher.match_xy(fixes.x, fixes.y, fixes.t, np.full(len(fixes.t), 9.0))
    everything = np.ones(len(town.matcher.graph.arc_source), np.bool_)
    left, all_ = match.log_likelihoods(everything)
    assert left < -1e20 < all_
    assert match.probability(everything) == 0.99


def test_ways_that_are_told_at_once_are_those_told_one_by_one(town: Drawn) -> None:
    drives = [town.drive(way, every=8.0, noise=9.0, seed=seed) for seed, way in enumerate(("ABFGCDHL", "LHGFEA", "CD"))]
    matches = [town.matcher.match_xy(one.x, one.y, one.t, np.full(len(one.t), 9.0)) for one in drives]
    legs = [match.legs_between(0, len(match.leg_rows) - 1) for match in matches]
    at_once = all_streets_driven(town.matcher.graph, [*legs, ()])
    assert at_once[-1] == ()
    for match, own, together in zip(matches, legs, at_once[:-1], strict=True):
        one_by_one = streets_driven(match, own)
        assert [street.name for street in together] == [street.name for street in one_by_one]
        assert [street.towards for street in together] == [street.towards for street in one_by_one]
        assert [street.line.wkb for street in together] == [street.line.wkb for street in one_by_one]
        # `p` is NaN where nobody asked, and no NaN is another
        assert [leg[:6] for leg in own] == [leg[:6] for leg in match.legs]
