"""A drive that is only weighed gives the figures of one that is matched; legs that are not weighed are the same legs."""

import math

import numpy as np
import pytest
from drawn_drive import TOWN, TOWN_WAYS, Drawn, Fixes, roads
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.matching.matcher import Match
from zones.matching.weighing import Weight

_law = settings(max_examples=times(12), deadline=None)


@pytest.fixture(scope="module", params=[0.0, 900.0], ids=["searched", "tabled"])
def town(request: pytest.FixtureRequest) -> Drawn:
    return roads(TOWN, TOWN_WAYS, cell_m=(60.0, 60.0), table_m=request.param)


def both(town: Drawn, fixes: Fixes, since: float, until: float) -> tuple[Match, Weight, Weight]:
    """Return the match of fixes, what it says of them, and what `weighed_xy` says."""
    inside, sigma = town.arcs_named("中路", "内街"), np.full(len(fixes.t), 9.0)
    match = town.matcher.match_xy(fixes.x, fixes.y, fixes.t, sigma)
    told = match.log_likelihoods(inside, since=since, until=until)
    weight = town.matcher.weighed_xy(fixes.x, fixes.y, fixes.t, sigma, inside, since=since, until=until)
    return match, Weight(*told, len(match.breaks) + len(match.skipped)), weight


@_law
@given(
    seed=st.integers(0, 10_000),
    noise=st.sampled_from([3.0, 12.0, 40.0]),
    part=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_a_drive_that_is_weighed_has_the_figures_of_its_match(
    town: Drawn, seed: int, noise: float, part: tuple[float, float]
) -> None:
    fixes = town.drive("ABFGCDHL", every=8.0, noise=noise, seed=seed)
    since, until = (float(share * fixes.t[-1]) for share in sorted(part))
    _, told, weight = both(town, fixes, since, until)
    assert weight == told
    assert weight.without <= weight.together + 1e-9


def test_faults_are_fixes_left_out_and_drives_broken_off(town: Drawn) -> None:
    whole = town.drive("ABFJ", every=8.0)
    far = Fixes(whole.x[:1] + 5_000.0, whole.y[:1], whole.t[:1])
    match, told, weight = both(town, whole.then(far, after=20.0).then(whole, after=900.0), -np.inf, np.inf)
    assert len(match.skipped) == 1
    assert len(match.breaks) == 1
    assert weight == told
    assert weight.faults == 2
    none = both(town, whole, -np.inf, np.inf)[2]
    assert none.faults == 0
    alone = both(town, far, -np.inf, np.inf)[2]
    assert alone == Weight(0.0, 0.0, 1)


def test_legs_that_are_not_weighed_are_the_same_legs(town: Drawn) -> None:
    match = town.match(town.drive("ABFGCDHL", every=8.0, noise=6.0, seed=3))
    assert len(match.legs) > 5
    unweighed = match.legs_between(0, len(match.legs) - 1)
    assert [leg._replace(p=0.0) for leg in unweighed] == [leg._replace(p=0.0) for leg in match.legs]
    assert all(math.isnan(leg.p) for leg in unweighed)
    assert all(0.0 < leg.p <= 0.99 for leg in match.legs)
